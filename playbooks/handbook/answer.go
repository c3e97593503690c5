package handbook

import (
	"fmt"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/alerts/textutil"
)

// Entry is what a look-up says, ready to be shown: Text for a terminal,
// Mrkdwn for Slack.
type Entry struct {
	Title         string
	Lines         []Line
	IDs           []string       // the facts used, in the order of their use
	Disagreements []Disagreement // where the sheet has another number for one of them
}

// Line is one line of an answer. Label may be empty; IDs are the facts that
// the line is from.
type Line struct {
	Label string
	Text  string
	IDs   []string
}

// head is the label with the sign behind it.
func (l Line) head() string {
	if strings.HasSuffix(l.Label, "?") {
		return l.Label
	}
	return l.Label + ":"
}

// builder puts an answer together and remembers which facts it used.
type builder struct {
	h     *Handbook
	a     Entry
	used  []ref
	users *Users         // the scale that the answer is about, if any
	asked func(ref) bool // whether a field is what was asked for; nil: nothing in particular was
	terms []string       // the words of the question that count
	first int            // lines that were asked for come first, so many are there; below 0: each in its turn
}

func (h *Handbook) answer(title string) *builder {
	return &builder{h: h, a: Entry{Title: title}, first: -1}
}

// at makes the answer one about so many users.
func (b *builder) at(u Users) *builder {
	b.users = &u
	return b
}

// line adds a line that is from the facts given, "T4" or "T4.monthly_cost". A
// figure of the team's own says so.
func (b *builder) line(label, text string, from ...string) {
	l := Line{Label: label, Text: text}
	fields := slices.DeleteFunc(slices.Clone(from), func(name string) bool { return refOf(name).field == "" })
	for _, name := range from {
		r := b.use(name)
		if !slices.Contains(l.IDs, r.id) {
			l.IDs = append(l.IDs, r.id)
		}
		if own, ok := b.h.own[r]; ok {
			field := ""
			if len(fields) > 1 {
				field = r.field
			}
			l.Text += ", " + own.of(field)
		}
	}
	if b.first >= 0 && b.asked != nil && slices.ContainsFunc(fields, func(name string) bool { return b.asked(refOf(name)) }) {
		b.a.Lines = slices.Insert(b.a.Lines, b.first, l)
		b.first++
		return
	}
	b.a.Lines = append(b.a.Lines, l)
}

// unseen adds the team's own figures of a fact that no line has shown.
func (b *builder) unseen(id string) {
	f := b.h.facts[id]
	for _, field := range f.overridable() {
		r := ref{id, field}
		if _, own := b.h.own[r]; own && !slices.Contains(b.used, r) {
			b.line(strings.ReplaceAll(field, "_", " "), spelt(field, f.field(field)), r.String())
		}
	}
}

// use remembers that a fact had a part in the answer.
func (b *builder) use(name string) ref {
	r := refOf(name)
	b.used = append(b.used, r)
	if !slices.Contains(b.a.IDs, r.id) {
		b.a.IDs = append(b.a.IDs, r.id)
	}
	return r
}

// Text is the answer for a terminal, several lines that end in a newline.
func (a Entry) Text() string {
	var b strings.Builder
	b.WriteString(a.Title + "\n")
	for i, l := range a.Lines {
		b.WriteString("  ")
		if l.Label != "" {
			b.WriteString(l.head() + " ")
		}
		b.WriteString(l.Text + a.from(i) + "\n")
	}
	for _, d := range a.Disagreements {
		if d.Changes != "" {
			b.WriteString(disagrees + " (" + d.ID + "): " + d.Changes + "\n")
		}
	}
	if folded := a.folded(); folded != "" {
		b.WriteString(folded + "\n")
	}
	return b.String()
}

// maxMrkdwn is how many characters Slack takes in one section block.
const maxMrkdwn = 3000

// Mrkdwn is the answer for Slack, short enough for one section block. What the
// sheet or a team's file says is escaped: it cannot mention anybody or format
// anything. Lines that do not fit are left out and counted; the disagreements
// never are.
func (a Entry) Mrkdwn() string {
	title := "*" + escape(textutil.Cut(a.Title, 200)) + "*"
	var end strings.Builder
	for _, d := range a.Disagreements {
		if d.Changes != "" {
			end.WriteString("\n_" + disagrees + "_ (" + d.ID + "): " + escape(d.Changes))
		}
	}
	if folded := a.folded(); folded != "" {
		end.WriteString("\n" + folded)
	}
	const more = "\n(and %d more lines: ask for less, or on the command line)"
	room := maxMrkdwn - len(title) - end.Len() - len(more)
	var lines strings.Builder
	for i, l := range a.Lines {
		text := "\n"
		if l.Label != "" {
			text += "*" + escape(l.head()) + "* "
		}
		text += escape(l.Text + a.from(i))
		if lines.Len()+len(text) > room {
			fmt.Fprintf(&lines, more, len(a.Lines)-i)
			break
		}
		lines.WriteString(text)
	}
	return title + lines.String() + end.String()
}

// from names the facts that a line is from, at the first of several lines that
// are from the same ones, and unless the line says them itself.
func (a Entry) from(line int) string {
	l := a.Lines[line]
	if line > 0 && slices.Equal(l.IDs, a.Lines[line-1].IDs) {
		return ""
	}
	said := strings.FieldsFunc(l.Label+" "+l.Text, func(r rune) bool { return strings.ContainsRune(" ,;:()", r) })
	var missing []string
	for _, id := range l.IDs {
		if !slices.Contains(said, id) {
			missing = append(missing, id)
		}
	}
	if len(missing) == 0 {
		return ""
	}
	return " (" + strings.Join(missing, ", ") + ")"
}

// escape makes text harmless in Slack's mrkdwn: the three characters that Slack
// asks for, and look-alikes for the signs that format.
func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "*", "∗", "_", "ˍ", "~", "∼", "`", "ˋ").Replace(s)
}
