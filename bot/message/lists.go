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
	head := withDrills(all)
	if word := filterWord(filter); word != "" {
		head += " · " + word
	}
	first := said(all[0])
	if all[0].Drill {
		first = drillWord + " " + first
	}
	return Message{
		Text: head + ". First: " + first,
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
	p := (&paragraph{}).bold(i.ID()).text(" · " + ifDrill(i) + state(i.State))
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
	if i.Show == incident.ShowListed {
		p.text(" · in a storm's list")
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
