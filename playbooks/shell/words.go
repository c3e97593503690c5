package shell

import (
	"regexp"
	"strings"
	"unicode"
)

// stub is how people write what has to be filled in by hand. To a shell it would
// be two redirections.
var stub = regexp.MustCompile(`^<[\pL\pN][\pL\pN _./:-]{0,60}>`)

func (s *scanner) readCommands(f *frame, r rune) {
	if r == f.close && f.close != 0 {
		s.pop()
		s.goes(1)
		return
	}
	switch next := s.peek(1); {
	case r == '\\' && next < 0:
		s.careful = true
		s.goes(1)
	case r == '\\':
		if next != '\n' {
			s.adds(string(next))
		}
		s.goes(2)
	case r == '\n':
		f.endCommand()
		s.goes(1)
		for k := len(f.later) - 1; k >= 0; k-- {
			s.push(f.later[k])
		}
		f.later = nil
	case r == '\'':
		f.begun = true
		s.push(&frame{kind: single})
		s.goes(1)
	case r == '"':
		f.begun = true
		s.push(&frame{kind: double})
		s.goes(1)
	case r == '$' && next == '\'':
		f.begun = true
		s.push(&frame{kind: ansi})
		s.goes(2)
	case r == '$' && next == '"':
		s.goes(1)
	case r == '$' || r == '`':
		s.readDollar(r)
	case r == '#' && !f.begun:
		s.push(&frame{kind: comment})
		s.goes(1)
	case r == '<' || r == '>':
		s.readRedirection(f, r)
	case r == '(' && next == '(' && !f.begun && len(f.words) == 0:
		s.push(&frame{kind: arithmetic})
		s.goes(2)
	case r == '(':
		f.endCommand()
		s.push(&frame{kind: commands, close: ')'})
		s.goes(1)
	case r == '&' && next == '>':
		s.goes(1)
	case strings.ContainsRune(";&|)", r):
		f.endCommand()
		s.goes(1)
	case unicode.IsSpace(r):
		f.endWord()
		s.goes(1)
	default:
		s.adds(string(r))
		s.goes(1)
	}
}

func (s *scanner) readRedirection(f *frame, r rune) {
	ahead := make([]rune, 0, 64)
	for n := 0; n < cap(ahead) && s.peek(n) >= 0; n++ {
		ahead = append(ahead, s.peek(n))
	}
	if m := stub.FindString(string(ahead)); m != "" {
		s.adds(m)
		s.goes(len([]rune(m)))
		return
	}
	if s.peek(1) == '(' {
		s.adds("x")
		s.push(&frame{kind: commands, close: ')'})
		s.goes(2)
		return
	}
	if f.begun && strings.Trim(f.word.String(), "0123456789") == "" {
		f.drop() // 2>
	}
	f.endWord()
	switch {
	case s.sees("<<<"):
		f.here = true
		s.goes(3)
	case s.sees("<<"):
		s.goes(2)
		s.readDelimiter(f)
		return
	default:
		s.goes(1)
		for s.peek(0) == r || s.peek(0) == '&' || s.peek(0) == '|' {
			s.goes(1)
		}
	}
	f.target = true
}

// readDelimiter reads the word after <<.
func (s *scanner) readDelimiter(f *frame) {
	doc := &frame{kind: heredoc}
	if s.peek(0) == '-' {
		doc.tabs = true
		s.goes(1)
	}
	for s.peek(0) == ' ' || s.peek(0) == '\t' {
		s.goes(1)
	}
	for r := s.peek(0); r >= 0 && !unicode.IsSpace(r) && !strings.ContainsRune(";&|()<>", r); r = s.peek(0) {
		if strings.ContainsRune(`'"\`, r) {
			doc.literal = true
		} else {
			doc.delimiter += string(r)
		}
		s.goes(1)
	}
	doc.words = append(f.words[:len(f.words):len(f.words)], f.word.String())
	f.later = append(f.later, doc)
}

// drop forgets the word that is read.
func (f *frame) drop() {
	f.word.Reset()
	f.begun, f.target, f.here = false, false, false
}

func (f *frame) endWord() {
	if !f.begun {
		return
	}
	if !f.target {
		f.words = append(f.words, f.word.String())
	}
	f.drop()
}

func (f *frame) endCommand() {
	f.endWord()
	f.words = nil
}
