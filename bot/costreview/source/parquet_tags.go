package source

import (
	"errors"
	"io"

	"github.com/parquet-go/parquet-go"
)

// pairs are tags that are a map, which Parquet keeps as a column of keys and one of
// values.
type pairs struct {
	by           string // what names teams; empty: nobody asks
	keys, values repeated
	all          map[string]any // the current row's, when somebody asks
}

// next reads the tags of the next row.
func (p *pairs) next() (found tag, err error) {
	clear(p.all)
	for first := true; ; first = false {
		key, err := p.keys.peek()
		if err == nil && !first && key.RepetitionLevel() == 0 || errors.Is(err, io.EOF) && !first {
			break
		}
		if err != nil {
			return found, err
		}
		value, err := p.values.peek()
		if err != nil {
			return found, err
		}
		if !key.IsNull() {
			key, value := string(key.ByteArray()), string(value.ByteArray())
			found.batch = found.batch || tagsBatch(key, value)
			if p.by != "" {
				if p.all == nil {
					p.all = map[string]any{}
				}
				p.all[key] = value
			}
		}
		p.keys.at++
		p.values.at++
	}
	if p.by != "" {
		found.team = pick(p.all, p.by).team
	}
	return found, nil
}

func (p *pairs) close() {
	p.keys.close()
	p.values.close()
}

// repeated goes through a column that may have several values a row.
type repeated struct {
	pages  parquet.Pages
	page   parquet.Page
	values parquet.ValueReader // of page; nil: all are read
	buffer [readValues]parquet.Value
	have   int
	at     int
}

// peek returns the value that comes next. It is void once one is asked for behind it.
func (r *repeated) peek() (*parquet.Value, error) {
	for r.at == r.have {
		if r.values == nil {
			page, err := nextPage(r.pages, &r.page)
			if err != nil {
				return nil, err
			}
			r.values = page.Values()
		}
		n, err := r.values.ReadValues(r.buffer[:])
		if r.have, r.at = n, 0; errors.Is(err, io.EOF) {
			r.values = nil
		} else if err != nil {
			return nil, err
		}
	}
	return &r.buffer[r.at], nil
}

func (r *repeated) close() {
	parquet.Release(r.page)
	r.pages.Close()
}
