package message

import (
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
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
func root(v View) blockkit.Message {
	i := v.Incident
	blocks := []slack.Block{
		blockkit.Header("head", headline(i)),
		rootOrigin(i),
	}
	if news := rootNews(v); len(news) > 0 {
		blocks = append(blocks, blockkit.Lines("news", news))
	}
	if summary := strings.TrimSpace(blockkit.Neutralise(i.Summary)); summary != "" {
		blocks = append(blocks, blockkit.RichText("summary", (&blockkit.Paragraph{}).Text(blockkit.CutNamed(summary, maxSummary)).Section()))
	}
	if description := strings.TrimSpace(blockkit.Neutralise(i.Description)); description != "" {
		blocks = append(blocks, slack.NewSectionBlock(blockkit.PlainText(blockkit.CutNamed(description, maxDescription)), nil, nil, slack.SectionBlockOptionBlockID("description")))
	}
	blocks = append(blocks, blockkit.Section("work", rootWork(v)))
	blocks = append(blocks, firing(i)...)
	if note := strings.TrimSpace(blockkit.Neutralise(i.Note.Text)); note != "" {
		by := (&blockkit.Paragraph{}).Bold("Note").Text(" by ").User(i.Note.By.ID, PersonName(i.Note.By)).Text(", ").Date(i.Note.At)
		blocks = append(blocks, blockkit.RichText("note", by.Section(), blockkit.Quote(addWords(&blockkit.Paragraph{}, blockkit.CutNamed(note, maxNote), i.Named))))
	}
	if links := links(i); len(links) > 0 {
		blocks = append(blocks, blockkit.Lines("links", []*blockkit.Paragraph{joined(links)}))
	}
	if i.Over() && i.FollowedBy == 0 {
		blocks = append(blocks, blockkit.Context("reopen", blockkit.Mrkdwn(fmt.Sprintf("Not over after all? `%s reopen %s`", v.Command, i.ID()))))
	}
	blocks = blockkit.KeepRichText(blocks, "No alert belongs to this: it was started by hand.")
	return blockkit.Message{Text: rootText(i), Blocks: append(blocks, rootButtons(i))}
}

// headline is state, severity and title: what a person needs in the first
// second.
func headline(i incident.Incident) string {
	head := StateLabel(i.State)
	if s := severity(i); s != "" {
		head += " · " + s
	}
	return head + " · " + blockkit.Line(i.Title)
}

func rootOrigin(i incident.Incident) slack.Block {
	parts := []*slack.TextBlockObject{blockkit.Mrkdwn("*" + i.ID() + "*"), blockkit.Mrkdwn("opened " + blockkit.Date(i.OpenedAt))}
	if i.Playbook.Name != "" {
		parts = append(parts, blockkit.PlainText("playbook "+textutil.CutUnits(blockkit.Line(i.Playbook.Name), 80)))
	}
	if i.Storm != 0 {
		parts = append(parts, blockkit.PlainText("part of a storm"))
	}
	return blockkit.Context("origin", parts...)
}

// rootNews are the lines that are there only when they are true.
func rootNews(v View) []*blockkit.Paragraph {
	i := v.Incident
	var all []*blockkit.Paragraph
	say := func() *blockkit.Paragraph {
		p := &blockkit.Paragraph{}
		all = append(all, p)
		return p
	}
	if i.Drill {
		p := say().Bold("This is an exercise").Text(": nobody is called, and no figure of real incidents counts it. Do what you would do for real")
		if i.Active() {
			p.Text("; a score follows at its end")
		}
		p.Text(".")
	}
	if i.Belongs != "" {
		*say() = *Belongs(i.Belongs, i.BelongsWhy)
	}
	if i.Over() {
		switch p := say(); {
		case i.ByHand:
			p.Text("⚠️ ").Bold("resolved by hand, still firing").Text(": by ").User(i.ResolvedBy.ID, PersonName(i.ResolvedBy)).Text(", ").Date(i.ResolvedAt)
		case i.ResolvedBy != (incident.User{}):
			p.Bold("Resolved").Text(" by ").User(i.ResolvedBy.ID, PersonName(i.ResolvedBy)).Text(", ").Date(i.ResolvedAt)
		default:
			p.Bold("Resolved").Text(": all alerts are, since ").Date(i.ResolvedAt)
		}
		if word := reasonWord(string(i.Reason)); word != "" {
			say().Bold("Closed as").Text(": "+word+", by ").User(i.ReasonBy.ID, PersonName(i.ReasonBy))
		}
	}
	if i.Opening > 1 && i.Active() {
		say().Bold("Open again").Text(" since ").Date(i.OpeningAt).Text(fmt.Sprintf(" (opening %d)", i.Opening))
	}
	if i.Stale && i.Active() {
		p := say().Text("⚠️ ").Bold("Nothing heard").Text(" since ").Date(i.LastHeard).Text(": ")
		if i.Lead != (incident.User{}) {
			p.User(i.Lead.ID, PersonName(i.Lead)).Text(", ")
		}
		p.Text("is it over? Then resolve it by hand.")
	}
	if i.Show == incident.ShowUrgent && slices.ContainsFunc(i.Tiers, func(t incident.Tier) bool { return t.Name != playbooks.Immediate }) {
		say().Bold("In a storm only what is urgent is shown").Text(": the other tiers follow as soon as somebody acts on this, or types ").
			Code(v.Command + " thread " + i.ID()).Text(".")
	}
	if i.Truncated {
		say().Bold("Not the whole group").Text(": the last notification was cut short by its sender, so it cannot say that all is over.")
	}
	switch {
	case i.Drill && i.Follows != 0:
		say().Text("The drill before was " + incident.ID(i.Follows) + ".")
	case i.Follows != 0:
		say().Text("Follows " + incident.ID(i.Follows) + ", whose open follow-ups are taken over here.")
	}
	switch {
	case i.Drill && i.FollowedBy != 0:
		say().Text("The next drill is " + incident.ID(i.FollowedBy) + ".")
	case i.FollowedBy != 0:
		say().Bold("Continued in " + incident.ID(i.FollowedBy)).Text(", which has the open follow-ups.")
	}
	if note := blockkit.Line(i.Playbook.Note); note != "" {
		say().Bold("About the playbook").Text(": " + blockkit.CutNamed(note, maxRemark))
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
		all = append(all, "*Owners:* "+v.Names.Notify(owners)+", nobody has acknowledged yet")
	default:
		all = append(all, "*Owners:* none are configured, and nobody has acknowledged yet")
	}
	if p := progress(i); p != "" {
		all = append(all, "*Progress:* "+p)
	}
	due := deadlines(i)
	for _, d := range due {
		if d.Overdue {
			all = append(all, fmt.Sprintf("⏰ *Overdue* since %s: %s", blockkit.Date(d.At), textutil.Count(d.Left, tierWord(d.Tier)+" step")))
		}
	}
	if d, ok := next(due); ok {
		all = append(all, fmt.Sprintf("*Next deadline:* %s for %s", blockkit.Date(d.At), textutil.Count(d.Left, tierWord(d.Tier)+" step")))
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

// rootText is the root for ears and for the phone's lock screen.
func rootText(i incident.Incident) string {
	head := stateWord(i.State)
	if s := severity(i); s != "" {
		head += ", " + blockkit.EscapeMrkdwn(s)
	}
	parts := []string{head, blockkit.EscapeMrkdwn(title(i)), i.ID()}
	switch {
	case i.ByHand:
		parts = append(parts, "Resolved by hand, still firing")
	case i.Active() && len(i.Alerts) > 0:
		parts = append(parts, textutil.Count(i.FiringCount(), "alert")+" firing")
	}
	if i.Lead != (incident.User{}) {
		parts = append(parts, "Lead: "+blockkit.EscapeMrkdwn(PersonName(i.Lead)))
	}
	if p := progress(i); p != "" {
		parts = append(parts, p)
	}
	return strings.Join(parts, ". ") + "."
}

// joined puts paragraphs behind one another with dots between.
func joined(parts []*blockkit.Paragraph) *blockkit.Paragraph {
	var all blockkit.Paragraph
	for k, p := range parts {
		if k > 0 {
			all.Text(" · ")
		}
		all = append(all, *p...)
	}
	return &all
}
