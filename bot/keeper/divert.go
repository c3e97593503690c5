package keeper

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"github.com/signalbook/signalbook/bot/chat"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/store"
)

// A channel that cannot be written to must not keep an incident from people: what is
// to begin there begins in the route's fallback channel, and says where it belongs.
// It is planned there when that is known before, and moved when Slack refuses its
// first message; back again when the fallback channel refuses it, too. What has begun
// stays where it is.

// settleIn plans an incident in another channel when its own cannot be written to.
func (r *reign) settleIn(p *incident.Plan) {
	p.Channel, p.Belongs, p.BelongsWhy = r.people.settle(p.Channel, p.Fallback)
}

// settle is where something begins that is to begin in a channel: there, or in its
// fallback channel; then belongs is its own, and why says what is wrong with that.
func (d *directory) settle(channel, fallback string) (in, belongs, why string) {
	why = d.unusable(channel)
	if why == "" || fallback == "" || fallback == channel || d.unusable(fallback) != "" {
		return channel, "", ""
	}
	return fallback, channel, why
}

// otherChannel is where a subject goes that its channel does not take: into the
// fallback channel, and from there back to its own; empty when that cannot be written
// to either, as far as is known.
func (h *hands) otherChannel(s sight) string {
	to := s.belongs()
	if to == "" {
		var labels map[string]string
		if s.incident != nil {
			labels = s.incident.Labels
		}
		to = h.Settings().Route(labels).Fallback
	}
	if to == s.channel || h.people.unusable(to) != "" {
		return ""
	}
	return to
}

// belongs is the subject's own channel when it is to begin in another one.
func (s sight) belongs() string {
	switch {
	case s.incident != nil:
		return s.incident.Belongs
	case s.storm != nil && s.storm.Place != "":
		return s.storm.Channel
	case s.digest != nil:
		return s.digest.Belongs
	}
	return ""
}

// diverted moves what could not begin in its channel; false when it stays. A post
// there whose outcome was unknown before may still land: it is looked for as a stray.
func (h *hands) diverted(ctx context.Context, s sight, c call, refused *chat.Error) (moved bool, err error) {
	if refused.Concern != chat.ConcernChannel || c.kind != callPost || !begins(c) {
		return false, nil
	}
	// People know the channel by its name.
	why := strings.ReplaceAll(cmp.Or(refused.Hint(), refused.Code), s.place, s.channel)
	h.people.refused(s.channel, refused.Code, why)
	to := h.otherChannel(s)
	if to == "" {
		return false, nil
	}
	if c.have.Sweeps > 0 {
		stray := store.Stray{Incident: s.number, Slot: c.slot.Name, Channel: cmp.Or(c.have.Channel, s.place), Op: c.have.Op, IntentAt: c.have.IntentAt}
		if err := h.Store.ReportStray(ctx, stray); err != nil {
			return false, err
		}
	}
	if d := s.digest; d != nil {
		err := h.commitReview(ctx, store.Review{Digest: &store.SavedDigest{Document: d.Divert(to, why), Was: d.Version}})
		if errors.Is(err, store.ErrVersion) {
			return true, nil // somebody acted on it meanwhile: it is looked at again
		}
		return err == nil, err
	}
	_, _, err = h.Store.Put(ctx, incident.Event{
		At: h.Store.Now().UTC().Truncate(time.Millisecond), Diverted: &incident.Diverted{Incident: s.number, Channel: s.channel, To: to, Why: why},
	})
	return err == nil, err
}

// begins reports whether the call is about the first message of all of a subject.
func begins(c call) bool {
	return c.slot.Name == ledger.Root && c.have.TS == "" && len(c.have.Old) == 0
}
