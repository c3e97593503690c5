package message

import (
	"fmt"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/costreview/report"
)

// notice is the word about one budget: which, how far, whom it concerns, and where the
// money went.
func notice(v DigestView, n report.Notice) Message {
	name := orNothing(textutil.CutUnits(Line(n.Budget.Name), 60))
	head := map[report.Level]string{
		report.NearlyUsed: "⚠️ Budget " + name + ": 80 % are spent",
		report.WillGoOver: "⚠️ Budget " + name + ": the month will go over it",
		report.UsedUp:     "🔴 Budget " + name + ": all of it is spent",
	}[n.Level]
	if head == "" {
		head = "⚠️ Budget " + name
	}
	c := currencyName(n.Currency)
	until := n.Budget.Until
	standing := upper(textutil.CutUnits(Line(n.Budget.Sentence(c, until, v.Report.MadeAt)), 250)) + ", data to " + until.Time().Format("Mon 2 Jan") + "."
	blocks := []slack.Block{header("head", head), small("origin", markup("*"+report.ID(v.Number)+"*"), plain(orNothing(textutil.CutUnits(Line(n.Digest), 60))))}
	if v.Belongs != "" {
		blocks = append(blocks, lines("belongs", []*paragraph{belongs(v.Belongs, v.BelongsWhy)}))
	}
	owners := plainNames(n.Budget.Owners)
	if v.Names != nil {
		owners = v.Names.notify(n.Budget.Owners)
	} else {
		owners = EscapeMrkdwn(owners)
	}
	blocks = append(blocks, section("call", calling(owners, EscapeMrkdwn(standing))))
	var top []*paragraph
	for _, s := range n.Top {
		top = append(top, (&paragraph{}).text(textutil.CutUnits(Line(s.Name), maxName)+": "+show(s.Total, c)))
	}
	if len(top) > 0 {
		says := "Where it went"
		if n.Budget.Filter != "" {
			says += " (" + textutil.CutUnits(Line(n.Budget.Filter), 100) + ")"
		}
		blocks = append(blocks, rich("top", (&paragraph{}).bold(says).section(), bullets(top)))
	}
	blocks = append(blocks, small("way", markup(fmt.Sprintf("`%s cost SERVICE` shows eight weeks of one service.", v.Command))))
	return Message{Text: cutMarkup(EscapeMrkdwn(head)+". "+EscapeMrkdwn(standing), MaxText), Blocks: blocks}
}
