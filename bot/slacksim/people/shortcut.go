package people

import (
	"context"
	"fmt"

	"github.com/signalbook/signalbook/bot/slacksim/delivery"
	"github.com/signalbook/signalbook/bot/slacksim/wire"
	"github.com/signalbook/signalbook/bot/slacksim/workspace"
)

// Shortcut chooses one of the app's shortcuts in the menu of a message, whoever wrote it,
// and waits until the app has taken it. It needs the scope commands.
func (ps *People) Shortcut(ctx context.Context, user, channel, ts, callbackID string) error {
	ps.w.Lock()
	u := ps.w.User(user)
	if u == nil || !ps.w.Granted("commands") {
		ps.w.Unlock()
		return fmt.Errorf("shortcut %s: no user %q, or the app lacks the scope commands", callbackID, user)
	}
	m, _, err := ps.at(u, place{user: user, channel: channel, ts: ts})
	if err != nil || m.OnlyFor != nil || m.Deleted {
		ps.w.Unlock()
		return fmt.Errorf("shortcut %s: no message that has a menu: %w", callbackID, err)
	}
	payload := ps.interaction("message_action", u)
	payload["callback_id"], payload["message_ts"], payload["action_ts"] = callbackID, m.TS.String(), workspace.StampOf(ps.w.Now()).String()
	payload["channel"] = wire.Object{"id": m.Channel.ID, "name": m.Channel.NameForApp()}
	payload["response_url"] = ps.w.NewHook(workspace.Hook{User: u, Channel: m.Channel, Source: m})
	payload["message"] = wire.Message(ps.w, m, true)
	ps.w.Unlock()
	if _, err := ps.delivery.Deliver(ctx, delivery.Envelope{Kind: delivery.Interactivity, Payload: payload}); err != nil {
		return fmt.Errorf("shortcut %s: %w", callbackID, err)
	}
	return nil
}
