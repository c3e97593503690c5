package incident

import "github.com/signalbook/signalbook/bot/access"

// Verb is what a person does to an incident or a step.
type Verb string

// The verbs of people.
const (
	VerbAcknowledge Verb = "acknowledge"
	VerbResolve     Verb = "resolve"
	VerbReopen      Verb = "reopen"
	VerbNote        Verb = "note"
	VerbDone        Verb = "done"
	VerbSkip        Verb = "skip"
	VerbRelease     Verb = "release"
	VerbUndo        Verb = "undo"
	VerbShow        Verb = "show"   // give an incident of a storm its thread
	VerbReason      Verb = "reason" // say why it is over
	VerbKeep        Verb = "keep"   // keep the follow-ups that were dropped
	VerbAssign      Verb = "assign" // let somebody lead
	VerbExport      Verb = "export" // bring its post-mortem into the thread
)

// verbs are all of them, and who may.
var verbs = map[Verb]access.Right{
	VerbAcknowledge: access.Responder,
	VerbResolve:     access.Responder,
	VerbReopen:      access.Responder,
	VerbNote:        access.Responder,
	VerbDone:        access.Responder,
	VerbSkip:        access.Responder,
	VerbRelease:     access.Holder,
	VerbUndo:        access.Responder,
	VerbShow:        access.Responder,
	VerbReason:      access.Responder,
	VerbKeep:        access.Responder,
	VerbAssign:      access.Responder,
	VerbExport:      access.Reader,
}

// Known reports whether this binary knows the verb.
func (v Verb) Known() bool { return verbs[v] != "" }

// May is who may do it; empty: this binary does not know it.
func (v Verb) May() access.Right { return verbs[v] }

// Role is the job that the configuration may reserve it for.
func (v Verb) Role() access.Role {
	if v == VerbResolve {
		return access.RoleResolve
	}
	return access.RoleNone
}

// May is who may start a playbook by hand, where it goes.
func (Start) May() access.Right { return access.Responder }

// Role is the job that the configuration may reserve it for.
func (s Start) Role() access.Role {
	if s.Drill() {
		return access.RoleDrill
	}
	return access.RoleNone
}
