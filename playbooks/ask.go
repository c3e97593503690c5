package playbooks

import (
	"strings"
	"unicode"

	"github.com/signalbook/signalbook/alerts/textutil"
)

// Bounds of what a step asks. Slack shows 75 characters of a choice.
const (
	MaxAnswer    = 200 // characters of an answer in words
	maxQuestion  = 150 // characters
	maxChoice    = 75  // UTF-16 units
	maxChoices   = 10
	maxWhen      = 10 // entries of a step
	maxApprovals = 2
)

// Ask is what whoever has done a step is asked. Other steps' When names the answer by ID.
type Ask struct {
	ID       string   `yaml:"id" json:"id"`
	Text     string   `yaml:"text" json:"text"`                 // the question
	Choices  []string `yaml:"choices" json:"choices,omitempty"` // none: an answer in words
	Required bool     `yaml:"required" json:"required,omitempty"`
}

// Answer is the answer that somebody's words are: the choice that they spell, upper or
// lower case, else the words on one line. Empty words are no answer, and right. ok is
// false for what is no choice, and for words that are too long.
func (a Ask) Answer(words string) (answer string, ok bool) {
	words = oneLine(words)
	if len(a.Choices) == 0 || words == "" {
		return words, len([]rune(words)) <= MaxAnswer
	}
	for _, choice := range a.Choices {
		if strings.EqualFold(choice, words) {
			return choice, true
		}
	}
	return "", false
}

// Typed takes an answer and a note apart that were typed one after the other: the longest
// choice that the words begin with, and what follows it. Words without choices are all
// answer.
func (a Ask) Typed(words string) (answer, note string, ok bool) {
	words = strings.TrimSpace(words)
	if len(a.Choices) == 0 || words == "" {
		answer, ok = a.Answer(words)
		return answer, "", ok
	}
	for _, choice := range a.Choices {
		if rest, begins := after(words, choice); begins && len(choice) > len(answer) {
			answer, note, ok = choice, rest, true
		}
	}
	return answer, note, ok
}

// after is what follows a choice at the beginning of words, without the signs between.
func after(words, choice string) (rest string, begins bool) {
	head := []rune(words)
	n := len([]rune(choice))
	if len(head) < n || !strings.EqualFold(string(head[:n]), choice) {
		return "", false
	}
	rest = string(head[n:])
	if rest != "" && (unicode.IsLetter(head[n]) || unicode.IsNumber(head[n]) || head[n] == '-' || head[n] == '_') {
		return "", false // "lower" does not begin with "low"
	}
	return strings.TrimLeft(rest, " \t\n,.:;–—"), true
}

// oneLine is a text without line breaks and signs that show nothing.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && !unicode.IsSpace(r) || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	if s = strings.Join(strings.Fields(s), " "); !Shows(s) {
		return ""
	}
	return s
}

// Shown reports whether a step with this When is shown, given the answers so far. A
// question without an answer has an empty one, as a label that is absent. Parse has
// refused what cannot be read; of a playbook from elsewhere it hides nothing.
func Shown(when []string, answers map[string]string) bool { return applies(when, answers) }

// WaitsFor are the questions that a When names, in its order.
func WaitsFor(when []string) []string {
	var ids []string
	seen := map[string]bool{}
	for _, entry := range when {
		ms, err := ParseMatchers(entry)
		if err != nil {
			continue
		}
		for _, m := range ms {
			if !seen[m.Name] {
				seen[m.Name] = true
				ids = append(ids, m.Name)
			}
		}
	}
	return ids
}

// quoteChoices lists choices for a sentence.
func quoteChoices(choices []string) string {
	quoted := make([]string, len(choices))
	for k, c := range choices {
		quoted[k] = quoteCut(c)
	}
	return textutil.List(quoted)
}
