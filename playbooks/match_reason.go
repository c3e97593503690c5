package playbooks

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/prometheus/alertmanager/pkg/labels"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/alerts/textutil"
)

// Missed says of each matcher that does not hold what there is instead; nothing
// when all hold. The texts are plain and quote labels, cut and cleaned.
func (ms Matchers) Missed(set map[string]string) []string {
	var missed []string
	for _, m := range ms {
		if m.Matches(labelOf(set, m.Name)) {
			continue
		}
		if isWords(m.Name) {
			missed = append(missed, missedWords(m, set))
			continue
		}
		has := fmt.Sprintf("there is no label %s", m.Name)
		if value := set[m.Name]; value != "" {
			has = fmt.Sprintf("%s is %q", m.Name, quotable(value))
		}
		missed = append(missed, fmt.Sprintf("%s does not hold: %s", m, has))
	}
	return missed
}

// missedWords says which words are missing, or too many.
func missedWords(m *labels.Matcher, set map[string]string) string {
	where := "the alert's name"
	if m.Name == AlertWords {
		where += " or labels"
	}
	if !says(m) {
		return fmt.Sprintf("%s has %q", where, wordsFound(m, set))
	}
	return fmt.Sprintf("no word in %s matches %s", where, quoteCut(inside(m.Value)))
}

// inside is an expression without the .* around it, which say only that other words
// may stand there.
func inside(expr string) string {
	for _, edge := range []string{".*", `\b`} {
		expr = strings.TrimSuffix(strings.TrimPrefix(expr, edge), edge)
	}
	return expr
}

// wordsFound are the words of a name that an expression looks for; the whole name
// when it looks for no part of it.
func wordsFound(m *labels.Matcher, set map[string]string) string {
	words := labelOf(set, m.Name)
	if expr := strings.TrimSuffix(strings.TrimPrefix(m.Value, ".*"), ".*"); expr != m.Value {
		if re, err := regexp.Compile(expr); err == nil && re.MatchString(words) {
			words = re.FindString(words)
		}
	}
	return quotable(words)
}

// nearly tells whether a matcher holds that an alert without labels does not hold (what
// only excludes holds for nearly every alert), and no words are missing: a list of
// words that a name has not is long, and tells nothing.
func (ms Matchers) nearly(set map[string]string) bool {
	some := false
	for _, m := range ms {
		asks, holds := !m.Matches(""), m.Matches(labelOf(set, m.Name))
		if asks && !holds && isWords(m.Name) {
			return false
		}
		some = some || asks && holds
	}
	return some
}

// because says why an alert matches an entry: which words it has, and the matchers
// on labels of its own.
func (ms Matchers) because(a alerts.Alert) string {
	var words, others []string
	where := "name"
	for _, m := range ms {
		switch {
		case !isWords(m.Name):
			others = append(others, m.String())
		case says(m):
			words = append(words, fmt.Sprintf("%q", wordsFound(m, a.Labels)))
			if !m.Matches(labelOf(a.Labels, NameWords)) {
				where = "name and labels"
			}
		}
	}
	if len(words) == 0 {
		return fmt.Sprintf("The %s matches %s.", called(a), ms)
	}
	noun := "words"
	if len(words) == 1 {
		noun = "word"
	}
	says := fmt.Sprintf("The %s matches by the %s %s of its %s", called(a), noun, strings.Join(words, " and "), where)
	if len(others) > 0 {
		says += ", and by " + strings.Join(others, ",")
	}
	return says + "."
}

// WhyHidden says which matchers hide a step from a group with these common labels;
// nothing when it applies.
func (s *Step) WhyHidden(common map[string]string) []string {
	var why []string
	for _, entry := range s.Applies {
		if ms, err := ParseMatchers(entry); err == nil {
			why = append(why, ms.Missed(common)...)
		}
	}
	return why
}

// Rejection is a playbook that was not chosen for a group.
type Rejection struct {
	Playbook string
	Near     string // what was nearly so, a clause; empty when nothing is alike
}

// Rejected says of every playbook that Select does not choose for a group how near
// it came: it matches and stands behind the chosen one, some of its matchers hold,
// or an alert's name is written almost like one that it lists. Triage is left out.
func (s *Set) Rejected(n alerts.Notification) []Rejection {
	order := deciding(n)
	chosen := s.Select(n).Playbook
	name, _ := nameIn(order, n)
	by := chosen.Name + " matches an earlier alert"
	var all []Rejection
	for _, e := range s.ordered {
		switch {
		case e.playbook == chosen:
			by = chosen.Name + " stands before it"
			continue
		case e.playbook.Name == Triage:
			continue
		}
		if name != "" {
			by = "the playbook is named"
		}
		all = append(all, Rejection{Playbook: e.playbook.Name, Near: e.near(order, by)})
	}
	return all
}

// near is the nearest that any alert comes to any entry.
func (e entry) near(order []alerts.Alert, by string) string {
	least, near := 0, ""
	for _, a := range order {
		for _, ms := range e.match {
			missed := ms.Missed(a.Labels)
			switch {
			case len(missed) == 0:
				return fmt.Sprintf("matches the %s too, but %s", called(a), by)
			case ms.nearly(a.Labels) && (near == "" || len(missed) < least):
				least, near = len(missed), fmt.Sprintf("for the %s %s", called(a), strings.Join(missed, ", and "))
			}
		}
	}
	if near != "" {
		return near
	}
	for _, a := range order {
		name := a.Labels["alertname"]
		for _, ms := range e.match {
			known := alertNames(ms)
			if best, ok := textutil.Nearest(name, known); ok && name != "" && !slices.Contains(known, name) {
				return fmt.Sprintf("the %s is written almost like %q", called(a), best)
			}
		}
	}
	return ""
}
