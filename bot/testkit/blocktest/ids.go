package blocktest

import (
	"regexp"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/blockkit"
)

// Hostile is what an alert may carry to ping, to mislead and to break layouts.
const Hostile = "<!channel> <!here> <@U0ANNA> <!subteam^S0DB> @channel <https://evil.example|runbook> *bold* _it_ ~no~ `code` ```block``` > & \u202egnp.exe\u2066 :fire: \x00\x1b[31m\u2028 line\nbreak"

// Ids as Slack makes them, of somebody whose name is not known, and of a group and a
// channel that the configuration names by id.
const (
	UnknownUser    = "U0SIMQ0001"
	UnknownGroup   = "S0SIMQ0002"
	UnknownChannel = "C0SIMQ0003"
)

// shownBySlack is what Slack writes as a name.
var shownBySlack = regexp.MustCompile(`<(@|#|!subteam\^)[A-Z0-9]+(\|[^>]*)?>`)

var rawID = regexp.MustCompile(`[USC]0SIMQ000[0-9]`)

// ReadsID reports whether a reader of a text meets an id.
func ReadsID(text string, markup bool) bool {
	if markup {
		text = shownBySlack.ReplaceAllString(text, "")
	}
	return rawID.MatchString(text)
}

// IDsRead are the texts of a message in which a reader meets an id.
func IDsRead(t testing.TB, m blockkit.Message) (found []string) {
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			if s, ok := v["text"].(string); ok && ReadsID(s, v["type"] == "mrkdwn") {
				found = append(found, s)
			}
			for _, e := range v {
				walk(e)
			}
		}
	}
	if ReadsID(m.Text, true) {
		found = append(found, m.Text)
	}
	walk(Generic(t, m.Blocks))
	return found
}

// ActionIDs adds the action_ids of everything that can be clicked, not of what is filled
// in.
func ActionIDs(into map[string]bool, v any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			ActionIDs(into, e)
		}
	case map[string]any:
		if v["type"] == "input" {
			return
		}
		if id, ok := v["action_id"].(string); ok && v["url"] == nil {
			into[id] = true
		}
		for _, e := range v {
			ActionIDs(into, e)
		}
	}
}

// BlockIDs are the ids of a message's blocks, in order.
func BlockIDs(m blockkit.Message) string {
	var all []string
	for _, b := range m.Blocks {
		all = append(all, b.ID())
	}
	return strings.Join(all, " ")
}
