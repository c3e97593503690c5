package main

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/slacksim/fault"
)

// group is the captured database alert as an alert group of its own.
func group(t testing.TB, n int) []byte {
	t.Helper()
	body := payload(t, "v0.34.0-e2e-1-database-high-cpu-firing")
	return bytes.ReplaceAll(body, []byte("orders-db"), fmt.Appendf(nil, "orders-db-%d", n))
}

// settled waits until Slack shows every incident as it is.
func (p *process) settled() {
	p.t.Helper()
	eventually(p.t, "Slack shows everything", func() bool {
		body, _ := p.get("/metrics")
		return strings.Contains(body, "\nsignalbook_incidents_unsettled 0\n") && strings.Contains(body, "\nsignalbook_inbox_length 0\n")
	})
}

// TestRepeatCostsNothing: the same notification again leads to no Slack call.
func TestRepeatCostsNothing(t *testing.T) {
	t.Parallel()
	r := startRig(t, options{})
	b := r.startBot()
	b.mustNotify(payload(t, "v0.34.0-e2e-1-database-high-cpu-firing"))
	r.root("incidents", 0)
	b.settled()
	r.sim.ResetCalls()
	for range 3 {
		b.mustNotify(payload(t, "v0.34.0-e2e-4-database-repeat"))
	}
	b.settled()
	if calls := r.sim.Calls(); len(calls) != 0 {
		t.Errorf("a repeat led to %d Slack calls, want none: %v", len(calls), calls)
	}
}

// TestPayloadsInAnyOrder sends all captured bodies in shuffled orders: one root an
// alert group that ever fires, the mixed-up ones too, nobody pinged by what an
// alert says, and nothing that Slack refuses.
func TestPayloadsInAnyOrder(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../alerts/testdata/payloads/*.json")
	if err != nil || len(files) < 20 {
		t.Fatalf("found %d payloads: %v", len(files), err)
	}
	for seed := range uint64(3) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			r := startRig(t, options{})
			b := r.startBot()
			order := slices.Clone(files)
			rand.New(rand.NewPCG(seed, 1)).Shuffle(len(order), func(i, k int) { order[i], order[k] = order[k], order[i] })
			fired := map[string]bool{}  // groups of which something fires, other than a copy right after its resolve
			copied := map[string]bool{} // groups of which such a copy is all that fires: after a minute it counts
			ended := map[string]bool{}
			for _, file := range order {
				data, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				n, err := alerts.Decode(bytes.NewReader(data), "default")
				if err != nil {
					t.Fatalf("%s: %v", file, err)
				}
				for _, a := range n.Alerts {
					occurrence := n.GroupID() + a.Fingerprint + a.StartsAt.String()
					if a.Status == alerts.Resolved {
						ended[occurrence] = true
					} else if ended[occurrence] {
						copied[n.GroupID()] = true
					} else {
						fired[n.GroupID()] = true
					}
				}
				if n.Truncated > 0 {
					fired[n.GroupID()] = true // what it leaves out may fire
				}
				b.mustNotify(data)
			}
			eventually(t, "every group that fired has its root", func() bool { return len(r.roots("incidents")) >= len(fired) })
			b.settled()
			maps.DeleteFunc(copied, func(group string, _ bool) bool { return fired[group] })
			if got, want := len(r.roots("incidents")), len(fired); got < want || got > want+len(copied) {
				t.Errorf("got %d roots, want %d: one a group that fires; and on a slow machine up to %d of which only a copy does", got, want, len(copied))
			}
			titles := map[string]bool{}
			for _, root := range r.roots("incidents") {
				if titles[root.TS] {
					t.Errorf("root %s is there twice", root.TS)
				}
				titles[root.TS] = true
			}
			for _, n := range r.sim.Notifications() {
				if n.Mention != "@sre-oncall" {
					t.Errorf("an alert pinged %s in %s", n.Mention, n.TS)
				}
			}
			for _, refused := range r.sim.Refusals() {
				t.Errorf("Slack refused %+v", refused)
			}
		})
	}
}

// TestKilledInTheMiddle kills the bot without warning while incidents open and
// people act, and starts it again: no second root, nothing forgotten.
func TestKilledInTheMiddle(t *testing.T) {
	t.Parallel()
	r := startRig(t, options{})
	b := r.startBot()
	const groups = 6
	for n := range groups {
		b.mustNotify(group(t, n))
		switch n {
		case 2: // between an intent and its record, most likely
			eventually(t, "a first root", func() bool { return len(r.roots("incidents")) > 0 })
			b.end(syscall.SIGKILL)
			b = r.startBot()
		case 4:
			// The lease of the coordinator that was killed may last: then the result follows later.
			if got := r.slash("anna", "incidents", "/playbook done INC-1 2 pooled"); !strings.Contains(got, "Done") && !strings.Contains(got, "Recorded") {
				t.Errorf("done was answered %q", got)
			}
			b.end(syscall.SIGKILL)
			b = r.startBot()
		}
	}
	eventually(t, "all incidents with their tiers", func() bool {
		roots := r.roots("incidents")
		for _, root := range roots {
			if len(r.replies(root)) < 3 {
				return false
			}
		}
		return len(roots) >= groups
	})
	b.settled()
	roots := r.roots("incidents")
	if len(roots) != groups {
		t.Errorf("got %d roots, want %d", len(roots), groups)
	}
	for _, root := range roots {
		if got := len(r.replies(root)); got != 3 {
			t.Errorf("a thread has %d replies, want its three tiers once each:\n%s", got, root.PlainText())
		}
	}
	if got := strings.Count(r.slash("anna", "incidents", "/playbook timeline INC-1"), "pooled"); got != 1 {
		t.Errorf("the timeline tells of the step %d times, want once", got)
	}
	// Another repeat after all that is still a repeat.
	b.mustNotify(group(t, 0))
	b.settled()
	if got := len(r.roots("incidents")); got != groups {
		t.Errorf("a repeat after the restarts left %d roots, want %d", got, groups)
	}
	b.end(syscall.SIGTERM)
	if code := b.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("SIGTERM ended the bot with %d, want 0", code)
	}
}

// TestSlackFaults: answers that are lost, late or refused leave one message each.
func TestSlackFaults(t *testing.T) {
	t.Parallel()
	for name, faults := range map[string][]fault.Fault{
		"lost answer of the root": {{Method: "chat.postMessage", Kind: fault.LostAnswer, Times: 1}},
		"lost answer of a tier":   {{Method: "chat.postMessage", Kind: fault.LostAnswer, After: 1, Times: 1}},
		"limits": {{Method: "chat.postMessage", Kind: fault.RateLimited429, Times: 1}, {Method: "chat.postMessage", Kind: fault.RateLimited429Bare, Times: 1},
			{Method: "chat.postMessage", Kind: fault.RateLimited200, Times: 1}},
		"lost request": {{Method: "chat.postMessage", Kind: fault.LostRequest, Times: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := startRig(t, options{})
			b := r.startBot()
			for _, f := range faults {
				r.sim.Faults.Fail(f)
			}
			b.mustNotify(payload(t, "v0.34.0-e2e-1-database-high-cpu-firing"))
			root := r.root("incidents", 0) // what was sent again is looked for twice more, for two minutes: not waited for here
			if got := len(r.roots("incidents")); got != 1 {
				t.Errorf("got %d roots, want 1", got)
			}
			if got := len(r.replies(root)); got != 3 {
				t.Errorf("got %d replies, want 3", got)
			}
		})
	}
}

// TestDeletedByHand: a root that somebody deleted is posted again with its tiers
// at the next change.
func TestDeletedByHand(t *testing.T) {
	t.Parallel()
	r := startRig(t, options{})
	b := r.startBot()
	b.mustNotify(payload(t, "v0.34.0-e2e-1-database-high-cpu-firing"))
	old := r.root("incidents", 0)
	b.settled()
	if err := r.sim.Admin.DeleteMessage("incidents", old.TS); err != nil {
		t.Fatal(err)
	}
	b.mustNotify(payload(t, "v0.34.0-e2e-5-database-mixed"))
	eventually(t, "a new root with its tiers", func() bool {
		roots := r.roots("incidents")
		return len(roots) == 1 && roots[0].TS != old.TS && len(r.replies(roots[0])) == 3
	})
}

// TestRevokedToken: with its token revoked, at a restart even, the bot takes
// notifications, says what is wrong, and catches up by itself.
func TestRevokedToken(t *testing.T) {
	t.Parallel()
	r := startRig(t, options{http: true})
	r.startBot().end(syscall.SIGTERM)
	r.sim.Admin.RevokeToken()
	b := r.startBot()
	b.mustNotify(payload(t, "v0.34.0-e2e-1-database-high-cpu-firing"))
	eventually(t, "/-/ready names the token", func() bool {
		body, code := b.get("/-/ready")
		return code == http.StatusOK && strings.Contains(body, "token")
	})
	r.sim.Admin.RestoreToken()
	r.root("incidents", 0)
}

// TestRedisComesAndGoes: without Redis the bot stays up, answers 503 and says
// why; once Redis is there it goes on by itself.
func TestRedisComesAndGoes(t *testing.T) {
	t.Parallel()
	r := startRig(t, options{})
	b := r.startBot()
	b.mustNotify(group(t, 0))
	r.root("incidents", 0)
	r.redisNode.Kill()
	eventually(t, "the webhook answers 503", func() bool { return b.notify(group(t, 1)) == http.StatusServiceUnavailable })
	if body, code := b.get("/-/ready"); code != http.StatusServiceUnavailable || !strings.Contains(body, "Redis") {
		t.Errorf("/-/ready answers %d %s, want 503 and a word about Redis", code, body)
	}
	r.redisNode.Start()
	eventually(t, "the webhook answers 202 again", func() bool { return b.notify(group(t, 1)) == http.StatusAccepted })
	r.root("incidents", 1)
	b.settled()
	if got := len(r.roots("incidents")); got != 2 {
		t.Errorf("got %d roots, want 2", got)
	}
}

// TestOwnersWhomNobodyKnows: a group that there is not, a disabled one and people who were
// deactivated are named where they should have been called, in the log and among what is
// degraded; whom Slack knows is called all the same.
func TestOwnersWhomNobodyKnows(t *testing.T) {
	t.Parallel()
	r := startRig(t, options{extra: `route:
  channel: "#incidents"
  owners: ["@db-oncall", "@nowhere", "@disabled", "anna@example.com", U0SIM00003]
  escalate: [{after: 1s, mention: ["@nowhere"]}]
`})
	r.sim.Admin.AddGroup("disabled", "ben")
	for _, err := range []error{r.sim.Admin.DisableGroup("disabled"), r.sim.Admin.Deactivate("anna"), r.sim.Admin.Deactivate("chris")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	b := r.startBot()
	b.mustNotify(payload(t, "v0.34.0-e2e-1-database-high-cpu-firing"))
	root := r.root("incidents", 0)
	for _, name := range []string{"@nowhere", "@disabled", "anna@example.com"} {
		r.reads(root, name+" (not called: unknown to Slack)") // once Slack has said so
	}
	if text := r.now(root).PlainText(); strings.Count(text, "not called") != 4 {
		t.Errorf("%d owners are said not to be called, want 4:\n%s", strings.Count(text, "not called"), text)
	}
	called := false
	for _, n := range r.sim.Notifications() {
		called = called || n.TS == root.TS && n.Mention == "@db-oncall"
	}
	if !called {
		t.Errorf("whom Slack knows is not called: %v", r.sim.Notifications())
	}
	eventually(t, "the escalation says that it called nobody", func() bool {
		for _, reply := range r.replies(root) {
			if strings.Contains(reply.PlainText(), "@nowhere (not called: unknown to Slack)") {
				return true
			}
		}
		return false
	})
	ready, _ := b.get("/-/ready")
	if !strings.Contains(ready, "Slack does not know") || !strings.Contains(ready, "U0SIM00003") {
		t.Errorf("what is degraded does not name them: %s", ready)
	}
}

// TestRoles: what is reserved for a role is refused to everybody else, on every surface, and
// the refusal names who may; the rest stays with whoever may act.
func TestRoles(t *testing.T) {
	t.Parallel()
	r := startRig(t, options{extra: "roles: {resolve: [\"@db-oncall\"], drill: [\"@db-oncall\"]}\n"})
	b := r.startBot()
	b.mustNotify(payload(t, "v0.34.0-e2e-1-database-high-cpu-firing"))
	root := r.root("incidents", 0)
	const resolve, drill = "only @db-oncall may resolve incidents", "only @db-oncall may start drills"
	r.click("chris", root, "incident:resolve", "INC-1")
	r.modal("chris")
	if errs, err := r.sim.People.SubmitView(t.Context(), "chris", map[string]string{"reason": "fixed"}); err != nil || !strings.Contains(errs["reason"], resolve) {
		t.Errorf("the form said %v, %v, want who may", errs, err)
	}
	for text, want := range map[string]string{
		"resolve INC-1": resolve, "resolve INC-1 noise": resolve, "drill triage": drill,
		"start triage signalbook_drill=true": drill, "ack INC-1": "you have inc-1",
	} {
		if got := r.slash("chris", "incidents", "/playbook "+text); !strings.Contains(strings.ToLower(got), want) {
			t.Errorf("chris typed %q and was answered %q, want %q", text, got, want)
		}
	}
	if got := r.slash("ben", "incidents", "/playbook resolve INC-1"); !strings.Contains(got, "esolved") {
		t.Errorf("ben is of the role and was answered %q", got)
	}
}

// TestRespondersOnly: who is no responder is refused on every surface.
func TestRespondersOnly(t *testing.T) {
	t.Parallel()
	r := startRig(t, options{extra: "route: {channel: \"#incidents\", owners: [\"@db-oncall\"], responders: [\"@db-oncall\"]}\n"})
	b := r.startBot()
	b.mustNotify(payload(t, "v0.34.0-e2e-1-database-high-cpu-firing"))
	root := r.root("incidents", 0)
	db, _ := r.sim.Group("db-oncall")
	outsider := ""
	for _, name := range []string{"anna", "ben", "chris"} {
		if !slices.Contains(db.Members, name) {
			outsider = name
		}
	}
	if outsider == "" {
		t.Fatalf("everybody is in db-oncall: %v", db.Members)
	}
	r.click(outsider, r.replies(root)[0], "step:ack", "INC-1/pool-connections")
	r.told(outsider, "only @db-oncall may act here")
	if got := r.slash(outsider, "incidents", "/playbook resolve INC-1"); !strings.Contains(got, "only @db-oncall may act here") {
		t.Errorf("%s was answered %q, want a refusal", outsider, got)
	}
	if got := r.now(root).PlainText(); !strings.Contains(got, "Open") {
		t.Errorf("the incident moved:\n%s", got)
	}
}
