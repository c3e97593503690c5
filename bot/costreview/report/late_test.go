package report_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
)

// TestEveryDayIsJudgedOnce: whatever digests there are, scheduled, skipped, posted
// again or asked for in the middle of a week, and however late a provider is, each day of
// it that has come and settled is judged in the digests of one week, and of one only.
func TestEveryDayIsJudgedOnce(t *testing.T) {
	t.Parallel()
	cells := 0
	for seed := range uint64(30) {
		cells += judgedOnce(t, seed)
	}
	if cells < 2000 {
		t.Errorf("only %d days of providers were looked at", cells)
	}
}

// streamDay is a day of a provider.
type streamDay struct {
	provider string
	day      money.Day
}

func judgedOnce(t *testing.T, seed uint64) (looked int) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 13))
	from, begin := on("2026-07-06"), on("2026-10-19").Time()
	providers := []string{"AWS", "Microsoft", "Oracle"}
	// A provider's days come in order; now and then it is up to nine days behind.
	arrives := map[streamDay]time.Time{}
	for _, p := range providers {
		var behind, last time.Time
		for d := from; d < from+220; d++ {
			at := (d + 1).Time().Add(time.Duration(rng.IntN(30)) * time.Hour)
			if rng.IntN(20) == 0 {
				behind = at.AddDate(0, 0, rng.IntN(9))
			}
			for _, other := range []time.Time{behind, last} {
				if other.After(at) {
					at = other
				}
			}
			arrives[streamDay{p, d}], last = at, at
		}
	}
	settle := []time.Duration{-1, 12 * time.Hour, 48 * time.Hour, 120 * time.Hour}[rng.IntN(4)]
	zone := time.FixedZone("", []int{-8, 0, 1, 11}[rng.IntN(4)]*3600)
	var posted []report.Report
	in := map[streamDay]map[money.Week]bool{} // judged, by the digests of which weeks
	now := begin.Add(time.Duration(rng.IntN(7*24)) * time.Hour)
	var first, newest money.Week
	for range 4 + rng.IntN(12) {
		r := judgeOnce(t, providers, arrives, from, now.In(zone), settle, posted)
		posted = append(posted, r)
		if first == 0 {
			first = r.Week
		}
		newest = r.Week
		judge := func(p string, d money.Day) {
			c := streamDay{p, d}
			if in[c] == nil {
				in[c] = map[money.Week]bool{}
			}
			in[c][r.Week] = true
		}
		waits := map[string]bool{}
		for _, part := range r.Open["USD"] {
			for _, d := range part.Days {
				waits[fmt.Sprint(part.Stream, d)] = true
			}
		}
		for _, m := range r.Money {
			whole := slices.Clone(m.Days)
			for _, part := range m.Late {
				if part.Stream == "" {
					whole = append(whole, part.Days...)
				}
				for _, p := range providers {
					if part.Stream == report.StreamID("s", p, "") {
						for _, d := range part.Days {
							judge(p, d)
						}
					}
				}
			}
			for _, d := range whole {
				for _, p := range providers {
					there := !arrives[streamDay{p, d}].After(now)
					if there == waits[fmt.Sprint(report.StreamID("s", p, ""), d)] {
						t.Errorf("seed %d, %s: %s of %s is there: %t, and stays to be judged: %t", seed, now, d, p, there, !there)
					}
					if there {
						judge(p, d)
					}
				}
			}
		}
		now = now.Add(time.Duration(1+rng.IntN([]int{20, 60, 170, 340}[rng.IntN(4)])) * time.Hour)
	}
	last := posted[len(posted)-1].MadeAt
	for c, at := range arrives {
		week := money.WeekOf(c.day)
		if n := len(in[c]); n > 1 || n > 0 && week < first {
			t.Errorf("seed %d: %s of %s is judged in the digests of %d weeks, the first digest is of %s", seed, c.day, c.provider, n, first)
		}
		settled := !last.Before((c.day + 1).Time().Add(max(0, settle)))
		if week < first || week > newest || at.After(last) || !settled {
			continue
		}
		looked++
		if len(in[c]) == 0 {
			t.Errorf("seed %d: %s of %s is there since %s and never judged by %s", seed, c.day, c.provider, at, last)
		}
	}
	return looked
}

// judgeOnce makes one digest of what is there, with what Redis keeps of those before.
func judgeOnce(t *testing.T, providers []string, arrives map[streamDay]time.Time, from money.Day, now time.Time, settle time.Duration, posted []report.Report) report.Report {
	t.Helper()
	one, err := money.ParseMoney("100")
	if err != nil {
		t.Fatal(err)
	}
	reading := money.Reading{Source: "s", Name: "files", Origin: money.FOCUS, Known: true, Column: "EffectiveCost", Days: money.Days{}}
	for c, at := range arrives {
		if !at.After(now) {
			reading.Days.Add(c.day, money.Group{Provider: c.provider, Service: "of " + c.provider, Currency: "USD", Kind: money.Usage}, money.Cost{Amount: one, Billed: one})
		}
	}
	in := report.Input{Name: "weekly", Week: report.WeekBefore(now), Now: now, Readings: []money.Reading{reading}, Settings: report.Settings{Settle: settle}}
	in.Posted, in.Again = report.Earlier(posted, in.Week)
	data, err := json.Marshal(report.Judge(in))
	if err != nil {
		t.Fatal(err)
	}
	var r report.Report
	if err := json.Unmarshal(data, &r); err != nil {
		t.Fatal(err)
	}
	return r
}
