package slackapi

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/topic"
)

// history serves pages of messages, newest first.
func history(t testing.TB, pages ...string) *Client {
	c := startClient(t, func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.FormValue("cursor"))
		next := ""
		if n+1 < len(pages) {
			next = strconv.Itoa(n + 1)
		}
		fmt.Fprintf(w, `{"ok":true,"messages":[%s],"response_metadata":{"next_cursor":%q}}`, pages[n], next)
	})
	c.Remember(Identity{TeamID: "T1", UserID: "U0BOT", BotID: "B1", AppID: "A1"})
	return c
}

// TestNewestIncident: the bot's own posts tell which incidents Slack has seen, be they
// whole, shortened, or a storm's; nobody else's words do.
func TestNewestIncident(t *testing.T) {
	const (
		people = `{"ts":"9.1","user":"U1","text":"INC-900","blocks":[{"value":"INC-901"}],"metadata":{"event_type":"playbook_op","event_payload":{"op_id":"INC-902-x"}}}`
		whole  = `{"ts":"8.1","bot_id":"B1","blocks":[{"type":"actions","elements":[{"value":"INC-41"}]}]}`
		marked = `{"ts":"8.2","bot_id":"B1","text":"INC-800","metadata":{"event_type":"playbook_op","event_payload":{"op_id":"INC-42-ABC"}}}`
		bare   = `{"ts":"8.3","bot_id":"B1","blocks":[{"type":"rich_text","block_id":"` + opBlock + `INC-43-ABC"}]}`
		older  = `{"ts":"8.4","bot_id":"B1","metadata":{"event_type":"playbook_op","event_payload":{"op_id":"ABC"}}}`
		joined = `{"ts":"7.1","user":"U0BOT","subtype":"channel_join","text":"joined"}`
	)
	far := strings.Split(strings.Repeat(people+" ", newestPages+1), " ")[:newestPages+1]
	for _, test := range []struct {
		name  string
		pages []string
		want  int
		found bool
	}{
		{"an empty channel", []string{""}, 0, true},
		{"people alone", []string{people}, 0, true},
		{"a root", []string{people + "," + whole}, 41, true},
		{"a root that was shortened", []string{marked + "," + whole}, 42, true},
		{"one without metadata", []string{bare + "," + marked}, 43, true},
		{"of an older binary, shortened", []string{older}, 0, true},
		{"far back", append(far[:newestPages-1:newestPages-1], whole), 41, true},
		{"further back than is read", append(far, whole), 0, false},
		{"where the bot joined lately", append([]string{people + "," + joined}, far...), 0, true},
	} {
		got, found, err := history(t, test.pages...).NewestIncident(t.Context(), "C1")
		if err != nil || got != test.want || found != test.found {
			t.Errorf("%s: got %d, %v, %v, want %d, %v", test.name, got, found, err, test.want, test.found)
		}
	}
}

// TestOps: an op tells of which incident it is.
func TestOps(t *testing.T) {
	if got := highest(opID, []byte(OpOf(topic.Incident(142)))); got != 142 {
		t.Errorf("got INC-%d, want INC-142", got)
	}
	if got := OpOf(topic.Storm(140)); strings.Contains(got, "-") {
		t.Errorf("a storm's op is %s", got)
	}
}
