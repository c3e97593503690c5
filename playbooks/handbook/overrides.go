package handbook

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"go.yaml.in/yaml/v3"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/playbooks/yamlfile"
)

// Bounds of a team's own file.
const (
	maxOverrides = 500
	maxText      = 300 // characters of a value
	maxList      = 20  // entries of a value that is a list
	maxName      = 80  // characters of the name behind "by"
)

// Own is a team's own figure in place of the sheet's.
type Own struct {
	By    string
	On    time.Time // the day
	Sheet string    // what the sheet has
}

// String is "own figure by anna, 1 Nov 2026 (sheet: $150K)".
func (o Own) String() string { return o.of("") }

func (o Own) of(field string) string {
	if field != "" {
		field = " for " + strings.ReplaceAll(field, "_", " ")
	}
	return fmt.Sprintf("own figure%s by %s, %s (sheet: %s)", field, o.By, o.On.Format("2 Jan 2006"), o.Sheet)
}

// override is one entry of a team's file.
type override struct {
	ID    string    `yaml:"id"`
	Field string    `yaml:"field"`
	Value yaml.Node `yaml:"value"`
	By    string    `yaml:"by"`
	On    string    `yaml:"on"` // 2026-11-01
}

// With returns a handbook with a team's own figures in it; file is only the
// name used in problems. The data is
//
//	overrides:
//	  - {id: T4, field: monthly_cost, value: $180K, by: anna, on: 2026-11-01}
//
// Every problem is reported at once, placed by line and column. The handbook
// is nil when there are any. Several files are laid over one another, each
// fact by one of them only.
func (h *Handbook) With(file string, data []byte) (*Handbook, yamlfile.Problems) {
	var team struct {
		Overrides []override `yaml:"overrides"`
	}
	doc, problems := yamlfile.Decode(file, data, &team)
	if !doc.Readable() {
		return nil, problems
	}
	if len(team.Overrides) > maxOverrides {
		return nil, append(problems, doc.Problem(fmt.Sprintf("%d overrides, more than the %d that are read", len(team.Overrides), maxOverrides), "overrides"))
	}
	out, err := h.copy()
	if err != nil {
		return nil, append(problems, doc.Problem("the handbook cannot be copied: "+err.Error()))
	}
	for i, o := range team.Overrides {
		if key, err := out.override(o); err != nil {
			problems = append(problems, doc.Problem(err.Error(), "overrides", i, key))
		}
	}
	problems.Sort()
	if problems.Err() != nil {
		return nil, problems
	}
	out.words, err = newVocabulary(out.wordFile, out)
	if err != nil {
		return nil, append(problems, doc.Problem("the handbook's words: "+err.Error()))
	}
	return out, problems
}

// copy returns a handbook whose facts can be set without touching h's.
func (h *Handbook) copy() (*Handbook, error) {
	out := &Handbook{sheet: h.sheet, own: maps.Clone(h.own), words: h.words, wordFile: h.wordFile, topics: h.topics}
	s := &out.sheet
	s.Scale.Tiers = slices.Clone(s.Scale.Tiers)
	s.Scale.Thresholds = slices.Clone(s.Scale.Thresholds)
	s.Scale.Latency = slices.Clone(s.Scale.Latency)
	s.Scale.Availability = slices.Clone(s.Scale.Availability)
	s.Building.Stack = slices.Clone(s.Building.Stack)
	s.Building.Patterns = slices.Clone(s.Building.Patterns)
	s.Costs.Steps = slices.Clone(s.Costs.Steps)
	s.Answers.OneLiners = slices.Clone(s.Answers.OneLiners)
	s.Answers.Emergencies = slices.Clone(s.Answers.Emergencies)
	for i := range s.Answers.Emergencies {
		e := &s.Answers.Emergencies[i]
		e.Steps = slices.Clone(e.Steps)
	}
	return out, out.index()
}

// override sets one field. An error comes with the key that it is about.
func (h *Handbook) override(o override) (string, error) {
	id := strings.ToUpper(strings.TrimSpace(o.ID))
	f := h.facts[id]
	switch {
	case f == nil:
		text := fmt.Sprintf("the handbook has no fact %q: ids are T1 to T6, M1 to M4, S1 to S10, P1 to P4, L1 to L3, A1 to A3, C1 to C9, Q1 to Q8 and E1-1 to E3-9", textutil.Cut(o.ID, 40))
		return "id", errors.New(text)
	case id[0] == 'X':
		return "id", fmt.Errorf("%s tells where the sheet disagrees with itself and cannot be overridden: override the facts it names", id)
	}
	known := f.overridable()
	if !slices.Contains(known, o.Field) {
		text := fmt.Sprintf("%s has no field %q that can be overridden", id, textutil.Cut(o.Field, 40))
		if near, ok := textutil.Nearest(o.Field, known); ok {
			return "field", fmt.Errorf("%s: did you mean %q?", text, near)
		}
		if len(known) == 0 {
			return "field", errors.New(text + ": override its steps instead, as E1-1")
		}
		return "field", fmt.Errorf("%s: it has %s", text, strings.Join(known, ", "))
	}
	r := ref{id, o.Field}
	if before, twice := h.own[r]; twice {
		return "field", fmt.Errorf("%s is overridden already, by %s on %s: keep one of them", r, before.By, before.On.Format(time.DateOnly))
	}
	on, err := time.Parse(time.DateOnly, o.On)
	if err != nil {
		return "on", fmt.Errorf("%q is not a day: write it like 2026-11-01", textutil.Cut(o.On, 40))
	}
	by := strings.Join(strings.Fields(o.By), " ")
	if by == "" || len([]rune(by)) > maxName {
		return "by", fmt.Errorf("say who set this figure, in at most %d characters", maxName)
	}
	field := f.field(o.Field)
	own := Own{By: by, On: on, Sheet: spelt(o.Field, field)}
	if err := set(field, &o.Value); err != nil {
		return "value", err
	}
	if err := sensible(o.Field, field); err != nil {
		return "value", err
	}
	h.own[r] = own
	return "", nil
}

// fixed are fields that say which fact it is, or how facts hang together.
var fixed = []string{"id", "name", "group", "question", "aliases", "playbook", "minimum_from"}

// overridable returns the fields of a fact that a team may set.
func (f *fact) overridable() []string {
	var out []string
	t := f.value.Type()
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
		title := name == "title" && t != reflect.TypeFor[EmergencyStep]()
		if name == "-" || name == "" || title || slices.Contains(fixed, name) {
			continue
		}
		switch f.value.Field(i).Interface().(type) {
		case string, []string, int, float64, bool, time.Duration, model.Duration, Users, Dollars, DollarRange, Share, Saving:
			out = append(out, name)
		}
	}
	return out
}
