package digest

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/signalbook/signalbook/bot/spend"
)

// reach is how many weeks before the week under review are looked at: eight of the
// chart and six that its oldest is judged by.
const reach = chartWeeks - 1 + weeksBack

// oldest is how many days before that still tell that a service is not new.
const oldest = 400

// book is everything that was told in one currency.
type book struct {
	currency string
	week     spend.Week
	from     spend.Day // of what is looked at, up to the week's last day
	days     []spend.Day
	told     map[spend.Day]bool // told whole, and settled
	series   []*series
	sources  []Share
	rows     map[spend.Group]cost // of days, the week's days that count
	column   string
	partial  bool
	held     []string // why the week's last days are left out
	notes    []string
}

// cost is a group's, in the column that is judged by.
type cost struct{ amount, billed spend.Money }

// series is a service of a provider.
type series struct {
	provider, service, category string
	first                       spend.Day // with usage
	usage                       map[spend.Day]spend.Money
	others                      map[spend.Kind]map[spend.Day]spend.Money // charges that are no usage
	lacksCategory               bool                                     // a source cannot tell fixed charges from usage
	track                       track                                    // usage of the days that were told
}

func (s *series) of(kind spend.Kind, days []spend.Day) (sum spend.Money) {
	at := s.usage
	if kind != spend.Usage {
		at = s.others[kind]
	}
	for _, d := range days {
		sum = sum.Add(at[d])
	}
	return sum
}

// charge is one group's cost of a day, from one reading.
type charge struct {
	reading int
	day     spend.Day
	group   spend.Group
	cost
}

// open reads what was told in one currency. What is missing entirely comes back as
// sentences.
func open(in Input, currency string) (b *book, missing []string) {
	last := in.Week.Monday() + 6
	b = &book{
		currency: currency, week: in.Week, from: in.Week.Add(-reach).Monday(),
		told: map[spend.Day]bool{}, rows: map[spend.Group]cost{},
	}
	var charges []charge
	var all []bounds
	var cols columns
	for i, reading := range in.Readings {
		told, bounds, notes := b.read(i, reading, &cols, spend.DayOf(in.Now))
		if len(told) == 0 {
			continue
		}
		if bounds.daily && bounds.last < in.Week.Monday() {
			b.partial = true
			missing = append(missing, fmt.Sprintf("%s: its %s end on %s, nothing of %s: it is left out of every figure, the weeks before included.", clean(reading.Name), clean(currency), day(bounds.last), in.Week))
			continue
		}
		b.partial = b.partial || partial(reading)
		b.notes = append(b.notes, notes...)
		charges = append(charges, told...)
		all = append(all, bounds)
	}
	b.tell(in, all, last)
	if len(b.days) == 0 {
		if len(charges) > 0 {
			missing = append(missing, fmt.Sprintf("%s: no day of %s is settled and told whole, so nothing is judged.%s", clean(currency), in.Week, sentences(b.notes)))
		}
		return nil, missing
	}
	b.fill(in.Readings, charges, last)
	b.column = cols.String()
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

// read takes a reading's charges in the book's currency, in the column that is to
// be believed, and finds out which of its days are whole.
func (b *book) read(i int, reading spend.Reading, cols *columns, today spend.Day) (told []charge, whole bounds, notes []string) {
	source := feed{name: clean(reading.Name)}
	providers := map[string]*feed{}
	fell := misleading(reading, b.currency)
	future := false
	for _, d := range slices.Sorted(maps.Keys(reading.Days)) {
		for g, c := range reading.Days[d] {
			if g.Currency != b.currency || d < b.from-oldest {
				continue
			}
			if d > today {
				future = true
				continue
			}
			if providers[g.Provider] == nil {
				providers[g.Provider] = &feed{name: orUnnamed(g.Provider, "no provider")}
			}
			amount := c.Amount
			if fell[g.Provider] {
				amount = c.Billed
			}
			var usage spend.Money
			if g.Kind == spend.Usage {
				usage = amount
			}
			source.add(d, usage)
			providers[g.Provider].add(d, usage)
			told = append(told, charge{i, d, g, cost{amount, c.Billed}})
		}
	}
	if future {
		notes = append(notes, fmt.Sprintf("%s: has days after today: they are left out.", source.name))
	}
	if len(told) == 0 {
		return nil, bounds{}, nil
	}
	feeds := make([]*feed, 0, len(providers))
	for _, name := range slices.Sorted(maps.Keys(providers)) {
		cols.add(reading, name, fell[name])
		feeds = append(feeds, providers[name])
	}
	whole, held := boundsOf(source, feeds)
	return told, whole, append(notes, held...)
}

// tell finds the days that every source tells whole, and of these the week's.
func (b *book) tell(in Input, all []bounds, last spend.Day) {
	settle := in.Settings.Settle
	if settle == 0 {
		settle = 48 * time.Hour
	}
	for d := b.from; d <= last; d++ {
		there := false
		for _, source := range all {
			_, has := source.feed.usage[d]
			there = there || has
		}
		for _, source := range all {
			there = there && source.tells(d)
		}
		if there && settled(d, in.Now, settle) {
			b.told[d] = true
			if d >= b.week.Monday() {
				b.days = append(b.days, d)
			}
		}
	}
}

// fill adds the charges up.
func (b *book) fill(readings []spend.Reading, charges []charge, last spend.Day) {
	counted := map[spend.Day]bool{}
	for _, d := range b.days {
		counted[d] = true
	}
	type key struct{ provider, service string }
	byKey := map[key]*series{}
	byReading := map[int]spend.Money{}
	categories := map[key]map[string]spend.Money{}
	for _, c := range charges {
		if c.day > last {
			continue
		}
		k := key{c.group.Provider, c.group.Service}
		s := byKey[k]
		if s == nil {
			s = &series{provider: k.provider, service: k.service, first: last + 1, usage: map[spend.Day]spend.Money{}, others: map[spend.Kind]map[spend.Day]spend.Money{}}
			byKey[k] = s
			categories[k] = map[string]spend.Money{}
		}
		s.add(c)
		s.lacksCategory = s.lacksCategory || slices.Contains(readings[c.reading].Lacks, "ChargeCategory")
		categories[k][c.group.Category] = categories[k][c.group.Category].Add(c.amount.Abs())
		if counted[c.day] {
			row := b.rows[c.group]
			b.rows[c.group] = cost{row.amount.Add(c.amount), row.billed.Add(c.billed)}
			byReading[c.reading] = byReading[c.reading].Add(c.amount)
		}
	}
	for k, s := range byKey {
		s.category = largest(categories[k])
		s.track = newTrack(b.from, last)
		for d := max(b.from, s.first); d <= last; d++ {
			if b.told[d] {
				s.track.set(d, s.usage[d].Float64())
			}
		}
		b.series = append(b.series, s)
	}
	slices.SortFunc(b.series, func(x, y *series) int {
		return cmp.Or(cmp.Compare(x.provider, y.provider), cmp.Compare(x.service, y.service))
	})
	if len(byReading) > 1 {
		for _, i := range slices.Sorted(maps.Keys(byReading)) {
			b.sources = append(b.sources, Share{Name: clean(readings[i].Name), Total: byReading[i]})
		}
	}
}

func (s *series) add(c charge) {
	at := s.usage
	if c.group.Kind == spend.Usage {
		s.first = min(s.first, c.day)
	} else if at = s.others[c.group.Kind]; at == nil {
		at = map[spend.Day]spend.Money{}
		s.others[c.group.Kind] = at
	}
	at[c.day] = at[c.day].Add(c.amount)
}

func largest(sums map[string]spend.Money) (name string) {
	for _, candidate := range slices.Sorted(maps.Keys(sums)) {
		if name == "" || sums[candidate].Cmp(sums[name]) > 0 {
			name = candidate
		}
	}
	return name
}

// partial reports whether a reading's figures are known to be incomplete.
func partial(reading spend.Reading) bool {
	return reading.Broken > 0 || slices.ContainsFunc(reading.Notes, func(n spend.Note) bool { return n.Partial })
}

// maxName bounds a name that came from outside, in characters.
const maxName = 100

// clean makes a name from outside fit for one line.
func clean(name string) string { return oneLine(name, maxName) }

// oneLine takes out what does not print and keeps at most so many characters.
func oneLine(text string, most int) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "�"))
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most-1]) + "…"
	}
	return text
}

func orUnnamed(name, otherwise string) string {
	if name = clean(name); name == "" {
		return otherwise
	}
	return name
}
