package keeper

import (
	"cmp"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/playbooks"
)

// plan says what the configuration makes of a notification that opens an
// incident.
func (r *reign) plan(s Settings, n alerts.Notification) incident.Plan {
	var fallback string
	p := incident.PlanFor(n, s.Playbooks, func(labels map[string]string) incident.Target {
		t := s.target(labels)
		fallback = t.Fallback
		return t
	})
	if incident.IsDrill(n) {
		p.Channel = cmp.Or(s.Drills, p.Channel)
	}
	r.settleIn(&p, fallback)
	return p
}

// target is the route in the words of the state machine.
func (s Settings) target(labels map[string]string) incident.Target {
	return incident.Target(s.Route(labels))
}

// startChannel is where a playbook that somebody starts goes.
func (s Settings) startChannel(st incident.Start) string {
	channel := s.Route(st.Labels).Channel
	if st.Drill() {
		return cmp.Or(s.Drills, channel)
	}
	return channel
}

// startPlan is the plan of a playbook started by hand; nil when there is none of
// that name.
func (r *reign) startPlan(s Settings, st incident.Start) *incident.Plan {
	book, ok := s.Playbooks.Find(st.Playbook)
	if !ok {
		return nil
	}
	p := incident.NewPlan(s.target(st.Labels), book, playbooks.Data{Labels: st.Labels, Annotations: map[string]string{}})
	p.Channel = s.startChannel(st)
	r.settleIn(&p, s.Route(st.Labels).Fallback)
	p.Reason = "started by hand"
	return &p
}
