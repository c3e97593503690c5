package source

import (
	"time"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// A charge period's start lies between these: what is outside is no date of a bill.
const (
	firstYear = 2000
	lastYear  = 2099
)

// moment is a UTC day and the minute in it: what of a charge period's ends counts.
type moment struct {
	day    money.Day
	minute int
}

// daysUntil is how many days it is to another moment; a part of one is a day too.
func (m moment) daysUntil(end moment) int {
	minutes := int(end.day-m.day)*24*60 + end.minute - m.minute
	return (minutes + 24*60 - 1) / (24 * 60)
}

// parseMoment reads a moment as exports write it: 2024-09-18T22:00:00Z, and also
// with a space for the T, without the seconds, with a fraction, with an offset,
// without a zone (which is UTC), or the date alone.
func parseMoment(text string) (moment, bool) {
	if len(text) < len(time.DateOnly) || text[4] != '-' || text[7] != '-' {
		return moment{}, false
	}
	year, okYear := digits(text[:4])
	month, okMonth := digits(text[5:7])
	date, okDate := digits(text[8:10])
	day, ok := dayOf(year, month, date)
	if !okYear || !okMonth || !okDate || !ok {
		return moment{}, false
	}
	if len(text) == len(time.DateOnly) {
		return moment{day: day}, true
	}
	minute, ok := parseClock(text[10:])
	switch {
	case minute < 0:
		return moment{day - 1, minute + 24*60}, ok
	case minute >= 24*60:
		return moment{day + 1, minute - 24*60}, ok
	}
	return moment{day, minute}, ok
}

// months are the first days of the months that a bill may have, a year in a row, and of
// the one after: rows have two dates each, and asking the calendar for them takes longer.
var months = func() (all [lastYear - firstYear + 1][13]money.Day) {
	for year := range all {
		for month := range all[year] {
			all[year][month] = money.DayOf(time.Date(firstYear+year, time.Month(month+1), 1, 0, 0, 0, 0, time.UTC))
		}
	}
	return all
}()

// dayOf is a day of the calendar, if it is one that a bill may have.
func dayOf(year, month, date int) (money.Day, bool) {
	if year < firstYear || year > lastYear || month < 1 || month > 12 || date < 1 {
		return 0, false
	}
	of := &months[year-firstYear]
	day := of[month-1] + money.Day(date-1)
	return day, day < of[month] // a date that no month has runs over into another one
}

// parseDay is the day of a moment.
func parseDay(text string) (money.Day, bool) {
	m, ok := parseMoment(text)
	return m.day, ok
}

// parseClock reads what follows a date; minute is that in UTC, counted from the
// beginning of that date, so below 0 and above a day for times with an offset.
func parseClock(text string) (minute int, ok bool) {
	if len(text) < len("T22:00") || (text[0] != 'T' && text[0] != 't' && text[0] != ' ') || text[3] != ':' {
		return 0, false
	}
	hour, okHour := digits(text[1:3])
	minute, okMinute := digits(text[4:6])
	if !okHour || !okMinute || hour > 23 || minute > 59 {
		return 0, false
	}
	minute += hour * 60
	rest := text[6:]
	if len(rest) >= 3 && rest[0] == ':' {
		if second, ok := digits(rest[1:3]); !ok || second > 59 {
			return 0, false
		}
		if rest = rest[3:]; len(rest) > 1 && rest[0] == '.' {
			end := 1
			for end < len(rest) && rest[end] >= '0' && rest[end] <= '9' {
				end++
			}
			rest = rest[end:]
		}
	}
	switch rest {
	case "", "Z", "z", " UTC", "+00:00":
		return minute, true
	}
	if (rest[0] != '+' && rest[0] != '-') || len(rest) < 5 || len(rest) > 6 {
		return 0, false
	}
	offHour, okHour := digits(rest[1:3])
	offMinute, okMinute := digits(rest[len(rest)-2:])
	if !okHour || !okMinute || offHour > 23 || offMinute > 59 || (len(rest) == 6 && rest[3] != ':') {
		return 0, false
	}
	offset := offHour*60 + offMinute
	if rest[0] == '-' {
		offset = -offset
	}
	return minute - offset, true
}

func digits(text string) (n int, ok bool) {
	for k := range len(text) {
		c := text[k]
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}
