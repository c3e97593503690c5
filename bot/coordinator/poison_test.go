package coordinator_test

import (
	"log/slog"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/coordinator"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/slackapi"
	"github.com/signalbook/signalbook/bot/slacksim"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/bot/testkit/storetest"
	"github.com/signalbook/signalbook/playbooks"
	"github.com/signalbook/signalbook/playbooks/library"
)

// deadPlaybook leaves nothing to do once its alerts are resolved.
const deadPlaybook = `
name: broken
title: Broken
match: ['alertname="Broken"']
tiers: [{name: immediate, within: 1h, steps: [{id: look, title: Look}]}]
`

const deadBase = "test:{T0SIM00001}:"

// deadRig is a real Redis and a Slack look-alike, and a coordinator whose configuration
// the test can make fail.
type deadRig struct {
	t         *testing.T
	raw       *redis.Client
	store     *store.Store
	sim       *slacksim.Sim
	slack     string
	route     func(labels map[string]string) // called when an incident is planned
	retention coordinator.Retention
	storm     incident.Limit
}

func startDeadRig(t *testing.T) *deadRig {
	t.Helper()
	opened, raw := storetest.Open(t, store.Options{InboxBound: 1000, AnswerWithin: 10 * time.Minute})
	sim := slacksim.New(slacksim.Options{BotToken: "xoxb-test"})
	slack := httptest.NewServer(sim)
	t.Cleanup(func() {
		sim.Close()
		slack.Close()
	})
	return &deadRig{t: t, raw: raw, store: opened.Workspace("T0SIM00001"), sim: sim, slack: slack.URL, route: func(map[string]string) {}}
}

// keep runs a coordinator until the test ends, or end is called.
func (r *deadRig) keep() (k *coordinator.Coordinator, end func()) {
	r.t.Helper()
	client, err := slackapi.New(slackapi.Options{APIURL: r.slack + "/api/", BotToken: "xoxb-test", Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		r.t.Fatal(err)
	}
	book, problems := playbooks.Parse("broken.yml", []byte(deadPlaybook))
	if err := problems.Err(); err != nil {
		r.t.Fatal(err)
	}
	books, _ := playbooks.NewSet([]*playbooks.Playbook{book}, library.All())
	registry := prometheus.NewRegistry()
	k = coordinator.New(coordinator.Options{
		Store: r.store, Slack: client, Changed: make(chan struct{}), Logger: slog.New(slog.NewTextHandler(r.t.Output(), nil)), Registerer: registry,
		Settings: func() coordinator.Settings {
			return coordinator.Settings{
				Rules:     incident.Rules{ReopenWithin: time.Hour, StaleAfter: 24 * time.Hour, SeverityLabel: "severity", SeverityOrder: []string{"critical"}, Storm: r.storm},
				Playbooks: books, Command: "/playbook", Channels: []string{"#incidents"}, Retention: r.retention,
				Route: func(labels map[string]string) coordinator.Route {
					r.route(labels)
					return coordinator.Route{Channel: "#incidents"}
				},
			}
		},
		Timing: coordinator.Timing{Root: 10 * time.Millisecond, Retain: 50 * time.Millisecond, Rest: 100 * time.Millisecond, Parked: 100 * time.Millisecond},
	})
	return k, keepOn(r.t, k)
}

func (r *deadRig) eventually(what string, holds func() bool) {
	r.t.Helper()
	eventually(r.t, what, holds)
}

func (r *deadRig) put(ev event.Event) {
	r.t.Helper()
	if _, _, err := r.store.Put(r.t.Context(), ev); err != nil {
		r.t.Fatal(err)
	}
}

// fires puts an alert group of one alert into the inbox.
func (r *deadRig) fires(group string, status alerts.Status) {
	r.t.Helper()
	r.firesAt(group, status, time.Now())
}

// firesAt is fires for an endpoint that took it at another time.
func (r *deadRig) firesAt(group string, status alerts.Status, at time.Time) {
	r.t.Helper()
	at = at.UTC().Truncate(time.Millisecond)
	firing := 1
	if status == alerts.Resolved {
		firing = 0
	}
	labels := map[string]string{"alertname": "Broken", "group": group}
	r.put(event.Event{At: at, Notification: &alerts.Notification{
		Source: "default", Receiver: "bot", GroupKey: group, Status: status, Firing: firing, GroupLabels: labels, CommonLabels: labels,
		Alerts: []alerts.Alert{{Status: status, Labels: labels, Fingerprint: group, StartsAt: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), EndsAt: at}},
	}})
}

// opensFirst fires the group "first", which opens INC-1.
func (r *deadRig) opensFirst() {
	r.t.Helper()
	r.fires("first", alerts.Firing)
	r.eventually("INC-1 is open", func() bool { return r.handled() == "Broken: first" })
}

// handled waits until the inbox is empty, and returns the titles of all incidents.
func (r *deadRig) handled() string {
	r.t.Helper()
	r.eventually("the inbox is empty", func() bool {
		room, err := r.store.Room(r.t.Context())
		return err == nil && room.Events == 0
	})
	numbers, err := r.store.OpenNumbers(r.t.Context(), 100)
	if err != nil {
		r.t.Fatal(err)
	}
	all, _, err := r.store.Incidents(r.t.Context(), numbers...)
	if err != nil {
		r.t.Fatal(err)
	}
	var titles []string
	for _, i := range all {
		titles = append(titles, i.Title)
	}
	return strings.Join(titles, ", ")
}

func (r *deadRig) letters() []store.DeadLetter {
	r.t.Helper()
	var all []store.DeadLetter
	for letter, err := range r.store.Dead.Each(r.t.Context()) {
		if err != nil {
			r.t.Fatal(err)
		}
		all = append(all, letter)
	}
	return all
}

// noTries fails when Redis still counts the tries of any event.
func (r *deadRig) noTries() {
	r.t.Helper()
	r.eventually("no tries are counted any more", func() bool { return r.raw.Exists(r.t.Context(), deadBase+"tries").Val() == 0 })
}

// TestPanicGoesToTheDeadLetters: an event that panics is tried five times, others
// go on, and once the cause is mended a replay handles it.
func TestPanicGoesToTheDeadLetters(t *testing.T) {
	t.Parallel()
	r := startDeadRig(t)
	var tries atomic.Int64
	var mended atomic.Bool
	r.route = func(labels map[string]string) {
		if labels["group"] == "poison" && !mended.Load() {
			tries.Add(1)
			panic("no route for this")
		}
	}
	for _, group := range []string{"before", "poison", "after"} {
		r.fires(group, alerts.Firing)
	}
	r.keep()
	if got, want := r.handled(), "Broken: after, Broken: before"; got != want {
		t.Errorf("got incidents %q, want %q", got, want)
	}
	letters := r.letters()
	if len(letters) != 1 || letters[0].Why != "tried 5 times: panic: no route for this" || letters[0].Event.Notification.GroupKey != "poison" {
		t.Fatalf("got dead letters %+v", letters)
	}
	if n := tries.Load(); n != 5 {
		t.Errorf("it was tried %d times, want 5", n)
	}
	r.noTries()
	mended.Store(true)
	if err := r.store.Dead.Replay(t.Context(), letters[0].ID); err != nil {
		t.Fatal(err)
	}
	r.eventually("the replay opens its incident", func() bool { return strings.Contains(r.handled(), "Broken: poison") })
	if left := r.letters(); len(left) != 0 {
		t.Errorf("got dead letters %+v after the replay, want none", left)
	}
}

// TestPanicThatPasses: what panics twice and then does not is no dead letter.
func TestPanicThatPasses(t *testing.T) {
	t.Parallel()
	r := startDeadRig(t)
	var tries atomic.Int64
	r.route = func(map[string]string) {
		if tries.Add(1) <= 2 {
			panic("not yet")
		}
	}
	r.keep()
	r.fires("shy", alerts.Firing)
	if got, want := r.handled(), "Broken: shy"; got != want {
		t.Errorf("got incidents %q, want %q", got, want)
	}
	if letters := r.letters(); len(letters) != 0 {
		t.Errorf("got dead letters %+v, want none", letters)
	}
	r.noTries()
}

// TestPersonIsToldOfADeadLetter: whoever waits for an act that cannot be handled
// hears that it failed, and after a replay what came of it.
func TestPersonIsToldOfADeadLetter(t *testing.T) {
	t.Parallel()
	r := startDeadRig(t)
	var mended atomic.Bool
	r.route = func(labels map[string]string) {
		if labels["by"] == "hand" && !mended.Load() {
			panic("no route for this")
		}
	}
	r.keep()
	start := event.Event{Op: "op1", At: time.Now().UTC(), Start: &incident.Start{Playbook: "triage", Labels: map[string]string{"by": "hand"}, User: incident.User{ID: "U1"}}}
	r.put(start)
	answered := func(want incident.AnswerKind) {
		t.Helper()
		r.eventually("the answer is "+string(want), func() bool {
			answer, ok, err := r.store.Answered(t.Context(), "op1")
			return err == nil && ok && answer.Incident.Kind == want
		})
	}
	answered(incident.AnswerFailed)
	mended.Store(true)
	if err := r.store.Dead.Replay(t.Context(), r.letters()[0].ID); err != nil {
		t.Fatal(err)
	}
	answered(incident.AnswerStarted)
}

// TestUnreadableEvents: what cannot be decoded, and what concerns a document that
// cannot be, goes to the dead letters at once and as it came; a timer is due again.
func TestUnreadableEvents(t *testing.T) {
	t.Parallel()
	r := startDeadRig(t)
	r.raw.Set(t.Context(), deadBase+"inc:7", `{"number":"seven"}`, 0)
	act := `{"op":"op7","at":"2026-11-23T09:00:00Z","act":{"verb":"note","incident":7,"user":"U1","text":"x"}}`
	for _, raw := range []string{"no JSON", `{"at":"yesterday"}`, `{"at":"2026-11-23T09:00:00Z","timer":{"incident":7}}`, act} {
		if err := r.raw.XAdd(t.Context(), &redis.XAddArgs{Stream: deadBase + "inbox", Values: []any{"e", raw}}).Err(); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.raw.XAdd(t.Context(), &redis.XAddArgs{Stream: deadBase + "inbox", Values: []any{"x", "no event"}}).Err(); err != nil {
		t.Fatal(err)
	}
	r.fires("after", alerts.Firing)
	r.keep()
	if got, want := r.handled(), "Broken: after"; got != want {
		t.Errorf("got incidents %q, want %q", got, want)
	}
	var got []string
	for _, letter := range r.letters() {
		got = append(got, letter.Raw)
		if !strings.Contains(letter.Why, "decode") {
			t.Errorf("%q lies there because %q", letter.Raw, letter.Why)
		}
	}
	if want := "no JSON|" + `{"at":"yesterday"}|` + act + "|"; strings.Join(got, "|") != want {
		t.Errorf("got dead letters %q, want %q", strings.Join(got, "|"), want)
	}
}

// TestCommitThatIsRefused: an event that Redis will never take does not stop the
// others.
func TestCommitThatIsRefused(t *testing.T) {
	t.Parallel()
	r := startDeadRig(t)
	r.keep()
	r.opensFirst()
	r.raw.Set(t.Context(), deadBase+"log:1", "no stream", 0)
	r.put(event.Event{Op: "op1", At: time.Now().UTC(), Act: &incident.Act{Verb: incident.VerbNote, Incident: 1, Text: "look", User: incident.User{ID: "U1"}}})
	r.fires("after", alerts.Firing)
	r.eventually("the second incident is open", func() bool { return r.handled() == "Broken: after, Broken: first" })
	letters := r.letters()
	if len(letters) != 1 || letters[0].Event.Op != "op1" || !strings.HasPrefix(letters[0].Why, "tried 5 times: commit: WRONGTYPE") {
		t.Errorf("got dead letters %+v", letters)
	}
	r.noTries()
}

// TestEventThatEndsItsCoordinators: five coordinators met an event and were never heard of
// again; the sixth puts it aside, and counts the others that it meets alone.
func TestEventThatEndsItsCoordinators(t *testing.T) {
	t.Parallel()
	r := startDeadRig(t)
	for _, group := range []string{"poison", "after"} {
		r.fires(group, alerts.Firing)
	}
	entries, err := r.store.Read(t.Context(), "", 1, store.NoWait)
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if _, err := r.store.Suspect(t.Context(), entries[0].ID); err != nil {
			t.Fatal(err)
		}
	}
	r.keep()
	if got, want := r.handled(), "Broken: after"; got != want {
		t.Errorf("got incidents %q, want %q", got, want)
	}
	if letters := r.letters(); len(letters) != 1 || letters[0].Raw != entries[0].Raw || letters[0].Why != "tried 5 times: it ended its coordinator" {
		t.Errorf("got dead letters %+v", letters)
	}
	r.noTries()
}
