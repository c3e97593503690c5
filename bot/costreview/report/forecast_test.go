package report

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// bills are kinds of synthetic bills, as one series a day.
var bills = []struct {
	name string
	make func(rng *rand.Rand) dailySeries
}{
	{"one service", func(rng *rand.Rand) dailySeries { return synthetic(rng, 26) }},
	{"twenty services", func(rng *rand.Rand) dailySeries { return together(rng, 20) }},
	{"three services, of which one has a spike in every third week", func(rng *rand.Rand) dailySeries {
		t := together(rng, 3)
		for at := rng.IntN(21); at < len(t.x); at += 21 {
			t.x[at] *= 1.3
		}
		return t
	}},
	{"a service whose deviations last for days", func(rng *rand.Rand) dailySeries {
		t := synthetic(rng, 26)
		drift := 0.0
		for i := range t.x {
			drift = 0.5*drift + 0.04*rng.NormFloat64()
			t.x[i] *= math.Exp(drift)
		}
		return t
	}},
}

// TestForecastKnowsAStep: a level of four weeks, or of one, goes on; the step to it
// does not.
func TestForecastKnowsAStep(t *testing.T) {
	t.Parallel()
	for _, weeks := range []int{1, 2, 3, 4, 5} {
		percent, width, off := held(rand.New(rand.NewPCG(2026, 11)), 100, func(rng *rand.Rand) dailySeries {
			t := synthetic(rng, 26)
			for i := len(t.x) - 31 - 7*weeks; i < len(t.x); i++ {
				t.x[i] *= 2
			}
			return t
		})
		t.Logf("doubled %d weeks before the month: held %.1f %%, ± %.1f %%, off by %+.2f %%", weeks, percent, width, off)
		if abs(off) > 3 || width > 15 || percent < 65 {
			t.Errorf("doubled %d weeks before: held %.1f %%, ± %.1f %%, off by %+.2f %%", weeks, percent, width, off)
		}
	}
}

func together(rng *rand.Rand, services int) dailySeries {
	t := synthetic(rng, 26)
	for range services - 1 {
		for i, x := range synthetic(rng, 26).x {
			t.x[i] += x
		}
	}
	return t
}

// held is how often, in percent, the interval of the rest of a month holds what the
// rest cost, and how wide it typically is in percent of that.
func held(rng *rand.Rand, tries int, bill func(*rand.Rand) dailySeries) (percent, width, off float64) {
	in := 0
	var widths, offs []float64
	for range tries {
		t := bill(rng)
		cut := money.Day(3 + rng.IntN(28)) // days of the month that are left
		end := t.from + money.Day(len(t.x)) - 1
		end -= 31 - cut
		past := dailySeries{t.from, t.x[:int(end-cut-t.from)+1]}
		f, _, ok := past.forecast()
		if !ok {
			continue
		}
		rest := days(end-cut+1, end)
		truth := 0.0
		for _, d := range rest {
			x, _ := t.at(d)
			truth += x
		}
		sum, plus := f.sum(rest)
		if abs(truth-sum) <= plus {
			in++
		}
		widths = append(widths, 100*plus/truth)
		offs = append(offs, 100*(sum-truth)/truth)
	}
	return 100 * float64(in) / float64(tries), median(widths), median(offs)
}

// TestForecastIntervalIsHonest: of 200 synthetic bills an 80 % interval holds the
// truth in 75 to 85 %.
func TestForecastIntervalIsHonest(t *testing.T) {
	t.Parallel()
	for _, m := range bills {
		percent, width, off := held(rand.New(rand.NewPCG(2026, 11)), 200, m.make)
		t.Logf("%-62s held %.1f %%, ± %.1f %%, off by %+.2f %%", m.name, percent, width, off)
		if percent < 75 || percent > 85 {
			t.Errorf("%s: the interval holds the truth in %.1f %% of 200 bills, want 75 to 85 %%", m.name, percent)
		}
	}
}
