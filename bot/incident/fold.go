package incident

import "slices"

// The bounds of a timeline in Redis. An incident whose alerts come and go for ever has
// no end of entries; beyond MaxTimeline the middle is folded into a count.
const (
	MaxTimeline = 500
	// MaxActs is how long a timeline may be for what people did in it: who did what is folded only beyond it.
	MaxActs = 2_000
	// FoldEvery is after how many new entries a timeline is looked at.
	FoldEvery = 200

	foldAfter  = 50  // entries at the beginning stay
	foldBefore = 200 // and those at the end
)

// Line is a line of a folded timeline: the entry at that Place in the whole one, as it
// is, or Fold in place of several, of which that is the last.
type Line struct {
	Place int
	Fold  *Change
}

// Stands returns how many entries an entry stands for.
func (c Change) Stands() int {
	if c.Kind == KindFolded {
		return max(1, c.Other)
	}
	return 1
}

// nobodys reports whether an entry tells of what happened by itself. What was not
// checked of an act belongs to the act before it, and what cannot be read here may be
// anything.
func (c Change) nobodys() bool {
	return c.By == User{} && c.Kind != KindUnchecked && c.Kind != KindUnreadable
}

// Folds reports whether it is time to look at the length of the timeline, now that the
// incident is i and was before.
func (i Incident) Folds(before Incident) bool { return i.Logged/FoldEvery > before.Logged/FoldEvery }

// Fold shortens a timeline, given oldest first, that is longer than MaxTimeline: in its
// middle, entries that stand beside one another and tell of what nobody did become one,
// and when that leaves more than MaxActs, all of it does. It returns nil when the
// timeline stays as it is.
func Fold(timeline []Change) []Line {
	if len(timeline) <= MaxTimeline {
		return nil
	}
	lines := fold(timeline, Change.nobodys)
	if len(lines) > MaxActs {
		lines = fold(timeline, func(Change) bool { return true })
	}
	if len(lines) == len(timeline) {
		return nil
	}
	return lines
}

// fold folds entries of the middle that may be.
func fold(timeline []Change, may func(Change) bool) []Line {
	var lines []Line
	end := len(timeline) - foldBefore
	for k := 0; k < len(timeline); k++ {
		next := k + 1
		if k >= foldAfter && k < end && may(timeline[k]) {
			if n := slices.IndexFunc(timeline[next:end], func(c Change) bool { return !may(c) }); n >= 0 {
				next += n
			} else {
				next = end
			}
		}
		line := Line{Place: next - 1}
		if next > k+1 {
			line.Fold = &Change{Kind: KindFolded, At: timeline[line.Place].At}
			for _, c := range timeline[k:next] {
				line.Fold.Other += c.Stands()
			}
		}
		lines = append(lines, line)
		k = next - 1
	}
	return lines
}
