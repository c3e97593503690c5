package keeper

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/signalbook/signalbook/bot/chat"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/store"
)

// A channel that cannot be written to must not keep an incident from people: what is
// to begin there begins in the route's fallback channel, and says where it belongs.
// It is planned there when that is known before, and moved when Slack refuses its
// first message. What has begun stays where it is.

// settleIn plans an incident in another channel when its own cannot be written to.
func (r *reign) settleIn(p *incident.Plan, fallback string) {
	why := r.people.unusable(p.Channel)
	if why == "" || fallback == "" || fallback == p.Channel || r.people.unusable(fallback) != "" {
		return
	}
	p.Belongs, p.BelongsWhy, p.Channel = p.Channel, why, fallback
}

// fallback is where an incident goes whose channel does not take it, or a storm when
// there is no incident; empty when nothing else can be written to.
func (r *reign) fallback(s Settings, i *incident.Incident, channel string) string {
	var labels map[string]string
	if i != nil {
		labels = i.Labels
	}
	fallback := s.Route(labels).Fallback
	if fallback == channel || r.people.unusable(fallback) != "" {
		return ""
	}
	return fallback
}

// diverted moves what could not begin in its channel; false when it stays. A post
// there whose outcome was unknown before may still land: it is looked for as a stray.
func (h *hands) diverted(ctx context.Context, s sight, c call, refused *chat.Error) (moved bool, err error) {
	if refused.Concern != chat.ConcernChannel || c.kind != callPost || c.slot.Name != store.RootSlot || c.have.TS != "" || len(c.have.Old) > 0 {
		return false, nil
	}
	why := cmp.Or(refused.Hint(), refused.Code)
	h.people.refused(s.channel, why)
	fallback := h.fallback(h.Settings(), s.incident, s.channel)
	if fallback == "" || s.elsewhere() {
		return false, nil
	}
	if c.have.Sweeps > 0 {
		stray := store.Stray{Incident: s.number, Slot: c.slot.Name, Channel: cmp.Or(c.have.Channel, s.place), Op: c.have.Op, IntentAt: c.have.IntentAt}
		if err := h.Store.ReportStray(ctx, stray); err != nil {
			return false, err
		}
	}
	if d := s.digest; d != nil {
		next := *d
		next.Version++
		next.Channel, next.Belongs, next.BelongsWhy = fallback, d.Channel, why
		err := h.commitReview(ctx, store.Review{Digest: &store.SavedDigest{Document: next, Was: d.Version}})
		if errors.Is(err, store.ErrVersion) {
			return true, nil // somebody acted on it meanwhile: it is looked at again
		}
		return err == nil, err
	}
	_, _, err = h.Store.Put(ctx, incident.Event{
		At: time.Now().UTC().Truncate(time.Millisecond), Diverted: &incident.Diverted{Incident: s.number, Channel: s.channel, Why: why},
	})
	return err == nil, err
}

// elsewhere reports whether the subject is not in its own channel already.
func (s sight) elsewhere() bool {
	switch {
	case s.incident != nil:
		return s.incident.Belongs != ""
	case s.storm != nil:
		return s.storm.Place != ""
	case s.digest != nil:
		return s.digest.Belongs != ""
	}
	return true
}
