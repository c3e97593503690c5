package message

import (
	"fmt"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/action"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/incident"
)

// second asks back whether a week gets another digest beside the one that it has.
func (t told) second() string {
	if t.State == "" {
		return fmt.Sprintf("The digest %s is being made already%s%s; it follows%s.", t.title(), t.askedBy(), t.on(), t.in())
	}
	return fmt.Sprintf("The digest %s was posted for this week already: %s%s%s%s. Do you want another one? `%s digest post %s again` posts it; both share what people mark and adopt.",
		t.title(), blockkit.EscapeMrkdwn(t.State), t.in(), t.askedBy(), t.on(), t.command, t.title())
}

// askedBy names who asked, when it was no schedule.
func (t told) askedBy() string {
	if t.Who == (incident.User{}) {
		return ""
	}
	return ", asked for by " + t.who()
}

// AskBack is Answer as a message, with a button where the answer asks for a click.
func AskBack(a incident.Answer, command string) blockkit.Message {
	m := blockkit.TextMessage(Answer(a, command))
	value := a.State + "/" + a.Title
	if _, _, ok := report.ParseTarget(value); a.Kind != incident.AnswerSecond || !ok || textutil.Units(value) > blockkit.MaxButton {
		return m
	}
	m.Blocks = append(m.Blocks, slack.NewActionBlock("again", blockkit.Button(action.DigestAgain.ID, value, "Post another one")))
	return m
}

// PlainAnswer is an answer for places where Slack shows no markup: people are in it
// by their names.
func PlainAnswer(a incident.Answer, command string) string {
	if a.Who.Name != "" {
		a.Who.ID = ""
	}
	return blockkit.StripMrkdwn(Answer(a, command))
}
