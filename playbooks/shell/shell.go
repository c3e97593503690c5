// Package shell puts values into commands that somebody else wrote and a third
// one pastes into a shell at night. Wherever a value stands (a bare word, quotes,
// a heredoc, the text of another shell, SQL, JSON, a URL), it stays that one
// value, whatever it holds. It runs nothing and knows nothing of alerts.
package shell

import (
	"slices"
	"strings"
)

// Part is a piece of a command: what its author wrote, or a value.
type Part struct {
	Text    string // a value's may be any bytes
	Value   bool
	Name    string // of a value: <Name> stands in its place when it is empty or left out
	Encoded bool   // of a value: percent-encoded already
}

// Kind says what became of a value.
type Kind int

// The kinds of changes. Of a value that stands as it is nothing is told.
const (
	Quoted  Kind = iota // its command gets it unchanged, as one word
	Encoded             // percent-encoded for the URL it stands in
	Escaped             // for the language it stands in, such as SQL, where it is the same value
	LeftOut             // its placeholder stands there; Why says why
	Absent              // it is empty, and its placeholder stands there
)

// Change tells of a value that does not stand as it is.
type Change struct {
	Part Part
	Kind Kind
	Why  string // of LeftOut: what the value would do, a clause
}

// Why a value is left out. Quotes do not help against any of these.
const (
	whyOption = "a command would take it for an option"
	whyPath   = "it would lead to another place"
	whyZero   = "no command can be given a NUL byte"
	whyFile   = "curl would take it for a file's name"
	whyPlace  = "it would not stay one value there"
)

const (
	maxName   = 60    // bytes of a placeholder's name
	maxValues = 1_000 // of a command; with more, only plain ones are shown
	maxDepth  = 3     // shells inside shells
)

// Placeholder is what stands in a value's place: <name>.
func Placeholder(name string) string {
	kept := strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || r == '.' || wordly(r) {
			return r
		}
		return -1
	}, name)
	if kept == "" || len(kept) > maxName {
		kept = "value"
	}
	return "<" + kept + ">"
}

// Fill joins the parts of a command, each value quoted for the place where it
// stands, and tells once of each change. What the author wrote stays as it is.
func Fill(parts []Part) (command string, changes []Change) { return fill(parts, 0) }

func fill(parts []Part, depth int) (string, []Change) {
	s := newScanner(parts, depth)
	var out strings.Builder
	var changes []Change
	for written := 0; s.at < len(s.items); written = s.at {
		value := s.items[s.at].value
		if value == nil {
			s.read()
			for _, i := range s.items[written:s.at] {
				out.WriteRune(i.r)
			}
			continue
		}
		text, change := s.put(*value)
		out.WriteString(text)
		if change.Part.Value && !slices.Contains(changes, change) {
			changes = append(changes, change)
		}
		s.at++
	}
	return out.String(), changes
}

// put returns what stands for a value here, and the change that it is; none when
// the value stands as it is.
func (s *scanner) put(p Part) (string, Change) {
	if p.Text == "" {
		s.stands("x")
		return Placeholder(p.Name), Change{Part: p, Kind: Absent}
	}
	text, kind, why := s.place(p)
	if why != "" {
		s.stands("x")
		return Placeholder(p.Name), Change{Part: p, Kind: LeftOut, Why: why}
	}
	s.stands(p.Text)
	if text == p.Text || kind == Encoded && Plain(p.Text) {
		return text, Change{} // that a URL has %2F for a / surprises nobody
	}
	return text, Change{Part: p, Kind: kind}
}

// place quotes a value for the place where it stands, or says why it cannot stand
// there.
func (s *scanner) place(p Part) (text string, kind Kind, why string) {
	f, c := s.top(), s.command()
	plain := Plain(p.Text)
	switch {
	case strings.ContainsRune(p.Text, 0):
		return "", 0, whyZero
	case f.kind == comment && Plain(strings.ReplaceAll(p.Text, " ", "")):
		return p.Text, 0, ""
	case !plain && (s.careful || f.kind == comment || s.inExpression() || c.calculates()):
		return "", 0, whyPlace
	}
	text, kind, why = s.hold(p)
	if why != "" {
		return "", 0, why
	}
	quote := Quote
	if s.depth > 0 {
		quote = quoteRaw
	}
	switch f.kind {
	case double:
		return inDouble(text, quote), kind, ""
	case single:
		return inSingle(text, quote), kind, ""
	case ansi:
		return inANSI(text), kind, ""
	case heredoc, statement:
		if hasControl(text) || f.kind == heredoc && strings.HasPrefix(f.delimiter, f.line+p.Text) {
			return "", 0, whyPlace
		}
		if f.kind == heredoc && !f.literal {
			text = inHeredoc(text)
		}
		return text, kind, ""
	}
	if Plain(text) && !s.joins(text) {
		return text, kind, ""
	}
	return quote(text), kind, ""
}

// hold makes of a value what the command is to get, which then is quoted for the
// shell.
func (s *scanner) hold(p Part) (text string, kind Kind, why string) {
	f, c := s.top(), s.command()
	if script, ok := c.script(); ok {
		if s.depth == maxDepth {
			if !Plain(p.Text) {
				return "", 0, whyPlace
			}
			return p.Text, 0, ""
		}
		whole, changes := fill([]Part{{Text: script}, p}, s.depth+1)
		if len(changes) == 1 && changes[0].Kind == LeftOut {
			return "", 0, changes[0].Why
		}
		return strings.TrimPrefix(whole, script), Quoted, ""
	}
	before := c.word.String()
	if strings.HasPrefix(p.Text, "-") && before == "" && f.kind != heredoc && f.kind != statement && !c.target && !slices.Contains(c.words, "--") {
		return "", 0, whyOption
	}
	name, _ := program(c.words)
	return place{before: before, after: s.peek(1), program: name, quoted: f.kind != commands, whole: f.kind == statement}.hold(p)
}
