package source

import (
	"fmt"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// maxNotes bounds the notes of a reading.
const maxNotes = 20

// readingNotes are the notes of one reading, each once.
type readingNotes struct{ all []money.Note }

func (n *readingNotes) add(partial bool, format string, args ...any) {
	note := money.Note{Text: fmt.Sprintf(format, args...), Partial: partial}
	switch {
	case slices.Contains(n.all, note):
	case len(n.all) < maxNotes:
		n.all = append(n.all, note)
	default: // the last place tells that there are more
		n.all[maxNotes-1] = money.Note{Text: "More is wrong with this source than is listed here: mend what is, and look again.", Partial: true}
	}
}

// failures are days that could not be asked for, by why: one bad day or week does not
// give up the others.
type failures struct {
	why   []string
	days  map[string][]money.Day
	inRow int
}

// mostInRow is how many failures in a row end the asking: nobody answers then.
const mostInRow = 3

// met counts an error, if it is one, and the days that are not known for it.
func (f *failures) met(err error, days []money.Day) bool {
	if err == nil {
		f.inRow = 0
		return false
	}
	f.inRow++
	if f.days == nil {
		f.days = map[string][]money.Day{}
	}
	why := err.Error()
	if f.days[why] == nil {
		f.why = append(f.why, why)
	}
	f.days[why] = append(f.days[why], days...)
	return true
}

func (f *failures) many() bool { return f.inRow >= mostInRow }

func (f *failures) tell(notes *readingNotes) {
	for _, why := range f.why {
		notes.add(true, "Costs of %s are not known: %s.", listDays(f.days[why]), why)
	}
}

// listDays names a few spans of days, oldest first: 2026-11-12, 2026-11-14 to
// 2026-11-16.
func listDays(days []money.Day) string {
	const most = 4
	sorted := slices.Sorted(slices.Values(days))
	var spans []string
	for i := 0; i < len(sorted); {
		end := i
		for end+1 < len(sorted) && sorted[end+1] == sorted[end]+1 {
			end++
		}
		span := sorted[i].String()
		if end > i {
			span += " to " + sorted[end].String()
		}
		if spans = append(spans, span); len(spans) == most && end+1 < len(sorted) {
			return strings.Join(spans, ", ") + fmt.Sprintf(" and %d more", len(sorted)-end-1)
		}
		i = end + 1
	}
	return strings.Join(spans, ", ")
}
