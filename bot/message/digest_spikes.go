package message

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/action"
	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/incident"
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
func spikesRoom(v DigestView) int {
	room := 100 + sizeEstimate(spikesHead(v.Report))
	for k, a := range first(allSpikes(v.Report), rootSpikes) {
		room += sizeEstimate(spikeBlocks(v.fresh(), a, fmt.Sprintf("spike:%d", k+1), false)...) + clickRoom
	}
	return room
}

func first(all []spike, n int) []spike { return all[:min(len(all), n)] }

// spikes puts the root's anomalies on the stack.
func (s *stack) spikes(v DigestView, preview bool) {
	all := allSpikes(v.Report)
	if len(all) == 0 {
		return
	}
	s.add(0, spikesHead(v.Report))
	shown := 0
	for k, a := range first(all, rootSpikes) {
		id := fmt.Sprintf("spike:%d", k+1)
		if s.add(sizeEstimate(spikeBlocks(v.fresh(), a, id, false)...)+clickRoom, spikeBlocks(v, a, id, preview)...) {
			shown++
		}
	}
	if rest := len(all) - shown; rest > 0 {
		s.add(0, small("spikes:rest", plain("and "+textutil.Count(rest, "more service")+", in the thread")))
	}
}

func spikesHead(r report.Report) slack.Block {
	return section("spikes", "🔺 *Above what was expected"+EscapeMrkdwn(excess(r))+"*")
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
func judgedLines(r report.Report) (all []*paragraph) {
	for _, m := range r.Money[:min(len(r.Money), maxCurrencies)] {
		of := ""
		if len(r.Money) > 1 {
			of = inCurrency(m)
		}
		switch verdict, rest, _ := strings.Cut(m.Verdict(), ":"); {
		case verdict == "":
		case m.Judged.Services > 0:
			all = append(all, (&paragraph{}).text("✅ ").bold(verdict+of).text(":"+rest))
		default:
			all = append(all, (&paragraph{}).text("❔ ").bold(verdict+of).text(":"+rest))
		}
		if s := m.NotJudged(); s != "" {
			all = append(all, (&paragraph{}).text(textutil.CutUnits(Line(s), 300)))
		}
		for _, g := range m.Growing[:min(len(m.Growing), rootGrowing)] {
			all = append(all, (&paragraph{}).text("📈 ").bold(growingName(g, 60)).text(" "+g.Verb()+": "+grownBy(g, currency(m))))
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
func spikeBlocks(v DigestView, a spike, id string, preview bool) []slack.Block {
	all := []*paragraph{a.sentence()}
	expected, isExpected := mark(v.Marks, a.Series, MarkExpected)
	investigated, isInvestigated := mark(v.Marks, a.Series, MarkInvestigated)
	if isExpected {
		p := (&paragraph{}).text("✅ ").bold("Expected").text(", says " + clicker(expected.By) + ", ").date(expected.At)
		if why := textutil.CutUnits(Line(expected.Reason), 120); why != "" {
			p.text(": “" + why + "”")
		}
		all = append(all, p)
	}
	if isInvestigated {
		p := (&paragraph{}).text("🔎 ").bold("Investigated").text(" since ").date(investigated.At).text(" by " + clicker(investigated.By))
		if investigated.Incident > 0 {
			p.text(": " + incident.ID(investigated.Incident))
		}
		all = append(all, p)
	}
	blocks := []slack.Block{lines(id, all)}
	value := report.ID(v.Number) + "/" + a.Series
	if preview || a.Series == "" || textutil.Units(value) > MaxButton {
		return blocks
	}
	var buttons []slack.BlockElement
	if !isExpected {
		buttons = append(buttons, button(action.DigestExpected, value, "Expected…"))
	}
	if !isInvestigated && !isExpected {
		buttons = append(buttons, button(action.DigestInvestigate, value, "Investigate"))
	}
	if len(buttons) > 0 {
		blocks = append(blocks, slack.NewActionBlock("act:"+id, buttons...))
	}
	return blocks
}

// sentence is an anomaly with what was expected, what came, when, and the
// difference.
func (a spike) sentence() *paragraph {
	decimals := money.Decimals(max(a.Actual, a.Expected))
	p := (&paragraph{}).bold(serviceName(a.Provider, a.Service, 60)).
		text(fmt.Sprintf(": %s against %s expected on %s: ", money.ShowTo(a.Actual, a.currency, decimals), money.ShowTo(a.Expected, a.currency, decimals), orNothing(dayRuns(a.Days)))).
		bold(money.SignedTo(a.Excess, a.currency, decimals))
	if label := textutil.CutUnits(Line(a.Label), 40); label != "" {
		p.text(" · " + label)
	}
	if a.Again > 0 {
		p.text(fmt.Sprintf(" · told in %s before: is this the new level?", textutil.Count(a.Again, "digest")))
	}
	return p
}

// clicker is who clicked, as plain text: a digest mentions nobody.
func clicker(u incident.User) string { return textutil.CutUnits(name(u), 40) }

// mark is the newest of a kind about a series.
func mark(all []Mark, series string, kind MarkKind) (newest Mark, found bool) {
	for _, m := range all {
		if m.Series == series && m.Kind == kind && (!found || !m.At.Before(newest.At)) {
			newest, found = m, true
		}
	}
	return newest, found
}
