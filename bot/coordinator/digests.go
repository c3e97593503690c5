package coordinator

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/outbox"
	"github.com/signalbook/signalbook/bot/pause"
	"github.com/signalbook/signalbook/bot/sender"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/bot/topic"
)

// Digest is one message that is posted on schedule.
type Digest struct {
	Name, Channel string
	// Schedule says when it is due, in any words: with others it begins anew, and what the old ones missed is not made up.
	Schedule string
	// Next is the first time after another at which it is due; zero: never.
	Next func(after time.Time) time.Time
	// In is a time on the clock of its zone, by which weeks end; nil: UTC's.
	In func(time.Time) time.Time
	// Watched: its spikes are told on the day that they are settled, in Alarms; empty: in the route's channel.
	Watched bool
	Alarms  string
}

// week is the week that the digest reviews at a moment.
func (d Digest) week(at time.Time) money.Week {
	if d.In == nil {
		return report.WeekBefore(at.UTC())
	}
	return report.WeekBefore(d.In(at))
}

// Wanted says for when a digest is made, and how many of its times before were
// skipped because nobody was running.
type Wanted struct {
	At      time.Time
	Skipped int
}

const (
	digestEvery = time.Second
	// digestRest is the longest wait after a failure.
	digestRest = 30 * time.Second
	// costsEvery is how often costs are looked at between the digests: they change a few times a day.
	costsEvery = time.Hour
	// makeUpFor is how late a digest is still posted.
	makeUpFor = 24 * time.Hour
	// gatherFor bounds the gathering: sources that do not answer by then are named as missing.
	gatherFor = 2 * time.Minute
	// maxTicks bounds the times too old to be made up that are counted after a long silence.
	maxTicks = 10_000
)

// digestNamed finds a configured digest; without a name the only one.
func (t *term) digestNamed(name string) (Digest, bool) {
	all := t.c.Settings().Digests
	if name == "" && len(all) == 1 {
		return all[0], true
	}
	for _, d := range all {
		if d.Name == name {
			return d, true
		}
	}
	return Digest{}, false
}

// digestWork asks the sender for a look at a digest.
func (t *term) digestWork(d report.Document, clicked ...string) sender.Item {
	return sender.Item{Topic: topic.Digest(d.Number), Channel: t.people.Channel(d.Channel), Priority: outbox.PriorityOf(false, outbox.ClassRoot, d.Tick), Clicked: clicked}
}

// post makes the digests that are due, and those that people ask for.
func (t *term) post(ctx context.Context) error {
	told := map[string]time.Time{} // ticks too old to be made up, so that each is said once
	var looked, watched time.Time  // at the budgets, at the spikes
	wait := digestEvery
	for pause.For(ctx, wait) {
		err := errors.Join(t.scheduled(ctx, told), t.wished(ctx), t.hourly(ctx, &looked, t.tellOfBudgets), t.hourly(ctx, &watched, t.watchSpikes))
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, store.ErrFenced):
			return errLeaseLost
		case err != nil:
			// Not known what was stored: what was, nobody has told the sender.
			t.sender.Refresh()
			wait = min(2*wait, digestRest)
			t.log.Warn("digests wait", "error", err, "again_in", wait)
		default:
			wait = digestEvery
		}
	}
	return nil
}

// hourly looks at costs when the last look that went well was long enough ago.
func (t *term) hourly(ctx context.Context, looked *time.Time, look func(context.Context, time.Time) error) error {
	now := t.c.Now()
	if now.Sub(*looked) < costsEvery && !now.Before(*looked) {
		return nil
	}
	err := look(ctx, now)
	if err == nil {
		*looked = now
	}
	return err
}

// scheduled posts every digest whose time has come. One that fails does not hold up
// the others.
func (t *term) scheduled(ctx context.Context, told map[string]time.Time) error {
	passed, err := t.c.Store.Digests.Passed(ctx)
	if err != nil {
		return err
	}
	var errs []error
	now := t.c.Now()
	for _, d := range t.c.Settings().Digests {
		errs = append(errs, t.inTime(ctx, d, passed[d.Name], now, told))
		delete(passed, d.Name)
	}
	for name := range passed { // configured no more: when it is again, its first time is the next one
		errs = append(errs, t.commitReview(ctx, store.DigestWrites{Unpass: name}))
	}
	return errors.Join(errs...)
}

// inTime posts one digest when its time has come since the last that was dealt with.
func (t *term) inTime(ctx context.Context, d Digest, last store.Passed, now time.Time, told map[string]time.Time) error {
	pass := store.Passed{Tick: store.Tick{Digest: d.Name, At: now}, Schedule: d.Schedule}
	if last.At.IsZero() || last.Schedule != d.Schedule {
		// It was not configured like this before: its first time is the next one.
		return t.commitReview(ctx, store.DigestWrites{Passed: &pass})
	}
	due, skipped := d.due(last.At, now)
	switch {
	case due.IsZero():
	case now.Sub(due) > makeUpFor:
		if !told[d.Name].Equal(due) {
			told[d.Name] = due
			t.log.Warn("a digest is too late to be made up; the next one says so", "digest", d.Name, "was_due", due)
		}
	default:
		pass.At = due
		if err := t.makeDigest(ctx, d, Wanted{At: due, Skipped: skipped}, store.DigestWrites{Tick: &pass.Tick, Passed: &pass}, ""); err != nil {
			return fmt.Errorf("make digest %s for %s: %w", d.Name, due.Format(time.RFC3339), err)
		}
	}
	return nil
}

// due is the newest time after last that has come, and how many came before it: all
// of the last day, and of those before up to maxTicks.
func (d Digest) due(last, now time.Time) (due time.Time, skipped int) {
	for at := d.Next(last); !at.IsZero() && !at.After(now); at = d.Next(at) {
		if !due.IsZero() {
			skipped++
		}
		due = at
		if dayAgo := now.Add(-makeUpFor); skipped >= maxTicks && at.Before(dayAgo) {
			at = dayAgo
		}
	}
	return due, skipped
}

// wished posts what people asked for.
func (t *term) wished(ctx context.Context) error {
	asked, unread, err := t.c.Store.Digests.Asked(ctx)
	if err != nil {
		return err
	}
	t.documents.Met(unread...)
	var errs []error
	for _, a := range asked {
		d, ok := t.digestNamed(a.Digest)
		if !ok {
			t.log.Warn("a digest that was asked for is no longer configured", "digest", a.Digest)
			errs = append(errs, t.commitReview(ctx, store.DigestWrites{Unask: a.Op}))
			continue
		}
		if err := t.makeDigest(ctx, d, Wanted{At: a.At}, store.DigestWrites{Unask: a.Op}, a.By); err != nil {
			errs = append(errs, fmt.Errorf("make digest %s as asked: %w", d.Name, err))
		}
	}
	return errors.Join(errs...)
}

// makeDigest gathers, judges and commits one digest; the sender posts it.
func (t *term) makeDigest(ctx context.Context, d Digest, w Wanted, review store.DigestWrites, askedBy string) error {
	newest, err := t.c.Store.Digests.Newest(ctx)
	if err != nil {
		return err
	}
	document := report.Document{Schema: report.Schema, Number: newest + 1, Version: 1, Tick: w.At, AskedBy: askedBy}
	d.Channel, document.Belongs, document.BelongsWhy = t.people.Settle(d.Channel, t.c.Settings().Route(nil).Fallback)
	document.Channel = d.Channel
	if document.Report, err = t.report(ctx, d, w); err != nil {
		return err
	}
	others, err := t.digestsOf(ctx, document.Report.Week)
	if err != nil {
		return err
	}
	document, _ = document.WithMarks(report.MarksOf(others))
	review.Digest = &store.SavedDigest{Document: document}
	err = t.commitReview(ctx, review)
	if errors.Is(err, store.ErrVersion) && review.Tick != nil {
		// An earlier try was stored after all, or another coordinator's was: it is dirty, and the sender will find it.
		t.sender.Refresh()
		return t.commitReview(ctx, store.DigestWrites{Passed: review.Passed})
	}
	if err != nil {
		return err
	}
	t.log.Info("a digest is made", "digest", d.Name, "number", document.ID(), "week", document.Report.Week.String(), "asked_by", askedBy)
	t.sender.Add(t.digestWork(document))
	return t.forgetDigests(ctx)
}

// report finds out what a digest tells.
func (t *term) report(ctx context.Context, d Digest, w Wanted) (report.Report, error) {
	return guarded(ctx, func(ctx context.Context) (report.Report, error) { return t.c.Report(ctx, d, w) })
}

// guarded gathers and judges. What panics in there must not end the coordinator, and the
// next one after it.
func guarded[T any](ctx context.Context, judge func(context.Context) (T, error)) (told T, err error) {
	ctx, cancel := context.WithTimeout(ctx, gatherFor)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v; this is a defect of Signalbook, please report it: %s", p, debug.Stack())
		}
	}()
	return judge(ctx)
}

// forgetDigests lets old digests go the way of old incidents.
func (t *term) forgetDigests(ctx context.Context) error {
	kept := t.c.Settings().Retention.For
	if kept <= 0 {
		return nil
	}
	_, err := t.c.Store.Digests.Forget(ctx, t.lease.Fence, t.c.Now().Add(-kept), 10)
	return err
}

func (t *term) commitReview(ctx context.Context, review store.DigestWrites) error {
	each, err := t.c.Store.Commit(ctx, t.lease.Fence, store.Commit{Now: t.c.Now(), Review: review})
	if err != nil {
		return err
	}
	return each[0]
}
