package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	promconfig "github.com/prometheus/common/config"

	"github.com/signalbook/signalbook/bot/config"
	"github.com/signalbook/signalbook/bot/coordinator"
	"github.com/signalbook/signalbook/bot/costreview/ingest"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/costreview/source"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/promquery"
	"github.com/signalbook/signalbook/bot/store"
)

// reviews are the digests of a configuration with whom they ask.
type reviews struct {
	prometheus *promquery.Prometheus      // nil: not configured
	sources    map[string][]ingest.Source // by digest
}

// newReviews connects the digests of a configuration to their sources.
func newReviews(c *config.Config) (reviews, error) {
	r := reviews{sources: map[string][]ingest.Source{}}
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

// about is what a digest is gathered for.
func (s *settings) about(name string, now time.Time) ingest.About {
	a := ingest.About{Digest: name, Week: report.WeekBefore(now), Now: now, Sources: s.reviews.sources[name], Handbook: s.handbook}
	for _, d := range s.config.Digests {
		if d.Name == name {
			a.Settings = report.Settings{Settle: time.Duration(d.Settle), Floor: d.Floor}
		}
	}
	return a
}

// organisation is whom to ask for the organisation's numbers.
func (s *settings) organisation() ingest.Organisation {
	return ingest.Organisation{Config: s.config.Organisation, Prometheus: s.reviews.prometheus}
}

// coordinatorDigests are the digests as the coordinator posts them.
func (s *settings) coordinatorDigests() []coordinator.Digest {
	var all []coordinator.Digest
	for _, d := range s.config.Digests {
		all = append(all, coordinator.Digest{Name: d.Name, Channel: d.Channel, Schedule: d.Schedule + " " + d.TimeZone, Next: d.Next})
	}
	return all
}

func (s *settings) digestNames() []string {
	var names []string
	for _, d := range s.config.Digests {
		names = append(names, d.Name)
	}
	return names
}

// digestClock is the clock by which costs settle, day by day: Redis'.
func digestClock(st *store.Store) func() time.Time {
	if haste.now != nil {
		return haste.now
	}
	return st.Now
}

// report gathers and judges a digest for the coordinator.
func (b *bot) report(st *store.Store, tells tells) func(context.Context, coordinator.Digest, coordinator.Wanted) (report.Report, error) {
	return func(ctx context.Context, d coordinator.Digest, w coordinator.Wanted) (report.Report, error) {
		s := b.settings.Load()
		about := s.about(d.Name, w.At)
		about.Skipped = w.Skipped
		about.Channel, about.Tells = d.Channel, tells
		in, err := ingest.Gather(ctx, st, s.organisation(), about)
		if err != nil {
			return report.Report{}, err
		}
		return report.Judge(in), nil
	}
}

// tells reports of which channels the readers of another may be told incidents; see
// [desk.Desk.Tells].
type tells func(ctx context.Context, to string, channels []string) map[string]bool

// gather gathers a digest for who asks.
func (b *bot) gather(st *store.Store, tells tells) func(context.Context, string, time.Time) (report.Input, error) {
	return func(ctx context.Context, name string, now time.Time) (report.Input, error) {
		if haste.now != nil {
			now = haste.now()
		}
		s := b.settings.Load()
		about := s.about(name, now)
		about.Channel, about.Tells = s.digestChannel(name), tells
		return ingest.Gather(ctx, st, s.organisation(), about)
	}
}

// organisation asks for the organisation's numbers, with the stored weeks that
// growth is measured from.
func (b *bot) organisation(st *store.Store) func(context.Context, time.Time) report.Organisation {
	return func(ctx context.Context, now time.Time) report.Organisation {
		told := b.settings.Load().organisation().Ask(ctx, now)
		weeks, err := ingest.UsersByWeek(ctx, st, now)
		if err != nil {
			b.logger.Warn("the stored weeks of users could not be read, so growth is not measured", "error", err)
		}
		told.UsersByWeek = weeks
		return told
	}
}

// importer reads the cost sources that this replica can see.
func (b *bot) importer(st *store.Store, replica string) *ingest.Importer {
	return &ingest.Importer{
		Store: st, Replica: replica, Logger: b.logger, Now: digestClock(st), Every: haste.imports,
		Sources: func() []ingest.Source {
			s := b.settings.Load()
			var all []ingest.Source
			for _, name := range s.digestNames() {
				all = append(all, s.reviews.sources[name]...)
			}
			return all
		},
		Users: func(ctx context.Context) (float64, bool) {
			users := b.settings.Load().organisation().Ask(ctx, digestClock(st)()).Users
			return users.Value, users.Known
		},
	}
}

// askForDigest asks for the only configured digest, as a person would.
func (b *bot) askForDigest(ctx context.Context) error {
	st := b.store.Load()
	if st == nil {
		return fmt.Errorf("not ready: %s", *b.unready.Load())
	}
	_, _, err := st.Put(ctx, incident.Event{
		Op: rand.Text(), At: time.Now().UTC().Truncate(time.Millisecond), Review: &incident.Review{Verb: incident.ReviewPost, Again: true},
	})
	return err
}
