package ingest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/signalbook/signalbook/bot/config"
	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/promql"
	"github.com/signalbook/signalbook/bot/promquery"
	"github.com/signalbook/signalbook/bot/store"
)

// unitID is what the weeks of a unit are remembered by: another query counts anew.
func unitID(u config.Unit) string {
	sum := sha256.Sum256([]byte(u.Query))
	return hex.EncodeToString(sum[:8])
}

const (
	// unitWeeks is over how many weeks what a unit costs is followed.
	unitWeeks = 8
	// weekLong is what a unit's query looks back on.
	weekLong = 7 * 24 * time.Hour
	// mostSilent is of how many hours of a week nothing may be known: the query makes up for
	// these or leaves them out, and a twentieth more or less is no trend.
	mostSilent = 12
)

// countUnits asks how many units there were in a week that has ended: the query looks
// back from its last second. A week of which Prometheus has lost a part, or does not
// have the beginning any more, is not known: it would be counted as a smaller one.
func countUnits(ctx context.Context, prometheus *promquery.Prometheus, u config.Unit, week money.Week) (float64, error) {
	if prometheus == nil {
		return 0, errors.New("prometheus.url is missing")
	}
	at := week.Add(1).Monday().Time().Add(-time.Second)
	count, err := prometheus.Number(ctx, promquery.Number{Query: u.Query, Most: 1e18}, at)
	if err != nil {
		return 0, err
	}
	now := promql.AtOnce(u.Query)
	if now == "" {
		return count, nil
	}
	// The query is on a line of its own, so that it may end with a comment.
	hours, _, err := prometheus.Query(ctx, fmt.Sprintf("count_over_time((count(%s\n))[7d:1h])", now), at)
	if err != nil {
		return 0, err
	}
	const all = int(weekLong / time.Hour)
	known := 0
	if len(hours) > 0 {
		known = int(hours[0].Value)
	}
	if known < all-mostSilent {
		return 0, fmt.Errorf("Prometheus has only %d of the %d hours of %s", known, all, week)
	}
	return count, nil
}

// fillUnits adds the weeks before one that are not known and that Prometheus still has.
// When it cannot be asked the others are left for another time: each would wait as long.
func fillUnits(ctx context.Context, prometheus *promquery.Prometheus, u config.Unit, week money.Week, weeks map[money.Week]float64) error {
	for back := 1; back < unitWeeks; back++ {
		w := week.Add(-back)
		if _, known := weeks[w]; known {
			continue
		}
		count, err := countUnits(ctx, prometheus, u, w)
		if errors.Is(err, promquery.ErrUnanswered) {
			return err
		}
		if err == nil {
			weeks[w] = count
		}
	}
	return nil
}

// Units are the counts of units: those that are remembered, when there is a store, and
// of the week under review those that Prometheus has. Without a store it is asked for the
// weeks before, too.
func Units(ctx context.Context, costs *store.Costs, prometheus *promquery.Prometheus, units []config.Unit, week money.Week) (all []report.UnitCount, err error) {
	for _, u := range units {
		c := report.UnitCount{Name: u.Name, Filter: u.Filter, Weeks: map[money.Week]float64{}, Doubt: promql.Doubt(u.Query, weekLong)}
		if costs != nil {
			if c.Weeks, err = costs.UnitsByWeek(ctx, unitID(u)); err != nil {
				return nil, err
			}
		}
		var asked error
		if _, known := c.Weeks[week]; !known {
			count, err := countUnits(ctx, prometheus, u, week)
			if asked = err; err == nil {
				c.Weeks[week] = count
			} else {
				c.Why = fmt.Sprintf("how many there were could not be measured: %v", err)
			}
		}
		if costs == nil && prometheus != nil && !errors.Is(asked, promquery.ErrUnanswered) {
			// Why an older one is not known nobody asks.
			_ = fillUnits(ctx, prometheus, u, week, c.Weeks)
		}
		all = append(all, c)
	}
	return all, nil
}

// units remembers how many units the last week had that has ended, and once for each of
// them what Prometheus still has of the weeks before.
func (im *Importer) units(ctx context.Context) {
	now := im.Now()
	if im.Units == nil || now.Sub(im.unitsAt) < askEvery && !now.Before(im.unitsAt) {
		return
	}
	units, prometheus := im.Units()
	week := report.WeekBefore(now)
	for _, u := range units {
		count, err := countUnits(ctx, prometheus, u, week)
		if err == nil {
			err = im.Costs.SaveUnits(ctx, unitID(u), week, count)
		}
		if !im.unitsFilled[unitID(u)] && prometheus != nil && !errors.Is(err, promquery.ErrUnanswered) {
			err = errors.Join(err, im.fillUnits(ctx, prometheus, u, week))
		}
		if err != nil && ctx.Err() == nil {
			im.Logger.Warn("units could not be counted", "unit", u.Name, "week", week.String(), "error", err)
		}
	}
	im.unitsAt = now
}

func (im *Importer) fillUnits(ctx context.Context, prometheus *promquery.Prometheus, u config.Unit, week money.Week) error {
	weeks, err := im.Costs.UnitsByWeek(ctx, unitID(u))
	if err != nil {
		return err
	}
	known := maps.Clone(weeks)
	err = fillUnits(ctx, prometheus, u, week, weeks)
	for w, count := range weeks {
		if _, remembered := known[w]; !remembered {
			err = errors.Join(err, im.Costs.SaveUnits(ctx, unitID(u), w, count))
		}
	}
	if err == nil {
		if im.unitsFilled == nil {
			im.unitsFilled = map[string]bool{}
		}
		im.unitsFilled[unitID(u)] = true
	}
	return err
}
