package message

import (
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/playbooks"
)

const (
	maxTogether = 20 // neighbours that a deadline ping lists
	maxOpen     = 20 // open steps that it lists
)

// DeadlinePing begins the name of the slot that tells of a passed immediate
// deadline. Neighbours rely on it: it is there as long as any of the incidents
// that it speaks of has steps left.
const DeadlinePing = "deadline:immediate"

// Pings begin the names of all slots that are posted once in an opening, whose number
// ends them.
var Pings = []string{"reopened", "assigned", "escalation", DeadlinePing, "resolved"}

// late is how many steps of a tier are left to be told of.
func late(i incident.Incident, t incident.Tier) int {
	if !i.Active() {
		return 0
	}
	return i.Tally(t.Name).Left()
}

// pings are the replies that notify: each is posted once in an opening and never
// edited. Those that came too late to matter are left out, so that an outage of
// Slack is not followed by pings about what is over: a level is not told of what
// somebody has acknowledged, nor owners of steps that are ended.
func pings(v View) []Slot {
	i := v.Incident
	var slots []Slot
	ping := func(name string, broadcast bool, m blockkit.Message) {
		slots = append(slots, Slot{Name: fmt.Sprintf("%s:%d", name, i.Opening), Thread: true, Once: true, Broadcast: broadcast, Message: m})
	}
	if i.Active() && i.Opening > 1 {
		ping("reopened", i.Critical, reopened(v))
		slots[len(slots)-1].InRoot = true
	}
	if i.Active() && i.AssignedBy.ID != "" {
		ping(fmt.Sprintf("assigned:%d", i.Assigned), false, assigned(v))
		slots[len(slots)-1].InRoot = true
	}
	if i.State == incident.Open {
		for level := range min(i.Escalated, len(i.Escalate)) {
			ping(fmt.Sprintf("escalation:%d", level+1), false, escalation(v, level))
		}
	}
	t, _ := i.Tier(playbooks.Immediate)
	for _, told := range t.Earlier {
		slots = append(slots, Slot{Name: fmt.Sprintf("%s:%d", DeadlinePing, told.Opening), Thread: true, Once: true, Message: deadlineOfOthers(v, t.Owners, told.Together)})
	}
	if t.Overdue && t.ToldIn == i.Number && (late(i, t) > 0 || len(t.Together) > 0) {
		ping(DeadlinePing, false, deadline(v, t))
	}
	laterPings(v, func(name string, opening int, m blockkit.Message) {
		slots = append(slots, Slot{Name: fmt.Sprintf("%s:%d", name, opening), Thread: true, Once: true, Message: m})
	})
	if i.Over() {
		ping("resolved", i.Critical, resolved(v))
		slots[len(slots)-1].InRoot = true
	}
	return slots
}

// about is what every ping says of its incident, as foreign text must be shown.
func about(i incident.Incident) slack.Block {
	p := (&blockkit.Paragraph{}).Bold(i.ID()).Text(" · " + title(i))
	if s := severity(i); s != "" {
		p.Text(" · " + s)
	}
	return blockkit.RichText("about", p.Section())
}

// said is about for ears.
func said(i incident.Incident) string {
	s := i.ID() + ", " + blockkit.EscapeMrkdwn(title(i))
	if severity := severity(i); severity != "" {
		s += ", " + blockkit.EscapeMrkdwn(severity)
	}
	return s + "."
}

// Calling puts the mentions before a sentence.
func Calling(mentions, sentence string) string {
	if mentions == "" {
		return sentence
	}
	return mentions + ": " + sentence
}

// escalation tells a level that nobody has acknowledged.
func escalation(v View, level int) blockkit.Message {
	i := v.Incident
	e := i.Escalate[level]
	sentence := fmt.Sprintf("nobody has acknowledged this since %s.", blockkit.Date(i.OpeningAt))
	text := fmt.Sprintf("Nobody has acknowledged for %s", playbooks.Duration(e.After))
	if e.Hook != "" && !i.Drill {
		to := blockkit.EscapeMrkdwn(pageTo(e.HookName))
		sentence += " *" + to + " is called.*"
		text += ", " + to + " is called"
	}
	if len(e.Mention) == 0 {
		sentence = textutil.Capital(sentence)
	}
	return blockkit.Message{
		Text:   text + ": " + said(i),
		Blocks: []slack.Block{blockkit.Section("call", Calling(v.Names.Notify(e.Mention), sentence)), about(i)},
	}
}

// assigned tells somebody that he leads.
func assigned(v View) blockkit.Message {
	i := v.Incident
	by := PersonName(i.AssignedBy)
	sentence := fmt.Sprintf("%s asks you to lead this.", blockkit.EscapeMrkdwn(by))
	if i.State == incident.Open {
		sentence += " Nobody has acknowledged it yet."
	}
	return blockkit.Message{
		Text:   blockkit.CutMrkdwn(fmt.Sprintf("%s leads now, as %s asks: %s", blockkit.EscapeMrkdwn(PersonName(i.Lead)), blockkit.EscapeMrkdwn(by), said(i)), blockkit.MaxText),
		Blocks: []slack.Block{blockkit.Section("call", Calling(user(i.Lead), sentence)), about(i)},
	}
}

// deadline tells the owners which immediate steps are overdue, here and in the
// neighbours that share their deadline.
func deadline(v View, t incident.Tier) blockkit.Message {
	i := v.Incident
	left := late(i, t)
	if left == 0 {
		return deadlineOfOthers(v, t.Owners, t.Together)
	}
	sentence := fmt.Sprintf("%s %s overdue since %s.", textutil.Count(left, "immediate step"), textutil.IsAre(left), blockkit.Date(t.Due))
	text := fmt.Sprintf("Overdue: %s. %s", textutil.Count(left, "immediate step"), said(i))
	blocks := []slack.Block{blockkit.Section("call", Calling(v.Names.Notify(t.Owners), sentence)), about(i)}
	blocks = append(blocks, blockkit.RichText("steps", blockkit.Bullets(openSteps(i.Left(t.Name)))))
	if n := len(t.Together); n > 0 {
		blocks = append(blocks, blockkit.RichText("together", together(t.Together)...))
		text += " And " + textutil.Count(n, "more incident") + "."
	}
	return blockkit.Message{Text: text, Blocks: blocks}
}

// deadlineOfOthers is the ping when only the neighbours have steps left: nothing is
// due here, or not any more since it opened again.
func deadlineOfOthers(v View, owners []string, others []incident.Neighbour) blockkit.Message {
	i := v.Incident
	sentence, text := "nothing is left to do here, but immediate steps of other incidents are due.", "Nothing is left to do here. "
	if i.Active() {
		sentence, text = "immediate steps of other incidents are due.", "Steps of other incidents are due. "
	}
	text += said(i)
	if n := len(others); n > 0 {
		text += " And " + textutil.Count(n, "more incident") + "."
	}
	return blockkit.Message{Text: text, Blocks: []slack.Block{
		blockkit.Section("call", Calling(v.Names.Notify(owners), sentence)), about(i), blockkit.RichText("together", together(others)...),
	}}
}

// openSteps lists steps that are left. Holders stand there by name: the sentence above
// notifies.
func openSteps(steps []incident.Step) []*blockkit.Paragraph {
	var all []*blockkit.Paragraph
	rest := 0
	for _, s := range steps {
		if len(all) == maxOpen {
			rest++
			continue
		}
		p := (&blockkit.Paragraph{}).Text(stepTitle(s) + " · " + stepWord(s.State))
		if s.State == incident.StepAcknowledged {
			p.Text(" by " + PersonName(s.Holder))
		}
		all = append(all, p)
	}
	if rest > 0 {
		all = append(all, (&blockkit.Paragraph{}).Italic("and "+textutil.Thousands(rest)+" more"))
	}
	return all
}

func together(neighbours []incident.Neighbour) []slack.RichTextElement {
	items := make([]*blockkit.Paragraph, 0, maxTogether+1)
	for _, n := range neighbours[:min(len(neighbours), maxTogether)] {
		p := (&blockkit.Paragraph{}).Bold(incident.ID(n.Number)).Text(" · " + textutil.CutUnits(blockkit.Line(n.Title), 120) + " · " + textutil.Count(n.Left, "step") + ", due ").Date(n.Due)
		items = append(items, p)
	}
	if rest := len(neighbours) - maxTogether; rest > 0 {
		items = append(items, (&blockkit.Paragraph{}).Italic("and "+textutil.Thousands(rest)+" more"))
	}
	return []slack.RichTextElement{(&blockkit.Paragraph{}).Text("Due at about the same time:").Section(), blockkit.Bullets(items)}
}

// reopened tells the owners that it began again.
func reopened(v View) blockkit.Message {
	i := v.Incident
	sentence := fmt.Sprintf("this is open again since %s. Steps that were done stay done.", blockkit.Date(i.OpeningAt))
	if t, ok := i.Tier(playbooks.Immediate); ok && !t.Due.IsZero() {
		if left := i.Tally(t.Name).Left(); left > 0 {
			sentence += fmt.Sprintf(" %s to do, due %s.", textutil.Count(left, "immediate step"), blockkit.Date(t.Due))
		}
	}
	return blockkit.Message{
		Text:   "Open again: " + said(i) + " " + progress(i),
		Blocks: []slack.Block{blockkit.Section("call", "🔴 "+Calling(v.Names.Notify(Owners(i)), sentence)), about(i)},
	}
}

// resolved says how it ended and what remains. It notifies the lead alone, and
// not about what he did himself.
func resolved(v View) blockkit.Message {
	i := v.Incident
	how := "All alerts are resolved."
	switch {
	case i.ByHand:
		how = fmt.Sprintf("Resolved by hand by %s, while %s still firing.", blockkit.EscapeMrkdwn(PersonName(i.ResolvedBy)), textutil.CountIs(i.FiringCount(), "alert"))
	case i.ResolvedBy != (incident.User{}):
		how = fmt.Sprintf("Resolved by %s.", blockkit.EscapeMrkdwn(PersonName(i.ResolvedBy)))
	}
	call := how
	if i.Lead.ID != "" && i.Lead.ID != i.ResolvedBy.ID {
		call = Calling(user(i.Lead), strings.ToLower(how[:1])+how[1:])
	}
	blocks := []slack.Block{blockkit.Section("call", "🟢 "+call), about(i)}
	text := "Resolved. " + how + " " + said(i)
	var left []*blockkit.Paragraph
	steps := 0
	for _, d := range deadlines(i) {
		steps += d.Left
		p := (&blockkit.Paragraph{}).Text(fmt.Sprintf("%s: %s, ", d.Tier.Title(), textutil.Count(d.Left, "step")))
		if d.Overdue {
			p.Text("overdue since ").Date(d.At)
		} else {
			p.Text("due ").Date(d.At)
		}
		if len(left) < maxOpen {
			left = append(left, p)
		}
	}
	if i.FollowedBy != 0 {
		says := "Continued in " + incident.ID(i.FollowedBy) + "."
		return blockkit.Message{Text: text + " " + says, Blocks: append(blocks, blockkit.Context("left", blockkit.Mrkdwn(says)))}
	}
	if len(left) == 0 {
		blocks = append(blocks, blockkit.Context("left", blockkit.Mrkdwn("Nothing is left to do.")))
		return blockkit.Message{Text: text + " Nothing is left to do.", Blocks: blocks}
	}
	blocks = append(blocks, blockkit.RichText("left", (&blockkit.Paragraph{}).Text("These follow-ups stay:").Section(), blockkit.Bullets(left)))
	return blockkit.Message{Text: text + " " + textutil.Count(steps, "follow-up") + " left.", Blocks: blocks}
}
