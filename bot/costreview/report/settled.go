package report

import (
	"fmt"
	"time"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

const (
	// everyDay is the share of its days on which a source that tells every day does.
	everyDay = 0.8
	// shortest is the span, in days, below which a source counts as telling every day.
	shortest = 14
	// lagging is by how many days a provider may be behind its source: one that is
	// silent for longer is gone.
	lagging = 7
	// weighty is the share of the spend below which a provider holds nothing back.
	weighty = 0.05
	// incomplete is the share of a day's expected cost below which the newest day is
	// still being written.
	incomplete = 0.5
)

// coverage is what one source, or one provider within it, told in one currency.
type coverage struct {
	name          string
	first, newest money.Day
	usage         map[money.Day]money.Amount // of the days that it told
	sum           money.Amount
}

func (f *coverage) add(d money.Day, usage money.Amount) {
	if f.usage == nil {
		f.usage = map[money.Day]money.Amount{}
		f.first, f.newest = d, d
	}
	f.first, f.newest = min(f.first, d), max(f.newest, d)
	f.usage[d] = f.usage[d].Add(usage)
	f.sum = f.sum.Add(usage)
}

// daily reports whether it tells every day, so that a day without figures is a day
// that is missing. What charges now and then is silent in between for good reason.
func (f *coverage) daily() bool {
	from := max(f.first, f.newest-55)
	span := int(f.newest-from) + 1
	if span < shortest {
		return true
	}
	told := 0
	for d := from; d <= f.newest; d++ {
		if _, there := f.usage[d]; there {
			told++
		}
	}
	return float64(told) >= everyDay*float64(span)
}

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

// bounds say which days a source tells whole.
type bounds struct {
	feed  coverage
	last  money.Day // whole days end here
	daily bool
}

// remark is a sentence about days that are left out, from one on.
type remark struct {
	from money.Day
	text string
}

// boundsOf looks at a source and at each provider in it that matters: a provider
// whose figures come later holds its days back.
func boundsOf(source coverage, providers []*coverage) (b bounds, remarks []remark) {
	b = bounds{feed: source, last: source.newest, daily: source.daily()}
	if !b.daily {
		return b, nil
	}
	say := func(from money.Day, format string, args ...any) {
		remarks = append(remarks, remark{from, source.name + ": " + fmt.Sprintf(format, args...)})
	}
	if percent, yes := source.unfinished(); yes {
		say(source.newest, "%s is still being written, %.0f %% of what such a day costs are there: left out.", day(source.newest), percent)
		b.last = source.newest - 1
	}
	for _, p := range providers {
		if !p.daily() || p.sum.Float64() < weighty*source.sum.Float64() {
			continue
		}
		late := source.newest - p.newest
		percent, yes := p.unfinished()
		switch {
		case late > lagging && late < 28:
			say(p.newest, "nothing of %s since %s: it is gone, or its figures are missing.", p.name, day(p.newest))
		case late > lagging:
		case yes && p.newest-1 < b.last:
			say(p.newest, "%s of %s is still being written, %.0f %% of what such a day costs are there: left out.", day(p.newest), p.name, percent)
			b.last = p.newest - 1
		case late > 0 && p.newest < b.last:
			say(p.newest+1, "%s is there to %s only: later days are left out.", p.name, day(p.newest))
			b.last = p.newest
		}
	}
	return b, remarks
}

// tells reports whether the source tells the day whole. Before its first day it has
// nothing to tell and holds nothing back.
func (b bounds) tells(d money.Day) bool {
	if !b.daily || d < b.feed.first {
		return true
	}
	_, there := b.feed.usage[d]
	return there && d <= b.last
}

// settled reports whether a day is over for long enough that providers have told it.
func settled(d money.Day, now time.Time, settle time.Duration) bool {
	return !now.Before((d + 1).Time().Add(settle))
}

// day writes a day as people do: 20 Nov.
func day(d money.Day) string { return d.Time().Format("2 Jan") }
