package outbox

import (
	"log/slog"
	"time"

	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/slackapi"
)

// About says what a refusal is trouble with.
type About int

// What there is trouble with.
const (
	AboutNothing About = iota // it passes by itself
	AboutSlack
	AboutChannel
	AboutMessage
)

// Refusal is what Slack's word means for the thread and for others.
type Refusal struct {
	About About
	Says  string        // for the log
	Wait  time.Duration // until the thread is worth another look
	Pause time.Duration // until Slack takes anything at all
	Close time.Duration // until Slack takes anything in this channel
	Level slog.Level    // of the log: an error when somebody has to act
}

// Assess says what a call that Slack did not do means, when no other form of the message
// follows. Elsewhere: there is another channel to begin in.
func Assess(c Call, refused *slackapi.Error, elsewhere bool, timing Timing) Refusal {
	switch {
	case refused.Code == slackapi.CodeUnreachable:
		// Nothing was sent: all wait until Slack is back, and this no longer.
		return Refusal{About: AboutSlack, Says: "Slack cannot be reached", Level: slog.LevelWarn}
	case refused.Outcome == slackapi.OutcomeLimited:
		return Refusal{Says: "Slack limits us, trying again", Wait: refused.RetryAfter, Level: slog.LevelWarn}
	case refused.Outcome == slackapi.OutcomeUnknown:
		return Refusal{About: AboutSlack, Says: "the outcome of a Slack call is unknown, it will be looked for", Wait: Retry, Level: slog.LevelWarn}
	case refused.Outcome == slackapi.OutcomeGone && !givenUp(c, refused):
		return Refusal{Says: "a message is gone from Slack and will be posted again", Level: slog.LevelInfo}
	case refused.Outcome == slackapi.OutcomeAuth && refused.Concern != slackapi.ConcernMethod:
		return Refusal{About: AboutSlack, Says: "Slack refuses the app; everything is kept and sent when it works again", Wait: timing.Parked, Pause: timing.Parked, Level: slog.LevelError}
	case refused.Outcome == slackapi.OutcomeChannel:
		r := Refusal{About: AboutChannel, Says: "Slack refuses the channel; everything is kept and sent when it works again", Wait: timing.Parked, Level: slog.LevelError}
		if refused.Concern == slackapi.ConcernChannel && !(c.Slot.Name == ledger.Root && elsewhere) {
			// One thread asks for all of them whether it is open again. What has not begun is moved, each for itself, where there
			// is another channel.
			r.Close = timing.Parked
		}
		return r
	}
	return Refusal{About: AboutMessage, Says: "Slack refuses a message", Wait: timing.Parked, Level: slog.LevelError}
}
