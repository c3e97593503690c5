// Package handbook is the scaling sheet as data with ids, and what can be
// asked of it: what a number of users needs, costs and promises, which move
// comes next, what to build with, and which line answers a question. Where the
// sheet disagrees with itself every answer shows the other number. It never
// opens files, never reads a clock, and never knows who asks.
package handbook

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/signalbook/signalbook/playbooks/yamlfile"
)

//go:embed sheet/*.yml sheet/rules.yml.tmpl
var files embed.FS

// Handbook is the sheet, perhaps with a team's own figures in it. It does not
// change once it is made and may be used by several goroutines.
type Handbook struct {
	sheet dataset
	facts map[string]*fact
	ids   []string // in the sheet's order
	own   map[ref]Own
	words *vocabulary
	// wordFile is kept to build words anew when a fact is overridden.
	wordFile wordFile
	topics   topicFile
}

// fact is one line of the sheet under its id.
type fact struct {
	id    string
	value reflect.Value // the struct that holds it, settable
}

// ref names one field of a fact; an empty field is the fact as a whole.
type ref struct{ id, field string }

// String is the form of the data: "T4.monthly_cost".
func (r ref) String() string {
	if r.field == "" {
		return r.id
	}
	return r.id + "." + r.field
}

// refOf reads the form that String writes.
func refOf(name string) ref {
	id, field, _ := strings.Cut(name, ".")
	return ref{id, field}
}

var builtIn = sync.OnceValue(func() *Handbook {
	h, err := read()
	if err != nil {
		panic("handbook: the embedded sheet: " + err.Error()) // the tests read the same bytes
	}
	return h
})

// Default returns the sheet as it was given.
func Default() *Handbook { return builtIn() }

// read decodes the embedded files.
func read() (*Handbook, error) {
	h := &Handbook{own: map[ref]Own{}}
	for name, into := range map[string]any{
		"scale": &h.sheet.Scale, "stack": &h.sheet.Building, "costs": &h.sheet.Costs,
		"answers": &h.sheet.Answers, "contradictions": &h.sheet.Doubts, "words": &h.wordFile, "topics": &h.topics,
	} {
		path := "sheet/" + name + ".yml"
		data, err := fs.ReadFile(files, path)
		if err != nil {
			return nil, err
		}
		if _, problems := yamlfile.Decode(path, data, into); problems.Err() != nil {
			return nil, problems.Err()
		}
	}
	for i := range h.sheet.Answers.Emergencies {
		h.sheet.Answers.Emergencies[i].numbered()
	}
	if err := h.index(); err != nil {
		return nil, err
	}
	var err error
	if h.words, err = newVocabulary(h.wordFile, h); err != nil {
		return nil, err
	}
	return h, h.topics.problems(h)
}

// index finds every fact under its id, and checks that the contradictions speak
// of facts that exist.
func (h *Handbook) index() error {
	h.facts, h.ids = map[string]*fact{}, nil
	s := &h.sheet
	var problems []error
	add := func(id string, v any) {
		if id == "" || h.facts[id] != nil {
			problems = append(problems, fmt.Errorf("id %q is missing or there twice", id))
		}
		h.facts[id] = &fact{id: id, value: reflect.ValueOf(v).Elem()}
		h.ids = append(h.ids, id)
	}
	addAll(s.Scale.Tiers, add)
	addAll(s.Scale.Thresholds, add)
	addAll(s.Building.Stack, add)
	addAll(s.Building.Patterns, add)
	addAll(s.Scale.Latency, add)
	addAll(s.Scale.Availability, add)
	addAll(s.Costs.Steps, add)
	addAll(s.Answers.OneLiners, add)
	for i := range s.Answers.Emergencies {
		e := &s.Answers.Emergencies[i]
		add(e.ID, e)
		addAll(e.Steps, add)
	}
	addAll(s.Doubts.Contradictions, add)
	for _, x := range s.Doubts.Contradictions {
		for _, r := range x.touches() {
			if f := h.facts[r.id]; f == nil || (r.field != "" && !f.field(r.field).IsValid()) {
				problems = append(problems, fmt.Errorf("%s touches %s, which does not exist", x.ID, r))
			}
		}
	}
	return errors.Join(problems...)
}

// touches returns all that the notes of a contradiction are about.
func (x Contradiction) touches() []ref {
	var out []ref
	for _, n := range x.Notes {
		for _, t := range slices.Concat(n.Touches, n.Changes) {
			out = append(out, refOf(t))
		}
	}
	return out
}

// addAll registers every element of a list of facts.
func addAll[T any](list []T, add func(string, any)) {
	for i := range list {
		add(reflect.ValueOf(&list[i]).Elem().FieldByName("ID").String(), &list[i])
	}
}

// field returns the field with that YAML name, or the zero Value.
func (f *fact) field(name string) reflect.Value {
	t := f.value.Type()
	for i := range t.NumField() {
		if tag, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ","); tag == name && name != "-" && name != "" {
			return f.value.Field(i)
		}
	}
	return reflect.Value{}
}

// IDs returns the ids of all facts in the sheet's order: T1 to T6, M, S, P, L,
// A, C, Q, E with their steps (E1-1), X.
func (h *Handbook) IDs() []string { return slices.Clone(h.ids) }

// Edition tells which sheet this is.
func (h *Handbook) Edition() Edition { return h.sheet.Scale.Sheet }

// numbered gives the steps of an emergency their ids.
func (e *Emergency) numbered() {
	e.Steps = nil
	for _, tier := range e.Tiers {
		for _, title := range tier.Titles {
			n := len(e.Steps) + 1
			e.Steps = append(e.Steps, EmergencyStep{
				ID: e.ID + "-" + strconv.Itoa(n), Number: n, Title: title, Tier: tier.Name, Within: tier.Within,
			})
		}
	}
}
