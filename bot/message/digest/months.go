package digest

import (
	"strings"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/costreview/report"
)

// What the root has room for; the thread has all.
const (
	rootMonths    = 3
	rootMonthsFor = 1_200 // bytes of all of them
	monthRoom     = 300   // that is always theirs
	monthFirst    = 700   // that is theirs before what moved and the steps, if not before what people are asked to act on
)

// monthBlock says how the month ends, a line a budget, those that are or will be used
// up with a sign before it; what a unit costs, and AI. It is there whenever there is a
// month, however little room there is: the picture stands below it.
func monthBlock(r report.Report, room int) []slack.Block {
	if len(r.Money) == 0 || len(r.Money[0].Months) == 0 {
		return nil
	}
	m := r.Money[0]
	var all []*blockkit.Paragraph
	add := func(p *blockkit.Paragraph) (fits bool) {
		with := append(all[:len(all):len(all)], p)
		if fits = blockkit.Size(blockkit.Lines("months", with)) <= min(room, rootMonthsFor); fits {
			all = with
		}
		return fits
	}
	for _, month := range m.Months[:min(len(m.Months), rootMonths)] {
		p := &blockkit.Paragraph{}
		if month.Over || month.OverOn != 0 {
			p.Text("⚠️ ")
		}
		p.Bold(textutil.Capital(textutil.CutUnits(blockkit.Line(month.Title(r.MadeAt)), 40))).Text(": " + textutil.CutUnits(blockkit.Line(month.Standing(currency(m), m.Until)), 160))
		if !add(p) {
			break
		}
	}
	if rest := len(m.Months) - len(all); rest > 0 {
		says := "How the month ends is in the thread"
		if len(all) > 0 {
			says = "and " + textutil.Count(rest, "more budget") + ", in the thread"
		}
		all = append(all, (&blockkit.Paragraph{}).Italic(says))
	}
	for _, u := range r.Units {
		if !add((&blockkit.Paragraph{}).Bold("Per " + textutil.CutUnits(blockkit.Line(u.Name), 40)).Text(strings.TrimPrefix(textutil.CutUnits(blockkit.Line(u.Sentence()), 200), blockkit.Line(u.Name)))) {
			break
		}
	}
	if m.AI != nil {
		_, says, _ := strings.Cut(blockkit.Line(m.AI.Sentence(currency(m))), ": ")
		add((&blockkit.Paragraph{}).Bold("AI").Text(": " + textutil.CutUnits(says, 200)))
	}
	return linesOf("months", all)
}

// monthSentences are all months for the thread; none when the root says them all.
func monthSentences(r report.Report, m report.CurrencyReport) (all []string) {
	inRoot := len(m.Months) == 1 && m.Currency == r.Money[0].Currency
	for _, month := range m.Months {
		s := textutil.Capital(month.Sentence(currency(m), m.Until, r.MadeAt))
		if month.Filter != "" {
			s += " (" + month.Filter + ")"
			inRoot = false
		}
		all = append(all, s)
	}
	if inRoot {
		return nil
	}
	return all
}

// unitSentences are what units cost, week by week, for the thread.
func unitSentences(r report.Report) (all []string) {
	for _, u := range r.Units {
		s := "Per " + u.Sentence()
		if u.Filter != "" {
			s += " (" + u.Filter + ")"
		}
		if trend := u.Trend(); trend != "" {
			s += ". By week: " + trend
		}
		all = append(all, s)
	}
	return all
}
