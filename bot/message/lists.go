package message

import (
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/playbooks"
)

const maxListed = 30 // incidents of a list

// roster collects list items until a message is full, and counts the rest.
type roster struct {
	items []*paragraph
	left  int // of the weight
	limit int // of the items
	rest  int
}

func (r *roster) add(p *paragraph) {
	w := inlineWeight(*p)
	if r.rest > 0 || w > r.left || len(r.items) == r.limit {
		r.rest++
		return
	}
	r.left -= w
	r.items = append(r.items, p)
}

func (r *roster) block(id string) slack.Block {
	parts := []slack.RichTextElement{bullets(r.items)}
	if r.rest > 0 {
		parts = append(parts, (&paragraph{}).italic("and "+thousands(r.rest)+" more").section())
	}
	return rich(id, parts...)
}

// Incidents answers `/playbook incidents`. Filter is open, mine, overdue or all;
// list is what it selected, in the order to show. Now tells what is overdue.
func Incidents(all []incident.Incident, filter string, now time.Time, command string) Message {
	if len(all) == 0 {
		return Text(noIncidents(filter, command))
	}
	r := roster{left: MaxTotal - 1_000, limit: maxListed}
	for _, i := range all {
		r.add(incidentLine(i, now))
	}
	head := plural(len(all), "incident")
	if word := filterWord(filter); word != "" {
		head += " · " + word
	}
	return Message{
		Text: head + ". The newest: " + said(all[0]),
		Blocks: []slack.Block{
			header("head", head),
			r.block("list"),
			small("way", markup(fmt.Sprintf("`%s status INC-…` shows one; `%s incidents open|mine|overdue|all` shows others.", command, command))),
		},
	}
}

func filterWord(filter string) string {
	switch filter {
	case "", "open":
		return "open"
	case "mine", "overdue", "all":
		return filter
	}
	return ""
}

func noIncidents(filter, command string) string {
	switch filter {
	case "mine":
		return fmt.Sprintf("Nothing is waiting for you. `%s incidents` lists what is open.", command)
	case "overdue":
		return "Nothing is overdue. 🎉"
	case "all":
		return "There have been no incidents yet."
	}
	return fmt.Sprintf("No incident is open. 🎉 `%s incidents all` lists the past ones.", command)
}

func incidentLine(i incident.Incident, now time.Time) *paragraph {
	p := (&paragraph{}).bold(i.ID()).text(" · " + state(i.State))
	if s := severity(i); s != "" {
		p.text(" · " + s)
	}
	p.text(" · " + Cut(Line(i.Title), 120))
	if i.Lead != (incident.User{}) {
		p.text(" · ").user(i.Lead)
	}
	if s := progress(i); s != "" {
		p.text(" · " + s)
	}
	all := dueBy(deadlines(i), now)
	for _, d := range all {
		if d.Overdue {
			return p.text(" · ").bold("overdue").text(" since ").date(d.At)
		}
	}
	if d, ok := next(all); ok {
		p.text(" · due ").date(d.At)
	}
	return p
}

// dueBy marks as overdue what is due at now.
func dueBy(all []due, now time.Time) []due {
	for k := range all {
		all[k].Overdue = all[k].Overdue || !now.Before(all[k].At)
	}
	return all
}

// Playbooks answers `/playbook list`.
func Playbooks(all []*playbooks.Playbook, command string) Message {
	if len(all) == 0 {
		return Text("No playbooks are loaded. The configuration's `playbooks` section names their files.")
	}
	r := roster{left: MaxTotal - 1_000, limit: 100}
	for _, p := range all {
		item := (&paragraph{}).code(Cut(Line(p.Name), 80)).text(" " + Cut(Line(p.Title), 120) + ", " + plural(len(p.Steps()), "step"))
		r.add(item)
	}
	head := plural(len(all), "playbook")
	return Message{
		Text: head + ".",
		Blocks: []slack.Block{
			header("head", head),
			r.block("list"),
			small("way", markup(fmt.Sprintf("`%s show NAME` shows one, `%s start NAME` opens an incident with it.", command, command))),
		},
	}
}

// Playbook answers `/playbook show NAME`: all its steps, with as much of their
// details as fits.
func Playbook(p *playbooks.Playbook, command string) Message {
	blocks := []slack.Block{header("head", p.Title), small("name", plain("playbook "+Cut(Line(p.Name), 80)))}
	if d := Line(p.Description); d != "" {
		blocks = append(blocks, rich("description", (&paragraph{}).text(CutNamed(d, 600)).section()))
	}
	if matches := playbookMatches(p); len(matches) > 0 {
		blocks = append(blocks, rich("match", (&paragraph{}).bold("For alerts with").section(), bullets(matches)))
	}
	left := MaxTotal - 1_500 - weight(blocks...)
	number, leftOut := 0, 0
	for _, t := range p.Tiers {
		head := (&paragraph{}).bold(fmt.Sprintf("%s, within %s", t.Name.Title(), t.Within))
		if len(t.Owners) > 0 {
			head.text(" · " + plainNames(t.Owners))
		}
		parts := []slack.RichTextElement{head.section()}
		for _, s := range t.Steps {
			number++
			item := (&paragraph{}).text(fmt.Sprintf("%d. ", number)).bold(Cut(Line(s.Title), 200)).text(" ").code(Cut(Line(s.ID), 60))
			if len(s.Applies) > 0 {
				item.text(" · only where ").code(Cut(Line(fmt.Sprint(s.Applies)), 120))
			}
			if d := Line(s.Detail); d != "" {
				item.text("\n" + Cut(d, 300))
			}
			if w := inlineWeight(*item); w <= left {
				left -= w
				parts = append(parts, bullets([]*paragraph{item}))
				continue
			}
			leftOut++
		}
		if len(parts) > 1 {
			left -= richWeight(parts[0])
			blocks = append(blocks, rich("tier:"+string(t.Name), parts...))
		}
	}
	if leftOut > 0 {
		blocks = append(blocks, small("cut", plain("and "+plural(leftOut, "more step"))))
	}
	blocks = append(blocks, small("way", markup(fmt.Sprintf("`%s start %s` opens an incident with it.", command, Harmless(p.Name)))))
	return Message{Text: fmt.Sprintf("Playbook %s: %s. %s.", Harmless(Cut(p.Name, 80)), Harmless(Cut(Line(p.Title), 200)), plural(number, "step")), Blocks: blocks}
}

func playbookMatches(p *playbooks.Playbook) []*paragraph {
	var all []*paragraph
	for k, m := range p.Match {
		if k == 10 {
			return append(all, (&paragraph{}).italic("and "+thousands(len(p.Match)-k)+" more"))
		}
		all = append(all, (&paragraph{}).code(Cut(Line(m), 200)))
	}
	return all
}
