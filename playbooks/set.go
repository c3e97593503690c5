package playbooks

import (
	"iter"
	"slices"
	"time"

	"github.com/signalbook/signalbook/alerts/textutil"
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
// playbook takes the place of the built-in of the same name. The warnings are
// the Clashes of the files' playbooks, and what is missing. Where several of one list have
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
	for _, c := range s.Clashes(files) {
		warnings = append(warnings, c.String())
	}
	return s, warnings
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

// Names yields the names that Find knows, in their order.
func (s *Set) Names() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, e := range s.ordered {
			if !yield(e.playbook.Name) {
				return
			}
		}
	}
}

// didYouMean ends a message with the known word that is written most alike,
// or with nothing.
func didYouMean(word string, known iter.Seq[string]) string {
	return textutil.DidYouMean(word, slices.Sorted(known))
}
