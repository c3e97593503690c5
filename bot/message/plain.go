package message

import (
	"regexp"
	"strings"

	"github.com/signalbook/signalbook/bot/incident"
)

var token = regexp.MustCompile(`<([^<>|]*)(?:\|([^<>]*))?>`)

// PlainAnswer is an answer for places where Slack shows no markup: people are in it
// by their names.
func PlainAnswer(a incident.Answer, command string) string {
	if a.Who.Name != "" {
		a.Who.ID = ""
	}
	return Plain(Answer(a, command))
}

// Plain turns a private answer into text for places where Slack shows no
// markup, such as the errors of a form: links and dates as their fall-back.
func Plain(mrkdwn string) string {
	text := token.ReplaceAllStringFunc(mrkdwn, func(t string) string {
		parts := token.FindStringSubmatch(t)
		if parts[2] != "" {
			return parts[2]
		}
		switch target := parts[1]; {
		case strings.HasPrefix(target, "@"):
			return "somebody" // an id tells people nothing
		case strings.HasPrefix(target, "#"):
			return "the channel"
		case strings.HasPrefix(target, "!subteam^"):
			return "a group"
		}
		return strings.TrimLeft(parts[1], "!@#")
	})
	return strings.NewReplacer("*", "", "`", "", "&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text)
}
