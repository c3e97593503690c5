package playbooktest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/playbooktest"
)

const askingPlaybook = `name: asking
title: Database is hot
match: ['alertname="Hot"']
tiers:
  - name: immediate
    within: 1h
    steps:
      - {id: check-lag, title: Look at the lag, ask: {id: lag, text: "How is it?", choices: [low, high]}}
      - {id: add, title: Add replicas, when: ['lag="low"']}
      - {id: tame, title: Tame the writer, when: ['lag="high"'], ask: {id: writer, text: "Who?", required: true}}
      - {id: failover, title: Fail over, approvals: 2}
`

const answeredTest = `playbooks: [asking.yml]
tests:
  - name: high lag
    alerts: [{labels: {alertname: Hot}}]
    events:
      - {at: 1m, by: anna, done: add, answer: hidden}
      - {at: 2m, by: anna, done: check-lag, says: high, note: 40 s behind}
      - {at: 3m, by: ben, done: tame, answer: asks}
      - {at: 3m, by: ben, done: tame, says: import}
      - {at: 4m, by: ben, done: failover}
      - {at: 5m, by: ben, done: failover, answer: already}
      - {at: 6m, by: anna, done: failover}
    expect:
      steps: {immediate: [check-lag, failover]}
      not_steps: [add, tame]
      moments:
        - {at: 1m, shown: {immediate: [check-lag, failover]}, answers: {}}
        - {at: 2m, shown: {immediate: [check-lag, tame, failover]}, answers: {lag: high}, steps: {add: hidden}, progress: {immediate: 1/3}}
        - {at: 5m, steps: {failover: acknowledged}, answers: {lag: high, writer: import}}
        - {at: 6m, steps: {failover: done}, progress: {immediate: 3/3}}
`

// TestAnswersInTests: tests of playbooks give answers and say what is shown; what is not
// met is said where it stands.
func TestAnswersInTests(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ old, new, want string }{
		"all right":        {"", "", ""},
		"shown":            {"immediate: [check-lag, tame, failover]", "immediate: [check-lag, add, failover]", "the steps of immediate that are shown at 2m differ\nwant: [check-lag, add, failover]\ngot:  [check-lag, tame, failover]"},
		"another answer":   {"answers: {lag: high}", "answers: {lag: low}", `want: [lag="low"]`},
		"no such choice":   {"says: high", "says: medium", `got:  asks, it is open: it asks "How is it?", says is one of low, high`},
		"not shown yet":    {"{at: 1m, by: anna, done: add, answer: hidden}", "{at: 1m, by: anna, done: add}", "got:  hidden, it is open, it waits for the answer to step 1"},
		"asks nothing":     {"done: failover}\n      - {at: 5m", "done: failover, says: yes}\n      - {at: 5m", "step failover asks nothing"},
		"not with a skip":  {"done: tame, says: import", "skip: tame, note: no, says: import", "says goes with done"},
		"a tier is wanted": {"shown: {immediate: [check-lag, failover]}", "shown: {now: [check-lag]}", `"now" is no tier`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := failures(t, strings.Replace(answeredTest, c.old, c.new, 1))
			if c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// failures are the problems and the failures of a test file beside the playbook.
func failures(t *testing.T, text string) string {
	t.Helper()
	folder := t.TempDir()
	for name, text := range map[string]string{"asking.yml": askingPlaybook, "asking_test.yml": text} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	file, problems := playbooktest.Load(filepath.Join(folder, "asking_test.yml"), playbooktest.Base{})
	var all []string
	for _, p := range problems {
		all = append(all, p.String())
	}
	if file != nil && problems.Err() == nil {
		for k := range file.Tests {
			for _, p := range file.Play(k).Failures {
				all = append(all, p.String())
			}
		}
	}
	return strings.Join(all, "\n")
}
