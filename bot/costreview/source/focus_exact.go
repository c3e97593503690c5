package source

import (
	"context"
	"encoding/csv"
	"errors"
	"hash/fnv"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// Exact are the prints of a file's rows, each with all of its columns in whatever
// order, by the day that it begins on. It costs a second reading, and is only for
// files whose costs look as if they were told twice.
type Exact struct {
	Days map[money.Day]Print
	// Named are the rows that say which resource they are for: two such that are equal are one.
	Named int64
	Rows  Identities
}

// rowPrints are a row's: of all its columns, and of those that say what it is for.
type rowPrints struct {
	all, identity uint64
	named         bool // it says which resource it is for
}

func (e *Exact) add(at moment, row rowPrints) {
	p := e.Days[at.day]
	p.add(printOf(row.all))
	e.Days[at.day] = p
	if row.named {
		e.Named++
		e.Rows.add(mix(row.identity, uint64(at.day)*24*60+uint64(at.minute)), at.day)
	}
}

// columnPrints are how a file's columns are looked at.
type columnPrints struct {
	names               []uint64
	identifies          []bool
	start, resource, of int // of the charge's beginning, its resource and its cost; -1: none
}

// value adds a column's value to a row's prints.
func (c *columnPrints) value(row *rowPrints, k int, text string) {
	print := mix(c.names[k], hashText(text))
	row.all += print
	switch {
	case k == c.resource && !isNull(text):
		row.named = true
		row.identity += print
	case c.identifies[k]:
		row.identity += print
	case k == c.of && strings.HasPrefix(text, "-"): // a refund is for something else than what is refunded
		row.identity++
	}
}

func hashText(text string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(text)) // io.WriteString would allocate, for each field of each row
	return h.Sum64()
}

// exact reads a file's prints; nil: they are not known.
func exact(ctx context.Context, c candidate, parquetFile bool) (e *Exact, err error) {
	defer damaged(&err)
	file, err := os.Open(c.path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	e = newExact()
	if parquetFile {
		err = e.readParquet(ctx, file, c.size)
	} else {
		_, err = readFormed(ctx, file, c.size, newMeter(nil, 0), func(text io.Reader, known form) error {
			*e = *newExact()
			return e.readText(text, known)
		})
	}
	e.Rows.trim()
	return e, err
}

func newExact() *Exact { return &Exact{Days: map[money.Day]Print{}, Rows: newIdentities()} }

func printsOf(called []string) columnPrints {
	c := columnPrints{start: slices.Index(called, "chargeperiodstart"), resource: slices.Index(called, "resourceid"), of: slices.Index(called, "billedcost")}
	for _, name := range called {
		c.names = append(c.names, hashText(name))
		c.identifies = append(c.identifies, identityColumns[name])
	}
	return c
}

func (e *Exact) readText(from io.Reader, known form) error {
	records, err := openRecords(from)
	if err != nil {
		return err
	}
	called := make([]string, len(records.header))
	for k, name := range records.header {
		called[k] = canonical(name)
	}
	columns := printsOf(called)
	start := columns.start
	for {
		record, err := records.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if _, ok := errors.AsType[*csv.ParseError](err); ok && records.cut() == nil {
			continue
		}
		if err != nil {
			return err
		}
		at, ok := parseMoment(record[start])
		if !ok {
			if at, err = known.date(record[start]); errors.Is(err, errForm) {
				return err
			}
		}
		var row rowPrints
		for k, text := range record {
			if !isNull(text) {
				columns.value(&row, k, strings.TrimSpace(text))
			}
		}
		e.add(at, row)
	}
}

// leavesBelow are the columns of a schema that hold values, in the order of their numbers.
func leavesBelow(c *parquet.Column) (all []*parquet.Column) {
	if c.Leaf() {
		return []*parquet.Column{c}
	}
	for _, below := range c.Columns() {
		all = append(all, leavesBelow(below)...)
	}
	return all
}

func (e *Exact) readParquet(ctx context.Context, from *os.File, size int64) error {
	file, err := openParquet(from, size)
	if err != nil {
		return err
	}
	leaves := leavesBelow(file.Root())
	called := make([]string, len(leaves))
	for k, leaf := range leaves {
		called[k] = strings.ToLower(strings.Join(leaf.Path(), "."))
	}
	columns := printsOf(called)
	if columns.start < 0 {
		return errWalk
	}
	for k, group := range file.RowGroups() {
		if err := checkPages(from, size, &file.Metadata().RowGroups[k], leaves); err != nil {
			return err
		}
		if err := e.readGroup(ctx, group, &columns, leaves[columns.start]); err != nil {
			return err
		}
	}
	return nil
}

func (e *Exact) readGroup(ctx context.Context, group parquet.RowGroup, columns *columnPrints, begins *parquet.Column) error {
	return eachRow(ctx, group, func(values parquet.Row) {
		var row rowPrints
		var at date
		for _, v := range values {
			if v.Column() == columns.start {
				at = dateOf(v, begins.Type())
			}
			if !v.IsNull() {
				columns.value(&row, v.Column(), v.String())
			}
		}
		e.add(at.moment, row)
	})
}
