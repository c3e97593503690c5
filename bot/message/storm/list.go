package storm

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/message"
)

// pageEntries is how many incidents a page of a storm's list has: with the
// longest texts that still leaves a part of each title.
const pageEntries = 90

// row is an entry with its texts made fit to be shown, once for all messages.
type row struct {
	incident.Entry
	title    string
	severity string
	before   string // what stands between its id and its title
	length   int    // of the title, in bytes of JSON
	rank     int    // how bad it is, the worst is 0
}

// stormRows returns the entries as rows by number. Severities are worst first.
func stormRows(entries []incident.Entry, severities []string) []*row {
	all := make([]row, len(entries))
	rows := make([]*row, len(entries))
	for k, e := range entries {
		r := &all[k]
		*r = row{Entry: e, title: textutil.CutUnits(blockkit.Line(e.Title), maxStormTitle), severity: textutil.CutUnits(blockkit.Line(e.Severity), maxStormSeverity)}
		r.length, r.rank = blockkit.JSONLength(r.title), rank(e, severities)
		r.before = r.standing()
		rows[k] = r
	}
	slices.SortFunc(rows, func(a, b *row) int { return cmp.Compare(a.Number, b.Number) })
	return rows
}

// state is the state as people read it: word and colour.
func (r *row) state() string {
	switch r.State {
	case incident.Open, incident.Acknowledged, incident.Resolved, incident.Closed:
		return message.StateLabel(r.State)
	}
	return textutil.CutUnits(blockkit.Line(string(r.State)), 20) // of a newer binary
}

func (r *row) over() bool { return r.State == incident.Resolved || r.State == incident.Closed }

// standing says how it stands with an incident.
func (r *row) standing() string {
	s := " · " + r.state()
	if r.severity != "" {
		s += " · " + r.severity
	}
	if r.Overdue {
		s += " · overdue"
	}
	return s + " · "
}

// named is a row of the worst, with limit units of its title.
func (r *row) named(limit int) *blockkit.Paragraph {
	return (&blockkit.Paragraph{}).Bold(incident.ID(r.Number)).Text(r.before + cutTo(r.title, limit))
}

// led is a line of the worst, with who leads it.
func (r *row) led(limit int) *blockkit.Paragraph {
	p := &blockkit.Paragraph{}
	if r.Lead == (incident.User{}) {
		return p.Text("• " + incident.ID(r.Number) + r.before + cutTo(r.title, limit))
	}
	says := "• " + incident.ID(r.Number) + r.before + cutTo(r.title, limit) + " · "
	if blockkit.IsUserID(r.Lead.ID) {
		return p.Text(says).User(r.Lead.ID, message.PersonName(r.Lead))
	}
	return p.Text(says + textutil.CutUnits(message.PersonName(r.Lead), 30))
}

// listed is a row of a page: one line of a text, because a list of so many rows is more
// JSON than Slack takes.
func (r *row) listed(limit int) string {
	says := "• " + incident.ID(r.Number) + r.before + cutTo(r.title, limit)
	if r.Show != incident.ShowListed {
		says += " · thread"
	}
	return says
}

// said is a row for ears.
func (r *row) said() string {
	s := incident.ID(r.Number)
	if r.severity != "" {
		s += ", " + blockkit.EscapeMrkdwn(r.severity)
	}
	return textutil.Sentence(s + ", " + blockkit.EscapeMrkdwn(r.title))
}

// cutTo is Cut that can leave nothing.
func cutTo(s string, limit int) string {
	if limit <= 0 {
		return ""
	}
	return blockkit.CutJSON(s, limit)
}

// rank says how bad an incident is for people who look for what to do first: what
// is not over, critical before the rest in the order of severities, overdue, what
// nobody has.
func rank(e incident.Entry, severities []string) (n int) {
	switch e.State {
	case incident.Closed:
		n = 2 << 10
	case incident.Resolved:
		n = 1 << 10
	}
	if !e.Critical {
		at := slices.Index(severities, e.Severity)
		if at < 0 {
			at = len(severities)
		}
		n += min(at+1, 1<<8-1) << 2
	}
	if !e.Overdue {
		n += 1 << 1
	}
	if e.State == incident.Acknowledged {
		n++
	}
	return n
}

// worse orders rows by how bad they are, the oldest of equals first.
func worse(a, b *row) int {
	if a.rank != b.rank {
		return a.rank - b.rank
	}
	return cmp.Or(a.OpenedAt.Compare(b.OpenedAt), cmp.Compare(a.Number, b.Number))
}

// evenly returns how long titles may be in bytes of JSON, at most most, so that all of them
// together stay within room: short ones leave theirs to long ones.
func evenly(rows []*row, room, most int) int {
	lengths := make([]int, len(rows))
	for k, r := range rows {
		lengths[k] = r.length
	}
	slices.Sort(lengths)
	for k, n := range lengths {
		if share := max(room, 0) / (len(lengths) - k); share < n {
			return min(share, most)
		}
		room -= n
	}
	return most
}

func longest(rows []*row) int {
	n := 0
	for _, r := range rows {
		n = max(n, r.length)
	}
	return n
}

// stormPages is the whole list, by number: the storm's newest incidents are on
// its last page, the only one that grows.
func stormPages(rows []*row) []message.Slot {
	var slots []message.Slot
	for page := range slices.Chunk(rows, pageEntries) {
		n := len(slots) + 1
		slots = append(slots, message.Slot{Name: fmt.Sprintf("page:%d", n), Thread: true, Message: stormPage(n, page)})
	}
	return slots
}

func stormPage(n int, rows []*row) blockkit.Message {
	head := fmt.Sprintf("List %d · %s to %s", n, incident.ID(rows[0].Number), incident.ID(rows[len(rows)-1].Number))
	all := tallyOf(rows)
	count := textutil.Count(len(rows), "incident") + ": " + all.stateWords() + "."
	room := blockkit.MaxTotal - 1_000 - blockkit.JSONLength(count)
	for _, r := range rows {
		room -= blockkit.JSONLength(r.listed(0) + "\n")
	}
	limit := evenly(rows, room, maxStormTitleBytes)
	items := make([]string, len(rows))
	for k, r := range rows {
		items[k] = r.listed(limit)
	}
	blocks := []slack.Block{blockkit.Header("head", head), blockkit.Context("count", blockkit.PlainText(count)), blockkit.RichText("list", (&blockkit.Paragraph{}).Text(strings.Join(items, "\n")).Section())}
	if slices.ContainsFunc(rows, func(r *row) bool { return r.Show != incident.ShowListed }) {
		blocks = append(blocks, blockkit.Context("marked", blockkit.PlainText("“thread” marks those that have a thread of their own in the channel.")))
	}
	return blockkit.Message{Text: "The storm's list, page " + textutil.Thousands(n) + ". " + count, Blocks: blocks}
}

// maxOptions is what Slack takes as choices of a menu.
const maxOptions = 100

// Options are the choices that a storm's menu offers for what was typed so
// far, at most 100: what is not closed first, the worst of it first; an incident
// whose id was typed in full before all. Every word must be a part of the id, the
// severity, the state or the title, in any case. A choice's value is the
// incident's id.
func Options(entries []incident.Entry, query string) []*slack.OptionBlockObject {
	words := strings.Fields(strings.ToLower(blockkit.Clean(query)))
	rows := slices.DeleteFunc(stormRows(entries, nil), func(r *row) bool { return !r.matches(words) })
	typed := strings.TrimPrefix(strings.Join(words, " "), "inc-")
	for _, r := range rows {
		if strconv.Itoa(r.Number) == typed {
			r.rank = -1
		}
	}
	slices.SortFunc(rows, worse)
	options := make([]*slack.OptionBlockObject, 0, min(len(rows), maxOptions))
	for _, r := range rows[:min(len(rows), maxOptions)] {
		id := incident.ID(r.Number)
		says := id + r.before + r.title
		options = append(options, slack.NewOptionBlockObject(id, blockkit.PlainText(textutil.CutUnits(says, blockkit.MaxButton)), nil))
	}
	return options
}

func (r *row) matches(words []string) bool {
	if len(words) == 0 {
		return true
	}
	says := incident.ID(r.Number) + " " + blockkit.Line(r.Severity) + " " + r.state() + " " + blockkit.Line(r.Title)
	if r.Overdue {
		says += " overdue"
	}
	says = strings.ToLower(says)
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(says, w) })
}
