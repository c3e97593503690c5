package report

import (
	"slices"
	"strings"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// stream counts usage that came by a stream: apart when some of its days are missing.
func (s *series) stream(p *stream, d money.Day, g money.Group, amount money.Amount) {
	switch {
	case g.Kind != money.Usage || g.Spread:
	case p.apart:
		add(s.streams, p, d, amount)
	default:
		s.steady = true
	}
}

// oneSided reports whether a day of this week or of the one before has a stream that
// the same weekday of the other one lacks, or lacks it itself.
func (b *currencyLedger) oneSided(d money.Day, p *stream) bool {
	other := d + 7
	if d >= b.week.Monday() {
		other = d - 7
	}
	return p.apart && (b.gaps[d][p] || b.gaps[other][p])
}

// trackWithout is a series' usage without that of some streams. A day that lacks one
// of the others is not known.
func (b *currencyLedger) trackWithout(s *series, out []*stream) dailySeries {
	last := b.week.Monday() + 6
	t := newDailySeries(b.from, last)
	first, begun := max(b.from, s.first), true
	if len(out) > 0 { // it may have begun with one of these
		first, begun = b.from-oldest, false
	}
	without := map[*stream]bool{}
	for _, p := range out {
		without[p] = true
	}
	for d := first; d <= last; d++ {
		x := s.usage[d].Sub(s.spread[d])
		for _, p := range out {
			x = x.Sub(s.streams[p][d])
		}
		begun = begun || !x.IsZero()
		if begun && b.told[d] && !b.lacksOther(s, d, without) {
			t.set(d, x.Float64())
		}
	}
	return t
}

// lacksOther reports whether a day lacks a stream of the series, some of them aside.
func (b *currencyLedger) lacksOther(s *series, d money.Day, without map[*stream]bool) bool {
	if len(b.gaps[d]) == 0 {
		return false
	}
	for p := range s.streams {
		if b.gaps[d][p] && !without[p] {
			return true
		}
	}
	return false
}

// has reports whether a stream that lacks days brings usage of the series.
func (s *series) has(p *stream) bool {
	_, has := s.streams[p]
	return has
}

// trackOn is the series as it is judged on a day: without the streams that the day
// lacks, in all the weeks before, too. ok is false when that leaves nothing.
func (b *currencyLedger) trackOn(s *series, d money.Day) (t dailySeries, ok bool) {
	var out []*stream
	var key strings.Builder
	if len(b.gaps[d]) > 0 {
		for p := range s.streams {
			if b.gaps[d][p] {
				out = append(out, p)
			}
		}
	}
	slices.SortFunc(out, func(x, y *stream) int { return strings.Compare(x.id, y.id) })
	for _, p := range out {
		key.WriteString(p.id)
	}
	switch {
	case len(out) == 0:
		return s.track, true
	case !s.steady && len(out) == len(s.streams):
		return t, false
	}
	t, known := s.partial[key.String()]
	if !known {
		t = b.trackWithout(s, out)
		s.partial[key.String()] = t
	}
	return t, true
}

// trackOf is the usage that a series has by one stream.
func (b *currencyLedger) trackOf(s *series, p *stream) dailySeries {
	t := newDailySeries(b.from, b.week.Monday()+6)
	begun := false
	for d := b.from; d < b.week.Monday()+7; d++ {
		x, there := s.streams[p][d]
		if begun = begun || there; begun && b.told[d] && !p.lacks(d) {
			t.set(d, x.Float64())
		}
	}
	return t
}

// excesses are the days of a series that exceed what is usual, judged with what lies
// before each. told is in how many digests in a row the series was told to do so;
// judged is how many days could be judged.
func (b *currencyLedger) excesses(s *series, days []money.Day, floor float64, told int) (over []excess, judged int) {
	for _, d := range days {
		if t, ok := b.trackOn(s, d); ok {
			e, known, exceeds := t.excess(d, floor, b.shift(d, told))
			if known {
				judged++
			}
			if exceeds {
				over = append(over, e)
			}
		}
	}
	return over, judged
}

// lateExcesses are those of days of earlier weeks that are judged here.
func (b *currencyLedger) lateExcesses(s *series, floor float64, told int) (over []excess) {
	over, _ = b.excesses(s, b.wholeLate(), floor, told)
	for _, l := range b.late {
		if l.stream == nil || !s.has(l.stream) {
			continue
		}
		if e, _, exceeds := b.trackOf(s, l.stream).excess(l.day, floor, b.shift(l.day, told)); exceeds {
			over = append(over, e)
		}
	}
	slices.SortStableFunc(over, func(x, y excess) int { return int(x.day - y.day) })
	return over
}

// shift is over how many weeks before a day a level shift was told, when it was told
// often enough to be the usual level by now.
func (b *currencyLedger) shift(d money.Day, told int) int {
	if told < shiftWeeks {
		return 0
	}
	return told - int(b.week-money.WeekOf(d))/7
}

// excess judges a day; known is false when its history is too short. Of a level shift
// the weeks before that day in which it was told are what is usual.
func (t dailySeries) excess(d money.Day, floor float64, shift int) (e excess, known, exceeds bool) {
	x, there := t.at(d)
	u, ok := t.baseline(d)
	if !there || !ok {
		return e, false, false
	}
	if exceeds = u.exceeds(x, floor); exceeds && shift > 0 {
		if shifted, ok := t.shifted(d, shift); ok && shifted.expected > u.expected {
			u = shifted
		}
		exceeds = u.exceeds(x, floor)
	}
	return excess{d, x, u.expected}, true, exceeds
}

// shifted is what is usual since a level shift: the same weekdays of the weeks in
// which it was told.
func (t dailySeries) shifted(d money.Day, weeks int) (baseline, bool) {
	var same []float64
	for k := 1; k <= min(weeks, weeksBack); k++ {
		if x, there := t.at(d - money.Day(7*k)); there {
			same = append(same, x)
		}
	}
	return baselineOf(same), len(same) > 0
}
