package main

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/slacksim"
	"github.com/signalbook/signalbook/bot/slacksim/fault"
	"github.com/signalbook/signalbook/bot/slacksim/people"
)

// busyFor is one of Slack's windows, and a little of the next.
const busyFor = 55 * time.Second

// unlimited fails for every call that Slack had to limit.
func (r *rig) unlimited() {
	r.t.Helper()
	for _, refused := range r.sim.Refusals() {
		if refused.Outcome == "429" || refused.Outcome == "ratelimited" {
			r.t.Errorf("Slack had to limit %s in %q at %s", refused.Method, refused.Channel, refused.At.Format(time.TimeOnly))
		}
	}
}

// tally counts the calls that Slack took, by method.
func (r *rig) tally() map[string]int {
	counts := map[string]int{}
	for _, call := range r.sim.Calls() {
		counts[call.Method]++
	}
	return counts
}

// TestBusyMinuteCausesNo429: a Slack with its documented limits never has to say
// so, however much happens in a minute and a change of hands in its middle.
func TestBusyMinuteCausesNo429(t *testing.T) {
	t.Parallel()
	r := startRig(t, options{http: true, sim: slacksim.Options{Limits: true}, extra: `route:
  channel: "#incidents"
  owners: ["@sre-oncall"]
  routes:
    - {matchers: ['severity="critical"'], channel: "#db-incidents", owners: ["@db-oncall"]}
    - {matchers: ['severity="info"'], channel: "#general", owners: ["anna@example.com"]}
`})
	b := r.startBot()
	began := time.Now()
	b.mustNotify(alert("First", "warning", "firing"))
	root := r.root("incidents", 0)
	severities := []string{"warning", "critical", "info"}
	handed := false
	used := func() bool { // a busy machine is slow to answer; then it is more than a minute
		counts := r.tally()
		return counts["chat.postMessage"] > 0 && counts["chat.update"] > 0 && counts["chat.postEphemeral"] > 0 && counts["views.open"] > 0
	}
	for n := 0; time.Since(began) < busyFor || !used() && time.Since(began) < patience; n++ {
		if n < 45 {
			b.notify(alert(fmt.Sprint("Busy", n), severities[n%3], "firing"))
		}
		b.notify(alert(fmt.Sprint("Busy", n%45), severities[n%3], []string{"resolved", "firing"}[n/45%2]))
		user := []string{"anna", "ben", "chris"}[n%3]
		r.slash(user, "incidents", fmt.Sprintf("/playbook done INC-1 %d", n%4+1))
		r.slash(user, "incidents", fmt.Sprintf("/playbook undo INC-1 %d", n%4+1))
		_ = r.sim.People.Click(t.Context(), people.Click{User: user, Channel: root.Channel, TS: r.replies(root)[0].TS, ActionID: "step:how", Value: "INC-1/mitigate"}) // may not be there
		_ = r.sim.People.Choose(t.Context(), people.Choice{User: user, Channel: root.Channel, TS: root.TS, ActionID: "incident:menu", Value: "note/INC-1"})
		if _, err := r.sim.People.Say(user, "incidents", root.TS, "@signalbook status"); err != nil {
			t.Fatal(err)
		}
		if !handed && time.Since(began) > busyFor/2 {
			handed = true
			b.end(syscall.SIGKILL)
			b = r.startBot()
		}
	}
	t.Logf("%d calls: %v", len(r.sim.Calls()), r.tally())
	if !used() {
		t.Error("chat.postMessage, chat.update, chat.postEphemeral or views.open was never called: the minute was not busy")
	}
	r.unlimited()
}

// TestManyNamesCauseNo429: sixty groups, their members and ten people are found
// within Slack's limits, and an incident does not wait for the last of them.
func TestManyNamesCauseNo429(t *testing.T) {
	t.Parallel()
	var owners []string
	for n := range 60 {
		owners = append(owners, fmt.Sprintf("%q", fmt.Sprint("@team-", n)))
	}
	for n := range 10 {
		owners = append(owners, fmt.Sprintf("%q", fmt.Sprintf("person%d@example.com", n)))
	}
	r := startRig(t, options{http: true, sim: slacksim.Options{Limits: true}, extra: fmt.Sprintf(
		"route: {channel: \"#incidents\", owners: [\"@team-59\"], routes: [{matchers: ['never=\"x\"'], responders: [%s]}]}\n", strings.Join(owners, ", "))})
	for n := range 60 {
		r.sim.Admin.AddGroup(fmt.Sprint("team-", n), "ben")
	}
	for n := range 10 {
		r.sim.Admin.AddUser(fmt.Sprint("person", n), fmt.Sprintf("person%d@example.com", n))
	}
	b := r.startBot()
	b.mustNotify(alert("First", "warning", "firing"))
	r.root("incidents", 0)
	eventually(t, "all names are known", func() bool {
		body, _ := b.get("/-/ready")
		return !strings.Contains(body, "names")
	})
	eventually(t, "members are kept", func() bool {
		n, err := r.redis.HLen(t.Context(), "signalbook:{T0SIM00001}:group-members").Result()
		return err == nil && n >= 70
	})
	if n := r.sim.Notifications(); len(n) != 1 || n[0].Mention != "@team-59" {
		t.Errorf("got notifications %v, want one of @team-59", n)
	}
	// Others begin with what is known: they need not ask first, and may not be limited either.
	for range 3 {
		b.end(syscall.SIGTERM)
		b = r.startBot()
	}
	r.sim.Faults.Fail(fault.Fault{Method: "conversations.list", Kind: fault.HTTP503})
	r.sim.Faults.Fail(fault.Fault{Method: "usergroups.list", Kind: fault.HTTP503})
	b.end(syscall.SIGKILL)
	b = r.startBot()
	b.mustNotify(alert("Second", "warning", "firing"))
	r.root("incidents", 1)
	if n := r.sim.Notifications(); len(n) != 2 || n[1].Mention != "@team-59" {
		t.Errorf("got notifications %v, want a second of @team-59", n)
	}
	r.unlimited()
}
