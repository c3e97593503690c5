package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// metric is the value of a metric without labels, as text; empty when it is not
// there.
func (p *process) metric(name string) string {
	body, _ := p.get("/metrics")
	_, after, found := strings.Cut(body, "\n"+name+" ")
	if !found {
		return ""
	}
	value, _, _ := strings.Cut(after, "\n")
	return value
}

func (p *process) alive() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// replicas waits until each of the bots knows of so many replicas.
func (r *rig) replicas(bots ...*process) {
	r.t.Helper()
	eventually(r.t, fmt.Sprintf("%d replicas know of each other", len(bots)), func() bool {
		return !slices.ContainsFunc(bots, func(b *process) bool { return b.metric("signalbook_replicas") != fmt.Sprint(len(bots)) })
	})
}

// having returns those of the bots whose metric is 1.
func having(name string, bots ...*process) []*process {
	return slices.DeleteFunc(slices.Clone(bots), func(b *process) bool { return !b.alive() || b.metric(name) != "1" })
}

// turn lets the next socket be opened at once: Slack allows one a minute, and the
// replicas wait for that.
func (r *rig) turn() {
	r.t.Helper()
	if err := r.redis.Del(r.t.Context(), "signalbook:{T0SIM00001}:socket:turn").Err(); err != nil {
		r.t.Fatal(err)
	}
}

// sockets waits until so many replicas have a socket open, and Slack sees as many,
// and returns them.
func (r *rig) sockets(n int, bots ...*process) []*process {
	r.t.Helper()
	var have []*process
	eventually(r.t, fmt.Sprintf("%d of %d replicas have a socket", n, len(bots)), func() bool {
		have = having("signalbook_slack_socket_connected", bots...)
		return len(have) == n && r.sim.Sockets() == n
	})
	return have
}

// without returns the bots but those.
func without(bots []*process, those ...*process) []*process {
	return slices.DeleteFunc(slices.Clone(bots), func(b *process) bool { return slices.Contains(those, b) })
}

// ready is the sentences of /-/ready about sockets and configurations, in one.
func (p *process) state() string {
	body, _ := p.get("/-/ready")
	return body
}

// TestTwoOfThreeHoldASocket: of three replicas two hold a socket, whoever ends and
// however; Slack is never asked for one more often than it allows; clicks and
// commands arrive all the time.
func TestTwoOfThreeHoldASocket(t *testing.T) {
	t.Parallel()
	r := startRig(t, options{})
	bots := []*process{r.startBot(), r.startBot(), r.startBot()}
	r.replicas(bots...)
	opened := func() int {
		n := 0
		for _, call := range r.sim.Calls() {
			if call.Method == "apps.connections.open" {
				n++
			}
		}
		return n
	}
	if got := opened(); got != 1 {
		t.Errorf("three replicas asked for %d sockets within a minute, want 1", got)
	}
	first := r.sockets(1, bots...)[0]
	for _, b := range bots {
		if body := b.state(); strings.Contains(body, "connected") || strings.Contains(body, "configuration") {
			t.Errorf("a replica is not well although one holds a socket: %s", body)
		}
	}
	r.turn()
	holders := r.sockets(2, bots...)
	if got := having("signalbook_slack_socket_lease", bots...); len(got) != 2 || !slices.Equal(got, holders) {
		t.Errorf("%d replicas hold the lease of a socket, want the two that have one open", len(got))
	}

	bots[2].mustNotify(payload(t, "v0.34.0-e2e-1-database-high-cpu-firing"))
	root := r.root("incidents", 0)
	for n := range 4 { // Slack takes the sockets in turn
		if got := r.slash("anna", "incidents", fmt.Sprintf("/playbook note INC-1 note %d", n)); !strings.Contains(got, "Noted") && !strings.Contains(got, "Recorded") {
			t.Errorf("note %d was answered %q", n, got)
		}
	}
	steps := []string{"INC-1/add-read-replicas", "INC-1/pool-connections"}
	for _, step := range steps {
		r.click("ben", r.replies(root)[0], "step:ack", step)
	}
	eventually(t, "both clicks count", func() bool { return strings.Count(r.now(r.replies(root)[0]).PlainText(), "ben") >= 2 })

	// One is killed: the third replica takes its place.
	waiting := without(bots, holders...)[0]
	killed := without(holders, first)[0]
	began := time.Now()
	killed.end(syscall.SIGKILL)
	bots = without(bots, killed)
	eventually(t, "the third replica takes the lease", func() bool { return waiting.metric("signalbook_slack_socket_lease") == "1" })
	t.Logf("the lease of a killed replica's socket was taken over after %s", time.Since(began).Round(time.Millisecond))
	r.turn()
	r.sockets(2, bots...)
	t.Logf("and its socket after %s", time.Since(began).Round(time.Millisecond))
	if got := r.slash("anna", "incidents", "/playbook status INC-1"); !strings.Contains(got, "INC-1") {
		t.Errorf("status was answered %q", got)
	}

	// SIGTERM hands the lease over at once.
	fresh := r.startBot()
	bots = append(bots, fresh)
	if got := r.sockets(2, bots...); slices.Contains(got, fresh) {
		t.Error("a third replica opened a socket beside two")
	}
	began = time.Now()
	first.end(syscall.SIGTERM)
	bots = without(bots, first)
	eventually(t, "the lease is handed over", func() bool { return fresh.metric("signalbook_slack_socket_lease") == "1" })
	t.Logf("the lease of a socket was handed over %s after SIGTERM", time.Since(began).Round(time.Millisecond))
	r.turn()
	r.sockets(2, bots...)
	if got := r.slash("chris", "incidents", "/playbook status INC-1"); !strings.Contains(got, "INC-1") {
		t.Errorf("status was answered %q", got)
	}

	// Both holders go at once, without a word: nobody is connected, and nobody waits for a turn.
	for _, b := range bots {
		b.end(syscall.SIGKILL)
	}
	last := r.startBot()
	r.sockets(1, last)
	if got := r.slash("chris", "incidents", "/playbook status INC-1"); !strings.Contains(got, "INC-1") {
		t.Errorf("status was answered %q", got)
	}
}

// TestPausedSocketHolder: a holder that stands still for longer than its lease
// closes its socket when it goes on; while Redis is away, a holder keeps its own.
func TestPausedSocketHolder(t *testing.T) {
	t.Parallel()
	r := startRig(t, options{})
	bots := []*process{r.startBot(), r.startBot(), r.startBot()}
	r.turn()
	holders := r.sockets(2, bots...)
	paused := holders[0]
	if err := paused.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	others := without(bots, paused)
	eventually(t, "the two others hold the leases", func() bool { return len(having("signalbook_slack_socket_lease", others...)) == 2 })
	r.turn()
	eventually(t, "and have a socket each", func() bool { return len(having("signalbook_slack_socket_connected", others...)) == 2 })
	if err := paused.cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	if got := r.sockets(2, bots...); slices.Contains(got, paused) {
		t.Error("the replica that was paused still has its socket, and another has none")
	}

	if err := r.redis.Do(t.Context(), "CLIENT", "PAUSE", "8000", "ALL").Err(); err != nil { // longer than the lease
		t.Fatal(err)
	}
	before := r.sim.Sockets()
	if got := r.slash("anna", "incidents", "/playbook status INC-1"); got == "" {
		t.Error("a command was not answered while Redis did not")
	}
	eventually(t, "Redis answers again", func() bool { return r.redis.Ping(t.Context()).Err() == nil })
	if got := r.sim.Sockets(); got != before {
		t.Errorf("got %d sockets after Redis was away, want the %d there were", got, before)
	}
	r.turn()
	r.sockets(2, bots...)
}

// TestKilledCoordinator: work that a killed coordinator leaves goes on at another replica,
// and what is told once is told once.
func TestKilledCoordinator(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeFile(t, dir, "hasty.yml", `name: hasty
title: Everything at once
match: ['alertname=~".+"']
tiers:
  - name: immediate
    within: 8s
    steps: [{id: one, title: Do the first thing}]
  - name: short_term
    within: 1w
    steps: [{id: two, title: Do the second thing}]
  - name: long_term
    within: 30d
    steps: [{id: three, title: Do the third thing}]
`)
	r := startRig(t, options{extra: fmt.Sprintf(`playbooks: {files: [%q]}
route: {channel: "#incidents", owners: ["@sre-oncall"], escalate: [{after: 6s, mention: ["@db-leads"]}]}
`, filepath.Join(dir, "hasty.yml"))})
	bots := []*process{r.startBot(), r.startBot()}
	var coordinator *process
	eventually(t, "one replica keeps the workspace", func() bool {
		coordinators := having("signalbook_coordinator", bots...)
		if len(coordinators) == 1 {
			coordinator = coordinators[0]
		}
		return coordinator != nil
	})
	other := without(bots, coordinator)[0]
	const groups = 4
	for n := range groups {
		other.mustNotify(group(t, n)) // any replica is an endpoint
	}
	eventually(t, "a first root", func() bool { return len(r.roots("incidents")) > 0 })
	began := time.Now()
	coordinator.end(syscall.SIGKILL)
	eventually(t, "the other keeps", func() bool { return other.metric("signalbook_coordinator") == "1" })
	t.Logf("the workspace was taken over %s after kill -9", time.Since(began).Round(time.Millisecond))
	third := r.startBot()
	// told counts the pings in threads, by thread and whom.
	told := func() map[string]int {
		all := map[string]int{}
		for _, n := range r.sim.Notifications() {
			if n.Thread != "" {
				all[n.Thread+" "+n.Mention]++
			}
		}
		return all
	}
	pings := func(mention string) int {
		n := 0
		for what, times := range told() {
			if strings.HasSuffix(what, mention) {
				n += times
			}
		}
		return n
	}
	eventually(t, "all is told", func() bool {
		return pings("@db-leads") >= groups && pings("@sre-oncall") >= 1 && len(r.roots("incidents")) >= groups
	})
	// SIGTERM hands the workspace over; nothing is told again.
	began = time.Now()
	other.end(syscall.SIGTERM)
	eventually(t, "the third keeps", func() bool { return third.metric("signalbook_coordinator") == "1" })
	t.Logf("the workspace was handed over %s after SIGTERM", time.Since(began).Round(time.Millisecond))
	third.settled()
	if got := len(r.roots("incidents")); got != groups {
		t.Errorf("got %d roots, want %d", got, groups)
	}
	if got := pings("@db-leads"); got != groups {
		t.Errorf("got %d escalations, want one an incident: %v", got, told())
	}
	for what, times := range told() {
		if times > 1 {
			t.Errorf("%s was pinged %d times in a thread, want once", what, times)
		}
	}
	t.Logf("%d deadline pings for %d incidents", pings("@sre-oncall"), groups)
}

// TestDifferentConfigurations: replicas whose configurations differ say so, and
// that the coordinator's decides; once they are the same, all is well.
func TestDifferentConfigurations(t *testing.T) {
	t.Parallel()
	r := startRig(t, options{})
	text, err := os.ReadFile(r.config)
	if err != nil {
		t.Fatal(err)
	}
	first := r.startBot()
	same := r.config
	playbook := writeFile(t, r.dir, "database-cpu.yml", "name: database-cpu\ntitle: Ours\nmatch: ['alertname=\"DatabaseHighCPU\"']\ntiers: [{name: immediate, within: 1h, steps: [{id: a, title: Act}]}]\n")
	other := strings.Replace(string(text), "@sre-oncall", "@db-oncall", 1) + fmt.Sprintf("playbooks: {files: [%q]}\n", playbook)
	r.config = writeFile(t, r.dir, "other.yml", other)
	second := r.startBot()
	bots := []*process{first, second}
	r.replicas(bots...)
	for _, b := range bots {
		eventually(t, "/-/ready names what differs", func() bool {
			body := b.state()
			return strings.Contains(body, "route") && strings.Contains(body, "playbooks: database-cpu") && strings.Contains(body, "coordinator")
		})
		if got := b.metric("signalbook_config_mismatch"); got != "1" {
			t.Errorf("signalbook_config_mismatch is %q, want 1", got)
		}
		const speaks = "another configuration than"
		eventually(t, "the log speaks of it", func() bool { return strings.Contains(b.logged(), speaks) })
		if got := strings.Count(b.logged(), speaks); got != 1 {
			t.Errorf("the log speaks of it %d times, want once", got)
		}
		for _, secret := range []string{webhookToken, "xoxb-test", "xapp-test"} {
			if entry, err := r.redis.HVals(t.Context(), "signalbook:{T0SIM00001}:replicas").Result(); err != nil || strings.Contains(strings.Join(entry, "\n"), secret) {
				t.Errorf("what replicas say of themselves holds a secret, or cannot be read: %v", err)
			}
		}
	}
	// The second one gets the first one's file.
	if err := os.WriteFile(r.config, bytes.TrimSpace(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := second.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	for _, b := range bots {
		eventually(t, "all is well again", func() bool {
			return !strings.Contains(b.state(), "configuration") && b.metric("signalbook_config_mismatch") == "0"
		})
		eventually(t, "the log says so", func() bool { return strings.Contains(b.logged(), "the same configuration again") })
	}
	// One that ends is not counted any more.
	second.end(syscall.SIGTERM)
	r.config = same
	r.replicas(first)
}
