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

// parseDay is the UTC day of a moment as exports write it: 2024-09-18T22:00:00Z,
// and also with a space for the T, without the seconds, with a fraction, with an
// offset, without a zone (which is UTC), or the date alone.
func parseDay(text string) (money.Day, bool) {
	if len(text) < len(time.DateOnly) || text[4] != '-' || text[7] != '-' {
		return 0, false
	}
	year, okYear := digits(text[:4])
	month, okMonth := digits(text[5:7])
	date, okDate := digits(text[8:10])
	if !okYear || !okMonth || !okDate || year < firstYear || year > lastYear || month < 1 || month > 12 {
		return 0, false
	}
	at := time.Date(year, time.Month(month), date, 0, 0, 0, 0, time.UTC)
	if at.Day() != date { // it has run over into another month
		return 0, false
	}
	day := money.DayOf(at)
	if len(text) == len(time.DateOnly) {
		return day, true
	}
	shift, ok := parseClock(text[10:])
	return day + money.Day(shift), ok
}

// parseClock reads what follows a date; shift is by how many days the time in UTC
// lies after that date.
func parseClock(text string) (shift int, ok bool) {
	if len(text) < len("T22:00") || (text[0] != 'T' && text[0] != 't' && text[0] != ' ') || text[3] != ':' {
		return 0, false
	}
	hour, okHour := digits(text[1:3])
	minute, okMinute := digits(text[4:6])
	if !okHour || !okMinute || hour > 23 || minute > 59 {
		return 0, false
	}
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
		return 0, true
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
	switch minutes := hour*60 + minute - offset; {
	case minutes < 0:
		return -1, true
	case minutes >= 24*60:
		return 1, true
	}
	return 0, true
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
