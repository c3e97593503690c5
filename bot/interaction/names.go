package interaction

import (
	"context"
	"regexp"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/slackapi"
)

// maxNamed bounds how many people of one text are looked up.
const maxNamed = 5

// unnamed is a person as Slack writes him in events: without a name.
var unnamed = regexp.MustCompile(`<@([UW][A-Z0-9]{1,30})>`)

// named gives names to the people of a mention: to who wrote it, and to those in its
// text. Whose name Slack does not tell in time keeps none.
func (h *Handler) named(ctx context.Context, m slackapi.Mention) (text string, by incident.User) {
	ctx, cancel := context.WithTimeout(ctx, h.waits.names)
	defer cancel()
	by = incident.User{ID: m.UserID, Name: h.known(ctx, m.UserID).Name}
	return h.naming(ctx, m.Text), by
}

// naming gives names to the people whom a text mentions.
func (h *Handler) naming(ctx context.Context, text string) string {
	if !unnamed.MatchString(text) {
		return text
	}
	ctx, cancel := context.WithTimeout(ctx, h.waits.names)
	defer cancel()
	left := maxNamed
	return unnamed.ReplaceAllStringFunc(text, func(mention string) string {
		if left--; left < 0 {
			return mention
		}
		id := unnamed.FindStringSubmatch(mention)[1]
		if name := h.known(ctx, id).Name; name != "" {
			return "<@" + id + "|" + name + ">"
		}
		return mention
	})
}
