package incident

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/signalbook/signalbook/bot/compat"
	"github.com/signalbook/signalbook/bot/topic"
	"github.com/signalbook/signalbook/playbooks"
)

// CalmFor is how long a channel has to stay below its limit until a storm is
// over.
const CalmFor = 5 * time.Minute

// maxCalled bounds who is mentioned for a storm, and how many pings it can have.
const (
	maxStormOwners = 10
	maxStormCalls  = 20
)

// Show says how much of an incident Slack shows by itself.
type Show string

// The amounts. What is held back comes when a person acts on the incident or
// asks for its thread.
const (
	ShowAll    Show = ""       // root, every tier, pings
	ShowUrgent Show = "urgent" // root, immediate tier, pings: a critical one in a storm
	ShowListed Show = "listed" // only a line in the storm's list
)

// Limit says when openings in a channel are a storm: more than Above within Per.
// An Above of 0 means never.
type Limit struct {
	Above int
	Per   time.Duration
}

// Channel is what is remembered of a channel from one opening to the next.
type Channel struct {
	Schema  int       `json:"schema"`
	Version int64     `json:"version"`
	Name    string    `json:"name"`
	Recent  []Opening `json:"recent,omitempty"` // the newest ones, oldest first, one more than a storm needs
	Storm   int       `json:"storm,omitempty"`  // the storm that is on; 0: none

	unknown *compat.Fields
}

// Opening is an incident that opened.
type Opening struct {
	Number int       `json:"number"`
	At     time.Time `json:"at"`
}

// Storm is a time in which more incidents open in a channel than people can read
// threads of. It has the number of the incident that was one too many.
type Storm struct {
	Schema  int    `json:"schema"`
	Number  int    `json:"number"`
	Version int64  `json:"version"` // grows whenever an incident of the storm changes
	Channel string `json:"channel"`
	// Place is the channel in which it is posted, when Channel cannot be written to, and Why that is.
	Place     string    `json:"place,omitempty"`
	Why       string    `json:"why,omitempty"`
	Above     int       `json:"above"` // the limit as it was
	Per       string    `json:"per"`
	StartedAt time.Time `json:"started_at"`
	// BelowAt is when the openings within the window are again as few as allowed, if no other comes.
	BelowAt time.Time   `json:"below_at"`
	EndedAt time.Time   `json:"ended_at,omitzero"`
	Owners  []string    `json:"owners,omitempty"` // of its incidents, told once by the storm's first message
	Calls   []StormCall `json:"calls,omitempty"`

	unknown *compat.Fields
}

// StormCall is a ping for incidents of a storm that have no thread of their own:
// the first of them calls for all.
type StormCall struct {
	Kind    Kind      `json:"kind"` // KindEscalated or KindDeadline
	Level   int       `json:"level,omitempty"`
	Mention []string  `json:"mention,omitempty"`
	At      time.Time `json:"at"`
}

// ID names a storm for logs and errors.
func (s Storm) ID() string { return s.Topic().String() }

// Topic is what the storm's thread is about.
func (s Storm) Topic() topic.ID { return topic.Storm(s.Number) }

// NextDue returns when the storm is over if nothing else opens; zero when it is.
func (s Storm) NextDue() time.Time {
	if !s.EndedAt.IsZero() {
		return time.Time{}
	}
	return s.BelowAt.Add(CalmFor)
}

// Encode writes the storm's document.
func (s Storm) Encode() ([]byte, error) { return s.unknown.Encode(s.plain) }

func (s Storm) plain() ([]byte, error) { return json.Marshal(s) }

// DecodeStorm reads a storm's document.
func DecodeStorm(data []byte) (s Storm, err error) {
	if err := compat.Decode(data, Schema, &s); err != nil {
		return Storm{}, fmt.Errorf("decode storm document: %w", err)
	}
	s.unknown = compat.Keep[Storm](data, s.plain)
	return s, nil
}

// Encode writes the channel's document.
func (c Channel) Encode() ([]byte, error) { return c.unknown.Encode(c.plain) }

func (c Channel) plain() ([]byte, error) { return json.Marshal(c) }

// DecodeChannel reads a channel's document.
func DecodeChannel(data []byte) (c Channel, err error) {
	if err := compat.Decode(data, Schema, &c); err != nil {
		return Channel{}, fmt.Errorf("decode channel document: %w", err)
	}
	c.unknown = compat.Keep[Channel](data, c.plain)
	return c, nil
}

// Entry is what a storm's list tells of an incident. It is made of the incident anew
// at each change, so it keeps nothing that this binary does not know.
type Entry struct {
	Number   int       `json:"n"`
	Title    string    `json:"t"`
	Severity string    `json:"s,omitempty"`
	Critical bool      `json:"c,omitempty"`
	State    State     `json:"st"`
	Show     Show      `json:"sh,omitempty"`
	OpenedAt time.Time `json:"o"`
	Lead     User      `json:"l,omitzero"`
	Overdue  bool      `json:"d,omitempty"` // its immediate deadline passed with steps left
}

// Entry returns the incident as its storm lists it.
func (i Incident) Entry() Entry {
	t, _ := i.Tier(playbooks.Immediate)
	return Entry{
		Number: i.Number, Title: i.Title, Severity: i.Severity, Critical: i.Critical, State: i.State, Show: i.Show,
		OpenedAt: i.OpenedAt, Lead: i.Lead, Overdue: t.Overdue && i.Active() && i.left(t.Name) > 0,
	}
}

// show brings everything of an incident into Slack: somebody works on it.
func (m *move) show(by User, via string) {
	if m.i.Show == ShowAll {
		return
	}
	m.i.Show = ShowAll
	m.change(Change{Kind: KindShown, By: by, Via: via})
}

// updateStorms is how storms follow from what an event did to incidents.
func (r Rules) updateStorms(out *Outcome, s StepInput, now time.Time) {
	for k := range out.Results {
		if out.Results[k].Incident.Drill {
			continue // an exercise neither makes a storm nor is lost in one
		}
		if r.Storm.Above > 0 && slices.ContainsFunc(out.Results[k].Changes, isOpening) {
			r.opened(out, s, k, now)
		}
	}
	for _, result := range out.Results {
		i := result.Incident
		if i.Storm == 0 || len(result.Changes) == 0 {
			continue
		}
		storm := out.storm(s, i.Storm)
		if storm == nil {
			continue
		}
		storm.own(i)
		if i.Show == ShowListed {
			storm.call(i, result.Changes, now)
		}
	}
	for k := range out.Storms {
		out.Storms[k].Version++
	}
}

func isOpening(c Change) bool { return c.Kind == KindOpened }

// opened counts the opening of out.Results[k] in its channel: it may begin a
// storm, prolong one, or be nothing special.
func (r Rules) opened(out *Outcome, s StepInput, k int, now time.Time) {
	i := out.Results[k].Incident
	known := s.channel(i.Channel)
	if known == nil {
		return // nobody knows what opened before, and this opening must not wait for it
	}
	c := *known
	if c.Storm != 0 && out.storm(s, c.Storm) == nil {
		c.Storm = 0 // it is gone, or cannot be read: it lists nothing any more
	}
	c.Version++
	c.Recent = append(slices.Clone(c.Recent), Opening{i.Number, now})
	if over := len(c.Recent) - (r.Storm.Above + 1); over > 0 {
		c.Recent = c.Recent[over:]
	}
	// Times come from the clocks of several endpoints: the window counts from the newest.
	newest := slices.MaxFunc(c.Recent, func(a, b Opening) int { return a.At.Compare(b.At) }).At
	oldest := slices.MinFunc(c.Recent, func(a, b Opening) int { return a.At.Compare(b.At) }).At
	storming := len(c.Recent) > r.Storm.Above && newest.Sub(oldest) < r.Storm.Per
	if storming && c.Storm == 0 {
		c.Storm = i.Number
		out.Storms = append(out.Storms, Storm{
			Schema: Schema, Number: i.Number, Channel: c.Name, StartedAt: now,
			Above: r.Storm.Above, Per: playbooks.Duration(r.Storm.Per).String(),
		})
		r.collectFirst(out, s, c)
	}
	if c.Storm != 0 {
		storm := out.storm(s, c.Storm)
		if storm != nil {
			if below := oldest.Add(r.Storm.Per); storming && below.After(storm.BelowAt) {
				storm.BelowAt = below
			}
			i.Storm = storm.Number
			if i.Group != "" { // who starts a playbook by hand gets his thread
				i.Show = ShowListed
				if i.Critical {
					i.Show = ShowUrgent
				}
			}
			out.Results[k].Incident = i
		}
	}
	out.Channel = &c
}

// collectFirst counts those into a storm that opened before it was one; they keep
// their threads.
func (r Rules) collectFirst(out *Outcome, s StepInput, c Channel) {
	for _, opening := range c.Recent[:len(c.Recent)-1] {
		at := slices.IndexFunc(out.Results, func(x Result) bool { return x.Incident.Number == opening.Number })
		if at >= 0 {
			out.Results[at].Incident.Storm = c.Storm
			continue
		}
		first := s.incident(opening.Number)
		if first == nil {
			continue // it left the store meanwhile
		}
		joined := first.clone()
		joined.Storm = c.Storm
		out.Results = append(out.Results, Result{joined, []Change{}})
		out.storm(s, c.Storm).own(joined)
	}
}

// storm returns the storm of that number for writing: the one of this outcome,
// else a copy of the stored one; nil when there is none any more.
func (o *Outcome) storm(s StepInput, number int) *Storm {
	for k := range o.Storms {
		if o.Storms[k].Number == number {
			return &o.Storms[k]
		}
	}
	stored := s.storm(number)
	if stored == nil {
		return nil
	}
	o.Storms = append(o.Storms, *stored)
	return &o.Storms[len(o.Storms)-1]
}

// own adds the incident's owners to those whom the storm tells.
func (s *Storm) own(i Incident) {
	for _, owner := range i.urgentOwners() {
		if len(s.Owners) < maxStormOwners && !slices.Contains(s.Owners, owner) {
			s.Owners = append(slices.Clone(s.Owners), owner)
		}
	}
}

// urgentOwners are those who have to act first.
func (i Incident) urgentOwners() []string {
	if t, ok := i.Tier(playbooks.Immediate); ok && len(t.Owners) > 0 {
		return t.Owners
	}
	return i.Owners
}

// call notes a ping for an incident without a thread, unless another of the storm
// has called the same people for the same reason.
func (s *Storm) call(i Incident, changes []Change, now time.Time) {
	for _, c := range changes {
		call := StormCall{Kind: c.Kind, At: now}
		switch {
		case c.Kind == KindEscalated && c.Other > 0 && c.Other <= len(i.Escalate):
			call.Level, call.Mention = c.Other, i.Escalate[c.Other-1].Mention
		case c.Kind == KindDeadline && c.Other == i.Number:
			call.Mention = i.urgentOwners()
		default:
			continue
		}
		same := func(other StormCall) bool {
			return other.Kind == call.Kind && other.Level == call.Level && slices.Equal(other.Mention, call.Mention)
		}
		if len(s.Calls) < maxStormCalls && !slices.ContainsFunc(s.Calls, same) {
			s.Calls = append(slices.Clone(s.Calls), call)
		}
	}
}

// handleStorm ends a storm whose channel has been calm for long enough.
func (r Rules) handleStorm(s StepInput, number int, now time.Time) Outcome {
	var out Outcome
	storm := out.storm(s, number)
	if storm == nil || !storm.EndedAt.IsZero() || now.Before(storm.NextDue()) {
		return Outcome{Reason: "the storm goes on, or is over already"}
	}
	storm.EndedAt = now
	if known := s.channel(storm.Channel); known != nil && known.Storm == storm.Number {
		c := *known
		c.Storm = 0
		c.Version++
		out.Channel = &c
	}
	return out
}
