package shell

import (
	"regexp"
	"strings"
)

// kind is what kind of text a scanner is in.
type kind int

const (
	commands   kind = iota // outside quotes: at the top, in $( ), in ( )
	double                 // "…"
	single                 // '…'
	ansi                   // $'…'
	backticks              // `…`
	arithmetic             // $(( … ))
	parameter              // ${ … }
	heredoc                // the lines of <<EOF
	comment                // from # to the end of the line
	statement              // the whole command is SQL, for no shell
)

// frame is one text inside another.
type frame struct {
	kind  kind
	close rune // what ends commands; 0: nothing does

	words  []string        // of the simple command before the one that is read; of a heredoc: of its command
	word   strings.Builder // the word that is read, without its quotes; of a heredoc: its lines
	begun  bool            // there is a word, though it may be empty as yet
	target bool            // the word is where a redirection leads
	here   bool            // the word is what <<< hands to the command
	later  []*frame        // heredocs that begin with the next line

	delimiter string // of a heredoc
	literal   bool   // its delimiter is quoted: nothing in it is expanded
	tabs      bool   // <<-
	line      string // of a heredoc: the line so far, with its values
}

// item is a sign of the author's, or a value.
type item struct {
	r     rune
	value *Part
}

// scanner reads a command as a shell does, as far as it takes to know where a
// value stands.
type scanner struct {
	items []item
	at    int
	stack []*frame
	depth int

	plain   bool // nothing but plain values may stand anywhere
	careful bool // nothing but a plain value may stand here
}

// pipedOn finds commands that hand what they print to a shell or to xargs.
var pipedOn = regexp.MustCompile(`\|&?\s*(?:sudo\s+(?:-\S+\s+)*)?(?:\S*/)?(?:(?:ba|da|z|k|a)?sh\b|ssh\s|xargs\b.*\bsh\s+-\w*c\b|(?:psql|mysql|mariadb|sqlite3|python3?|perl|ruby|node)\b)`)

func newScanner(parts []Part, depth int) *scanner {
	s := &scanner{depth: depth, stack: []*frame{{kind: commands}}}
	var author strings.Builder
	values := 0
	for _, p := range parts {
		if p.Value {
			values++
			s.items = append(s.items, item{value: &p})
			author.WriteByte('x')
			continue
		}
		author.WriteString(p.Text)
		for _, r := range p.Text {
			s.items = append(s.items, item{r: r})
		}
	}
	s.plain = values > maxValues || pipedOn.MatchString(author.String())
	s.careful = s.plain
	if depth == 0 && sqlStatement.MatchString(author.String()) {
		s.stack[0].kind = statement
	}
	return s
}

func (s *scanner) top() *frame { return s.stack[len(s.stack)-1] }

// command is the innermost text whose words are kept.
func (s *scanner) command() *frame {
	for k := len(s.stack) - 1; k > 0; k-- {
		switch f := s.stack[k]; f.kind {
		case commands, backticks, heredoc:
			return f
		}
	}
	return s.stack[0]
}

// inExpression reports whether a shell evaluates what stands here even in quotes.
func (s *scanner) inExpression() bool {
	for _, f := range s.stack {
		if f.kind == backticks || f.kind == arithmetic || f.kind == parameter {
			return true
		}
	}
	return false
}

// peek is the author's sign so many items on; -1 where there is none.
func (s *scanner) peek(n int) rune {
	if k := s.at + n; k < len(s.items) && s.items[k].value == nil {
		return s.items[k].r
	}
	return -1
}

// sees reports whether the author's next signs are these.
func (s *scanner) sees(text string) bool {
	n := 0
	for _, r := range text {
		if s.peek(n) != r {
			return false
		}
		n++
	}
	return true
}

// goes passes n of the author's signs, as far as there are so many before the next
// value.
func (s *scanner) goes(n int) {
	for ; n > 0 && s.peek(0) >= 0; n-- {
		s.at++
	}
}

// adds puts signs of the author's into the word that is read.
func (s *scanner) adds(text string) {
	c := s.command()
	c.begun = true
	c.word.WriteString(text)
	if c.kind != heredoc {
		return
	}
	if k := strings.LastIndexByte(text, '\n'); k >= 0 {
		c.line, text = "", text[k+1:]
	}
	c.line += text
}

// stands notes that a value stands in the word. Which one does not matter: no value
// may choose how the next ones are read.
func (s *scanner) stands(text string) {
	s.careful = s.plain
	c := s.command()
	c.begun = true
	c.word.WriteByte('x')
	if c.kind == heredoc {
		c.line += text
	}
}

func (s *scanner) push(f *frame) { s.stack = append(s.stack, f) }

func (s *scanner) pop() {
	if len(s.stack) > 1 {
		s.stack = s.stack[:len(s.stack)-1]
	}
}

// read takes in the next of the author's signs, or several that belong together.
func (s *scanner) read() {
	s.careful = s.plain
	f, r := s.top(), s.peek(0)
	switch f.kind {
	case single:
		if r == '\'' {
			s.pop()
		} else {
			s.adds(string(r))
		}
		s.goes(1)
	case ansi:
		switch {
		case r == '\\' && s.peek(1) < 0:
			s.careful = true
			s.goes(1)
		case r == '\\':
			s.adds(string(s.peek(1)))
			s.goes(2)
		case r == '\'':
			s.pop()
			s.goes(1)
		default:
			s.adds(string(r))
			s.goes(1)
		}
	case comment:
		if r == '\n' {
			s.pop()
			return // the line ends for the command too
		}
		s.goes(1)
	case statement:
		s.adds(string(r))
		s.goes(1)
	case arithmetic, parameter:
		s.readExpression(f, r)
	case heredoc:
		s.readHeredoc(f, r)
	case double:
		if r == '"' {
			s.pop()
			s.goes(1)
			return
		}
		s.readExpanding(r, "$`\"\\\n")
	default:
		s.readCommands(f, r)
	}
}

func (s *scanner) readExpression(f *frame, r rune) {
	switch {
	case f.kind == parameter && r == '}':
		s.pop()
	case f.kind == arithmetic && s.sees("))"):
		s.pop()
		s.goes(1)
	case r == '\\':
		s.goes(1)
	case r == '$' && s.peek(1) == '{':
		s.push(&frame{kind: parameter})
		s.goes(1)
	}
	s.goes(1)
}

func (s *scanner) readHeredoc(f *frame, r rune) {
	if f.line == "" && s.ends(f) {
		s.pop()
		s.goes(len([]rune(f.delimiter)))
		return
	}
	if f.tabs && f.line == "" && r == '\t' {
		s.goes(1)
		return
	}
	if f.literal {
		s.adds(string(r))
		s.goes(1)
		return
	}
	s.readExpanding(r, "$`\\\n")
}

// ends reports whether the line that begins here is a heredoc's last.
func (s *scanner) ends(f *frame) bool {
	n := len([]rune(f.delimiter))
	return s.sees(f.delimiter) && (s.peek(n) == '\n' || s.at+n == len(s.items))
}

// readExpanding reads where a shell expands, but splits nothing: \ takes away the
// meaning of the signs given.
func (s *scanner) readExpanding(r rune, escapable string) {
	switch next := s.peek(1); {
	case r == '\\' && next < 0:
		s.careful = true
		s.goes(1)
	case r == '\\' && strings.ContainsRune(escapable, next):
		if next != '\n' {
			s.adds(string(next))
		}
		s.goes(2)
	case r == '$' || r == '`':
		s.readDollar(r)
	default:
		s.adds(string(r))
		s.goes(1)
	}
}

// readDollar reads what begins with a $ or a backtick.
func (s *scanner) readDollar(r rune) {
	open := func(f *frame, length int) {
		s.adds("x")
		s.push(f)
		s.goes(length)
	}
	switch {
	case r == '`':
		open(&frame{kind: backticks, close: '`'}, 1)
	case s.sees("$(("):
		open(&frame{kind: arithmetic}, 3)
	case s.sees("$("):
		open(&frame{kind: commands, close: ')'}, 2)
	case s.sees("${"):
		open(&frame{kind: parameter}, 2)
	default:
		s.careful = s.careful || s.peek(1) < 0
		s.adds("$")
		s.goes(1)
	}
}
