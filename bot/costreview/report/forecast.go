package report

import (
	"math"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

const (
	// forecastNeeds is how many days have to be known: four of each weekday.
	forecastNeeds = 28
	// eighty is half the width, in standard deviations, of the interval that holds a
	// normal variable in 80 % of cases.
	eighty = 1.2816
	// medianLoss is by how much the median of few values varies more than their
	// mean (3 to 7 values of a normal distribution: 1.35 to 1.47).
	medianLoss = 1.4
	// steadiest is the spread, as a fraction, below which no bill is called steady.
	steadiest = 0.002
	// unknownGrowth is the spread of a week's growth that could not be measured.
	unknownGrowth = 0.02
	// farOff is from how many usual residuals on one counts as no more than that: a
	// spike widens the interval, and does not swallow it.
	farOff = 4
	// stepOff is by how much the growth of the model may differ from the typical week's: beyond
	// it there was a step, which does not go on.
	stepOff = 0.03
	// otherLevel is from how many usual residuals on a week's median is of another level.
	otherLevel = 2.5
	// drifting bounds how much of one day's deviation the next one keeps.
	drifting = 0.8
)

// forecast is what days that are not known will cost, by the model that days are
// judged by: the median of the same weekdays, each made as large as it would be by
// then. It begins at the level of the last seven days, so that a step of last week
// counts.
type forecast struct {
	last   money.Day
	growth float64 // a week
	level  float64 // of the last seven days, as a factor
	// stepped: growth is the typical week's, because the model's is a step.
	stepped bool
	// What the interval is made of, as fractions of what is expected.
	noise      float64 // variance of one day, what the next ones inherit included
	shared     float64 // variance of the level
	weekday    float64 // variance of one weekday's median
	growthDoes float64 // variance of the logarithm of growth
	same       func(d money.Day) []float64
}

// forecast looks ahead from the newest day that is known. Known is of how many of
// the last eight weeks' days the series has; with fewer than [forecastNeeds] there
// is no forecast.
func (t dailySeries) forecast() (f forecast, known int, ok bool) {
	found := false
	for i := len(t.x) - 1; i >= 0 && !found; i-- {
		f.last, found = t.from+money.Day(i), !math.IsNaN(t.x[i])
	}
	var days []money.Day // of the window, oldest first
	for d := f.last - 7*(weeksBack+2) + 1; d <= f.last; d++ {
		if _, there := t.at(d); there {
			days = append(days, d)
		}
	}
	if known = len(days); known < forecastNeeds {
		return f, known, false
	}
	weeks := t.steady(&f)
	f.same = func(d money.Day) (same []float64) {
		first := d - 7*((d-f.last+6)/7) // the newest of its weekday that may be known
		for k := range money.Day(weeksBack + 2) {
			at := first - 7*k
			if x, there := t.at(at); there && at <= f.last && len(same) < weeksBack {
				same = append(same, x*math.Pow(f.growth, float64(d-at)/7))
			}
		}
		return same
	}
	f.level = 1
	var off []float64
	for _, d := range days {
		if e := f.expected(d); e > 0 && d > f.last-7*weeksBack {
			x, _ := t.at(d)
			off = append(off, x/e-1)
		}
	}
	f.spread(off, weeks)
	return f, known, true
}

// steady sets growth, by blocks of seven days that end with the last one, and how
// sure it is. It returns how many blocks there are.
func (t dailySeries) steady(f *forecast) (weeks int) {
	next := money.Week(f.last + 1) // no ISO week: the newest days are to count
	f.growth, f.growthDoes = t.growth(next), unknownGrowth*unknownGrowth
	var ratios []float64
	var totals []float64
	for back := 1; back <= weeksBack; back++ {
		now, whole := t.total(next.Add(-back))
		if !whole || now <= 0 {
			continue
		}
		totals = append(totals, now)
		if was, whole := t.total(next.Add(-back - 1)); whole && was > 0 && back < weeksBack {
			ratios = append(ratios, now/was)
		}
	}
	if typical := median(ratios); len(ratios) >= weeksNeeded-1 && abs(f.growth-typical) > stepOff {
		f.growth, f.stepped = min(max(typical, leastGrowth), mostGrowth), true
	}
	return len(totals)
}

// expected is what a day costs by the model.
func (f forecast) expected(d money.Day) float64 { return max(0, f.level*median(f.same(d))) }

// spread measures how far days usually lie from the model, and what of it the
// medians of the model leave open. off are the residuals as fractions, oldest first.
func (f *forecast) spread(off []float64, weeks int) {
	recent := off[max(0, len(off)-7):]
	f.level = 1 + median(recent)
	// From one day to the next, because a step must not pass for noise.
	steps := make([]float64, 0, len(off))
	for i := range off {
		off[i] = (1+off[i])/max(f.level, 1e-9) - 1
		if i > 0 {
			steps = append(steps, abs(off[i]-off[i-1]))
		}
	}
	usual := max(madToSigma*median(steps)/math.Sqrt2, steadiest)
	off = bounded(oneLevel(off, otherLevel*usual), farOff*usual)
	var sum, along, squares float64
	for i, x := range off {
		sum += x * x
		if i > 0 {
			along += x * off[i-1]
			squares += off[i-1] * off[i-1]
		}
	}
	// Eight values were fitted to 42 days: seven weekdays and growth.
	variance := max(sum/max(1, float64(len(off))*(7*weeksBack-8)/(7*weeksBack)), steadiest*steadiest)
	kept := min(max(along/max(squares, 1e-12), 0), drifting)
	f.noise = variance * (1 + kept) / (1 - kept)
	f.weekday = medianLoss * variance / float64(max(1, min(weeks, weeksBack)))
	f.shared = medianLoss * f.noise / float64(max(1, len(recent)))
	if weeks >= weeksNeeded {
		// Growth is the third root of the quotient of two medians of three weeks each.
		half := float64(weeks) / 2
		f.growthDoes = 2 * medianLoss * f.noise / 7 / half / (half * half)
		if f.stepped { // the median of five quotients of two weeks each: four times as much
			f.growthDoes *= 4
		}
	}
}

// oneLevel are the newest residuals, in blocks of seven days, up to one that typically
// lies further off than most: it was on another level.
func oneLevel(off []float64, most float64) []float64 {
	from := max(0, len(off)-7)
	for ; from >= 7 && abs(median(off[from-7:from])) <= most; from -= 7 {
	}
	return off[from:]
}

// bounded are values around their median, none further off than most.
func bounded(values []float64, most float64) []float64 {
	typical := median(values)
	near := make([]float64, len(values))
	for i, x := range values {
		near[i] = min(max(x-typical, -most), most)
	}
	return near
}

// sum is what days will cost together, and half the width of the interval that
// holds it in 80 of 100 cases.
func (f forecast) sum(days []money.Day) (sum, plus float64) {
	var noise, ahead float64
	weekdays := map[int]float64{}
	for _, d := range days {
		e := f.expected(d)
		sum += e
		noise += e * e
		ahead += e * (float64(d-f.last) / 7)
		weekdays[int(d.Weekday())] += e
	}
	variance := f.noise*noise + f.shared*sum*sum + f.growthDoes*ahead*ahead
	for weekday := range 7 {
		variance += f.weekday * weekdays[weekday] * weekdays[weekday]
	}
	return sum, eighty * math.Sqrt(variance)
}
