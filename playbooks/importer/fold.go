package importer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/playbooks"
)

// fold makes fewer steps of what is more than a playbook holds: one of each of
// the largest sections, then one of neighbours below the same heading.
func (d *Draft) fold() {
	bySize := make([]*section, len(d.sections))
	for i := range d.sections {
		bySize[i] = &d.sections[i]
	}
	slices.SortStableFunc(bySize, func(a, b *section) int { return len(b.items) - len(a.items) })
	total := d.total()
	for _, s := range bySize {
		if total > playbooks.MaxSteps && len(s.items) > 1 {
			total -= len(s.items) - 1
			s.items = []item{s.one()}
		}
	}
	for depth := d.depth(); depth > 0 && d.total() > playbooks.MaxSteps; depth-- {
		d.merge(depth)
	}
}

func (d *Draft) total() int {
	total := 0
	for _, s := range d.sections {
		total += len(s.items)
	}
	return total
}

// depth is how many headings the deepest section stands under.
func (d *Draft) depth() int {
	depth := 0
	for _, s := range d.sections {
		depth = max(depth, len(s.above))
	}
	return depth
}

// merge makes one section, of one item, of neighbours that stand so deep below
// the same heading, and of what stands directly below that heading.
func (d *Draft) merge(depth int) {
	var merged []section
	for _, s := range d.sections {
		parent := s
		if len(s.above) == depth {
			parent.title, parent.above = strings.Join(s.above, " / "), s.above[:depth-1]
		}
		if last := len(merged) - 1; last >= 0 && len(s.above) == depth && merged[last].title == parent.title && merged[last].tier == s.tier {
			merged[last].items = append(merged[last].items, s.one())
			continue
		}
		if len(s.above) == depth {
			parent.items = []item{s.one()}
		}
		merged = append(merged, parent)
	}
	for i := range merged {
		if s := &merged[i]; len(s.items) > 1 {
			s.items = []item{s.one()}
		}
	}
	d.sections = merged
}

// one is an item of all of a section's.
func (s *section) one() item {
	own := strings.TrimPrefix(strings.TrimPrefix(s.title, strings.Join(s.above, " / ")), " / ")
	all := item{title: own, line: s.items[0].line}
	if len(s.items) > 1 {
		all.decide = append(all.decide, fmt.Sprintf("these %d steps are one, because a playbook holds at most %d", len(s.items), playbooks.MaxSteps))
	}
	texts := make([]string, 0, 2*len(s.items))
	for _, it := range s.items {
		if it.title != own {
			texts = append(texts, "• "+entities.Replace(it.title))
		}
		texts = append(texts, it.detail)
		all.commands = append(all.commands, it.commands...)
		all.decide = append(all.decide, it.decide...)
	}
	all.detail = join(texts...)
	return all
}
