package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/slacksim"
	"github.com/signalbook/signalbook/bot/slacksim/people"
)

// doubted reports whether somebody is told that it is not known what was recorded, by
// whoever gave up first: the interaction handler its store, or the endpoint the handler.
func doubted(said string) bool {
	return strings.Contains(said, "not known whether") || strings.Contains(said, "Not known yet whether")
}

// TestRedisOutage: with Redis hanging or gone the webhook answers 503, Slack has
// its answer in time, people are told that it is not known what was recorded; and
// all goes on by itself, with nothing half done.
func TestRedisOutage(t *testing.T) {
	t.Parallel()
	for name, gone := range map[string]bool{"hangs": false, "gone": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := startRig(t, options{http: true, sim: slacksim.Options{EventRetries: slices.Repeat([]time.Duration{time.Second}, 600)}})
			b := r.startBot()
			b.mustNotify(payload(t, "v0.34.0-e2e-1-database-high-cpu-firing"))
			root := r.root("incidents", 0)
			b.settled()
			if err := r.sim.People.Choose(t.Context(), people.Choice{User: "ben", Channel: root.Channel, TS: root.TS, ActionID: "incident:menu", Value: "note/INC-1"}); err != nil {
				t.Fatal(err)
			}
			r.modal("ben")
			if gone {
				r.redisNode.Kill()
			} else {
				r.redisNode.Stop()
			}
			if got := b.notify(group(t, 1)); got != http.StatusServiceUnavailable {
				t.Errorf("a notification was answered %d, want 503", got)
			}
			if body, code := b.get("/-/ready"); code != http.StatusServiceUnavailable || !strings.Contains(body, "Redis") {
				t.Errorf("/-/ready answers %d %s, want 503 and a word about Redis", code, body)
			}
			// All of these are answered while Redis does not answer.
			immediate := r.replies(root)[0]
			r.click("ben", immediate, "step:done", "INC-1/pool-connections")
			r.told("ben", "not known whether this was recorded")
			if got := r.slash("anna", "incidents", "/playbook done INC-1 1"); !doubted(got) || !strings.Contains(got, "look at the thread") {
				t.Errorf("done was answered %q", got)
			}
			if errs, err := r.sim.People.SubmitView(t.Context(), "ben", map[string]string{"note": "filled in meanwhile"}); err != nil || !doubted(errs["note"]) {
				t.Errorf("a form was answered %v, %v", errs, err)
			}
			if _, err := r.sim.People.Say("anna", "incidents", root.TS, "@signalbook note said meanwhile"); err != nil {
				t.Fatal(err)
			}
			if err := r.sim.People.Choose(t.Context(), people.Choice{User: "chris", Channel: root.Channel, TS: root.TS, ActionID: "incident:menu", Value: "note/INC-1"}); err != nil {
				t.Error(err)
			}
			r.told("chris", "cannot be read at the moment")

			if gone {
				r.redisNode.Start()
			} else {
				r.redisNode.Continue()
			}
			began := time.Now()
			eventually(t, "notifications are taken again", func() bool { return b.notify(group(t, 1)) == http.StatusAccepted })
			r.root("incidents", 1)
			t.Logf("a new thread stood %s after Redis was back", time.Since(began).Round(100*time.Millisecond))
			r.surely("anna", "/playbook note INC-1 after the outage")
			b.settled()
			if got := len(r.roots("incidents")); got != 2 {
				t.Errorf("got %d roots, want 2", got)
			}
			// What was "not known" is either recorded once, or not at all; the message says what the state does.
			// A mention was not acknowledged: Slack brings it again until it is stored.
			eventually(t, "the mention is there", func() bool {
				return strings.Contains(r.slash("anna", "incidents", "/playbook timeline INC-1"), "said meanwhile")
			})
			timeline := r.slash("anna", "incidents", "/playbook timeline INC-1")
			for _, step := range []string{"pool-connections", "add-read-replicas", "filled in meanwhile", "said meanwhile"} {
				done := strings.Count(timeline, step)
				if done > 1 {
					t.Errorf("%s is there %d times:\n%s", step, done, timeline)
				}
			}
			if gone && strings.Contains(r.now(immediate).PlainText(), "ben") {
				t.Errorf("a click that no Redis could take is shown:\n%s", r.now(immediate).PlainText())
			}
		})
	}
}
