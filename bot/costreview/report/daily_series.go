package report

import (
	"math"
	"slices"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// The method's constants. Where they come from: measured on 300 synthetic services
// beside four simpler methods, see TestMethodsBesideEachOther.
const (
	weeksBack   = 6    // same weekdays that are looked at
	weeksNeeded = 4    // of them, else the day is not judged
	leastGrowth = 0.90 // a week; what grows faster is not called usual
	mostGrowth  = 1.10
	spreadFloor = 0.08 // of the expected value: no service is steadier than that
	relative    = 0.25 // of the expected value: the least excess that is one
	sigmas      = 3
	madToSigma  = 1.4826 // of a normal distribution
	// fewDays is of how many days at least the usual spread is measured across weekdays, and
	// ofFew by how much a day lies further from a median of six than these six do.
	fewDays = 28
	ofFew   = 1.2
	// ownSpread is how much of what the weekday's own six days say counts on its own.
	ownSpread = 0.6
)

// dailySeries is a series of days; NaN is a day of which nothing is known, which is
// not zero.
type dailySeries struct {
	from money.Day
	x    []float64
}

func newDailySeries(from, to money.Day) dailySeries {
	t := dailySeries{from, make([]float64, max(0, int(to-from)+1))}
	for i := range t.x {
		t.x[i] = math.NaN()
	}
	return t
}

func (t dailySeries) set(d money.Day, x float64) {
	if i := int(d) - int(t.from); i >= 0 && i < len(t.x) {
		t.x[i] = x
	}
}

func (t dailySeries) at(d money.Day) (float64, bool) {
	i := int(d) - int(t.from)
	if i < 0 || i >= len(t.x) || math.IsNaN(t.x[i]) {
		return 0, false
	}
	return t.x[i], true
}

// total is the sum of a whole week; ok is false when one of its days is not there.
func (t dailySeries) total(w money.Week) (sum float64, ok bool) {
	for d := w.Monday(); d < w.Add(1).Monday(); d++ {
		x, there := t.at(d)
		if !there {
			return 0, false
		}
		sum += x
	}
	return sum, true
}

// growth is by how much a week of the series usually exceeds the one before: the
// median of the last three whole weeks over that of the three before them.
func (t dailySeries) growth(w money.Week) float64 {
	half := func(first int) (typical, age float64, ok bool) {
		var totals []float64
		for back := first; back < first+weeksBack/2; back++ {
			if total, whole := t.total(w.Add(-back)); whole {
				totals = append(totals, total)
				age += float64(back)
			}
		}
		return median(totals), age / float64(len(totals)), len(totals) > 0
	}
	young, youngAge, okYoung := half(1)
	old, oldAge, okOld := half(1 + weeksBack/2)
	if !okYoung || !okOld || young <= 0 || old <= 0 {
		return 1
	}
	return min(max(math.Pow(young/old, 1/(oldAge-youngAge)), leastGrowth), mostGrowth)
}

// baseline is what a day is expected to cost, and how far such days usually lie from
// that.
type baseline struct{ expected, spread float64 }

// baseline judges a day by the same weekdays of the six weeks before it, each made as
// large as it would be by now. ok is false when fewer than four of them are there.
func (t dailySeries) baseline(d money.Day) (u baseline, ok bool) {
	growth := t.growth(money.WeekOf(d))
	var same []float64
	for k := 1; k <= weeksBack; k++ {
		if x, there := t.at(d - money.Day(7*k)); there {
			same = append(same, x*math.Pow(growth, float64(k)))
		}
	}
	if len(same) < weeksNeeded {
		return baseline{}, false
	}
	u = baselineOf(same)
	// Six days say little of how far such days usually lie off; those of all weekdays, each beside the median of its own,
	// say more. A weekday that is unsteadier than the others stays so.
	if share, ok := t.usualShare(d, growth); ok {
		u.spread = max(ofFew*share*u.expected, ownSpread*u.spread, spreadFloor*u.expected)
	}
	return u, true
}

// usualShare is by which fraction days usually lie beside the median of their weekday,
// in the six weeks before a day.
func (t dailySeries) usualShare(d money.Day, growth float64) (share float64, ok bool) {
	var off []float64
	for weekday := money.Day(1); weekday <= 7; weekday++ {
		var same []float64
		for k := range money.Day(weeksBack) {
			if x, there := t.at(d - weekday - 7*k); there {
				same = append(same, x*math.Pow(growth, float64(k)))
			}
		}
		if typical := median(same); typical > 0 && len(same) >= weeksNeeded {
			for _, x := range same {
				off = append(off, math.Abs(x/typical-1))
			}
		}
	}
	return madToSigma * median(off), len(off) >= fewDays
}

func baselineOf(same []float64) baseline {
	expected := median(same)
	off := make([]float64, len(same))
	for i, x := range same {
		off[i] = math.Abs(x - expected)
	}
	return baseline{expected, max(madToSigma*median(off), spreadFloor*expected)}
}

// exceeds reports whether a day's cost is more than chance: above a floor of money,
// of percent, and of the usual spread.
func (u baseline) exceeds(x, floor float64) bool {
	return x-u.expected >= max(floor, relative*u.expected, sigmas*u.spread)
}

// median of nothing is 0.
func median(values []float64) float64 {
	n := len(values)
	if n == 0 {
		return 0
	}
	values = slices.Clone(values)
	slices.Sort(values)
	if n%2 == 1 {
		return values[n/2]
	}
	return values[n/2-1]/2 + values[n/2]/2
}
