package interaction

import (
	"context"

	"github.com/signalbook/signalbook/bot/access"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/topic"
)

// maxLinked bounds how many names of an answer are looked up.
const maxLinked = 40

// linked is a private answer with links to the threads of the incidents and digests that
// it names, as far as its reader may see them. Slack is asked nothing: what is not known
// here gets no link.
func (h *Handler) linked(ctx context.Context, who person, m blockkit.Message) blockkit.Message {
	named := m.Named(topic.Names)
	if len(named) == 0 {
		return m
	}
	ctx, cancel := context.WithTimeout(ctx, h.waits.link)
	defer cancel()
	named = named[:min(len(named), maxLinked)]
	roots, err := h.Store.Roots(ctx, named)
	if err != nil {
		h.Logger.Debug("an answer gets no links", "error", err)
		return m
	}
	to := blockkit.Permalinks{}
	for k, id := range named {
		address := h.Slack.Permalink(roots[k].Channel, roots[k].TS, "")
		if about, ok := topic.Parse(id); ok && address != "" && h.maySeeAsKnown(ctx, who, about, roots[k].Channel) {
			to[id] = address
		}
	}
	return m.Linked(topic.Names, to)
}

// maySeeAsKnown decides about seeing an incident or a digest that stands in a channel, on
// what is known without asking Slack.
func (h *Handler) maySeeAsKnown(ctx context.Context, who person, about topic.ID, at string) bool {
	channel, responders := "", []string(nil)
	if about.Kind == topic.OfDigest {
		document, ok, err := h.Store.Digests.Document(ctx, about.Number)
		if err != nil || !ok {
			return false
		}
		channel, responders = document.Channel, h.responders(ctx, document.Channel)
	} else {
		i, ok, err := h.Store.Incident(ctx, about.Number)
		if err != nil || !ok || i.Quiet {
			return false
		}
		channel, responders = i.Channel, i.Responders
	}
	room, err := h.Store.Directory.Roster(ctx, at, who.id)
	if err != nil {
		return false
	}
	known, err := h.Store.Directory.Person(ctx, who.id)
	if err != nil {
		return false
	}
	inside := at == who.channel
	if !inside && (!fresh(room, 0, h.Store.Now()) || known.Kind == access.PersonUnknown) {
		return false // Slack would have to be asked
	}
	facts := access.Facts{Person: known.Kind, Member: standing(room, nil, h.Store.Now()), Private: room.Private, Inside: inside}
	if h.Slack.Outside(who.team) {
		facts.Person = access.PersonExternal
	}
	return h.decideAccess(ctx, who, facts, channel, responders).Allowed
}
