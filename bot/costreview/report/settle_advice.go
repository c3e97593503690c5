package report

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

const (
	// Of the days of four weeks that ended at least patience ago so many have to change after they count as settled, each
	// by restatedShare of it: when a provider corrects a month at its end, fewer of them are that young.
	adviceOver, adviceDays = 28, 10
	// patience is the longest time to settle that is proposed: for longer nobody waits.
	patience      = 8 * 24 * time.Hour
	restatedShare = 0.01
	// settledBy is the share of such days that have to be whole by then.
	settledBy = 0.9
)

// settleAdvice says of which sources days go on changing after they count as settled, and
// which time to settle they need.
func (b *currencyLedger) settleAdvice(in Input) (notes []string) {
	last := money.DayOf(in.Now.Add(-patience)) - 1
	for _, src := range b.read {
		changed := map[money.Day]time.Duration{} // until how long after its end
		for _, r := range in.Restated {
			age := r.At.Sub((r.Day + 1).Time())
			if r.Source != src.Source || money.Currency(r.Currency) != b.currency || r.Day > last || r.Day <= last-adviceOver || age < in.Settings.settle() || age > patience ||
				r.At.After(in.Now) || r.Now.Sub(r.Was).Abs().Float64() < restatedShare*r.Now.Abs().Float64() {
				continue
			}
			changed[r.Day] = max(changed[r.Day], age)
		}
		if len(changed) < adviceDays {
			continue
		}
		ages := slices.Sorted(maps.Values(changed))
		days := int(ages[int(settledBy*float64(len(ages)-1))]/(24*time.Hour)) + 1
		notes = append(notes, fmt.Sprintf("%s: %d days of four weeks went on changing after they counted as settled (`settle: %.0fh`), nearly all for less than %d days: with `settle: %dh` they are judged once they are whole.",
			clean(src.Name), len(changed), in.Settings.settle().Hours(), days, 24*days))
	}
	return notes
}
