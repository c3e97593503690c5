package playbooks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/prometheus/alertmanager/pkg/labels"

	"github.com/signalbook/signalbook/alerts/textutil"
)

const (
	maxDrawn   = 20      // texts drawn from one regular expression
	maxMadeUp  = 60      // alerts made up for one playbook
	maxTriedOn = 5       // entries of which alerts are made up
	maxTries   = 100_000 // comparisons of made-up alerts with earlier entries, in one search
)

// tried looks where alerts go that are made up for a playbook, among the earlier
// ones, and adds what the clashes that are known already do not tell.
func (x *clashes) tried(p *Playbook, mine []*known, clashing []Clash) []Clash {
	made, gone := 0, 0
	var example Clash
	for k, n := range mine[:min(len(mine), maxTriedOn)] {
		for _, set := range p.madeUp(n.match) {
			if made++; made > maxMadeUp {
				break
			}
			by := x.first(set)
			if by == nil {
				continue
			}
			c := Clash{First: by.playbook, Second: p, Entry: k, Matcher: lookedAt(set, by.match, n.match), Tried: 1}
			if gone++; gone == 1 {
				example = c
			}
			if !slices.ContainsFunc(clashing, func(c Clash) bool { return c.First == by.playbook || c.Entry == k }) {
				clashing = append(clashing, c)
			}
		}
	}
	if made > 1 && gone == made && len(mine) <= maxTriedOn {
		example.Unreachable, example.Tried = true, made
		return []Clash{example}
	}
	return clashing
}

// first is the entry before that takes an alert.
func (x *clashes) first(set map[string]string) *known {
	for _, y := range x.all {
		if x.tries++; x.tries > maxTries {
			return nil
		}
		if y.match.Match(set) {
			return y
		}
	}
	return nil
}

// madeUp are alerts that an entry matches: the one that playbooks are tried on, and
// one with no other labels for each text drawn from its regular expressions.
func (p *Playbook) madeUp(ms Matchers) (all []map[string]string) {
	usual := p.labelled(usualLabels, ms)
	if ms.Match(usual) {
		all = append(all, usual)
	}
	for _, m := range ms {
		if m.Type != labels.MatchRegexp {
			continue
		}
		for _, text := range draw(m.Value) {
			set := map[string]string{m.Name: text}
			for _, other := range ms {
				if other != m {
					satisfy(other, set, "")
				}
			}
			if ms.Match(set) {
				all = append(all, set)
			}
		}
	}
	return all
}

// lookedAt writes down the labels of an alert that either entry looks at.
func lookedAt(set map[string]string, first, second Matchers) string {
	var parts []string
	for _, m := range slices.Concat(second, first) {
		part := fmt.Sprintf("%s=%q", m.Name, set[m.Name])
		if set[m.Name] != "" && !slices.Contains(parts, part) {
			parts = append(parts, part)
		}
	}
	return textutil.Cut(strings.Join(parts, ","), 200)
}
