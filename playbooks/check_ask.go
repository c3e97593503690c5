package playbooks

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/alerts/textutil"
)

// askShape is what can stand in a matcher without quotes.
var askShape = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,59}$`)

// question is what a step asks.
type question struct {
	step int
	Ask
}

// questions are the numbers of the steps that ask, by the ids of their questions; of
// two with one id the first.
func questions(p *Playbook) map[string]int {
	all := map[string]int{}
	for _, n := range p.Steps() {
		if n.Step.Ask != nil && all[n.Step.Ask.ID] == 0 {
			all[n.Step.Ask.ID] = n.Number
		}
	}
	return all
}

// ask checks what a step asks, and remembers it for the steps after it.
func (c *checker) ask(at path, a *Ask, step int) {
	if a == nil {
		return
	}
	switch first, twice := c.asked[a.ID]; {
	case a.ID == "":
		c.problemf(at, "the question has no id: give it one, such as replica_lag")
	case !askShape.MatchString(a.ID):
		c.problemf(at.at("id"), "%q cannot name an answer: use 1 to 60 small letters, digits and underscores, no digit first", textutil.Cut(a.ID, 60))
	case twice:
		c.problemf(at.at("id"), "step %d asks for %s already: give every question its own id", first.step, a.ID)
	default:
		c.asked[a.ID] = question{step, *a}
	}
	c.text(at.at("text"), a.Text, rule{what: "question", most: maxQuestion, required: true, oneLine: true})
	if IsTemplate(a.Text) {
		c.problemf(at.at("text"), "the question is no template: it is fixed, as are its choices")
	}
	c.choices(at.at("choices"), a.Choices)
}

func (c *checker) choices(at path, choices []string) {
	switch {
	case len(choices) == 1:
		c.problemf(at, "one choice is none: give at least two, or leave choices out for an answer in words")
	case len(choices) > maxChoices:
		c.problemf(at, "%d choices, at most %d", len(choices), maxChoices)
	}
	seen := map[string]bool{}
	for k, choice := range first(choices, maxChoices) {
		key := strings.ToLower(choice)
		switch {
		case !Shows(choice):
			c.problemf(at.at(k), "the choice shows nothing: no answer can be so")
		case choice != oneLine(choice):
			c.problemf(at.at(k), "no answer can be %s: leave out line breaks and blanks around and beside one another", quoteCut(choice))
		case textutil.Units(choice) > maxChoice:
			c.problemf(at.at(k), "the choice has %d characters, at most %d", textutil.Units(choice), maxChoice)
		case IsTemplate(choice):
			c.problemf(at.at(k), "a choice is no template: it is fixed")
		case seen[key]:
			c.problemf(at.at(k), "%s stands here twice: upper and lower case are one answer", quoteCut(choice))
		}
		seen[key] = true
	}
}

// when checks which answers show a step: those of earlier steps, and some that there can
// be.
func (c *checker) when(at path, entries []string) {
	c.matchers(at, entries, maxWhen)
	of := map[string]*judged{}
	for k, entry := range first(entries, maxWhen) {
		ms, err := ParseMatchers(entry)
		if err != nil {
			continue // told with the entry
		}
		for _, m := range ms {
			a, asked := c.asked[m.Name]
			if !asked {
				c.notAsked(at.at(k), m.Name)
				continue
			}
			if of[m.Name] == nil {
				of[m.Name] = &judged{question: a, left: append([]string{""}, a.Choices...), entry: k}
			}
			of[m.Name].judge(k, Matchers{m})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(of)) {
		switch j := of[id]; {
		case len(j.Choices) == 0:
		case len(j.left) == 0:
			c.problemf(at.at(j.entry), "no answer to %s makes this hold: its choices are %s", id, quoteChoices(j.Choices))
		case len(j.left) == len(j.Choices)+1:
			c.warnf(at.at(j.entry), "this holds whatever is answered to %s: leave it out", id)
		}
	}
}

// notAsked tells of an answer that nobody is asked for before.
func (c *checker) notAsked(at path, id string) {
	switch step, later := c.asks[id]; {
	case later:
		c.problemf(at, "%s is asked by step %d: when looks at what earlier steps ask", id, step)
	case len(c.asks) == 0:
		c.problemf(at, "%q is no answer: no step asks for it", textutil.Cut(id, 60))
	default:
		known := slices.Sorted(maps.Keys(c.asks))
		meant := textutil.DidYouMean(id, known)
		if meant == "" {
			meant = ": known are " + strings.Join(known, ", ")
		}
		c.problemf(at, "%q is no answer: no step asks for it%s", textutil.Cut(id, 60), meant)
	}
}

// judged is a question, and which of its answers the matchers so far leave.
type judged struct {
	question
	left  []string
	entry int // the last one that took some away
}

func (j *judged) judge(entry int, ms Matchers) {
	before := len(j.left)
	j.left = slices.DeleteFunc(j.left, func(answer string) bool { return !ms.Match(map[string]string{j.ID: answer}) })
	if before > len(j.left) {
		j.entry = entry
	}
}
