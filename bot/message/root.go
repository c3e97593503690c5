package message

import (
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/action"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/playbooks"
)

// Lengths of what the root shows, so that all of it stays within MaxTotal.
const (
	maxSummary = 700
	// maxDescription is of the group's description: Slack folds it after a few lines.
	maxDescription = 1_000
	maxNote        = 600 // of a person
	maxRemark      = 500 // of the playbook's choice
)

// root is the incident's first message: what is wrong, who has it, what comes
// next, and what fires.
func root(v View) Message {
	i := v.Incident
	blocks := []slack.Block{
		header("head", headline(i)),
		rootOrigin(i),
	}
	if news := rootNews(v); len(news) > 0 {
		blocks = append(blocks, lines("news", news))
	}
	if summary := strings.TrimSpace(Neutralise(i.Summary)); summary != "" {
		blocks = append(blocks, rich("summary", (&paragraph{}).text(CutNamed(summary, maxSummary)).section()))
	}
	if description := strings.TrimSpace(Neutralise(i.Description)); description != "" {
		blocks = append(blocks, slack.NewSectionBlock(plain(CutNamed(description, maxDescription)), nil, nil, slack.SectionBlockOptionBlockID("description")))
	}
	blocks = append(blocks, section("work", rootWork(v)))
	blocks = append(blocks, firing(i)...)
	if note := strings.TrimSpace(Neutralise(i.Note.Text)); note != "" {
		by := (&paragraph{}).bold("Note").text(" by ").user(i.Note.By).text(", ").date(i.Note.At)
		blocks = append(blocks, rich("note", by.section(), quote((&paragraph{}).words(CutNamed(note, maxNote), i.Named))))
	}
	if links := links(i); len(links) > 0 {
		blocks = append(blocks, lines("links", []*paragraph{joined(links)}))
	}
	if i.Over() && i.FollowedBy == 0 {
		blocks = append(blocks, small("reopen", markup(fmt.Sprintf("Not over after all? `%s reopen %s`", v.Command, i.ID()))))
	}
	blocks = keepRich(blocks, "No alert belongs to this: it was started by hand.")
	return Message{Text: rootText(i), Blocks: append(blocks, rootButtons(i))}
}

// headline is state, severity and title: what a person needs in the first
// second.
func headline(i incident.Incident) string {
	head := state(i.State)
	if s := severity(i); s != "" {
		head += " · " + s
	}
	return head + " · " + Line(i.Title)
}

func rootOrigin(i incident.Incident) slack.Block {
	parts := []*slack.TextBlockObject{markup("*" + i.ID() + "*"), markup("opened " + date(i.OpenedAt))}
	if i.Playbook.Name != "" {
		parts = append(parts, plain("playbook "+textutil.CutUnits(Line(i.Playbook.Name), 80)))
	}
	if i.Storm != 0 {
		parts = append(parts, plain("part of a storm"))
	}
	return small("origin", parts...)
}

// rootNews are the lines that are there only when they are true.
func rootNews(v View) []*paragraph {
	i := v.Incident
	var all []*paragraph
	say := func() *paragraph {
		p := &paragraph{}
		all = append(all, p)
		return p
	}
	if i.Drill {
		p := say().bold("This is an exercise").text(": nobody is called, and no figure of real incidents counts it. Do what you would do for real")
		if i.Active() {
			p.text("; a score follows at its end")
		}
		p.text(".")
	}
	if i.Belongs != "" {
		*say() = *belongs(i.Belongs, i.BelongsWhy)
	}
	if i.Over() {
		switch p := say(); {
		case i.ByHand:
			p.text("⚠️ ").bold("resolved by hand, still firing").text(": by ").user(i.ResolvedBy).text(", ").date(i.ResolvedAt)
		case i.ResolvedBy != (incident.User{}):
			p.bold("Resolved").text(" by ").user(i.ResolvedBy).text(", ").date(i.ResolvedAt)
		default:
			p.bold("Resolved").text(": all alerts are, since ").date(i.ResolvedAt)
		}
		if word := reasonWord(string(i.Reason)); word != "" {
			say().bold("Closed as").text(": " + word + ", by ").user(i.ReasonBy)
		}
	}
	if i.Opening > 1 && i.Active() {
		say().bold("Open again").text(" since ").date(i.OpeningAt).text(fmt.Sprintf(" (opening %d)", i.Opening))
	}
	if i.Stale && i.Active() {
		p := say().text("⚠️ ").bold("Nothing heard").text(" since ").date(i.LastHeard).text(": ")
		if i.Lead != (incident.User{}) {
			p.user(i.Lead).text(", ")
		}
		p.text("is it over? Then resolve it by hand.")
	}
	if i.Show == incident.ShowUrgent && slices.ContainsFunc(i.Tiers, func(t incident.Tier) bool { return t.Name != playbooks.Immediate }) {
		say().bold("In a storm only what is urgent is shown").text(": the other tiers follow as soon as somebody acts on this, or types ").
			code(v.Command + " thread " + i.ID()).text(".")
	}
	if i.Truncated {
		say().bold("Not the whole group").text(": the last notification was cut short by its sender, so it cannot say that all is over.")
	}
	switch {
	case i.Drill && i.Follows != 0:
		say().text("The drill before was " + incident.ID(i.Follows) + ".")
	case i.Follows != 0:
		say().text("Follows " + incident.ID(i.Follows) + ", whose open follow-ups are taken over here.")
	}
	switch {
	case i.Drill && i.FollowedBy != 0:
		say().text("The next drill is " + incident.ID(i.FollowedBy) + ".")
	case i.FollowedBy != 0:
		say().bold("Continued in " + incident.ID(i.FollowedBy)).text(", which has the open follow-ups.")
	}
	if note := Line(i.Playbook.Note); note != "" {
		say().bold("About the playbook").text(": " + CutNamed(note, maxRemark))
	}
	return all
}

// rootWork says who has it, how far it is, and what is due next. No text of an
// alert is in it: it is mrkdwn, which is the surest way to notify owners.
func rootWork(v View) string {
	i := v.Incident
	var all []string
	owners := Owners(i)
	switch {
	case i.Lead != (incident.User{}):
		all = append(all, "*Lead:* "+user(i.Lead))
	case i.Over():
	case len(owners) > 0:
		all = append(all, "*Owners:* "+v.Names.notify(owners)+", nobody has acknowledged yet")
	default:
		all = append(all, "*Owners:* none are configured, and nobody has acknowledged yet")
	}
	if p := progress(i); p != "" {
		all = append(all, "*Progress:* "+p)
	}
	due := deadlines(i)
	for _, d := range due {
		if d.Overdue {
			all = append(all, fmt.Sprintf("⏰ *Overdue* since %s: %s", date(d.At), textutil.Count(d.Left, tierWord(d.Tier)+" step")))
		}
	}
	if d, ok := next(due); ok {
		all = append(all, fmt.Sprintf("*Next deadline:* %s for %s", date(d.At), textutil.Count(d.Left, tierWord(d.Tier)+" step")))
	} else if len(due) == 0 && len(i.Steps) > 0 && i.FollowedBy == 0 {
		all = append(all, "Nothing is left to do.")
	}
	if len(all) == 0 {
		return "There are no steps for this."
	}
	return strings.Join(all, "\n")
}

// Owners are those who must act first: the immediate tier's, else the first
// tier's, else the route's.
func Owners(i incident.Incident) []string {
	if t, ok := i.Tier(playbooks.Immediate); ok && len(t.Owners) > 0 {
		return t.Owners
	}
	for _, t := range i.Tiers {
		if len(t.Owners) > 0 {
			return t.Owners
		}
	}
	return i.Owners
}

func rootButtons(i incident.Incident) slack.Block {
	id := i.ID()
	var elements []slack.BlockElement
	if i.State == incident.Open {
		ack := button(action.IncidentAck, id, "Acknowledge")
		ack.Style = slack.StylePrimary
		elements = append(elements, ack)
	}
	if i.Active() {
		elements = append(elements, button(action.IncidentResolve, id, "Resolve"))
	}
	if i.Over() && !i.Drill {
		elements = append(elements, reasonSelect(i))
	}
	menu := slack.NewOverflowBlockElement(action.IncidentMenu.ID,
		slack.NewOptionBlockObject(action.ChoiceNote+"/"+id, plain("Add note"), nil),
		slack.NewOptionBlockObject(action.ChoiceTimeline+"/"+id, plain("Timeline"), nil))
	return slack.NewActionBlock("act", append(elements, menu)...)
}

// rootText is the root for ears and for the phone's lock screen.
func rootText(i incident.Incident) string {
	head := stateWord(i.State)
	if s := severity(i); s != "" {
		head += ", " + EscapeMrkdwn(s)
	}
	parts := []string{head, EscapeMrkdwn(title(i)), i.ID()}
	switch {
	case i.ByHand:
		parts = append(parts, "Resolved by hand, still firing")
	case i.Active() && len(i.Alerts) > 0:
		parts = append(parts, textutil.Count(i.FiringCount(), "alert")+" firing")
	}
	if i.Lead != (incident.User{}) {
		parts = append(parts, "Lead: "+EscapeMrkdwn(name(i.Lead)))
	}
	if p := progress(i); p != "" {
		parts = append(parts, p)
	}
	return strings.Join(parts, ". ") + "."
}

// joined puts paragraphs behind one another with dots between.
func joined(parts []*paragraph) *paragraph {
	var all paragraph
	for k, p := range parts {
		if k > 0 {
			all.text(" · ")
		}
		all = append(all, *p...)
	}
	return &all
}
