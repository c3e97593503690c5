package interaction_test

import (
	"cmp"
	"context"
	"io"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/access"
	"github.com/signalbook/signalbook/bot/coordinator"
	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/interaction"
	"github.com/signalbook/signalbook/bot/slackapi"
	"github.com/signalbook/signalbook/bot/slacksim"
	"github.com/signalbook/signalbook/bot/slacksim/people"
	"github.com/signalbook/signalbook/bot/slacksim/snapshot"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/bot/testkit/redistest"
	"github.com/signalbook/signalbook/bot/testkit/wait"
	"github.com/signalbook/signalbook/playbooks"
	"github.com/signalbook/signalbook/playbooks/handbook"
	"github.com/signalbook/signalbook/playbooks/library"
)

// patience is how long a condition may take on a slow machine.
const patience = wait.Patience

// rig is a handler between a real Redis and a Slack look-alike.
type rig struct {
	t          *testing.T
	sim        *slacksim.Sim
	store      *store.Store
	client     *slackapi.Client
	redis      *redistest.Node
	address    string // of redis
	replies    *store.Replies
	books      *playbooks.Set
	responders []string
	timing     coordinator.Timing
	external   bool
	folded     bool                // steps as people see them; else all of them whole, with all their buttons
	furnish    func(*slacksim.Sim) // people and channels beside the usual ones
	channel    string              // of all incidents; "#incidents" when empty
	fallback   string              // when that cannot be written to
	handler    *interaction.Handler
	storm      incident.Limit // what is too much for a channel; zero: nothing
	digests    []string
	gather     func(ctx context.Context, digest string, now time.Time) (report.Input, error)
	impatient  bool          // whoever acts or asks does not wait for the answer
	hurry      time.Duration // 0: figures may take as long as they do
	book       *handbook.Handbook
	own        []*playbooks.Playbook // before the built-in ones
	// organisation answers for Prometheus; nil: nothing is configured.
	organisation func(context.Context) report.Organisation
}

func startRig(t *testing.T, responders ...string) *rig {
	t.Helper()
	r := &rig{t: t, responders: responders}
	r.start()
	return r
}

func (r *rig) start() {
	r.t.Helper()
	t := r.t
	r.channel = cmp.Or(r.channel, "#incidents")
	r.books, _ = playbooks.NewSet(r.own, library.All())
	logger := slog.New(slog.NewTextHandler(io.Discard, nil))
	r.redis = redistest.Single(t, redistest.Options{}).Nodes[0]
	r.address = r.redis.Addr
	opened, err := store.Open(store.Options{Addresses: []string{r.address}, Prefix: "test", InboxBound: 1000, AnswerWithin: patience})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { opened.Close() })
	eventually(t, "redis-server answers", func() bool { return opened.Ping(t.Context()) == nil })
	r.sim = slacksim.New(slacksim.Options{BotToken: "xoxb-test", SigningSecret: "secret", AckTimeout: patience, TriggerLife: patience,
		Commands: []people.Command{{Name: "/playbook", Escape: true}}})
	if r.furnish != nil {
		r.furnish(r.sim)
	}
	slack := httptest.NewServer(r.sim)
	t.Cleanup(func() { r.sim.Close(); slack.Close() })
	r.client, err = slackapi.New(slackapi.Options{APIURL: slack.URL + "/api/", BotToken: "xoxb-test", Logger: logger})
	if err != nil {
		t.Fatal(err)
	}
	r.store = opened.Workspace("T0SIM00001")
	r.replies = r.store.NewReplies()
	eventually(t, "the channel has its id", func() bool {
		ids, _, err := r.client.Channels(t.Context(), []string{r.channel})
		return err == nil && r.store.Directory.SetNames(t.Context(), ids) == nil
	})
	d := interaction.New(interaction.Options{Store: r.store, Replies: r.replies, Slack: r.client, Logger: logger, Gather: r.gather, Organisation: func(ctx context.Context, _ time.Time) report.Organisation {
		if r.organisation == nil {
			return report.Organisation{Users: report.Figure{Why: "organisation.users is not configured", Absent: "organisation.users"}}
		}
		return r.organisation(ctx)
	}, Settings: func() interaction.Settings {
		return interaction.Settings{Command: "/playbook", Playbooks: r.books, Handbook: r.book, Digests: r.digests, Severities: []string{"critical", "warning"}, External: r.external,
			DigestChannel: func(string) string { return r.channel },
			StartChannel:  func(incident.Start) string { return r.channel },
			Places:        []access.Place{{Channel: r.channel, Responders: r.responders}},
		}
	}})
	if r.hurry > 0 {
		d.HurryFigures(r.hurry)
	}
	d.WaitForSlack(patience)
	d.WaitForRedis(patience)
	if !r.impatient {
		d.WaitForAnswers(patience)
	}
	r.handler = d
	endpoint := slackapi.NewHTTP(slackapi.HTTPOptions{SigningSecret: "secret", Handler: d, Client: r.client, Logger: logger, AnswerWithin: patience})
	server := httptest.NewServer(endpoint)
	t.Cleanup(server.Close)
	r.sim.Delivery.SetRequestURL(server.URL)
	r.run(d.Run, r.replies.Run)
}

// run runs what works in the background until the test ends, or end is called.
func (r *rig) run(works ...func(context.Context) error) (end func()) {
	ctx, stop := context.WithCancel(context.Background())
	var group errgroup.Group
	for _, work := range works {
		group.Go(func() error { return work(ctx) })
	}
	end = func() {
		stop()
		if err := group.Wait(); err != nil {
			r.t.Error(err)
		}
	}
	r.t.Cleanup(end)
	return end
}

// keep starts the coordinator, which decides; end stops it.
func (r *rig) keep() (end func()) {
	var digests []coordinator.Digest
	for _, name := range r.digests {
		digests = append(digests, coordinator.Digest{Name: name, Channel: r.channel, Next: func(time.Time) time.Time { return time.Time{} }})
	}
	k := coordinator.New(coordinator.Options{
		Store: r.store, Slack: r.client, Changed: make(chan struct{}), Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), Registerer: prometheus.NewRegistry(), Timing: r.timing, Committed: r.handler.Changed,
		Settings: func() coordinator.Settings {
			return coordinator.Settings{
				External: r.external, Places: []access.Place{{Channel: r.channel, Responders: r.responders}},
				Rules:     incident.Rules{ReopenWithin: time.Hour, StaleAfter: 24 * time.Hour, SeverityLabel: "severity", SeverityOrder: []string{"critical"}, Storm: r.storm},
				Playbooks: r.books, Command: "/playbook", Full: !r.folded, Channels: []string{"#incidents", r.channel, cmp.Or(r.fallback, r.channel)}, Digests: digests, People: append([]string{"@sre-oncall"}, r.responders...),
				Route: func(map[string]string) coordinator.Route {
					return coordinator.Route{Channel: r.channel, Fallback: r.fallback, Owners: []string{"@sre-oncall"}, Responders: r.responders}
				},
			}
		},
		Report: func(_ context.Context, d coordinator.Digest, w coordinator.Wanted) (report.Report, error) {
			return report.Report{
				Schema: report.Schema, Digest: d.Name, Week: money.WeekOf(money.DayOf(w.At)).Add(-1), MadeAt: w.At,
				Steps: []report.CostStep{{ID: "C1", Title: "Reserved instances", Applies: true}},
			}, nil
		},
	})
	return r.run(k.Run)
}

// open opens INC-1 of the database playbook and waits for its thread.
func (r *rig) open() (root, immediate snapshot.Message) {
	r.t.Helper()
	r.fire("db", map[string]string{"alertname": "DatabaseHighCPU", "engine": "postgres"})
	root = r.thread("incidents")
	return root, r.sim.Thread("incidents", root.TS)[1]
}

// thread waits for the thread of INC-1 in a channel.
func (r *rig) thread(channel string) (root snapshot.Message) {
	r.t.Helper()
	eventually(r.t, "the thread is there", func() bool {
		for _, m := range r.sim.Messages(channel) {
			if m.Bot && m.Thread == "" && m.Replies >= 3 {
				root = m
			}
		}
		return root.TS != ""
	})
	return root
}

// fire lets a group of one alert fire.
func (r *rig) fire(group string, labels map[string]string) {
	r.t.Helper()
	now := time.Now().UTC().Truncate(time.Millisecond)
	n := alerts.Notification{
		Source: "default", Receiver: "bot", GroupKey: group, Status: alerts.Firing, Firing: 1, CommonLabels: labels,
		Alerts: []alerts.Alert{{Fingerprint: group, Status: alerts.Firing, StartsAt: now, Labels: labels}},
	}
	if _, _, err := r.store.Put(r.t.Context(), event.Event{At: now, Notification: &n}); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) slash(user, text string) string {
	r.t.Helper()
	reply, err := r.sim.People.Slash(r.t.Context(), user, "incidents", "/playbook "+text)
	if err != nil {
		r.t.Fatal(err)
	}
	return reply.Message.PlainText()
}

func (r *rig) click(user string, m snapshot.Message, action, value string) {
	r.t.Helper()
	if err := r.sim.People.Click(r.t.Context(), people.Click{User: user, Channel: m.Channel, TS: m.TS, ActionID: action, Value: value}); err != nil {
		r.t.Fatal(err)
	}
}

// resolves resolves INC-1, whose alerts fire, through the form that asks back, as fixed.
func (r *rig) resolves(user string, root snapshot.Message) (errs map[string]string) {
	r.t.Helper()
	r.click(user, root, "incident:resolve", "INC-1")
	r.modal(user)
	errs, err := r.sim.People.SubmitView(r.t.Context(), user, map[string]string{"reason": "fixed"})
	if err != nil {
		r.t.Fatal(err)
	}
	return errs
}

// told waits until a user reads something privately.
func (r *rig) told(user, want string) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), patience)
	defer cancel()
	if err := r.sim.WaitFor(ctx, func(*snapshot.View) bool { return strings.Contains(r.heard(user), want) }); err != nil {
		r.t.Fatalf("%s was never told %q, but:\n%s", user, want, r.heard(user))
	}
}

// read is all that a user was told privately and sees: in the channel, and in an
// answer's modal.
func (r *rig) read(user string) (all []string) {
	for _, m := range r.sim.Ephemerals(user) {
		all = append(all, m.PlainText())
	}
	if m, open := r.sim.OpenModal(user); open && m.Submit == "" {
		all = append(all, m.PlainText())
	}
	return all
}

func (r *rig) heard(user string) string { return strings.Join(r.read(user), "\n---\n") }

// modal waits until a user has a modal open.
func (r *rig) modal(user string) {
	r.t.Helper()
	eventually(r.t, user+" sees a modal", func() bool {
		_, open := r.sim.OpenModal(user)
		return open
	})
}

func (r *rig) incident(n int) incident.Incident {
	r.t.Helper()
	i, ok, err := r.store.Incident(r.t.Context(), n)
	if err != nil || !ok {
		r.t.Fatalf("incident %d: %v, %v", n, ok, err)
	}
	return i
}

// eventually waits for a condition, and fails when it does not come.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	wait.Until(t, what, holds)
}

// clickOn is a click that Slack did not make of a message of ours.
func clickOn(op, id, value, user string, m snapshot.Message) slackapi.Action {
	return slackapi.Action{Op: op, ActionID: id, Value: value, UserID: user, ChannelID: m.Channel, MessageTS: m.TS, At: time.Now()}
}
