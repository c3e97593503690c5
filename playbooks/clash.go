package playbooks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/prometheus/alertmanager/pkg/labels"
)

// maxComparisons bounds how many pairs of entries are compared in search of
// either kind of clash: 10,000 playbooks for one alertname would be 50 million.
// What is beyond is not found.
const maxComparisons = 1_000_000

// Clash says that alerts which a playbook is written for go to an earlier one.
type Clash struct {
	First, Second *Playbook
	Entry         int    // of Second's match
	Matcher       string // what both match
	// Unreachable: every entry of Second is covered, so that it is never chosen unless an alert names it.
	Unreachable bool
	// Tried: how many alerts, made up for Second, went to earlier playbooks. Matcher is one of them,
	// and with Unreachable these were all that were made up. 0: it is certain without trying.
	Tried int
}

// String is the warning.
func (c Clash) String() string {
	switch {
	case c.Tried > 0 && c.Unreachable:
		return fmt.Sprintf("playbook %q is hardly ever chosen by its match: all %d alerts made up for it go to earlier ones, such as %s to %q: put it first, or narrow the others",
			c.Second.Name, c.Tried, c.Matcher, c.First.Name)
	case c.Tried > 0:
		return fmt.Sprintf("an alert made up for playbook %q goes to %q, which stands before it: %s: put %q first, or narrow the other", c.Second.Name, c.First.Name, c.Matcher, c.Second.Name)
	case c.Unreachable:
		return fmt.Sprintf("playbook %q is never chosen by its match: whatever it matches, an earlier one does too (%q with %s): put it first, or narrow the other",
			c.Second.Name, c.First.Name, c.Matcher)
	}
	return fmt.Sprintf("playbooks %q and %q both match %s: the first one is chosen", c.First.Name, c.Second.Name, c.Matcher)
}

// Clashes finds the playbooks of files that match what an earlier one of files does:
// an equal entry; entries that agree on an alertname, or without one on another
// label, by equality or by regular expression, and contradict each other nowhere; and
// those for which made-up alerts go to an earlier one. Of each entry only the first
// clash is told, and each pair once. A playbook that can never be chosen is told as
// just that. A file before a built-in playbook is meant to clash with it.
func (s *Set) Clashes(files []*Playbook) []Clash {
	ours := make(map[*Playbook]bool, len(files))
	for _, p := range files {
		ours[p] = true
	}
	x := clashes{equal: map[string]*known{}, valued: map[labelValue][]*known{}, alerts: map[string][]*known{}, automata: map[*labels.Matcher]*automaton{}, steps: maxCompareSteps}
	for _, e := range s.ordered {
		if ours[e.playbook] && e.playbook.Name != Triage {
			x.add(e)
		}
	}
	return x.found
}

// clashes is an index of the entries so far.
type clashes struct {
	equal  map[string]*known       // by canonical form
	valued map[labelValue][]*known // by the values of one of their labels that lists them
	others []*known                // that have no such label
	alerts map[string][]*known     // by alert names, those that have them
	all    []*known
	open   []*known // that match by more than equal alert names
	found  []Clash

	automata map[*labels.Matcher]*automaton
	steps    int // that comparing regular expressions may still take

	covers, overlaps, tries int // comparisons so far
}

// known is an entry of an earlier playbook.
type known struct {
	number   int
	playbook *Playbook
	match    Matchers
	text     string
	names    []string // alert names, see alertNames; nil: it is one of the open ones
}

type labelValue struct{ name, value string }

func (x *clashes) add(e entry) {
	var mine []*known
	var clashing []Clash
	covered := 0
	var cover Clash
	for k, ms := range e.match {
		n := &known{number: len(x.all) + len(mine) + 1, playbook: e.playbook, match: ms, text: ms.String()}
		n.names = alertNames(ms)
		mine = append(mine, n)
		if by := x.covering(n); by != nil {
			if covered++; covered == 1 {
				cover = Clash{First: by.playbook, Second: e.playbook, Entry: k, Matcher: by.text, Unreachable: true}
			}
		}
		if by, what := x.overlapping(n); by != nil && !slices.ContainsFunc(clashing, func(c Clash) bool { return c.First == by.playbook }) {
			clashing = append(clashing, Clash{First: by.playbook, Second: e.playbook, Entry: k, Matcher: what})
		}
	}
	switch {
	case covered > 0 && covered == len(e.match):
		clashing = []Clash{cover}
	default:
		clashing = x.tried(e.playbook, mine, clashing)
	}
	x.found = append(x.found, clashing...)
	for _, n := range mine {
		x.remember(n)
	}
}

// remember puts an entry where covering and overlapping look for it. Of several
// labels that list their values it takes the one that fewest others have there.
func (x *clashes) remember(n *known) {
	if x.equal[n.text] == nil {
		x.equal[n.text] = n
	}
	x.all = append(x.all, n)
	if n.names == nil {
		x.open = append(x.open, n)
	}
	for _, name := range n.names {
		x.alerts[name] = append(x.alerts[name], n)
	}
	var key *labels.Matcher
	var values []string
	fewest := 0
	for _, m := range n.match {
		if vs := listed(m); len(vs) > 0 {
			if here := len(x.valued[labelValue{m.Name, vs[0]}]); key == nil || here < fewest {
				key, values, fewest = m, vs, here
			}
		}
	}
	if key == nil {
		x.others = append(x.others, n)
	}
	for _, v := range values {
		at := labelValue{key.Name, v}
		x.valued[at] = append(x.valued[at], n)
	}
}

// covering returns the first entry that matches whatever n does.
func (x *clashes) covering(n *known) *known {
	by := x.equal[n.text]
	try := func(all []*known) {
		for _, y := range all {
			if by != nil && y.number >= by.number {
				return
			}
			if x.covers++; x.covers > maxComparisons {
				return
			}
			if x.covered(y.match, n.match) {
				by = y
				return
			}
		}
	}
	for _, m := range n.match {
		if values := listed(m); len(values) > 0 {
			try(x.valued[labelValue{m.Name, values[0]}])
		}
	}
	try(x.others)
	return by
}

// overlapping returns the first entry that matches some alerts that n does, and what
// they have in common.
func (x *clashes) overlapping(n *known) (by *known, what string) {
	if by = x.equal[n.text]; by != nil {
		what = n.text
	}
	for _, name := range n.names {
		for _, y := range x.alerts[name] {
			if x.overlaps++; by != nil && y.number >= by.number || x.overlaps > maxComparisons {
				break
			}
			if !contradict(y.match, n.match) {
				by, what = y, fmt.Sprintf("alertname=%q", name)
				break
			}
		}
	}
	candidates := x.open
	if n.names == nil {
		candidates = x.all
	}
	for _, y := range candidates {
		if x.overlaps++; by != nil && y.number >= by.number || x.overlaps > maxComparisons {
			break
		}
		if shared, ok := x.shared(y.match, n.match); ok {
			return y, shared
		}
	}
	return by, what
}

// listed returns the values that a matcher lists: one of an equality, several of
// plain alternatives; nil when there is no list of them.
func listed(m *labels.Matcher) []string {
	switch {
	case m.Type == labels.MatchEqual:
		return []string{m.Value}
	case m.Type == labels.MatchRegexp && !strings.ContainsAny(m.Value, `\.+*?()[]{}^$`):
		return strings.Split(m.Value, "|")
	}
	return nil
}

// covered tells whether each matcher of the wider entry holds whenever the
// narrower does. It may miss that it does so.
func (x *clashes) covered(wider, narrower Matchers) bool {
	return !slices.ContainsFunc(wider, func(w *labels.Matcher) bool {
		return !slices.ContainsFunc(narrower, func(n *labels.Matcher) bool {
			if n.Name != w.Name {
				return false
			}
			if n.Type == w.Type && n.Value == w.Value {
				return true
			}
			if values := listed(n); values != nil {
				return !slices.ContainsFunc(values, func(v string) bool { return !w.Matches(v) })
			}
			return x.implies(n, w)
		})
	})
}

// alertNames returns the alert names that an entry lists, as an equality or
// as plain alternatives of a regular expression. It is nil when the entry
// has none, or holds anything but equalities beside it.
func alertNames(ms Matchers) (names []string) {
	for _, m := range ms {
		switch {
		case m.Name == "alertname" && names == nil && listed(m) != nil:
			names = listed(m)
		case m.Type != labels.MatchEqual || m.Name == "alertname":
			return nil
		}
	}
	return names
}

// contradict tells whether two entries ask for different values of one label.
func contradict(x, y Matchers) bool {
	for _, a := range x {
		for _, b := range y {
			if a.Name == b.Name && a.Type == labels.MatchEqual && b.Type == labels.MatchEqual && a.Value != b.Value {
				return true
			}
		}
	}
	return false
}
