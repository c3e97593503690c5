package digest

import (
	"fmt"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/message"
)

// notice is the word about one budget: which, how far, whom it concerns, and where the
// money went.
func notice(v View, n report.Notice) blockkit.Message {
	name := blockkit.NotEmpty(textutil.CutUnits(blockkit.Line(n.Budget.Name), 60))
	head := map[report.Level]string{
		report.NearlyUsed: "⚠️ Budget " + name + ": more than 80 % is spent",
		report.WillGoOver: "⚠️ Budget " + name + ": the month will go over it",
		report.UsedUp:     "🔴 Budget " + name + ": all of it is spent",
	}[n.Level]
	if head == "" {
		head = "⚠️ Budget " + name
	}
	c := currencyName(n.Currency)
	until := n.Budget.Until
	standing := textutil.Capital(textutil.CutUnits(blockkit.Line(n.Budget.Sentence(c, until, v.Report.MadeAt)), 250)) + ", data to " + until.Time().Format("Mon 2 Jan") + "."
	blocks := []slack.Block{blockkit.Header("head", head), blockkit.Context("origin", blockkit.Mrkdwn("*"+report.ID(v.Number)+"*"), blockkit.PlainText(blockkit.NotEmpty(textutil.CutUnits(blockkit.Line(n.Digest), 60))))}
	if v.Belongs != "" {
		blocks = append(blocks, blockkit.Lines("belongs", []*blockkit.Paragraph{message.Belongs(v.Belongs, v.BelongsWhy)}))
	}
	owners := message.PlainNames(n.Budget.Owners)
	if v.Names != nil {
		owners = v.Names.Notify(n.Budget.Owners)
	} else {
		owners = blockkit.EscapeMrkdwn(owners)
	}
	blocks = append(blocks, blockkit.Section("call", message.Calling(owners, blockkit.EscapeMrkdwn(standing))))
	var top []*blockkit.Paragraph
	for _, s := range n.Top {
		top = append(top, (&blockkit.Paragraph{}).Text(textutil.CutUnits(blockkit.Line(s.Name), maxName)+": "+show(s.Total, c)))
	}
	if len(top) > 0 {
		says := "Where it went"
		if n.Budget.Filter != "" {
			says += " (" + textutil.CutUnits(blockkit.Line(n.Budget.Filter), 100) + ")"
		}
		blocks = append(blocks, blockkit.RichText("top", (&blockkit.Paragraph{}).Bold(says).Section(), blockkit.Bullets(top)))
	}
	blocks = append(blocks, blockkit.Context("way", blockkit.Mrkdwn(fmt.Sprintf("`%s cost SERVICE` shows eight weeks of one service.", v.Command))))
	return blockkit.Message{Text: blockkit.CutMrkdwn(blockkit.EscapeMrkdwn(head)+". "+blockkit.EscapeMrkdwn(standing), blockkit.MaxText), Blocks: blocks}
}
