package interaction

import (
	"context"
	"errors"

	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/interaction/command"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/store"
)

// usage turns a parse error into what helps: how the command is written and, where a word
// was left out, what there is to choose from. A store that does not answer in time costs
// the choices alone.
func (h *Handler) usage(ctx context.Context, err error, who person) blockkit.Message {
	var usage *command.UsageError
	if !errors.As(err, &usage) {
		return blockkit.TextMessage(blockkit.Escape(err.Error()))
	}
	text := usage.Text
	if choices := h.choices(ctx, usage, who); choices != "" {
		text += "\n" + choices
	}
	return blockkit.TextMessage(text)
}

// choices are the incidents or steps that a command may be about; empty: none is known.
func (h *Handler) choices(ctx context.Context, u *command.UsageError, who person) string {
	s := h.Settings()
	switch u.Lacks {
	case command.LacksIncident:
		of := store.Listing{Which: store.ListOpen, User: who.id, Severities: s.Severities, Now: h.Store.Now(), Most: listedAtOnce}
		l, err := h.seen(ctx, of, who)
		if err != nil {
			return ""
		}
		return message.IncidentHint(l.Incidents, string(u.Verb), s.Command)
	case command.LacksStep:
		short, cancel := context.WithTimeout(ctx, h.waits.read)
		i, ok, err := h.Store.Incident(short, u.Incident)
		cancel()
		if err != nil || !ok || i.Quiet || !h.maySeeIncident(ctx, who, i).Allowed {
			return ""
		}
		act, _ := u.Verb.Act()
		return message.StepHint(i, act, string(u.Verb), s.Command)
	}
	return ""
}
