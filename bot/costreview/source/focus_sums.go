package source

import (
	"errors"
	"fmt"
	"strings"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// errGroups says that a file has more groups than can be held.
var errGroups = errors.New("it has too many different services, providers and days to be a bill")

// table adds up the rows of one file. Each distinct combination of what a charge
// is grouped by is looked at once, and then known by its key.
type table struct {
	file      *File
	name      string // the file's, for people
	limit     int    // of cells
	turn      *turn  // may be nil
	names     int    // bytes of all groups' names
	key       []byte // of the row that is counted
	byKey     map[string]met
	known     int // bytes of byKey
	byGroup   map[money.Group]int32
	groups    []money.Group
	texts     map[string]string // one copy of each name
	cached    int               // bytes of texts
	at        map[cell]int32    // where in costs
	costs     []sum
	periods   map[periodCell]sum
	splits    map[uint64]split // of a file that has split charges
	splitting bool             // it is one
	teams     map[string]bool  // as far as they are looked at
	counting  bool             // there are too many: only what each costs is added up
	keep      map[string]bool  // the teams that are told apart; nil: all
	ahead     int              // cells that the periods will take
	beside    beside
}

// met is what is known of rows with one key.
type met struct {
	group   int32
	spreads bool // over their period, when that is longer than a day
	beside  bool // they tell more than their cost
}

// cell is one group's day.
type cell struct {
	group int32
	day   money.Day
}

// periodCell is one group's period.
type periodCell struct {
	group  int32
	period Period
}

func newTable(file *File, name string, limit int, turn *turn) *table {
	return &table{
		file: file, name: name, limit: limit, turn: turn,
		byKey: map[string]met{}, byGroup: map[money.Group]int32{}, texts: map[string]string{}, at: map[cell]int32{},
		periods: map[periodCell]sum{}, teams: map[string]bool{},
	}
}

// reset forgets what was added up, to begin anew.
func (t *table) reset() {
	f := t.file
	keep := t.keep // it was found by reading the file once
	*t = *newTable(f, t.name, t.limit, t.turn)
	t.keep = keep
	f.Rows, f.Broken, f.Problems, f.Nulls, f.Long, f.Strange, f.Folded = 0, 0, nil, nil, 0, "", false
	f.BadTags, f.BadEligibility, f.TeamsFolded, f.NoSKU, f.NoRegion = 0, 0, false, false, false
}

// group is the number of a charge's group. The error says why it is none.
func (t *table) group(c *charge) (int32, error) {
	kind, known := kindOf(strings.TrimSpace(c.chargeCategory), strings.TrimSpace(c.chargeClass), strings.TrimSpace(c.chargeFrequency), c.negative)
	if !known {
		if strange := clean(c.chargeCategory); t.file.Strange == "" || strange < t.file.Strange {
			t.file.Strange = strange
		}
	}
	g := money.Group{
		Provider: t.text(c.provider), Service: t.text(c.service), Category: t.text(c.category),
		Account: t.text(c.account), BillingAccount: t.text(c.billing), Currency: money.Currency(t.text(c.currency)), Kind: kind, Pricing: pricingOf(t.text(c.pricing)), Batch: c.batch, Team: t.text(c.team), Region: t.text(c.region), SKU: t.text(c.meter), Unused: strings.EqualFold(strings.TrimSpace(c.commitmentStatus), "Unused"),
	}
	if kind == money.Usage && !g.Unused {
		g.Eligibility = c.eligibility
	}
	if g.Currency == "" {
		return 0, errors.New("BillingCurrency is empty")
	}
	if _, err := money.ParseMoney(g.Currency); err == nil {
		return 0, fmt.Errorf("BillingCurrency %q is a number", g.Currency)
	}
	t.crowd(g)
	return t.number(t.narrowed(g)), nil
}

func (t *table) number(g money.Group) int32 {
	n, ok := t.byGroup[g]
	if !ok {
		n = int32(len(t.groups))
		t.groups = append(t.groups, g)
		t.byGroup[g] = n
		t.names += namesOf(g)
	}
	return n
}

// namesOf is how many bytes a group's names take.
func namesOf(g money.Group) int {
	return len(g.Provider) + len(g.Service) + len(g.Category) + len(g.Account) + len(g.BillingAccount) + len(g.Currency) + len(g.Pricing) + len(g.Team) + len(g.Region) + len(g.SKU)
}

// cells is how many sums the table is as large as.
func (t *table) cells() int { return sizeOf(len(t.costs)+t.ahead, len(t.groups), t.names) }

// sizeOf counts groups and their names as sums too: a group of one sum only takes
// as much as four, as every service has a series of its own in a digest, and 400
// bytes of names as much as one.
func sizeOf(costs, groups, names int) int { return costs + 3*groups + names/400 }

// Bounds of what is only known to be faster: names as files have them.
const (
	maxKnown      = 50_000
	maxKnownBytes = 8 << 20
	maxKnownKey   = 4 << 10
)

// remember knows a charge by its key from now on.
func (t *table) remember(key []byte, m met) {
	if len(key) > maxKnownKey {
		return
	}
	if len(t.byKey) >= maxKnown || t.known >= maxKnownBytes {
		clear(t.byKey) // names that only differ in what is cleaned away
		t.known = 0
	}
	t.byKey[string(key)] = m
	t.known += len(key)
}

// text is a name as it is shown, one copy for all groups.
func (t *table) text(raw string) string {
	if isNull(raw) {
		return ""
	}
	if text, ok := t.texts[raw]; ok {
		return text
	}
	text := clean(raw)
	if len(raw) > maxKnownKey {
		return text
	}
	if len(t.texts) >= maxKnown || t.cached >= maxKnownBytes {
		clear(t.texts)
		t.cached = 0
	}
	t.texts[strings.Clone(raw)] = text
	t.cached += len(raw) + len(text)
	return text
}

// count counts a row, on its day or over its period. The error of its end comes back.
func (t *table) count(r row, from moment, cost money.Cost) error {
	negative := isNegative(cost)
	t.key = r.appendKey(append(t.key[:0], bit(negative)))
	m, ok := t.byKey[string(t.key)]
	if !ok {
		c := r.charge()
		c.negative = negative
		group, err := t.group(&c)
		if err != nil {
			return err
		}
		g := &t.groups[group]
		m = met{group, spreads(g.Kind, c.chargeCategory), tellsCommitment(g) || isAI(g)}
		t.remember(t.key, m)
	}
	t.file.Rows++
	b := besideRow{first: from.day, cost: cost.Amount}
	if m.spreads || m.beside { // most rows' end is nobody's business
		if err := t.readEnd(r, from, m, &b); err != nil {
			return err
		}
	}
	p := Period{from.day, b.days}
	if t.splitting {
		c := r.charge()
		t.lookAtSplit(&c, t.groups[m.group], from, p, cost)
	}
	if m.beside {
		if err := t.countBeside(r, &t.groups[m.group], b); err != nil {
			return err
		}
	}
	if p.Days > 0 {
		return t.addPeriod(m.group, p, counted(cost, from.minute))
	}
	return t.add(m.group, from.day, counted(cost, from.minute))
}

// readEnd reads where the current row's period ends, if it says so.
func (t *table) readEnd(r row, from moment, m met, b *besideRow) error {
	end, ok, err := r.end()
	if err != nil || !ok {
		return err
	}
	b.end = end.day
	if m.spreads {
		var long bool
		if b.days, long = from.spreadUntil(end); long {
			t.file.Long++
		}
	}
	return nil
}

// add counts a cost. The numbers of groups are void afterwards: it may have folded.
func (t *table) add(group int32, day money.Day, c sum) error {
	if t.counting {
		day = 0
	}
	if k, ok := t.at[cell{group, day}]; ok {
		t.costs[k].add(c)
		return nil
	}
	group, err := t.room(group, 1)
	if err == nil {
		t.put(cell{group, day}, c)
	}
	return err
}

// addPeriod counts a cost of several days, likewise.
func (t *table) addPeriod(group int32, p Period, c sum) error {
	if t.counting {
		return t.add(group, 0, c)
	}
	if was, ok := t.periods[periodCell{group, p}]; ok {
		was.add(c)
		t.periods[periodCell{group, p}] = was
		return nil
	}
	group, err := t.room(group, int(p.Days))
	if err == nil {
		t.putPeriod(periodCell{group, p}, c)
	}
	return err
}

func (t *table) put(at cell, c sum) {
	if k, ok := t.at[at]; ok {
		t.costs[k].add(c)
		return
	}
	t.at[at] = int32(len(t.costs))
	t.costs = append(t.costs, c)
}

func (t *table) putPeriod(at periodCell, c sum) {
	was, ok := t.periods[at]
	if !ok {
		t.ahead += int(at.period.Days)
	}
	was.add(c)
	t.periods[at] = was
}

// rebuild adds up what is told apart no more, in this and all later rows: the result
// does not depend on the order of the rows.
func (t *table) rebuild() {
	was := *t
	clear(t.byKey)
	t.byGroup, t.at, t.periods = map[money.Group]int32{}, map[cell]int32{}, map[periodCell]sum{}
	t.groups, t.costs, t.names, t.known, t.ahead = nil, nil, 0, 0, 0
	t.take(&was)
}

// take counts what another table holds.
func (t *table) take(other *table) {
	for at, k := range other.at {
		day := at.day
		if t.counting {
			day = 0
		}
		t.put(cell{t.numberIn(other, at.group), day}, other.costs[k])
	}
	for at, c := range other.periods {
		if t.counting {
			t.put(cell{t.numberIn(other, at.group), 0}, c)
			continue
		}
		t.putPeriod(periodCell{t.numberIn(other, at.group), at.period}, c)
	}
}

// numberIn is the number here of what has one in another table.
func (t *table) numberIn(other *table, group int32) int32 {
	return t.number(t.narrowed(other.groups[group]))
}

// tell writes what was added up into the file.
func (t *table) tell() {
	f := t.file
	f.Days, f.Prints = money.Days{}, map[money.Day]Print{}
	days, periods := printed[money.Day]{}, printed[Period]{}
	for at, k := range t.at {
		g, c := t.groups[at.group], &t.costs[k]
		f.Days.Add(at.day, g, c.Cost)
		days.add(at.day, g, c.Print)
	}
	f.Besides = t.beside.tell()
	if len(t.periods) > 0 {
		f.Periods = Periods{}
	}
	for at, c := range t.periods {
		f.Periods.add(at.period, t.groups[at.group], c.Cost)
		periods.add(at.period, t.groups[at.group], c.Print)
	}
	for day, groups := range days {
		for g, p := range groups {
			f.print(day, g, p)
		}
	}
	for at, groups := range periods {
		for g, p := range groups {
			f.print(at.First, g, Print{mix(p.Sum, uint64(at.Days)), p.Xor, p.Rows})
		}
	}
	f.dropSplit(t.splits)
}
