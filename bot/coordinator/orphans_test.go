package coordinator_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/coordinator"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/slackapi"
	"github.com/signalbook/signalbook/bot/slacksim"
	"github.com/signalbook/signalbook/bot/slacksim/snapshot"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/bot/testkit/storetest"
	"github.com/signalbook/signalbook/bot/testkit/wait"
	"github.com/signalbook/signalbook/bot/topic"
	"github.com/signalbook/signalbook/playbooks"
)

// strayRig is a real Redis and a Slack look-alike with two ways to each: the
// test's and the second coordinator's is straight, the first coordinator's can be stopped.
type strayRig struct {
	t       *testing.T
	sim     *slacksim.Sim
	store   *store.Store // the test's own
	redis   *pausedLine  // the first coordinator's way to Redis
	slack   *slackGate   // the first coordinator's way to Slack
	address string       // of Redis
	direct  string       // Slack's address
	timing  coordinator.Timing
	books   []*playbooks.Playbook // before the built-in ones
	storm   incident.Limit
	parked  time.Duration // how long what is refused rests; 300 ms when it is zero
}

func startStrayRig(t *testing.T) *strayRig {
	t.Helper()
	r := &strayRig{t: t, timing: coordinator.Timing{Unknown: 100 * time.Millisecond, Sweeps: [2]time.Duration{100 * time.Millisecond, 200 * time.Millisecond}, Root: 100 * time.Millisecond}}
	r.address = storetest.Server(t)
	r.sim = slacksim.New(slacksim.Options{BotToken: "xoxb-test"})
	slack := httptest.NewServer(r.sim)
	t.Cleanup(func() { r.sim.Close(); slack.Close() })
	r.direct = slack.URL
	r.slack = startSlackGate(t, slack.URL)
	r.redis = startPausedLine(t, r.address)
	r.store = r.openStore(r.address)
	return r
}

func (r *strayRig) openStore(address string) *store.Store {
	r.t.Helper()
	opened, err := store.Open(store.Options{Addresses: []string{address}, Prefix: "test", InboxBound: 1000})
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { opened.Close() })
	return opened.Workspace("T0SIM00001")
}

// keep starts a coordinator, and ends it with the test.
func (r *strayRig) keep(st *store.Store, slackURL string) *coordinator.Coordinator {
	r.t.Helper()
	k := r.coordinatorOf(st, slackURL, r.timing)
	keepOn(r.t, k)
	return k
}

// fire puts a notification of the group "db" into the inbox.
func (r *strayRig) fire(fingerprints ...string) {
	r.t.Helper()
	r.fireGroup("db", fingerprints...)
}

func (r *strayRig) fireGroup(group string, fingerprints ...string) {
	r.t.Helper()
	now := time.Now().UTC().Truncate(time.Millisecond)
	labels := map[string]string{"alertname": "DatabaseHighCPU"}
	n := alerts.Notification{Source: "default", Receiver: "bot", GroupKey: group, Status: alerts.Firing, Firing: len(fingerprints), CommonLabels: labels}
	for _, f := range fingerprints {
		n.Alerts = append(n.Alerts, alerts.Alert{Fingerprint: f, Status: alerts.Firing, StartsAt: now, Labels: map[string]string{"alertname": "DatabaseHighCPU", "instance": "orders-" + f}})
	}
	if _, _, err := r.store.Put(r.t.Context(), event.Event{At: now, Notification: &n}); err != nil {
		r.t.Fatal(err)
	}
}

// roots are the bot's messages in the channel, oldest first.
func (r *strayRig) roots() []snapshot.Message {
	var roots []snapshot.Message
	for _, m := range r.sim.Messages("incidents") {
		if m.Bot && m.Thread == "" && !m.Tombstone {
			roots = append(roots, m)
		}
	}
	return roots
}

// settled waits until nothing is owed to Slack any more.
func (r *strayRig) settled() {
	r.t.Helper()
	r.eventually("Slack shows everything", func() bool {
		dirty, err := r.store.Dirty(r.t.Context())
		strays, err2 := r.store.Orphans(r.t.Context())
		return err == nil && err2 == nil && len(dirty) == 0 && len(strays) == 0
	})
}

func (r *strayRig) eventually(what string, holds func() bool) {
	r.t.Helper()
	eventually(r.t, what, holds)
}

// eventually waits for a condition, and fails when it does not come.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	wait.Until(t, what, holds)
}

// slackGate passes calls on to Slack, and holds back those of one method while it
// is closed for it. A call that was held back arrives even when its caller has
// gone.
type slackGate struct {
	url    string
	mu     sync.Mutex
	method string        // that is held back; empty: none
	opened chan struct{} // closed when the gate opens
	held   int
	late   sync.WaitGroup // calls that were held back
}

func startSlackGate(t *testing.T, to string) *slackGate {
	t.Helper()
	target, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	g := &slackGate{}
	forward := httputil.NewSingleHostReverseProxy(target)
	forward.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return
		}
		defer g.wait(req.URL.Path)()
		ctx, cancel := context.WithCancel(context.WithoutCancel(req.Context())) // one that cannot end makes the proxy watch its caller
		defer cancel()
		late := req.Clone(ctx)
		late.Body = io.NopCloser(bytes.NewReader(body))
		forward.ServeHTTP(w, late)
	}))
	t.Cleanup(server.Close)
	g.url = server.URL
	return g
}

// wait holds a call back while the gate is closed for its method; done has to be
// called when it has passed.
func (g *slackGate) wait(path string) (done func()) {
	g.mu.Lock()
	opened := g.opened
	hold := g.method != "" && strings.HasSuffix(path, "/"+g.method)
	if hold {
		g.held++
		g.late.Add(1)
	}
	g.mu.Unlock()
	if !hold {
		return func() {}
	}
	<-opened
	return g.late.Done
}

func (g *slackGate) close(method string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.method, g.opened, g.held = method, make(chan struct{}), 0
}

// open lets pass what was held back, and waits until Slack has it.
func (g *slackGate) open() {
	g.mu.Lock()
	g.method = ""
	close(g.opened)
	g.mu.Unlock()
	g.late.Wait()
}

func (g *slackGate) holds() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.held > 0
}

// pausedLine is a connection to Redis that can stand still.
type pausedLine struct {
	address string
	still   sync.RWMutex // held for writing while nothing passes
}

func startPausedLine(t *testing.T, to string) *pausedLine {
	t.Helper()
	p := &pausedLine{}
	p.address = startWay(t, to, func(near, far net.Conn) {
		go p.pass(near, far)
		go p.pass(far, near)
	})
	return p
}

func (p *pausedLine) pass(to, from net.Conn) {
	defer to.Close()
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		p.still.RLock()
		_, failed := to.Write(buffer[:n])
		p.still.RUnlock()
		if err != nil || failed != nil {
			return
		}
	}
}

// TestPostOfAPausedCoordinator: a coordinator that stands still in the middle of a post does
// it long after the next one has posted again and ended its sweeps. The copy goes.
func TestPostOfAPausedCoordinator(t *testing.T) {
	t.Parallel()
	for _, slot := range []string{"root", "tier"} {
		t.Run(slot, func(t *testing.T) {
			t.Parallel()
			r := startStrayRig(t)
			first := r.keep(r.openStore(r.redis.address), r.slack.url)
			r.eventually("the first keeps", first.Keeping)
			r.slack.close("chat.postMessage")
			r.fire("a")
			if slot == "tier" {
				r.eventually("the root is held back", r.slack.holds)
				r.slack.open()
				r.slack.close("chat.postMessage")
			}
			r.eventually("a post is held back", r.slack.holds)
			r.redis.still.Lock()
			second := r.keep(r.store, r.direct)
			r.eventually("the second keeps", second.Keeping)
			r.settled() // with its sweeps, which find nothing
			roots := r.roots()
			if len(roots) != 1 || roots[0].Replies != 3 {
				t.Fatalf("the second coordinator left %d roots, the first with %d replies; want one with three", len(roots), roots[0].Replies)
			}
			r.slack.open()
			copied := r.roots()
			if len(copied) == 1 && copied[0].Replies == 3 {
				t.Fatal("the late post made no copy: the test proves nothing")
			}
			r.redis.still.Unlock()
			r.eventually("the copy is gone", func() bool {
				left := r.roots()
				return len(left) == 1 && left[0].TS == roots[0].TS && left[0].Replies == 3
			})
			r.settled()
		})
	}
}

// TestEditOfAPausedCoordinator: an edit that comes late shows what was; the next coordinator
// makes its own again.
func TestEditOfAPausedCoordinator(t *testing.T) {
	t.Parallel()
	r := startStrayRig(t)
	first := r.keep(r.openStore(r.redis.address), r.slack.url)
	r.eventually("the first keeps", first.Keeping)
	r.fire("a")
	r.eventually("the thread is there", func() bool { return len(r.roots()) == 1 && r.roots()[0].Replies == 3 })
	r.settled()
	r.slack.close("chat.update")
	r.fire("a", "b")
	r.eventually("an edit is held back", r.slack.holds)
	r.redis.still.Lock()
	r.fire("a", "b", "c")
	second := r.keep(r.store, r.direct)
	r.eventually("the second keeps", second.Keeping)
	shows := func() bool { return strings.Contains(r.roots()[0].PlainText(), "orders-c") }
	r.eventually("the newest is shown", shows)
	r.settled()
	r.slack.open()
	if shows() {
		t.Fatal("the late edit did not show what was: the test proves nothing")
	}
	r.redis.still.Unlock()
	r.eventually("the newest is shown again", shows)
	r.settled()
}

// shown has a coordinator show one incident with its tiers; the client is another one of
// the same app.
func (r *strayRig) shown() *slackapi.Client {
	r.t.Helper()
	client, err := slackapi.New(slackapi.Options{APIURL: r.direct + "/api/", BotToken: "xoxb-test", Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		r.t.Fatal(err)
	}
	k := r.keep(r.store, r.direct)
	r.eventually("it keeps", k.Keeping)
	r.fire("a")
	r.eventually("the thread is there", func() bool { return len(r.roots()) == 1 && r.roots()[0].Replies == 3 })
	return client
}

// TestStrayThatNobodyWants: a message whose slot holds another by now, or that
// belongs to no incident, is deleted.
func TestStrayThatNobodyWants(t *testing.T) {
	t.Parallel()
	r := startStrayRig(t)
	client := r.shown()
	root := r.roots()[0]
	for n, stray := range []store.Orphan{
		{Topic: topic.Incident(1), Slot: ledger.Root, Op: "OTHER1"}, {Topic: topic.Incident(1), Slot: "resolved:1", Op: "OTHER2"}, {Topic: topic.Incident(99), Slot: ledger.Root, Op: "OTHER3"},
		{Topic: topic.Storm(99), Slot: ledger.Root, Op: "OTHER4"}, // of a storm
		{Topic: topic.Incident(1), Slot: ledger.Root, Op: "OTHER5"},
	} {
		posted, err := client.Post(t.Context(), slackapi.Post{Channel: root.Channel, Message: blockkit.Message{Text: "a stray"}, Op: stray.Op})
		if err != nil {
			t.Fatal(err)
		}
		stray.Channel, stray.IntentAt = posted.Channel, time.Now().Add(-time.Minute)
		if n < 4 {
			stray.TS = posted.TS // the outcome of the last is not known
		}
		if err := r.store.ReportOrphan(t.Context(), stray); err != nil {
			t.Fatal(err)
		}
	}
	r.settled()
	if roots := r.roots(); len(roots) != 1 || roots[0].TS != root.TS {
		t.Errorf("%d messages are left, want the incident's root alone", len(roots))
	}
}

// TestStrayOfASettledSlot: the ledger has forgotten the op of a message that is
// there. A copy of it that nobody could write down goes, the message stays; and an
// edit, which has no op, is not taken for every message without one.
func TestStrayOfASettledSlot(t *testing.T) {
	t.Parallel()
	r := startStrayRig(t)
	client := r.shown()
	r.settled()
	root := r.roots()[0]
	has, err := r.store.Ledger(t.Context(), topic.Incident(1))
	if err != nil || has[ledger.Root].Op != "" {
		t.Fatalf("got the root's slot %+v, %v; want it settled, or the test proves nothing", has[ledger.Root], err)
	}
	op, _ := root.Metadata.Payload["op_id"].(string)
	ago := time.Now().Add(-time.Minute)
	posted := func(op string) string {
		answer, err := client.Post(t.Context(), slackapi.Post{Channel: root.Channel, Message: blockkit.Message{Text: "a stray"}, Op: op})
		if err != nil {
			t.Fatal(err)
		}
		return answer.TS
	}
	plain := posted("")
	for _, stray := range []store.Orphan{
		{Op: op, IntentAt: ago},              // a post of unknown outcome
		{Op: op, IntentAt: ago, TS: "late"},  // a post that came late
		{TS: "edited"},                       // an edit of a message that the slot had before
		{Slot: "tier:immediate"},             // nothing tells which
		{Slot: "tier:immediate", TS: plain},  // an edit, too
		{Slot: "tier:short_term", TS: "9.9"}, // of a message that is gone
	} {
		switch stray.TS {
		case "late":
			stray.TS = posted(op)
		case "edited":
			stray.TS = posted("")
		case "":
			if stray.Op != "" {
				posted(op)
			}
		}
		if stray.Slot == "" {
			stray.Slot = ledger.Root
		}
		stray.Topic, stray.Channel = topic.Incident(1), root.ChannelID
		if err := r.store.ReportOrphan(t.Context(), stray); err != nil {
			t.Fatal(err)
		}
	}
	r.settled()
	roots := r.roots()
	if len(roots) != 1 || roots[0].TS != root.TS || roots[0].Replies != 3 {
		t.Errorf("got %d messages left, the first at %s with %d replies; want the incident's root at %s alone, with three", len(roots), roots[0].TS, roots[0].Replies, root.TS)
	}
}
