package source

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/parquet-go/parquet-go"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// maxGroupRows bounds the rows of one row group; writers make groups of a million.
const maxGroupRows = 200_000_000

// readParquet adds up a file by column, row groups beside each other: only the
// columns that are needed are unpacked, and each distinct value is read once.
func readParquet(ctx context.Context, t *table, from *os.File, size int64, m *meter) (err error) {
	defer damaged(&err)
	// One such file at a time: while row groups wait for room for their pages, none
	// of another file waits for its turn and keeps the room.
	t.turn.take()
	pages := semaphore.NewWeighted(pageRoom)
	if err := checkFooter(from, size); err != nil {
		return fmt.Errorf("it is not a whole Parquet file (%w)", err)
	}
	file, err := parquet.OpenFile(from, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true), parquet.ReadBufferSize(chunk))
	if err != nil {
		return fmt.Errorf("it is not a whole Parquet file (%w)", err)
	}
	columns := file.Root().Columns()
	header := make([]string, len(columns))
	for k, column := range columns {
		header[k] = column.Name()
	}
	found, err := findColumns(header, t.file.Asked)
	if err != nil {
		return err
	}
	t.file.Used, t.file.Lacks = found.used, found.lacks
	leaves, err := findLeaves(columns, &found)
	if err != nil {
		return err
	}
	var mu sync.Mutex
	var first int64
	var problems []problem
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for k, rows := range file.RowGroups() {
		if rows.NumRows() > maxGroupRows {
			return errors.Join(fmt.Errorf("it has a row group of %d rows, and %d are the most that are read", rows.NumRows(), maxGroupRows), group.Wait())
		}
		room, err := checkPages(from, size, &file.Metadata().RowGroups[k], leaves.all())
		if err == nil {
			err = pages.Acquire(ctx, room)
		}
		if err != nil {
			return errors.Join(err, group.Wait())
		}
		before := first
		first += rows.NumRows()
		group.Go(func() (err error) {
			defer pages.Release(room)
			defer damaged(&err)
			reader := groupReader{file: t, leaves: leaves, names: found.names, first: before}
			reader.flush = func() error {
				mu.Lock()
				defer mu.Unlock()
				return t.merge(reader.table)
			}
			reader.begin()
			err = reader.read(ctx, rows)
			err = errors.Join(err, reader.flush())
			mu.Lock()
			defer mu.Unlock()
			problems = append(problems, reader.problems...)
			t.file.Broken += reader.broken
			m.add(size * rows.NumRows() / max(file.NumRows(), 1))
			return err
		})
	}
	err = group.Wait()
	slices.SortFunc(problems, func(a, b problem) int { return cmp.Compare(a.row, b.row) })
	for _, p := range problems {
		t.problem(p.row, p.why)
	}
	return err
}

// problem is a row that is left out.
type problem struct {
	row int64
	why error
}

// damaged turns a panic of the decoder into an error: what it reads is not trusted.
func damaged(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("it is damaged (%v)", r)
	}
}

// groupReader adds up one row group.
type groupReader struct {
	file     *table
	table    *table       // what was added up since the last flush
	flush    func() error // adds the table to the file's
	leaves   *leaves
	names    [fieldCount]string
	first    int64 // rows before it
	broken   int64
	problems []problem // the first of them

	known map[groupKey]int32 // groups by their values' numbers
	texts []*leafReader
	cost  [2]*leafReader // the amount that counts, and the billed one
	dates [2]*leafReader // start and end
	tags  *tagReader
}

// groupKey holds the numbers of a row's texts and, last, what else tells groups
// apart.
type groupKey [textFields + 1]uint32

// textFields are how many fields name a group.
const textFields = int(fPricing-fCurrency) + 1

// partCells is how many cells a row group adds up by itself before they are added
// to the file's.
const partCells = 20_000

// begin forgets what is added up.
func (g *groupReader) begin() {
	g.table = newTable(&File{Asked: g.file.file.Asked}, g.file.name, math.MaxInt, nil)
	g.known = map[groupKey]int32{}
}

// batchRows is how many rows are looked at between two looks at the context.
const batchRows = 8192

func (g *groupReader) read(ctx context.Context, rows parquet.RowGroup) error {
	chunks := rows.ColumnChunks()
	var all []*leafReader
	open := func(f field, what decoder) *leafReader {
		leaf := g.leaves.at[f]
		if leaf == nil {
			return nil
		}
		r := &leafReader{field: f, decode: what, leaf: leaf, pages: chunks[leaf.Index()].Pages()}
		r.forget = func() { clear(g.known) }
		all = append(all, r)
		return r
	}
	for f := fCurrency; f <= fPricing; f++ {
		if r := open(f, decodeText); r != nil {
			g.texts = append(g.texts, r)
		}
	}
	g.cost[0], g.cost[1] = open(fAmount, decodeMoney), open(fBilled, decodeMoney)
	g.dates[0], g.dates[1] = open(fStart, decodeDay), open(fEnd, decodeDay)
	g.tags = openTags(g.leaves, chunks)
	defer func() {
		for _, r := range all {
			r.close()
		}
		g.tags.close()
	}()
	for row, left := int64(0), rows.NumRows(); left > 0; {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := int(min(left, batchRows))
		for _, r := range all {
			have, err := r.fill()
			if err != nil {
				return fmt.Errorf("its column %s cannot be read (%w)", g.names[r.field], err)
			}
			n = min(n, have)
		}
		batch, err := g.tags.next(n)
		if err != nil {
			return fmt.Errorf("its column Tags cannot be read (%w)", err)
		}
		for k := range n {
			err := g.add(k, batch != nil && batch[k])
			if errors.Is(err, errGroups) {
				return err
			}
			if err == nil {
				continue
			}
			if g.broken++; len(g.problems) < maxProblems {
				g.problems = append(g.problems, problem{g.first + row + int64(k) + 1, err})
			}
		}
		for _, r := range all {
			r.at += n
		}
		if g.table.cells() >= partCells || len(g.known) >= partCells {
			if err := g.flush(); err != nil {
				return err
			}
			g.begin()
		}
		row, left = row+int64(n), left-int64(n)
	}
	return nil
}

// add counts the row that is k after the current one.
func (g *groupReader) add(k int, batch bool) error {
	amount := g.cost[0].money(k)
	if amount.err != nil {
		return fmt.Errorf("%s %w", g.names[fAmount], amount.err)
	}
	cost := money.Cost{Amount: amount.Amount, Billed: amount.Amount}
	if g.cost[1] != nil {
		billed := g.cost[1].money(k)
		if billed.err != nil {
			return fmt.Errorf("BilledCost %w", billed.err)
		}
		cost.Billed = billed.Amount
	}
	start := g.dates[0].day(k)
	if start.err != nil {
		return fmt.Errorf("ChargePeriodStart %w", start.err)
	}
	var key groupKey
	for j, r := range g.texts {
		key[j] = r.ids[r.at+k]
	}
	negative := isNegative(cost)
	if negative {
		key[textFields] = 1
	}
	if batch {
		key[textFields] |= 2
	}
	group, ok := g.known[key]
	if !ok {
		c := g.charge(k)
		c.negative, c.batch = negative, batch
		var err error
		if group, err = g.table.group(&c); err != nil {
			return err
		}
		g.known[key] = group
	}
	if amount.null {
		g.table.file.Nulls++
	}
	g.table.file.Rows++
	sum := counted(cost, start.minute)
	if g.dates[1] != nil {
		if end := g.dates[1].day(k); end.err == nil && end.day-start.day > 1 {
			days, long := spreads(g.table.groups[group].Kind, g.charge(k).chargeCategory, start.moment, end.moment)
			if long {
				g.table.file.Long++
			}
			if days > 0 {
				_, err := g.table.addPeriod(group, Period{start.day, days}, sum)
				return err
			}
		}
	}
	_, err := g.table.add(group, start.day, sum)
	return err
}

// charge gathers a row's texts.
func (g *groupReader) charge(k int) charge {
	var all [fieldCount]string
	for _, r := range g.texts {
		all[r.field] = r.texts[r.ids[r.at+k]]
	}
	either := func(fields ...field) string {
		for _, f := range fields {
			if !isNull(all[f]) {
				return all[f]
			}
		}
		return ""
	}
	return charge{
		provider: either(fServiceProvider, fProvider, fPublisher), service: all[fService], category: all[fServiceCategory],
		account: either(fSubAccount, fBillingAccount), billing: all[fBillingAccount], currency: all[fCurrency], pricing: all[fPricing],
		chargeCategory: all[fChargeCategory], chargeClass: all[fChargeClass], chargeFrequency: all[fChargeFrequency],
	}
}

// leaves are the columns of a schema that hold the fields.
type leaves struct {
	at             [fieldCount]*parquet.Column
	tagKey, tagVal *parquet.Column // when tags are a map; fTags when they are a text
}

// all are the columns that are read.
func (l *leaves) all() []*parquet.Column {
	var all []*parquet.Column
	for _, leaf := range append(l.at[:], l.tagKey, l.tagVal) {
		if leaf != nil {
			all = append(all, leaf)
		}
	}
	return all
}

// findLeaves finds the columns; those that hold no single values cannot be used.
func findLeaves(inFile []*parquet.Column, found *columns) (*leaves, error) {
	l := &leaves{}
	for f := range fieldCount {
		k := found.at[f]
		if k < 0 {
			continue
		}
		column := inFile[k]
		if f == fTags && !column.Leaf() {
			l.tagKey, l.tagVal = mapLeaves(column)
			continue
		}
		if !column.Leaf() || column.MaxRepetitionLevel() > 0 {
			return nil, fmt.Errorf("its column %s holds lists, not single values", strings.TrimSpace(found.names[f]))
		}
		l.at[f] = column
	}
	if l.at[fBilled] == l.at[fAmount] {
		l.at[fBilled] = nil
	}
	return l, nil
}

// mapLeaves are the two columns of a map, or nil.
func mapLeaves(column *parquet.Column) (key, value *parquet.Column) {
	for len(column.Columns()) == 1 {
		column = column.Columns()[0]
	}
	if all := column.Columns(); len(all) == 2 && all[0].Leaf() && all[1].Leaf() && all[0].MaxRepetitionLevel() == 1 {
		return all[0], all[1]
	}
	return nil, nil
}

var errShort = fmt.Errorf("it is shorter than the others: %w", io.ErrUnexpectedEOF)
