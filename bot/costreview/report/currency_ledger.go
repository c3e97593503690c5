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
	from       money.Day                      // of what is looked at, up to the week's last day
	settledTo  money.Day                      // the last settled day, of the week at most
	days       []money.Day                    // of the week, that count
	told       map[money.Day]bool             // settled, and something tells it
	gaps       map[money.Day]map[*stream]bool // of told days: what lacks them
	late       []lateDay                      // of earlier weeks, that are judged here
	open       openDays                       // that stay to be judged
	read       []*source
	contracts  []money.Commitment // that contracts tell of, in whatever source
	series     []*series
	sources    []Share
	rows       map[money.Group]cost // of days, the week's days that count
	month      monthlyUsage
	costColumn string
	partial    bool
	notes      []string
	teams      spellings // see teamSpellings
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
	track                       dailySeries                               // usage of the days that were told with all its streams

	// What is known of its streams some days of which are missing, and whether it has others.
	streams map[*stream]map[money.Day]money.Amount // usage
	steady  bool
	partial map[string]dailySeries
	// uncompared is what lies on days whose counterpart in the other week lacks its stream.
	uncompared map[money.Kind]map[money.Day]money.Amount
}

func (s *series) of(kind money.Kind, days []money.Day) money.Amount {
	at := s.usage
	if kind != money.Usage {
		at = s.others[kind]
	}
	return sumOf(at, days)
}

// source is a reading as far as it is in a book.
type source struct {
	money.Reading
	fellBackToBilled map[string]bool // providers whose BilledCost stands in for what was asked
	accounts         map[string]bool // providers whose billing accounts are told apart
	streams          map[streamKey]*stream
	whole            stream       // all of them together
	absent           bool         // it ended before the week: nothing of it is in any figure
	filter           money.Filter // what is in no figure, though it tells which days are there
	today            money.Day    // what is of later days is in no figure, and has no stream
}

// paired is what a kind of charge costs on days of this week or of the one before, as
// far as the other week has the same streams on the same weekdays.
func (s *series) paired(kind money.Kind, days []money.Day) money.Amount {
	return s.of(kind, days).Sub(sumOf(s.uncompared[kind], days))
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

// counted visits the reading's charges that are in figures, with their stream: what is
// still being written is not, nor what is of days after today, and nothing of a source that
// ended before the week.
func (s *source) counted(currency string, first, last money.Day, visit func(*stream, money.Day, money.Group, cost)) {
	s.each(currency, first, min(last, s.today), func(d money.Day, g money.Group, c cost) {
		p := s.streams[streamOf(s.Origin, g, s.accounts[g.Provider])]
		if !p.absent && (!p.has(d) || d <= p.last) && s.filter.Matches(g) {
			visit(p, d, g, c)
		}
	})
}

// open reads what was told in one currency. What is missing comes back as sentences,
// and what stays to be judged as it is kept; without a day that counts there is no
// ledger.
func open(in Input, currency string) (b *currencyLedger, missing []string, left []PartDays) {
	last := in.Week.Monday() + 6
	b = &currencyLedger{
		currency: currency, week: in.Week, from: in.Week.Add(-lookback).Monday(),
		told: map[money.Day]bool{}, gaps: map[money.Day]map[*stream]bool{}, rows: map[money.Group]cost{},
		contracts: contractsOf(in, currency),
	}
	var cols columns
	today := money.DayOf(in.Now)
	known := false
	for _, reading := range in.Readings {
		src := &source{Reading: reading, fellBackToBilled: misleading(reading, currency), filter: in.Filter, today: today}
		src.split(currency, b.from, in.Week.Add(-1).Monday())
		if len(src.streams) == 0 {
			continue
		}
		known = true
		b.read = append(b.read, src)
		if src.whole.daily && src.whole.last < in.Week.Monday() {
			src.absent = true
			counts := false
			for _, p := range src.streams {
				p.absent, counts = true, counts || p.counts
			}
			if counts {
				b.partial = true
				missing = append(missing, fmt.Sprintf("%s: its %s end on %s, nothing of %s: it is left out of every figure, the weeks before included.", src.whole.name, clean(currency), day(src.whole.last), in.Week))
			}
			continue
		}
		b.partial = b.partial || partial(reading)
		if newest, _ := reading.Days.Newest(); newest > today {
			b.notes = append(b.notes, src.whole.name+": has days after today: they are left out.")
		}
		for _, provider := range unique(src.providers()) {
			cols.add(reading, provider, src.fellBackToBilled[provider])
		}
	}
	b.cells(in, last)
	b.judgeLate(in.Posted)
	for _, src := range b.read {
		for _, p := range src.streams {
			p.apart = p.apart || in.apart[p.id]
		}
	}
	missing = append(missing, b.nameGaps()...)
	if len(b.days) == 0 {
		if known {
			missing = append(missing, fmt.Sprintf("%s: no day of %s is settled and told whole, so nothing is judged.%s", orUnnamed(currency, "No currency"), in.Week, sentences(b.notes)))
		}
		return nil, missing, b.open.parts()
	}
	b.fill(last)
	b.costColumn = cols.String()
	if len(cols.fallback) > 0 {
		b.notes = append(b.notes, cols.note())
	}
	return b, missing, b.open.parts()
}

func (s *source) providers() (names []string) {
	for k := range s.streams {
		names = append(names, k.provider)
	}
	return names
}

func sentences(notes []string) string {
	if len(notes) == 0 {
		return ""
	}
	return " " + strings.Join(notes, " ")
}

// fill adds the charges up. What is still being written is left out.
func (b *currencyLedger) fill(last money.Day) {
	counted := map[money.Day]bool{}
	for _, d := range b.days {
		counted[d] = true
	}
	b.month = newMonthlyUsage(b.currency, b.eachWeekday())
	type key struct{ provider, service string }
	byKey := map[key]*series{}
	categories := map[key]map[string]money.Amount{}
	for _, src := range b.read {
		var sum money.Amount
		there := false
		blind := slices.Contains(src.Lacks, "ChargeCategory")
		src.counted(b.currency, b.from-oldest, last, func(p *stream, d money.Day, g money.Group, c cost) {
			k := key{g.Provider, g.Service}
			s := byKey[k]
			if s == nil {
				s = newSeries(k.provider, k.service, last+1)
				byKey[k] = s
				categories[k] = map[string]money.Amount{}
			}
			b.count(s, p, d, g, c.amount)
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
		s.track = b.trackWithout(s, nil)
		b.series = append(b.series, s)
	}
	slices.SortFunc(b.series, func(x, y *series) int {
		return cmp.Or(cmp.Compare(x.provider, y.provider), cmp.Compare(x.service, y.service))
	})
}

func newSeries(provider, service string, first money.Day) *series {
	return &series{
		provider: provider, service: service, first: first,
		usage: map[money.Day]money.Amount{}, spread: map[money.Day]money.Amount{}, others: map[money.Kind]map[money.Day]money.Amount{}, uncompared: map[money.Kind]map[money.Day]money.Amount{},
		streams: map[*stream]map[money.Day]money.Amount{}, partial: map[string]dailySeries{},
	}
}

// count adds a charge to a series: to its sums, to its streams, and to what is not compared.
func (b *currencyLedger) count(s *series, p *stream, d money.Day, g money.Group, amount money.Amount) {
	s.add(d, g, amount)
	s.stream(p, d, g, amount)
	if b.oneSided(d, p) {
		add(s.uncompared, g.Kind, d, amount)
	}
}

func (s *series) add(d money.Day, g money.Group, amount money.Amount) {
	if g.Kind != money.Usage {
		add(s.others, g.Kind, d, amount)
		return
	}
	s.first = min(s.first, d)
	s.usage[d] = s.usage[d].Add(amount)
	if g.Spread {
		s.spread[d] = s.spread[d].Add(amount)
	}
}

func add[K comparable](to map[K]map[money.Day]money.Amount, of K, d money.Day, amount money.Amount) {
	at := to[of]
	if at == nil {
		at = map[money.Day]money.Amount{}
		to[of] = at
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
