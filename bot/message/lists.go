package message

import (
	"fmt"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/playbooks"
)

const maxListed = 30 // incidents of a list

// roster collects list items until a message is full, and counts the rest.
type roster struct {
	items []*blockkit.Paragraph
	left  int // of the weight
	spare int // of it that each item gets later, for a link
	limit int // of the items
	rest  int
}

func (r *roster) add(p *blockkit.Paragraph) {
	w := blockkit.LineSize(p) + r.spare
	if r.rest > 0 || w > r.left || len(r.items) == r.limit {
		r.rest++
		return
	}
	r.left -= w
	r.items = append(r.items, p)
}

func (r *roster) block(id string) slack.Block {
	parts := []slack.RichTextElement{blockkit.Bullets(r.items)}
	if r.rest > 0 {
		parts = append(parts, (&blockkit.Paragraph{}).Italic("and "+textutil.Thousands(r.rest)+" more").Section())
	}
	return blockkit.RichText(id, parts...)
}

// IncidentList is a part of a list of incidents.
type IncidentList struct {
	Filter    string // open, mine, overdue or all
	Incidents []incident.Incident
	From      int // place of the first of them in the whole list: 1 is the first of all
	Rest      int // how many more there are behind them
	// AtMost says that Rest counts some too that this list does not show, such as those of other people's channels.
	AtMost bool
	// Elsewhere are public channels, by their configured names, whose incidents are left out: the reader is not in them.
	Elsewhere []string
	// Partial says that not all of what is kept could be looked at in time.
	Partial bool
	// Unsure says that there may be some in channels of which Slack does not say at the moment whether the reader is in them.
	Unsure  bool
	Now     time.Time // tells what is overdue
	Command string    // the slash command: "/playbook"
}

const partialWords = "After an upgrade the lists are still being made, and this one lacks some: ask again in a minute."

const unsureWords = "Slack does not say at the moment who is in which channel, so some may be missing here: ask again in a minute."

// Incidents answers `/playbook incidents`. What does not fit is counted, with what
// to type to see it.
func Incidents(l IncidentList) blockkit.Message {
	if len(l.Incidents) == 0 {
		switch {
		case l.Partial:
			return blockkit.TextMessage(partialWords)
		case l.From > 1:
			return blockkit.TextMessage(fmt.Sprintf("The list ends before place %s. `%s incidents %s` shows its beginning.", textutil.Thousands(l.From), l.Command, l.word()))
		case l.Rest > 0:
			return blockkit.TextMessage(fmt.Sprintf("None of the worst %s is for you to see.", textutil.Count(l.Rest, "incident")))
		case len(l.Elsewhere) > 0:
			return blockkit.TextMessage("None in your channels. " + l.elsewhere())
		case l.Unsure:
			return blockkit.TextMessage(unsureWords)
		}
		return blockkit.TextMessage(noIncidents(l.Filter, l.Command))
	}
	r := roster{left: blockkit.MaxTotal - 1_000, limit: maxListed, spare: 120}
	for _, i := range l.Incidents {
		r.add(incidentLine(i, l.Now))
	}
	head := l.count() + " · " + l.word()
	first := said(l.Incidents[0])
	if l.Incidents[0].Drill {
		first = drillWord + " " + first
	}
	blocks := []slack.Block{blockkit.Header("head", head), blockkit.RichText("list", blockkit.Bullets(r.items))}
	ways := []*slack.TextBlockObject{}
	if more := l.more(len(r.items)); more != "" {
		ways = append(ways, blockkit.Mrkdwn(more))
	}
	if l.Partial {
		ways = append(ways, blockkit.PlainText(partialWords))
	}
	if l.Unsure {
		ways = append(ways, blockkit.PlainText(unsureWords))
	}
	if len(l.Elsewhere) > 0 {
		ways = append(ways, blockkit.Mrkdwn(l.elsewhere()))
	}
	ways = append(ways, blockkit.Mrkdwn(fmt.Sprintf("`%s status INC-…` shows one; `%s incidents open|mine|overdue|all` shows others.", l.Command, l.Command)))
	for k, way := range ways {
		blocks = append(blocks, blockkit.Context(fmt.Sprintf("way:%d", k+1), way))
	}
	return blockkit.Message{Text: head + ". First: " + first, Blocks: blocks}
}

// maxElsewhere bounds how many channels one sentence names.
const maxElsewhere = 5

// elsewhere says where there are more, for whoever joins.
func (l IncidentList) elsewhere() string {
	names := l.Elsewhere[:min(len(l.Elsewhere), maxElsewhere)]
	where := mentioned(blockkit.EscapeMrkdwn(strings.Join(names, ", ")))
	if more := len(l.Elsewhere) - len(names); more > 0 {
		where += fmt.Sprintf(" and %d more", more)
	}
	return "There are some in channels that you are not in: " + where + ". Join one to see its incidents."
}

// count says how many the whole list has.
func (l IncidentList) count() string {
	switch {
	case l.From == 1 && l.Rest == 0:
		return withDrills(l.Incidents)
	case l.AtMost || l.Partial:
		return "Incidents"
	}
	return textutil.Count(l.From-1+len(l.Incidents)+l.Rest, "incident")
}

// more says how many more there are behind those shown, and what to type to see
// them.
func (l IncidentList) more(shown int) string {
	rest := l.Rest + len(l.Incidents) - shown
	if rest == 0 {
		return ""
	}
	says := "and " + textutil.Thousands(rest) + " more"
	if l.AtMost {
		says = "and up to " + textutil.Thousands(rest) + " more"
	}
	return fmt.Sprintf("%s: `%s incidents %s %d` goes on from here.", says, l.Command, l.word(), l.From+shown)
}

func (l IncidentList) word() string {
	if l.Filter == "" {
		return "open"
	}
	return l.Filter
}

func noIncidents(filter, command string) string {
	switch filter {
	case "mine":
		return fmt.Sprintf("Nothing is waiting for you. `%s incidents` lists what is open.", command)
	case "overdue":
		return "Nothing is overdue in your channels. 🎉"
	case "all":
		return "There have been no incidents yet in your channels."
	}
	return fmt.Sprintf("No incident is open in your channels. 🎉 `%s incidents all` lists the past ones.", command)
}

func incidentLine(i incident.Incident, now time.Time) *blockkit.Paragraph {
	p := (&blockkit.Paragraph{}).Bold(i.ID()).Text(" · " + ifDrill(i) + StateLabel(i.State))
	if s := severity(i); s != "" {
		p.Text(" · " + s)
	}
	p.Text(" · " + textutil.CutUnits(blockkit.Line(i.Title), 120))
	if i.Lead != (incident.User{}) {
		p.Text(" · ").User(i.Lead.ID, PersonName(i.Lead))
	}
	if s := progress(i); s != "" {
		p.Text(" · " + s)
	}
	if i.Show == incident.ShowListed {
		p.Text(" · in a storm's list")
	}
	all := dueBy(deadlines(i), now)
	for _, d := range all {
		if d.Overdue {
			return p.Text(" · ").Bold("overdue").Text(" since ").Date(d.At)
		}
	}
	if d, ok := next(all); ok {
		p.Text(" · due ").Date(d.At)
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
func Playbooks(all []*playbooks.Playbook, command string) blockkit.Message {
	if len(all) == 0 {
		return blockkit.TextMessage("No playbooks are loaded. The configuration's `playbooks` section names their files.")
	}
	r := roster{left: blockkit.MaxTotal - 1_000, limit: 100}
	for _, p := range all {
		item := (&blockkit.Paragraph{}).Code(textutil.CutUnits(blockkit.Line(p.Name), 80)).Text(" " + textutil.CutUnits(blockkit.Line(p.Title), 120) + ", " + textutil.Count(len(p.Steps()), "step"))
		r.add(item)
	}
	head := textutil.Count(len(all), "playbook")
	return blockkit.Message{
		Text: head + ".",
		Blocks: []slack.Block{
			blockkit.Header("head", head),
			r.block("list"),
			blockkit.Context("way", blockkit.Mrkdwn(fmt.Sprintf("`%s show NAME` shows one, `%s start NAME` opens an incident with it.", command, command))),
		},
	}
}
