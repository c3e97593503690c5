package playbooktest

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/playbooks"
	"github.com/signalbook/signalbook/playbooks/yamlfile"
)

// Bounds of a test file: a file written to do harm must not run for ever.
const (
	maxTests  = 500 // of a file
	maxAlerts = alerts.MaxAlerts
	maxEvents = 200                   // of a test
	maxLength = 1100 * 24 * time.Hour // of a test; the longest built-in deadline is 720d
)

// checker gathers what is wrong with a test file that could be read.
type checker struct {
	file     *File
	known    map[[2]int]bool // places of problems found before
	problems yamlfile.Problems
}

func (f *File) check(before yamlfile.Problems) yamlfile.Problems {
	c := &checker{file: f, known: map[[2]int]bool{}}
	for _, p := range before {
		if p.File == f.path {
			c.known[[2]int{p.Line, p.Column}] = true
		}
	}
	if len(f.Tests) == 0 {
		c.addf(path{"tests"}, "there are no tests: give tests, a list of name, alerts and expect")
	}
	if len(f.Tests) > maxTests {
		c.addf(path{"tests"}, "%d tests, at most %d: split the file", len(f.Tests), maxTests)
		return c.problems
	}
	names := map[string]int{}
	for i := range f.Tests {
		t := &f.Tests[i]
		at := path{"tests", i}
		switch first, twice := names[t.Name]; {
		case strings.TrimSpace(t.Name) == "":
			c.addf(at, "the test has no name")
		case twice:
			c.addf(at.at("name"), "the name %q is taken by test %d: --run and reports tell tests apart by it", textutil.Cut(t.Name, 60), first)
		default:
			names[t.Name] = i + 1
		}
		c.test(at, t)
	}
	return c.problems
}

// path leads to a value in the file.
type path []any

func (p path) at(steps ...any) path { return append(p[:len(p):len(p)], steps...) }

func (c *checker) addf(at path, format string, args ...any) {
	p := c.file.doc.Problem(fmt.Sprintf(format, args...), at...)
	if !c.known[[2]int{p.Line, p.Column}] && len(c.problems) < 200 {
		c.problems = append(c.problems, p)
	}
}

func (c *checker) test(at path, t *Test) {
	switch {
	case len(t.Alerts) == 0:
		c.addf(at.at("alerts"), "the test has no alerts: give at least one with its labels")
	case len(t.Alerts) > maxAlerts:
		c.addf(at.at("alerts"), "%d alerts, at most %d", len(t.Alerts), maxAlerts)
		return
	}
	if len(t.Events) > maxEvents {
		c.addf(at.at("events"), "%d events, at most %d", len(t.Events), maxEvents)
	}
	c.time(at.at("until"), t.Until)
	for k, a := range t.Alerts {
		c.alert(at.at("alerts", k), t, k, a)
	}
	for k := range t.Events {
		c.event(at.at("events", k), t, &t.Events[k])
	}
	c.expect(at.at("expect"), t)
}

// time checks that a moment is within the bounds of a test.
func (c *checker) time(at path, d playbooks.Duration) {
	if time.Duration(d) > maxLength || d < 0 {
		c.addf(at, "%s is too late: tests are played for at most %s", d, playbooks.Duration(maxLength))
	}
}

func (c *checker) alert(at path, t *Test, k int, a TestAlert) {
	if len(a.Labels) == 0 {
		c.addf(at.at("labels"), "the alert has no labels")
	}
	c.time(at.at("starts"), a.Starts)
	if a.ResolvedAt != nil {
		c.time(at.at("resolved_at"), *a.ResolvedAt)
		if *a.ResolvedAt <= a.Starts {
			c.addf(at.at("resolved_at"), "the alert is resolved at %s, and starts only at %s", *a.ResolvedAt, a.Starts)
		}
	}
	for _, name := range c.file.groupBy(*t) {
		if first := t.Alerts[0].Labels[name]; a.Labels[name] != first {
			c.addf(at.at("labels"), "a test has one alert group, by %s, and %s is %q here but %q in the first alert: write a test of its own, or another group_by",
				strings.Join(c.file.groupBy(*t), ", "), name, textutil.Cut(a.Labels[name], 60), textutil.Cut(first, 60))
		}
	}
	for j, other := range t.Alerts[:k] {
		if maps.Equal(other.Labels, a.Labels) && (other.ResolvedAt == nil || *other.ResolvedAt > a.Starts) && a.Starts >= other.Starts {
			c.addf(at.at("labels"), "alert %d has the same labels and still fires at %s: give it a resolved_at before that", j+1, a.Starts)
		}
	}
}

// groupBy are the labels that a test's alerts are grouped by.
func (f *File) groupBy(t Test) []string {
	switch {
	case t.GroupBy != nil:
		return t.GroupBy
	case f.GroupBy != nil:
		return f.GroupBy
	}
	return []string{"alertname"}
}

func (c *checker) event(at path, t *Test, e *TestEvent) {
	c.time(at.at("at"), e.At)
	if first := t.opensAt(); e.At < first {
		c.addf(at.at("at"), "%s is before the first alert, which starts at %s: there is nothing to act on", e.At, first)
	}
	if strings.TrimSpace(e.By) == "" {
		c.addf(at.at("by"), "by is missing: who does it, such as anna")
	}
	given := e.verbs()
	for _, v := range given {
		if v.node.Kind != yaml.ScalarNode {
			c.addf(at.at(v.key), "%s takes one value: a step's number or id, or nothing", v.key)
		} else if v.step && v.text() == "" && v.verb != incident.VerbAcknowledge {
			c.addf(at.at(v.key), "%s needs a step: its number or its id", v.key)
		}
	}
	switch {
	case len(given) > 1:
		c.addf(at.at(given[1].key), "one event is one act: %s and %s are two", given[0].key, given[1].key)
	case len(given) == 0 && e.Note == "":
		c.addf(at, "nothing is done: give one of acknowledge, done, skip, release, undo, resolve, reopen, note")
	}
	if e.Says != "" && e.Done.Kind == 0 {
		c.addf(at.at("says"), "says goes with done: it answers what the step asks")
	}
	if e.Answer != "" {
		if err := oneOf("answer", e.Answer, answers); err != nil {
			c.addf(at.at("answer"), "%v", err)
		}
	}
}

// opensAt is when the first alert starts.
func (t Test) opensAt() playbooks.Duration {
	if len(t.Alerts) == 0 {
		return 0
	}
	return slices.MinFunc(t.Alerts, func(a, b TestAlert) int { return cmp.Compare(a.Starts, b.Starts) }).Starts
}
