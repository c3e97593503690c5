package coordinator

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/signalbook/signalbook/bot/archive"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/pause"
	"github.com/signalbook/signalbook/bot/sender"
	"github.com/signalbook/signalbook/bot/store"
)

const (
	retainEvery = time.Minute
	// Incidents leave in small batches with a pause between, so that events never wait long for them.
	retainBatch = 20
	retainPause = 250 * time.Millisecond
	// unshownFor is how much longer an incident stays that Slack does not show as closed yet.
	unshownFor = 30 * 24 * time.Hour
)

// Retention says how long what is over stays in Redis. The zero value means for
// ever.
type Retention struct {
	For time.Duration // since an incident closed, or a storm was over
	// Archive keeps incidents before they leave; nil: they need not be kept. When it returns nil, they outlive a power cut.
	Archive func(records ...archive.Record) error
}

// retain lets closed incidents leave Redis when their time is over. It looks at
// the start of a term and every minute.
func (t *term) retain(ctx context.Context) error {
	if err := t.c.Store.ClearTries(ctx); err != nil && ctx.Err() == nil {
		t.log.Warn("tries of events that are gone were not forgotten", "error", err)
	}
	for {
		err := t.expire(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, store.ErrFenced):
			return errLeaseLost
		case err == nil:
			t.c.health.Clear(aboutArchive)
		default:
			t.log.Warn("what is past its retention could not leave", "error", err, "again_in", t.c.Timing.Retain)
		}
		if !pause.For(ctx, t.c.Timing.Retain) {
			return nil
		}
	}
}

// expire lets everything leave whose time is over.
func (t *term) expire(ctx context.Context) error {
	settings := t.c.Settings()
	if settings.Retention.For <= 0 {
		return nil
	}
	err := t.inBatches(ctx, settings.Retention.For, t.c.Store.PastIncidents, func(past []store.Past, now time.Time) (int64, error) {
		return t.expireIncidents(ctx, settings, past, now)
	})
	if err != nil {
		return err
	}
	return t.inBatches(ctx, settings.Retention.For, t.c.Store.PastStorms, func(past []store.Past, now time.Time) (int64, error) {
		return t.expireStorms(ctx, past, now)
	})
}

// inBatches goes through an index, oldest first, until nothing in it is older
// than the retention. Leave says how many of a batch stay.
func (t *term) inBatches(ctx context.Context, keep time.Duration, list func(ctx context.Context, before time.Time, skip, count int64) ([]store.Past, error), leave func([]store.Past, time.Time) (int64, error)) error {
	for skip := int64(0); ; {
		now := t.c.Store.Now()
		past, err := list(ctx, now.Add(-keep), skip, retainBatch)
		if err != nil || len(past) == 0 {
			return err
		}
		past = settledOrOld(past, now.Add(-keep-unshownFor), &skip)
		if len(past) > 0 {
			stay, err := leave(past, now)
			if err != nil {
				return err
			}
			skip += stay
		}
		if !pause.For(ctx, retainPause) {
			return nil
		}
	}
}

// settledOrOld leaves out what Slack does not show as it is yet, and may still
// come to, and counts it.
func settledOrOld(past []store.Past, hopeless time.Time, skip *int64) []store.Past {
	var gone []store.Past
	for _, p := range past {
		if p.Dirty && p.At.After(hopeless) {
			*skip++
			continue
		}
		gone = append(gone, p)
	}
	return gone
}

// expireIncidents archives a batch and forgets it.
func (t *term) expireIncidents(ctx context.Context, s Settings, past []store.Past, now time.Time) (stay int64, err error) {
	var leaving []incident.Incident
	var records []archive.Record
	for _, p := range past {
		i, ok, err := t.c.Store.Incident(ctx, p.Number)
		switch {
		case errors.Is(err, store.ErrUnreadable):
			t.documents.Met(store.UnreadableOf(err))
			stay++
			continue
		case err != nil:
			return stay, err
		case !ok:
			leaving = append(leaving, incident.Incident{Number: p.Number}) // an index that points nowhere
			continue
		case !over(i, s, now):
			stay++
			continue
		}
		if i.Quiet || s.Retention.Archive == nil {
			leaving = append(leaving, i)
			continue // a quiet one was never shown: there is nothing to tell of it
		}
		timeline, err := t.c.Store.WholeTimeline(ctx, i.Number)
		if errors.Is(err, store.ErrUnreadable) {
			t.documents.Met(store.UnreadableOf(err))
			stay++
			continue
		}
		if err != nil {
			return stay, err
		}
		leaving = append(leaving, i)
		record, err := archive.NewRecord(i, timeline, now)
		if err != nil {
			return stay, err
		}
		records = append(records, record)
	}
	if err := t.archive(s.Retention, records); err != nil {
		return stay, err
	}
	for _, i := range leaving {
		if !t.valid() {
			return stay, errLeaseLost
		}
		switch err := t.c.Store.Forget(ctx, t.lease.Fence, i); {
		case errors.Is(err, store.ErrChanged):
			stay++
		case err != nil:
			return stay, err
		default:
			t.c.health.Clear(sender.AboutMessage(i.ID()))
			t.c.metrics.forgotten.Inc()
			t.log.Info("left Redis, past its retention", "incident", i.ID(), "closed_at", i.ClosedAt)
		}
	}
	return stay, nil
}

// over reports whether nothing more is to come of a closed incident. One that was
// resolved by hand while its group goes on firing stays as long as it is heard of:
// without it the next repeat would open it anew.
func over(i incident.Incident, s Settings, now time.Time) bool {
	heard := i.ByHand && i.FiringCount() > 0 && i.LastHeard.After(now.Add(-s.Retention.For))
	return i.State == incident.Closed && s.Rules.NextDue(i).IsZero() && !heard
}

const aboutArchive = "archive"

// archive writes records, and says so when that cannot be.
func (t *term) archive(keep Retention, records []archive.Record) error {
	if len(records) == 0 {
		return nil
	}
	if err := keep.Archive(records...); err != nil {
		t.c.metrics.unarchived.Inc()
		t.c.health.Set(aboutArchive, "incidents.archive cannot be written, so closed incidents stay in Redis: "+err.Error())
		return fmt.Errorf("incidents.archive cannot be written, fix the folder or its permissions: %w", err)
	}
	return nil
}

// expireStorms forgets the lists of storms that were over long ago; their
// incidents go by themselves.
func (t *term) expireStorms(ctx context.Context, past []store.Past, now time.Time) (stay int64, err error) {
	for _, p := range past {
		storm, ok, err := t.c.Store.Storm(ctx, p.Number)
		switch {
		case errors.Is(err, store.ErrUnreadable):
			t.documents.Met(store.UnreadableOf(err))
			stay++
			continue
		case err != nil:
			return stay, err
		case !ok:
			storm.Number = p.Number
		}
		if !t.valid() {
			return stay, errLeaseLost
		}
		switch err := t.c.Store.ForgetStorm(ctx, t.lease.Fence, storm); {
		case errors.Is(err, store.ErrChanged):
			stay++
		case err != nil:
			return stay, err
		}
	}
	return stay, nil
}
