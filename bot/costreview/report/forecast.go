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
	unknownGrowth = 0.03
	// farOff is from how many usual residuals on one counts as no more than that: a
	// spike widens the interval, and does not swallow it.
	farOff = 4
	// leastStep is by how much one week's total has to differ from the one before, as a
	// fraction, to be of another level; a noisy series needs more.
	leastStep = 0.15
	// drifting bounds how much of one day's deviation the next one keeps.
	drifting = 0.8
)

// forecast is what days that are not known will cost, by the model that days are
// judged by: the median of the same weekdays, each made as large as it would be by
// then. After a step only the days since it count, and the level of the last seven
// days is where it begins.
type forecast struct {
	track  dailySeries
	last   money.Day // the newest that is known
	from   money.Day // the days since then are of one level
	growth float64   // a week
	level  float64   // of the last seven days, as a factor
	// What the interval is made of, as fractions of what is expected.
	noise      float64 // variance of one day, what the next ones inherit included
	shared     float64 // variance of the level
	weekday    float64 // variance of one weekday's median
	growthDoes float64 // variance of the logarithm of growth
}

// forecast looks ahead from the newest day that is known. Known is how many days of
// the last eight weeks the series has; with fewer than [forecastNeeds] there is no
// forecast.
func (t dailySeries) forecast() (f forecast, known int, ok bool) {
	f = forecast{track: t, level: 1}
	found := false
	for i := len(t.x) - 1; i >= 0 && !found; i-- {
		f.last, found = t.from+money.Day(i), !math.IsNaN(t.x[i])
	}
	for d := f.last - 7*(weeksBack+2) + 1; d <= f.last; d++ {
		if _, there := t.at(d); there {
			known++
		}
	}
	if known < forecastNeeds {
		return f, known, false
	}
	weeks := f.steady()
	var off []float64
	for d := max(f.from, f.last-7*weeksBack+1); d <= f.last; d++ {
		if x, there := t.at(d); there {
			if e := f.expected(d); e > 0 {
				off = append(off, x/e-1)
			}
		}
	}
	f.spread(off, weeks)
	return f, known, true
}

// steady finds since when the series is on its level, and how it grows: by blocks of
// seven days that end with the last one, so that the newest days count. It returns of
// how many blocks growth is known; 0: it was not measured.
func (f *forecast) steady() (weeks int) {
	t, next := f.track, money.Week(f.last+1) // no ISO week
	f.from = f.last - 7*(weeksBack+2) + 1
	f.growth = t.growth(next)
	var ratios []float64
	stepped := false
	usual := t.usualChange(f.last)
	limit := max(leastStep, 3*usual/math.Sqrt(7))
	for back := 1; back <= weeksBack; back++ {
		now, whole := t.total(next.Add(-back))
		was, wholeBefore := t.total(next.Add(-back - 1))
		if !whole || now <= 0 {
			continue
		}
		weeks++
		if !wholeBefore || was <= 0 || back == weeksBack {
			continue
		}
		if abs(math.Log(now/was)) <= limit {
			ratios = append(ratios, now/was)
			continue
		}
		if !stepped && back > 1 { // of the first block a part may be of the level before
			f.from = next.Add(-back).Monday()
		}
		stepped = true
	}
	if !stepped {
		return weeks
	}
	for d := f.from; d < f.from+7; d++ { // the oldest block may be of both levels
		was, _ := t.at(d)
		if now, there := t.at(d + 7); there && was > 0 && abs(math.Log(now/was)) > max(leastStep, 3*usual) {
			f.from = d + 1
		}
	}
	f.growth = 1
	if len(ratios) > 0 {
		f.growth = min(max(median(ratios), leastGrowth), mostGrowth)
	}
	return 0
}

// usualChange is how far a day usually lies from the same weekday of the week before,
// as a logarithm, beside what all of them do.
func (t dailySeries) usualChange(last money.Day) float64 {
	var changes []float64
	for d := last - 7*weeksBack + 1; d <= last; d++ {
		now, there := t.at(d)
		was, before := t.at(d - 7)
		if there && before && now > 0 && was > 0 {
			changes = append(changes, math.Log(now/was))
		}
	}
	typical := median(changes)
	for i := range changes {
		changes[i] = abs(changes[i] - typical)
	}
	return madToSigma * median(changes)
}

// same are the newest days of a day's weekday, each made as large as it would be on it.
func (f forecast) same(d money.Day) (same []float64) {
	first := d - 7*max(0, (d-f.last+6)/7)
	for at := first; at >= f.from && len(same) < weeksBack; at -= 7 {
		if x, there := f.track.at(at); there {
			same = append(same, x*math.Pow(f.growth, float64(d-at)/7))
		}
	}
	return same
}

// expected is what a day costs by the model.
func (f forecast) expected(d money.Day) float64 { return max(0, f.level*median(f.same(d))) }

// spread measures how far days usually lie from the model, and what of it the
// medians of the model leave open. off are the residuals as fractions, oldest first;
// weeks is of how many growth was measured.
func (f *forecast) spread(off []float64, weeks int) {
	recent := off[max(0, len(off)-7):]
	f.level = 1 + median(recent)
	steps := make([]float64, 0, len(off)) // from day to day: drifting must not pass for noise
	for i := range off {
		off[i] = (1+off[i])/max(f.level, 1e-9) - 1
		if i > 0 {
			steps = append(steps, abs(off[i]-off[i-1]))
		}
	}
	usual := max(madToSigma*median(steps)/math.Sqrt2, steadiest)
	off = bounded(off, farOff*usual)
	var sum, along, squares float64
	for i, x := range off {
		sum += x * x
		if i > 0 {
			along += x * off[i-1]
			squares += off[i-1] * off[i-1]
		}
	}
	blocks := float64(max(1, len(off))) / 7
	// Of each weekday the median was fitted, and growth.
	variance := max(sum/max(1, 7*blocks*max(0.5, 1-8.0/7/blocks)), steadiest*steadiest)
	kept := min(max(along/max(squares, 1e-12), 0), drifting)
	f.noise = variance * (1 + kept) / (1 - kept)
	f.weekday = medianLoss * variance / min(max(1, blocks), weeksBack)
	f.shared = medianLoss * f.noise / float64(max(1, len(recent)))
	f.growthDoes = unknownGrowth * unknownGrowth
	if weeks >= weeksNeeded {
		// Growth is the third root of the quotient of two medians of three weeks each.
		half := float64(weeks) / 2
		f.growthDoes = 2 * medianLoss * f.noise / 7 / half / (half * half)
	}
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
