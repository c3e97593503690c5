package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/signalbook/signalbook/bot/slacksim"
	"github.com/signalbook/signalbook/bot/slacksim/snapshot"
)

// strike is the n-th group of a storm: one in forty is critical.
func strike(n int) []byte {
	severity := "warning"
	if n%40 == 20 {
		severity = "critical"
	}
	labels := map[string]string{"alertname": "InstanceDown", "instance": fmt.Sprintf("shard-%04d", n), "severity": severity}
	body, err := json.Marshal(map[string]any{
		"version": "4", "groupKey": fmt.Sprintf("{}:{instance=%q}", labels["instance"]), "status": "firing", "receiver": "signalbook",
		"groupLabels": map[string]string{"alertname": "InstanceDown", "instance": labels["instance"]}, "commonLabels": labels,
		"commonAnnotations": map[string]string{}, "externalURL": "http://alertmanager:9093", "truncatedAlerts": 0,
		"alerts": []any{map[string]any{
			"status": "firing", "labels": labels, "annotations": map[string]string{}, "startsAt": "2026-11-23T09:00:00Z",
			"endsAt": "0001-01-01T00:00:00Z", "generatorURL": "http://prometheus:9090/graph", "fingerprint": fmt.Sprintf("%016x", n),
		}},
	})
	if err != nil {
		panic(err) // maps of strings are JSON
	}
	return body
}

// storm sends groups 1 to n at once.
func (p *process) storm(n int) {
	p.t.Helper()
	var senders errgroup.Group
	senders.SetLimit(32)
	for k := 1; k <= n; k++ {
		senders.Go(func() error {
			if code := p.notify(strike(k)); code != http.StatusAccepted {
				return fmt.Errorf("group %d was answered %d", k, code)
			}
			return nil
		})
	}
	if err := senders.Wait(); err != nil {
		p.t.Fatal(err)
	}
}

// sighting is when something was first seen in Slack, and behind how many
// messages in its channel.
type sighting struct {
	after    time.Duration
	messages int
}

// TestStorm fires a thousand groups into one channel at once: one message counts
// them, its list names them all, the critical ones get their threads before any
// other, Slack refuses nothing. How long it takes is told, not judged.
func TestStorm(t *testing.T) {
	t.Parallel()
	const groups = 1000
	r := startRig(t, options{sim: slacksim.Options{Limits: true}})
	b := r.startBot()
	r.sim.ResetCalls()
	began := time.Now()
	b.storm(groups)
	t.Logf("%d notifications stored after %s", groups, time.Since(began).Round(time.Millisecond))

	seen := map[string]sighting{}
	note := func(what string, holds bool) bool {
		if _, ok := seen[what]; !ok && holds {
			seen[what] = sighting{time.Since(began).Round(100 * time.Millisecond), len(r.sim.Calls())}
			t.Logf("%s after %s, with %d calls", what, seen[what].after, seen[what].messages)
		}
		return holds
	}
	var storm snapshot.Message
	eventually(t, "a storm message that counts them all", func() bool {
		for _, root := range r.roots("incidents") {
			if text := root.PlainText(); strings.Contains(text, "Storm") {
				storm = root
				note("storm message", true)
				return note("all counted", strings.Contains(text, "1,000"))
			}
		}
		return false
	})
	name := regexp.MustCompile(`INC-\d+`)
	eventually(t, "every group in the list", func() bool {
		named := map[string]bool{}
		for _, page := range r.replies(storm) {
			for _, id := range name.FindAllString(page.PlainText(), -1) {
				named[id] = true
			}
		}
		return note("all named", len(named) == groups)
	})
	eventually(t, "the threads of the critical ones", func() bool {
		threads := 0
		for _, root := range r.roots("incidents") {
			if strings.Contains(root.PlainText(), "critical") && root.TS != storm.TS && len(r.replies(root)) >= 1 {
				threads++
			}
		}
		return note("critical threads", threads == groups/40)
	})
	var order []bool // roots of those that opened in the storm: is it critical?
	for _, root := range r.roots("incidents") {
		// The first ten opened before it; on a busy machine the last of them is still on its way when it begins.
		number, err := strconv.Atoi(strings.TrimPrefix(name.FindString(root.PlainText()), "INC-"))
		if root.TS != storm.TS && (err != nil || number > 10) {
			order = append(order, strings.Contains(root.PlainText(), "critical"))
		}
	}
	if at := slices.Index(order, false); at >= 0 && slices.Contains(order[at:], true) {
		t.Errorf("a thread that is not critical came before a critical one: %v", order)
	}
	b.settledWithin(t, patience)
	note("settled", true)
	posts, calls := 0, r.sim.Calls()
	for _, c := range calls {
		if c.Method == "chat.postMessage" {
			posts++
		}
	}
	t.Logf("converged with %d calls, %d of them posts: at least %s at one a second", len(calls), posts, time.Duration(posts)*time.Second)
	for _, refused := range r.sim.Refusals() {
		t.Errorf("Slack refused %+v", refused)
	}
	if got, want := len(r.roots("incidents")), 1+10+groups/40; got > want {
		t.Errorf("got %d threads, want at most %d: the storm, the first ten, the critical ones", got, want)
	}
}

// settledWithin is settled for what takes Slack longer than most.
func (p *process) settledWithin(t testing.TB, most time.Duration) {
	t.Helper()
	for deadline := time.Now().Add(most); time.Now().Before(deadline.Add(-patience)); {
		if body, _ := p.get("/metrics"); strings.Contains(body, "\nsignalbook_incidents_unsettled 0\n") {
			break
		}
		select {
		case <-t.Context().Done():
			return
		case <-time.After(500 * time.Millisecond):
		}
	}
	p.settled()
}
