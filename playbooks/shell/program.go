package shell

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

var (
	assignment = regexp.MustCompile(`^[A-Za-z_]\w*\+?=`)
	shells     = []string{"sh", "bash", "dash", "zsh", "ksh", "ash"}
	// asOther run the text after -c with a shell.
	asOther = append([]string{"su", "runuser", "script", "flock", "ssh"}, shells...)
	// wrappers run the command that follows them and their options.
	wrappers     = []string{"sudo", "doas", "time", "nohup", "env", "command", "exec", "nice", "ionice", "stdbuf", "timeout", "setsid", "!"}
	scriptOption = regexp.MustCompile(`^-[A-Za-z]*c$`)
	numeric      = regexp.MustCompile(`^[0-9]+[smhd]?$`)
)

// program returns what a simple command runs, wrappers and assignments left aside,
// and where in its words it stands.
func program(words []string) (name string, at int) {
	wrapped := false
	for k := 0; k < len(words); k++ {
		w := words[k]
		switch {
		case assignment.MatchString(w):
		case slices.Contains(wrappers, path.Base(w)):
			wrapped = true
		case wrapped && slices.Contains([]string{"-u", "-g", "-n", "-c", "-p"}, w) && k+1 < len(words):
			k++ // with its argument
		case wrapped && (strings.HasPrefix(w, "-") || numeric.MatchString(w)):
		default:
			return path.Base(w), k
		}
	}
	return "", len(words)
}

// script returns what a shell reads before the value, when a shell reads it once
// more: the text of sh -c, of ssh, of watch, the lines for bash <<EOF.
func (f *frame) script() (before string, ok bool) {
	name, at := program(f.words)
	word := f.word.String()
	if f.kind == heredoc || f.target && f.here {
		return word, slices.Contains(shells, name) || name == "ssh"
	}
	last := ""
	if len(f.words) > 0 {
		last = f.words[len(f.words)-1]
	}
	switch {
	case f.target:
		return "", false
	case scriptOption.MatchString(last) || last == "--command":
		if slices.ContainsFunc(f.words, func(w string) bool { return slices.Contains(asOther, path.Base(w)) }) {
			return word, true
		}
	case name == "trap" && at == len(f.words)-1:
		return word, true
	case name == "eval":
		return joined(f.words[at+1:], word), true
	case name == "watch":
		if rest, argument := operands(f.words[at+1:], "nq"); !argument && (len(rest) > 0 || !strings.HasPrefix(word, "-")) {
			return joined(rest, word), true
		}
	case name == "ssh":
		if rest, argument := operands(f.words[at+1:], "BbcDEeFIiJLlmOoPpQRSWw"); !argument && len(rest) > 0 {
			return joined(rest[1:], word), true
		}
	}
	return "", false
}

func joined(words []string, word string) string {
	return strings.Join(append(slices.Clip(words), word), " ")
}

// operands returns what follows a command's options, and whether the next word is
// the argument of one of them: of one of these letters.
func operands(words []string, withArgument string) (rest []string, argument bool) {
	for k := 0; k < len(words); k++ {
		w := words[k]
		if !strings.HasPrefix(w, "-") || w == "-" {
			return words[k:], false
		}
		if strings.ContainsRune(withArgument, rune(w[len(w)-1])) && !strings.HasPrefix(w, "--") {
			if k++; k == len(words) {
				return nil, true
			}
		}
	}
	return nil, false
}

// calculates reports whether the shell takes the word for a number to work out,
// which can run commands even from inside quotes.
func (f *frame) calculates() bool {
	if f.kind == heredoc {
		return false
	}
	if len(f.words) == 0 {
		return subscript.MatchString(f.word.String())
	}
	numbers := []string{"-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-v"}
	return f.words[0] == "let" || strings.HasPrefix(f.words[0], "[") && slices.Contains(numbers, f.words[len(f.words)-1])
}

// subscript begins the index of an array.
var subscript = regexp.MustCompile(`^[A-Za-z_]\w*\[[^\]]*$`)

// joins reports whether a plain value needs quotes all the same, because of what
// stands beside it.
func (s *scanner) joins(v string) bool {
	next := s.peek(1)
	return (next == '<' || next == '>') && numeric.MatchString(v) || strings.Contains(v, ",") && strings.Contains(s.command().word.String(), "{")
}
