package ingest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	promconfig "github.com/prometheus/common/config"

	"github.com/signalbook/signalbook/bot/config"
	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/source"
)

// Source is one configured cost source. Files are read whole, and only what
// changed; queries are asked day by day.
type Source struct {
	ID, Name string
	Files    *source.Files
	Query    query
}

// query is a source that is asked for days.
type query interface {
	Read(ctx context.Context, days []money.Day, now time.Time) money.Reading
}

// Sources builds the cost sources of a digest, one that is given twice once; a file that
// two of them match is the first one's. Prometheus may be nil: the configuration was
// checked for it.
func Sources(d config.Digest, prometheus source.Querier) (all []Source, err error) {
	seen := map[string]bool{}
	defer func() {
		all = slices.DeleteFunc(all, func(s Source) bool {
			again := seen[s.ID]
			seen[s.ID] = true
			return again
		})
	}()
	var errs []error
	var files []source.Files
	for k, c := range d.Costs {
		switch {
		case c.FOCUS != nil:
			f := source.Files{Patterns: c.FOCUS.Files, Column: c.FOCUS.Cost, Written: c.FOCUS.Written, By: d.By}
			if slices.ContainsFunc(files, func(other source.Files) bool { return other.Source() == f.Source() }) {
				continue
			}
			beside := f.Beside(files)
			files = append(files, f)
			all = append(all, Source{ID: beside.Source(), Name: beside.Name(), Files: &beside})
		case c.Prometheus != nil:
			s := source.Series{Query: c.Prometheus.Query, ServiceLabel: c.Prometheus.ServiceLabel, Unit: c.Prometheus.Unit, Team: d.By, From: prometheus}
			all = append(all, Source{ID: s.Source(), Name: s.Name(), Query: s})
		case c.OpenCost != nil:
			var http promconfig.HTTPClientConfig
			if c.OpenCost.HTTPConfig != nil {
				http = promconfig.HTTPClientConfig(*c.OpenCost.HTTPConfig)
			}
			o, err := source.NewOpenCost(c.OpenCost.URL, http)
			if err != nil {
				errs = append(errs, fmt.Errorf("digest %s, cost source %d: %w", d.Name, k+1, err))
				continue
			}
			all = append(all, Source{ID: o.Source(), Name: o.Name(), Query: o})
		}
	}
	return all, errors.Join(errs...)
}

// ReadAll reads every source directly, without a store: files whole, queries for
// the days from first to the day before now. Progress may be nil.
func ReadAll(ctx context.Context, sources []Source, first money.Day, now time.Time, progress func(done, total int64)) ([]money.Reading, error) {
	var days []money.Day
	for day := first; day < money.DayOf(now); day++ {
		days = append(days, day)
	}
	var all []money.Reading
	for _, s := range sources {
		if s.Query != nil {
			all = append(all, s.Query.Read(ctx, days, now))
			continue
		}
		r, _, err := s.Files.Read(ctx, now, nil, progress)
		if err != nil {
			return all, err
		}
		all = append(all, r)
	}
	return all, ctx.Err()
}
