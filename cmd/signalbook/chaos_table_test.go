package main

import (
	"fmt"
	"strings"
	"sync"
)

// table sums up all seeds.
type table struct {
	mu     sync.Mutex
	seeds  int
	faults map[string]int
	work   map[string]int
	wrong  map[string]int // broken invariants, by their first word
}

func newTable() *table {
	return &table{faults: map[string]int{}, work: map[string]int{}, wrong: map[string]int{"lost": 0, "doubled": 0, "refused": 0}}
}

func (s *table) add(w *world, m *witness) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seeds++
	for kind, n := range w.counts {
		s.faults[kind] += n
	}
	for _, problem := range w.problems {
		word, _, _ := strings.Cut(problem, ":")
		s.wrong[word]++
	}
	for _, g := range m.groups {
		s.work["notifications answered 202"] += g.answered
	}
	for _, a := range m.acts {
		s.work["acts of people"]++
		if a.confirmed() {
			s.work["acts confirmed"]++
		}
	}
	for _, call := range w.sim.Calls() {
		if call.TS != "" && call.Method == "chat.postMessage" {
			s.work["messages posted"]++
		}
		if call.TS != "" && call.Method == "chat.delete" {
			s.work["copies removed"]++
		}
	}
}

func (s *table) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b strings.Builder
	for _, part := range []struct {
		title string
		count map[string]int
	}{{"work", s.work}, {"faults", s.faults}, {"wrong", s.wrong}} {
		fmt.Fprintf(&b, "%s:\n", part.title)
		for _, kind := range sorted(part.count) {
			fmt.Fprintf(&b, "%8d %s\n", part.count[kind], kind)
		}
	}
	return b.String()
}
