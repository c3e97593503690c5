package slackapi

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// message is what the bot uses of the message that somebody acted on.
type message struct {
	TS       string `json:"ts"`
	ThreadTS string `json:"thread_ts"`
	User     string `json:"user"` // who wrote it; empty of some apps'
	Text     string `json:"text"`
}

// Shortcut is what a click has that was made on a message by its own menu (Slack: message
// shortcut).
type Shortcut struct {
	Author string // who wrote the message: a user id; empty: an app
	Text   string // of the message, as Slack sent it
}

// maxShortcut bounds the text of a message that comes along, in bytes.
const maxShortcut = 16 << 10

// shortcut reads that somebody chose one of the app's shortcuts on a message: a click whose
// action is the shortcut.
func (p interactionPayload) shortcut(fallback string, at time.Time) (delivery, error) {
	if p.User.ID == "" || p.Callback == "" || len(p.Callback) > maxID {
		return delivery{}, fmt.Errorf("shortcut without a user or a name")
	}
	if err := p.check(); err != nil {
		return delivery{}, err
	}
	ts := cmp.Or(p.MessageTS, p.Message.TS)
	if !isTS(ts) || !isChannel(p.Channel.ID) || !isWhole(isUser, p.Message.User) {
		return delivery{}, fmt.Errorf("shortcut on no message")
	}
	a := Action{
		Op: fallback, ActionID: p.Callback, UserID: p.User.ID, UserName: p.userName(), UserTeam: p.User.TeamID,
		ChannelID: p.Channel.ID, MessageTS: ts, ThreadTS: cmp.Or(p.Message.ThreadTS, ts), TriggerID: p.TriggerID, ResponseURL: p.ResponseURL, At: at,
		On: &Shortcut{Author: p.Message.User, Text: strings.ToValidUTF8(p.Message.Text[:min(len(p.Message.Text), maxShortcut)], "")},
	}
	if p.TriggerID != "" {
		a.Op = op("trigger", p.TriggerID)
	}
	return delivery{kind: kindAction, actions: []Action{a}}, nil
}
