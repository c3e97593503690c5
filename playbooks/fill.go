package playbooks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/alerts/textutil"
)

// Filled is a playbook with the values of one group of alerts.
type Filled struct {
	Links []Link
	Steps []FilledStep
}

// FilledStep is a step as it is shown.
type FilledStep struct {
	ID        string
	Number    int
	Tier      TierName
	Title     string   // plain text, one line
	Detail    string   // Slack mrkdwn, values escaped
	Commands  []string // plain text
	Applies   bool     // false: hidden, but its number stays
	Templated bool     // title, detail or commands were filled in; false: they are the playbook's own text
}

// Fill puts the data into every template of the playbook. A template that
// fails stays as its author wrote it, shown as plain text, and a note says
// why; Fill itself never fails.
func (p *Playbook) Fill(d Data) (Filled, []string) { return p.fill(d, newBudget()) }

// Fill is Playbook.Fill with the templates that Read has compiled.
func (s *Source) Fill(d Data) (Filled, []string) {
	s.checker.budget.renew()
	return s.Playbook.fill(d, s.checker.budget)
}

func (p *Playbook) fill(d Data, b *budget) (Filled, []string) {
	f := filler{view: d.view(), budget: b}
	var out Filled
	out.Links = f.links(p.Links, d.Alerts)
	for _, n := range p.Steps() {
		out.Steps = append(out.Steps, f.step(n, d.Labels))
	}
	return out, f.notes
}

// Expr fills a PromQL expression.
func (d Data) Expr(expr string) (string, error) { return fill(expr, inTitle, d.view(), newBudget()) }

type filler struct {
	view   view
	budget *budget
	notes  []string
}

func (f *filler) notef(format string, args ...any) {
	f.notes = append(f.notes, fmt.Sprintf(format, args...))
}

func (f *filler) step(n NumberedStep, labels map[string]string) FilledStep {
	s := n.Step
	what := fmt.Sprintf("step %d (%s)", n.Number, s.ID)
	out := FilledStep{ID: s.ID, Number: n.Number, Tier: n.Tier, Applies: applies(s.Applies, labels)}
	if out.Title = textutil.Cut(f.text(s.Title, inTitle, what), maxTitle); !Shows(out.Title) {
		out.Title = s.ID
	}
	out.Detail = f.text(s.Detail, inMrkdwn, what)
	for _, c := range s.Commands {
		out.Commands = append(out.Commands, f.command(c, what, out.Applies))
	}
	out.Templated = IsTemplate(s.Title) || IsTemplate(s.Detail) || slices.ContainsFunc(s.Commands, IsTemplate)
	return out
}

// command fills a command; told: what is changed in it is noted, once.
func (f *filler) command(source, what string, told bool) string {
	filled, changes, err := f.budget.command(source, f.view)
	if err != nil {
		f.notef("%s: a template could not be filled: %v", what, err)
		return source
	}
	for _, c := range changes {
		if note := c.note(); told && note != "" && !slices.Contains(f.notes, note) {
			f.notes = append(f.notes, note)
		}
	}
	return filled
}

// text fills one text; when that fails, the template itself is shown.
func (f *filler) text(source string, where use, what string) string {
	filled, err := fill(source, where, f.view, f.budget)
	if err != nil {
		f.notef("%s: a template could not be filled: %v", what, err)
		if where == inMrkdwn {
			return mrkdwn(markLines(source))
		}
		return source
	}
	if where == inMrkdwn {
		return mrkdwn(filled)
	}
	return filled
}

// markLines makes a whole text a value, line by line, so that nothing in it
// formats, links or mentions.
func markLines(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = markValue(l)
	}
	return strings.Join(lines, "\n")
}

// applies tells whether a step's matchers all hold. Parse has refused those
// that cannot be read; of a playbook from elsewhere they hide nothing.
func applies(entries []string, labels map[string]string) bool {
	for _, e := range entries {
		if ms, err := ParseMatchers(e); err == nil && !ms.Match(labels) {
			return false
		}
	}
	return true
}
