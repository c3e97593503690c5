package incident

import (
	"strings"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/playbooks"
)

// Target is what the configured route says about incidents: where they go, who
// owns them, who may act, and who is told when nobody does.
type Target struct {
	Channel    string
	Fallback   string // the channel instead, when that cannot be written to
	Owners     []string
	Responders []string
	Escalate   []Escalation
}

// PlanFor is the plan for the notification that opens an incident: the playbook
// that the set chooses for it, and the route of what its firing alerts have in
// common.
func PlanFor(n alerts.Notification, set *playbooks.Set, route func(labels map[string]string) Target) Plan {
	choice, data := set.Select(n), playbooks.DataFor(n)
	p := NewPlan(route(data.Labels), choice.Playbook, data)
	p.Reason = choice.Reason
	if choice.Note != "" {
		p.Note = strings.TrimSpace(choice.Note + "\n" + p.Note)
	}
	return p
}

// NewPlan is the plan of a playbook filled with data. Its Note tells of templates
// that could not be filled; its Reason is left to the caller.
func NewPlan(t Target, book *playbooks.Playbook, data playbooks.Data) Plan {
	filled, notes := book.Fill(data)
	return Plan{
		Channel: t.Channel, Fallback: t.Fallback, Owners: t.Owners, Responders: t.Responders, Escalate: t.Escalate,
		Playbook: book, Hash: book.Hash(), Filled: filled, Note: strings.Join(notes, "\n"),
	}
}
