package report

import (
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// TestSettleIsAdvised: a digest whose source goes on changing days that count as settled
// says which time to settle they need. It says nothing where a month is corrected at its
// end, changes are small, or others' days change.
func TestSettleIsAdvised(t *testing.T) {
	t.Parallel()
	// daily changes each day of so many weeks, so many days after its end, by so many dollars of a hundred.
	daily := func(source, currency string, weeks int, after time.Duration, by string) (all []money.Restatement) {
		for d := monday + 7 - money.Day(7*weeks); d <= sunday; d++ {
			for age := 60 * time.Hour; age <= after; age += 24 * time.Hour {
				all = append(all, money.Restatement{Source: source, At: (d + 1).Time().Add(age), Day: d, Currency: currency, Was: mustMoney(t, "100"), Now: mustMoney(t, "100").Add(mustMoney(t, by))})
			}
		}
		return all
	}
	var atMonthsEnd []money.Restatement
	for _, at := range []time.Time{time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC), time.Date(2026, 11, 4, 9, 0, 0, 0, time.UTC)} {
		for d := dayNamed(t, "2026-10-01"); d <= dayNamed(t, "2026-10-31"); d++ {
			atMonthsEnd = append(atMonthsEnd, money.Restatement{Source: "s", At: at, Day: d, Currency: "USD", Was: mustMoney(t, "100"), Now: mustMoney(t, "120")})
		}
	}
	five := daily("s", "USD", 8, 110*time.Hour, "3")
	for _, c := range []struct {
		name     string
		restated []money.Restatement
		settle   time.Duration
		want     string // empty: nothing
	}{
		{"for five days", five, 0, "FOCUS files: 28 days of four weeks went on changing after they counted as settled (`settle: 48h`), nearly all for less than 5 days: with `settle: 120h` they are judged once they are whole."},
		{"in another spelling, and less", daily("s", "usd", 8, 110*time.Hour, "-3"), 0, "with `settle: 120h`"},
		{"longer than it is set, too", five, 72 * time.Hour, "(`settle: 72h`), nearly all for less than 5 days: with `settle: 120h`"},
		{"as it is set", five, 120 * time.Hour, ""},
		{"a month at its end", atMonthsEnd, 0, ""},
		{"by little", daily("s", "USD", 8, 110*time.Hour, "0.9"), 0, ""},
		{"of another source", daily("other", "USD", 8, 110*time.Hour, "3"), 0, ""},
		{"in another currency", daily("s", "EUR", 8, 110*time.Hour, "3"), 0, ""},
		{"told before the source was kept", daily("", "USD", 8, 110*time.Hour, "3"), 0, ""},
		{"of two weeks, the newer of which is not over", daily("s", "USD", 2, 110*time.Hour, "3"), 0, ""},
		{"none", nil, 0, ""},
	} {
		in := newLedger(t).put(monday-70, sunday, group("EC2"), "100").input()
		in.Restated, in.Settings.Settle = c.restated, c.settle
		text := Text(Judge(in))
		if c.want == "" && strings.Contains(text, "settle:") || !strings.Contains(text, c.want) {
			t.Errorf("%s: want %q in\n%s", c.name, c.want, text)
		}
	}
}
