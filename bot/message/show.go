package message

import (
	"fmt"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/playbooks"
)

// Playbook answers `/playbook show NAME`: all its steps in full, or with the
// beginnings of their details when that is too much for a message. Templates
// stand there as their author wrote them.
func Playbook(p *playbooks.Playbook, command string) blockkit.Message {
	top := []slack.Block{blockkit.Header("head", p.Title), blockkit.Context("name", blockkit.PlainText("playbook "+textutil.CutUnits(blockkit.Line(p.Name), 80)))}
	if d := blockkit.Line(p.Description); d != "" {
		top = append(top, blockkit.RichText("description", (&blockkit.Paragraph{}).Text(blockkit.CutNamed(d, 600)).Section()))
	}
	if matches := playbookMatches(p); len(matches) > 0 {
		top = append(top, blockkit.RichText("match", (&blockkit.Paragraph{}).Text("For alerts with").Section(), blockkit.Bullets(matches)))
	}
	way := blockkit.Context("way", blockkit.Mrkdwn(fmt.Sprintf("`%s start %s` opens an incident with it.", command, blockkit.EscapeMrkdwn(textutil.CutUnits(p.Name, 80)))))
	room := blockkit.MaxTotal - 500 - blockkit.Size(top...) - blockkit.Size(way)
	steps := stepsInFull(p)
	if blockkit.Size(steps...) > room || len(top)+len(steps)+1 > blockkit.MaxBlocks {
		steps = stepsInShort(p, room)
	}
	return blockkit.Message{
		Text:   fmt.Sprintf("Playbook %s: %s. %s.", blockkit.EscapeMrkdwn(textutil.CutUnits(p.Name, 80)), blockkit.EscapeMrkdwn(textutil.CutUnits(p.Title, 200)), textutil.Count(len(p.Steps()), "step")),
		Blocks: append(append(top, steps...), way),
	}
}

func playbookMatches(p *playbooks.Playbook) []*blockkit.Paragraph {
	var all []*blockkit.Paragraph
	for k, m := range p.Match {
		if k == 10 {
			return append(all, (&blockkit.Paragraph{}).Italic("and "+textutil.Thousands(len(p.Match)-k)+" more"))
		}
		all = append(all, (&blockkit.Paragraph{}).Code(textutil.CutUnits(blockkit.Line(m), 200)))
	}
	return all
}

// tierLine heads a tier of a playbook.
func tierLine(t playbooks.Tier) *blockkit.Paragraph {
	p := (&blockkit.Paragraph{}).Bold(t.Name.Title()).Text(fmt.Sprintf(" · within %s", t.Within))
	if len(t.Owners) > 0 {
		p.Text(" · " + PlainNames(t.Owners))
	}
	return p
}

// playbookStep heads a step of a playbook.
func playbookStep(number int, s playbooks.Step) *blockkit.Paragraph {
	p := (&blockkit.Paragraph{}).Bold(fmt.Sprintf("%d. %s", number, textutil.CutUnits(blockkit.Line(s.Title), 200))).Text("  ").Code(textutil.CutUnits(blockkit.Line(s.ID), 60))
	addMatchers(p, " · only where ", s.Applies)
	addMatchers(p, " · once answered ", s.When)
	if s.Ask != nil {
		p.Text(" · ").Text(question(incident.Step{Ask: s.Ask})).Text("  ").Code(textutil.CutUnits(blockkit.Line(s.Ask.ID), 60))
	}
	if s.Approvals > 1 {
		p.Text(" · takes two people")
	}
	return p
}

// addMatchers adds the first of some matchers to a line, and counts the rest.
func addMatchers(p *blockkit.Paragraph, before string, entries []string) {
	for k, m := range entries {
		switch {
		case k == 3:
			p.Text(" and " + textutil.Thousands(len(entries)-k) + " more")
			return
		case k == 0:
			p.Text(before)
		default:
			p.Text(" and ")
		}
		p.Code(textutil.CutUnits(blockkit.Line(m), 80))
	}
}

func stepsInFull(p *playbooks.Playbook) []slack.Block {
	var blocks []slack.Block
	number := 0
	for _, t := range p.Tiers {
		blocks = append(blocks, blockkit.RichText("tier:"+string(t.Name), tierLine(t).Section()))
		for _, s := range t.Steps {
			number++
			c := newStepView(incident.Step{ID: s.ID, Number: number, Title: s.Title}, s.Detail, s.Commands)
			blocks = append(blocks, blockkit.RichText("step:"+s.ID, playbookStep(number, s).Section()))
			if c.detail != "" {
				blocks = append(blocks, blockkit.ExpandedSection("detail:"+s.ID, c.detail))
			}
			if commands := c.commandParts(p.Name); len(commands) > 0 {
				blocks = append(blocks, blockkit.RichText("commands:"+s.ID, commands...))
			}
		}
	}
	return blocks
}

func stepsInShort(p *playbooks.Playbook, room int) []slack.Block {
	const leftOutRoom = 100
	room -= leftOutRoom
	var blocks []slack.Block
	number, leftOut := 0, 0
	for _, t := range p.Tiers {
		parts := []slack.RichTextElement{tierLine(t).Section()}
		room -= blockkit.RichTextSize(parts...) + blockkit.ObjectSize
		for _, s := range t.Steps {
			number++
			item := playbookStep(number, s)
			if d := blockkit.Line(blockkit.StripMrkdwn(s.Detail)); d != "" {
				item.Text("\n" + textutil.CutUnits(d, 300))
			}
			if w := blockkit.LineSize(item) + blockkit.ObjectSize; leftOut == 0 && w <= room {
				room -= w
				parts = append(parts, blockkit.Bullets([]*blockkit.Paragraph{item}))
				continue
			}
			leftOut++
		}
		if len(parts) > 1 {
			blocks = append(blocks, blockkit.RichText("tier:"+string(t.Name), parts...))
		}
	}
	if leftOut > 0 {
		blocks = append(blocks, blockkit.Context("cut", blockkit.PlainText("and "+textutil.Count(leftOut, "more step"))))
	}
	return blocks
}
