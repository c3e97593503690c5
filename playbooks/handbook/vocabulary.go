package handbook

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
)

// wordFile is words.yml.
type wordFile struct {
	Stop      []string            `yaml:"stop"`      // words, several in a line
	Foreign   []string            `yaml:"foreign"`   // words of other matters, several in a line
	Ambiguous []string            `yaml:"ambiguous"` // words that often mean something else
	Common    []string            `yaml:"common"`    // words of every talk, that mean something only beside others
	Synonyms  [][]string          `yaml:"synonyms"`  // the first of a group stands for all
	Kinds     map[string][]string `yaml:"kinds"`     // by kind of id, words that tell of it
	Rows      map[string][]string `yaml:"rows"`      // by kind of id, what its rows are asked for by
	Phrases   map[string][]string `yaml:"phrases"`   // by id, how people ask
}

// vocabulary is what Ask knows of words: which say nothing, which mean the
// same, and in which facts they stand.
type vocabulary struct {
	stop      map[string]bool
	ambiguous map[string]bool   // as in words.yml
	common    map[string]bool   // as in words.yml
	foreign   map[string]bool   // and their stems: words of other matters
	means     map[string]string // word, or words joined by a blank, to the group's first
	kinds     map[byte][]string // as in words.yml
	rows      map[byte][]string // as in words.yml
	longest   int               // words in the longest of them
	docs      []document        // in the sheet's order
	weight    map[string]float64
	rarest    float64    // the weight of a word that is in no fact
	known     []spelling // every word of vocabulary and synonyms, for slips of the finger
	pairs     []spelling // every two words that mean one thing
}

// document is a fact as words.
type document struct {
	id      string
	words   map[string]float64 // 1 where the fact is about the word, less where it only mentions it
	phrases [][]string
	users   func(Users) bool // nil: the fact is about no number of users
	banded  bool             // the fact is one row of a table by users
}

// mentioned is the weight of words in the body of a fact.
const mentioned = 0.7

func newVocabulary(file wordFile, h *Handbook) (*vocabulary, error) {
	v := &vocabulary{
		stop: wordSet(file.Stop), ambiguous: wordSet(file.Ambiguous), common: wordSet(file.Common), foreign: wordSet(file.Foreign),
		means: map[string]string{}, kinds: map[byte][]string{}, rows: map[byte][]string{}, weight: map[string]float64{}, longest: 1,
	}
	maps.DeleteFunc(v.foreign, func(w string, _ bool) bool { return v.stop[w] })
	for _, w := range slices.Sorted(maps.Keys(v.foreign)) {
		if s := stem(w); !v.stop[s] {
			v.foreign[s] = true
		}
	}
	var problems []error
	for _, group := range file.Synonyms {
		for _, name := range group {
			parts := words(name)
			key := strings.Join(parts, " ")
			if other, taken := v.means[key]; taken {
				problems = append(problems, fmt.Errorf("%q means %q and %q", name, other, group[0]))
			}
			v.means[key] = group[0]
			v.longest = max(v.longest, len(parts))
		}
	}
	for _, w := range slices.Sorted(maps.Keys(v.means)) { // other endings of a word mean the same
		if s := stem(w); !strings.Contains(w, " ") && v.means[s] == "" && !v.stop[s] {
			v.means[s] = v.means[w]
		}
	}
	for id := range file.Phrases {
		if h.facts[id] == nil {
			problems = append(problems, fmt.Errorf("there are phrases for %s, which does not exist", id))
		}
	}
	for into, list := range map[*map[byte][]string]map[string][]string{&v.rows: file.Rows, &v.kinds: file.Kinds} {
		for kind, asked := range list {
			for _, w := range asked {
				(*into)[kind[0]] = append((*into)[kind[0]], v.terms(w)...)
			}
		}
	}
	in := map[string]int{}
	for _, id := range h.ids {
		d := v.document(h, h.facts[id], file.Phrases[id])
		v.docs = append(v.docs, d)
		for w := range d.words {
			in[w]++
		}
	}
	n := float64(len(v.docs))
	v.rarest = math.Log(1 + n)
	for w, count := range in {
		v.weight[w] = math.Log(1 + n/float64(count))
	}
	all := maps.Clone(v.stop)
	for w := range v.weight {
		all[w] = true
	}
	for _, w := range slices.Sorted(maps.Keys(v.means)) {
		switch strings.Count(w, " ") {
		case 0:
			all[w] = true
		case 1:
			v.pairs = append(v.pairs, spelling{w, pairsOf(w)})
		}
	}
	for _, w := range slices.Sorted(maps.Keys(all)) {
		v.known = append(v.known, spelling{w, pairsOf(w)})
	}
	return v, errors.Join(problems...)
}

// wordSet is all words of a list's lines.
func wordSet(lines []string) map[string]bool {
	set := map[string]bool{}
	for _, line := range lines {
		for _, w := range words(line) {
			set[w] = true
		}
	}
	return set
}

// document gathers the words of a fact: what names it weighs full, what its
// other texts mention less.
func (v *vocabulary) document(h *Handbook, f *fact, phrases []string) document {
	d := document{id: f.id, words: map[string]float64{}}
	add := func(text string, weight float64) {
		for _, w := range v.terms(text) {
			d.words[w] = max(d.words[w], weight)
		}
	}
	phrase := func(text string) {
		add(text, 1)
		if terms := v.terms(text); len(terms) > 0 {
			d.phrases = append(d.phrases, terms)
		}
	}
	for _, p := range phrases {
		phrase(p)
	}
	t := f.value.Type()
	for i := range t.NumField() {
		switch label, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ","); {
		case label == "name", label == "title", f.value.Field(i).IsZero():
		default:
			add(label, mentioned) // what kind of thing it tells: "alternative", "effort"
		}
		switch value := f.value.Field(i).Interface().(type) {
		case string:
			switch t.Field(i).Name {
			case "ID", "Group", "Playbook", "MinimumFrom":
			case "Name", "Title", "Question", "Choice", "Strategy":
				phrase(value)
			default:
				add(value, mentioned)
			}
		case []string:
			for _, text := range value {
				if t.Field(i).Name == "Aliases" {
					phrase(text)
				} else {
					add(text, mentioned)
				}
			}
		case Band:
			if t.Field(i).Name == "Users" {
				d.banded = true
				d.users = func(u Users) bool {
					return slices.Contains([]string{h.TierFor(u).ID, h.LatencyFor(u).ID, h.AvailabilityFor(u).ID}, f.id)
				}
			}
		case Users:
			if value > 0 {
				d.users = func(u Users) bool { return u == value }
			}
		case []Note:
			for _, n := range value {
				add(n.Text, mentioned/2)
			}
		}
	}
	switch f.value.Addr().Interface().(type) {
	case *Threshold:
		add("move", 1)
	case *Contradiction:
		add("contradiction", 1)
	case *OneLiner:
		said := numbersIn(f)
		d.users = func(u Users) bool { return slices.Contains(said, u) }
	case *Pattern:
		d.users = func(u Users) bool { return u == patternUsers }
	}
	return d
}

// numbersIn are the numbers of users that a one-liner speaks of.
func numbersIn(f *fact) (all []Users) {
	q := query{}
	for text := strings.ToLower(f.value.FieldByName("Question").String() + " " + f.value.FieldByName("Answer").String()); ; {
		q.users = nil
		if text = q.takeUsers(text); q.users == nil {
			return all
		}
		all = append(all, *q.users)
	}
}

// terms cuts a text into the words that count, each in the form that stands
// for all its likes. Digits alone say nothing.
func (v *vocabulary) terms(text string) []string {
	var out []string
	tokens := words(text)
	for i := 0; i < len(tokens); {
		term, n := v.meaning(tokens[i:])
		i += n
		if term != "" && !slices.Contains(out, term) {
			out = append(out, term)
		}
	}
	return out
}

// meaning returns what the first words mean, "" when they say nothing, and how
// many they are.
func (v *vocabulary) meaning(tokens []string) (string, int) {
	for n := min(v.longest, len(tokens)); n > 0; n-- {
		if m, ok := v.means[strings.Join(tokens[:n], " ")]; ok {
			return m, n
		}
	}
	w := tokens[0]
	if v.foreign[w] {
		return w, 1
	}
	if v.stop[w] || len(w) < 2 || strings.Trim(w, "0123456789") == "" && len(w) < 4 {
		return "", 1
	}
	s := stem(w)
	if v.foreign[s] {
		return s, 1
	}
	if v.stop[s] {
		return "", 1
	}
	if m, ok := v.means[s]; ok {
		return m, 1
	}
	return s, 1
}

// name is the title by which a fact is offered.
func (f *fact) name() string {
	for _, field := range []string{"Title", "Name", "Question"} {
		if v := f.value.FieldByName(field); v.IsValid() && v.Kind() == reflect.String {
			return strings.ReplaceAll(v.String(), "_", " ")
		}
	}
	if b, ok := f.value.FieldByName("Users").Interface().(Band); ok {
		return map[byte]string{'T': "tier", 'L': "latency", 'A': "availability"}[f.id[0]] + " for " + b.String() + " users"
	}
	return f.id
}
