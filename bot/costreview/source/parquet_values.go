package source

import (
	"errors"
	"fmt"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"github.com/signalbook/signalbook/bot/costreview/money"
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
