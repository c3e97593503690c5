package incident

import (
	"encoding/json"
	"slices"

	"github.com/signalbook/signalbook/playbooks"
)

// shortSchema is the version of the document's short form.
const shortSchema = 2

// The short form has the names of the whole one. Where a field is of another type
// here, it hides the field of that name in what it embeds. A field that is nil has
// the value that the comment names.

// document is the short form of an incident.
type document struct {
	Schema int `json:"schema"`
	*Incident

	Alerts     []shortAlert       `json:"alerts,omitempty"`
	LinkSets   [][]playbooks.Link `json:"link_sets,omitempty"` // the different links of alerts
	LastHeard  moment             `json:"last_heard,omitzero"`
	OpenedAt   moment             `json:"opened_at"`
	OpeningAt  *moment            `json:"opening_at,omitempty"` // opened_at
	AckedAt    moment             `json:"acked_at,omitzero"`
	ResolvedAt moment             `json:"resolved_at,omitzero"`
	ClosedAt   moment             `json:"closed_at,omitzero"`
	Tiers      []shortTier        `json:"tiers,omitempty"`
	Steps      []shortStep        `json:"steps,omitempty"`
}

type shortAlert struct {
	Alert

	StartsAt  *moment `json:"starts_at,omitempty"` // that of the alert before
	EndsAt    moment  `json:"ends_at,omitzero"`
	ChangedAt *moment `json:"changed_at,omitempty"` // that of the alert before; of the first: opened_at
	ResolveAt moment  `json:"resolve_at,omitzero"`
	HeldUntil moment  `json:"held_until,omitzero"`
	URL       *string `json:"url,omitempty"`   // that of the alert before
	Links     int     `json:"links,omitempty"` // which of the link sets, from 1
}

// written is what a document may hold, in either form.
type written struct {
	Incident

	LinkSets [][]playbooks.Link `json:"link_sets,omitempty"`
}

type shortTier struct {
	Tier

	Due    moment    `json:"due"`
	Owners *[]string `json:"owners,omitempty"` // the incident's
}

type shortStep struct {
	Step

	Number *int                `json:"number,omitempty"` // its place in the list, from 1
	Tier   *playbooks.TierName `json:"tier,omitempty"`   // that of the step before
	Filled *bool               `json:"filled,omitempty"` // whether it has a detail or commands
	Due    moment              `json:"due,omitzero"`

	shortStanding
	Before *shortStanding `json:"before,omitempty"`
}

type shortStanding struct {
	State  *StepState `json:"state,omitempty"`  // open; of the one before: acknowledged
	Holder *User      `json:"holder,omitempty"` // nobody; of the one before, if acknowledged: who holds it still
	By     *User      `json:"by,omitempty"`     // the holder of a step done or skipped, else nobody
	At     moment     `json:"at,omitzero"`
	Note   string     `json:"note,omitempty"`
}

func compactOf(i *Incident) *document {
	d := &document{
		Schema: shortSchema, Incident: i, LastHeard: moment{i.LastHeard}, OpenedAt: moment{i.OpenedAt}, OpeningAt: unless(moment{i.OpeningAt}, moment{i.OpenedAt}),
		AckedAt: moment{i.AckedAt}, ResolvedAt: moment{i.ResolvedAt}, ClosedAt: moment{i.ClosedAt},
		Alerts: make([]shortAlert, len(i.Alerts)), Tiers: make([]shortTier, len(i.Tiers)), Steps: make([]shortStep, len(i.Steps)),
	}
	last := Alert{ChangedAt: i.OpenedAt}
	for k, a := range i.Alerts {
		d.Alerts[k] = shortAlert{
			Alert: a, StartsAt: unless(moment{a.StartsAt}, moment{last.StartsAt}), EndsAt: moment{a.EndsAt},
			ChangedAt: unless(moment{a.ChangedAt}, moment{last.ChangedAt}), ResolveAt: moment{a.ResolveAt}, HeldUntil: moment{a.HeldUntil},
			URL: unless(a.URL, last.URL), Links: d.linkSet(a.Links),
		}
		last = a
	}
	for k, t := range i.Tiers {
		d.Tiers[k] = shortTier{Tier: t, Due: moment{t.Due}}
		if !slices.Equal(t.Owners, i.Owners) {
			owners := append([]string{}, t.Owners...) // never null: that would be the incident's
			d.Tiers[k].Owners = &owners
		}
	}
	var tier playbooks.TierName
	for k, s := range i.Steps {
		d.Steps[k] = shortStep{
			Step: s, Number: unless(s.Number, k+1), Tier: unless(s.Tier, tier), Filled: unless(s.Filled, s.filledIn()), Due: moment{s.Due},
			shortStanding: s.Standing.short(StepOpen, User{}),
		}
		if s.Before != nil {
			before := s.Before.short(StepAcknowledged, s.Before.heldStill(s.Standing))
			d.Steps[k].Before = &before
		}
		tier = s.Tier
	}
	return d
}

// linkSet returns which of the sets, from 1, the links are. Alerts that follow one
// another mostly have the same.
func (d *document) linkSet(links []playbooks.Link) int {
	if len(links) == 0 {
		return 0
	}
	for k, known := range slices.Backward(d.LinkSets) {
		if slices.Equal(known, links) {
			return k + 1
		}
	}
	d.LinkSets = append(d.LinkSets, links)
	return len(d.LinkSets)
}

func decodeShort(data []byte) (Incident, error) {
	var i Incident
	d := document{Incident: &i}
	if err := json.Unmarshal(data, &d); err != nil {
		return Incident{}, err
	}
	i.Schema, i.LastHeard, i.OpenedAt, i.OpeningAt = Schema, d.LastHeard.Time, d.OpenedAt.Time, or(d.OpeningAt, d.OpenedAt).Time
	i.AckedAt, i.ResolvedAt, i.ClosedAt = d.AckedAt.Time, d.ResolvedAt.Time, d.ClosedAt.Time
	i.Alerts, i.Tiers, i.Steps = slices.Grow(i.Alerts, len(d.Alerts)), slices.Grow(i.Tiers, len(d.Tiers)), slices.Grow(i.Steps, len(d.Steps))
	last := Alert{ChangedAt: i.OpenedAt}
	for _, from := range d.Alerts {
		a := from.Alert
		a.StartsAt, a.EndsAt, a.ChangedAt = or(from.StartsAt, moment{last.StartsAt}).Time, from.EndsAt.Time, or(from.ChangedAt, moment{last.ChangedAt}).Time
		a.ResolveAt, a.HeldUntil, a.URL = from.ResolveAt.Time, from.HeldUntil.Time, or(from.URL, last.URL)
		if from.Links > 0 && from.Links <= len(d.LinkSets) {
			a.Links = d.LinkSets[from.Links-1]
		}
		i.Alerts, last = append(i.Alerts, a), a
	}
	for _, from := range d.Tiers {
		t := from.Tier
		t.Due = from.Due.Time
		if owners := or(from.Owners, i.Owners); len(owners) > 0 {
			t.Owners = slices.Clone(owners)
		}
		i.Tiers = append(i.Tiers, t)
	}
	var tier playbooks.TierName
	for k, from := range d.Steps {
		s := from.Step
		s.Number, s.Tier, s.Filled, s.Due = or(from.Number, k+1), or(from.Tier, tier), or(from.Filled, s.filledIn()), from.Due.Time
		s.Standing = from.long(StepOpen, User{})
		if from.Before != nil {
			before := from.Before.long(StepAcknowledged, User{})
			before = from.Before.long(StepAcknowledged, before.heldStill(s.Standing))
			s.Before = &before
		}
		i.Steps, tier = append(i.Steps, s), s.Tier
	}
	return i, nil
}

// filledIn reports whether the step has words of its own.
func (s Step) filledIn() bool { return s.Detail != "" || len(s.Commands) > 0 }

// short leaves out what is implied: state and holder are given, by follows from
// them.
func (s Standing) short(state StepState, holder User) shortStanding {
	return shortStanding{unless(s.State, state), unless(s.Holder, holder), unless(s.By, s.endedBy()), moment{s.At}, s.Note}
}

func (s shortStanding) long(state StepState, holder User) Standing {
	all := Standing{State: or(s.State, state), Holder: or(s.Holder, holder), At: s.At.Time, Note: s.Note}
	all.By = or(s.By, all.endedBy())
	return all
}

// endedBy is who usually ended a step that stands like that.
func (s Standing) endedBy() User {
	if s.State == StepDone || s.State == StepSkipped {
		return s.Holder
	}
	return User{}
}

// heldStill is who usually held a step that stood like that before now.
func (s Standing) heldStill(now Standing) User {
	if s.State == StepAcknowledged {
		return now.Holder
	}
	return User{}
}

// unless is nil when the value is the implied one.
func unless[T comparable](value, implied T) *T {
	if value == implied {
		return nil
	}
	written := value // only this one goes to the heap
	return &written
}

// or is what unless was given.
func or[T any](written *T, implied T) T {
	if written == nil {
		return implied
	}
	return *written
}
