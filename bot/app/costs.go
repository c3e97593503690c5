package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	promconfig "github.com/prometheus/common/config"

	"github.com/signalbook/signalbook/bot/config"
	"github.com/signalbook/signalbook/bot/coordinator"
	"github.com/signalbook/signalbook/bot/costreview/ingest"
	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/costreview/source"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/promquery"
	"github.com/signalbook/signalbook/bot/store"
)

// costs is whom the digests of a configuration ask.
type costs struct {
	prometheus *promquery.Prometheus      // nil: not configured
	sources    map[string][]ingest.Source // by digest
}

// connect connects the digests of a configuration to their sources.
func connect(c *config.Config) (costs, error) {
	r := costs{sources: map[string][]ingest.Source{}}
	var asked source.Querier
	if c.Prometheus != nil {
		p, err := promquery.New(promquery.Config{URL: c.Prometheus.URL, HTTP: promconfig.HTTPClientConfig(*c.Prometheus.HTTPConfig)})
		if err != nil {
			return r, fmt.Errorf("prometheus: %w", err)
		}
		r.prometheus, asked = p, p
	}
	for _, d := range c.Digests {
		sources, err := ingest.Sources(d, asked)
		if err != nil {
			return r, err
		}
		r.sources[d.Name] = sources
	}
	return r, nil
}

// About is what a digest is gathered for.
func (s *Settings) About(name string, now time.Time) ingest.About {
	a := ingest.About{Digest: name, Week: report.WeekBefore(now.UTC()), Now: now, Sources: s.costs.sources[name], Handbook: s.Handbook}
	for _, d := range s.Config.Digests {
		if d.Name == name {
			a.Week = report.WeekBefore(d.In(now))
			a.Settings = report.Settings{Settle: time.Duration(d.Settle), Floor: d.Floor, Currency: d.Currency, Rates: d.Rates, Budgets: s.budgets(d), By: d.By, Links: costLinks(d)}
			a.Filter = d.Filter
			a.Units = d.Units
		}
	}
	return a
}

// costLinks are a digest's, from services' costs to consoles.
func costLinks(d config.Digest) (all []money.Link) {
	for _, l := range d.Links {
		all = append(all, money.Link{Title: l.Title, URL: l.URL, Filter: l.Filter})
	}
	return all
}

// budgets are a digest's, with who is told.
func (s *Settings) budgets(d config.Digest) (all []report.Budget) {
	for _, b := range d.Budgets {
		owners := b.Owners
		if len(owners) == 0 {
			owners = s.Config.Routes.Owners
		}
		all = append(all, report.Budget{Name: b.Name, Amount: b.Amount.Value, Filter: b.Filter, Owners: owners})
	}
	return all
}

// Organisation is whom to ask for the organisation's numbers.
func (s *Settings) Organisation() ingest.Organisation {
	return ingest.Organisation{Config: s.Config.Organisation, Prometheus: s.costs.prometheus}
}

// coordinatorDigests are the digests as the coordinator posts them.
func (s *Settings) coordinatorDigests() []coordinator.Digest {
	var all []coordinator.Digest
	for _, d := range s.Config.Digests {
		all = append(all, coordinator.Digest{Name: d.Name, Channel: d.Channel, Schedule: d.Schedule + " " + d.TimeZone, Next: d.Next, In: d.In})
		if a := d.Anomalies; a != nil {
			all[len(all)-1].Watched, all[len(all)-1].Alarms = true, a.Channel
		}
	}
	return all
}

func (s *Settings) digestNames() []string {
	var names []string
	for _, d := range s.Config.Digests {
		names = append(names, d.Name)
	}
	return names
}

// digestClock is the clock by which costs settle, day by day: Redis'.
func (a *App) digestClock(st *store.Store) func() time.Time {
	if a.opts.Timing.Now != nil {
		return a.opts.Timing.Now
	}
	return st.Now
}

// report gathers and judges a digest for the coordinator.
func (a *App) report(st *store.Store, tells tells) func(context.Context, coordinator.Digest, coordinator.Wanted) (report.Report, error) {
	return func(ctx context.Context, d coordinator.Digest, w coordinator.Wanted) (report.Report, error) {
		s := a.settings.Load()
		about := s.About(d.Name, w.At)
		about.Skipped = w.Skipped
		about.Channel, about.Tells = d.Channel, tells
		in, err := ingest.Gather(ctx, st, s.Organisation(), about)
		if err != nil {
			return report.Report{}, err
		}
		return report.Judge(in), nil
	}
}

// notices decides what owners have to hear of a digest's budgets, for the coordinator.
func (a *App) notices(st *store.Store) func(context.Context, coordinator.Digest, time.Time, map[string]report.Told) ([]report.Notice, error) {
	return func(ctx context.Context, d coordinator.Digest, now time.Time, told map[string]report.Told) ([]report.Notice, error) {
		about := a.settings.Load().About(d.Name, now)
		if len(about.Settings.Budgets) == 0 {
			return nil, nil
		}
		in, err := ingest.Costs(ctx, st.Costs, about)
		if err != nil {
			return nil, err
		}
		return report.Notices(in, told), nil
	}
}

// watch decides which spikes of a digest have to be told now, for the coordinator.
func (a *App) watch(st *store.Store) func(context.Context, coordinator.Digest, time.Time, report.Watched) ([]report.Alarm, report.Watched, error) {
	return func(ctx context.Context, d coordinator.Digest, now time.Time, known report.Watched) ([]report.Alarm, report.Watched, error) {
		s := a.settings.Load()
		least, watched := s.leastAlarm(d.Name)
		if !watched {
			return nil, known, nil
		}
		in, err := ingest.Watch(ctx, st, s.About(d.Name, now))
		if err != nil {
			return nil, known, err
		}
		alarms, next := report.Watch(in, known, least)
		return alarms, next, nil
	}
}

// leastAlarm is the least excess of a digest's spike that is told at once; ok is false
// when nobody watches it.
func (s *Settings) leastAlarm(name string) (least float64, ok bool) {
	for _, d := range s.Config.Digests {
		if d.Name == name && d.Anomalies != nil {
			return d.Anomalies.Least(), true
		}
	}
	return 0, false
}

// tells reports of which channels the readers of another may be told incidents; see
// [interaction.Handler.Tells].
type tells func(ctx context.Context, to string, channels []string) map[string]bool

// gather gathers a digest for who asks.
func (a *App) gather(st *store.Store, tells tells) func(context.Context, string, time.Time) (report.Input, error) {
	return func(ctx context.Context, name string, now time.Time) (report.Input, error) {
		if a.opts.Timing.Now != nil {
			now = a.opts.Timing.Now()
		}
		s := a.settings.Load()
		about := s.About(name, now)
		about.Channel, about.Tells = s.digestChannel(name), tells
		return ingest.Gather(ctx, st, s.Organisation(), about)
	}
}

// organisation asks for the organisation's numbers, with the stored weeks that
// growth is measured from.
func (a *App) organisation(st *store.Store) func(context.Context, time.Time) report.Organisation {
	return func(ctx context.Context, now time.Time) report.Organisation {
		told := a.settings.Load().Organisation().Ask(ctx, now)
		weeks, err := ingest.UsersByWeek(ctx, st.Costs, now)
		if err != nil {
			a.opts.Logger.Warn("the stored weeks of users could not be read, so growth is not measured", "error", err)
		}
		told.UsersByWeek = weeks
		return told
	}
}

// importer reads the cost sources that this replica can see.
func (a *App) importer(st *store.Store, replica string) *ingest.Importer {
	return &ingest.Importer{
		Costs: st.Costs, Replica: replica, Logger: a.opts.Logger, Now: a.digestClock(st), Every: a.opts.Timing.Imports,
		Sources: func() []ingest.Source {
			s := a.settings.Load()
			var all []ingest.Source
			for _, name := range s.digestNames() {
				all = append(all, s.costs.sources[name]...)
			}
			return all
		},
		Units: func() ([]config.Unit, *promquery.Prometheus) {
			s := a.settings.Load()
			var all []config.Unit
			for _, d := range s.Config.Digests {
				all = append(all, d.Units...)
			}
			return all, s.costs.prometheus
		},
		Users: func(ctx context.Context) (float64, bool) {
			users := a.settings.Load().Organisation().Ask(ctx, a.digestClock(st)()).Users
			return users.Value, users.Known
		},
	}
}

// AskForDigest asks for the only configured digest, as a person would.
func (a *App) AskForDigest(ctx context.Context) error {
	st := a.store.Load()
	if st == nil {
		return fmt.Errorf("not ready: %s", *a.unready.Load())
	}
	_, _, err := st.Put(ctx, event.Event{
		Op: rand.Text(), At: time.Now().UTC().Truncate(time.Millisecond), Digest: &event.DigestAct{Verb: report.VerbPost, Again: true},
	})
	return err
}
