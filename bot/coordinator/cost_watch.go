package coordinator

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/signalbook/signalbook/bot/access"
	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/playbooks"
)

const (
	// raisedFor is for how many days it is remembered that a spike has an incident: digests look back less far.
	raisedFor = 100
	// foundBy is who opens incidents about spikes, for people.
	foundBy = "found by the daily watch of costs"
)

// watchSpikes tells the spikes that have settled. Each goes through the inbox under an op
// of its own, and only then the days count as judged: whoever dies in between finds the
// same spikes again, and tells them no second time.
func (t *term) watchSpikes(ctx context.Context, now time.Time) error {
	if t.c.Watch == nil {
		return nil
	}
	var errs []error
	for _, d := range t.c.Settings().Digests {
		if d.Watched {
			if err := t.watchDigest(ctx, d, now); err != nil {
				errs = append(errs, fmt.Errorf("watch the costs of digest %s: %w", d.Name, err))
			}
		}
	}
	return errors.Join(errs...)
}

func (t *term) watchDigest(ctx context.Context, d Digest, now time.Time) error {
	known, err := t.c.Store.Digests.Watched(ctx, d.Name)
	if err != nil {
		return err
	}
	type found struct {
		alarms []report.Alarm
		next   report.Watched
	}
	f, err := guarded(ctx, func(ctx context.Context) (f found, err error) {
		f.alarms, f.next, err = t.c.Watch(ctx, d, now, known)
		return f, err
	})
	if err != nil {
		return err
	}
	for _, a := range f.alarms {
		ev := event.Event{Op: alarmOp(a), At: now.UTC().Truncate(time.Millisecond), Digest: &event.DigestAct{Verb: report.VerbAlarm, Subject: a.Spike.Series, Name: d.Name, Alarm: &a}}
		if _, _, err := t.c.Store.Put(ctx, ev); err != nil {
			return err
		}
	}
	if reflect.DeepEqual(f.next, known) {
		return nil
	}
	return t.commitReview(ctx, store.DigestWrites{Watched: map[string]report.Watched{d.Name: f.next}})
}

// alarmOp names a spike by its first day, whichever are settled by now.
func alarmOp(a report.Alarm) string {
	first := money.Day(0)
	if len(a.Spike.Days) > 0 {
		first = a.Spike.Days[0]
	}
	return "alarm/" + a.Key() + "/" + first.String()
}

// alarm opens the incident about a spike, and remembers in the same commit that it did. A
// spike that was told before, or whose watch was taken out of the configuration since, opens none.
func (t *term) alarm(ctx context.Context, ev event.Event) (commit store.Commit, err error) {
	a := ev.Digest.Alarm
	d, configured := t.digestNamed(ev.Digest.Name)
	if a == nil || !configured || !d.Watched {
		return commit, nil
	}
	raised, err := t.c.Store.Digests.Raised(ctx)
	if err != nil || raised[a.Key()].Has(a.Spike.Days) {
		return commit, err
	}
	start := t.about(a.Spike, a.Currency, a.Week, ev.At)
	if _, ok := t.c.Settings().Playbooks.Find(start.Playbook); !ok || start.Playbook == playbooks.Triage {
		start.Playbook = costPlaybook
	}
	start.Found, start.Channel, start.Via = foundBy, d.Alarms, "watch"
	commit, err = t.handle(ctx, incident.Event{At: ev.At, Start: start}, access.Facts{})
	if err != nil || commit.Answer.Incident.Kind != incident.AnswerStarted {
		return commit, err
	}
	t.log.Info("a spike of costs is told", "digest", d.Name, "service", a.Spike.Service, "incident", incident.ID(commit.Answer.Incident.Incident))
	commit.Review.Raised = map[string]*report.Raised{a.Key(): report.RaisedAs(commit.Answer.Incident.Incident, a.Spike)}
	forgetRaised(commit.Review.Raised, raised, ev.At)
	return commit, nil
}

// forgetRaised lets go the spikes that nobody asks for any more, with what is written of others.
func forgetRaised(write map[string]*report.Raised, raised map[string]report.Raised, now time.Time) {
	old := money.DayOf(now) - raisedFor
	for key, r := range raised {
		if _, is := write[key]; !is && (len(r.Days) == 0 || slices.Max(r.Days) < old) {
			write[key] = nil
		}
	}
}

// raisedBy finds the incident about a spike of a digest, or of another one that shares what people do to it; 0: there is none.
func raisedBy(raised map[string]report.Raised, digests []report.Document, series string) int {
	for _, d := range digests {
		if spike, _, has := d.Spike(series); has {
			if r := raised[report.AlarmKey(d.Report.Digest, series)]; r.Has(spike.Days) {
				return r.Incident
			}
		}
	}
	return 0
}

// raise remembers which incident a person opened about a spike, for every digest that shares what people do to it. A
// newer spike of the series stays remembered instead.
func raise(incident int, raised map[string]report.Raised, digests []report.Document, series string, now time.Time) map[string]*report.Raised {
	write := map[string]*report.Raised{}
	for _, d := range digests {
		spike, _, has := d.Spike(series)
		if !has || len(spike.Days) == 0 {
			continue
		}
		key := report.AlarmKey(d.Report.Digest, series)
		if r := raised[key]; len(r.Days) == 0 || slices.Max(r.Days) <= slices.Max(spike.Days) {
			write[key] = report.RaisedAs(incident, spike)
		}
	}
	forgetRaised(write, raised, now)
	return write
}
