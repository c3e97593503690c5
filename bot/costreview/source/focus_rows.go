package source

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// errGroups says that a file has more groups than can be held.
var errGroups = errors.New("it has too many different services, providers and days to be a bill")

// table adds up the rows of one file. Each distinct combination of what a charge
// is grouped by is looked at once, and then known by its bytes.
type table struct {
	file    *File
	name    string // the file's, for people
	limit   int    // of cells
	turn    *turn  // may be nil
	names   int    // bytes of all groups' names
	key     []byte // of the row that is counted
	byBytes map[string]int32
	known   int // bytes of byBytes
	byGroup map[money.Group]int32
	groups  []money.Group
	texts   map[string]string // one copy of each name
	cached  int               // bytes of texts
	at      map[cell]int32    // where in costs
	costs   []money.Cost
}

// cell is one group's day.
type cell struct {
	group int32
	day   money.Day
}

func newTable(file *File, name string, limit int, turn *turn) *table {
	return &table{
		file: file, name: name, limit: limit, turn: turn,
		byBytes: map[string]int32{}, byGroup: map[money.Group]int32{}, texts: map[string]string{}, at: map[cell]int32{},
	}
}

// charge is what a row says it is for; texts are as the file has them.
type charge struct {
	provider, service, category, account, currency, pricing string
	chargeCategory, chargeClass, chargeFrequency            string
	negative, batch                                         bool
}

// appendTo writes what tells charges apart, so that no two different ones give the
// same bytes.
func (c *charge) appendTo(key []byte) []byte {
	flags := byte(0)
	if c.negative {
		flags = 1
	}
	if c.batch {
		flags |= 2
	}
	key = append(key, flags)
	key = appendText(key, c.provider)
	key = appendText(key, c.service)
	key = appendText(key, c.category)
	key = appendText(key, c.account)
	key = appendText(key, c.currency)
	key = appendText(key, c.pricing)
	key = appendText(key, c.chargeCategory)
	key = appendText(key, c.chargeClass)
	return appendText(key, c.chargeFrequency)
}

func appendText(key []byte, text string) []byte {
	n := len(text)
	for ; n >= 0x80; n >>= 7 {
		key = append(key, byte(n)|0x80)
	}
	return append(append(key, byte(n)), text...)
}

// group is the number of a charge's group. The error says why it is none.
func (t *table) group(c *charge) (int32, error) {
	kind, known := kindOf(c.chargeCategory, c.chargeClass, c.chargeFrequency, c.negative)
	if !known {
		if strange := clean(c.chargeCategory); t.file.Strange == "" || strange < t.file.Strange {
			t.file.Strange = strange
		}
	}
	g := money.Group{
		Provider: t.text(c.provider), Service: t.text(c.service), Category: t.text(c.category),
		Account: t.text(c.account), Currency: t.text(c.currency), Kind: kind, Pricing: t.text(c.pricing), Batch: c.batch,
	}
	if g.Currency == "" {
		return 0, errors.New("BillingCurrency is empty")
	}
	if _, err := money.ParseMoney(g.Currency); err == nil {
		return 0, fmt.Errorf("BillingCurrency %q is a number", g.Currency)
	}
	if t.file.Folded {
		g.Account = ""
	}
	return t.number(g), nil
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
	return len(g.Provider) + len(g.Service) + len(g.Category) + len(g.Account) + len(g.Currency) + len(g.Pricing)
}

// cells is how many sums the table is as large as.
func (t *table) cells() int { return sizeOf(len(t.costs), len(t.groups), t.names) }

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

// remember knows the charge by its bytes from now on.
func (t *table) remember(key []byte, group int32) {
	if len(key) > maxKnownKey {
		return
	}
	if len(t.byBytes) >= maxKnown || t.known >= maxKnownBytes {
		clear(t.byBytes) // names that only differ in what is cleaned away
		t.known = 0
	}
	t.byBytes[string(key)] = group
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

// count counts a row. It asks when the charge ends of usage only.
func (t *table) count(c *charge, day money.Day, cost money.Cost, end func() (money.Day, bool)) (err error) {
	t.key = c.appendTo(t.key[:0])
	group, ok := t.byBytes[string(t.key)]
	if !ok {
		if group, err = t.group(c); err != nil {
			return err
		}
		t.remember(t.key, group)
	}
	if t.groups[group].Kind == money.Usage {
		if last, ok := end(); ok && last-day > longest {
			t.file.Long++
		}
	}
	t.file.Rows++
	return t.add(group, day, cost)
}

// longest is how many days usage may last to be shown on its first day without a
// word: a month's, and some more for billing periods that are none of the calendar.
const longest = 35

// add counts a cost. The numbers of groups are void afterwards: it may have folded.
func (t *table) add(group int32, day money.Day, c money.Cost) error {
	k, ok := t.at[cell{group, day}]
	if ok {
		t.costs[k] = t.costs[k].Add(c)
		return nil
	}
	cells := t.cells()
	if cells >= bigTable {
		t.turn.take()
	}
	if cells >= t.limit {
		if t.file.Folded {
			return errGroups
		}
		g := t.groups[group]
		g.Account = ""
		t.fold()
		t.load(money.Days{day: {g: c}})
		return nil
	}
	t.at[cell{group, day}] = int32(len(t.costs))
	t.costs = append(t.costs, c)
	return nil
}

// fold adds up what only the account tells apart, for this and all later rows: the
// result does not depend on the order of the rows.
func (t *table) fold() {
	t.file.Folded = true
	days := withoutAccounts(t.days())
	clear(t.byBytes)
	clear(t.byGroup)
	clear(t.at)
	t.groups, t.costs, t.names, t.known = nil, nil, 0, 0
	t.load(days)
}

func (t *table) load(days money.Days) {
	for day, groups := range days {
		for g, c := range groups {
			n := t.number(g)
			if k, ok := t.at[cell{n, day}]; ok {
				t.costs[k] = t.costs[k].Add(c)
				continue
			}
			t.at[cell{n, day}] = int32(len(t.costs))
			t.costs = append(t.costs, c)
		}
	}
}

func (t *table) days() money.Days {
	days := money.Days{}
	for at, k := range t.at {
		days.Add(at.day, t.groups[at.group], t.costs[k])
	}
	return days
}

// bigTable is how many cells make a table big: one file at a time may have one.
const bigTable = 100_000

// turn is a file's turn to be big, from when it needs it to its end.
type turn struct {
	of   *sync.Mutex
	mine bool
}

func (t *turn) take() {
	if t != nil && !t.mine {
		t.of.Lock()
		t.mine = true
	}
}

func (t *turn) end() {
	if t.mine {
		t.of.Unlock()
		t.mine = false
	}
}

// maxProblems is how many rows that are left out are named.
const maxProblems = 5

// broken leaves a row out, and names it when it is one of the first.
func (t *table) broken(line int64, why error) {
	t.file.Broken++
	if len(t.file.Problems) < maxProblems {
		t.file.Problems = append(t.file.Problems, fmt.Sprintf("%s:%d: %s", clean(filepath.Base(t.name)), line, clean(why.Error())))
	}
}
