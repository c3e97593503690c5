package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/signalbook/signalbook/bot/slacksim"
	"github.com/signalbook/signalbook/bot/slacksim/people"
	"github.com/signalbook/signalbook/bot/slacksim/snapshot"
	"github.com/signalbook/signalbook/bot/testkit/loopback"
	"github.com/signalbook/signalbook/bot/testkit/redistest"
	"github.com/signalbook/signalbook/bot/testkit/wait"
)

// TestMain makes `signalbook` a command that tests can start as a process of its
// own, and kill.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"signalbook": main, "signalbook-hasty": hasty, "signalbook-ahead": ahead, "signalbook-skewed": skewed})
}

// patience is how long a condition may take on a slow machine; nothing waits so
// long when it holds.
const patience = wait.Patience

// rig is everything around the bot: a real Redis, and a Slack look-alike that is
// as strict as Slack.
type rig struct {
	t         testing.TB
	sim       *slacksim.Sim
	slackURL  string
	redisNode *redistest.Node
	redisAddr string
	redis     *redis.Client
	dir       string
	config    string
	http      bool
}

// options are what a test may want otherwise.
type options struct {
	http  bool   // Slack reaches the bot by signed HTTP, not by Socket Mode
	extra string // more configuration; a route section replaces the usual one
	sim   slacksim.Options
}

const webhookToken = "webhook-token-of-the-test"

func startRig(t testing.TB, o options) *rig {
	t.Helper()
	r := &rig{t: t, dir: t.TempDir(), http: o.http}
	r.redisNode = startRedis(t, "--appendfsync", "always")
	r.redisAddr = r.redisNode.Addr
	r.redis = redis.NewClient(&redis.Options{Addr: r.redisAddr, MaxRetries: -1})
	t.Cleanup(func() { r.redis.Close() })
	o.sim.BotToken, o.sim.AppToken, o.sim.SigningSecret = "xoxb-test", "xapp-test", "signing-secret"
	// Slack's own 3 s are more than the bot needs, and may be less than a busy machine does.
	o.sim.AckTimeout, o.sim.TriggerLife = patience, patience
	o.sim.Logger = slog.New(slog.NewTextHandler(t.Output(), nil))
	r.sim = slacksim.New(o.sim)
	server := httptest.NewServer(r.sim)
	t.Cleanup(func() { r.sim.Close(); server.Close() })
	r.slackURL = server.URL
	slack := fmt.Sprintf("slack: {bot_token: xoxb-test, app_token: xapp-test, api_url: %q}\n", server.URL+"/api/")
	if o.http {
		slack = fmt.Sprintf("slack: {bot_token: xoxb-test, signing_secret: signing-secret, api_url: %q}\n", server.URL+"/api/")
	}
	r.config = filepath.Join(r.dir, "signalbook.yml")
	text := slack + fmt.Sprintf("redis: {addresses: [%q]}\nwebhook: {credentials: %s}\n", r.redisAddr, webhookToken) + o.extra
	if !strings.Contains(o.extra, "route:") {
		text += "route: {channel: \"#incidents\", owners: [\"@sre-oncall\"]}\n"
	}
	if !strings.Contains(o.extra, "follow_ups:") {
		text += "follow_ups: {after: 1ms}\n" // most tests' alerts end at once
	}
	if err := os.WriteFile(r.config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return r
}

// startRedis starts a redis-server of the test's own, with its append-only file on
// unless told otherwise.
func startRedis(t testing.TB, args ...string) *redistest.Node {
	t.Helper()
	return redistest.Single(t, redistest.Options{Args: args}).Nodes[0]
}

// process is a program that a test started. It ends with the test.
type process struct {
	t    testing.TB
	cmd  *exec.Cmd
	url  string // of a bot
	mu   sync.Mutex
	log  bytes.Buffer
	done chan struct{}
}

func (p *process) Write(data []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.Write(data)
}

func (p *process) logged() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.String()
}

func startProcess(t testing.TB, cmd *exec.Cmd) *process {
	t.Helper()
	p := &process{t: t, cmd: cmd, done: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = p, p
	if err := cmd.Start(); err != nil {
		t.Fatalf("start %s: %v (make test installs what is missing)", cmd.Path, err)
	}
	go func() {
		_ = cmd.Wait() // how it ended is the test's business
		close(p.done)
	}()
	t.Cleanup(func() {
		p.end(syscall.SIGKILL)
		if t.Failed() {
			t.Logf("%s said:\n%s", filepath.Base(cmd.Path), tail(p.logged(), 6000))
		}
	})
	return p
}

// listening is how a server says in its log where it listens: ours, the demo, and
// those of the Prometheus family. It is told port 0, so that nobody picks a port
// that somebody else may take.
var listening = regexp.MustCompile(`(?:(?:Signalbook listens|Listening on)".* address=|Signalbook demo: http://)"?((?:\[::\]|[\d.]+):\d+)`)

// startServer starts a program that serves HTTP, and waits until it says where.
func startServer(t testing.TB, cmd *exec.Cmd) *process {
	t.Helper()
	p := startProcess(t, cmd)
	eventually(t, filepath.Base(cmd.Path)+" says where it listens", func() bool {
		select {
		case <-p.done:
			t.Fatalf("%s has ended", strings.Join(cmd.Args, " "))
		default:
		}
		found := listening.FindStringSubmatch(p.logged())
		if found != nil {
			p.url = "http://" + strings.Replace(found[1], "[::]", "127.0.0.1", 1)
		}
		return found != nil
	})
	return p
}

func tail(s string, n int) string {
	if len(s) > n {
		return "…" + s[len(s)-n:]
	}
	return s
}

// end sends a signal and waits until the process is gone.
func (p *process) end(sig syscall.Signal) {
	select {
	case <-p.done:
		return
	default:
	}
	_ = p.cmd.Process.Signal(sig)
	select {
	case <-p.done:
	case <-time.After(patience):
		p.t.Errorf("%s did not end on %v", p.cmd.Path, sig)
		_ = p.cmd.Process.Kill()
		<-p.done
	}
}

// startBot starts `signalbook serve` and waits until it is ready and, in Socket
// Mode, Slack has a socket to it or to another replica.
func (r *rig) startBot() *process {
	r.t.Helper()
	b := r.launchBot()
	eventually(r.t, "the bot is ready", func() bool {
		body, code := b.get("/-/ready")
		return code == http.StatusOK && !strings.Contains(body, "not connected") && (r.http || r.sim.Sockets() > 0)
	})
	return b
}

// launchBot starts `signalbook serve`; of a flag given twice the last holds.
func (r *rig) launchBot(more ...string) *process {
	r.t.Helper()
	b := startServer(r.t, exec.Command("signalbook", append([]string{"serve", "--config.file=" + r.config, "--web.listen-address=" + loopback.Any(), "--log.level=debug"}, more...)...))
	r.sim.Delivery.SetRequestURL(b.url)
	return b
}

func (p *process) get(path string) (body string, code int) {
	response, err := http.Get(p.url + path)
	if err != nil {
		return err.Error(), 0
	}
	defer response.Body.Close()
	data, _ := io.ReadAll(response.Body)
	return string(data), response.StatusCode
}

// notify posts a webhook body and returns the status.
func (p *process) notify(body []byte) int {
	p.t.Helper()
	request, err := http.NewRequest(http.MethodPost, p.url+"/alertmanager/webhook", bytes.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+webhookToken)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body)
	return response.StatusCode
}

func (p *process) mustNotify(body []byte) {
	p.t.Helper()
	if got := p.notify(body); got != http.StatusAccepted {
		p.t.Fatalf("notification answered %d, want 202", got)
	}
}

// payload reads a captured webhook body.
func payload(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "alerts", "testdata", "payloads", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// eventually waits for a condition, and fails when it does not come.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	wait.Until(t, what, holds)
}

// roots are the incidents' first messages in a channel.
func (r *rig) roots(channel string) []snapshot.Message {
	var roots []snapshot.Message
	for _, m := range r.sim.Messages(channel) {
		if m.Bot && m.Thread == "" && !m.Tombstone {
			roots = append(roots, m)
		}
	}
	return roots
}

// root waits for the n-th root of a channel, counted from 0, and its three tiers.
func (r *rig) root(channel string, n int) snapshot.Message {
	r.t.Helper()
	eventually(r.t, fmt.Sprintf("root %d with its tiers in %s", n, channel), func() bool {
		roots := r.roots(channel)
		return len(roots) > n && len(r.replies(roots[n])) >= 3
	})
	return r.roots(channel)[n]
}

// replies are what the bot wrote in a root's thread.
func (r *rig) replies(root snapshot.Message) []snapshot.Message {
	var replies []snapshot.Message
	for _, m := range r.sim.Thread(root.Channel, root.TS) {
		if m.Bot && m.TS != root.TS {
			replies = append(replies, m)
		}
	}
	return replies
}

// now is a message as it is shown at the moment.
func (r *rig) now(m snapshot.Message) snapshot.Message {
	for _, shown := range append(r.sim.Messages(m.Channel), r.sim.Thread(m.Channel, m.Thread)...) {
		if shown.TS == m.TS {
			return shown
		}
	}
	return snapshot.Message{}
}

// reads waits until a message reads as wanted.
func (r *rig) reads(m snapshot.Message, want string) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), patience)
	defer cancel()
	got := ""
	err := r.sim.WaitFor(ctx, func(*snapshot.View) bool {
		got = r.now(m).PlainText()
		return strings.Contains(got, want)
	})
	if err != nil {
		r.t.Fatalf("a message never read %q; it reads:\n%s", want, got)
	}
}

func (r *rig) click(user string, m snapshot.Message, action, value string) {
	r.t.Helper()
	if err := r.sim.People.Click(r.t.Context(), people.Click{User: user, Channel: m.Channel, TS: m.TS, ActionID: action, Value: value}); err != nil {
		r.t.Fatal(err)
	}
}

// told waits until a user has read something privately: in the channel, or in an
// answer's modal.
func (r *rig) told(user, want string) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), patience)
	defer cancel()
	read := func() string {
		var all []string
		for _, m := range r.sim.Ephemerals(user) {
			all = append(all, m.PlainText())
		}
		if m, open := r.sim.OpenModal(user); open {
			all = append(all, m.PlainText())
		}
		return strings.Join(all, "\n---\n")
	}
	if err := r.sim.WaitFor(ctx, func(*snapshot.View) bool { return strings.Contains(read(), want) }); err != nil {
		r.t.Fatalf("%s was never told %q, but:\n%s", user, want, read())
	}
}

// slash types a command and returns the private answer, late or not.
func (r *rig) slash(user, channel, text string) string {
	r.t.Helper()
	reply, err := r.sim.People.Slash(r.t.Context(), user, channel, text)
	if err != nil {
		r.t.Fatal(err)
	}
	return reply.Message.PlainText()
}

// modal waits until a user has a modal open.
func (r *rig) modal(user string) snapshot.Modal {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), patience)
	defer cancel()
	err := r.sim.WaitFor(ctx, func(*snapshot.View) bool {
		_, open := r.sim.OpenModal(user)
		return open
	})
	if err != nil {
		r.t.Fatalf("%s never saw a modal", user)
	}
	modal, _ := r.sim.OpenModal(user)
	return modal
}

// writeFile writes a file into a folder and returns its path.
func writeFile(t testing.TB, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
