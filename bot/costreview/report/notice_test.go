package report

import (
	"errors"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/compat"
	"github.com/signalbook/signalbook/bot/costreview/money"
)

// told are the notices of a budget as "level: sentence".
func toldOf(notices []Notice) (all []string) {
	for _, n := range notices {
		all = append(all, n.Key()+" "+string(n.Level)+": "+n.Budget.Standing(n.Currency, n.Budget.Until))
	}
	return all
}

// TestABudgetIsToldOnceALevelAndMonth follows a bill of $1,000 a day, that doubles on
// 16 November, through the days of two months.
func TestABudgetIsToldOnceALevelAndMonth(t *testing.T) {
	step := dayNamed(t, "2026-11-16")
	l := newLedger(t).put(monday-150, step-1, group("EC2"), "900").put(monday-150, step-1, group("S3"), "100").
		put(step, monday+60, group("EC2"), "1900").put(step, monday+60, group("S3"), "100")
	in := l.input()
	in.Name = "weekly"
	in.Settings.Budgets = []Budget{{Name: "all", Amount: 40_000}, {Name: "storage", Amount: 3500, Filter: money.Filter{"service": "S3"}}}
	told := map[string]Told{}
	var got []string
	for d := dayNamed(t, "2026-10-20"); d < dayNamed(t, "2026-12-20"); d++ {
		in.Now = d.Time()
		in.Week = WeekBefore(in.Now)
		for range 2 { // a second look in the same hour, or by another replica, tells nothing
			notices := Notices(in, told)
			for _, n := range notices {
				got = append(got, d.String()+" "+toldOf([]Notice{n})[0])
				told[n.Key()] = n.Told
			}
		}
	}
	want := []string{
		"2026-10-31 weekly/storage 80: $2.8K of $3.5K, ends at $3.1K ± 10",
		"2026-11-22 weekly/all forecast: $23K of $40K, ends at $45K ± 700, over on the 28th",
		"2026-11-27 weekly/all 80: $33K of $40K, ends at $45K ± 300, over on the 28th",
		"2026-12-01 weekly/all 100: $41K of $40K, ends at $45K ± 100, over since the 28th",
		"2026-12-01 weekly/storage 80: $2.8K of $3.5K, ends at $3K ± 10",
		"2026-12-04 weekly/all forecast: $2K of $40K, ends at $62K ± 5.1K, over on the 21st",
		"2026-12-19 weekly/all 80: $32K of $40K, ends at $62K ± 1.3K, over on the 21st",
	}
	same(t, "notices", got, want)
}

// TestABudgetIsOfTheMainCurrency: of that which digests have first, not of that with the
// largest numbers; and of none where nothing tells which it is.
func TestABudgetIsOfTheMainCurrency(t *testing.T) {
	yen := group("GKE")
	yen.Currency = "JPY"
	for name, c := range map[string]struct {
		settings Settings
		want     []string
		missing  string
	}{
		"chosen":        {Settings{Currency: "usd"}, []string{"/all 80: $20K of $25K"}, ""},
		"by rates":      {Settings{Rates: map[string]float64{"JPY": 0.0067}}, []string{"/all 80: $20K of $25K"}, ""},
		"nothing tells": {Settings{}, nil, "Nothing is set beside the budgets, because nothing tells which currency they are of: name it as the digest's `currency`."},
		"another":       {Settings{Currency: "CHF"}, nil, "So nothing is set beside the budgets, which are of that currency."},
	} {
		in := newLedger(t).put(monday-20, friday, group("EC2"), "1000").put(monday-20, friday, yen, "100000").input()
		in.Settings = c.settings
		in.Settings.Budgets = []Budget{{Name: "all", Amount: 25_000}}
		var got []string
		for _, text := range toldOf(Notices(in, nil)) {
			short, _, _ := strings.Cut(text, ",")
			got = append(got, short)
		}
		same(t, name+": notices", got, c.want)
		r := Judge(in)
		for _, m := range r.Money {
			if has, want := m.Months[0].Budget > 0, m.Currency == "USD" && c.missing == ""; has != want {
				t.Errorf("%s: a budget in %s: %t, want %t", name, m.Currency, has, want)
			}
		}
		if c.missing != "" {
			holds(t, r.Missing, c.missing)
		}
	}
}

// TestANoticeIsNoDigestToTheVersionBefore: it leaves the document to one that knows what
// a notice is.
func TestANoticeIsNoDigestToTheVersionBefore(t *testing.T) {
	d := NoticeDocument(Notice{Digest: "weekly", Level: UsedUp, Budget: MonthEnd{Name: "all", Budget: 5}}, 3, review)
	data, err := d.Encode()
	if err != nil {
		t.Fatal(err)
	}
	var old Document
	if err := compat.Decode(data, Schema, &old); !errors.Is(err, compat.ErrNewer) {
		t.Errorf("the version before reads it as %+v, %v", old, err)
	}
	got, err := DecodeDocument(data)
	if err != nil || got.Report.Notice == nil || got.Report.Notice.Level != UsedUp || got.Report.Digest != "" {
		t.Errorf("got %+v, %v", got.Report, err)
	}
}
