package message

import (
	"fmt"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/incident"
)

// Status answers `/playbook status ID`: where the incident stands, and every
// step with its state and who has it. It is private and so mentions nobody who
// would be notified. Now tells what is overdue.
func Status(v View, now time.Time) Message {
	i := v.Incident
	all := dueBy(deadlines(i), now)
	blocks := []slack.Block{
		header("head", headline(i)),
		rootOrigin(i),
		lines("work", statusWork(i, all)),
	}
	room := MaxTotal - 1_000 - sizeEstimate(blocks...)
	for _, t := range i.Tiers {
		r := roster{left: room, limit: 100}
		for _, s := range i.Steps {
			if s.Tier == t.Name && !s.Hidden {
				r.add(statusLine(s, i.Named))
			}
		}
		if len(r.items)+r.rest == 0 {
			continue
		}
		room = r.left
		parts := []slack.RichTextElement{(&paragraph{}).bold(tierHead(i, t)).section()}
		if len(r.items) > 0 {
			parts = append(parts, bullets(r.items))
		}
		if r.rest > 0 {
			parts = append(parts, (&paragraph{}).italic("and "+textutil.Count(r.rest, "more step")).section())
		}
		blocks = append(blocks, rich("tier:"+string(t.Name), parts...))
	}
	if i.Show != incident.ShowAll {
		says := fmt.Sprintf("Its storm lists it. `%s thread %s` shows it in a thread of its own.", v.Command, i.ID())
		if i.Show == incident.ShowUrgent {
			says = fmt.Sprintf("In a storm only what is urgent has its messages. `%s thread %s` shows the rest.", v.Command, i.ID())
		}
		blocks = append(blocks, small("shown", markup(says)))
	}
	if i.Active() {
		way := fmt.Sprintf("`%[1]s ack %[2]s 1` takes a step, `%[1]s done %[2]s 1` ends it.", v.Command, i.ID())
		blocks = append(blocks, small("way", markup(way)))
	}
	m := Message{Text: statusText(i, all), Blocks: blocks}
	if i.Drill {
		m = marked(m)
	}
	return m
}

func statusWork(i incident.Incident, all []due) []*paragraph {
	var work []*paragraph
	say := func() *paragraph {
		p := &paragraph{}
		work = append(work, p)
		return p
	}
	switch {
	case i.Lead != (incident.User{}):
		say().bold("Lead: ").user(i.Lead)
	case i.Active():
		say().bold("Lead: ").text("nobody has acknowledged yet")
	}
	if i.ByHand {
		say().bold("Resolved by hand, still firing")
	}
	if p := progress(i); p != "" {
		say().bold("Progress: ").text(p)
	}
	for _, d := range all {
		if d.Overdue {
			say().text("⏰ ").bold("Overdue").text(" since ").date(d.At).text(": " + textutil.Count(d.Left, tierWord(d.Tier)+" step"))
		}
	}
	if d, ok := next(all); ok {
		say().bold("Next deadline: ").date(d.At).text(" for " + textutil.Count(d.Left, tierWord(d.Tier)+" step"))
	}
	if len(work) == 0 {
		say().text("Nothing is left to do.")
	}
	return work
}

// statusLine is a step on one line.
func statusLine(s incident.Step, people []incident.User) *paragraph {
	p := (&paragraph{}).text(stepSign(s.State) + " " + stepTitle(s) + " · " + stepWord(s.State))
	switch s.State {
	case incident.StepAcknowledged:
		p.text(" by ").user(s.Holder).text(" since ").date(s.At)
	case incident.StepDone, incident.StepSkipped:
		p.text(" by ").user(s.By).text(", ").date(s.At)
		if note := Line(s.Note); note != "" {
			p.text(": ").words(textutil.CutUnits(note, 120), people)
		}
	}
	switch {
	case s.To != 0:
		p.text(", continued in " + incident.ID(s.To))
	case s.From != 0:
		p.text(", taken over from " + incident.ID(s.From))
	}
	return p
}

func statusText(i incident.Incident, all []due) string {
	parts := []string{strings.TrimSuffix(rootText(i), ".")}
	if d, ok := next(all); ok {
		parts = append(parts, "Next deadline: "+tierWord(d.Tier)+", "+date(d.At))
	}
	return strings.Join(parts, ". ") + "."
}
