package ingest

import (
	"context"
	"fmt"
	"time"

	"github.com/signalbook/signalbook/bot/config"
	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/promquery"
	"github.com/signalbook/signalbook/bot/store"
)

// Organisation is how the organisation's numbers are found out.
type Organisation struct {
	Config     *config.Organisation  // nil: nothing is told
	Prometheus *promquery.Prometheus // nil: nobody to ask
}

// Ask finds out every number that is configured. What is not known says why.
func (o Organisation) Ask(ctx context.Context, now time.Time) report.Organisation {
	var told report.Organisation
	var c config.Organisation
	if o.Config != nil {
		c = *o.Config
	}
	told.GlobalConsistency = c.GlobalConsistency
	inf := 1e18
	figures := []struct {
		key    string
		from   *config.Figure
		to     *report.Figure
		bounds promquery.Number
	}{
		{"users", c.Users, &told.Users, promquery.Number{Most: inf}},
		{"weekly_growth", c.WeeklyGrowth, &told.WeeklyGrowth, promquery.Number{Least: -1, Most: 10}},
		{"teams", c.Teams, &told.Teams, promquery.Number{Most: inf}},
		{"international", c.International, &told.International, promquery.Number{Most: 1}},
		{"cdn_bandwidth_tb", c.CDNBandwidthTB, &told.CDNBandwidthTB, promquery.Number{Most: inf}},
	}
	for _, f := range figures {
		switch {
		case f.from == nil:
			key := "organisation." + f.key
			*f.to = report.Figure{Why: key + " is not configured", Absent: key}
		case f.from.Query == "":
			*f.to = report.Figure{Value: f.from.Value, Known: true, Source: "configured"}
		case o.Prometheus == nil:
			*f.to = report.Figure{Why: fmt.Sprintf("organisation.%s asks Prometheus, and prometheus.url is missing", f.key)}
		default:
			n := f.bounds
			n.Query = f.from.Query
			value, err := o.Prometheus.Number(ctx, n, now)
			if err != nil {
				*f.to = report.Figure{Why: fmt.Sprintf("organisation.%s could not be measured: %v", f.key, err)}
				continue
			}
			*f.to = report.Figure{Value: value, Known: true, Source: "measured by Prometheus"}
		}
	}
	return told
}

// UsersByWeek are the stored weeks that growth is measured from, up to the last
// one that has ended.
func UsersByWeek(ctx context.Context, costs *store.Costs, now time.Time) (map[money.Week]float64, error) {
	return costs.UsersByWeek(ctx, report.WeekBefore(now.UTC()), usersBack)
}
