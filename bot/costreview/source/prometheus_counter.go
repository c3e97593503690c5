package source

import (
	"context"
	"fmt"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// counterRises is how often in 72 hours what never falls has to rise to be taken for a
// counter: what costs so much a day goes up and down.
const counterRises = 24

// warnOfCounter asks whether most series behave as counters do, which only ever rise,
// where values are read as rates: each day would then cost all that was spent until
// then. It is a hint; when it cannot be asked, nothing is said.
func (r *seriesReader) warnOfCounter(ctx context.Context, newest money.Day) {
	if r.per == "month_to_date" {
		return
	}
	expr := fmt.Sprintf("count((resets((%[1]s\n)[3d:1h]) == 0) and (changes((%[1]s\n)[3d:1h]) >= %[2]d)) / count(changes((%[1]s\n)[3d:1h]))", r.Query, counterRises)
	share, _, err := r.From.Query(ctx, expr, lastSecond(newest))
	if err != nil || len(share) == 0 || share[0].Value <= 0.5 {
		return
	}
	r.notes.add(false, "The values of this query only ever rise, as a counter does, and are read as %s %s: ask for what it rises by, as in increase(...[1d]) with the unit %s_per_day, or give the unit %s_month_to_date when it begins anew each month.",
		r.currency, wordsOf(r.per), r.currency, r.currency)
}

func wordsOf(per string) string {
	switch per {
	case "per_hour":
		return "an hour"
	case "per_month":
		return "a month"
	}
	return "a day"
}
