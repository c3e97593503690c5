package message

import (
	"regexp"
	"strings"
)

var token = regexp.MustCompile(`<([^<>|]*)(?:\|([^<>]*))?>`)

// Plain turns a private answer into text for places where Slack shows no
// markup, such as the errors of a form: links and dates as their fall-back.
func Plain(mrkdwn string) string {
	text := token.ReplaceAllStringFunc(mrkdwn, func(t string) string {
		parts := token.FindStringSubmatch(t)
		if parts[2] != "" {
			return parts[2]
		}
		return strings.TrimLeft(parts[1], "!@#")
	})
	return strings.NewReplacer("*", "", "`", "", "&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text)
}
