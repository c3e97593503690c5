package message

import (
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/action"
	"github.com/signalbook/signalbook/bot/incident"
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

// StormView is all that rendering a storm depends on. Entries are all incidents
// of the storm, in any order.
type StormView struct {
	Storm   incident.Storm
	Entries []incident.Entry
	Names   Names
	Command string // the slash command: "/playbook"
	// Severities are the configured ones, worst first; anything else comes last.
	Severities []string
}

// RenderStorm returns the messages that there should be of a storm: the root, in
// its thread one ping for each call that still matters ("escalation:1:5feceb66",
// "deadline:5feceb66"), the list in pages ("page:1", ...) and, when it is over, a
// word about that ("calm"). Which incident stands on which page never changes
// while a storm goes on.
func RenderStorm(v StormView) []Slot {
	rows := stormRows(v.Entries, v.Severities)
	slots := []Slot{{Name: "root", Message: stormRoot(v, rows)}}
	slots = append(slots, stormCalls(v, rows)...)
	slots = append(slots, stormPages(rows)...)
	if !v.Storm.EndedAt.IsZero() {
		slots = append(slots, Slot{Name: "calm", Thread: true, Once: true, Message: calm(rows)})
	}
	return slots
}

// stormRoot says what is going on as a whole, who is asked, and what can be done.
func stormRoot(v StormView, rows []*row) Message {
	head := "⛈️ Storm · "
	if !v.Storm.EndedAt.IsZero() {
		head = "🌤️ Storm over · "
	}
	head += textutil.Count(len(rows), "incident")
	top := []slack.Block{header("head", head), lines("facts", stormFacts(v.Storm)), lines("count", stormCounts(rows))}
	if len(v.Storm.Owners) > 0 {
		top = append(top, section("owners", "*Owners:* "+cutMarkup(v.Names.notify(v.Storm.Owners), maxStormOwners)))
	}
	if len(rows) > 0 {
		top = append(top, titleCounts(rows))
	}
	worst := slices.SortedFunc(slices.Values(rows), worse)
	bottom := []slack.Block{full("way", stormWay(v, worst)), stormMenu(v.Storm.Number)}
	if len(worst) > 0 {
		top = append(top, worstBlock(worst, MaxTotal-300-sizeEstimate(top...)-sizeEstimate(bottom...)))
	}
	return Message{Text: stormText(v, rows, worst), Blocks: append(top, bottom...)}
}

func stormFacts(s incident.Storm) []*paragraph {
	facts := stormSpan(s)
	if s.Place != "" {
		facts = append(facts, belongs(s.Channel, s.Why))
	}
	return facts
}

func stormSpan(s incident.Storm) []*paragraph {
	began := (&paragraph{}).text("Since ").date(s.StartedAt).
		text(fmt.Sprintf(": more than %s opened here in %s.", textutil.Count(s.Above, "incident"), textutil.CutUnits(Line(s.Per), 20)))
	if s.EndedAt.IsZero() {
		began.text(" They are listed; critical ones get threads of their own.")
		return []*paragraph{began}
	}
	over := (&paragraph{}).bold("Over").text(" since ").date(s.EndedAt).text(": new incidents get threads of their own again.")
	return []*paragraph{over, began}
}

// stormCounts counts all incidents by state and by severity.
func stormCounts(rows []*row) []*paragraph {
	all := tallyOf(rows)
	states := (&paragraph{}).bold("By state: ")
	var parts []string
	for _, s := range all.stateCounts() {
		parts = append(parts, state(s.state)+" "+textutil.Thousands(s.count))
	}
	if all.overdue > 0 {
		parts = append(parts, "⏰ overdue "+textutil.Thousands(all.overdue))
	}
	if len(parts) == 0 {
		parts = append(parts, "nothing is listed yet")
	}
	out := []*paragraph{states.text(strings.Join(parts, " · "))}
	if severities := all.severityCounts(maxSeverities, " · "); severities != "" {
		out = append(out, (&paragraph{}).bold("By severity: ").text(severities))
	}
	return out
}

// titleCounts counts the incidents of each title, worst and most frequent first.
func titleCounts(rows []*row) slack.Block {
	all := byTitle(rows)
	items := make([]*paragraph, 0, maxTitles)
	for _, t := range all[:min(len(all), maxTitles)] {
		p := (&paragraph{}).bold(textutil.Thousands(t.count) + " ×").text(" " + textutil.CutUnits(t.title, maxTitleCount))
		if s := t.severityCounts(2, ", "); s != "" {
			p.text(" · " + s)
		}
		items = append(items, p.text(" · "+t.stateWords()))
	}
	parts := []slack.RichTextElement{(&paragraph{}).bold("By title").section(), bullets(items)}
	if rest := len(all) - len(items); rest > 0 {
		parts = append(parts, (&paragraph{}).italic("and "+textutil.Count(rest, "more title")).section())
	}
	return rich("titles", parts...)
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
	var items paragraph
	for k, r := range named {
		if k > 0 {
			items.text("\n")
		}
		items = append(items, *r.led(limit)...)
	}
	parts := []slack.RichTextElement{(&paragraph{}).bold("The worst").section()}
	if len(items) > 0 {
		parts = append(parts, items.joinedText().section())
	}
	if rest := len(worst) - len(named); rest > 0 {
		parts = append(parts, (&paragraph{}).italic("and "+textutil.Thousands(rest)+" more, all listed in this thread").section())
	}
	return rich("worst", parts...)
}

// ledWeight is what a row of the worst takes besides its title.
func ledWeight(r *row) int {
	return richWeight((*r.led(0)).joinedText().section()) - richWeight((&paragraph{}).section()) + objectWeight/4
}

// stormWay says what to do, by the example of the worst without a thread.
func stormWay(v StormView, worst []*row) string {
	id := incident.ID(v.Storm.Number)
	if at := slices.IndexFunc(worst, func(r *row) bool { return r.Show == incident.ShowListed }); at >= 0 {
		id = incident.ID(worst[at].Number)
	}
	return fmt.Sprintf("All are listed in this thread, in the order in which they opened. Choose one below to see it in a thread of its own, or type "+
		"`%[1]s thread %[2]s`. `%[1]s ack %[2]s` takes it, `%[1]s status %[2]s` shows its steps to you alone.", v.Command, id)
}

// stormMenu chooses an incident: what it offers is asked for as people type.
func stormMenu(number int) slack.Block {
	menu := slack.NewOptionsSelectBlockElement(slack.OptTypeExternal, plain("Open an incident's thread"), action.StormPick.ID)
	menu.MinQueryLength = new(int)
	return slack.NewActionBlock(fmt.Sprintf("pick:%d", number), menu)
}

// stormText is the storm for ears and for the phone's lock screen.
func stormText(v StormView, rows, worst []*row) string {
	all := tallyOf(rows)
	head := "Storm"
	if !v.Storm.EndedAt.IsZero() {
		head = "Storm over"
	}
	says := head + ": " + textutil.Count(len(rows), "incident")
	if all.critical > 0 {
		says += ", " + textutil.Thousands(all.critical) + " critical"
	}
	if len(worst) == 0 {
		return says + "."
	}
	return says + ". " + sentence(all.stateWords()) + " Worst: " + worst[0].said()
}
