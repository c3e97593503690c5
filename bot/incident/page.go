package incident

import (
	"fmt"
	"time"
)

// PageEvent is what a service outside Slack is told of an incident, in the words of
// PagerDuty's Events API v2.
type PageEvent string

// The events, in the order in which they are told.
const (
	PageTrigger     PageEvent = "trigger"
	PageAcknowledge PageEvent = "acknowledge"
	PageResolve     PageEvent = "resolve"
)

// rank orders the events; 0: nothing is told.
func (e PageEvent) rank() int {
	switch e {
	case PageTrigger:
		return 1
	case PageAcknowledge:
		return 2
	case PageResolve:
		return 3
	}
	return 0
}

// Page is a call that goes beyond Slack, because a level was reached that has one.
type Page struct {
	Opening int       `json:"opening"`
	Level   int       `json:"level"` // 1 for the first
	Hook    string    `json:"hook"`  // which webhook of the configuration
	To      string    `json:"to"`    // how people know it: PagerDuty, or its host
	At      time.Time `json:"at"`    // when the level was reached
	// Told is what the service has taken last; empty: nothing yet.
	Told PageEvent `json:"told,omitempty"`
	// Trouble is why it takes nothing at the moment, and GivenUp that nobody tries any more.
	Trouble string `json:"trouble,omitempty"`
	GivenUp bool   `json:"given_up,omitempty"`
}

// Paged says what came of telling a service: what it has taken, or why it has not.
type Paged struct {
	Incident int       `json:"incident"`
	Opening  int       `json:"opening"`
	Level    int       `json:"level"`
	Event    PageEvent `json:"event"`
	Trouble  string    `json:"trouble,omitempty"`
	GivenUp  bool      `json:"given_up,omitempty"`
}

// Key is the same for all that is told of one page, and for no other: a service takes
// what it has by that key for the same. Workspace tells apart two that share a service.
func (p Page) Key(workspace string, incident int) string {
	return fmt.Sprintf("signalbook-%s-%s-%d-%d", workspace, ID(incident), p.Opening, p.Level)
}

// Wants is what the service of a page is to be told now; empty: nothing. A page of a
// former opening is over. What was acknowledged before anybody was called calls nobody.
func (i Incident) Wants(p Page) PageEvent {
	want := PageTrigger
	switch {
	case p.GivenUp:
		return ""
	case p.Opening < i.Opening || i.Over():
		want = PageResolve
	case i.State == Acknowledged:
		want = PageAcknowledge
	}
	if want.rank() <= p.Told.rank() {
		return ""
	}
	return want
}

// Calling reports whether a service is to be told something.
func (i Incident) Calling() bool {
	for _, p := range i.Pages {
		if i.Wants(p) != "" {
			return true
		}
	}
	return false
}

// maxPages is how many pages an incident remembers: those of the newest openings.
const maxPages = 20

// page begins the call of a level that was just reached, if it has one. An exercise
// calls nobody.
func (m *move) page(level int) {
	i := m.i
	e := i.Escalate[level-1]
	if e.Hook == "" || i.Drill {
		return
	}
	i.Pages = append(i.Pages[:len(i.Pages):len(i.Pages)], Page{Opening: i.Opening, Level: level, Hook: e.Hook, To: e.HookName, At: m.now})
	i.Pages = i.Pages[max(0, len(i.Pages)-maxPages):]
}

// paged notes what came of telling a service.
func (r Rules) paged(s StepInput, told Paged, now time.Time) Outcome {
	if s.Current == nil {
		return Outcome{Reason: "no such incident"}
	}
	i := s.Current.clone()
	i.Pages = append([]Page(nil), i.Pages...)
	for k := range i.Pages {
		p := &i.Pages[k]
		if p.Opening != told.Opening || p.Level != told.Level {
			continue
		}
		if told.Trouble == "" && told.Event.rank() <= p.Told.rank() || told.Trouble != "" && p.Trouble == told.Trouble && p.GivenUp == told.GivenUp {
			return Outcome{Reason: "known already"}
		}
		c := Change{Kind: KindPaged, At: now, Other: p.Level, Text: p.To, Event: told.Event}
		p.Trouble, p.GivenUp = told.Trouble, told.GivenUp
		if told.Trouble == "" {
			p.Told = told.Event
		} else {
			c.Kind, c.Text = KindPageTrouble, p.To+": "+told.Trouble
		}
		return Outcome{Results: []Result{{i, []Change{c}}}}
	}
	return Outcome{Reason: "no such page: it is too old"}
}
