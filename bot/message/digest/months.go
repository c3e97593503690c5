package digest

import (
	"cmp"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/costreview/report"
)

// What the root has room for; the thread has all.
const (
	rootMonths   = 2
	rootUnits    = 2
	answersFor   = 1_600 // bytes of all answers
	answersRoom  = 300   // that is always theirs, beside the teams'
	answersFirst = 700   // that is theirs before what moved and the steps, if not before what people are asked to act on
	answersElse  = "How the month ends, whose the costs are and what one unit costs is in the thread"
)

// answersBlock answers what a manager asks of every week: how the month ends, whose the
// costs are, and what one unit costs. It stands right below the headline, so that
// nothing that a week adds moves it out of the first ten lines. It is there whenever
// there is an answer, however little room there is: the picture stands below it.
func answersBlock(r report.Report, room int) []slack.Block {
	if len(r.Money) == 0 {
		return nil
	}
	months, units, teams := monthLines(r), unitLines(r), teamLine(r)
	if len(teams) > 0 {
		room += blockkit.LineSize(teams[0])
	}
	parts := []part{{lines: first(months, rootMonths), all: len(months)}, {lines: teams}, {lines: first(units, rootUnits), all: len(units)}, {lines: aiLine(r)}}
	// The first line of each goes before its second one.
	var size []*blockkit.Paragraph
	fit := func(k int) {
		if p := &parts[k]; p.fit < len(p.lines) {
			with := append(size[:len(size):len(size)], p.lines[p.fit])
			if blockkit.Size(blockkit.Lines("months", with)) <= min(room, answersFor) {
				size, p.fit = with, p.fit+1
			}
		}
	}
	for range max(rootMonths, rootUnits) {
		for k := range parts[:3] {
			fit(k)
		}
	}
	fit(3)
	var all []*blockkit.Paragraph
	asked := false
	for _, p := range parts {
		all = append(all, p.lines[:p.fit]...)
		asked = asked || len(p.lines) > 0
		if more := p.all - p.fit; more > 0 && p.fit > 0 {
			p.lines[p.fit-1].Text(" · " + textutil.Thousands(more) + " more in the thread")
		}
	}
	if asked && len(all) == 0 {
		all = append(all, (&blockkit.Paragraph{}).Italic(answersElse))
	}
	return linesOf("months", all)
}

// part are the answers to one question: the lines that the root may show of all, and
// how many of them have room.
type part struct {
	lines    []*blockkit.Paragraph
	all, fit int
}

// monthLines are how the month ends, a line a budget.
func monthLines(r report.Report) (all []*blockkit.Paragraph) {
	m := r.Money[0]
	for _, month := range urgent(m) {
		p := &blockkit.Paragraph{}
		if over(month) {
			p.Text("⚠️ ")
		}
		all = append(all, p.Bold(textutil.Capital(textutil.CutUnits(blockkit.Line(month.Title(r.MadeAt)), 40))).Text(": "+textutil.CutUnits(blockkit.Line(month.Standing(currency(m), m.Until)), 160)))
	}
	return all
}

// urgent are a currency's months, of budgets that are or will be used up first.
func urgent(m report.CurrencyReport) []report.MonthEnd {
	return slices.SortedStableFunc(slices.Values(m.Months), func(x, y report.MonthEnd) int {
		switch {
		case over(x) == over(y):
			return 0
		case over(x):
			return -1
		}
		return 1
	})
}

func over(m report.MonthEnd) bool { return m.Over || m.OverOn != 0 }

// unitLines are what one unit costs, those that are known first; without any, what one
// user costs.
func unitLines(r report.Report) (all []*blockkit.Paragraph) {
	units := slices.SortedStableFunc(slices.Values(r.Units), func(x, y report.UnitCost) int {
		return cmp.Compare(min(len(x.Why), 1), min(len(y.Why), 1))
	})
	for _, u := range units {
		all = append(all, (&blockkit.Paragraph{}).Bold("Per "+textutil.CutUnits(blockkit.Line(u.Name), 40)).Text(": "+textutil.CutUnits(blockkit.Line(u.Short()), 200)))
	}
	if perUserAnswers(r) {
		all = append(all, (&blockkit.Paragraph{}).Bold("Per user").Text(": "+perUser(r.Organisation.PerUser)))
	}
	return all
}

// perUserAnswers reports whether what one unit costs is what one user costs.
func perUserAnswers(r report.Report) bool {
	return len(r.Units) == 0 && len(r.Money) > 0 && r.Organisation != nil && r.Organisation.PerUser != nil
}

// aiLine is what AI costs.
func aiLine(r report.Report) []*blockkit.Paragraph {
	m := r.Money[0]
	if m.AI == nil {
		return nil
	}
	_, says, _ := strings.Cut(blockkit.Line(m.AI.Sentence(currency(m))), ": ")
	return []*blockkit.Paragraph{(&blockkit.Paragraph{}).Bold("AI").Text(": " + textutil.CutUnits(says, 200))}
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
