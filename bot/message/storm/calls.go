package storm

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/message"
)

const maxCalled = 10 // incidents that a storm's ping names

// stormCalls are the pings for incidents that have no thread for one of their
// own. A call is left out when by now it concerns none of them any more.
func stormCalls(v View, rows []*row) []message.Slot {
	var slots []message.Slot
	for _, c := range v.Storm.Calls {
		concerned := slices.DeleteFunc(slices.Clone(rows), func(r *row) bool { return r.Show != incident.ShowListed || !concerns(c, r) })
		if len(concerned) == 0 {
			continue
		}
		slices.SortFunc(concerned, worse)
		slots = append(slots, message.Slot{Name: callSlot(c), Thread: true, Once: true, Message: stormCall(v, c, concerned)})
	}
	return slots
}

func concerns(c incident.StormCall, r *row) bool {
	if c.Kind == incident.KindEscalated {
		return r.State == incident.Open
	}
	return r.Overdue && !r.over()
}

// callSlot names a call by what makes it the same call: why, level and whom.
func callSlot(c incident.StormCall) string {
	sum := sha256.Sum256([]byte(strings.Join(c.Mention, "\x00")))
	whom := hex.EncodeToString(sum[:4])
	if c.Kind == incident.KindEscalated {
		return fmt.Sprintf("escalation:%d:%s", c.Level, whom)
	}
	return "deadline:" + whom
}

func stormCall(v View, c incident.StormCall, concerned []*row) blockkit.Message {
	n := len(concerned)
	says := fmt.Sprintf("%s of this storm without a thread %s immediate steps that are overdue.", textutil.Count(n, "incident"), textutil.Plural(n, "has", "have"))
	text := fmt.Sprintf("Overdue: immediate steps of %s of a storm. Worst: ", textutil.Count(n, "incident"))
	if c.Kind == incident.KindEscalated {
		says = fmt.Sprintf("nobody has acknowledged %s of this storm that %s no thread (escalation level %d).", textutil.Count(n, "incident"), textutil.Plural(n, "has", "have"), c.Level)
		text = fmt.Sprintf("Nobody has acknowledged %s of a storm. Worst: ", textutil.Count(n, "incident"))
	}
	items := make([]*blockkit.Paragraph, 0, maxCalled) // without leads: only those called are notified
	for _, r := range concerned[:min(n, maxCalled)] {
		items = append(items, r.named(maxStormTitleBytes))
	}
	parts := []slack.RichTextElement{blockkit.Bullets(items)}
	if rest := n - len(items); rest > 0 {
		parts = append(parts, (&blockkit.Paragraph{}).Italic("and "+textutil.Thousands(rest)+" more").Section())
	}
	id := incident.ID(concerned[0].Number)
	return blockkit.Message{
		Text: text + concerned[0].said(),
		Blocks: []slack.Block{
			blockkit.Section("call", message.Calling(blockkit.CutMrkdwn(v.Names.Notify(c.Mention), blockkit.MaxSection/2), says)),
			blockkit.RichText("concerned", parts...),
			blockkit.Context("way", blockkit.Mrkdwn(fmt.Sprintf("`%[1]s ack %[2]s` takes one, `%[1]s thread %[2]s` shows it in a thread of its own.", v.Command, id))),
		},
	}
}

// calm says that a storm is over and what it leaves.
func calm(rows []*row) blockkit.Message {
	over := 0
	for _, r := range rows {
		if r.over() {
			over++
		}
	}
	left := len(rows) - over
	says := fmt.Sprintf("The storm is over. Of its %s, %s %s over and %s %s people.",
		textutil.Count(len(rows), "incident"), textutil.Thousands(over), textutil.IsAre(over), textutil.Thousands(left), textutil.Plural(left, "still needs", "still need"))
	if left == 0 {
		says = fmt.Sprintf("The storm is over, and so %s all of its %s.", textutil.IsAre(len(rows)), textutil.Count(len(rows), "incident"))
	}
	says += " New incidents get threads of their own again."
	return blockkit.Message{Text: says, Blocks: []slack.Block{blockkit.Section("calm", "🌤️ "+says)}}
}
