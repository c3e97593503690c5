package ingest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/signalbook/signalbook/bot/config"
	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/promquery"
	"github.com/signalbook/signalbook/bot/store"
)

// unitID is what the weeks of a unit are remembered by: another query counts anew.
func unitID(u config.Unit) string {
	sum := sha256.Sum256([]byte(u.Query))
	return hex.EncodeToString(sum[:8])
}

// countUnits asks how many units there were in a week that has ended: the query looks
// back from its last second.
func countUnits(ctx context.Context, prometheus *promquery.Prometheus, u config.Unit, week money.Week) (float64, error) {
	if prometheus == nil {
		return 0, errors.New("prometheus.url is missing")
	}
	at := week.Add(1).Monday().Time().Add(-time.Second)
	return prometheus.Number(ctx, promquery.Number{Query: u.Query, Most: 1e18}, at)
}

// Units are the counts of units: those that are remembered, when there is a store, and
// of the week under review those that Prometheus has. It is asked for no other week,
// because it may have forgotten the beginning of one, and would tell less.
func Units(ctx context.Context, costs *store.Costs, prometheus *promquery.Prometheus, units []config.Unit, week money.Week) (all []report.UnitCount, err error) {
	for _, u := range units {
		c := report.UnitCount{Name: u.Name, Filter: u.Filter, Weeks: map[money.Week]float64{}}
		if costs != nil {
			if c.Weeks, err = costs.UnitsByWeek(ctx, unitID(u)); err != nil {
				return nil, err
			}
		}
		if _, known := c.Weeks[week]; !known {
			count, err := countUnits(ctx, prometheus, u, week)
			if err != nil {
				c.Why = fmt.Sprintf("how many there were could not be measured: %v", err)
			} else {
				c.Weeks[week] = count
			}
		}
		all = append(all, c)
	}
	return all, nil
}

// units remembers how many units the last week had that has ended.
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
		if err != nil && ctx.Err() == nil {
			im.Logger.Warn("units could not be counted", "unit", u.Name, "week", week.String(), "error", err)
		}
	}
	im.unitsAt = now
}
