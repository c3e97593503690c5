package handbook

import (
	"fmt"
	"slices"
	"strings"
)

// Answer is what a look-up says, ready to be shown: Text for a terminal,
// Mrkdwn for Slack.
type Answer struct {
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

// Disagreement is a contradiction of the sheet that touches an answer.
type Disagreement struct {
	ID   string // X1
	Note string // the other number
}

// builder puts an answer together and remembers which facts it used.
type builder struct {
	h     *Handbook
	a     Answer
	used  []ref
	users *Users // the scale that the answer is about, if any
}

func (h *Handbook) answer(title string) *builder { return &builder{h: h, a: Answer{Title: title}} }

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

// done adds the contradictions that touch what was used.
func (b *builder) done() Answer {
	for _, x := range b.h.sheet.Doubts.Contradictions {
		if slices.Contains(b.a.IDs, x.ID) {
			continue
		}
		var notes []string
		for _, n := range x.Notes {
			if b.concerns(n) {
				notes = append(notes, n.Text)
			}
		}
		if len(notes) > 0 {
			b.a.Disagreements = append(b.a.Disagreements, Disagreement{x.ID, strings.Join(notes, " ")})
		}
	}
	return b.a
}

// concerns tells whether a note matters at the answer's scale and is about
// something that it used.
func (b *builder) concerns(n Note) bool {
	switch {
	case b.users == nil && n.AtBounds:
		return false
	case b.users != nil && n.Users.given() && !n.Users.Contains(*b.users),
		b.users != nil && n.AtBounds && !b.h.atBound(*b.users):
		return false
	}
	for _, name := range n.Touches {
		t := refOf(name)
		// A fact used as a whole is touched in all its fields.
		if slices.ContainsFunc(b.used, func(u ref) bool {
			return u.id == t.id && (t.field == "" || u.field == "" || u.field == t.field)
		}) {
			return true
		}
	}
	return false
}

// disagrees is how every disagreement begins.
const disagrees = "The sheet disagrees with itself"

// Text is the answer for a terminal, several lines that end in a newline.
func (a Answer) Text() string {
	var b strings.Builder
	b.WriteString(a.Title + "\n")
	for i, l := range a.Lines {
		b.WriteString("  ")
		if l.Label != "" {
			b.WriteString(l.Label + ": ")
		}
		b.WriteString(l.Text + a.from(i) + "\n")
	}
	for _, d := range a.Disagreements {
		b.WriteString(disagrees + " (" + d.ID + "): " + d.Note + "\n")
	}
	return b.String()
}

// maxMrkdwn is how many characters Slack takes in one section block.
const maxMrkdwn = 3000

// Mrkdwn is the answer for Slack, short enough for one section block. What the
// sheet or a team's file says is escaped: it cannot mention anybody or format
// anything. Lines that do not fit are left out and counted; the disagreements
// never are.
func (a Answer) Mrkdwn() string {
	title := "*" + escape(cut(a.Title, 200)) + "*"
	var end strings.Builder
	for _, d := range a.Disagreements {
		end.WriteString("\n_" + disagrees + "_ (" + d.ID + "): " + escape(d.Note))
	}
	const more = "\n(and %d more lines: ask for less, or on the command line)"
	room := maxMrkdwn - len(title) - end.Len() - len(more)
	var lines strings.Builder
	for i, l := range a.Lines {
		text := "\n"
		if l.Label != "" {
			text += "*" + escape(l.Label) + ":* "
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
func (a Answer) from(line int) string {
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
