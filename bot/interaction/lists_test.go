package interaction_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/playbooks"
)

// past stores incidents as a coordinator would, and hands the workspace back.
func (r *rig) past(all ...incident.Incident) {
	r.t.Helper()
	lease, ok, err := r.store.Acquire(r.t.Context())
	if err != nil || !ok {
		r.t.Fatalf("the lease: %v, %v", ok, err)
	}
	if err := r.store.FillIndexes(r.t.Context(), lease.Fence); err != nil {
		r.t.Fatal(err)
	}
	for part := range slices.Chunk(all, 100) {
		var commits []store.Commit
		for _, i := range part {
			commits = append(commits, store.Commit{Saved: []store.Saved{{Result: incident.Result{Incident: i}}}, Next: i.Number})
		}
		each, err := r.store.Commit(r.t.Context(), lease.Fence, commits...)
		if err != nil || slices.ContainsFunc(each, func(err error) bool { return err != nil }) {
			r.t.Fatalf("commit: %v, %v", each, err)
		}
	}
	if err := r.store.Release(r.t.Context(), lease); err != nil {
		r.t.Fatal(err)
	}
}

// made is an incident with one long-term step that is due in a month.
func made(n int, state incident.State, severity string) incident.Incident {
	at := time.Now().UTC().Truncate(time.Millisecond).Add(time.Duration(n-5000) * time.Second)
	return incident.Incident{
		Schema: incident.Schema, Number: n, Version: 1, State: state, Severity: severity, Title: fmt.Sprint("trouble ", n), Channel: "#incidents", OpenedAt: at, OpeningAt: at,
		Tiers: []incident.Tier{{Name: playbooks.LongTerm, Due: at.Add(30 * 24 * time.Hour)}},
		Steps: []incident.Step{{ID: "later", Number: 1, Tier: playbooks.LongTerm, Title: "later", Standing: incident.Standing{State: incident.StepOpen}}},
	}
}

// TestOldOpenIncidentIsListed: six hundred newer incidents with follow-ups hide
// neither the open one, nor the step somebody holds, nor what is overdue.
func TestOldOpenIncidentIsListed(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	people, _, err := r.client.People(t.Context(), []string{"anna@example.com"})
	if err != nil {
		t.Fatal(err)
	}
	anna := people["anna@example.com"].ID
	all := []incident.Incident{made(1, incident.Open, "critical"), made(2, incident.Open, "info"), made(3, incident.Resolved, "warning"), made(4, incident.Resolved, "warning")}
	all[2].Steps[0].Standing = incident.Standing{State: incident.StepAcknowledged, Holder: incident.User{ID: anna, Name: "anna"}}
	all[3].Tiers[0].Due = time.Now().Add(-time.Hour)
	for n := 5; n <= 604; n++ {
		all = append(all, made(n, incident.Resolved, "critical"))
	}
	all = append(all, made(605, incident.Acknowledged, "warning"))
	r.past(all...)
	for text, want := range map[string]string{
		"incidents": "INC-1 INC-605 INC-2", "incidents open 2": "INC-605 INC-2", "incidents mine": "INC-3", "incidents overdue": "INC-4", "incidents open 4": "",
	} {
		got := r.slash("anna", text)
		if strings.Join(listed(got), " ") != want {
			t.Errorf("%q was answered\n%s\nwant %s", text, got, want)
		}
	}
	if got, want := r.slash("anna", "incidents open 4"), "The list ends before place 4"; !strings.Contains(got, want) {
		t.Errorf("got %s, want %q", got, want)
	}
}

var listedID = regexp.MustCompile(`(?m)^[^·\n]*(INC-\d+)[^·\n]* · (?:Drill · |🧪[^·]* · )?[🔴🟡🟢⚪]`)

// listed are the incidents that a list shows, in its order.
func listed(said string) []string {
	var all []string
	for _, m := range listedID.FindAllStringSubmatch(said, -1) {
		all = append(all, m[1])
	}
	return all
}

var goesOn = regexp.MustCompile("and (?:up to )?([0-9,]+) more: .?`?/playbook (incidents \\w+ \\d+)")

// TestListsGoOn: whoever types what a cut list says sees every incident once, the
// worst first, and every count is right.
func TestListsGoOn(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	var all []incident.Incident
	for n := 1; n <= 107; n++ {
		all = append(all, made(n, incident.Open, []string{"critical", "warning", "info"}[n%3]))
	}
	r.past(all...)
	var want []string
	for _, rest := range []int{0, 1, 2} {
		for n := 107; n >= 1; n-- {
			if n%3 == rest {
				want = append(want, incident.ID(n))
			}
		}
	}
	var seen []string
	for text := "incidents"; text != ""; {
		got := r.slash("anna", text)
		seen = append(seen, listed(got)...)
		text = ""
		if m := goesOn.FindStringSubmatch(got); m != nil {
			text = m[2]
			if want := fmt.Sprint(107 - len(seen)); m[1] != want {
				t.Errorf("got %s more after %d, want %s", m[1], len(seen), want)
			}
		}
		if len(seen) > 200 {
			t.Fatal("the list never ends")
		}
	}
	if !slices.Equal(seen, want) {
		t.Errorf("got %v\nwant %v", seen, want)
	}
}

// TestListsWhileSlackIsSlow: when no time is left to ask Slack who is in a channel,
// whoever the channel is reserved for still reads his lists, however long they are.
func TestListsWhileSlackIsSlow(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	people, _, err := r.client.People(t.Context(), []string{"anna@example.com"})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.store.Directory.SetMembers(t.Context(), "@db", []string{people["anna@example.com"].ID}); err != nil {
		t.Fatal(err)
	}
	var all []incident.Incident
	for n := 1; n <= 45; n++ {
		i := made(n, incident.Open, "critical")
		i.Responders = []string{"@db"}
		all = append(all, i)
	}
	r.past(all...)
	r.handler.WaitForSlack(time.Nanosecond)
	if got := listed(r.slash("anna", "incidents open 31")); len(got) != 15 || got[0] != "INC-15" {
		t.Errorf("from the thirty-first on there are %v, want the fifteen from INC-15 on", got)
	}
}

// TestListsNameWhatCannotBeRead: an incident whose document is broken, or a newer
// binary's, is missing in lists by name, and hides no other; who asks for it is told
// which of the two it is.
func TestListsNameWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	people, _, err := r.client.People(t.Context(), []string{"anna@example.com"})
	if err != nil {
		t.Fatal(err)
	}
	var all []incident.Incident
	for n := 1; n <= 6; n++ {
		all = append(all, made(n, incident.Open, "critical"))
	}
	for _, n := range []int{0, 1, 2} {
		all[n].Steps[0].Standing = incident.Standing{State: incident.StepAcknowledged, Holder: incident.User{ID: people["anna@example.com"].ID, Name: "anna"}}
		all[n].Tiers[0].Due = time.Now().Add(-time.Hour)
	}
	r.past(all...)
	raw := redis.NewClient(&redis.Options{Addr: r.address, Protocol: 2})
	t.Cleanup(func() { raw.Close() })
	for key, text := range map[string]string{"inc:2": `{"schema":2,"version":1,`, "inc:3": `{"schema":99,"number":3,"version":7,"steps":"other"}`, "inc:5": ""} {
		if err := raw.Set(t.Context(), "test:{T0SIM00001}:"+key, text, 0).Err(); err != nil {
			t.Fatal(err)
		}
	}
	if err := raw.RPush(t.Context(), "test:{T0SIM00001}:log:1", "nonsense").Err(); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]struct{ listed, missing string }{
		"incidents": {"INC-6 INC-4 INC-1", "INC-5, INC-3, INC-2"}, "incidents mine": {"INC-1", "INC-3, INC-2"}, "incidents overdue": {"INC-1", "INC-3, INC-2"},
	} {
		got := r.slash("anna", text)
		if strings.Join(listed(got), " ") != want.listed || !strings.Contains(got, "Missing here, because what is stored cannot be read: "+want.missing+".") {
			t.Errorf("%q was answered\n%s\nwant %s, and %s named as missing", text, got, want.listed, want.missing)
		}
	}
	for text, want := range map[string]string{
		"status INC-2": "INC-2 cannot be read: what is stored of it is broken", "timeline INC-2": "INC-2 cannot be read: what is stored of it is broken",
		"status INC-3": "INC-3 was written by a newer Signalbook", "timeline INC-3": "INC-3 was written by a newer Signalbook",
		"timeline INC-1": "nonsense",
	} {
		if got := r.slash("anna", text); !strings.Contains(got, want) {
			t.Errorf("%q was answered %s, want %q", text, got, want)
		}
	}
}
