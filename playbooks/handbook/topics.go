package handbook

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// topicFile is topics.yml.
type topicFile struct {
	Concepts map[string][]string `yaml:"concepts"` // words by what they ask for
	Topics   []topic             `yaml:"topics"`
	Beside   []string            `yaml:"beside"`  // words that change nothing of what a topic is about
	Asks     map[string][]string `yaml:"asks"`    // by the name of a field, the words that ask for it
	Related  map[string][]string `yaml:"related"` // by the name of a column, the facts that say more of it
}

// topic is what is answered with several facts.
type topic struct {
	Title string   `yaml:"title"`
	Needs []string `yaml:"needs"` // each some words, of which the question has one
	Facts []string `yaml:"facts"` // ids, or columns as in "T.database"
	Also  []string `yaml:"also"`  // words that may stand beside
}

// isColumn tells a column of a table, "T.database", from an id, and takes it apart.
func isColumn(fact string) (kind byte, field string, ok bool) {
	if r := refOf(fact); r.field != "" {
		return r.id[0], r.field, true
	}
	return 0, "", false
}

// problems are what topics.yml says that is not in the sheet.
func (f topicFile) problems(h *Handbook) error {
	var problems []error
	known := func(where, word string) {
		if f.Concepts[word] == nil && h.words.weight[word] == 0 {
			problems = append(problems, fmt.Errorf("%s has %q, which is no word of the sheet and no concept", where, word))
		}
	}
	for _, t := range f.Topics {
		for _, w := range slices.Concat(strings.Fields(strings.Join(t.Needs, " ")), t.Also) {
			known(fmt.Sprintf("topic %q", t.Title), w)
		}
		for _, fact := range t.Facts {
			id := fact
			if kind, field, ok := isColumn(fact); ok {
				if id = string(kind) + "1"; columnNames[field] == "" || !h.facts[id].field(field).IsValid() {
					problems = append(problems, fmt.Errorf("topic %q has the column %s, which does not exist", t.Title, fact))
				}
			}
			if h.facts[id] == nil {
				problems = append(problems, fmt.Errorf("topic %q has %s, which does not exist", t.Title, fact))
			}
		}
	}
	for field, asked := range f.Asks {
		for _, w := range asked {
			known("asks of "+field, w)
		}
	}
	return errors.Join(problems...)
}

// conceptsIn are the concepts of which a text, words joined by blanks, has a word.
func (f topicFile) conceptsIn(text string) map[string]bool {
	in, text := map[string]bool{}, " "+text+" "
	for concept, list := range f.Concepts {
		in[concept] = slices.ContainsFunc(list, func(w string) bool { return strings.Contains(text, " "+w+" ") })
	}
	return in
}

// topicOf is the topic that a question is about as a whole, the one with the most
// needs; nil when it is about one fact.
func (h *Handbook) topicOf(q query) *topic {
	if q.users != nil {
		return nil // the row of the scale is meant
	}
	var best *topic
	for i, t := range h.topics.Topics {
		if (best == nil || len(t.Needs) > len(best.Needs)) && h.isAbout(q, t) {
			best = &h.topics.Topics[i]
		}
	}
	return best
}

// isAbout tells whether a question is about a topic and nothing else.
func (h *Handbook) isAbout(q query, t topic) bool {
	for _, need := range t.Needs {
		if !slices.ContainsFunc(strings.Fields(need), q.asks) {
			return false
		}
	}
	needs := strings.Fields(strings.Join(t.Needs, " "))
	unknown, firm := 0, slices.ContainsFunc(needs, func(need string) bool { return q.wants[need] || q.sure[need] >= firmSure })
	for _, term := range q.terms {
		switch {
		case slices.Contains(needs, term), slices.Contains(t.Also, term), slices.Contains(h.topics.Beside, term):
		case h.words.weight[term] > 0, h.words.foreign[term]:
			return false
		default:
			unknown++
		}
	}
	// People tell a story around what they ask; the fewer words of the sheet are in it,
	// the likelier it is another story.
	return firm && unknown < len(t.Needs)
}
