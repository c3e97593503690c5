package playbooks

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/alertmanager/pkg/labels"

	"github.com/signalbook/signalbook/playbooks/yamlfile"
)

// Triage is the name of the playbook for alerts that no other one matches.
const Triage = "triage"

// Set is the loaded playbooks in the order in which they are tried. It does
// not change once made, and is safe for concurrent use.
type Set struct {
	ordered []entry
	byName  map[string]*Playbook
	triage  *Playbook
}

// entry is a playbook with its match list ready for use.
type entry struct {
	playbook *Playbook
	match    []Matchers
}

// NewSet puts the playbooks of files before the built-in ones; a file's
// playbook takes the place of the built-in of the same name. The warnings say
// which playbooks of files certainly match the same alerts, so that only the
// first is ever chosen, and what is missing. Where several of one list have
// the same name, the first stays.
func NewSet(files, builtIn []*Playbook) (*Set, []string) {
	s := &Set{byName: map[string]*Playbook{}}
	var warnings []string
	for _, p := range slices.Concat(files, builtIn) {
		if _, taken := s.byName[p.Name]; taken {
			continue
		}
		s.byName[p.Name] = p
		e := entry{playbook: p}
		for _, m := range p.Match {
			// Parse has refused what cannot be read.
			if ms, err := ParseMatchers(m); err == nil {
				e.match = append(e.match, ms)
			}
		}
		s.ordered = append(s.ordered, e)
	}
	if s.triage = s.byName[Triage]; s.triage == nil {
		s.triage = bareTriage()
		warnings = append(warnings, `there is no playbook "triage" for alerts that match no other one: a bare one with a single step is used`)
	}
	return s, append(warnings, s.overlaps(files)...)
}

// bareTriage is the last resort when the configuration leaves triage out.
func bareTriage() *Playbook {
	return &Playbook{Name: Triage, Title: "An alert without a playbook", Tiers: []Tier{{
		Name: Immediate, Within: Duration(time.Hour),
		Steps: []Step{{ID: "look", Title: "Look at the alert and say in this thread what you found"}},
	}}}
}

// All returns the playbooks in the order in which they are tried.
func (s *Set) All() []*Playbook {
	out := make([]*Playbook, len(s.ordered))
	for i, e := range s.ordered {
		out[i] = e.playbook
	}
	return out
}

// Find returns the playbook of a name.
func (s *Set) Find(name string) (*Playbook, bool) {
	if name == Triage {
		return s.triage, true
	}
	p, ok := s.byName[name]
	return p, ok
}

// names yields the names that Find knows.
func (s *Set) names() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, e := range s.ordered {
			if !yield(e.playbook.Name) {
				return
			}
		}
	}
}

// overlaps finds pairs of playbooks of files that certainly match the same
// alerts: an equal entry, or entries of plain equalities that agree on an
// alertname and contradict each other nowhere. A file before a built-in
// playbook is meant to overlap it.
func (s *Set) overlaps(files []*Playbook) []string {
	var ours []entry
	for _, e := range s.ordered {
		if slices.Contains(files, e.playbook) && e.playbook.Name != Triage {
			ours = append(ours, e)
		}
	}
	var out []string
	for i, a := range ours {
		for _, b := range ours[i+1:] {
			if why, ok := overlap(a, b); ok {
				out = append(out, fmt.Sprintf("playbooks %q and %q both match %s: the first one is chosen", a.playbook.Name, b.playbook.Name, why))
			}
		}
	}
	return out
}

func overlap(a, b entry) (string, bool) {
	for _, x := range a.match {
		for _, y := range b.match {
			if x.String() == y.String() {
				return x.String(), true
			}
			xs, okX := alertNames(x)
			ys, okY := alertNames(y)
			if !okX || !okY || contradict(x, y) {
				continue
			}
			for _, name := range xs {
				if slices.Contains(ys, name) {
					return fmt.Sprintf("alertname=%q", name), true
				}
			}
		}
	}
	return "", false
}

// alertNames returns the alert names that an entry lists, as an equality or
// as plain alternatives of a regular expression. It is false when the entry
// has none, or holds anything but equalities beside it.
func alertNames(ms Matchers) (names []string, ok bool) {
	for _, m := range ms {
		switch {
		case m.Name == "alertname" && names == nil && m.Type == labels.MatchEqual:
			names = []string{m.Value}
		case m.Name == "alertname" && names == nil && m.Type == labels.MatchRegexp && !strings.ContainsAny(m.Value, `\.+*?()[]{}^$`):
			names = strings.Split(m.Value, "|")
		case m.Type != labels.MatchEqual || m.Name == "alertname":
			return nil, false
		}
	}
	return names, names != nil
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

// didYouMean ends a message with the known word that is written most alike,
// or with nothing.
func didYouMean(word string, known iter.Seq[string]) string {
	if best, ok := yamlfile.Nearest(word, slices.Sorted(known)); ok {
		return fmt.Sprintf(": did you mean %q?", best)
	}
	return ""
}
