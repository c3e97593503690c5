package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/slacksim"
	"github.com/signalbook/signalbook/bot/slacksim/snapshot"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/bot/testkit/loopback"
	"github.com/signalbook/signalbook/bot/testkit/redistest"
)

// world is a whole installation that gets hurt: replicas of `signalbook serve`
// behind a load balancer, a Redis, and a Slack at its documented limits.
type world struct {
	t        *testing.T
	plan     plan
	redis    *redistest.Redis
	store    *store.Store // the test's own eyes
	sim      *slacksim.Sim
	slack    *front
	lb       *front
	replicas []*replica
	people   []snapshot.User // who act, each once
	config   string
	logs     string
	began    time.Time

	over    context.Context // ends when everything is over, also in a failed test
	hurting context.Context // ends when the faults end
	heal    context.CancelFunc

	newer newer

	mu       sync.Mutex
	counts   map[string]int // faults that struck, by kind
	journal  []string       // what was done, for whoever reads a failure
	problems []string
}

// count notes that a fault struck.
func (w *world) count(kind string, format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.counts[kind]++
	w.journal = append(w.journal, fmt.Sprintf("%s %7.3f %s %s", time.Now().UTC().Format("15:04:05.000"), time.Since(w.began).Seconds(), kind, fmt.Sprintf(format, args...)))
}

// problem notes a broken invariant; the test fails with all of them.
func (w *world) problem(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.problems = append(w.problems, fmt.Sprintf(format, args...))
}

// within is a random time between two.
func within(r *rand.Rand, least, most time.Duration) time.Duration {
	return least + time.Duration(r.Int64N(int64(most-least)+1))
}

const team = "T0SIM00001"

// townsfolk is how many people are in the channels from the start, because somebody who
// joined just now may not act yet. Slack tells so many in one answer.
const townsfolk = 900

func startWorld(t *testing.T, p plan) *world {
	w := &world{t: t, plan: p, counts: map[string]int{}, began: time.Now()}
	w.logs = t.TempDir()
	if keep := os.Getenv("CHAOS_LOGS"); keep != "" {
		w.logs = filepath.Join(keep, fmt.Sprint("seed-", p.seed))
		if err := os.MkdirAll(w.logs, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	var cancel context.CancelFunc
	w.over, cancel = context.WithCancel(context.Background())
	t.Cleanup(cancel)
	w.hurting, w.heal = context.WithTimeout(w.over, p.length)
	t.Cleanup(w.heal)
	w.startRedis()
	w.sim = slacksim.New(slacksim.Options{BotToken: "xoxb-test", AppToken: "xapp-test", SigningSecret: "signing-secret", Limits: true,
		Seed: p.seed, EventRetries: []time.Duration{0, time.Second, 2 * time.Second}})
	for n := range p.channels {
		w.sim.Admin.AddChannel(channelName(n))
	}
	for n := range townsfolk {
		name := fmt.Sprintf("p%03dx", n)
		w.people = append(w.people, w.sim.Admin.AddUser(name, name+"@example.com"))
	}
	w.slack = openFront(t, w.sim)
	t.Cleanup(func() { w.sim.Close(); w.slack.shut() })
	w.lb = openFront(t, http.HandlerFunc(w.balance))
	t.Cleanup(w.lb.shut)
	w.sim.Delivery.SetRequestURL("http://" + w.lb.address)
	w.configure()
	for n := range p.replicas {
		r := &replica{w: w, name: fmt.Sprint("r", n), address: net.JoinHostPort(loopback.Host(), "9095")}
		if p.skewed {
			r.clock = p.random("clock of " + r.name)
		}
		w.replicas = append(w.replicas, r)
		t.Cleanup(func() { r.end(syscall.SIGKILL) })
	}
	for _, r := range w.replicas {
		r.start()
	}
	eventually(t, "a replica is ready", func() bool { return w.coordinator() != nil })
	return w
}

func (w *world) startRedis() {
	o := redistest.Options{Args: []string{"--appendfsync", "always"}}
	switch w.plan.redis {
	case "sentinel":
		w.redis = redistest.Sentinel(w.t, redistest.Options{})
	case "cluster":
		w.redis = redistest.Cluster(w.t, redistest.Options{})
	default:
		w.redis = redistest.Single(w.t, o)
	}
	redis, err := store.Open(store.Options{Addresses: w.redis.Addresses, MasterName: w.redis.MasterName, Cluster: w.redis.Cluster, Prefix: "signalbook", WaitReplicas: w.plan.wait})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { redis.Close() })
	w.store = redis.Workspace(team)
}

func channelName(n int) string { return fmt.Sprint("team-", n) }

const chaosPlaybook = `
name: chaos
title: Chaos reigns
match: ['alertname="Chaos"']
tiers:
  - name: immediate
    within: 6s
    steps:
      - {id: look, title: Look}
      - {id: act, title: Act}
      - {id: tell, title: Tell}
  - name: long_term
    within: 30d
    steps:
      - {id: mend, title: Mend}
      - {id: learn, title: Learn}
`

func (w *world) configure() {
	var text strings.Builder
	fmt.Fprintf(&text, "slack: {bot_token: xoxb-test, %s, api_url: \"http://%s/api/\"}\n",
		map[bool]string{true: "app_token: xapp-test", false: "signing_secret: signing-secret"}[w.plan.socket], w.slack.address)
	fmt.Fprintf(&text, "redis:\n%s", w.redis.Settings())
	fmt.Fprintf(&text, "  wait_replicas: %d\n", w.plan.wait)
	fmt.Fprintf(&text, "webhook: {credentials: %s}\nplaybooks: {files: [chaos.yml]}\nincidents: {reopen_within: %s, storm: {above: %d, per: 1m}}\n", webhookToken, w.plan.reopen, w.plan.storm)
	text.WriteString("route:\n  channel: \"#general\"\n  owners: [\"@sre-oncall\"]\n  escalate: [{after: 4s, mention: [\"@db-leads\"]}]\n  routes:\n")
	for n := range w.plan.channels {
		fmt.Fprintf(&text, "    - {matchers: ['team=\"%d\"'], channel: \"#%s\"}\n", n, channelName(n))
	}
	dir := w.t.TempDir()
	writeFile(w.t, dir, "chaos.yml", chaosPlaybook)
	w.config = writeFile(w.t, dir, "signalbook.yml", text.String())
}

// coordinator is the replica that says it keeps the workspace; nil when none does.
func (w *world) coordinator() *replica {
	found := make(chan *replica, len(w.replicas))
	for _, r := range w.replicas {
		go func() {
			if r.ready().Coordinator {
				found <- r
				return
			}
			found <- nil
		}()
	}
	for range w.replicas {
		if r := <-found; r != nil {
			return r
		}
	}
	return nil
}

// balance is the load balancer in front of the replicas.
func (w *world) balance(out http.ResponseWriter, in *http.Request) {
	body, err := io.ReadAll(in.Body)
	if err != nil {
		return
	}
	for _, n := range rand.Perm(len(w.replicas)) {
		request, err := http.NewRequestWithContext(in.Context(), in.Method, w.replicas[n].url()+in.URL.Path, bytes.NewReader(body))
		if err != nil {
			continue // it has never been started
		}
		request.Header = in.Header.Clone()
		response, err := http.DefaultClient.Do(request)
		if err != nil && strings.Contains(err.Error(), "connection refused") {
			continue
		}
		if err != nil {
			http.Error(out, "bad gateway", http.StatusBadGateway)
			return
		}
		defer response.Body.Close()
		maps.Copy(out.Header(), response.Header)
		out.WriteHeader(response.StatusCode)
		_, _ = io.Copy(out, response.Body)
		return
	}
	http.Error(out, "no replica", http.StatusServiceUnavailable)
}

// replica is one place for a `serve` process, which comes and goes.
type replica struct {
	w       *world
	name    string
	address string // its own: while it is dead nobody answers there

	hurt sync.Mutex // held by whoever does something to it

	mu    sync.Mutex
	clock *rand.Rand // draws by how much its clock is wrong, anew for each process; nil: it is right
	cmd   *exec.Cmd
	done  chan struct{}
	end_  bool // we end it: it does not end by itself
}

func (r *replica) url() string { return "http://" + r.address }

type readiness struct{ Ready, Coordinator bool }

// ready is what the replica says of itself; nothing when it does not answer soon.
func (r *replica) ready() (is readiness) {
	ctx, cancel := context.WithTimeout(r.w.over, 300*time.Millisecond)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url()+"/-/ready", nil)
	if err != nil {
		return is
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return is
	}
	defer response.Body.Close()
	_ = json.NewDecoder(response.Body).Decode(&is) // half an answer says nothing
	return is
}

// start starts a process and waits until it listens.
func (r *replica) start() {
	if r.w.over.Err() != nil {
		return
	}
	log, err := os.OpenFile(filepath.Join(r.w.logs, r.name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		r.w.problem("%v", err)
		return
	}
	defer log.Close()
	cmd := exec.Command("signalbook-hasty", "serve", "--config.file="+r.w.config, "--web.listen-address="+r.address)
	cmd.Stdout, cmd.Stderr = log, log
	if by := r.skew(); by != 0 {
		cmd.Env = append(os.Environ(), skewBy+"="+by.String())
		r.w.count("skewed-replica", "%s is %s ahead", r.name, by)
	}
	if err := cmd.Start(); err != nil {
		r.w.problem("start %s: %v", r.name, err)
		return
	}
	fmt.Fprintf(log, "---- %s started, process %d\n", time.Now().UTC().Format(time.RFC3339Nano), cmd.Process.Pid)
	done := make(chan struct{})
	r.mu.Lock()
	r.cmd, r.done, r.end_ = cmd, done, false
	r.mu.Unlock()
	go func() {
		err := cmd.Wait()
		r.mu.Lock()
		ours := r.end_
		r.mu.Unlock()
		close(done)
		switch {
		case ours:
		case strings.Contains(tail(mustRead(r.w.t, log.Name()), 300), "address already in use"):
			r.start() // somebody else on this machine was quicker
		default:
			r.w.problem("%s ended by itself: %v: %s", r.name, err, tail(mustRead(r.w.t, log.Name()), 500))
		}
	}()
}

// skew is by how much the clock of its next process is wrong: mostly by minutes,
// sometimes by hours.
func (r *replica) skew() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.clock == nil {
		return 0
	}
	most := []time.Duration{10 * time.Second, 10 * time.Minute, 3 * time.Hour}[r.clock.IntN(3)]
	return within(r.clock, -most, most).Round(time.Second)
}

// signal sends a signal to the process that runs.
func (r *replica) signal(sig syscall.Signal) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.cmd != nil {
		_ = r.cmd.Process.Signal(sig) // it may have ended
	}
}

// end ends the process and waits for that; code is how it ended.
func (r *replica) end(sig syscall.Signal) (code int) {
	r.mu.Lock()
	cmd, done := r.cmd, r.done
	r.end_ = true
	r.mu.Unlock()
	if cmd == nil {
		return 0
	}
	_ = cmd.Process.Signal(sig)
	select {
	case <-done:
	case <-time.After(patience):
		r.w.problem("%s did not end on %v", r.name, sig)
		_ = cmd.Process.Kill()
		<-done
	}
	return cmd.ProcessState.ExitCode()
}

// front is an address that can be shut: connections are refused then. Its host is
// its own, so that it finds its port free again.
type front struct {
	address string
	handler http.Handler

	mu     sync.Mutex
	server *http.Server
}

func openFront(t *testing.T, handler http.Handler) *front {
	listener, err := net.Listen("tcp", loopback.Any())
	if err != nil {
		t.Fatal(err)
	}
	f := &front{address: listener.Addr().String(), handler: handler}
	f.serve(listener)
	return f
}

func (f *front) serve(listener net.Listener) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.server = &http.Server{Handler: f.handler, ReadHeaderTimeout: time.Minute}
	go func(server *http.Server) { _ = server.Serve(listener) }(f.server) // it ends with shut
}

// open opens a front that was shut.
func (f *front) open() error {
	listener, err := net.Listen("tcp", f.address)
	if err == nil {
		f.serve(listener)
	}
	return err
}

func (f *front) shut() {
	f.mu.Lock()
	defer f.mu.Unlock()
	_ = f.server.Close() // what was in flight is cut, as it should be
}
