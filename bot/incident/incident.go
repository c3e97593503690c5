package incident

import (
	"fmt"
	"time"

	"github.com/signalbook/signalbook/bot/compat"
	"github.com/signalbook/signalbook/bot/topic"
	"github.com/signalbook/signalbook/playbooks"
)

// Schema is the version of the incident document.
const Schema = 1

// State is where an incident stands.
type State string

// The states of an incident, in the words that every surface uses.
const (
	Open         State = "open"
	Acknowledged State = "acknowledged"
	Resolved     State = "resolved" // follow-ups remain
	Closed       State = "closed"   // nothing remains
)

// Incident is our record that an alert group needs people. It is one JSON
// document in Redis; fields that this binary does not know are kept.
type Incident struct {
	Schema  int   `json:"schema"`
	Number  int   `json:"number"`
	Version int64 `json:"version"`          // grows by one at each commit
	Logged  int   `json:"logged,omitempty"` // entries that its timeline was given since such are counted, folded ones too
	State   State `json:"state"`
	// Quiet marks a group that we know only by a resolve: nothing is shown until it fires.
	Quiet bool `json:"quiet,omitempty"`
	// Drill marks an exercise, from its opening on: it calls nobody and no count of real incidents has it.
	Drill bool `json:"drill,omitempty"`

	Title       string            `json:"title"`
	Severity    string            `json:"severity,omitempty"`
	Critical    bool              `json:"critical,omitempty"` // Severity is the first of the configured order
	Summary     string            `json:"summary,omitempty"`
	Description string            `json:"description,omitempty"`  // what all alerts say beside the summary
	Labels      map[string]string `json:"labels,omitempty"`       // common to the firing alerts
	Runbook     string            `json:"runbook,omitempty"`      // the first alert's; Alerts has the links of each
	Dashboard   string            `json:"dashboard,omitempty"`    // the same
	ExternalURL string            `json:"external_url,omitempty"` // Alertmanager's or Grafana's, as it names itself
	Grafana     bool              `json:"grafana,omitempty"`      // the alerts come from Grafana itself
	Links       []playbooks.Link  `json:"links,omitempty"`        // the playbook's, as it opened

	Group   string  `json:"group,omitempty"` // empty: started by hand
	Alerts  []Alert `json:"alerts,omitempty"`
	Omitted int     `json:"omitted,omitempty"` // alerts of the group that are not in Alerts
	// Truncated: the last notification left alerts out, so that its status says nothing of the whole group.
	Truncated bool      `json:"truncated,omitempty"`
	LastHeard time.Time `json:"last_heard,omitzero"`
	Stale     bool      `json:"stale,omitempty"`
	// Pending is the last notification of a quiet group, kept while its firing copies are held.
	Pending *Pending `json:"pending,omitempty"`

	Channel string `json:"channel"`
	// Belongs is the channel that the route names, when that could not be written to as this began, and BelongsWhy why.
	Belongs    string       `json:"belongs,omitempty"`
	BelongsWhy string       `json:"belongs_why,omitempty"`
	Owners     []string     `json:"owners,omitempty"`
	Responders []string     `json:"responders,omitempty"`
	Escalate   []Escalation `json:"escalate,omitempty"`
	Playbook   PlaybookRef  `json:"playbook"`

	OpenedAt   time.Time `json:"opened_at"`
	Opening    int       `json:"opening"` // 1 at first, one more at each reopening
	OpeningAt  time.Time `json:"opening_at"`
	AckedAt    time.Time `json:"acked_at,omitzero"`
	AckedBy    User      `json:"acked_by,omitzero"`
	Lead       User      `json:"lead,omitzero"`
	AssignedBy User      `json:"assigned_by,omitzero"` // who made the lead so, when that was somebody else
	Assigned   int       `json:"assigned,omitempty"`   // how often the lead was made so by somebody else
	Named      []User    `json:"named,omitempty"`      // people whom words mention; without an ID the name is more than one's
	ResolvedAt time.Time `json:"resolved_at,omitzero"`
	ResolvedBy User      `json:"resolved_by,omitzero"` // empty: the alerts resolved
	ByHand     bool      `json:"by_hand,omitempty"`    // resolved by hand while alerts fired
	Escalated  int       `json:"escalated,omitempty"`  // levels told in this opening
	Pages      []Page    `json:"pages,omitempty"`      // calls beyond Slack
	Reason     Reason    `json:"reason,omitempty"`     // why it is over, as somebody chose
	ReasonBy   User      `json:"reason_by,omitzero"`
	ClosedAt   time.Time `json:"closed_at,omitzero"`
	Dropped    string    `json:"dropped,omitempty"` // why its follow-ups are no longer needed: Untouched, or a reason

	Tiers []Tier `json:"tiers,omitempty"`
	Steps []Step `json:"steps,omitempty"`
	Note  Note   `json:"note,omitzero"` // the newest; all are in the timeline
	// Exported is the last time that somebody asked for its post-mortem.
	Exported Exported `json:"exported,omitzero"`

	Follows    int `json:"follows,omitempty"`     // the incident before, of the same group
	FollowedBy int `json:"followed_by,omitempty"` // the incident that took over

	Storm int  `json:"storm,omitempty"` // the storm that lists it; 0: none
	Show  Show `json:"show,omitempty"`  // how much of it Slack shows

	Score *Score `json:"score,omitempty"` // of a drill that is at its end

	unknown *compat.Fields
}

// PlaybookRef names the playbook that a running incident keeps: its content is
// stored once under Hash.
type PlaybookRef struct {
	Name   string `json:"name"`
	Hash   string `json:"hash"`
	Reason string `json:"reason,omitempty"` // why it was chosen
	Note   string `json:"note,omitempty"`   // what the author of the alert should know
}

// Alert is one alert of the group as last reported.
type Alert struct {
	Fingerprint string            `json:"fingerprint"`
	StartsAt    time.Time         `json:"starts_at"` // the latest that copies of this occurrence gave; zero: none can be believed
	EndsAt      time.Time         `json:"ends_at,omitzero"`
	Firing      bool              `json:"firing,omitempty"`
	ChangedAt   time.Time         `json:"changed_at"`             // when we received its last change
	ResolveAt   time.Time         `json:"resolve_at,omitzero"`    // when we last received a resolve of this occurrence
	HeldUntil   time.Time         `json:"held_until,omitzero"`    // a firing copy came right after the resolve
	Unreported  bool              `json:"not_reported,omitempty"` // firing, yet absent from the last notification
	Labels      map[string]string `json:"labels,omitempty"`       // what tells it apart from the others
	Summary     string            `json:"summary,omitempty"`
	Description string            `json:"description,omitempty"`
	AtFiring    string            `json:"at_firing,omitempty"`    // its summary as it began to fire, once it says something else
	AtResolving string            `json:"at_resolving,omitempty"` // its summary as it ended, when Summary, or the incident's, says something else
	URL         string            `json:"url,omitempty"`          // the rule or expression that fired
	RuleUID     string            `json:"rule_uid,omitempty"`     // Grafana's name of the rule
	// Links are those of its annotations, as they were written, and its playbook's (Own) where alerts of a group lead to different pages.
	Links []playbooks.Link `json:"links,omitempty"`
}

// Escalation is one level: Mention is told when nobody has acknowledged After
// the opening.
type Escalation struct {
	After   time.Duration `json:"after"`
	Mention []string      `json:"mention"`
	// Hook names a webhook of the configuration that is called too, and HookName how people know it; empty: none.
	Hook     string `json:"hook,omitempty"`
	HookName string `json:"hook_name,omitempty"`
}

// Tier is one tier of the playbook in this incident.
type Tier struct {
	Name    playbooks.TierName `json:"name"`
	Within  playbooks.Duration `json:"within"`
	Due     time.Time          `json:"due"`
	Owners  []string           `json:"owners,omitempty"`
	Overdue bool               `json:"overdue,omitempty"` // the deadline passed with steps left
	// Passed is when a later tier's deadline passed, Near when it was so near that its people are reminded.
	Passed Reached `json:"passed,omitzero"`
	Near   Reached `json:"near,omitzero"`
	// ToldIn is the incident whose deadline ping listed this one too; itself when it had the ping.
	ToldIn int `json:"told_in,omitempty"`
	// Together are the incidents that this incident's deadline ping lists beside itself.
	Together []Neighbour `json:"together,omitempty"`
	// Earlier are the pings of former openings that listed others: Slack may not have them yet.
	Earlier []Told `json:"earlier,omitempty"`
}

// Neighbour is an incident that shares a deadline ping.
type Neighbour struct {
	Number int       `json:"number"`
	Title  string    `json:"title"`
	Due    time.Time `json:"due"`
	Left   int       `json:"left"` // steps not ended
}

// Note is something a person wrote down.
type Note struct {
	By   User      `json:"by"`
	At   time.Time `json:"at"`
	Text string    `json:"text"`
}

// ID returns the name people use: INC-142.
func (i Incident) ID() string { return ID(i.Number) }

// ID returns the name people use for incident number n.
func ID(n int) string { return topic.Incident(n).String() }

// Active reports whether the incident still needs people now.
func (i Incident) Active() bool { return !i.Quiet && (i.State == Open || i.State == Acknowledged) }

// Over reports whether the alerts are dealt with, follow-ups or not.
func (i Incident) Over() bool { return i.State == Resolved || i.State == Closed }

// FiringCount returns how many of the known alerts fire.
func (i Incident) FiringCount() int {
	n := 0
	for _, a := range i.Alerts {
		if a.Firing {
			n++
		}
	}
	return n
}

// FindStep returns the step with that id or number, and its index.
func (i Incident) FindStep(ref string) (Step, int, bool) {
	for k, s := range i.Steps {
		if s.ID == ref || fmt.Sprint(s.Number) == ref {
			return s, k, true
		}
	}
	return Step{}, -1, false
}

// Tier returns the tier of that name.
func (i Incident) Tier(name playbooks.TierName) (Tier, bool) {
	for _, t := range i.Tiers {
		if t.Name == name {
			return t, true
		}
	}
	return Tier{}, false
}

// Deadline returns when a step is due: its own deadline, else its tier's.
func (i Incident) Deadline(s Step) time.Time {
	if !s.Due.IsZero() {
		return s.Due
	}
	t, _ := i.Tier(s.Tier)
	return t.Due
}

// allEnded reports whether no step is left in any tier.
func (i Incident) allEnded() bool {
	for _, t := range i.Tiers {
		if i.left(t.Name) > 0 {
			return false
		}
	}
	return true
}
