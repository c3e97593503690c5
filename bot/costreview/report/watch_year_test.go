package report

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// watchFigures are what the daily watch did in synthetic years.
type watchFigures struct {
	weeks, falseAlarms    int
	planted, found, again int // spikes; again: told more than once
}

func (f watchFigures) perWeek() float64    { return float64(f.falseAlarms) / float64(f.weeks) }
func (f watchFigures) percent() float64    { return 100 * float64(f.found) / float64(f.planted) }
func (f watchFigures) againShare() float64 { return 100 * float64(f.again) / float64(f.planted) }

// watchedYears are the figures of so many years of twenty services.
func watchedYears(t testing.TB, years uint64, kind kindOfSpike) (f watchFigures) {
	t.Helper()
	for seed := range years {
		newYear(t, rand.New(rand.NewPCG(2026, 47+seed)), kind).watch(kind, &f)
	}
	return f
}

// watch looks at a year each time a day settles, with the weeks that the coordinator would
// have read. An alarm is false when nothing was planted on its newest day; a spike is found
// when one of its days raised one.
func (y year) watch(kind kindOfSpike, f *watchFigures) {
	var known Watched
	for d := y.from.Add(14).Monday() - 1; d < y.from.Add(yearWeeks).Monday(); d++ {
		days := money.Days{}
		for back := money.WeekOf(d).Add(-15).Monday(); back <= d; back++ {
			if groups, there := y.days[back]; there {
				days[back] = groups
			}
		}
		var alarms []Alarm
		alarms, known = Watch(Input{Name: "weekly", Now: (d + 3).Time(), Settings: Settings{Floor: 0.01}, Readings: []money.Reading{{
			Source: "s", Name: "files", Origin: money.FOCUS, Known: true, Newest: d, Column: effective, Days: days,
		}}}, known, 0.01)
		for _, a := range alarms {
			if s := y.at(slices.Max(a.Spike.Days), a.Spike.Service, kind); s != nil {
				s.told++
			} else {
				f.falseAlarms++
			}
		}
	}
	f.weeks += yearWeeks - 14
	for _, s := range y.spikes {
		f.planted++
		if s.told > 0 {
			f.found++
		}
		if s.told > 1 {
			f.again++
		}
	}
}

// watchedKinds are what is planted in the years, and what the watch has to make of it: the
// bounds of the digest. What goes on is one incident, but for a few that begin so small
// that what comes is much worse. Where three weeks of a higher level end, their trend makes
// the old one exceed what is expected for a while, in the digest as well.
var watchedKinds = []struct {
	kind                      kindOfSpike
	falseAlarms, least, again float64 // a week; percent; percent
}{
	{kindOfSpike{1.3, 1}, 0.5, 67, 0},
	{kindOfSpike{1.6, 1}, 0.5, 99, 0},
	{kindOfSpike{1.6, 3}, 0.5, 99, 5},
	{kindOfSpike{1.3, 21}, 1.5, 98, 6},
}

// TestWatchedYears: looked at day by day the watch is as good as the digest. A false alarm
// must not swallow the spike that comes after it.
func TestWatchedYears(t *testing.T) {
	t.Parallel()
	for _, c := range watchedKinds {
		t.Run(fmt.Sprintf("%+.0f%% on %d days", 100*(c.kind.factor-1), c.kind.days), func(t *testing.T) {
			t.Parallel()
			f := watchedYears(t, 2, c.kind)
			t.Logf("%d weeks of 20 services: %.2f false alarms a week, %d of %d spikes found (%.0f %%), %.0f %% told twice", f.weeks, f.perWeek(), f.found, f.planted, f.percent(), f.againShare())
			if f.perWeek() > c.falseAlarms || math.Round(f.percent()) < c.least || math.Round(f.againShare()) > c.again {
				t.Errorf("want at most %.1f false alarms a week, at least %.0f %% found, at most %.0f %% told twice", c.falseAlarms, c.least, c.again)
			}
		})
	}
}

// BenchmarkWatchedYears says how good the watch is, by twelve years.
func BenchmarkWatchedYears(b *testing.B) {
	for _, c := range watchedKinds {
		b.Run(fmt.Sprintf("%+.0f%%/days=%d", 100*(c.kind.factor-1), c.kind.days), func(b *testing.B) {
			for b.Loop() {
				f := watchedYears(b, 12, c.kind)
				b.ReportMetric(f.perWeek(), "false/week")
				b.ReportMetric(f.percent(), "%found")
				b.ReportMetric(f.againShare(), "%twice")
			}
		})
	}
}
