package digest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/action"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/message"
)

// spike is an anomaly with its currency.
type spike struct {
	report.Anomaly
	currency string
	place    int // of the currency in the report
}

// allSpikes are a report's anomalies: the largest currency's first, in it the most
// expensive.
func allSpikes(r report.Report) []spike {
	var all []spike
	for k, m := range r.Money {
		for _, a := range m.Spikes {
			all = append(all, spike{a, currency(m), k})
		}
	}
	slices.SortStableFunc(all, func(x, y spike) int {
		if x.place != y.place {
			return 0 // never compared
		}
		return cmp.Compare(y.Excess, x.Excess)
	})
	return all
}

// spikesRoom is the room of the root's anomalies before anybody clicked.
func spikesRoom(v View) int {
	room := 100 + blockkit.Size(spikesHead(v.Report))
	for k, a := range first(allSpikes(v.Report), rootSpikes) {
		room += blockkit.Size(spikeBlocks(v.fresh(), a, fmt.Sprintf("spike:%d", k+1), false)...) + clickRoom
	}
	return room
}

func first[T any](all []T, n int) []T { return all[:min(len(all), n)] }

// spikes puts the root's anomalies on the stack.
func (s *stack) spikes(v View, preview bool) {
	all := allSpikes(v.Report)
	if len(all) == 0 {
		return
	}
	s.add(0, spikesHead(v.Report))
	shown := 0
	for k, a := range first(all, rootSpikes) {
		id := fmt.Sprintf("spike:%d", k+1)
		if s.add(blockkit.Size(spikeBlocks(v.fresh(), a, id, false)...)+clickRoom, spikeBlocks(v, a, id, preview)...) {
			shown++
		}
	}
	if rest := len(all) - shown; rest > 0 {
		s.add(0, blockkit.Context("spikes:rest", blockkit.PlainText("and "+textutil.Count(rest, "more service")+", in the thread")))
	}
}

func spikesHead(r report.Report) slack.Block {
	return blockkit.Section("spikes", "🔺 *Above what was expected"+blockkit.EscapeMrkdwn(excess(r))+"*")
}

// excess is what all anomalies exceed together, by currency: ": +$5,702 in 2
// services".
func excess(r report.Report) string {
	var all []string
	for _, m := range r.Money {
		j := report.Judged{Spikes: len(m.Spikes)}
		for _, a := range m.Spikes {
			j.Excess += a.Excess
		}
		if m.Judged != nil {
			j = *m.Judged
		}
		if j.Spikes > 0 && len(all) < maxCurrencies {
			all = append(all, money.Signed(j.Excess, currency(m))+" in "+textutil.Count(j.Spikes, "service"))
		}
	}
	return ": " + textutil.List(all)
}

// judgedLines say that nothing was out of the ordinary or why that is not known, and
// what grows all the same, currency by currency.
func judgedLines(r report.Report) (all []*blockkit.Paragraph) {
	for _, m := range r.Money[:min(len(r.Money), maxCurrencies)] {
		of := ""
		if len(r.Money) > 1 {
			of = inCurrency(m)
		}
		switch verdict, rest, _ := strings.Cut(m.Verdict(), ":"); {
		case verdict == "":
		case m.Judged.Services > 0:
			all = append(all, (&blockkit.Paragraph{}).Text("✅ ").Bold(verdict+of).Text(":"+rest))
		default:
			all = append(all, (&blockkit.Paragraph{}).Text("❔ ").Bold(verdict+of).Text(":"+rest))
		}
		if s := m.NotJudged(); s != "" {
			all = append(all, (&blockkit.Paragraph{}).Text(textutil.CutUnits(blockkit.Line(s), 300)))
		}
		for _, g := range m.Growing[:min(len(m.Growing), rootGrowing)] {
			all = append(all, (&blockkit.Paragraph{}).Text("📈 ").Bold(growingName(g, 60)).Text(" "+g.Verb()+": "+grownBy(g, currency(m))))
		}
	}
	return all
}

func growingName(g report.Growth, limit int) string {
	if g.Series == "" {
		return "All usage"
	}
	return serviceName(g.Provider, g.Service, limit)
}

func grownBy(g report.Growth, currency string) string {
	return show(g.Was, currency) + " → " + show(g.Was.Add(g.Change), currency) + " on the same weekdays"
}

// spikeBlocks are an anomaly, what people said about it, and the buttons that are
// left.
func spikeBlocks(v View, a spike, id string, preview bool) []slack.Block {
	expected, isExpected := mark(v.Marks, a.Series, MarkExpected)
	investigated, isInvestigated := mark(v.Marks, a.Series, MarkInvestigated)
	if isInvestigated && a.Incident == investigated.Incident {
		a.Incident = 0 // it is named below
	}
	all := []*blockkit.Paragraph{a.sentence()}
	if isExpected {
		all = append(all, withNote((&blockkit.Paragraph{}).Text("✅ ").Bold("Expected").Text(", says "+clicker(expected.By)+", ").Date(expected.At), expected.Reason))
	}
	if isInvestigated {
		p := (&blockkit.Paragraph{}).Text("🔎 ").Bold("Investigated").Text(" since ").Date(investigated.At).Text(" by " + clicker(investigated.By))
		if investigated.Incident > 0 {
			p.Text(": " + incident.ID(investigated.Incident))
		}
		all = append(all, p)
	}
	blocks := []slack.Block{blockkit.Lines(id, all)}
	value := report.ID(v.Number) + "/" + a.Series
	if preview || a.Series == "" || textutil.Units(value) > blockkit.MaxButton {
		return blocks
	}
	var buttons []slack.BlockElement
	if !isExpected {
		buttons = append(buttons, blockkit.Button(action.DigestExpected.ID, value, "Expected…"))
	}
	if !isInvestigated && !isExpected && a.Incident == 0 {
		buttons = append(buttons, blockkit.Button(action.DigestInvestigate.ID, value, "Investigate"))
	}
	if len(buttons) > 0 {
		blocks = append(blocks, slack.NewActionBlock("act:"+id, buttons...))
	}
	return blocks
}

// sentence is an anomaly with what was expected, what came, when, and the
// difference.
func (a spike) sentence() *blockkit.Paragraph {
	decimals := money.Decimals(max(a.Actual, a.Expected))
	p := (&blockkit.Paragraph{}).Bold(serviceName(a.Provider, a.Service, 60)).
		Text(fmt.Sprintf(": %s against %s expected on %s: ", money.ShowTo(a.Actual, a.currency, decimals), money.ShowTo(a.Expected, a.currency, decimals), blockkit.NotEmpty(spikeDays(a.Anomaly)))).
		Bold(money.SignedTo(a.Excess, a.currency, decimals))
	if label := textutil.CutUnits(blockkit.Line(a.Label), 40); label != "" {
		p.Text(" · " + label)
	}
	if where := whose(a.Causes); where != "" {
		p.Text(" · " + where)
	}
	switch {
	case a.Incident > 0:
		p.Text(" · " + incident.ID(a.Incident) + " is about it")
	case a.Again > 0:
		p.Text(fmt.Sprintf(" · told in %s before: is this the new level?", textutil.Count(a.Again, "digest")))
	}
	return p
}

// clicker is who clicked, as plain text: a digest mentions nobody.
func clicker(u incident.User) string { return textutil.CutUnits(message.PersonName(u), 40) }

// mark is the newest of a kind about a series.
func mark(all []Mark, series string, kind MarkKind) (newest Mark, found bool) {
	for _, m := range all {
		if m.Series == series && m.Kind == kind && (!found || !m.At.Before(newest.At)) {
			newest, found = m, true
		}
	}
	return newest, found
}
