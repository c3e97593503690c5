package blockkit

import (
	"regexp"
	"strings"
)

var token = regexp.MustCompile(`<([^<>|]*)(?:\|([^<>]*))?>`)

// StripMrkdwn turns a private answer into text for places where Slack shows no
// markup, such as the errors of a form: links and dates as their fall-back.
func StripMrkdwn(mrkdwn string) string {
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
	return unmarked.Replace(text)
}
