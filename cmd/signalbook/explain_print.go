package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/config"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/playbooks"
)

// printer prints for people: what came from outside cannot steer the terminal.
type printer struct {
	out io.Writer
	colour
}

func (p printer) linef(format string, args ...any) {
	fmt.Fprintln(p.out, blockkit.Clean(fmt.Sprintf(format, args...)))
}

func (p printer) head(title string) { fmt.Fprintf(p.out, "%s\n", p.bold(blockkit.Clean(title))) }

func (x *explained) print(out io.Writer) {
	p := printer{out, newPaint(out)}
	n := x.notification
	about := fmt.Sprintf("%s firing, %d resolved", textutil.Count(n.Firing, "alert"), n.Resolved)
	if n.Truncated > 0 {
		about += fmt.Sprintf(", %d left out by the sender", n.Truncated)
	}
	p.linef("%s, as if received at %s", about, x.at.Format("2006-01-02 15:04 UTC"))
	x.printRoute(p)
	x.printSeverity(p)
	x.printChoice(p)
	i, ok := x.stage.Newest()
	if !ok {
		p.linef("")
		p.head("Nothing is shown")
		p.linef("  %s.", x.outcome.Reason)
		return
	}
	x.printSteps(p, i)
	p.linef("")
	p.head("Messages in " + i.Channel)
	for _, s := range x.stage.Messages(i) {
		where := ""
		if s.Thread {
			where = ", in its thread"
		}
		p.linef("")
		p.head("── " + s.Name + where)
		fmt.Fprint(p.out, blockkit.Terminal(s.Message))
	}
}

func (x *explained) printRoute(p printer) {
	labels := playbooks.DataFor(x.notification).Labels
	t := x.config.Route(labels)
	p.linef("")
	p.head("Route: " + t.Path)
	for _, v := range x.config.Verdicts(labels) {
		word := "not  "
		if v.Taken {
			word = "taken"
		}
		p.linef("  %s %s%s: %s", word, strings.Repeat("  ", v.Depth), v.Route, v.Why)
	}
	p.linef("  channel     %s", t.Channel)
	if t.Fallback != t.Channel {
		p.linef("  fallback    %s, when that cannot be written to", t.Fallback)
	}
	if incident.IsDrill(x.notification) {
		p.linef("  a drill     in %s; it calls nobody", cmp.Or(x.settings.Drills, t.Channel))
	}
	p.linef("  owners      %s", orElse(t.Owners, "none"))
	p.linef("  responders  %s", orElse(t.Responders, "anyone in the channel"))
	if sre := x.config.Roles.Resolve; len(sre) > 0 {
		p.linef("  resolve     only %s", strings.Join(sre, ", "))
	}
	for k, e := range t.Escalate {
		p.linef("  escalation  level %d, nobody has acknowledged for %s: %s", k+1, e.After, strings.Join(called(e), ", "))
	}
	if len(t.Escalate) == 0 {
		p.linef("  escalation  none")
	}
}

// called are the people and the service of a level.
func called(e config.Escalation) []string {
	names := slices.Clone(e.Mention)
	if h := e.Webhook.Hook(); h != nil {
		names = append(names, h.Name())
	} else if e.Webhook != nil {
		names = append(names, "a webhook whose address is in a file")
	}
	return names
}

// maxUnordered is how many severities outside the order are named.
const maxUnordered = 5

// printSeverity names the severities that the order does not know.
func (x *explained) printSeverity(p printer) {
	rules := x.settings.Rules
	var strange []string
	for _, a := range x.notification.Alerts {
		known, rank := rules.SeverityRank(a.Labels[rules.SeverityLabel])
		quoted := fmt.Sprintf("%q", textutil.CutUnits(blockkit.Line(known), 40))
		if known != "" && rank == len(rules.SeverityOrder) && !slices.Contains(strange, quoted) {
			strange = append(strange, quoted)
		}
	}
	if len(strange) == 0 {
		return
	}
	named := strings.Join(strange[:min(len(strange), maxUnordered)], ", ")
	if more := len(strange) - maxUnordered; more > 0 {
		named += fmt.Sprintf(" and %d more", more)
	}
	says := "is not in the order %s, so it comes last: add it to severities.order"
	if len(strange) > 1 {
		says = "are not in the order %s, so they come last: add them to severities.order"
	}
	p.linef("  severity    %s "+says, named, strings.Join(rules.SeverityOrder, ", "))
}

func orElse(names []string, otherwise string) string {
	if len(names) == 0 {
		return otherwise
	}
	return strings.Join(names, ", ")
}

func (x *explained) printChoice(p printer) {
	choice := x.settings.Playbooks.Select(x.notification)
	p.linef("")
	p.head("Playbook: " + choice.Playbook.Name)
	p.linef("  because: %s", choice.Reason)
	if choice.Note != "" {
		p.linef("  %s", choice.Note)
	}
	var far []string
	for _, r := range x.settings.Playbooks.Rejected(x.notification) {
		if r.Near == "" {
			far = append(far, r.Playbook)
			continue
		}
		p.linef("  not %s: %s", r.Playbook, r.Near)
	}
	if len(far) > 0 {
		p.linef("  no match: %s", strings.Join(far, ", "))
	}
}

func (x *explained) printSteps(p printer, i incident.Incident) {
	p.linef("")
	p.head("Steps")
	if i.Playbook.Note != "" {
		p.linef("  note: %s", strings.ReplaceAll(i.Playbook.Note, "\n", "\n  note: "))
	}
	labels := playbooks.DataFor(x.notification).Labels
	source := map[string]*playbooks.Step{}
	width := 0
	if book, ok := x.settings.Playbooks.Find(i.Playbook.Name); ok {
		for _, s := range book.Steps() {
			source[s.Step.ID] = s.Step
			width = max(width, len(s.Step.ID))
		}
	}
	waits := i.Waits()
	for _, t := range i.Tiers {
		p.linef("  %s, within %s, owners: %s", t.Name, t.Within, orElse(t.Owners, "none"))
		for _, s := range i.Steps {
			if s.Tier != t.Name {
				continue
			}
			p.linef("  %3d %-*s  %s", s.Number, width, s.ID, stepSays(s, waits[s.Number], source[s.ID], labels))
		}
	}
}

// stepSays is a step's title and what it asks, or why it is hidden. Own is the playbook's
// step; nil: not known.
func stepSays(s incident.Step, waits []int, own *playbooks.Step, labels map[string]string) string {
	switch {
	case len(waits) > 0:
		return fmt.Sprintf("waits for the answer to %s %s: %s", textutil.Plural(len(waits), "step", "steps"), strings.Trim(fmt.Sprint(waits), "[]"), strings.Join(s.When, ", and "))
	case s.Hidden && len(s.When) > 0:
		return "hidden, and nobody is asked: " + strings.Join(s.When, ", and ")
	case s.Hidden && own != nil:
		return "hidden: " + strings.Join(own.WhyHidden(labels), ", and ")
	}
	says := s.Title
	if s.Ask != nil {
		says += fmt.Sprintf("; asks %s: %s", s.Ask.ID, strings.Join(append([]string{s.Ask.Text}, s.Ask.Choices...), " · "))
	}
	if s.Second {
		says += "; takes two people"
	}
	return says
}

// blocks prints the messages as Slack gets them, in a JSON list. The "blocks" of
// one can be pasted into Slack's Block Kit Builder.
func (x *explained) blocks(out io.Writer) error {
	type shown struct {
		Slot    string        `json:"slot"`
		Channel string        `json:"channel"`
		Thread  bool          `json:"thread"` // a reply to the root
		Text    string        `json:"text"`
		Blocks  []slack.Block `json:"blocks"`
	}
	all := []shown{}
	if i, ok := x.stage.Newest(); ok {
		for _, s := range x.stage.Messages(i) {
			all = append(all, shown{s.Name, i.Channel, s.Thread, s.Message.Text, s.Message.Blocks})
		}
	}
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(all); err != nil {
		return fmt.Errorf("explain: write the blocks: %w", err)
	}
	return nil
}
