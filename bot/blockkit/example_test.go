package blockkit_test

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/blockkit"
)

// What comes from outside pings nobody and formats nothing.
func ExampleEscapeMrkdwn() {
	fmt.Println(blockkit.EscapeMrkdwn("*disk* is full"))
	fmt.Println(blockkit.EscapeMrkdwn("orders_db: a <b> & c"))
	// Output:
	// ∗disk∗ is full
	// orders_db: a &lt;b&gt; &amp; c
}

// A message has a text for notifications and screen readers, and blocks for everybody else.
func ExampleMessage() {
	host := "db-7 <primary>" // from outside
	what := (&blockkit.Paragraph{}).Bold(blockkit.Line(host)).Text(" is full since ").Date(time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC))
	m := blockkit.Message{
		Text: "Disk full: " + blockkit.EscapeMrkdwn(host),
		Blocks: []slack.Block{
			blockkit.Header("head", "Disk full"),
			blockkit.RichText("what", what.Section()),
			slack.NewActionBlock("act", blockkit.Button("disk:grow", "db-7", "Grow")),
		},
	}
	fmt.Println(m.Text)
	fmt.Print(blockkit.Terminal(m))
	// Output:
	// Disk full: db-7 &lt;primary&gt;
	// === Disk full ===
	// db-7 <primary> is full since 2026-11-30 08:00 UTC
	// [Grow]
}

// Whatever a message holds, it becomes one that Slack takes. Texts are cut first, then
// lists; commands never.
func ExampleFit() {
	lines := make([]*blockkit.Paragraph, 20)
	for k := range lines {
		lines[k] = (&blockkit.Paragraph{}).Text(strings.Repeat("<", 500)) // each of them six bytes in JSON
	}
	m := blockkit.Message{Text: "Too much.", Blocks: []slack.Block{blockkit.RichText("list", blockkit.Bullets(lines))}}
	fmt.Println(blockkit.Size(m.Blocks...) <= blockkit.MaxTotal)
	fmt.Println(blockkit.Size(blockkit.Fit(m).Blocks...) <= blockkit.MaxTotal)
	// Output:
	// false
	// true
}

// The ids of threads become links where their addresses are known, but not in code.
func ExampleMessage_Linked() {
	ids := regexp.MustCompile(`INC-\d+`)
	m := blockkit.Message{Text: "INC-7 again: `/playbook status INC-7`"}
	fmt.Println(m.Linked(ids, blockkit.Permalinks{"INC-7": "https://acme.slack.com/archives/C0DB/p17"}).Text)
	// Output:
	// <https://acme.slack.com/archives/C0DB/p17|INC-7> again: `/playbook status INC-7`
}
