package playbooks

// Bounds of a playbook for those who write one by program; what they are for
// stands with the check.
const (
	MaxTitle    = maxTitle   // characters, once written as a template
	MaxDetail   = maxDetail  // characters, of a description and of a step's detail
	MaxCommand  = maxCommand // characters
	MaxCommands = maxCommands
	MaxSteps    = maxSteps
	MaxLinks    = maxLinks
	MaxURL      = maxURL  // bytes
	MaxExpr     = maxExpr // characters, of a PromQL expression, also once it is filled
)
