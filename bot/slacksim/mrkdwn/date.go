package mrkdwn

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// IsDateToken is whether Slack knows {name} in a date's format.
func IsDateToken(name string) bool {
	return name == "ago" || name == "day_divider_pretty" || dateLayout(name) != ""
}

func dateLayout(name string) string {
	switch strings.TrimSuffix(name, "_pretty") {
	case "date_num":
		return "2006-01-02"
	case "date_slash":
		return "02/01/2006"
	case "date", "date_long_full":
		return "January 2, 2006"
	case "date_short":
		return "Jan 2, 2006"
	case "date_long", "date_full":
		return "Monday, January 2, 2006"
	case "time":
		return "3:04 PM"
	case "time_secs":
		return "3:04:05 PM"
	}
	return ""
}

// dateParts reads "seconds^format" or "seconds^format^link".
func dateParts(s string) (at int64, format string, ok bool) {
	parts := strings.Split(s, "^")
	if len(parts) < 2 {
		return 0, "", false
	}
	at, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil {
		return 0, "", false
	}
	return at, unescape(parts[1]), true
}

// FormatDate shows a date in the time zone of now. The page does the same in the
// reader's own.
func FormatDate(format string, at int64, fallback string, now time.Time) string {
	t := time.Unix(at, 0).In(now.Location())
	var b strings.Builder
	rest := format
	for {
		before, after, open := strings.Cut(rest, "{")
		b.WriteString(before)
		token, tail, closed := strings.Cut(after, "}")
		switch {
		case !open:
			return b.String()
		case !closed || !IsDateToken(token):
			return fallback // a format Slack cannot read shows the fallback
		case token == "ago":
			b.WriteString(ago(t, now))
		case strings.HasSuffix(token, "_pretty") && relativeDay(t, now) != "":
			b.WriteString(relativeDay(t, now))
		case token == "day_divider_pretty":
			b.WriteString(t.Format("Monday, January 2"))
		default:
			b.WriteString(t.Format(dateLayout(token)))
		}
		rest = tail
	}
}

func relativeDay(t, now time.Time) string {
	day := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 12, 0, 0, 0, time.UTC) }
	switch day(t).Sub(day(now)) {
	case 0:
		return "today"
	case 24 * time.Hour:
		return "tomorrow"
	case -24 * time.Hour:
		return "yesterday"
	}
	return ""
}

func ago(t, now time.Time) string {
	d, form := now.Sub(t), "%d %s ago"
	if d < 0 {
		d, form = -d, "in %d %s"
	}
	for _, unit := range []struct {
		name string
		is   time.Duration
	}{{"day", 24 * time.Hour}, {"hour", time.Hour}, {"minute", time.Minute}, {"second", time.Second}} {
		if n := int(d / unit.is); n > 0 {
			if n > 1 {
				unit.name += "s"
			}
			return fmt.Sprintf(form, n, unit.name)
		}
	}
	return "just now"
}
