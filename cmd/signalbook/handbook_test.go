package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/slacksim"
	"github.com/signalbook/signalbook/bot/testkit/promtest"
)

// TestHandbookInSlack: the sheet answers in Slack with the team's own facts and
// what a real Prometheus counts, by command and in a thread; a bad file changes
// nothing.
func TestHandbookInSlack(t *testing.T) {
	t.Parallel()
	now := time.Now().Unix()
	prometheus := promtest.Start(t, fmt.Sprintf("# TYPE app_active_users gauge\napp_active_users 44000000 %d\napp_active_users 44000000 %d\n# EOF\n", now-60, now))
	r := startRig(t, options{sim: slacksim.Options{Limits: true}, extra: fmt.Sprintf(`prometheus: {url: %q}
organisation:
  users: {query: 'sum(last_over_time(app_active_users[1d]))'}
  weekly_growth: 2.6%%
  teams: 12
  international: 35%%
  global_consistency: false
handbook: {files: [handbook/*.yml]}
`, prometheus.URL)})
	own := filepath.Join(r.dir, "handbook", "own.yml")
	writeBelow(t, r.dir, "handbook/own.yml", "overrides:\n  - {id: T3, field: monthly_cost, value: $95K, by: anna, on: 2026-11-01}\n")
	b := r.startBot()
	r.answered(map[string][]string{
		"scale 75M":      {"75M users: tier T4", "$150K", "places of the sheet disagree: X3, "},
		"targets 75M":    {"99.95%", "100 ms"},
		"budget 75M":     {"what a month may cost"},
		"stack cache":    {"Redis Cluster", "(S4)"},
		"pattern social": {"write-heavy", "(P1)"},
		"ask when should we move to microservices?": {"With 3 or more teams", "(Q1)"},
		"ask who won the cup":                       {"The handbook does not know that"},
		"help ask":                                  {"/playbook ask when should we move to microservices?"},
	})
	// What Prometheus is asked for comes at once or follows.
	r.slash("ben", "incidents", "/playbook scale")
	r.hears("ben", "44M users: tier T3", "$95K, own figure by anna, 1 Nov 2026 (sheet: $80K)", "measured by Prometheus")
	r.slash("chris", "incidents", "/playbook threshold")
	r.hears("chris", "4 moves, 3 due for you", "50M users in 5 weeks, the move takes 13 weeks: its start was due 8 weeks ago")

	b.mustNotify(payload(t, "v0.34.0-e2e-1-database-high-cpu-firing"))
	root := r.root("incidents", 0)
	if _, err := r.sim.People.Say("ben", "incidents", root.TS, "@signalbook ask is pgbouncer worth it"); err != nil {
		t.Fatal(err)
	}
	r.hears("ben", "PgBouncer")

	if err := os.WriteFile(own, []byte("overrides:\n  - {id: T99, field: monthly_cost, value: $1, by: anna, on: 2026-11-01}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if response, err := http.Post(b.url+"/-/reload", "", nil); err != nil || response.StatusCode != http.StatusInternalServerError {
		t.Errorf("reloading a bad file was answered %v, %v, want 500", response, err)
	}
	r.answered(map[string][]string{"scale 20M": {"$95K, own figure by anna"}})
	if err := os.WriteFile(own, []byte("overrides:\n  - {id: T3, field: monthly_cost, value: $99K, by: ben, on: 2026-11-02}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if response, err := http.Post(b.url+"/-/reload", "", nil); err != nil || response.StatusCode != http.StatusOK {
		t.Errorf("reloading a good file was answered %v, %v, want 200", response, err)
	}
	r.answered(map[string][]string{"scale 20M": {"$99K, own figure by ben"}})
	if refused := r.sim.Refusals(); len(refused) > 0 {
		t.Errorf("Slack refused: %v", refused)
	}
}

// answered checks what commands are answered with: every text must be there.
func (r *rig) answered(commands map[string][]string) {
	r.t.Helper()
	for text, wants := range commands {
		got := r.slash("anna", "incidents", "/playbook "+text)
		for _, want := range wants {
			if !strings.Contains(got, want) {
				r.t.Errorf("%q was answered\n%s\nwant it to contain %q", text, got, want)
			}
		}
	}
}

// hears waits until somebody was told all of it privately.
func (r *rig) hears(user string, wants ...string) {
	r.t.Helper()
	heard := func() string {
		var all []string
		for _, m := range r.sim.Ephemerals(user) {
			all = append(all, m.PlainText())
		}
		return strings.Join(all, "\n---\n")
	}
	for _, want := range wants {
		eventually(r.t, user+" is told "+want, func() bool { return strings.Contains(heard(), want) })
	}
}
