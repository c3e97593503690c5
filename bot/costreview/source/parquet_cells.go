package source

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/parquet-go/parquet-go"
)

// column is one of a row group, of which some rows are available at a time.
type column interface {
	// reach makes a row of the row group available, and says how many are from it on.
	// Rows are asked for in order; pages that no row is asked of are not looked into.
	reach(row int64) (has int64, err error)
	close()
}

// cells is a column of single values, read as T: those of a dictionary once each, other
// ones when they are asked for.
type cells[T any] struct {
	leaf  *parquet.Column
	pages parquet.Pages
	read  func(parquet.Value) T

	first, have int64 // the available rows

	// Of a page that refers to a dictionary:
	dictionary parquet.Dictionary // whose values are known
	known      []T                // the last is that of nothing
	places     []uint32           // in known, by row

	// Of any other page:
	page   parquet.Page
	values parquet.ValueReader // nil: all are read
	buffer []parquet.Value     // by row; nil: the page refers to a dictionary
}

const (
	// readValues is how many values are taken out of a page at a time.
	readValues = 512
	// A dictionary that is larger is not read beforehand: that only is faster. Most
	// writers end theirs at 1 MB.
	maxWords     = 10_000
	maxWordBytes = 1 << 20
)

func openCells[T any](leaf *parquet.Column, pages parquet.Pages, read func(parquet.Value) T) *cells[T] {
	return &cells[T]{leaf: leaf, pages: pages, read: read}
}

// value is that of an available row.
func (c *cells[T]) value(row int64) T {
	if c.buffer == nil {
		return c.known[c.places[row-c.first]]
	}
	return c.read(c.buffer[row-c.first])
}

func (c *cells[T]) reach(row int64) (has int64, err error) {
	for c.first+c.have <= row {
		c.first, c.have = c.first+c.have, 0
		if c.values == nil {
			if err := c.turn(row); err != nil {
				return 0, err
			}
			continue
		}
		n, err := c.values.ReadValues(c.buffer)
		if c.have = int64(n); errors.Is(err, io.EOF) {
			c.values = nil
		} else if err != nil {
			return 0, err
		}
	}
	return c.first + c.have - row, nil
}

// turn goes to the next page, and over it when the row is not in it.
func (c *cells[T]) turn(row int64) error {
	page, err := nextPage(c.pages, &c.page)
	if errors.Is(err, io.EOF) {
		return errShort
	}
	if err != nil {
		return err
	}
	d := page.Dictionary()
	switch n := page.NumValues(); {
	case c.first+n <= row:
		c.first += n
	case d != nil && d.Len() <= maxWords && d.Size() <= maxWordBytes:
		c.buffer, c.have = nil, n
		c.find(page, d)
	default:
		if c.buffer == nil {
			c.buffer = make([]parquet.Value, readValues)
		}
		c.values = page.Values()
	}
	return nil
}

// nextPage gives the page before back.
func nextPage(pages parquet.Pages, page *parquet.Page) (parquet.Page, error) {
	parquet.Release(*page)
	var err error
	if *page, err = pages.ReadPage(); err != nil {
		*page = nil
	}
	return *page, err
}

// find finds the places of a page's values.
func (c *cells[T]) find(page parquet.Page, d parquet.Dictionary) {
	if d != c.dictionary {
		c.dictionary, c.known = d, c.known[:0]
		for k := range d.Len() {
			c.known = append(c.known, c.read(d.Index(int32(k))))
		}
		c.known = append(c.known, c.read(parquet.NullValue()))
	}
	data := page.Data()
	indexes, levels := data.Int32(), page.DefinitionLevels()
	nothing, whole := uint32(d.Len()), byte(c.leaf.MaxDefinitionLevel())
	c.places = slices.Grow(c.places[:0], int(page.NumValues()))
	if len(levels) == 0 {
		for _, index := range indexes {
			c.places = append(c.places, uint32(index))
		}
		return
	}
	for _, level := range levels {
		if level != whole {
			c.places = append(c.places, nothing)
			continue
		}
		c.places = append(c.places, uint32(indexes[0]))
		indexes = indexes[1:]
	}
}

func (c *cells[T]) close() {
	parquet.Release(c.page)
	c.pages.Close()
}

var errShort = fmt.Errorf("it is shorter than the others: %w", io.ErrUnexpectedEOF)

// word is a text; 0 is the number of nothing, and no two texts have the same.
type word struct {
	number uint64
	text   string
}

// words are the texts of a file.
type words struct {
	known map[string]word
	size  int // bytes of known
	last  uint64
}

// of is a value as a text that stays when its page is gone.
func (w *words) of(v parquet.Value) (found word) {
	var raw []byte
	switch kind := v.Kind(); {
	case v.IsNull():
		return word{}
	case kind == parquet.ByteArray || kind == parquet.FixedLenByteArray:
		raw = v.ByteArray()
	default:
		raw = []byte(v.String())
	}
	found, ok := w.known[string(raw)]
	if ok || isNull(string(raw)) {
		return found
	}
	w.last++
	found = word{w.last, string(raw)}
	if w.known == nil || len(w.known) >= maxKnown || w.size >= maxKnownBytes {
		w.known, w.size = map[string]word{}, 0
	}
	if len(raw) <= maxKnownKey {
		w.known[found.text] = found
		w.size += len(raw)
	}
	return found
}
