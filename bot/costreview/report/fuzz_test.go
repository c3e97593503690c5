package report

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// FuzzJudge: odd inputs give a report that can be stored and read, never a panic.
func FuzzJudge(f *testing.F) {
	f.Add(uint64(1), int32(monday), int64(0), "EC2", "100", uint8(80))
	f.Add(uint64(2), int32(monday+3), int64(1e9), "", "-1000000000000", uint8(3))
	f.Add(uint64(3), int32(-700000), int64(-1e9), "a\x00\xffb\n\u202e", "0.000000000000000001", uint8(255))
	f.Add(uint64(4), int32(2900000), int64(math.MaxInt32), strings.Repeat("x", 500), "1e12", uint8(1))
	f.Fuzz(func(t *testing.T, seed uint64, day int32, late int64, name, text string, n uint8) {
		if day < -719000 || day > 2932000 { // the years 1 to 9999, as weeks are read
			return
		}
		in := odd(seed, money.WeekOf(money.Day(day)), time.Duration(late)*time.Second, name, text, int(n))
		r := Judge(in)
		again := in
		posted := r.Posted()
		again.Posted = &posted
		again.Week = in.Week.Add(1)
		for _, report := range []Report{r, Judge(again)} {
			if _, err := json.Marshal(report); err != nil {
				t.Errorf("the report cannot be stored: %v", err)
			}
			for line := range strings.Lines(Text(report)) {
				if line = strings.TrimSuffix(line, "\n"); !utf8.ValidString(line) || strings.ContainsAny(line, "\x00\u202e") || strings.Contains(line, "NaN") && !strings.Contains(name, "NaN") {
					t.Errorf("the text has the line %q", line)
				}
			}
			if len(report.Missing) == 0 && len(report.Money) == 0 {
				t.Error("got no figures and no word about it")
			}
		}
		services, suggestions := Service(in, name, "")
		if _, err := json.Marshal(services); err != nil {
			t.Errorf("the services cannot be stored: %v", err)
		}
		serviceText(services, suggestions)
	})
}

// odd makes an input of odd values, the same for the same arguments.
func odd(seed uint64, w money.Week, late time.Duration, name, text string, n int) Input {
	rng := rand.New(rand.NewPCG(seed, 47))
	pick := func(texts ...string) string { return texts[rng.IntN(len(texts))] }
	number := func() Figure {
		return Figure{Value: []float64{0, -1, 1e6, 44e6, math.NaN(), math.Inf(1), math.MaxFloat64, 0.026}[rng.IntN(8)], Known: rng.IntN(4) > 0, Why: pick("", name)}
	}
	amount := func() money.Amount {
		m, err := money.ParseMoney(pick(text, "0", "-5", "100", "99999999999.5"))
		if err != nil {
			return money.Amount{}
		}
		return m
	}
	in := Input{Name: name, Week: w, Now: (w.Monday() + 7).Time().Add(late), Organisation: Organisation{
		Users: number(), WeeklyGrowth: number(), Teams: number(), International: number(), CDNBandwidthTB: number(),
		UsersByWeek: map[money.Week]float64{w: number().Value, w.Add(-1): number().Value, w.Add(-2): number().Value, w.Add(-3): number().Value},
	}}
	in.Settings = Settings{Settle: time.Duration(rng.IntN(3)-1) * 48 * time.Hour, Floor: float64(rng.IntN(3)-1) * 10, Top: rng.IntN(4) - 1}
	for range rng.IntN(4) {
		r := money.Reading{Source: pick("a", "b"), Name: name, Origin: money.FOCUS, Days: money.Days{}, Known: rng.IntN(2) > 0, Column: pick("", effective, "ListCost"), Broken: int64(rng.IntN(2))}
		r.Lacks = []string{pick("ChargeCategory", "PricingCategory", name)}
		r.Notes = []money.Note{{Text: name, Partial: rng.IntN(2) > 0}}
		for range n {
			g := money.Group{
				Provider: pick("", "AWS", name), Service: pick("", "EC2", name), Category: pick("", "Compute", name), Currency: pick("USD", "", name),
				Kind:    money.Kind(pick("usage", "usage", "purchase", "tax", "credit", "correction", name)),
				Pricing: pick("", "Standard", "Committed", name),
			}
			from, length := int(w)+7-rng.IntN(120), rng.IntN(30)
			for d := from; d < from+length; d++ {
				r.Days.Add(money.Day(d), g, money.Cost{Amount: amount(), Billed: amount()})
			}
		}
		if rng.IntN(4) == 0 {
			r.Days.Add(money.Day(rng.Int32()), money.Group{}, money.Cost{})
			r.Days.Add(money.Day(math.MinInt32), money.Group{Currency: "USD"}, money.Cost{})
		}
		in.Readings = append(in.Readings, r)
	}
	if rng.IntN(2) == 0 {
		in.Incidents = &Incidents{
			Opened:  []Incident{{Alert: name, OpenedAt: in.Now, AckedAt: in.Now.AddDate(-900, 0, 0), StepsLate: -3}},
			Overdue: []Overdue{{Owner: name}},
		}
	}
	in.Expected = []Expectation{{Series: SeriesID("AWS", "EC2", "USD"), Reason: name, Level: number().Value, Until: w.Monday() + 3}}
	in.Adoptions = map[string]Adoption{"C1": {State: AdoptionState(name), By: name}}
	in.Posted = &Posted{Week: w.Add(-1), Totals: map[string]PostedTotal{"USD": {Days: []money.Day{w.Monday() - 7}, Told: map[string]int{SeriesID("AWS", "EC2", "USD"): rng.IntN(10) - 2}}}}
	in.Restated = []money.Restatement{{At: in.Now, Day: w.Monday() - 30, Currency: "USD", Now: amount()}}
	return in
}
