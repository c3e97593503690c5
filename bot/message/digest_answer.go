package message

import (
	"fmt"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/action"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
)

// Told is what a person is told privately about what he did, as a message, with a button
// where it asks for a click.
func Told(a event.Answer, command string) blockkit.Message {
	if a.Digest.Kind == event.DigestNone {
		return blockkit.TextMessage(Answer(a.Incident, command))
	}
	m := blockkit.TextMessage(DigestAnswer(a.Digest, command))
	value := a.Digest.State + "/" + a.Digest.Title
	if _, _, ok := report.ParseTarget(value); a.Digest.Kind != event.DigestSecond || !ok || textutil.Units(value) > blockkit.MaxButton {
		return m
	}
	m.Blocks = append(m.Blocks, slack.NewActionBlock("again", blockkit.Button(action.DigestAgain.ID, value, "Post another one")))
	return m
}

// DigestAnswer is Answer for what a person did to a digest, or asked of one.
func DigestAnswer(a event.DigestAnswer, command string) string {
	t := digestTold{a, parts{a.Title, a.Text, a.Who, a.When, command}}
	switch a.Kind {
	case event.DigestApplied:
		return t.applied()
	case event.DigestTaken:
		return t.before(t.first())
	case event.DigestAlready:
		return t.before("This is done already: you")
	case event.DigestNoReason:
		if a.Verb == report.VerbSnooze {
			return "That needs a date to come back at."
		}
		return "That needs a reason, so that the next reader knows."
	case event.DigestNothing:
		return fmt.Sprintf("There is nothing to take back: %s is open.", t.title())
	case event.DigestGone:
		return t.gone()
	case event.DigestOlder:
		return t.older()
	case event.DigestForbidden:
		return t.forbidden()
	case event.DigestAsked:
		return fmt.Sprintf("The digest %s is being made; it follows%s.", t.title(), t.in())
	case event.DigestSecond:
		return t.second()
	case event.DigestFailed:
		return t.failed()
	}
	return ""
}

// digestTold turns an answer about a digest into words.
type digestTold struct {
	event.DigestAnswer
	parts
}

func (t digestTold) applied() string {
	switch t.Verb {
	case report.VerbExpected:
		return fmt.Sprintf("Remembered: what %s cost is meant.", t.title())
	case report.VerbInvestigate:
		return fmt.Sprintf("%s is about %s already; the digest names it now.", blockkit.EscapeMrkdwn(t.State), t.title())
	case report.VerbAdopt:
		return fmt.Sprintf("Adopted: %s. Thank you.", t.title())
	case report.VerbSnooze:
		return fmt.Sprintf("Put off: %s.", t.title())
	case report.VerbUndo:
		return fmt.Sprintf("Taken back: %s is open.", t.title())
	}
	return fmt.Sprintf("Recorded: %s.", t.title())
}

// gone tells which digest there is not.
func (t digestTold) gone() string {
	switch {
	case t.words() != "":
		return fmt.Sprintf("There is no digest “%s” in the configuration.", t.words())
	case t.Verb != report.VerbPost:
		return "This digest, or this part of it, is not there any more."
	case t.title() != "":
		return fmt.Sprintf("Which digest? Name one of %s: `%s digest post NAME`", t.title(), t.command)
	}
	return "No digest is configured: see `digests` in signalbook.yml."
}

// before tells who dealt with a part of a digest before.
func (t digestTold) before(first string) string {
	did := map[report.Verb]string{
		report.VerbExpected: "called it expected", report.VerbInvestigate: "opened an incident about it", report.VerbAdopt: "adopted it", report.VerbSnooze: "put it off",
	}[report.Verb(t.State)]
	return fmt.Sprintf("%s %s (%s)%s.", first, did, t.title(), t.on())
}

// second asks back whether a week gets another digest beside the one that it has.
func (t digestTold) second() string {
	if t.State == "" {
		return fmt.Sprintf("The digest %s is being made already%s%s; it follows%s.", t.title(), t.askedBy(), t.on(), t.in())
	}
	return fmt.Sprintf("The digest %s was posted for this week already: %s%s%s%s. Do you want another one? `%s digest post %s again` posts it; both share what people mark and adopt.",
		t.title(), blockkit.EscapeMrkdwn(t.State), t.in(), t.askedBy(), t.on(), t.command, t.title())
}

// askedBy names who asked, when it was no schedule.
func (t digestTold) askedBy() string {
	if t.user == (incident.User{}) {
		return ""
	}
	return ", asked for by " + t.who()
}

// PlainAnswer is an answer for places where Slack shows no markup: people are in it
// by their names.
func PlainAnswer(a event.Answer, command string) string {
	for _, who := range []*incident.User{&a.Incident.Who, &a.Digest.Who} {
		if who.Name != "" {
			who.ID = ""
		}
	}
	return blockkit.StripMrkdwn(Told(a, command).Text)
}
