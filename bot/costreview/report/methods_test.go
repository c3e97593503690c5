package report

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// method says what it expects of a day, and whether the day is one to tell.
type method struct {
	name  string
	judge func(t dailySeries, d money.Day) (expected float64, flagged bool)
}

// methods are four simpler ones and ours.
func methods() []method {
	last30 := func(t dailySeries, d money.Day) (mean, sigma float64) {
		var sum, squares float64
		for k := money.Day(1); k <= 30; k++ {
			x, _ := t.at(d - k)
			sum += x
			squares += x * x
		}
		mean = sum / 30
		return mean, math.Sqrt(max(0, squares/30-mean*mean) * 30 / 29)
	}
	return []method{
		{"same day last week, +25 %", func(t dailySeries, d money.Day) (float64, bool) {
			x, _ := t.at(d)
			was, _ := t.at(d - 7)
			return was, x >= 1.25*was
		}},
		{"mean of 30 days, +25 %", func(t dailySeries, d money.Day) (float64, bool) {
			x, _ := t.at(d)
			mean, _ := last30(t, d)
			return mean, x >= 1.25*mean
		}},
		{"z-score of 30 days, 3 sigma", func(t dailySeries, d money.Day) (float64, bool) {
			x, _ := t.at(d)
			mean, sigma := last30(t, d)
			return mean, x >= mean+3*sigma
		}},
		{"weekday median, plain MAD", func(t dailySeries, d money.Day) (float64, bool) {
			x, _ := t.at(d)
			var same []float64
			for k := 1; k <= weeksBack; k++ {
				was, _ := t.at(d - money.Day(7*k))
				same = append(same, was)
			}
			e := median(same)
			off := make([]float64, len(same))
			for i := range same {
				off[i] = math.Abs(same[i] - e)
			}
			return e, x-e >= max(relative*e, sigmas*madToSigma*median(off))
		}},
		{"ours: with trend and spread floor", func(t dailySeries, d money.Day) (float64, bool) {
			x, _ := t.at(d)
			u, ok := t.baseline(d)
			return u.expected, ok && u.exceeds(x, 0)
		}},
	}
}

// synthetic is a service's year: growth, a weekly season, noise.
func synthetic(rng *rand.Rand, weeks int) dailySeries {
	from := money.Week(20000 - 20000%7 + 4).Monday() // a Monday
	t := newDailySeries(from, from+money.Day(7*weeks)-1)
	base := 100 * math.Exp(3*rng.Float64())
	growth := 1 + 0.03*rng.Float64()
	noise := 0.03 + 0.07*rng.Float64()
	dip := 0.45 + 0.55*rng.Float64()
	for i := range t.x {
		x := base * math.Pow(growth, float64(i)/7) * (1 + noise*rng.NormFloat64())
		if i%7 >= 5 {
			x *= dip
		}
		t.x[i] = x
	}
	return t
}

func (t dailySeries) copied() dailySeries { return dailySeries{t.from, append([]float64(nil), t.x...)} }

// figures are what a method did on all services.
type figures struct {
	falseAlarms           float64 // a week at 20 services
	one30, one60, three60 float64 // found, percent
	moneyError, echo      float64
}

// TestMethodsBesideEachOther measures the method on the setting that it was chosen
// in, beside four simpler ones. The bounds are what was measured when it was chosen.
func TestMethodsBesideEachOther(t *testing.T) {
	t.Parallel()
	const services, weeks, warm, tries = 300, 30, 8, 10
	rng := rand.New(rand.NewPCG(2026, 47))
	tracks := make([]dailySeries, services)
	for i := range tracks {
		tracks[i] = synthetic(rng, weeks)
	}
	var at []spike // days that get one, several a service, one at a time
	for _, tr := range tracks {
		for range tries {
			at = append(at, spike{tr, tr.from + money.Day(7*warm+rng.IntN(7*(weeks-warm-2)))})
		}
	}
	got := map[string]figures{}
	var table strings.Builder
	fmt.Fprintf(&table, "%-34s %12s %10s %10s %12s %8s %14s\n", "method", "false alarms", "+30 % 1 d", "+60 % 1 d", "+60 % 3 days", "$ error", "7 d after low")
	for _, m := range methods() {
		var f figures
		alarms := 0
		for _, tr := range tracks {
			for d := tr.from + 7*warm; d < tr.from+7*weeks; d++ {
				if _, flagged := m.judge(tr, d); flagged {
					alarms++
				}
			}
		}
		f.falseAlarms = float64(alarms) / float64(weeks-warm) * 20 / services
		f.one30 = found(m, at, 1.30, 1, nil)
		f.one60 = found(m, at, 1.60, 1, nil)
		var errors []float64
		f.three60 = found(m, at, 1.60, 3, &errors)
		f.moneyError = 100 * median(errors)
		echo := 0
		for _, s := range at {
			low := s.track.copied()
			x, _ := low.at(s.day)
			low.set(s.day, 0.3*x)
			if _, flagged := m.judge(low, s.day+7); flagged {
				echo++
			}
		}
		f.echo = 100 * float64(echo) / float64(len(at))
		got[m.name] = f
		fmt.Fprintf(&table, "%-34s %12.2f %8.0f %% %8.0f %% %10.0f %% %6.0f %% %12.0f %%\n", m.name, f.falseAlarms, f.one30, f.one60, f.three60, f.moneyError, f.echo)
	}
	t.Logf("300 synthetic services; false alarms a week at 20 services; spikes found; median error of the amount; normal days told a week after a low one\n%s", table.String())
	ours := got[methods()[4].name]
	want := figures{falseAlarms: 0.5, one30: 67, one60: 99, three60: 100, moneyError: 5, echo: 1}
	if ours.falseAlarms > want.falseAlarms || math.Round(ours.one30) < want.one30 || math.Round(ours.one60) < want.one60 ||
		math.Round(ours.three60) < want.three60 || math.Round(ours.moneyError) > want.moneyError || math.Round(ours.echo) > want.echo {
		t.Errorf("ours got %+v, want at least as good as %+v", ours, want)
	}
}

// spike is a day of a service that gets one.
type spike struct {
	track dailySeries
	day   money.Day
}

// found is how many spikes, in percent, a method tells, and how far its amounts are
// from the true ones.
func found(m method, spikes []spike, factor float64, days int, errors *[]float64) float64 {
	hits := 0
	for _, s := range spikes {
		spiked := s.track.copied()
		var added, told float64
		hit := false
		for d := s.day; d < s.day+money.Day(days); d++ {
			x, _ := spiked.at(d)
			spiked.set(d, factor*x)
			added += (factor - 1) * x
		}
		for d := s.day; d < s.day+money.Day(days); d++ {
			if expected, flagged := m.judge(spiked, d); flagged {
				x, _ := spiked.at(d)
				told += x - expected
				hit = true
			}
		}
		if hit {
			hits++
			if errors != nil {
				*errors = append(*errors, math.Abs(told-added)/added)
			}
		}
	}
	return 100 * float64(hits) / float64(len(spikes))
}
