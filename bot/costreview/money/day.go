package money

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Day is a billing day, which is a UTC day: how many lie between it and 1 January
// 1970.
type Day int32

const daySeconds = 24 * 60 * 60

// DayOf is the day that a moment belongs to.
func DayOf(t time.Time) Day {
	seconds := t.Unix()
	if seconds < 0 {
		seconds -= daySeconds - 1
	}
	return Day(seconds / daySeconds)
}

// ParseDay reads 2026-11-20.
func ParseDay(text string) (Day, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return 0, fmt.Errorf("%.20q is not a day: write it like 2026-11-20", text)
	}
	return DayOf(t), nil
}

// Time is the beginning of the day.
func (d Day) Time() time.Time { return time.Unix(int64(d)*daySeconds, 0).UTC() }

// Weekday is the day of the week.
func (d Day) Weekday() time.Weekday { return d.Time().Weekday() }

// String is 2026-11-20.
func (d Day) String() string { return d.Time().Format(time.DateOnly) }

// MarshalText implements encoding.TextMarshaler.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Day) UnmarshalText(text []byte) (err error) {
	*d, err = ParseDay(string(text))
	return err
}

// Week is an ISO week, named by its Monday.
type Week Day

// WeekOf is the week that a day belongs to.
func WeekOf(d Day) Week { return Week(d - Day((int(d.Weekday())+6)%7)) }

// ParseWeek reads 2026-W47.
func ParseWeek(text string) (Week, error) {
	bad := fmt.Errorf("%.20q is not a week: write it like 2026-W47", text)
	yearText, numberText, ok := strings.Cut(strings.ToUpper(text), "-W")
	year, errYear := strconv.Atoi(yearText)
	number, errNumber := strconv.Atoi(numberText)
	if !ok || errYear != nil || errNumber != nil || number < 1 || number > 53 || year < 1 || year > 9999 {
		return 0, bad
	}
	// 4 January is always in week 1 (ISO 8601).
	week := WeekOf(DayOf(time.Date(year, 1, 4, 0, 0, 0, 0, time.UTC))).Add(number - 1)
	if week.String() != strings.ToUpper(text) { // a year's 53rd week may be the next one's first
		return 0, bad
	}
	return week, nil
}

// Monday is the week's first day.
func (w Week) Monday() Day { return Day(w) }

// Add is the week so many weeks later.
func (w Week) Add(weeks int) Week { return w + Week(7*weeks) }

// String is 2026-W47.
func (w Week) String() string {
	year, number := w.Monday().Time().ISOWeek()
	return fmt.Sprintf("%04d-W%02d", year, number)
}

// MarshalText implements encoding.TextMarshaler.
func (w Week) MarshalText() ([]byte, error) { return []byte(w.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (w *Week) UnmarshalText(text []byte) (err error) {
	*w, err = ParseWeek(string(text))
	return err
}
