package command

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/signalbook/signalbook/playbooks"
)

const (
	// maxLabels and maxLabelValue bound the labels of an incident started by hand.
	maxLabels     = 30
	maxLabelValue = 500
)

var labelName = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]{0,99}$`)

// start reads NAME [title words] [label=value ...], in any order after the name.
func (r *reader) start(c Command) (Command, error) {
	var err error
	if c.Name, err = r.playbook(); err != nil {
		return Command{}, err
	}
	words, ok := split(r.rest)
	if !ok {
		return Command{}, r.wrong("", "A quotation mark is not closed")
	}
	var title []string
	for _, w := range words {
		if w.label == "" {
			title = append(title, w.text)
			continue
		}
		if err := r.label(&c, w); err != nil {
			return Command{}, err
		}
	}
	c.Text = strings.Join(title, " ")
	if c.Text != "" && !playbooks.Shows(c.Text) {
		return Command{}, r.wrong("", "The title shows nothing")
	}
	if n := utf8.RuneCountInString(c.Text); n > maxTitle {
		return Command{}, r.wrong("", "The title has %d characters, %d are allowed", n, maxTitle)
	}
	return c, nil
}

func (r *reader) label(c *Command, w word) error {
	if _, twice := c.Labels[w.label]; twice {
		return r.wrong("", "The label `%s` is given twice", w.label)
	}
	switch {
	case w.text == "":
		return r.wrong("", "The label `%s` has no value", w.label)
	case utf8.RuneCountInString(w.text) > maxLabelValue:
		return r.wrong("", "The label `%s` is longer than %d characters", w.label, maxLabelValue)
	case len(c.Labels) >= maxLabels:
		return r.wrong("", "More than %d labels", maxLabels)
	}
	if c.Labels == nil {
		c.Labels = map[string]string{}
	}
	c.Labels[w.label] = w.text
	return nil
}

// playbook reads a playbook's name.
func (r *reader) playbook() (string, error) {
	name, rest := cut(r.rest)
	if r.verb == VerbShow {
		name, rest = strings.Join(strings.Fields(r.rest), "-"), "" // "show database cpu"
	}
	name = strings.ReplaceAll(strings.ToLower(name), "_", "-")
	if name == "" {
		return "", r.wrong("", "Which playbook? `list` names them")
	}
	if !playbookID.MatchString(name) {
		return "", r.wrong("", "%s is no playbook's name: `list` names them", quote(name))
	}
	r.rest = rest
	return name, nil
}

// word is one word or quoted phrase; label is set when it was label=value.
type word struct {
	label, text string
}

// split cuts a line into words. "Quoted phrases" are one word, and so is what is
// quoted after label=. Inside quotes a backslash takes the next sign as it is.
func split(line string) (words []word, ok bool) {
	rest := []rune(strings.TrimSpace(line))
	for len(rest) > 0 {
		var w word
		if !isQuote(rest[0]) {
			end := indexFunc(rest, func(s rune) bool { return unicode.IsSpace(s) || s == '=' })
			if end < len(rest) && rest[end] == '=' && labelName.MatchString(string(rest[:end])) {
				w.label, rest = string(rest[:end]), rest[end+1:]
			}
		}
		if w.text, rest, ok = take(rest); !ok {
			return nil, false
		}
		words = append(words, w)
		rest = rest[indexFunc(rest, func(s rune) bool { return !unicode.IsSpace(s) }):]
	}
	return words, true
}

// take reads up to the next space, or a whole quoted phrase.
func take(rest []rune) (text string, left []rune, ok bool) {
	if len(rest) == 0 || !isQuote(rest[0]) {
		end := indexFunc(rest, unicode.IsSpace)
		return string(rest[:end]), rest[end:], true
	}
	var b strings.Builder
	for i := 1; i < len(rest); i++ {
		switch {
		case rest[i] == '\\' && i+1 < len(rest):
			i++
			b.WriteRune(rest[i])
		case isQuote(rest[i]):
			return b.String(), rest[i+1:], true
		default:
			b.WriteRune(rest[i])
		}
	}
	return "", nil, false
}

// isQuote knows the curly marks too, which keyboards put in for straight ones.
func isQuote(s rune) bool { return s == '"' || s == '“' || s == '”' || s == '„' }

// indexFunc is the first index where f holds, or the length.
func indexFunc(rs []rune, f func(rune) bool) int {
	for i, s := range rs {
		if f(s) {
			return i
		}
	}
	return len(rs)
}

// quote shows what was typed as code, short and harmless.
func quote(typed string) string {
	const most = 40
	if rs := []rune(typed); len(rs) > most {
		typed = string(rs[:most]) + "…"
	}
	typed = strings.NewReplacer("`", "'", "\n", " ", "&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(typed)
	return fmt.Sprintf("`%s`", typed)
}
