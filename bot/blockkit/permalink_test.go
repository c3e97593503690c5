package blockkit

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/slack-go/slack"
)

// TestNamesOfThreadsBecomeLinks: wherever a link may stand and there is an address, and
// nowhere else; what they are links in stays as it is.
func TestNamesOfThreadsBecomeLinks(t *testing.T) {
	t.Parallel()
	names := regexp.MustCompile(`\bINC-[1-9][0-9]{0,8}\b`)
	to := Permalinks{"INC-7": "https://acme.slack.com/archives/C0DB/p1700000000123456?thread_ts=1700000000.1&cid=C0DB"}
	for _, test := range []struct{ says, want string }{
		{"*INC-7* and INC-77, `status INC-7`", "*<https://acme.slack.com/archives/C0DB/p1700000000123456?thread_ts=1700000000.1&amp;cid=C0DB|INC-7>* and INC-77, `status INC-7`"},
		{"<https://x.example/INC-7|INC-7> ```INC-7\nINC-7```", "<https://x.example/INC-7|INC-7> ```INC-7\nINC-7```"},
		{"https://x.example/INC-7?a=INC-7#INC-7 my-INC-7 INC-7-b, INC-7.", "https://x.example/INC-7?a=INC-7#INC-7 my-INC-7 INC-7-b, <https://acme.slack.com/archives/C0DB/p1700000000123456?thread_ts=1700000000.1&amp;cid=C0DB|INC-7>."},
		{"XINC-7 INC-07 inc-7 INC-7000000000", "XINC-7 INC-07 inc-7 INC-7000000000"},
	} {
		if got := (Message{Text: test.says}).Linked(names, to).Text; got != test.want {
			t.Errorf("%q: got %q, want %q", test.says, got, test.want)
		}
	}

	says := (&Paragraph{}).Bold("INC-7").Text(" follows INC-8, see INC-7 and ").Code("INC-7")
	m := Message{Text: "INC-7.", Blocks: []slack.Block{RichText("a", says.Section(), Bullets([]*Paragraph{says}), Quote((&Paragraph{}).Text("as in INC-7"))), Context("b", PlainText("INC-7"), Mrkdwn("*INC-7*"))}}
	before, _ := json.Marshal(m)
	if got, want := m.Named(names), []string{"INC-7", "INC-8"}; !slices.Equal(got, want) {
		t.Errorf("named are %v, want %v", got, want)
	}
	linked, _ := json.Marshal(m.Linked(names, to))
	if n := strings.Count(string(linked), "acme.slack.com"); n != 6 {
		t.Errorf("got %d links, want 6:\n%s", n, linked)
	}
	if after, _ := json.Marshal(m); string(after) != string(before) {
		t.Error("the message itself was changed")
	}

	// A longer number that begins alike is another incident.
	m = Message{Blocks: []slack.Block{RichText("a", (&Paragraph{}).Text("INC-77,INC-7 INC-70 XINC-7").Section())}}
	if got, want := Terminal(m.Linked(names, to)), "INC-77,INC-7 ("+to["INC-7"]+") INC-70 XINC-7"; strings.TrimSpace(got) != want {
		t.Errorf("got %q, want %q", got, want)
	}

	// Only as far as there is room.
	var items []*Paragraph
	for range 300 {
		items = append(items, (&Paragraph{}).Text("INC-7"))
	}
	full := Message{Blocks: []slack.Block{RichText("a", Bullets(items[:80]))}}
	if got := Size(full.Linked(names, to).Blocks...); got > MaxTotal {
		t.Errorf("with links the message weighs %d, Slack takes %d", got, MaxTotal)
	}
}
