package ingest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/config"
	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/playbooks/handbook"
)

const (
	// WeeksBack is how many weeks of costs are judged from: eight are charted, each against the six before it, and two more
	// for the trend.
	WeeksBack = 16
	// usersBack is how many weeks of users growth is measured from.
	usersBack = 10
	// postedBack is how many weeks are looked through for the digest before: days that wait for longer are judged no more.
	postedBack = 8
)

// About is what a digest is gathered for.
type About struct {
	Digest   string
	Channel  string // where it is read
	Week     money.Week
	Now      time.Time
	Sources  []Source
	Units    []config.Unit // what costs are divided by, beside users
	Skipped  int           // times before this one at which nothing was posted
	Settings report.Settings
	Filter   money.Filter       // which charges it is about; without one all
	Handbook *handbook.Handbook // nil: the sheet as it was given
	// Tells reports of which other channels the readers of one may be told incidents; nil: of all.
	Tells func(ctx context.Context, to string, channels []string) map[string]bool
}

// Gather brings together what a digest is judged from. It fails only when the
// store does not answer: what else is missing is named in the input.
func Gather(ctx context.Context, st *store.Store, o Organisation, a About) (report.Input, error) {
	in := report.Input{Name: a.Digest, Week: a.Week, Now: a.Now, Settings: a.Settings, Filter: a.Filter, Handbook: a.Handbook}
	if a.Skipped > 0 {
		times := "once"
		if a.Skipped > 1 {
			times = fmt.Sprintf("%d times", a.Skipped)
		}
		in.Absent = append(in.Absent, "This digest was due "+times+" while no replica was running: nothing was posted then.")
	}
	var errs []error
	note := func(err error) { errs = append(errs, err) }
	var err error
	absent := func(unread []*store.Unreadable) {
		for _, u := range unread {
			in.Absent = append(in.Absent, textutil.Capital(u.Error())+".")
		}
	}
	var unread []*store.Unreadable
	in.Readings, unread, err = stored(ctx, st.Costs, a)
	note(err)
	absent(unread)
	in.Restated, err = st.Costs.Restated(ctx)
	note(err)
	in.Adoptions, unread, err = st.Digests.Adoptions(ctx)
	note(err)
	absent(unread)
	expected, unread, err := st.Digests.Expected(ctx)
	note(err)
	absent(unread)
	for _, e := range expected {
		in.Expected = append(in.Expected, e)
	}
	slices.SortFunc(in.Expected, func(a, b report.Expectation) int { return strings.Compare(a.Series, b.Series) })
	in.Posted, in.Again, err = before(ctx, st.Digests, a)
	note(err)
	in.Watched, err = st.Digests.Watched(ctx, a.Digest)
	note(err)
	in.Raised, err = raised(ctx, st.Digests, a.Digest)
	note(err)
	var missing []string
	in.Incidents, missing, err = incidents(ctx, st, a)
	note(err)
	in.Absent = append(in.Absent, missing...)
	users, err := st.Costs.UsersByWeek(ctx, a.Week, usersBack)
	note(err)
	in.Units, err = Units(ctx, st.Costs, o.Prometheus, a.Units, a.Week)
	note(err)
	in.Organisation = o.Ask(ctx, a.Now)
	in.Organisation.UsersByWeek = users
	return in, errors.Join(errs...)
}

// Costs brings together the costs alone, which budgets are judged from.
func Costs(ctx context.Context, costs *store.Costs, a About) (report.Input, error) {
	readings, _, err := stored(ctx, costs, a)
	return report.Input{Name: a.Digest, Week: a.Week, Now: a.Now, Settings: a.Settings, Filter: a.Filter, Readings: readings}, err
}

// Watch brings together what the daily watch judges spikes from.
func Watch(ctx context.Context, st *store.Store, a About) (report.Input, error) {
	in, err := Costs(ctx, st.Costs, a)
	if err != nil {
		return in, err
	}
	expected, _, err := st.Digests.Expected(ctx)
	if err != nil {
		return in, err
	}
	in.Expected = slices.Collect(maps.Values(expected))
	// What the newest digest told as a new level.
	a.Week = a.Week.Add(1)
	if in.Posted, _, err = before(ctx, st.Digests, a); err != nil {
		return in, err
	}
	in.Raised, err = raised(ctx, st.Digests, a.Digest)
	return in, err
}

// stored reads what the digest's sources told. A source that was never read is
// there too, with a note; so is one with days that cannot be read.
func stored(ctx context.Context, costs *store.Costs, a About) (all []money.Reading, unread []*store.Unreadable, err error) {
	told, unread, err := costs.CostSources(ctx)
	if err != nil {
		return nil, nil, err
	}
	last := a.Week.Add(1).Monday() - 1
	for _, s := range a.Sources {
		r, ok := told[s.ID]
		if !ok {
			r = money.Reading{Source: s.ID, Name: s.Name, At: a.Now, Notes: []money.Note{{Text: s.Name + " has not been read yet, so its costs are missing."}}}
		}
		r.Forced = s.Files != nil && s.Files.Column != ""
		var broken []*store.Unreadable
		if r.Days, broken, err = costs.Days(ctx, s.ID, a.Week.Add(-WeeksBack).Monday(), last+7); err != nil {
			return nil, nil, err
		}
		if len(broken) > 0 {
			r.Notes = append(r.Notes, money.Note{Text: fmt.Sprintf("Missing, because what is stored cannot be read: %s.", store.Named(broken))})
		}
		// What is stored counts, also while the source itself is away.
		if newest, ok := r.Days.Newest(); ok && !r.Known {
			r.Newest, r.Known = newest, true
		}
		if age := a.Now.Sub(r.At); ok && age > 26*time.Hour {
			r.Notes = append(r.Notes, money.Note{Text: fmt.Sprintf("%s was last read %d hours ago.", s.Name, int(age.Hours()))})
		}
		all = append(all, r)
	}
	return all, unread, nil
}

// before finds what the same digest said about the last week that it told before this
// one, and about this one. A document that cannot be read is as one that is not there.
func before(ctx context.Context, digests *store.Digests, a About) (posted *report.Posted, again []report.Posted, err error) {
	var all []report.Report
	for back := 0; back <= postedBack && posted == nil; back++ {
		made, err := digests.Named(ctx, a.Digest, a.Week.Add(-back))
		if err != nil {
			return nil, nil, err
		}
		for _, d := range made {
			if d.Report.Filter == report.FilterName(a.Filter) { // else it was about something else
				all = append(all, d.Report)
			}
		}
		posted, again = report.Earlier(all, a.Week)
	}
	return posted, again, nil
}

// raised are a digest's spikes that have incidents, by series.
func raised(ctx context.Context, digests *store.Digests, digest string) (map[string]report.Raised, error) {
	all, err := digests.Raised(ctx)
	own := map[string]report.Raised{}
	for key, r := range all {
		if series, is := strings.CutPrefix(key, report.AlarmKey(digest, "")); is {
			own[series] = r
		}
	}
	return own, err
}
