package message

import (
	"fmt"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/playbooks"
)

// Playbook answers `/playbook show NAME`: all its steps in full, or with the
// beginnings of their details when that is too much for a message. Templates
// stand there as their author wrote them.
func Playbook(p *playbooks.Playbook, command string) Message {
	top := []slack.Block{header("head", p.Title), small("name", plain("playbook "+textutil.CutUnits(Line(p.Name), 80)))}
	if d := Line(p.Description); d != "" {
		top = append(top, rich("description", (&paragraph{}).text(CutNamed(d, 600)).section()))
	}
	if matches := playbookMatches(p); len(matches) > 0 {
		top = append(top, rich("match", (&paragraph{}).text("For alerts with").section(), bullets(matches)))
	}
	way := small("way", markup(fmt.Sprintf("`%s start %s` opens an incident with it.", command, EscapeMrkdwn(textutil.CutUnits(p.Name, 80)))))
	room := MaxTotal - 500 - sizeEstimate(top...) - sizeEstimate(way)
	steps := stepsInFull(p)
	if sizeEstimate(steps...) > room || len(top)+len(steps)+1 > MaxBlocks {
		steps = stepsInShort(p, room)
	}
	return Message{
		Text:   fmt.Sprintf("Playbook %s: %s. %s.", EscapeMrkdwn(textutil.CutUnits(p.Name, 80)), EscapeMrkdwn(textutil.CutUnits(p.Title, 200)), textutil.Count(len(p.Steps()), "step")),
		Blocks: append(append(top, steps...), way),
	}
}

func playbookMatches(p *playbooks.Playbook) []*paragraph {
	var all []*paragraph
	for k, m := range p.Match {
		if k == 10 {
			return append(all, (&paragraph{}).italic("and "+textutil.Thousands(len(p.Match)-k)+" more"))
		}
		all = append(all, (&paragraph{}).code(textutil.CutUnits(Line(m), 200)))
	}
	return all
}

// tierLine heads a tier of a playbook.
func tierLine(t playbooks.Tier) *paragraph {
	p := (&paragraph{}).bold(t.Name.Title()).text(fmt.Sprintf(" · within %s", t.Within))
	if len(t.Owners) > 0 {
		p.text(" · " + plainNames(t.Owners))
	}
	return p
}

// playbookStep heads a step of a playbook.
func playbookStep(number int, s playbooks.Step) *paragraph {
	p := (&paragraph{}).bold(fmt.Sprintf("%d. %s", number, textutil.CutUnits(Line(s.Title), 200))).text("  ").code(textutil.CutUnits(Line(s.ID), 60))
	for k, m := range s.Applies {
		switch {
		case k == 3:
			return p.text(" and " + textutil.Thousands(len(s.Applies)-k) + " more")
		case k == 0:
			p.text(" · only where ")
		default:
			p.text(" and ")
		}
		p.code(textutil.CutUnits(Line(m), 80))
	}
	return p
}

func stepsInFull(p *playbooks.Playbook) []slack.Block {
	var blocks []slack.Block
	number := 0
	for _, t := range p.Tiers {
		blocks = append(blocks, rich("tier:"+string(t.Name), tierLine(t).section()))
		for _, s := range t.Steps {
			number++
			c := newStepView(incident.Step{ID: s.ID, Number: number, Title: s.Title}, s.Detail, s.Commands)
			blocks = append(blocks, rich("step:"+s.ID, playbookStep(number, s).section()))
			if c.detail != "" {
				blocks = append(blocks, full("detail:"+s.ID, c.detail))
			}
			if commands := c.commandParts(p.Name); len(commands) > 0 {
				blocks = append(blocks, rich("commands:"+s.ID, commands...))
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
		parts := []slack.RichTextElement{tierLine(t).section()}
		room -= richWeight(parts...) + objectWeight
		for _, s := range t.Steps {
			number++
			item := playbookStep(number, s)
			if d := Line(Plain(s.Detail)); d != "" {
				item.text("\n" + textutil.CutUnits(d, 300))
			}
			if w := inlineWeight(*item) + objectWeight; leftOut == 0 && w <= room {
				room -= w
				parts = append(parts, bullets([]*paragraph{item}))
				continue
			}
			leftOut++
		}
		if len(parts) > 1 {
			blocks = append(blocks, rich("tier:"+string(t.Name), parts...))
		}
	}
	if leftOut > 0 {
		blocks = append(blocks, small("cut", plain("and "+textutil.Count(leftOut, "more step"))))
	}
	return blocks
}
