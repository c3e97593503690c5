package message

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/playbooks"
)

// Lengths of what the root shows, in UTF-16 units: two lines, or so.
const (
	maxSummary     = 200
	maxDescription = 130
	maxNote        = 600 // of a person
	maxRemark      = 500 // of the playbook's choice
)

// sameDay is how far off a deadline may be for its time of day to be enough: once it has
// passed, the day is said.
const sameDay = 12 * time.Hour

// root is the incident's first message: what is wrong, who has it, what comes
// next, and what fires. What it has no room for, `status` shows.
func root(v View) blockkit.Message {
	i := v.Incident
	blocks := []slack.Block{blockkit.Header("head", headline(i)), blockkit.Section("work", rootWork(v))}
	if news := rootNews(v); len(news) > 0 {
		blocks = append(blocks, blockkit.Lines("news", news))
	}
	if alerts := firing(i); alerts != nil {
		blocks = append(blocks, alerts)
	}
	if note := strings.TrimSpace(blockkit.Neutralise(i.Note.Text)); note != "" {
		by := (&blockkit.Paragraph{}).Bold("Note").Text(" by ").User(i.Note.By.ID, PersonName(i.Note.By)).Text(", ").Date(i.Note.At)
		blocks = append(blocks, blockkit.RichText("note", by.Section(), blockkit.Quote(addWords(&blockkit.Paragraph{}, blockkit.CutNamed(note, maxNote), i.Named))))
	}
	blocks = append(blocks, blockkit.Lines("facts", []*blockkit.Paragraph{joined(append(rootFacts(i), links(i)...))}))
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

// rootOrigin names an incident in an answer: its number, opening and playbook.
func rootOrigin(i incident.Incident) slack.Block {
	parts := []*slack.TextBlockObject{blockkit.Mrkdwn("*" + i.ID() + "*"), blockkit.Mrkdwn("opened " + blockkit.Date(i.OpenedAt))}
	if i.Playbook.Name != "" {
		parts = append(parts, blockkit.PlainText("playbook "+playbookName(i)))
	}
	if i.Storm != 0 {
		parts = append(parts, blockkit.PlainText("part of a storm"))
	}
	return blockkit.Context("origin", parts...)
}

func playbookName(i incident.Incident) string {
	return textutil.CutUnits(blockkit.Line(i.Playbook.Name), 80)
}

// rootFacts are its number and its playbook, which its links follow.
func rootFacts(i incident.Incident) []*blockkit.Paragraph {
	facts := []*blockkit.Paragraph{(&blockkit.Paragraph{}).Bold(i.ID())}
	if i.Playbook.Name != "" {
		facts = append(facts, (&blockkit.Paragraph{}).Text("playbook "+playbookName(i)))
	}
	if len(i.Alerts)+i.Omitted == 0 {
		facts = append(facts, (&blockkit.Paragraph{}).Text("started by hand ").Date(i.OpenedAt))
	}
	if i.Storm != 0 {
		facts = append(facts, (&blockkit.Paragraph{}).Text("part of a storm"))
	}
	return facts
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
	if i.Over() && i.Dropped != "" {
		because := "nobody touched it, and it ended by itself soon"
		if word := reasonWord(i.Dropped); word != "" {
			because = "it was called " + word
		}
		say().Bold("Its follow-ups are dropped").Text(": " + because + ".")
	}
	if i.Opening > 1 && i.Active() {
		say().Bold("Open again").Text(" since ").Date(i.OpeningAt)
	}
	for _, page := range i.Pages {
		if page.Trouble != "" && (page.Opening == i.Opening || !page.GivenUp) {
			what := ", and is tried again"
			if page.GivenUp {
				what = ", and is not tried again"
			}
			say().Text("⚠️ ").Bold(pageTo(page.To) + " was not reached" + what).Text(": " + textutil.CutUnits(blockkit.Line(page.Trouble), 300))
		}
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
	all := []string{rootWho(v)}
	var far []string
	if p := progress(i); p != "" {
		far = append(far, p)
	}
	due := deadlines(i)
	for _, d := range due {
		if d.Overdue {
			all = append(all, fmt.Sprintf("⏰ *Overdue* since %s: %s", blockkit.Date(d.At), textutil.Count(d.Left, tierWord(d.Tier)+" step")))
		}
	}
	if d, ok := next(due); ok {
		at := blockkit.Date(d.At)
		if d.At.Sub(i.OpeningAt) <= sameDay {
			at = blockkit.Clock(d.At)
		}
		far = append(far, "*next due "+at+"*")
	} else if len(due) == 0 && len(i.Steps) > 0 && i.FollowedBy == 0 {
		far = append(far, "nothing is left to do")
	}
	if len(far) > 0 {
		all = slices.Insert(all, 1, strings.Join(far, " · "))
	}
	return strings.Join(all, "\n")
}

// rootWho says who has it or, when it is over, who ended it and how long it took.
func rootWho(v View) string {
	i := v.Incident
	owners := Owners(i)
	switch {
	case i.Over():
		return rootOver(i)
	case i.Lead != (incident.User{}) && i.State == incident.Open:
		return "*Lead:* " + user(i.Lead) + ", who has not acknowledged yet"
	case i.Lead != (incident.User{}):
		return "*Lead:* " + user(i.Lead) + lastStep(i)
	case len(owners) > 0:
		return "*Owners:* " + v.Names.Notify(owners) + ", nobody has acknowledged yet"
	}
	return "*Owners:* none are configured, and nobody has acknowledged yet"
}

func rootOver(i incident.Incident) string {
	says := "*Over* since "
	switch {
	case i.ByHand:
		says = "⚠️ *Resolved by hand, still firing:* " + user(i.ResolvedBy) + ", "
	case i.ResolvedBy != (incident.User{}):
		says = "*Resolved* by " + user(i.ResolvedBy) + ", "
	}
	says += blockkit.Date(i.ResolvedAt)
	if took := i.ResolvedAt.Sub(i.OpeningAt); took > 0 {
		says += ", after " + textutil.Span(took)
	}
	if i.Lead != (incident.User{}) && i.Lead != i.ResolvedBy {
		says += " · *lead:* " + user(i.Lead)
	}
	if word := reasonWord(string(i.Reason)); word != "" {
		says += " · *" + word + "*"
		if i.ReasonBy != i.ResolvedBy {
			says += ", as " + user(i.ReasonBy) + " says"
		}
	}
	return says
}

// lastStep is what somebody last did to a step: " · *last:* @ben took step 2, …".
func lastStep(i incident.Incident) string {
	var last incident.Step
	for _, s := range i.Steps {
		if s.State != incident.StepOpen && s.State != incident.StepDropped && s.At.After(last.At) {
			last = s
		}
	}
	who, did := last.By, map[incident.StepState]string{incident.StepAcknowledged: "took", incident.StepDone: "did", incident.StepSkipped: "skipped"}[last.State]
	if last.State == incident.StepAcknowledged {
		who = last.Holder
	}
	second := ""
	if last.AwaitsSecond() {
		who, did, second = last.First, "did", ": a second person confirms it"
	}
	if did == "" {
		return ""
	}
	return fmt.Sprintf(" · *last:* %s %s step %d, %s%s", user(who), did, last.Number, blockkit.Date(last.At), second)
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
