// Package playbooks says what we know how to do: playbooks, their tiers and
// steps, read from YAML, checked, matched to alerts and filled with what the
// alerts say. It never talks to anyone, opens no files and reads no clock.
package playbooks

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// TierName is one of the three tiers, which always come in the same order.
type TierName string

// The tiers.
const (
	Immediate TierName = "immediate"
	ShortTerm TierName = "short_term"
	LongTerm  TierName = "long_term"
)

// TierNames returns the tiers in their order.
func TierNames() []TierName { return []TierName{Immediate, ShortTerm, LongTerm} }

// Title is the tier's name for people.
func (t TierName) Title() string {
	switch t {
	case Immediate:
		return "Immediate"
	case ShortTerm:
		return "Short-term"
	case LongTerm:
		return "Long-term"
	}
	return string(t)
}

// Playbook is what to do about one kind of trouble. Its JSON form is what an
// incident keeps, so that it goes on with the playbook it began with.
type Playbook struct {
	Name        string   `yaml:"name" json:"name"`
	Title       string   `yaml:"title" json:"title"`
	Description string   `yaml:"description" json:"description,omitempty"`
	Details     string   `yaml:"details" json:"details,omitempty"` // DetailsFull, DetailsFolded; empty: as the configuration says
	Match       []string `yaml:"match" json:"match,omitempty"`     // any entry; inside one, all its matchers
	Links       []Link   `yaml:"links" json:"links,omitempty"`
	Tiers       []Tier   `yaml:"tiers" json:"tiers"`
}

// How much of its steps Slack shows.
const (
	DetailsFolded = "folded" // what is needed now
	DetailsFull   = "full"   // every step always whole
)

// Link leads to a page about the trouble; both its texts may be templates.
type Link struct {
	Title string `yaml:"title" json:"title"`
	URL   string `yaml:"url" json:"url"`
	Own   int    `yaml:"-" json:"own,omitempty"` // of a filled link: which of its playbook's it is, from 1
}

// Tier is a group of steps with one deadline.
type Tier struct {
	Name   TierName `yaml:"name" json:"name"`
	Within Duration `yaml:"within" json:"within"`           // from the opening of the incident
	Owners []string `yaml:"owners" json:"owners,omitempty"` // overrides the route's; nil when the playbook does not say
	Steps  []Step   `yaml:"steps" json:"steps"`
}

// Step is one thing to do. Title, Detail and Commands may be templates.
type Step struct {
	ID       string   `yaml:"id" json:"id"`
	Title    string   `yaml:"title" json:"title"`
	Detail   string   `yaml:"detail" json:"detail,omitempty"`     // Slack mrkdwn
	Commands []string `yaml:"commands" json:"commands,omitempty"` // plain text, to be copied
	Applies  []string `yaml:"applies" json:"applies,omitempty"`   // all must match, else the step is hidden
	When     []string `yaml:"when" json:"when,omitempty"`         // the same of the answers given so far, by the ids of their questions
	Ask      *Ask     `yaml:"ask" json:"ask,omitempty"`           // what whoever has done it is asked
	// Approvals is how many people have to say that it is done: 2, or one.
	Approvals int     `yaml:"approvals" json:"approvals,omitempty"`
	Verify    *Verify `yaml:"verify" json:"verify,omitempty"`
	Run       *Run    `yaml:"run" json:"run,omitempty"`
}

// Verify asks Prometheus whether a step has worked: Expr, a template, must
// stay Below or Above a value (exactly one is given) For a time.
type Verify struct {
	Expr  string   `yaml:"expr" json:"expr"`
	Below *float64 `yaml:"below" json:"below,omitempty"`
	Above *float64 `yaml:"above" json:"above,omitempty"`
	For   Duration `yaml:"for" json:"for,omitzero"`
}

// Run is a step's automation.
type Run struct {
	HTTP *HTTPCall `yaml:"http" json:"http,omitempty"`
}

// HTTPCall is the request that runs a step. URL and Body are templates;
// HTTPConfig is Prometheus' http_config, checked where it is used.
type HTTPCall struct {
	URL        string         `yaml:"url" json:"url"`
	Method     string         `yaml:"method" json:"method,omitempty"` // POST when empty
	Body       string         `yaml:"body" json:"body,omitempty"`
	HTTPConfig map[string]any `yaml:"http_config" json:"http_config,omitempty"`
}

// NumberedStep is a step with the number that people call it by.
type NumberedStep struct {
	Number int // from 1, over all tiers
	Tier   TierName
	Step   *Step
}

// Steps returns all steps in order. Numbers count steps that do not apply
// too, so that a step has the same number in every incident.
func (p *Playbook) Steps() []NumberedStep {
	var out []NumberedStep
	for t := range p.Tiers {
		tier := &p.Tiers[t]
		for s := range tier.Steps {
			out = append(out, NumberedStep{Number: len(out) + 1, Tier: tier.Name, Step: &tier.Steps[s]})
		}
	}
	return out
}

// Hash names the playbook's content: 16 hex digits that are the same for the
// same playbook on every machine.
func (p *Playbook) Hash() string {
	data, err := json.Marshal(p)
	if err != nil {
		// Parse refuses what JSON cannot hold; a playbook made in code is told apart by its Go form.
		data = fmt.Appendf(nil, "%+v", *p)
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8])
}
