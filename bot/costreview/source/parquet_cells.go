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

// cells goes through the values of one column of a row group.
type cells struct {
	kind   parquet.Type
	pages  parquet.Pages
	page   parquet.Page        // what its values are a part of
	values parquet.ValueReader // of page; nil: all are read
	buffer [512]parquet.Value
	have   int
	at     int
	now    *parquet.Value // that of the current row
	gone   int64          // rows before the next value, where not every one is read
	last   string         // the last text
}

// peek returns the value that comes next. It is void once one is asked for behind it.
func (c *cells) peek() (*parquet.Value, error) {
	for c.at == c.have {
		if c.values == nil {
			parquet.Release(c.page)
			c.page = nil
			page, err := c.pages.ReadPage()
			if err != nil {
				return nil, err
			}
			c.page, c.values = page, page.Values()
		}
		n, err := c.values.ReadValues(c.buffer[:])
		if c.have, c.at = n, 0; errors.Is(err, io.EOF) {
			c.values = nil
		} else if err != nil {
			return nil, err
		}
	}
	return &c.buffer[c.at], nil
}

// next makes the next value the current one.
func (c *cells) next() (err error) {
	if c.now, err = c.peek(); errors.Is(err, io.EOF) {
		return errShort
	}
	c.at++
	return err
}

// goTo makes the value of a row of the row group the current one, where the rows before
// it may not have been read: pages of them alone are not unpacked into values.
func (c *cells) goTo(row int64) error {
	for c.gone < row {
		switch left := row - c.gone; {
		case c.at < c.have:
			step := min(left, int64(c.have-c.at))
			c.at, c.gone = c.at+int(step), c.gone+step
		case c.values == nil:
			parquet.Release(c.page)
			page, err := c.pages.ReadPage()
			if c.page = page; err != nil {
				c.page = nil
				return err
			}
			if n := page.NumValues(); n <= left {
				c.gone += n
				continue
			}
			c.values = page.Values()
		default:
			if _, err := c.peek(); err != nil {
				return err
			}
		}
	}
	if c.gone > row { // it is the current one
		return nil
	}
	c.gone++
	return c.next()
}

func (c *cells) close() {
	parquet.Release(c.page)
	c.pages.Close()
}

var errShort = fmt.Errorf("it is shorter than the others: %w", io.ErrUnexpectedEOF)

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

// money reads an amount: a decimal, a binary fraction, a whole number or a text.
func (c *cells) money() (m moneyCell) {
	v, t := c.now, c.kind
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

func (c *cells) day() date { return dateOf(*c.now, c.kind) }

// timeOf is the time of a timestamp or a date; zero: it is neither.
func timeOf(v parquet.Value, t parquet.Type) (at time.Time) {
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
		if v.Kind() == parquet.Int96 {
			bits := v.Int96()
			at = money.Day(int64(bits[2]) - julianEpoch).Time().Add(time.Duration(uint64(bits[1])<<32 | uint64(bits[0])))
		}
	}
	return at.UTC()
}

// dateOf reads the moment of a timestamp, a date or a text.
func dateOf(v parquet.Value, t parquet.Type) date {
	at := timeOf(v, t)
	if at.IsZero() && v.Kind() == parquet.ByteArray {
		m, ok := parseMoment(string(v.ByteArray()))
		if !ok {
			return date{err: fmt.Errorf("%.40q is not a date of this century", v.ByteArray())}
		}
		return date{moment: m}
	}
	switch year := at.Year(); {
	case v.IsNull():
		return date{err: errors.New("is empty")}
	case at.IsZero():
		return date{err: fmt.Errorf("is a %s, not a timestamp", v.Kind())}
	case year < firstYear || year > lastYear:
		return date{err: fmt.Errorf("%.20q is not a date of this century", at.Format(time.DateOnly))}
	}
	hour, minute, _ := at.Clock()
	return date{moment: moment{money.DayOf(at), hour*60 + minute}}
}

// logical is what a column's values stand for; nil when they are just themselves.
func logical(t parquet.Type) format.LogicalTypeValue {
	if l := t.LogicalType(); l != nil {
		return l.Value
	}
	return nil
}
