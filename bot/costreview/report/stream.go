package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/costreview/money"
)

const (
	// lagging is by how many days a stream may be behind and still count as late: one
	// that is silent for longer may be gone. When today nobody has heard of it for gone
	// days, and the rest of its source went on without it for more than lagging, it is. A
	// series of Prometheus, whose services come and go, is sooner, after lagging days, but
	// never while the week before, which this one is compared with, has some of it.
	lagging = 7
	gone    = 28
	// maxGaps bounds how many streams that lack days are named one by one.
	maxGaps = 10
)

// stream is what of a source comes, and lacks, by itself: of a FOCUS file a
// provider's billing account, of Prometheus a series.
type stream struct {
	coverage
	id string // StreamID
	// last is the last of its days that is whole; percent of the next is written, if
	// it is being written.
	last    money.Day
	percent float64
	// daily: a day without figures is missing. Else it charges now and then.
	daily bool
	// ended: nobody waits for more of it. left: since this week.
	ended, left bool
	// absent: nothing of it is in any figure, because its source ended before the week.
	absent bool
	// counts: something of it is what the digest is about.
	counts bool
	// apart: some day of it is missing, so that its usage is known apart in series.
	apart bool
}

// StreamID names a stream for memory: 16 hex digits.
func StreamID(source, provider, within string) string { return seriesID(source, provider, within) }

// lacks reports whether a day that the stream has to tell is missing, or not whole.
func (s *stream) lacks(d money.Day) bool {
	switch {
	case s.has(d):
		return d > s.last
	case !s.daily || d < s.first:
		return false
	}
	return d <= s.newest || !s.ended
}

func (s *stream) tells(d money.Day) bool { return s.has(d) && d <= s.last }

// streamKey is what tells a source's streams apart.
type streamKey struct{ provider, within string }

// streamOf says by what of a group its stream is known. A bill of which some days do not
// name their billing account, as stored days of before, is not told apart by it.
func streamOf(origin money.Origin, g money.Group, byAccount bool) streamKey {
	switch {
	case origin == money.Prometheus:
		return streamKey{g.Provider, g.Account + "\x00" + g.Service}
	case byAccount:
		return streamKey{g.Provider, g.BillingAccount}
	}
	return streamKey{provider: g.Provider}
}

// byAccount are the providers each of whose days names a billing account.
func (s *source) byAccount(currency string, first, last money.Day) map[string]bool {
	type cell struct {
		provider string
		day      money.Day
	}
	named := map[cell]bool{}
	s.each(currency, first, last, func(d money.Day, g money.Group, _ cost) {
		named[cell{g.Provider, d}] = named[cell{g.Provider, d}] || g.BillingAccount != ""
	})
	by := map[string]bool{}
	for c, is := range named {
		if known, seen := by[c.provider]; !seen || known {
			by[c.provider] = is
		}
	}
	return by
}

// split finds a source's streams and which of their days are whole. Before is the first
// day that the week is compared with.
func (s *source) split(currency string, from, before money.Day) {
	today := s.today
	s.accounts = s.byAccount(currency, from, today)
	s.streams = map[streamKey]*stream{}
	s.whole = stream{coverage: coverage{name: clean(s.Name)}}
	onlySpread := true
	s.each(currency, from-oldest, today, func(_ money.Day, g money.Group, _ cost) { onlySpread = onlySpread && g.Spread })
	s.each(currency, from-oldest, today, func(d money.Day, g money.Group, c cost) {
		k := streamOf(s.Origin, g, s.accounts[g.Provider])
		p := s.streams[k]
		if p == nil {
			p = &stream{id: StreamID(s.Source, k.provider, k.within)}
			s.streams[k] = p
		}
		p.counts = p.counts || s.filter.Matches(g)
		if !g.Spread || onlySpread { // a month's charge does not say that its days are told
			p.add(d, g, c.amount)
			s.whole.add(d, g, c.amount)
		}
	})
	if len(s.streams) == 0 {
		return
	}
	s.whole.close()
	s.whole.daily, s.whole.last = s.whole.young() || s.whole.coverage.daily(), s.whole.newest
	if percent, yes := s.whole.unfinished(); yes && s.whole.daily {
		s.whole.last, s.whole.percent = s.whole.newest-1, percent
	}
	many := map[string]int{}
	anyDaily := false
	for k, p := range s.streams {
		many[k.provider]++
		p.close()
		p.daily = len(p.usage) >= aWeek && p.coverage.daily()
		anyDaily = anyDaily || p.daily
	}
	for k, p := range s.streams {
		p.name = streamName(s.Origin, k, many[k.provider] > 1)
		p.last = p.newest
		if percent, yes := p.unfinished(); yes && p.daily {
			p.last, p.percent = p.newest-1, percent
		}
		if s.whole.daily && !anyDaily { // so young that only all together can be judged
			p.last = min(p.last, s.whole.last)
		}
		over := func(today, before money.Day) bool {
			soon := s.Origin == money.Prometheus && today-p.newest > lagging && p.newest < before
			return min(s.whole.newest, today)-p.newest > lagging && (soon || today-p.newest > gone)
		}
		p.ended = over(today, before)
		p.left = p.ended && !over(today-7, before-7)
	}
}

func streamName(origin money.Origin, k streamKey, several bool) string {
	provider := orUnnamed(k.provider, "no provider")
	if origin == money.Prometheus {
		account, service, _ := strings.Cut(k.within, "\x00")
		return fullName(strings.TrimSpace(clean(k.provider)+" "+clean(account)), orUnnamed(service, noService))
	}
	if !several {
		return provider
	}
	return provider + " account " + orUnnamed(k.within, "without a number")
}

// inOrder are a source's streams by their names.
func (s *source) inOrder() []*stream {
	return slices.SortedFunc(maps.Values(s.streams), func(x, y *stream) int {
		return cmp.Or(cmp.Compare(x.name, y.name), cmp.Compare(x.id, y.id))
	})
}

// streamsByID are the streams of all sources, as they are kept.
func (b *currencyLedger) streamsByID() map[string]*stream {
	all := map[string]*stream{}
	for _, src := range b.read {
		for _, p := range src.streams {
			all[p.id] = p
		}
	}
	return all
}

// cells finds the days that are told, and which streams lack some of these. A day is
// told when a stream that tells every day tells it, or, where no stream does that, when
// anything is there.
func (b *currencyLedger) cells(in Input, last money.Day) {
	var daily, all []*stream
	for _, src := range b.read {
		for _, p := range src.inOrder() {
			all = append(all, p)
			if p.daily && !p.absent {
				daily = append(daily, p)
			}
		}
	}
	telling := daily
	if len(daily) == 0 {
		telling = all
	}
	for d := b.from; d <= min(last, in.newestSettled()); d++ {
		if b.settledTo = d; !slices.ContainsFunc(telling, func(p *stream) bool { return !p.absent && p.tells(d) }) {
			continue
		}
		b.told[d] = true
		if d >= b.week.Monday() {
			b.days = append(b.days, d)
		}
		for _, p := range all {
			if p.counts && p.lacks(d) {
				if b.gaps[d] == nil {
					b.gaps[d] = map[*stream]bool{}
				}
				b.gaps[d][p] = true
				p.apart = true
			}
		}
	}
}

// nameGaps says which days of this week and the one before lack which streams. What
// lacks of days that count makes the total a least one.
func (b *currencyLedger) nameGaps() (missing []string) {
	named, more := 0, 0
	say := func(days []money.Day, format string, args ...any) {
		text := fmt.Sprintf(format, args...)
		counts := slices.ContainsFunc(days, func(d money.Day) bool { return b.told[d] && d >= b.week.Monday() })
		b.partial = b.partial || counts
		switch {
		case named == maxGaps:
			more++
			return
		case counts:
			missing = append(missing, fmt.Sprintf("%s The total in %s is at least what it says; the comparison leaves it out of both weeks.", text, orUnnamed(b.currency, "no currency")))
		default:
			b.notes = append(b.notes, text)
		}
		named++
	}
	for _, src := range b.read {
		streams := src.inOrder()
		lacking, every := map[money.Day]int{}, 0
		for _, p := range streams {
			if !p.daily || p.absent || !p.counts {
				continue
			}
			every++
			for d := b.week.Add(-1).Monday(); d <= b.settledTo; d++ {
				if p.lacks(d) {
					lacking[d]++
				}
			}
		}
		all := func(d money.Day) bool { return every > 0 && lacking[d] == every }
		b.nameGap(src.whole, src.whole.name, "", all, say)
		for _, p := range streams {
			if p.left && p.daily && !p.absent && p.counts {
				say(nil, "%s: nothing of %s since %s: it is taken to be gone, and costs nothing from here on.", src.whole.name, p.name, day(p.newest))
			}
			if !p.absent && p.counts {
				b.nameGap(*p, src.whole.name, p.name, func(d money.Day) bool { return p.lacks(d) && !all(d) }, say)
			}
		}
	}
	if more > 0 {
		missing = append(missing, fmt.Sprintf("%s of the bill in %s lack days, too.", textutil.Count(more, "more part"), orUnnamed(b.currency, "no currency")))
	}
	return missing
}

// nameGap names the days that one stream lacks; no stream: its whole source. Of the
// week before only those that others tell are looked at.
func (b *currencyLedger) nameGap(p stream, source, who string, lacks func(money.Day) bool, say func(days []money.Day, format string, args ...any)) {
	var between, after []money.Day
	for d := b.week.Add(-1).Monday(); d <= b.settledTo; d++ {
		switch {
		case !lacks(d) || d < b.week.Monday() && !b.told[d]:
		case d <= p.last:
			between = append(between, d)
		default:
			after = append(after, d)
		}
	}
	of, its := "", ""
	if who != "" {
		of, its = " of "+who, who+" "
	}
	if len(between) > 0 {
		say(between, "%s: %slists nothing of %s: left out, which is not zero.", source, its, list(between))
	}
	if len(after) > 0 && after[0] == p.newest {
		say(after[:1], "%s: %s%s is still being written, %.0f %% of what such a day costs are there: left out.", source, day(p.newest), of, p.percent)
		after = after[1:]
	}
	switch {
	case len(after) == 0:
	case b.settledTo-p.newest > lagging:
		say(after, "%s: nothing%s since %s: it is gone, or its figures are missing.", source, of, day(p.newest))
	default:
		say(after, "%s: %sis there to %s only: %s %s left out, which is not zero.", source, its, day(p.newest), list(after), textutil.IsAre(len(after)))
	}
}
