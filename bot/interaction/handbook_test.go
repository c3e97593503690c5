package interaction_test

import (
	"context"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/playbooks/handbook"
)

// answers checks what commands are answered with: every text must be there.
func (r *rig) answers(commands map[string][]string) {
	r.t.Helper()
	for text, wants := range commands {
		got := r.slash("anna", text)
		for _, want := range wants {
			if !strings.Contains(got, want) {
				r.t.Errorf("%q was answered\n%s\nwant it to contain %q", text, got, want)
			}
		}
	}
}

func TestHandbookAnswers(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	r.answers(map[string][]string{
		"scale 75M":             {"75M users: tier T4", "$150K", "places of the sheet disagree: X3, ", "ask X3"},
		"scale 75 million":      {"75M users: tier T4"},
		"targets 300M":          {"50 ms", "99.99%", "(X13)"},
		"budget 100M":           {"$0.0025 per user", "80x to 120x", "(X1)"},
		"threshold":             {"4 moves; of your organisation nothing is known", "M1 PostgreSQL to CockroachDB", "+$30K a month", "Not configured: organisation.users"},
		"stack cache":           {"Redis Cluster", "(S4)"},
		"stack cahce":           {"“cahce” was taken to mean cache.", "Redis Cluster"},
		"pattern social":        {"write-heavy", "(P1)"},
		"pattern <!channel> *":  {`no pattern "<!channel> *"`},
		"ask wen microservices": {"With 3 or more teams", "(Q1)"},
		"ask is it raining":     {"The handbook does not know that"},
		"scale":                 {"How many users? organisation.users is not configured. Or give a number: /playbook scale 75M."},
		"scale many":            {"many is no number of users: write it like 75M"},
		"stack":                 {"Which stack?"},
		"ask":                   {"What is the question?"},
		"threshold now":         {"does not know what to do with now"},
	})
	for _, n := range r.sim.Notifications() {
		t.Errorf("somebody was notified: %+v", n)
	}
}

// TestHandbookOfTheTeam: the team's own facts and numbers are what is answered.
func TestHandbookOfTheTeam(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	own, problems := handbook.Default().With("own.yml", []byte("overrides:\n  - {id: T3, field: monthly_cost, value: $95K, by: '<!channel> anna', on: 2026-11-01}\n"))
	if own == nil {
		t.Fatal(problems.Err())
	}
	r.book = own
	known := func(v float64) report.Figure { return report.Figure{Value: v, Known: true, Source: "configured"} }
	r.organisation = func(context.Context) report.Organisation {
		return report.Organisation{Users: known(44e6), WeeklyGrowth: known(0.026), Teams: known(12), International: known(0.35)}
	}
	r.answers(map[string][]string{
		"scale":     {"44M users: tier T3", "$95K, own figure by <!channel> anna, 1 Nov 2026 (sheet: $80K)", "Users: configured."},
		"budget":    {"44M users: what a month may cost"},
		"targets":   {"44M users: latency L2"},
		"threshold": {"4 moves, 3 due for you", "50M users in 5 weeks, the move takes 13 weeks: its start was due 8 weeks ago"},
	})
	for _, n := range r.sim.Notifications() {
		t.Errorf("somebody was notified: %+v", n)
	}
}

// TestHandbookFollows: a Prometheus that does not answer keeps nobody waiting; the
// answer follows once it is there.
func TestHandbookFollows(t *testing.T) {
	t.Parallel()
	r := &rig{t: t, impatient: true}
	r.start()
	answered := make(chan struct{})
	r.organisation = func(ctx context.Context) report.Organisation {
		select {
		case <-answered:
		case <-ctx.Done():
		}
		return report.Organisation{Users: report.Figure{Value: 44e6, Known: true, Source: "measured by Prometheus"}}
	}
	r.answers(map[string][]string{"scale": {"they follow in a moment"}, "stack cache": {"Redis Cluster"}})
	close(answered)
	r.told("anna", "44M users: tier T3")
}

// TestHandbookWithoutRedis: the sheet is in the binary.
func TestHandbookWithoutRedis(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	r.redis.Kill()
	r.answers(map[string][]string{"scale 75M": {"tier T4"}, "ask pgbouncer": {"E1"}})
}

// TestHandbookInThread: by mention the same words, answered privately.
func TestHandbookInThread(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	r.keep()
	root, _ := r.open()
	if _, err := r.sim.People.Say("ben", "incidents", root.TS, "@signalbook ask what is pgbouncer for"); err != nil {
		t.Fatal(err)
	}
	r.told("ben", "PgBouncer")
	if _, err := r.sim.People.Say("ben", "incidents", root.TS, "@signalbook threshold"); err != nil {
		t.Fatal(err)
	}
	r.told("ben", "M4 Single region to multi-region")
}
