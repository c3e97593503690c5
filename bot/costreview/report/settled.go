package report

import "github.com/signalbook/signalbook/bot/costreview/money"

const (
	// everyDay is the share of its days, its longest silence aside, on which what tells
	// every day does, and mostGaps how often it may be silent within lately: what charges
	// now and then is silent far more often.
	everyDay = 0.8
	mostGaps = 3
	lately   = 56
	// shortest is the span, in days, below which a source counts as telling every day,
	// and aWeek on how many days one of its streams has to have told for that.
	shortest = 14
	aWeek    = 7
	// incomplete is the share of a day's expected cost below which the newest day is
	// still being written.
	incomplete = 0.5
)

// coverage is what one source, or one stream of it, told in one currency.
type coverage struct {
	name          string
	first, newest money.Day
	usage         map[money.Day]money.Amount // of the days that it told
	fees          map[money.Day]bool         // days with charges that are no usage
}

func (f *coverage) add(d money.Day, g money.Group, amount money.Amount) {
	if f.usage == nil {
		f.usage, f.fees = map[money.Day]money.Amount{}, map[money.Day]bool{}
	}
	if g.Kind != money.Usage {
		f.fees[d] = true
		return
	}
	f.usage[d] = f.usage[d].Add(amount)
}

// close finds out which days were told: a fee or a credit does not say that a day's
// usage is there, unless there never is any.
func (f *coverage) close() {
	if len(f.usage) == 0 {
		for d := range f.fees {
			f.usage[d] = money.Amount{}
		}
	}
	begun := false
	for d := range f.usage {
		if !begun {
			f.first, f.newest, begun = d, d, true
		}
		f.first, f.newest = min(f.first, d), max(f.newest, d)
	}
}

func (f *coverage) has(d money.Day) bool {
	_, there := f.usage[d]
	return there
}

// daily reports whether it tells every day, so that a day without figures is a day
// that is missing. What charges now and then is silent in between for good reason.
func (f *coverage) daily() bool {
	told, gaps, gap, longest := 0, 0, 0, 0
	for d := max(f.first, f.newest-lately+1); d <= f.newest; d++ {
		if f.has(d) {
			told, gap = told+1, 0
			continue
		}
		if gap++; gap == 1 {
			gaps++
		}
		longest = max(longest, gap)
	}
	span := f.newest - max(f.first, f.newest-lately+1) + 1
	return float64(told) >= everyDay*float64(int(span)-longest) && gaps <= mostGaps
}

// young reports whether it began so lately that nobody knows how often it tells.
func (f *coverage) young() bool { return f.newest-f.first+1 < shortest }

// unfinished reports whether the newest day is still being written, and which
// percentage of its expected cost is there. A young source is judged by what same
// weekdays there are, else by the week before.
func (f *coverage) unfinished() (percent float64, yes bool) {
	var same, near []float64
	for back := 1; back <= 7*weeksBack; back++ {
		x, there := f.usage[f.newest-money.Day(back)]
		switch {
		case !there:
		case back%7 == 0:
			same = append(same, x.Float64())
		case back < 7:
			near = append(near, x.Float64())
		}
	}
	if len(same) == 0 {
		same = near
	}
	expected := median(same)
	newest := f.usage[f.newest].Float64()
	if expected <= 0 || newest >= incomplete*expected {
		return 0, false
	}
	return 100 * max(0, newest) / expected, true
}

// newestSettled is the last day that is over for long enough that providers have told it.
func (in Input) newestSettled() money.Day {
	return money.DayOf(in.Now.Add(-in.Settings.settle())) - 1
}

// day writes a day as people do: 20 Nov.
func day(d money.Day) string { return d.Time().Format("2 Jan") }
