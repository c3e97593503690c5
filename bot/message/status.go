package message

import (
	"fmt"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
)

const maxStatusFact = 1_000 // characters of a summary or a description

// Status answers `/playbook status ID`: where the incident stands, and every
// step with its state and who has it. It is private and so mentions nobody who
// would be notified. Now tells what is overdue.
func Status(v View, now time.Time) blockkit.Message {
	i := v.Incident
	all := dueBy(deadlines(i), now)
	blocks := []slack.Block{
		blockkit.Header("head", headline(i)),
		rootOrigin(i),
		blockkit.Lines("work", statusWork(i, all)),
	}
	if facts := statusFacts(i); facts != nil {
		blocks = append(blocks, facts)
	}
	if all := alertsWhole(i); all != nil {
		blocks = append(blocks, all)
	}
	room := blockkit.MaxTotal - 1_000 - blockkit.Size(blocks...)
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
		parts := []slack.RichTextElement{(&blockkit.Paragraph{}).Bold(tierHead(i, t)).Section()}
		if len(r.items) > 0 {
			parts = append(parts, blockkit.Bullets(r.items))
		}
		if r.rest > 0 {
			parts = append(parts, (&blockkit.Paragraph{}).Italic("and "+textutil.Count(r.rest, "more step")).Section())
		}
		blocks = append(blocks, blockkit.RichText("tier:"+string(t.Name), parts...))
	}
	if i.Show != incident.ShowAll {
		says := fmt.Sprintf("Its storm lists it. `%s thread %s` shows it in a thread of its own.", v.Command, i.ID())
		if i.Show == incident.ShowUrgent {
			says = fmt.Sprintf("In a storm only what is urgent has its messages. `%s thread %s` shows the rest.", v.Command, i.ID())
		}
		blocks = append(blocks, blockkit.Context("shown", blockkit.Mrkdwn(says)))
	}
	if i.Active() {
		way := fmt.Sprintf("`%[1]s ack %[2]s 1` takes a step, `%[1]s done %[2]s 1` ends it.", v.Command, i.ID())
		blocks = append(blocks, blockkit.Context("way", blockkit.Mrkdwn(way)))
	}
	m := blockkit.Message{Text: statusText(i, all), Blocks: blocks}
	if i.Drill {
		m = marked(m)
	}
	return m
}

// statusFacts are what all alerts say, of which the thread shows only what it has room for.
func statusFacts(i incident.Incident) slack.Block {
	var all []*blockkit.Paragraph
	for _, says := range []string{blockkit.Line(i.Summary), blockkit.Line(i.Description)} {
		if says != "" {
			all = append(all, (&blockkit.Paragraph{}).Text(blockkit.CutNamed(says, maxStatusFact)))
		}
	}
	if labels := commonLabels(i); labels != "" {
		all = append(all, (&blockkit.Paragraph{}).Code(labels))
	}
	if len(all) == 0 {
		return nil
	}
	return blockkit.Lines("facts", all)
}

func statusWork(i incident.Incident, all []due) []*blockkit.Paragraph {
	var work []*blockkit.Paragraph
	say := func() *blockkit.Paragraph {
		p := &blockkit.Paragraph{}
		work = append(work, p)
		return p
	}
	switch {
	case i.Lead != (incident.User{}):
		say().Bold("Lead: ").User(i.Lead.ID, PersonName(i.Lead))
	case i.Active():
		say().Bold("Lead: ").Text("nobody has acknowledged yet")
	}
	if i.ByHand {
		say().Bold("Resolved by hand, still firing")
	}
	if p := progress(i); p != "" {
		say().Bold("Progress: ").Text(p)
	}
	for _, d := range all {
		if d.Overdue {
			say().Text("⏰ ").Bold("Overdue").Text(" since ").Date(d.At).Text(": " + textutil.Count(d.Left, tierWord(d.Tier)+" step"))
		}
	}
	if d, ok := next(all); ok {
		say().Bold("Next deadline: ").Date(d.At).Text(" for " + textutil.Count(d.Left, tierWord(d.Tier)+" step"))
	}
	if len(work) == 0 {
		say().Text("Nothing is left to do.")
	}
	return work
}

// statusLine is a step on one line.
func statusLine(s incident.Step, people []incident.User) *blockkit.Paragraph {
	p := (&blockkit.Paragraph{}).Text(stepSign(s.State) + " " + stepTitle(s) + " · " + stepWord(s.State))
	switch s.State {
	case incident.StepAcknowledged:
		p.Text(" by ").User(s.Holder.ID, PersonName(s.Holder)).Text(" since ").Date(s.At)
		if s.AwaitsSecond() {
			p.Text(", done, says ").User(s.First.ID, PersonName(s.First)).Text(": a second person confirms it")
		}
	case incident.StepDone, incident.StepSkipped:
		p.Text(" by ")
		if s.First != (incident.User{}) {
			p.User(s.First.ID, PersonName(s.First)).Text(" and ")
		}
		p.User(s.By.ID, PersonName(s.By)).Text(", ").Date(s.At)
		if says := given(s); says != "" {
			p.Text(": " + textutil.CutUnits(says, 200))
		}
		if note := blockkit.Line(s.Note); note != "" {
			addWords(p.Text(": "), textutil.CutUnits(note, 120), people)
		}
	}
	switch {
	case s.To != 0:
		p.Text(", continued in " + incident.ID(s.To))
	case s.From != 0:
		p.Text(", taken over from " + incident.ID(s.From))
	}
	return p
}

func statusText(i incident.Incident, all []due) string {
	parts := []string{strings.TrimSuffix(rootText(i), ".")}
	if d, ok := next(all); ok {
		parts = append(parts, "Next deadline: "+tierWord(d.Tier)+", "+blockkit.Date(d.At))
	}
	return strings.Join(parts, ". ") + "."
}
