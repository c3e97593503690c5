package report

import (
	"maps"
	"time"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// WeekBefore is the week that a digest of that moment reviews: the last one that has
// ended in the time zone of at, which is the digest's. The week's days are billing
// days all the same, which are UTC days: those that have not ended yet have not
// settled either.
func WeekBefore(at time.Time) money.Week {
	year, month, today := at.Date()
	return money.WeekOf(money.DayOf(time.Date(year, month, today, 0, 0, 0, 0, time.UTC))).Add(-1)
}

// MarksOf is what people did to the digests of one week, all of them together: of each
// part the newest.
func MarksOf(week []Document) map[string]Mark {
	all := map[string]Mark{}
	for _, d := range week {
		for subject, mark := range d.Marks {
			if known, ok := all[subject]; !ok || mark.At.After(known.At) {
				all[subject] = mark
			}
		}
	}
	return all
}

// WithMarks is the document with those of the marks that are about a part of it, and
// newer than its own. Changed says whether there were any; then it is a value of its own.
func (d Document) WithMarks(all map[string]Mark) (shared Document, changed bool) {
	was := d.Marks
	for subject, mark := range all {
		if own, marked := was[subject]; marked && !mark.At.After(own.At) || !d.has(subject) {
			continue
		}
		if !changed {
			d.Marks = maps.Clone(was)
			if d.Marks == nil {
				d.Marks = map[string]Mark{}
			}
		}
		d.Marks[subject], changed = mark, true
	}
	return d, changed
}

// has reports whether the digest tells of a cost step or a series.
func (d Document) has(subject string) bool {
	_, step := d.FindStep(subject)
	_, _, spike := d.Spike(subject)
	return step || spike
}
