package lint

import (
	"fmt"
	"time"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/playbooks"
	"github.com/signalbook/signalbook/playbooks/yamlfile"
)

// opening is when the sample incidents open.
var opening = time.Date(2026, 1, 1, 0, 10, 0, 0, time.UTC)

// checkMessages opens an incident for each sample, with every step shown, and
// tells what its messages in Slack cut or leave out. A text that is not shown
// whole for a typical alert is an error where it is a step's, else a warning.
func checkMessages(source *playbooks.Source) yamlfile.Problems {
	type place struct {
		step, part string
		index      int
	}
	var found yamlfile.Problems
	told := map[place]bool{}
	for _, sample := range source.Samples() {
		if len(sample.Notification.Alerts) == 0 {
			continue // shows less than the others
		}
		for _, loss := range message.Losses(view(source, sample.Notification)) {
			at := place{loss.Step, loss.Part, loss.Index}
			if told[at] {
				continue
			}
			told[at] = true
			p := source.Problem(lossText(loss, sample.Name), lossPath(source.Playbook, loss)...)
			p.Warning = loss.Step == "" || !sample.Typical
			found = append(found, p)
		}
	}
	return found
}

// view is an incident that opens for a notification, every step shown.
func view(source *playbooks.Source, n alerts.Notification) message.View {
	plan := incident.Plan{Channel: "#incidents", Owners: []string{"@owners"}, Playbook: source.Playbook}
	plan.Filled, _ = source.Fill(playbooks.DataFor(n))
	for k := range plan.Filled.Steps {
		plan.Filled.Steps[k].Applies = true
	}
	rules := incident.Rules{SeverityLabel: "severity", SeverityOrder: []string{"critical", "warning", "info"}}
	out := rules.Handle(
		incident.StepInput{Next: 142, Loaded: incident.Loaded{Plan: &plan}},
		incident.Event{At: opening, Notification: &n})
	return message.View{Incident: out.Results[0].Incident, Playbook: source.Playbook, Command: "/playbook"}
}

func lossText(l message.Loss, sample string) string {
	switch {
	case l.Part == "title":
		return fmt.Sprintf("the title has %d characters: beside state and severity the head of Slack's message has room for %d", l.Length, l.Limit)
	case l.Part == "links" && l.Full:
		return fmt.Sprintf("for %s the link is left out: the message shows ten, with those of the alert", sample)
	case l.Part == "links":
		return fmt.Sprintf("for %s the link is left out: its URL has %d characters, and the message has room for %d", sample, l.Length, l.Limit)
	case l.Part == "commands":
		return fmt.Sprintf("for %s the command is left out: it has %d characters, and the step's message has room for %d: put it into a script or a runbook", sample, l.Length, l.Limit)
	}
	return fmt.Sprintf("for %s the detail is cut: it has %d characters as Slack counts, at most %d: shorten it, or split the step", sample, l.Length, l.Limit)
}

func lossPath(p *playbooks.Playbook, l message.Loss) []any {
	if l.Part == "title" {
		return []any{"title"}
	}
	if l.Part == "links" {
		return []any{"links", l.Index, "url"}
	}
	path := []any{"tiers"}
	for t, tier := range p.Tiers {
		for s, step := range tier.Steps {
			if step.ID == l.Step {
				path = []any{"tiers", t, "steps", s, l.Part}
			}
		}
	}
	if l.Part == "commands" {
		path = append(path, l.Index)
	}
	return path
}
