package interaction

import (
	"context"
	"hash/fnv"
	"time"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/pause"
	"github.com/signalbook/signalbook/bot/slackapi"
	"github.com/signalbook/signalbook/bot/store"
)

// A Home changes when something does, for whoever has opened it lately.
const (
	homeLately = time.Hour
	homesKept  = 50 // people; the others' Homes change when they open them again
	// homeGather is how long changes come together before they are shown, homeLook how long a Home may be behind
	// that missed one.
	homeGather, homeLook = 2 * time.Second, time.Minute
	homeWithin           = 10 * time.Second
)

// Home publishes somebody's Home, who opened it. One that cannot be published now is by the
// next look at those that are open.
func (h *Handler) Home(ctx context.Context, o slackapi.HomeOpened) error {
	if err := h.Store.OpenedHome(ctx, o.UserID, o.UserTeam, h.Store.Now()); err != nil {
		return err
	}
	slackapi.Acknowledge(ctx)
	if err := h.publishHome(ctx, person{id: o.UserID, team: o.UserTeam}); err != nil {
		h.Logger.Warn("a Home could not be shown; it is tried again", "user", o.UserID, "error", err)
	}
	return nil
}

// Changed says that something has changed that a Home may show. It does not wait.
func (h *Handler) Changed() {
	select {
	case h.changed <- struct{}{}:
	default:
	}
}

// keepHomes shows changes in the Homes that are open, until the context ends.
func (h *Handler) keepHomes(ctx context.Context) {
	look := time.NewTicker(homeLook)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		case <-h.changed:
			if !pause.For(ctx, homeGather) {
				return
			}
		}
		h.refreshHomes(ctx)
	}
}

// refreshHomes publishes those Homes that read differently by now. What cannot be published
// is with the next look.
func (h *Handler) refreshHomes(ctx context.Context) {
	users, err := h.Store.OpenHomes(ctx, h.Store.Now().Add(-homeLately), homesKept)
	if err != nil {
		h.Logger.Debug("who has the Home open could not be read", "error", err)
		return
	}
	for _, user := range users {
		known, ok, err := h.Store.Home(ctx, user)
		if err == nil && ok {
			err = h.publishHome(ctx, person{id: user, team: known.Team})
		}
		if err != nil {
			h.Logger.Debug("a Home could not be kept", "user", user, "error", err)
		}
	}
}

// publishHome shows somebody his Home, unless it reads so already.
func (h *Handler) publishHome(ctx context.Context, who person) error {
	ctx, cancel := context.WithTimeout(ctx, homeWithin)
	defer cancel()
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(who.id)) // it never fails
	one := &h.homes[sum.Sum32()%uint32(len(h.homes))]
	one.Lock() // what was read later is shown later
	defer one.Unlock()
	v, err := h.homeOf(ctx, who)
	if err != nil {
		return err
	}
	view := message.Home(v)
	hash := message.HomeHash(view)
	known, ok, err := h.Store.Home(ctx, who.id)
	if err != nil || ok && known.Hash == hash {
		return err
	}
	if err := h.Slack.PublishHome(ctx, who.id, view); err != nil {
		return err
	}
	return h.Store.ShownHome(ctx, store.Home{User: who.id, Team: who.team, Hash: hash})
}

// homeOwned reports whether a click came from a Home that this Redis knows of, and tells the
// person when it did not: after Redis lost data its buttons may name other incidents.
func (h *Handler) homeOwned(ctx context.Context, a slackapi.Action, to slackapi.Private) bool {
	readCtx, cancel := context.WithTimeout(ctx, h.waits.read)
	_, ok, err := h.Store.Home(readCtx, a.UserID)
	cancel()
	switch {
	case err != nil:
		h.Logger.Warn("the Home of a click could not be read", "action", a.ActionID, "error", err)
		h.say(ctx, to, textUnread)
		return false
	case ok:
		return true
	}
	h.say(ctx, to, message.Answer(incident.Answer{Kind: incident.AnswerOlder}, h.Settings().Command))
	if err := h.Home(ctx, slackapi.HomeOpened{UserID: a.UserID, UserTeam: a.UserTeam}); err != nil {
		h.Logger.Warn("a Home could not be shown", "user", a.UserID, "error", err)
	}
	return false
}

// homeAgain shows somebody what became of a click on his Home.
func (h *Handler) homeAgain(ctx context.Context, who person) {
	slackapi.Acknowledge(ctx)
	if err := h.publishHome(ctx, who); err != nil {
		h.Logger.Debug("a Home could not be shown after a click", "user", who.id, "error", err)
		h.Changed()
	}
}
