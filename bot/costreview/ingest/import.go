package ingest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"reflect"
	"runtime/debug"
	"time"

	"github.com/signalbook/signalbook/bot/config"
	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/source"
	"github.com/signalbook/signalbook/bot/promquery"
	"github.com/signalbook/signalbook/bot/store"
)

const (
	// lookEvery is how often files are looked at (names, sizes and times; only what changed is read), and askEvery how
	// often queries are asked again.
	lookEvery = time.Minute
	askEvery  = time.Hour
	// settle is after how long a day is taken for final, and asked for no more.
	settle = 48 * time.Hour
	// history is how many days are asked for the first time; later only those that are missing within recent days:
	// Prometheus forgets after 15 by default.
	history, recent = 112, 15
	// storedBack is how many days back stored costs are compared with what is read: all that are kept.
	storedBack = 800
	// silence is after how long a source that no replica can see is said to be missing.
	silence = 24 * time.Hour
)

// Importer reads the cost sources that this replica can see, and stores what they
// tell. All replicas run one; each source is read by one at a time, under a lease.
type Importer struct {
	Costs   *store.Costs
	Replica string // letters and digits
	Sources func() []Source
	// Users asks how many users there are; ok is false when nobody knows.
	Users func(ctx context.Context) (users float64, ok bool)
	// Units are what costs are divided by beside users, and who counts them; nil: nothing.
	Units  func() ([]config.Unit, *promquery.Prometheus)
	Logger *slog.Logger
	Now    func() time.Time
	Every  time.Duration // 0: a minute

	files       map[string]map[string]source.File // by source: what was read, so that it is not read again
	asked       map[string]time.Time              // by source: when its query was
	counted     time.Time                         // when the users were
	unitsAt     time.Time                         // when the units were
	unitsFilled map[string]bool                   // by unitID, of whose weeks before Prometheus was asked
	told        map[string]string                 // by source: the last trouble in the log
}

// Run imports until the context ends.
func (im *Importer) Run(ctx context.Context) error {
	im.begin()
	every := im.Every
	if every == 0 {
		every = lookEvery
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		im.round(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// begin forgets everything that was read.
func (im *Importer) begin() {
	im.files, im.asked, im.told = map[string]map[string]source.File{}, map[string]time.Time{}, map[string]string{}
}

// round looks at every source once.
func (im *Importer) round(ctx context.Context) {
	seen := map[string]bool{}
	for _, s := range im.Sources() {
		if seen[s.ID] || ctx.Err() != nil {
			continue
		}
		seen[s.ID] = true
		err := im.guarded(ctx, s)
		switch {
		case ctx.Err() != nil:
			return
		case err == nil:
			delete(im.told, s.ID)
		case im.told[s.ID] != err.Error():
			im.told[s.ID] = err.Error()
			im.Logger.Warn("costs could not be imported", "source", s.Name, "error", err)
		}
	}
	// What is configured no more is forgotten.
	maps.DeleteFunc(im.files, func(id string, _ map[string]source.File) bool { return !seen[id] })
	maps.DeleteFunc(im.asked, func(id string, _ time.Time) bool { return !seen[id] })
	im.users(ctx)
	im.units(ctx)
}

// guarded imports one source. What panics over odd bytes must not end the bot, on one
// replica after the other.
func (im *Importer) guarded(ctx context.Context, s Source) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v; this is a defect of Signalbook, please report it", p)
			im.Logger.Error("panic while costs were imported", "source", s.Name, "panic", p, "stack", string(debug.Stack()))
		}
	}()
	return im.one(ctx, s)
}

// one imports one source, when it is this replica's turn.
func (im *Importer) one(ctx context.Context, s Source) error {
	now := im.Now()
	if s.Files != nil && !s.Files.Any() {
		return im.blind(ctx, s, now)
	}
	if s.Query != nil && now.Sub(im.asked[s.ID]) < askEvery && !now.Before(im.asked[s.ID]) {
		return nil
	}
	mine, err := im.Costs.TakeImport(ctx, s.ID, im.Replica)
	if err != nil || !mine {
		return err
	}
	ctx, release := im.hold(ctx, s)
	defer release()
	before, _, err := im.Costs.CostSources(ctx) // one that cannot be read is read anew
	if err != nil {
		return err
	}
	if s.Query != nil {
		return im.ask(ctx, s, now, before[s.ID])
	}
	reading, files, err := s.Files.Read(ctx, now, im.files[s.ID], nil)
	if err != nil {
		return err
	}
	last, ok := before[s.ID]
	if ok && last.Known == reading.Known && reflect.DeepEqual(files, im.files[s.ID]) && last.At.Before(now) && now.Sub(last.At) < askEvery {
		return nil // nothing new since
	}
	if unread(files) {
		if err := im.keepStored(ctx, &reading); err != nil {
			return err
		}
	}
	if err := im.save(ctx, reading, last); err != nil {
		return err
	}
	im.files[s.ID] = files
	im.Logger.Info("costs imported", "source", s.Name, "rows", reading.Rows, "days_changed", len(reading.Days), "newest", reading.Newest.String(), "notes", len(reading.Notes))
	return nil
}

// unread reports whether something of the files is not counted, because it could not
// be read to its end.
func unread(files map[string]source.File) bool {
	for _, f := range files {
		if f.Unread() {
			return true
		}
	}
	return false
}

// keepStored leaves the days alone that were told before: what is missing now would
// be taken off them.
func (im *Importer) keepStored(ctx context.Context, reading *money.Reading) error {
	newest, ok := reading.Days.Newest()
	if !ok {
		return nil
	}
	stored, _, err := im.Costs.Days(ctx, reading.Source, newest-storedBack, newest)
	if err != nil {
		return err
	}
	maps.DeleteFunc(reading.Days, func(day money.Day, _ map[money.Group]money.Cost) bool { return len(stored[day]) > 0 })
	return nil
}

// hold keeps the lease while the source is read. The context ends when the lease is
// lost; release hands it back.
func (im *Importer) hold(ctx context.Context, s Source) (held context.Context, release func()) {
	held, cancel := context.WithCancelCause(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		ticker := time.NewTicker(store.ImportFor / 4)
		defer ticker.Stop()
		for {
			select {
			case <-held.Done():
				return
			case <-ticker.C:
			}
			if mine, err := im.Costs.TakeImport(held, s.ID, im.Replica); err == nil && !mine {
				cancel(errors.New("another replica reads the source by now"))
			}
		}
	}()
	return held, func() {
		cancel(nil)
		<-done
		back, stop := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer stop()
		if err := im.Costs.LeaveImport(back, s.ID, im.Replica); err != nil {
			im.Logger.Warn("the lease of a cost source expires by itself", "source", s.Name, "error", err)
		}
	}
}

// blind says that nobody sees the files of a source, once nobody has for a day.
func (im *Importer) blind(ctx context.Context, s Source, now time.Time) error {
	if _, missed, err := im.missed(ctx, s, now); err != nil || !missed {
		return err
	}
	mine, err := im.Costs.TakeImport(ctx, s.ID, im.Replica)
	if err != nil || !mine {
		return err
	}
	ctx, release := im.hold(ctx, s)
	defer release()
	// Another replica may have told of them just before it left the lease to this one.
	last, missed, err := im.missed(ctx, s, now)
	if err != nil || !missed {
		return err
	}
	reading, _, err := s.Files.Read(ctx, now, nil, nil)
	if err != nil {
		return err
	}
	if last.Known {
		// What was told before stays told; that it is old is said.
		reading.Newest, reading.Rows, reading.Column, reading.Lacks = last.Newest, last.Rows, last.Column, last.Lacks
		reading.Measured, reading.Commitments, reading.Blind = last.Measured, last.Commitments, last.Blind
	}
	return im.Costs.SaveCosts(ctx, reading, nil)
}

// missed reports whether no replica has seen a source for a day, and what was told
// of it last.
func (im *Importer) missed(ctx context.Context, s Source, now time.Time) (last money.Reading, missed bool, err error) {
	sources, _, err := im.Costs.CostSources(ctx)
	if err != nil {
		return last, false, err
	}
	last, ok := sources[s.ID]
	return last, !ok || last.Known && now.Sub(last.At) >= silence, nil
}

// ask asks a query source for the days that are not stored yet, or not settled.
func (im *Importer) ask(ctx context.Context, s Source, now time.Time, before money.Reading) error {
	today := money.DayOf(now)
	stored, _, err := im.Costs.Days(ctx, s.ID, today-history, today)
	if err != nil {
		return err
	}
	first := today - recent
	if !before.Known { // nothing was told yet: nobody may have answered until now
		first = today - history
	}
	var days []money.Day
	for day := first; day < today; day++ {
		if _, ok := stored[day]; !ok || !settled(day, now) {
			days = append(days, day)
		}
	}
	reading := s.Query.Read(ctx, days, now)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	// What it has is also what it told before.
	if newest, ok := stored.Newest(); ok && (!reading.Known || newest > reading.Newest) {
		reading.Newest, reading.Known = newest, true
	}
	if err := im.save(ctx, reading, before); err != nil {
		return err
	}
	im.asked[s.ID] = now
	im.Logger.Info("costs imported", "source", s.Name, "days_changed", len(reading.Days), "notes", len(reading.Notes))
	return nil
}

func settled(day money.Day, now time.Time) bool {
	return now.Sub((day + 1).Time()) >= settle
}

// save stores what is new of a reading, whose other days are dropped, and beside it
// which days changed that were settled when the source was read before.
func (im *Importer) save(ctx context.Context, reading, before money.Reading) error {
	var restated []money.Restatement
	if before.Known && len(reading.Days) > 0 {
		oldest, newest := money.Day(0), money.Day(0)
		for day := range reading.Days {
			if oldest == 0 || day < oldest {
				oldest = day
			}
			newest = max(newest, day)
		}
		was, _, err := im.Costs.Days(ctx, reading.Source, oldest, newest)
		if err != nil {
			return err
		}
		restated = changed(reading.Source, was, reading.Days, before.At, reading.At)
		// What is stored already is not written again, every hour.
		maps.DeleteFunc(reading.Days, func(day money.Day, groups map[money.Group]money.Cost) bool { return maps.Equal(was[day], groups) })
	}
	if err := im.Costs.SaveCosts(ctx, reading, restated); err != nil {
		return fmt.Errorf("import %s: %w", reading.Name, err)
	}
	return nil
}

// users remembers how many users this week has.
func (im *Importer) users(ctx context.Context) {
	now := im.Now()
	if im.Users == nil || (now.Sub(im.counted) < askEvery && !now.Before(im.counted)) {
		return
	}
	users, ok := im.Users(ctx)
	if !ok {
		return
	}
	if err := im.Costs.SaveUsers(ctx, money.WeekOf(money.DayOf(now)), users); err != nil {
		im.Logger.Warn("the number of users could not be remembered", "error", err)
		return
	}
	im.counted = now
}
