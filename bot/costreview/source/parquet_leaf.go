package source

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// decoder says what the values of a column are read as.
type decoder int

const (
	decodeText decoder = iota
	decodeMoney
	decodeDay
	decodeTags // 1 is batch work
)

// moneyCell is an amount, none, or why it is neither.
type moneyCell struct {
	money.Amount
	null bool
	err  error
}

// date is a moment, or why it is none.
type date struct {
	moment
	err error
}

// leafReader reads one column of a row group, a page at a time: ids has a row's
// place in the table of values.
type leafReader struct {
	field  field
	decode decoder
	leaf   *parquet.Column
	pages  parquet.Pages
	forget func() // called when texts get new numbers

	ids []uint32
	at  int

	texts  []string // 0 is nothing
	size   int      // bytes of texts
	moneys []moneyCell
	days   []date

	numbers    map[string]uint32 // of texts
	dictionary parquet.Dictionary
	places     []uint32 // by place in the dictionary
	buffer     []parquet.Value
}

func (r *leafReader) money(k int) *moneyCell { return &r.moneys[r.ids[r.at+k]] }
func (r *leafReader) day(k int) *date        { return &r.days[r.ids[r.at+k]] }

// fill makes at least one row available, and says how many are.
func (r *leafReader) fill() (int, error) {
	for r.at == len(r.ids) {
		page, err := r.pages.ReadPage()
		if errors.Is(err, io.EOF) {
			return 0, errShort
		}
		if err != nil {
			return 0, err
		}
		r.ids, r.at = r.ids[:0], 0
		err = r.readPage(page)
		parquet.Release(page)
		if err != nil {
			return 0, err
		}
	}
	return len(r.ids) - r.at, nil
}

func (r *leafReader) close() { r.pages.Close() }

func (r *leafReader) readPage(page parquet.Page) error {
	if r.decode == decodeText && (len(r.texts) > maxKnown || r.size > maxKnownBytes) {
		r.texts, r.numbers, r.dictionary, r.size = nil, nil, nil, 0
		r.forget()
	}
	dictionary := page.Dictionary()
	if dictionary == nil {
		return r.readPlain(page)
	}
	if dictionary != r.dictionary {
		r.readDictionary(dictionary)
	}
	data := page.Data()
	indexes := data.Int32()
	levels := page.DefinitionLevels()
	if len(levels) == 0 {
		for _, index := range indexes {
			r.ids = append(r.ids, r.places[index])
		}
		return nil
	}
	null, whole, next := r.places[len(r.places)-1], byte(r.leaf.MaxDefinitionLevel()), 0
	for _, level := range levels {
		if level != whole {
			r.ids = append(r.ids, null)
			continue
		}
		r.ids = append(r.ids, r.places[indexes[next]])
		next++
	}
	return nil
}

// readDictionary reads each value of the column's dictionary once; the last place
// is that of nothing.
func (r *leafReader) readDictionary(d parquet.Dictionary) {
	r.dictionary, r.moneys, r.days = d, nil, nil
	r.places = make([]uint32, d.Len()+1)
	for k := range d.Len() {
		r.places[k] = r.value(d.Index(int32(k)))
	}
	r.places[d.Len()] = r.value(parquet.NullValue())
}

func (r *leafReader) readPlain(page parquet.Page) error {
	r.dictionary, r.moneys, r.days = nil, r.moneys[:0], r.days[:0]
	if r.buffer == nil {
		r.buffer = make([]parquet.Value, 1024)
	}
	values := page.Values()
	for {
		n, err := values.ReadValues(r.buffer)
		for _, v := range r.buffer[:n] {
			r.ids = append(r.ids, r.value(v))
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// value reads a value and says where it is.
func (r *leafReader) value(v parquet.Value) uint32 {
	switch r.decode {
	case decodeMoney:
		r.moneys = append(r.moneys, moneyOf(v, r.leaf.Type()))
		return uint32(len(r.moneys) - 1)
	case decodeDay:
		r.days = append(r.days, dateOf(v, r.leaf.Type()))
		return uint32(len(r.days) - 1)
	}
	if r.decode == decodeTags {
		return batchNumber(v)
	}
	return r.number(v)
}

// batchNumber is 1 for tags that mark batch work.
func batchNumber(v parquet.Value) uint32 {
	if v.Kind() != parquet.ByteArray {
		return 0
	}
	if tags := v.ByteArray(); bytesMentionBatch(tags) && isBatch(string(tags)) {
		return 1
	}
	return 0
}

func (r *leafReader) number(v parquet.Value) uint32 {
	if r.numbers == nil {
		r.numbers = map[string]uint32{"": 0}
		r.texts = append(r.texts[:0], "")
	}
	if v.IsNull() {
		return 0
	}
	var raw []byte
	if v.Kind() == parquet.ByteArray || v.Kind() == parquet.FixedLenByteArray {
		raw = v.ByteArray()
	} else {
		raw = []byte(v.String())
	}
	if n, ok := r.numbers[string(raw)]; ok {
		return n
	}
	n := uint32(len(r.texts))
	text := string(raw)
	if len(text) > maxName { // as it is shown: a page of long ones would be held twice
		text = clean(text)
		if n, ok := r.numbers[text]; ok {
			return n
		}
	}
	r.size += len(text)
	r.texts = append(r.texts, text)
	r.numbers[text] = n
	return n
}

// moneyOf reads an amount: a decimal, a binary fraction, a whole number or a text.
func moneyOf(v parquet.Value, t parquet.Type) (m moneyCell) {
	scale := 0
	decimal, isDecimal := logical(t).(*format.DecimalType)
	if isDecimal {
		scale = int(decimal.Scale)
	}
	switch v.Kind() {
	case parquet.Double:
		m.Amount, m.err = fromFloat(v.Double(), 64)
	case parquet.Float:
		m.Amount, m.err = fromFloat(float64(v.Float()), 32)
	case parquet.Int32:
		m.Amount, m.err = money.Scaled(int64(v.Int32()), scale)
	case parquet.Int64:
		m.Amount, m.err = money.Scaled(v.Int64(), scale)
	case parquet.ByteArray, parquet.FixedLenByteArray:
		switch text := v.ByteArray(); {
		case isDecimal:
			m.Amount, m.err = fromBigEndian(text, scale)
		case isNull(string(text)):
			m.null = true
		default:
			m.Amount, m.err = parseMoney(string(text))
		}
	default:
		if m.null = v.IsNull(); !m.null {
			m.err = fmt.Errorf("is a %s, not an amount", v.Kind())
		}
	}
	return m
}

// julianEpoch is 1 January 1970 as the Julian day that an INT96 timestamp ends with.
const julianEpoch = 2_440_588

// dateOf reads the day of a timestamp, a date or a text.
func dateOf(v parquet.Value, t parquet.Type) date {
	var at time.Time
	switch kind := logical(t).(type) {
	case *format.TimestampType:
		switch unit := kind.Unit.Value; {
		case v.Kind() != parquet.Int64 || unit == nil:
		case unit.Duration() == time.Millisecond:
			at = time.UnixMilli(v.Int64())
		case unit.Duration() == time.Microsecond:
			at = time.UnixMicro(v.Int64())
		default:
			at = time.Unix(0, v.Int64())
		}
	case *format.DateType:
		if v.Kind() == parquet.Int32 {
			at = money.Day(v.Int32()).Time()
		}
	default:
		switch v.Kind() {
		case parquet.ByteArray:
			m, ok := parseMoment(string(v.ByteArray()))
			if !ok {
				return date{err: fmt.Errorf("%.40q is not a date of this century", v.ByteArray())}
			}
			return date{moment: m}
		case parquet.Int96:
			bits := v.Int96()
			at = money.Day(int64(bits[2]) - julianEpoch).Time().Add(time.Duration(uint64(bits[1])<<32 | uint64(bits[0])))
		}
	}
	switch year := at.UTC().Year(); {
	case v.IsNull():
		return date{err: errors.New("is empty")}
	case at.IsZero():
		return date{err: fmt.Errorf("is a %s, not a timestamp", v.Kind())}
	case year < firstYear || year > lastYear:
		return date{err: fmt.Errorf("%.20s is not a date of this century", at.UTC().Format(time.DateOnly))}
	}
	return date{moment: moment{money.DayOf(at), at.UTC().Hour()*60 + at.UTC().Minute()}}
}

// logical is what a column's values stand for; nil when they are just themselves.
func logical(t parquet.Type) format.LogicalTypeValue {
	if l := t.LogicalType(); l != nil {
		return l.Value
	}
	return nil
}
