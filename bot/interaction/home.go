package interaction

import (
	"context"
	"time"

	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/store"
)

// homeWeek is how far ahead a Home looks.
const homeWeek = 7 * 24 * time.Hour

// homeOf brings together what somebody's Home shows: of all lists only what he may see.
func (h *Handler) homeOf(ctx context.Context, who person) (message.HomeView, error) {
	s, now := h.Settings(), h.Store.Now()
	v := message.HomeView{User: who.id, Now: now, Until: now.Add(homeWeek), Command: s.Command}
	for _, part := range []struct {
		which store.Which
		by    time.Time // what is due before then is overdue
		list  *[]incident.Incident
		rest  *int
	}{
		{store.ListMine, now, &v.Mine, &v.MineRest},
		{store.ListOpen, now, &v.Open, &v.OpenRest},
		{store.ListOverdue, v.Until, &v.Due, &v.DueRest},
	} {
		found, err := h.seen(ctx, store.Listing{Which: part.which, User: who.id, Severities: s.Severities, Now: part.by, Most: listDepth}, who)
		if err != nil {
			return v, err
		}
		*part.list, *part.rest = found.Incidents, found.Rest
		v.Partial, v.Unsure = v.Partial || found.Partial, v.Unsure || found.Unsure
	}
	v.Links, v.Channels = h.homeLinks(ctx, v.Mine, v.Open, v.Due)
	return v, nil
}

// seen is the beginning of a list, as far as somebody may see it.
func (h *Handler) seen(ctx context.Context, of store.Listing, who person) (message.IncidentList, error) {
	l := message.IncidentList{From: 1, Now: of.Now}
	short, cancel := context.WithTimeout(ctx, h.waits.list)
	defer cancel()
	found, err := h.Store.List(short, of)
	if err != nil {
		return l, err
	}
	l.Partial = found.Partial
	unread, err := h.fill(ctx, &l, of, found, who)
	h.tellUnread(unread)
	return l, err
}

// homeLinks are the threads of incidents, which the person may see, and the ids of their
// channels. What is not known gets no link.
func (h *Handler) homeLinks(ctx context.Context, lists ...[]incident.Incident) (blockkit.Permalinks, map[string]string) {
	ctx, cancel := context.WithTimeout(ctx, h.waits.link)
	defer cancel()
	seen := map[string]bool{}
	var ids, channels []string
	for _, list := range lists {
		for _, i := range list {
			if !seen[i.ID()] {
				seen[i.ID()] = true
				ids = append(ids, i.ID())
			}
			if !seen[i.Channel] {
				seen[i.Channel] = true
				channels = append(channels, i.Channel)
			}
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	roots, err := h.Store.Roots(ctx, ids)
	if err != nil {
		h.Logger.Debug("a Home gets no links", "error", err)
		return nil, nil
	}
	links := blockkit.Permalinks{}
	for k, root := range roots {
		if address := h.Slack.Permalink(root.Channel, root.TS, ""); address != "" {
			links[ids[k]] = address
		}
	}
	names, err := h.Store.Directory.Names(ctx, channels)
	if err != nil {
		h.Logger.Debug("a Home gets no names of channels", "error", err)
	}
	return links, names
}
