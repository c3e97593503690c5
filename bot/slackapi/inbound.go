package slackapi

import (
	"context"
	"time"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/blockkit"
)

// Handler is who understands what people do in Slack. Every value that may change
// something carries an Op, made of Slack's own ids: Slack may deliver the same
// thing twice, always with the same Op. Methods may be called at the same time.
type Handler interface {
	// Command answers a slash command privately. It should return within 1.2 s;
	// after 2.5 s the person is told that the result is not known yet and the
	// answer follows by response_url. An empty answer says nothing.
	Command(ctx context.Context, s Slash) Response
	// Action handles a click. Slack is acknowledged when it returns or calls
	// [Acknowledge], which it does once the click is stored; after 2.5 s Slack is
	// acknowledged all the same, and the person is told that the result is not known.
	Action(ctx context.Context, a Action)
	// Submit handles a modal. Nil accepts and closes it; otherwise the modal
	// stays open with an error by block_id. After 2.5 s the modal says that the
	// result is not known.
	Submit(ctx context.Context, s Submission) map[string]string
	// Mention handles a message that mentions the bot. Slack is acknowledged when it
	// returns or calls [Acknowledge], which it does once what was said is stored. On
	// an error, and after 2.5 s, Slack is not: it delivers the same again.
	Mention(ctx context.Context, m Mention) error
	// Home shows somebody the app's Home, which he opened. Slack is acknowledged when it
	// returns or calls [Acknowledge]. On an error, and after 2.5 s, Slack is not: it delivers
	// the same again.
	Home(ctx context.Context, o HomeOpened) error
	// Suggest returns what a person can choose from in a menu that asks the bot,
	// best first; what Slack has no room for is cut off at the end. It is asked
	// with every few letters, so it should return within 1 s; after 2.5 s the
	// person sees no options.
	Suggest(ctx context.Context, s Suggestion) []*slack.OptionBlockObject
}

// Slash is a slash command as typed. Text is as Slack sent it: entities escaped,
// mentions perhaps as <@U123|name>.
type Slash struct {
	Op, UserID, UserName, ChannelID, Text, ResponseURL, TriggerID string
	UserTeam                                                      string // see Action
	// Elsewhere: the command names another workspace than ours. It is of a person of another organisation when the
	// channel is one of ours, else it is not for us.
	Elsewhere bool
	// At is when the endpoint received it.
	At time.Time
}

// Response is what the person who typed sees, and nobody else.
type Response struct {
	Message blockkit.Message
	// Foreign: the command was not for us, and nothing was done.
	Foreign bool
}

// Action is one click on a button or one choice in a menu.
type Action struct {
	Op, ActionID string
	// Value is the button's value or the chosen option's.
	Value            string
	UserID, UserName string
	UserTeam         string // the person's workspace, or in Enterprise organisations the organisation; empty: not said
	ChannelID        string
	BlockID          string    // of the block that was clicked
	On               *Shortcut // chosen in the menu of a message; nil: a click on what we put there
	Home             bool      // it was clicked in the app's Home
	MessageTS        string    // the message clicked; empty in a modal and in the Home
	ThreadTS         string    // the root of its thread; MessageTS when it is no reply
	ViewID           string    // the modal clicked; empty in a message
	TriggerID        string    // opens one modal within 3 s (Slack: trigger_id)
	ResponseURL      string    // 5 private answers within 30 minutes (Slack: response_url)
	At               time.Time
}

// Submission is a modal that was sent in.
type Submission struct {
	// Op tells what was entered in which view: the same sent in twice is one thing.
	Op string
	// Again tells apart two times that the same was sent in, for after a refusal;
	// Slack's own repeats share it. It may be empty.
	Again                                                     string
	CallbackID, PrivateMetadata, ExternalID, UserID, UserName string
	UserTeam                                                  string // see Action
	// Values holds what was entered or chosen, by block_id.
	Values map[string]string
	At     time.Time
}

// Suggestion asks for the options of a menu (Slack: external_select), while
// somebody types into it.
type Suggestion struct {
	ActionID, BlockID string
	Query             string // what was typed so far; empty when the menu was only opened
	UserID, UserName  string
	UserTeam          string // see Action
	ChannelID         string // empty in a modal
	MessageTS         string // of the menu's message; empty in a modal
	At                time.Time
}

// Mention is a message that names the bot. Text is without the mention;
// ThreadTS is empty when the message is not in a thread.
type Mention struct {
	Op, UserID, ChannelID, ThreadTS, TS, Text string
	UserTeam                                  string // see Action
	Repeat                                    bool   // Slack has delivered it before
	At                                        time.Time
}
