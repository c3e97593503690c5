package source

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// staleWithin is how old the value at a day's end may be. Clouds refresh their
// estimates every few hours, so an exporter that was away for less has lost
// nothing.
const staleWithin = "6h"

// readMonthToDate takes the difference between the ends of two days; on the 1st
// the value itself, because the figure begins anew. increase() would add what
// stood there at the month's end once more.
func (r *seriesReader) readMonthToDate(ctx context.Context, day money.Day) error {
	end, err := r.end(ctx, day)
	if err != nil {
		return err
	}
	first := day.Time().Day() == 1
	before := figures{}
	if !first {
		if before, err = r.end(ctx, day-1); err != nil {
			return err
		}
	}
	if len(end) == 0 || (!first && len(before) == 0) {
		r.nothing = append(r.nothing, day)
		return nil
	}
	var earlier figures // asked for when it is needed
	for _, g := range sortedGroups(end) {
		value := end[g]
		was, known := before[g]
		if !first && !known && earlier == nil {
			span := day.Time().Day() - 1
			expr := fmt.Sprintf("last_over_time((%s\n)[%dd:1h])", r.Query, span)
			if earlier, err = r.ask(ctx, expr, lastSecond(day-1)); err != nil {
				return err
			}
		}
		if !known && !first {
			if _, gone := earlier[g]; gone {
				r.notes.add(true, "%s has no month-to-date costs in Prometheus at the end of %v: what it cost on %v is not known.", serviceName(g), day-1, day)
				continue
			}
			r.notes.add(false, "%s is first seen in Prometheus on %v: all that it cost in the month until then is counted on that day.", serviceName(g), day)
		}
		if value < was {
			r.notes.add(true, "The month-to-date costs of %s in Prometheus fell from %v to %v %s on %v: the difference is counted as a credit; if the figure was reset, it is none.",
				serviceName(g), was, value, r.currency, day)
			g.Kind = money.Credit
		}
		r.count(day, g, value-was)
	}
	for _, g := range sortedGroups(before) {
		if _, known := end[g]; !known {
			r.notes.add(true, "%s has no month-to-date costs in Prometheus at the end of %v: what it cost on that day is not known.", serviceName(g), day)
		}
	}
	return nil
}

// end returns the values at the end of a day; none when the 1st still ends with
// the old month's.
func (r *seriesReader) end(ctx context.Context, day money.Day) (figures, error) {
	if known, ok := r.ends[day]; ok {
		return known, nil
	}
	expr := fmt.Sprintf("(%s\n) or last_over_time((%s\n)[%s:5m])", r.Query, r.Query, staleWithin)
	found, err := r.ask(ctx, expr, lastSecond(day))
	if err != nil {
		return nil, err
	}
	if len(found) > 0 && day.Time().Day() == 1 {
		before, err := r.end(ctx, day-1)
		if err != nil {
			return nil, err
		}
		if !begunAnew(before, found) {
			r.notes.add(true, "The month-to-date costs from Prometheus had not begun anew by the end of %v.", day)
			found = nil
		}
	}
	r.ends[day] = found
	return found, nil
}

// begunAnew reports whether the figures are a new month's: estimates lag, and at
// the end of the 1st the old month's may still stand there, all of which would be
// counted on that day.
func begunAnew(before, end figures) bool {
	var was, is float64
	for _, value := range before {
		was += value
	}
	for _, value := range end {
		is += value
	}
	return was <= 0 || is < was
}

func serviceName(g money.Group) string {
	if g.Service == "" {
		return "A series without a service"
	}
	return g.Service
}

func sortedGroups(of figures) []money.Group {
	return slices.SortedFunc(maps.Keys(of), func(a, b money.Group) int {
		return cmp.Or(cmp.Compare(a.Provider, b.Provider), cmp.Compare(a.Service, b.Service), cmp.Compare(a.Account, b.Account))
	})
}
