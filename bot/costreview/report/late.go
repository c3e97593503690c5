package report

import (
	"cmp"
	"maps"
	"slices"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// lateWeeks is how many weeks back a day is still judged that was not there, or not
// settled, when its week was told: as far as the chart shows.
const lateWeeks = chartWeeks - 1

// maxOpen bounds how many parts of a bill wait to be judged, as documents keep them.
const maxOpen = 300

// openDay is a day of a stream, or of the whole bill, that no digest has judged yet.
type openDay struct {
	day    money.Day
	stream string // StreamID; empty: the whole bill
}

// openDays are what is still to be judged, each with the stream's name for people.
type openDays map[openDay]string

// openAfter are the days that the digests before leave to be judged to the one of a
// week: what had not settled, what was not there, and the weeks that none was about.
// Without a digest before nothing is left: the first one judges its own week.
func openAfter(p *Posted, currency string, week money.Week) openDays {
	open := openDays{}
	if p == nil || p.Week >= week {
		return open
	}
	total, known := p.Totals[currency]
	if _, waits := p.Open[currency]; !known && !waits {
		return open
	}
	for _, part := range p.Open[currency] {
		for _, d := range part.Days {
			open[openDay{d, part.Stream}] = part.Name
		}
	}
	if known { // what was told before Open was kept tells it, too
		judged := total.Judged
		if judged == nil {
			judged = total.Days
		}
		for d := p.Week.Monday(); d < p.Week.Add(1).Monday(); d++ {
			if !slices.Contains(judged, d) {
				open[openDay{day: d}] = ""
			}
		}
	}
	for d := max(p.Week.Add(1).Monday(), week.Add(-lateWeeks).Monday()); d < week.Monday(); d++ {
		open[openDay{day: d}] = ""
	}
	maps.DeleteFunc(open, func(o openDay, _ string) bool {
		return o.day < week.Add(-lateWeeks).Monday() || o.day >= week.Monday()
	})
	return open
}

// currencies are those that a digest told of, or left something open in.
func (p *Posted) currencies() map[string]bool {
	all := map[string]bool{}
	for currency := range p.Totals {
		all[currency] = true
	}
	for currency := range p.Open {
		all[currency] = true
	}
	return all
}

// waiting is what stays open in a currency of which nothing is there; when that is
// all that is looked at, nobody waits for it any longer.
func waiting(p *Posted, currency string, week money.Week) []PartDays {
	open := openAfter(p, currency, week)
	if len(open) >= 7*lateWeeks {
		return nil
	}
	for d := week.Monday(); d < week.Add(1).Monday(); d++ {
		open[openDay{day: d}] = ""
	}
	return open.parts()
}

// parts writes them as they are kept: by stream, the whole bill first, of too many the
// first ones.
func (o openDays) parts() (all []PartDays) {
	by := map[string]*PartDays{}
	for open, name := range o {
		p := by[open.stream]
		if p == nil {
			p = &PartDays{Stream: open.stream}
			by[open.stream] = p
		}
		p.Name = max(p.Name, name)
		p.Days = append(p.Days, open.day)
	}
	for _, p := range by {
		slices.Sort(p.Days)
		all = append(all, *p)
	}
	slices.SortFunc(all, func(x, y PartDays) int {
		return cmp.Or(min(1, len(x.Stream))-min(1, len(y.Stream)), cmp.Compare(x.Name, y.Name), cmp.Compare(x.Stream, y.Stream))
	})
	return all[:min(len(all), maxOpen)]
}

// lateDay is a day of an earlier week that is judged now; of no stream: as a whole.
type lateDay struct {
	day    money.Day
	stream *stream
}

// judgeLate finds out which days of earlier weeks have come or settled since they were
// left open, and what stays open, of this week too.
func (b *currencyLedger) judgeLate(before *Posted) {
	byID := b.streamsByID()
	b.open = openDays{}
	judge := func(d money.Day) bool {
		if !b.told[d] {
			b.open[openDay{day: d}] = ""
			return false
		}
		for p := range b.gaps[d] {
			b.open[openDay{d, p.id}] = p.name
		}
		return true
	}
	for open, name := range openAfter(before, b.currency, b.week) {
		p := byID[open.stream]
		switch {
		case open.stream == "":
			if judge(open.day) {
				b.late = append(b.late, lateDay{day: open.day})
			}
		case p == nil || p.absent || !b.told[open.day] || !p.tells(open.day):
			b.open[open] = name
		default:
			p.apart = true
			b.late = append(b.late, lateDay{open.day, p})
		}
	}
	for d := b.week.Monday(); d < b.week.Add(1).Monday(); d++ {
		judge(d)
	}
	slices.SortFunc(b.late, func(x, y lateDay) int {
		return cmp.Or(cmp.Compare(x.name(), y.name()), cmp.Compare(x.day, y.day))
	})
}

func (l lateDay) name() string {
	if l.stream == nil {
		return ""
	}
	return l.stream.name + l.stream.id
}

// lateParts are the late days by stream, as a report has them.
func (b *currencyLedger) lateParts() []PartDays {
	late := openDays{}
	for _, l := range b.late {
		if l.stream == nil {
			late[openDay{day: l.day}] = ""
		} else {
			late[openDay{l.day, l.stream.id}] = l.stream.name
		}
	}
	return late.parts()
}

// wholeLate are the days of earlier weeks that are judged as a whole.
func (b *currencyLedger) wholeLate() (days []money.Day) {
	for _, l := range b.late {
		if l.stream == nil {
			days = append(days, l.day)
		}
	}
	return days
}

// judgedBefore are those of all days that are judged here that other digests of the
// week judged already.
func (b *currencyLedger) judgedBefore(again []Posted) (days []money.Day) {
	before := map[money.Day]bool{}
	for _, p := range again {
		total := p.Totals[b.currency]
		for _, d := range total.Days {
			before[d] = true
		}
		for _, part := range total.Late {
			for _, d := range part.Days {
				before[d] = before[d] || part.Stream == ""
			}
		}
	}
	for _, d := range slices.Concat(b.wholeLate(), b.days) {
		if before[d] {
			days = append(days, d)
		}
	}
	return days
}

// Earlier is what the digests that were posted say to the next one, of a week: the
// newest of those of an earlier week, and what those of the same week have judged
// already. Reports are of one digest, in any order.
func Earlier(reports []Report, week money.Week) (posted *Posted, again []Posted) {
	reports = slices.Clone(reports)
	slices.SortStableFunc(reports, func(x, y Report) int {
		return cmp.Or(cmp.Compare(y.Week, x.Week), y.MadeAt.Compare(x.MadeAt))
	})
	for _, r := range reports {
		p := r.Posted()
		switch {
		case r.Week > week:
		case r.Week == week:
			again = append(again, p)
		case posted == nil:
			posted = &p
		case p.Week == posted.Week:
			posted.judgedBy(p)
		default:
			return posted, again
		}
	}
	return posted, again
}

// judgedBy takes what another digest of the same week judged out of what is open.
func (p *Posted) judgedBy(other Posted) {
	for currency := range other.Totals {
		open := openAfter(p, currency, p.Week.Add(1))
		theirs := openAfter(&other, currency, p.Week.Add(1))
		left := openDays{}
		for o, name := range open {
			_, whole := theirs[openDay{day: o.day}]
			_, same := theirs[o]
			switch {
			case same || whole:
				left[o] = name
			case o.stream == "": // judged without the streams that lacked it then
				for t, name := range theirs {
					if t.day == o.day {
						left[t] = name
					}
				}
			}
		}
		if p.Open == nil {
			p.Open = map[string][]PartDays{}
		}
		p.Open[currency] = left.parts()
		if p.Totals == nil {
			p.Totals = map[string]PostedTotal{}
		}
		total := p.Totals[currency]
		total.Judged = nil
		for d := p.Week.Monday(); d < p.Week.Add(1).Monday(); d++ {
			if _, waits := left[openDay{day: d}]; !waits {
				total.Judged = append(total.Judged, d)
			}
		}
		p.Totals[currency] = total
	}
}
