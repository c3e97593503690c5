// Package storm decides how a storm looks in Slack: the message that counts its incidents
// and names the worst, the list in its thread, and its calls. It never talks to Slack, reads
// no clock and keeps nothing.
package storm

import (
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/action"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/message"
)

// What the storm's first message shows. Even with the longest texts the worst
// incidents get the rest of it, and that is most.
const (
	maxWorst       = 30 // incidents named
	maxTitles      = 8  // titles counted
	maxTitleCount  = 60 // of a title there
	maxSeverities  = 5  // severities counted
	maxStormOwners = 800
	minStormTitle  = 20 // of an incident named, in bytes of JSON; rather fewer are
	maxStormTitle  = 120
	// maxStormTitleBytes is the longest title in bytes of JSON.
	maxStormTitleBytes = 6 * maxStormTitle
	maxStormSeverity   = 12
)

// View is all that rendering a storm depends on. Entries are all incidents
// of the storm, in any order.
type View struct {
	Storm   incident.Storm
	Entries []incident.Entry
	Names   message.Names
	Command string // the slash command: "/playbook"
	// Severities are the configured ones, worst first; anything else comes last.
	Severities []string
}

// Render returns the messages that there should be of a storm: the root, in
// its thread one ping for each call that still matters ("escalation:1:5feceb66",
// "deadline:5feceb66"), the list in pages ("page:1", ...) and, when it is over, a
// word about that ("calm"). Which incident stands on which page never changes
// while a storm goes on.
func Render(v View) []message.Slot {
	rows := stormRows(v.Entries, v.Severities)
	slots := []message.Slot{{Name: "root", Message: root(v, rows)}}
	slots = append(slots, stormCalls(v, rows)...)
	slots = append(slots, stormPages(rows)...)
	if !v.Storm.EndedAt.IsZero() {
		slots = append(slots, message.Slot{Name: "calm", Thread: true, Once: true, Message: calm(rows)})
	}
	return slots
}

// root says what is going on as a whole, who is asked, and what can be done.
func root(v View, rows []*row) blockkit.Message {
	head := "⛈️ Storm · "
	if !v.Storm.EndedAt.IsZero() {
		head = "🌤️ Storm over · "
	}
	head += textutil.Count(len(rows), "incident")
	all := tallyOf(rows)
	top := []slack.Block{blockkit.Header("head", head), blockkit.Lines("facts", stormFacts(v.Storm)), blockkit.Lines("count", stormCounts(all))}
	if len(v.Storm.Owners) > 0 {
		top = append(top, blockkit.Section("owners", "*Owners:* "+blockkit.CutMrkdwn(v.Names.Notify(v.Storm.Owners), maxStormOwners)))
	}
	if len(rows) > 0 {
		top = append(top, titleCounts(rows))
	}
	worst := slices.SortedFunc(slices.Values(rows), worse)
	bottom := []slack.Block{blockkit.ExpandedSection("way", stormWay(v, worst)), stormMenu(v.Storm.Number)}
	if len(worst) > 0 {
		top = append(top, worstBlock(worst, blockkit.MaxTotal-300-blockkit.Size(top...)-blockkit.Size(bottom...)))
	}
	return blockkit.Message{Text: stormText(v, all, worst), Blocks: append(top, bottom...)}
}

func stormFacts(s incident.Storm) []*blockkit.Paragraph {
	facts := stormSpan(s)
	if s.Place != "" {
		facts = append(facts, message.Belongs(s.Channel, s.Why))
	}
	return facts
}

func stormSpan(s incident.Storm) []*blockkit.Paragraph {
	began := (&blockkit.Paragraph{}).Text("Since ").Date(s.StartedAt).
		Text(fmt.Sprintf(": more than %s opened here in %s.", textutil.Count(s.Above, "incident"), textutil.CutUnits(blockkit.Line(s.Per), 20)))
	if s.EndedAt.IsZero() {
		began.Text(" They are listed; critical ones get threads of their own.")
		return []*blockkit.Paragraph{began}
	}
	over := (&blockkit.Paragraph{}).Bold("Over").Text(" since ").Date(s.EndedAt).Text(": new incidents get threads of their own again.")
	return []*blockkit.Paragraph{over, began}
}

// stormCounts counts all incidents by state and by severity.
func stormCounts(all *tally) []*blockkit.Paragraph {
	states := (&blockkit.Paragraph{}).Bold("By state: ")
	var parts []string
	for _, s := range all.stateCounts() {
		parts = append(parts, message.StateLabel(s.state)+" "+textutil.Thousands(s.count))
	}
	if all.overdue > 0 {
		parts = append(parts, "⏰ overdue "+textutil.Thousands(all.overdue))
	}
	if len(parts) == 0 {
		parts = append(parts, "nothing is listed yet")
	}
	out := []*blockkit.Paragraph{states.Text(strings.Join(parts, " · "))}
	if severities := all.severityCounts(maxSeverities, " · "); severities != "" {
		out = append(out, (&blockkit.Paragraph{}).Bold("By severity: ").Text(severities))
	}
	return out
}

// titleCounts counts the incidents of each title, worst and most frequent first.
func titleCounts(rows []*row) slack.Block {
	all := byTitle(rows)
	items := make([]*blockkit.Paragraph, 0, maxTitles)
	for _, t := range all[:min(len(all), maxTitles)] {
		p := (&blockkit.Paragraph{}).Bold(textutil.Thousands(t.count) + " ×").Text(" " + textutil.CutUnits(t.title, maxTitleCount))
		if s := t.severityCounts(2, ", "); s != "" {
			p.Text(" · " + s)
		}
		items = append(items, p.Text(" · "+t.stateWords()))
	}
	parts := []slack.RichTextElement{(&blockkit.Paragraph{}).Bold("By title").Section(), blockkit.Bullets(items)}
	if rest := len(all) - len(items); rest > 0 {
		parts = append(parts, (&blockkit.Paragraph{}).Italic("and "+textutil.Count(rest, "more title")).Section())
	}
	return blockkit.RichText("titles", parts...)
}

// worstBlock names the worst incidents, with titles as long as room allows.
func worstBlock(worst []*row, room int) slack.Block {
	named := worst[:min(len(worst), maxWorst)]
	room -= 200 // the lines around
	limit := 0
	for ; len(named) > 0; named = named[:len(named)-1] {
		left := room
		for _, r := range named {
			left -= ledWeight(r)
		}
		if limit = evenly(named, left, maxStormTitleBytes); limit >= minStormTitle || limit >= longest(named) {
			break
		}
	}
	// Lines of one text: a list of so many is more JSON than Slack takes.
	var items blockkit.Paragraph
	for k, r := range named {
		if k > 0 {
			items.Text("\n")
		}
		items = append(items, *r.led(limit)...)
	}
	parts := []slack.RichTextElement{(&blockkit.Paragraph{}).Bold("The worst").Section()}
	if len(items) > 0 {
		parts = append(parts, items.Joined().Section())
	}
	if rest := len(worst) - len(named); rest > 0 {
		parts = append(parts, (&blockkit.Paragraph{}).Italic("and "+textutil.Thousands(rest)+" more, all listed in this thread").Section())
	}
	return blockkit.RichText("worst", parts...)
}

// ledWeight is what a row of the worst takes besides its title.
func ledWeight(r *row) int {
	return blockkit.RichTextSize((*r.led(0)).Joined().Section()) - blockkit.RichTextSize((&blockkit.Paragraph{}).Section()) + blockkit.ObjectSize/4
}

// stormWay says what to do, by the example of the worst without a thread.
func stormWay(v View, worst []*row) string {
	id := incident.ID(v.Storm.Number)
	if at := slices.IndexFunc(worst, func(r *row) bool { return r.Show == incident.ShowListed }); at >= 0 {
		id = incident.ID(worst[at].Number)
	}
	return fmt.Sprintf("All are listed in this thread, in the order in which they opened. Choose one below to see it in a thread of its own, or type "+
		"`%[1]s thread %[2]s`. `%[1]s ack %[2]s` takes it, `%[1]s status %[2]s` shows its steps to you alone.", v.Command, id)
}

// stormMenu chooses an incident: what it offers is asked for as people type.
func stormMenu(number int) slack.Block {
	menu := slack.NewOptionsSelectBlockElement(slack.OptTypeExternal, blockkit.PlainText("Open an incident's thread"), action.StormPick.ID)
	menu.MinQueryLength = new(int)
	return slack.NewActionBlock(fmt.Sprintf("pick:%d", number), menu)
}

// stormText is the storm for ears and for the phone's lock screen.
func stormText(v View, all *tally, worst []*row) string {
	head := "Storm"
	if !v.Storm.EndedAt.IsZero() {
		head = "Storm over"
	}
	says := head + ": " + textutil.Count(all.count, "incident")
	if all.critical > 0 {
		says += ", " + textutil.Thousands(all.critical) + " critical"
	}
	if len(worst) == 0 {
		return says + "."
	}
	return says + ". " + textutil.Sentence(all.stateWords()) + " Worst: " + worst[0].said()
}
