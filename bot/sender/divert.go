package sender

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/outbox"
	"github.com/signalbook/signalbook/bot/slackapi"
	"github.com/signalbook/signalbook/bot/store"
)

// A channel that cannot be written to must not keep an incident from people: what is
// to begin there begins in the route's fallback channel, and says where it belongs.
// It is planned there when that is known before, and moved when Slack refuses its
// first message; back again when the fallback channel refuses it, too. What has begun
// stays where it is.

// otherChannel is where a subject goes that its channel does not take: into the
// fallback channel, and from there back to its own; empty when that cannot be written
// to either, as far as is known.
func (s *Sender) otherChannel(t thread) string {
	to := t.belongs()
	if to == "" {
		var labels map[string]string
		if t.incident != nil {
			labels = t.incident.Labels
		}
		to = s.Settings().Fallback(labels)
	}
	if to == t.channel || s.Directory.Unusable(to) != "" {
		return ""
	}
	return to
}

// belongs is the subject's own channel when it is to begin in another one.
func (t thread) belongs() string {
	switch {
	case t.incident != nil:
		return t.incident.Belongs
	case t.storm != nil && t.storm.Place != "":
		return t.storm.Channel
	case t.digest != nil:
		return t.digest.Belongs
	}
	return ""
}

// diverted moves what could not begin in its channel; false when it stays. A post
// there whose outcome was unknown before may still land: it is looked for as a orphan.
func (s *Sender) diverted(ctx context.Context, t thread, c outbox.Call, refused *slackapi.Error) (moved bool, err error) {
	// People know the channel by its name.
	why := strings.ReplaceAll(cmp.Or(refused.Hint(), refused.Code), t.place, t.channel)
	s.Directory.Refused(t.channel, refused.Code, why)
	to := s.otherChannel(t)
	if to == "" {
		return false, nil
	}
	if c.Have.Sweeps > 0 {
		orphan := store.Orphan{Topic: t.topic, Slot: c.Slot.Name, Channel: cmp.Or(c.Have.Channel, t.place), Op: c.Have.Op, IntentAt: c.Have.IntentAt}
		if err := s.Store.ReportOrphan(ctx, orphan); err != nil {
			return false, err
		}
	}
	if d := t.digest; d != nil {
		err := s.moveDigest(ctx, *d, to, why)
		if errors.Is(err, store.ErrVersion) {
			return true, nil // somebody acted on it meanwhile: it is looked at again
		}
		return err == nil, err
	}
	_, _, err = s.Store.Put(ctx, event.Event{
		At: s.Store.Now().UTC().Truncate(time.Millisecond), Diverted: &incident.Diverted{Topic: t.topic, Channel: t.channel, To: to, Why: why},
	})
	return err == nil, err
}

// moveDigest stores that a digest is posted in another channel.
func (s *Sender) moveDigest(ctx context.Context, d report.Document, to, why string) error {
	saved := &store.SavedDigest{Document: d.Divert(to, why), Was: d.Version}
	each, err := s.Store.Commit(ctx, s.Lease.Fence, store.Commit{Now: s.Now(), Review: store.DigestWrites{Digest: saved}})
	if err != nil {
		return err
	}
	return each[0]
}
