package people

import (
	"fmt"

	"github.com/signalbook/signalbook/bot/slacksim/delivery"
	"github.com/signalbook/signalbook/bot/slacksim/wire"
	"github.com/signalbook/signalbook/bot/slacksim/workspace"
)

// OpenHome opens the app's Home: the user sees what it published there last, and the app
// gets an app_home_opened event.
func (ps *People) OpenHome(user string) error {
	ps.w.Lock()
	defer ps.w.Unlock()
	u := ps.w.User(user)
	if u == nil || u.Bot {
		return fmt.Errorf("open the Home: no user %q", user)
	}
	event := wire.Object{"type": "app_home_opened", "user": u.ID, "channel": "D" + u.ID[1:], "tab": "home",
		"event_ts": workspace.StampOf(ps.w.Now()).String()}
	if shown := ps.w.Views.Home(u); shown != nil {
		event["view"] = wire.View(ps.w, shown)
	}
	d := delivery.Envelope{Kind: delivery.Events, Payload: ps.callback(event)}
	ps.w.Life.Run(func() { ps.delivery.SendEvent(d) })
	return nil
}

// callback is an event with what the Events API says around it: authorizations and
// context_team_id are of the app's own installation. The caller holds the lock.
func (ps *People) callback(event wire.Object) wire.Object {
	meant := ps.w.Installed()
	payload := wire.Object{
		"token": "sim", "team_id": meant.Team, "api_app_id": meant.App, "type": "event_callback", "event": event,
		"event_id": fmt.Sprintf("Ev0SIM%05d", ps.w.Next()), "event_time": ps.w.Now().Unix(), "event_context": fmt.Sprintf("4-sim%d", ps.w.Next()),
		"context_team_id": meant.Team, "context_enterprise_id": ps.w.Enterprise(), "is_ext_shared_channel": false,
		"authorizations": []any{wire.Object{"enterprise_id": ps.w.Enterprise(), "team_id": meant.Team, "user_id": ps.w.Bot.ID, "is_bot": true, "is_enterprise_install": false}},
	}
	if id := ps.w.Enterprise(); id != nil {
		payload["enterprise_id"] = id
	}
	return payload
}
