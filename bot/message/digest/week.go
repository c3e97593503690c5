package digest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
)

// organisationLines are what the root says about growth: the cost of a user, unless it
// stands above already, beside the sheet's yardsticks, and the nearest threshold.
func organisationLines(r report.Report, command string) []*blockkit.Paragraph {
	o := r.Organisation
	if o == nil {
		return nil
	}
	var all []*blockkit.Paragraph
	if u := o.PerUser; u != nil {
		says := perUser(u) + ". "
		if perUserAnswers(r) {
			says = ""
		}
		switch {
		case u.Yardsticks != "":
			says += textutil.CutUnits(blockkit.Line(u.Yardsticks), 240)
			if u.Disagree != "" {
				says += fmt.Sprintf("; why they disagree: %s ask %s", command, textutil.CutUnits(blockkit.Line(u.Disagree), 10))
			}
		case len(u.Sentences) > 0: // they begin with the figure
			says = textutil.CutUnits(blockkit.Line(strings.Join(u.Sentences, " ")), 400)
		}
		if says = strings.TrimSuffix(says, ". "); says != "" {
			all = append(all, (&blockkit.Paragraph{}).Bold("Per user").Text(": "+says))
		}
	}
	if len(o.Moves) > 0 {
		m := o.Moves[0]
		all = append(all, (&blockkit.Paragraph{}).Bold("Next threshold: "+textutil.CutUnits(blockkit.Line(m.ID+" "+m.Title), 100)).Text(". "+textutil.CutUnits(blockkit.Line(m.Sentence), 320)))
	}
	return all
}

func perUser(u *report.PerUser) string {
	c := currencyName(u.Currency)
	return fmt.Sprintf("%s a month, of %s a month in all", money.Show(u.Value, c), money.Show(u.Month, c))
}

// organisationChunks are users, growth, all thresholds and what the sheet wants at
// this scale.
func organisationChunks(v View) []chunk {
	o := v.Report.Organisation
	if o == nil {
		return nil
	}
	var facts []string
	facts = append(facts, figure("Users", o.Users, people(o.Users.Value))...)
	facts = append(facts, figure("Growth", o.Growth, percent(100*o.Growth.Value)+" a week")...)
	if o.Measured > 0 {
		facts = append(facts, "Growth is measured over "+textutil.Count(o.Measured, "stored week"))
	}
	if u := o.PerUser; u != nil {
		if len(u.Sentences) == 0 {
			facts = append(facts, "Per user: "+perUser(u))
		}
		facts = append(facts, u.Sentences...)
	}
	if o.SLO != "" {
		facts = append(facts, o.SLO)
	}
	chunks := sentences("facts", "", append(facts, o.Notes...), 700)
	var moves []string
	for _, m := range o.Moves {
		moves = append(moves, strings.TrimSpace(m.ID+" "+m.Title)+": "+m.Sentence)
	}
	return append(chunks, sentences("moves", "Thresholds", moves, 900)...)
}

// people writes a number of users: "44M", "1.25M", "850,000".
func people(n float64) string {
	if n < 1e6 {
		return money.ShowTo(n, "", 0)
	}
	return money.Short(n, "")
}

// figure says a number with where it is from, or why it is not known.
func figure(name string, f report.Figure, value string) []string {
	switch {
	case f.Known && f.Source != "":
		return []string{name + ": " + value + ", " + f.Source}
	case f.Known:
		return []string{name + ": " + value}
	case f.Why != "":
		return []string{name + " not known: " + f.Why}
	}
	return nil
}

// incidentLines are what the root says about the week's incidents.
func incidentLines(w *report.WeekOfAlerts) []*blockkit.Paragraph {
	if w == nil {
		return nil
	}
	p := (&blockkit.Paragraph{}).Bold("Incidents: " + textutil.Thousands(w.Count)).Text(drills(w))
	if w.Ack != nil && w.Ack.Of > 0 {
		p.Text(" · acknowledged in " + textutil.Span(w.Ack.Median) + ", at worst " + textutil.Span(w.Ack.Worst))
	}
	if w.Resolve != nil && w.Resolve.Of > 0 {
		p.Text(" · resolved in " + textutil.Span(w.Resolve.Median) + ", at worst " + textutil.Span(w.Resolve.Worst))
	}
	if n := sum(w.False); n > 0 {
		p.Text(" · " + textutil.Thousands(n) + " of them false alarms or noise")
	}
	all := []*blockkit.Paragraph{p}
	if late := lateSteps(w); late > 0 {
		var owners []string
		for _, o := range w.Overdue[:min(len(w.Overdue), 3)] {
			owners = append(owners, fmt.Sprintf("%s %d", blockkit.NotEmpty(textutil.CutUnits(blockkit.Line(o.Owner), 60)), len(o.Steps)))
		}
		all = append(all, (&blockkit.Paragraph{}).Text("⏰ ").Bold(textutil.Count(late, "step")+" overdue").Text(": "+strings.Join(owners, ", ")+textutil.More(len(w.Overdue)-3)))
	}
	return all
}

func drills(w *report.WeekOfAlerts) string {
	if w.Drills == 0 {
		return ""
	}
	return " and " + textutil.Count(w.Drills, "drill")
}

func sum(all []report.Count) (n int) {
	for _, c := range all {
		n += c.Count
	}
	return n
}

func lateSteps(w *report.WeekOfAlerts) (n int) {
	for _, o := range w.Overdue {
		n += len(o.Steps)
	}
	return n
}

// incidentChunks are how the week's incidents went: counts, times, false alarms by
// alert, and what is overdue by who has it.
func incidentChunks(v View) []chunk {
	w := v.Report.Incidents
	if w == nil {
		return nil
	}
	facts := []string{textutil.Count(w.Count, "incident") + drills(w)}
	for _, t := range []struct {
		word  string
		times *report.Times
	}{{"Acknowledged", w.Ack}, {"Resolved", w.Resolve}} {
		if t.times == nil {
			continue
		}
		s := fmt.Sprintf("%s: in %s (median of %s), at worst in %s", t.word, textutil.Span(t.times.Median), textutil.Thousands(t.times.Of), textutil.Span(t.times.Worst))
		if t.times.Of == 0 {
			s = t.word + ": none yet"
		}
		if t.times.Open > 0 {
			s += fmt.Sprintf("; not yet: %s", textutil.Thousands(t.times.Open))
		}
		facts = append(facts, s)
	}
	if w.StepsLate > 0 {
		facts = append(facts, textutil.Count(w.StepsLate, "step")+" of them late")
	}
	var chunks []chunk
	if w.Count+w.Drills > 0 {
		chunks = sentences("week", "", facts, 400)
	}
	for _, t := range []struct {
		id, title, about string
		counts           []report.Count
	}{
		{"false", "False alarms and noise", "by alert: candidates for a better rule", w.False},
		{"playbooks", "By playbook", "", w.ByPlaybook},
		{"severities", "By severity", "", w.BySeverity},
	} {
		var rows []line
		for _, c := range t.counts {
			rows = append(rows, line{amounts: []string{textutil.Thousands(c.Count)}, name: textutil.CutUnits(blockkit.Line(c.Name), maxName)})
		}
		chunks = append(chunks, table(t.id, t.title, t.about, rows)...)
	}
	for k, o := range w.Overdue {
		var rows []line
		for _, s := range o.Steps {
			tier := strings.ReplaceAll(textutil.CutUnits(blockkit.Line(s.Tier), 20), "_", "-")
			rows = append(rows, line{amounts: []string{textutil.Count(s.Days, "day")}, name: textutil.CutUnits(blockkit.Line(s.Incident), 20) + " " + textutil.CutUnits(blockkit.Line(s.Step), maxName) + " (" + tier + ")"})
		}
		chunks = append(chunks, table(fmt.Sprintf("overdue:%d", k), "Overdue: "+blockkit.NotEmpty(textutil.CutUnits(blockkit.Line(o.Owner), maxName)), textutil.Count(len(o.Steps), "step"), rows)...)
	}
	return chunks
}

// stepChunks are all cost steps with their buttons.
func stepChunks(v View) []chunk {
	var chunks []chunk
	for k, s := range v.Report.Steps {
		id := fmt.Sprintf("step:%d", k+1)
		c := clickable(stepBlocks(v.fresh(), s, id, false), stepBlocks(v, s, id, false))
		c.said = blockkit.EscapeMrkdwn(textutil.CutUnits(blockkit.Line(s.ID+" "+s.Title), 60)) + " " + string(v.adoption(s).State)
		chunks = append(chunks, c)
	}
	return chunks
}

// missingChunks are all that is missing, unless the root says it in full.
func missingChunks(v View) []chunk {
	all := v.Report.Missing
	if len(all) <= rootMissing && !slices.ContainsFunc(all, func(s string) bool { return textutil.Units(blockkit.Line(s)) > maxMissing }) {
		return nil
	}
	return sentences("missing", "", all, 900)
}
