package source

import (
	"errors"
	"io"

	"github.com/parquet-go/parquet-go"
)

// tagReader says of each row whether its tags mark batch work. Tags are JSON in a
// text, or a map, which Parquet keeps as a column of keys and one of values.
type tagReader struct {
	text    *leafReader
	keys    *tagValues
	values  *tagValues
	batches []bool
}

func openTags(l *leaves, chunks []parquet.ColumnChunk) *tagReader {
	t := &tagReader{}
	switch {
	case l.at[fTags] != nil:
		leaf := l.at[fTags]
		t.text = &leafReader{field: fTags, decode: decodeTags, leaf: leaf, pages: chunks[leaf.Index()].Pages()}
	case l.tagKey != nil:
		t.keys = &tagValues{pages: chunks[l.tagKey.Index()].Pages()}
		t.values = &tagValues{pages: chunks[l.tagVal.Index()].Pages()}
	}
	return t
}

func (t *tagReader) close() {
	if t.text != nil {
		t.text.close()
	}
	if t.keys != nil {
		t.keys.pages.Close()
		t.values.pages.Close()
	}
}

// next reads n rows; nil says that no row has tags.
func (t *tagReader) next(n int) ([]bool, error) {
	t.batches = t.batches[:0]
	switch {
	case t.text != nil:
		return t.nextTexts(n)
	case t.keys != nil:
		for range n {
			batch, err := t.nextMap()
			if err != nil {
				return nil, err
			}
			t.batches = append(t.batches, batch)
		}
		return t.batches, nil
	}
	return nil, nil
}

func (t *tagReader) nextTexts(n int) ([]bool, error) {
	r := t.text
	for len(t.batches) < n {
		have, err := r.fill()
		if err != nil {
			return nil, err
		}
		have = min(have, n-len(t.batches))
		for _, id := range r.ids[r.at : r.at+have] {
			t.batches = append(t.batches, id == 1)
		}
		r.at += have
	}
	return t.batches, nil
}

// nextMap reads the pairs of one row.
func (t *tagReader) nextMap() (batch bool, err error) {
	for first := true; ; first = false {
		key, err := t.keys.peek()
		if errors.Is(err, io.EOF) && !first {
			return batch, nil
		}
		if err != nil {
			return false, err
		}
		if !first && key.RepetitionLevel() == 0 {
			return batch, nil
		}
		value, err := t.values.peek()
		if err != nil {
			return false, err
		}
		if !key.IsNull() {
			batch = batch || tagsBatch(string(key.ByteArray()), string(value.ByteArray()))
		}
		t.keys.at++
		t.values.at++
	}
}

// tagValues goes through the values of a column that repeats.
type tagValues struct {
	pages  parquet.Pages
	reader parquet.ValueReader
	buffer [512]parquet.Value
	have   int
	at     int
}

func (v *tagValues) peek() (*parquet.Value, error) {
	for v.at == v.have {
		if v.reader == nil {
			page, err := v.pages.ReadPage()
			if err != nil {
				return nil, err
			}
			v.reader = page.Values()
		}
		n, err := v.reader.ReadValues(v.buffer[:])
		if v.have, v.at = n, 0; errors.Is(err, io.EOF) {
			v.reader = nil
		} else if err != nil {
			return nil, err
		}
	}
	return &v.buffer[v.at], nil
}
