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
}

func (e *Exact) add(day money.Day, row uint64, named bool) {
	p := e.Days[day]
	p.add(printOf(row))
	e.Days[day] = p
	if named {
		e.Named++
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
	e = &Exact{Days: map[money.Day]Print{}}
	if parquetFile {
		return e, e.readParquet(ctx, file, c.size)
	}
	_, err = readFormed(ctx, file, c.size, newMeter(nil, 0), func(text io.Reader, known form) error {
		*e = Exact{Days: map[money.Day]Print{}}
		return e.readText(text, known)
	})
	return e, err
}

// hashNames are the columns' own prints, and which of them tell when a row begins and
// what it is for; -1: none.
func hashNames(called []string) (names []uint64, start, resource int) {
	for _, name := range called {
		names = append(names, hashText(name))
	}
	return names, slices.Index(called, "chargeperiodstart"), slices.Index(called, "resourceid")
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
	names, start, resource := hashNames(called)
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
		var row uint64
		for k, text := range record {
			if !isNull(text) {
				row += mix(names[k], hashText(strings.TrimSpace(text)))
			}
		}
		e.add(at.day, row, resource >= 0 && !isNull(record[resource]))
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
	names, start, resource := hashNames(called)
	if start < 0 {
		return errWalk
	}
	for k, group := range file.RowGroups() {
		if err := checkPages(from, size, &file.Metadata().RowGroups[k], leaves); err != nil {
			return err
		}
		if err := e.readGroup(ctx, group, names, leaves[start], start, resource); err != nil {
			return err
		}
	}
	return nil
}

func (e *Exact) readGroup(ctx context.Context, group parquet.RowGroup, names []uint64, begins *parquet.Column, start, resource int) error {
	return eachRow(ctx, group, func(values parquet.Row) {
		var row uint64
		var at date
		named := false
		for _, v := range values {
			k := v.Column()
			if k == start {
				at = dateOf(v, begins.Type())
			}
			if v.IsNull() {
				continue
			}
			named = named || k == resource
			row += mix(names[k], hashText(v.String()))
		}
		e.add(at.day, row, named)
	})
}
