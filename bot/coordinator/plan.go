package coordinator

import (
	"cmp"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/playbooks"
)

// plan says what the configuration makes of a notification that opens an
// incident.
func (t *term) plan(s Settings, n alerts.Notification) incident.Plan {
	p := incident.PlanFor(n, s.Playbooks, s.Route)
	if incident.IsDrill(n) {
		p.Channel = cmp.Or(s.Drills, p.Channel)
	}
	t.settleIn(&p)
	return p
}

// StartChannel is where a playbook that somebody starts goes; Route and Drills say so.
func (s Settings) StartChannel(st incident.Start) string {
	channel := cmp.Or(st.Channel, s.Route(st.Labels).Channel)
	if st.Drill() {
		return cmp.Or(s.Drills, channel)
	}
	return channel
}

// startPlan is the plan of a playbook started by hand; nil when there is none of
// that name.
func (t *term) startPlan(s Settings, st incident.Start) *incident.Plan {
	book, ok := s.Playbooks.Find(st.Playbook)
	if !ok {
		return nil
	}
	p := incident.NewPlan(s.Route(st.Labels), book, playbooks.Data{Labels: st.Labels, Annotations: map[string]string{}})
	p.Channel = s.StartChannel(st)
	t.settleIn(&p)
	p.Reason = cmp.Or(st.Found, "started by hand")
	return &p
}

// settleIn plans an incident in another channel when its own cannot be written to.
func (t *term) settleIn(p *incident.Plan) {
	p.Channel, p.Belongs, p.BelongsWhy = t.people.Settle(p.Channel, p.Fallback)
}
