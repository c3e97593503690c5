package incident_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/playbooks"
)

// TestWaits is what a hidden step waits for: the questions that it names and that
// somebody may still answer.
func TestWaits(t *testing.T) {
	t.Parallel()
	ask := func(n int, state incident.StepState, hidden bool, when ...string) incident.Step {
		return incident.Step{Number: n, Hidden: hidden, When: when, Ask: &playbooks.Ask{ID: fmt.Sprintf("q%d", n)}, Standing: incident.Standing{State: state}}
	}
	open, done := incident.StepOpen, incident.StepDone
	for name, c := range map[string]struct {
		before []incident.Step
		when   []string
		want   []int
	}{
		"an open question":               {[]incident.Step{ask(1, open, false)}, []string{`q1="a"`}, []int{1}},
		"an answered one":                {[]incident.Step{ask(1, done, false)}, []string{`q1="a"`}, nil},
		"one that waits itself":          {[]incident.Step{ask(1, open, false), ask(2, open, true, `q1="a"`)}, []string{`q2="a"`}, []int{2}},
		"one that never applies":         {[]incident.Step{ask(1, open, true)}, []string{`q1="a"`}, nil},
		"one that waits for an answered": {[]incident.Step{ask(1, done, false), ask(2, open, true, `q1="a"`)}, []string{`q2="a"`}, nil},
		"several, in one entry and two":  {[]incident.Step{ask(1, open, false), ask(2, open, false), ask(3, open, false)}, []string{`q3="a",q1="b"`, `q2="c"`, `q3!="d"`}, []int{1, 2, 3}},
		"no matchers":                    {nil, []string{"=="}, nil},
		"nothing":                        {[]incident.Step{ask(1, open, false)}, nil, nil},
	} {
		hidden := incident.Step{Number: 9, Hidden: true, When: c.when}
		if got := (incident.Incident{Steps: append(c.before, hidden)}).Waits()[9]; !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
	// Each of 50 steps waits for all before it: it takes no time worth the name.
	var chain incident.Incident
	var all []string
	for n := range 50 {
		chain.Steps = append(chain.Steps, ask(n, open, n > 0, all...))
		all = append(slices.Clone(all), fmt.Sprintf(`q%d="a"`, n))
	}
	if got := chain.Waits()[49]; len(got) != 49 {
		t.Errorf("the last of a chain waits for %v", got)
	}
}
