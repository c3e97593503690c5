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

// lookback is how many weeks before the week under review are looked at: eight of the
// chart and six that its oldest is judged by.
const lookback = chartWeeks - 1 + weeksBack

// oldest is how many days before that still tell that a service is not new.
const oldest = 400

// currencyLedger is everything that was told in one currency.
type currencyLedger struct {
	currency   string
	week       money.Week
	from       money.Day // of what is looked at, up to the week's last day
	days       []money.Day
	told       map[money.Day]bool // told whole, and settled
	series     []*series
	sources    []Share
	feeds      []source
	rows       map[money.Group]cost // of days, the week's days that count
	month      monthlyUsage
	costColumn string
	partial    bool
	notes      []string
}

// cost is a group's, in the column that is judged by.
type cost struct{ amount, billed money.Amount }

// series is a service of a provider.
type series struct {
	provider, service, category string
	first                       money.Day // with usage
	usage                       map[money.Day]money.Amount
	spread                      map[money.Day]money.Amount                // of usage: parts of charges for several days, which are never judged
	others                      map[money.Kind]map[money.Day]money.Amount // charges that are no usage
	lacksCategory               bool                                      // a source cannot tell fixed charges from usage
	track                       dailySeries                               // usage of the days that were told
}

func (s *series) of(kind money.Kind, days []money.Day) (sum money.Amount) {
	at := s.usage
	if kind != money.Usage {
		at = s.others[kind]
	}
	for _, d := range days {
		sum = sum.Add(at[d])
	}
	return sum
}

// source is a reading as far as it is in a book.
type source struct {
	money.Reading
	fellBackToBilled map[string]bool // providers whose BilledCost stands in for what was asked
	bounds
}

// each visits the reading's charges in a currency from a day to another, in no order.
func (s *source) each(currency string, first, last money.Day, visit func(money.Day, money.Group, cost)) {
	for d, groups := range s.Days {
		if d < first || d > last {
			continue
		}
		for g, c := range groups {
			if g.Currency != currency {
				continue
			}
			amount := c.Amount
			if s.fellBackToBilled[g.Provider] {
				amount = c.Billed
			}
			visit(d, g, cost{amount, c.Billed})
		}
	}
}

// open reads what was told in one currency. What is missing entirely comes back as
// sentences.
func open(in Input, currency string) (b *currencyLedger, missing []string) {
	last := in.Week.Monday() + 6
	b = &currencyLedger{
		currency: currency, week: in.Week, from: in.Week.Add(-lookback).Monday(),
		told: map[money.Day]bool{}, rows: map[money.Group]cost{},
	}
	var sources []source
	var cols columns
	known := false
	for _, reading := range in.Readings {
		src, remarks := b.addReading(reading, &cols, money.DayOf(in.Now))
		if len(src.feed.usage) == 0 {
			continue
		}
		known = true
		if src.daily && src.last < in.Week.Monday() {
			b.partial = true
			missing = append(missing, fmt.Sprintf("%s: its %s end on %s, nothing of %s: it is left out of every figure, the weeks before included.", clean(reading.Name), clean(currency), day(src.last), in.Week))
			continue
		}
		b.partial = b.partial || partial(reading)
		for _, r := range remarks { // what would not count anyway needs no word
			if r.from <= last && settled(r.from, in.Now, in.Settings.settle()) {
				b.notes = append(b.notes, r.text)
			}
		}
		sources = append(sources, src)
	}
	b.noteMissing(in, sources, last)
	if len(b.days) == 0 {
		if known {
			missing = append(missing, fmt.Sprintf("%s: no day of %s is settled and told whole, so nothing is judged.%s", orUnnamed(currency, "No currency"), in.Week, sentences(b.notes)))
		}
		return nil, missing
	}
	b.feeds = sources
	b.fill(sources, last)
	b.costColumn = cols.String()
	if len(cols.fallback) > 0 {
		b.notes = append(b.notes, cols.note())
	}
	return b, missing
}

func sentences(notes []string) string {
	if len(notes) == 0 {
		return ""
	}
	return " " + strings.Join(notes, " ")
}

// addReading finds out which of a reading's days are whole, and by which column its
// charges in the book's currency are to be counted.
func (b *currencyLedger) addReading(reading money.Reading, cols *columns, today money.Day) (src source, remarks []remark) {
	src = source{Reading: reading, fellBackToBilled: misleading(reading, b.currency)}
	whole := coverage{name: clean(reading.Name)}
	providers := map[string]*coverage{}
	seen := map[string]bool{}
	onlySpread := true
	src.each(b.currency, b.from-oldest, today, func(_ money.Day, g money.Group, _ cost) {
		seen[g.Provider] = true
		onlySpread = onlySpread && g.Spread
	})
	src.each(b.currency, b.from-oldest, today, func(d money.Day, g money.Group, c cost) {
		if g.Spread && !onlySpread { // a month's charge does not say that its days are told
			return
		}
		p := providers[g.Provider]
		if p == nil {
			p = &coverage{name: orUnnamed(g.Provider, "no provider")}
			providers[g.Provider] = p
		}
		var usage money.Amount
		if g.Kind == money.Usage {
			usage = c.amount
		}
		whole.add(d, usage)
		p.add(d, usage)
	})
	if len(providers) == 0 {
		return src, nil
	}
	if newest, _ := reading.Days.Newest(); newest > today {
		remarks = append(remarks, remark{b.from, whole.name + ": has days after today: they are left out."})
	}
	feeds := make([]*coverage, 0, len(providers))
	for _, name := range slices.Sorted(maps.Keys(seen)) {
		cols.add(reading, name, src.fellBackToBilled[name])
		if p := providers[name]; p != nil {
			feeds = append(feeds, p)
		}
	}
	var held []remark
	src.bounds, held = boundsOf(whole, feeds)
	return src, append(remarks, held...)
}

// noteMissing finds the days that every source tells whole, and of these the week's.
func (b *currencyLedger) noteMissing(in Input, all []source, last money.Day) {
	gaps := make([][]money.Day, len(all))
	for d := b.from; d <= last; d++ {
		if !settled(d, in.Now, in.Settings.settle()) {
			break
		}
		there := false
		for _, src := range all {
			_, has := src.feed.usage[d]
			there = there || has
		}
		for i, src := range all {
			if !src.tells(d) {
				there = false
				if d <= src.last && d >= b.week.Monday() {
					gaps[i] = append(gaps[i], d)
				}
			}
		}
		if there {
			b.told[d] = true
			if d >= b.week.Monday() {
				b.days = append(b.days, d)
			}
		}
	}
	for i, src := range all {
		if len(gaps[i]) > 0 {
			b.notes = append(b.notes, fmt.Sprintf("%s: lists nothing of %s: left out, which is not zero.", src.feed.name, list(gaps[i])))
		}
	}
}

// fill adds the charges up.
func (b *currencyLedger) fill(sources []source, last money.Day) {
	counted := map[money.Day]bool{}
	for _, d := range b.days {
		counted[d] = true
	}
	b.month = newMonthlyUsage(b.currency, b.eachWeekday())
	type key struct{ provider, service string }
	byKey := map[key]*series{}
	categories := map[key]map[string]money.Amount{}
	for _, src := range sources {
		var sum money.Amount
		there := false
		blind := slices.Contains(src.Lacks, "ChargeCategory")
		src.each(b.currency, b.from-oldest, last, func(d money.Day, g money.Group, c cost) {
			k := key{g.Provider, g.Service}
			s := byKey[k]
			if s == nil {
				s = &series{provider: k.provider, service: k.service, first: last + 1, usage: map[money.Day]money.Amount{}, spread: map[money.Day]money.Amount{}, others: map[money.Kind]map[money.Day]money.Amount{}}
				byKey[k] = s
				categories[k] = map[string]money.Amount{}
			}
			s.add(d, g, c.amount)
			s.lacksCategory = s.lacksCategory || blind
			categories[k][g.Category] = categories[k][g.Category].Add(c.amount.Abs())
			b.month.add(d, g, c.amount)
			if counted[d] {
				row := b.rows[g]
				b.rows[g] = cost{row.amount.Add(c.amount), row.billed.Add(c.billed)}
				sum = sum.Add(c.amount)
				there = true
			}
		})
		if there {
			b.sources = append(b.sources, Share{Name: clean(src.Name), Total: sum})
		}
	}
	if len(b.sources) == 1 {
		b.sources = nil // it is the total
	}
	for k, s := range byKey {
		s.category = largest(categories[k])
		s.track = newDailySeries(b.from, last)
		for d := max(b.from, s.first); d <= last; d++ {
			if b.told[d] {
				s.track.set(d, s.usage[d].Sub(s.spread[d]).Float64())
			}
		}
		b.series = append(b.series, s)
	}
	slices.SortFunc(b.series, func(x, y *series) int {
		return cmp.Or(cmp.Compare(x.provider, y.provider), cmp.Compare(x.service, y.service))
	})
}

func (s *series) add(d money.Day, g money.Group, amount money.Amount) {
	at := s.usage
	if g.Kind == money.Usage {
		s.first = min(s.first, d)
		if g.Spread {
			s.spread[d] = s.spread[d].Add(amount)
		}
	} else if at = s.others[g.Kind]; at == nil {
		at = map[money.Day]money.Amount{}
		s.others[g.Kind] = at
	}
	at[d] = at[d].Add(amount)
}

func largest(sums map[string]money.Amount) (name string) {
	for _, candidate := range slices.Sorted(maps.Keys(sums)) {
		if name == "" || sums[candidate].Cmp(sums[name]) > 0 {
			name = candidate
		}
	}
	return name
}

// partial reports whether a reading's figures are known to be incomplete.
func partial(reading money.Reading) bool {
	return reading.Broken > 0 || slices.ContainsFunc(reading.Notes, func(n money.Note) bool { return n.Partial })
}

// maxName bounds a name that came from outside, in characters.
const maxName = 100

// clean makes a name from outside fit for one line.
func clean(name string) string { return oneLine(name, maxName) }

// oneLine takes out what does not print and keeps at most so many characters.
func oneLine(text string, most int) string {
	return textutil.Cut(money.OneLine(text), most)
}

func orUnnamed(name, otherwise string) string {
	if name = clean(name); name == "" {
		return otherwise
	}
	return name
}
