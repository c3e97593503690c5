package storm

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/incident"
)

// tally counts incidents of a storm.
type tally struct {
	title      string // of all of them, when they are counted by title
	count      int
	critical   int
	overdue    int
	states     map[incident.State]int
	severities map[string]*severityCount
}

type severityCount struct {
	severity string
	critical bool
	count    int
}

type stateCount struct {
	state incident.State
	count int
}

func newTally(title string) *tally {
	return &tally{title: title, states: map[incident.State]int{}, severities: map[string]*severityCount{}}
}

func (t *tally) add(r *row) {
	t.count++
	t.states[r.State]++
	if r.Critical {
		t.critical++
	}
	if r.Overdue {
		t.overdue++
	}
	s := t.severities[r.severity]
	if s == nil {
		s = &severityCount{severity: r.severity, critical: r.Critical}
		t.severities[r.severity] = s
	}
	s.count++
	s.critical = s.critical || r.Critical
}

func tallyOf(rows []*row) *tally {
	t := newTally("")
	for _, r := range rows {
		t.add(r)
	}
	return t
}

// byTitle counts the rows of each title, those with critical ones first, then the
// most frequent. What a title says behind its colon tells one group from another
// (incident.Title): it counts for nothing here, unless it is the only one.
func byTitle(rows []*row) []*tally {
	known := map[string]*tally{}
	for _, r := range rows {
		what, _, _ := strings.Cut(r.title, ": ")
		t := known[what]
		if t == nil {
			t = newTally(r.title)
			known[what] = t
		}
		if t.title != r.title {
			t.title = what
		}
		t.add(r)
	}
	return slices.SortedFunc(maps.Values(known), func(a, b *tally) int {
		return cmp.Or(cmp.Compare(min(b.critical, 1), min(a.critical, 1)), cmp.Compare(b.count, a.count), cmp.Compare(a.title, b.title))
	})
}

// stateCounts are the states that occur, in the order in which incidents pass
// through them; states of a newer binary are not counted by name.
func (t *tally) stateCounts() []stateCount {
	var all []stateCount
	for _, s := range [...]incident.State{incident.Open, incident.Acknowledged, incident.Resolved, incident.Closed} {
		if n := t.states[s]; n > 0 {
			all = append(all, stateCount{s, n})
		}
	}
	return all
}

// stateWords are the states without colours: "3 open, 2 acknowledged, 1 closed".
func (t *tally) stateWords() string {
	var parts []string
	for _, s := range t.stateCounts() {
		parts = append(parts, textutil.Thousands(s.count)+" "+string(s.state))
	}
	if t.overdue > 0 {
		parts = append(parts, textutil.Thousands(t.overdue)+" overdue")
	}
	if len(parts) == 0 {
		return "of no known state"
	}
	return strings.Join(parts, ", ")
}

// severityCounts writes the severities, at most most of them: "critical 3,
// warning 4". A single severity has no number: it has all of them.
func (t *tally) severityCounts(most int, between string) string {
	all := slices.SortedFunc(maps.Values(t.severities), func(a, b *severityCount) int {
		if a.critical != b.critical {
			if a.critical {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(b.count, a.count), cmp.Compare(a.severity, b.severity))
	})
	if len(all) == 1 {
		return all[0].severity
	}
	var parts []string
	for _, s := range all[:min(len(all), most)] {
		parts = append(parts, cmp.Or(s.severity, "none")+" "+textutil.Thousands(s.count))
	}
	return strings.Join(parts, between) + textutil.More(len(all)-len(parts))
}
