package main

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/slacksim"
)

// TestAcknowledgedActsSurviveAKill kills the bot the moment that Slack hears of the
// first of many clicks that it is taken: what was acknowledged is done afterwards,
// and what was said in a thread comes again until it is stored.
func TestAcknowledgedActsSurviveAKill(t *testing.T) {
	for door, o := range map[string]options{
		"http":   {http: true, sim: slacksim.Options{EventRetries: slices.Repeat([]time.Duration{time.Second}, 180), AckTimeout: patience}},
		"socket": {sim: slacksim.Options{AckTimeout: time.Minute}},
	} {
		t.Run(door, func(t *testing.T) {
			t.Parallel()
			r := startRig(t, o)
			b := r.startBot()
			const groups = 6
			for n := range groups {
				b.mustNotify(group(t, n))
			}
			eventually(t, "all incidents with their tiers", func() bool {
				roots := r.roots("incidents")
				return len(roots) == groups && !slices.ContainsFunc(roots, func(m slacksim.Message) bool { return len(r.replies(m)) < 3 })
			})
			b.settled()
			var acknowledged []string
			for round, step := range []string{"add-read-replicas", "pool-connections", "scale-up"} {
				next, taken := r.actAndKill(b, round, step)
				b, acknowledged = next, append(acknowledged, taken...)
			}
			if len(acknowledged) < 3 {
				t.Fatalf("got %d clicks acknowledged, want one at least in each round", len(acknowledged))
			}
			b.settled()
			eventually(t, "every acknowledged click is done", func() bool {
				taken := map[string]bool{}
				for _, root := range r.roots("incidents") {
					for _, tier := range r.replies(root) {
						for _, button := range tier.Buttons() {
							taken[button.Value] = taken[button.Value] || button.ActionID == "step:release"
						}
					}
				}
				return !slices.ContainsFunc(acknowledged, func(value string) bool { return !taken[value] })
			})
			for round := range 3 {
				eventually(t, "a mention that came again is stored", func() bool {
					return strings.Count(r.slash("anna", "incidents", "/playbook timeline INC-1"), fmt.Sprintf("word of round %d", round)) == 1
				})
			}
		})
	}
}

// actAndKill clicks a step of every incident and says something in the first one's
// thread, all at once, kills the bot at the first acknowledgement and starts the next
// one. It returns the values of the clicks that were acknowledged.
func (r *rig) actAndKill(b *process, round int, step string) (next *process, acknowledged []string) {
	r.t.Helper()
	var mu sync.Mutex
	var all sync.WaitGroup
	kill := sync.OnceFunc(func() { b.end(syscall.SIGKILL) })
	for _, root := range r.roots("incidents") {
		tier := r.replies(root)[0]
		value := ""
		for _, button := range tier.Buttons() {
			if button.ActionID == "step:ack" && strings.HasSuffix(button.Value, "/"+step) {
				value = button.Value
			}
		}
		if value == "" {
			r.t.Fatalf("no button for %s on:\n%s", step, tier.PlainText())
		}
		if strings.HasPrefix(value, "INC-1/") {
			if _, err := r.sim.Say("chris", "incidents", root.TS, fmt.Sprintf("@signalbook note word of round %d", round)); err != nil {
				r.t.Fatal(err)
			}
		}
		all.Go(func() {
			err := r.sim.Click(r.t.Context(), slacksim.Click{User: "ben", Channel: tier.Channel, TS: tier.TS, ActionID: "step:ack", Value: value})
			if err != nil {
				return // Slack tells ben that it did not work
			}
			kill()
			mu.Lock()
			defer mu.Unlock()
			acknowledged = append(acknowledged, value)
		})
	}
	<-b.done
	next = r.startBot() // over a socket, what was not acknowledged comes again
	all.Wait()
	return next, acknowledged
}
