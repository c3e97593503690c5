package keeper

import (
	"cmp"
	"strings"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/playbooks"
)

// plan says what the configuration makes of a notification that opens an
// incident.
func (r *reign) plan(s Settings, n alerts.Notification) incident.Plan {
	choice := s.Playbooks.Select(n)
	data := playbooks.DataFor(n)
	p := r.planned(s, choice.Playbook, data)
	if incident.IsDrill(n) {
		p.Channel = cmp.Or(s.Drills, p.Channel)
	}
	p.Reason = choice.Reason
	if choice.Note != "" {
		p.Note = strings.TrimSpace(choice.Note + "\n" + p.Note)
	}
	return p
}

// startPlan is the plan of a playbook started by hand; nil when there is none of
// that name.
func (r *reign) startPlan(s Settings, st incident.Start) *incident.Plan {
	book, ok := s.Playbooks.Find(st.Playbook)
	if !ok {
		return nil
	}
	p := r.planned(s, book, playbooks.Data{Labels: st.Labels, Annotations: map[string]string{}})
	if st.Drill() {
		p.Channel = cmp.Or(s.Drills, p.Channel)
	}
	p.Reason = "started by hand"
	return &p
}

func (r *reign) planned(s Settings, book *playbooks.Playbook, data playbooks.Data) incident.Plan {
	route := s.Route(data.Labels)
	filled, notes := book.Fill(data)
	return incident.Plan{
		Channel: route.Channel, Owners: route.Owners, Responders: route.Responders, Escalate: route.Escalate,
		Playbook: book, Hash: book.Hash(), Filled: filled, Note: strings.Join(notes, "\n"),
	}
}
