package main

import (
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/pause"
	"github.com/signalbook/signalbook/bot/testkit/loopback"
)

// heldPost stands in front of Slack and holds the first message that comes.
type heldPost struct {
	arrived, release chan struct{}
	seen             atomic.Bool
	behind           http.Handler
}

func (h *heldPost) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/api/chat.postMessage" && h.seen.CompareAndSwap(false, true) {
		close(h.arrived)
		<-h.release
	}
	h.behind.ServeHTTP(w, r)
}

// TestChaosPaused freezes the holder of the lease while a message of its is on
// its way, for a minute in `make chaos` and shortly in `make test`. Meanwhile
// another replica takes over, and sends the message again; then the first one
// arrives, and the frozen replica wakes. It commits nothing, and one of the two
// messages goes.
func TestChaosPaused(t *testing.T) {
	t.Parallel()
	program, long, cleaned := "signalbook-hasty", 8*time.Second, time.Minute
	if environment(t, "CHAOS_LENGTH", 0, time.ParseDuration) >= time.Minute {
		program, long, cleaned = "signalbook", time.Minute, 2*time.Minute
	}
	r := startRig(t, options{http: true})
	held := &heldPost{arrived: make(chan struct{}), release: make(chan struct{}), behind: r.sim}
	release := sync.OnceFunc(func() { close(held.release) })
	server := httptest.NewServer(held)
	t.Cleanup(func() { release(); server.Close() })
	r.config = writeFile(t, r.dir, "held.yml", strings.Replace(mustRead(t, r.config), r.slackURL, server.URL, 1))
	var bots []*process
	for range 2 {
		b := startServer(t, exec.Command(program, "serve", "--config.file="+r.config, "--web.listen-address="+loopback.Any()))
		bots = append(bots, b)
		eventually(t, "a replica is ready", func() bool { _, code := b.get("/-/ready"); return code == http.StatusOK })
	}
	coordinator := func(of ...*process) (found *process) {
		eventually(t, "a replica keeps the workspace", func() bool {
			if now := having("signalbook_coordinator", of...); len(now) == 1 {
				found = now[0]
			}
			return found != nil
		})
		return found
	}
	frozen := coordinator(bots...)
	other := without(bots, frozen)[0]
	other.mustNotify(group(t, 0))
	<-held.arrived
	committed := frozen.metric(`signalbook_commits_total{result="ok"}`)
	if err := frozen.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = frozen.cmd.Process.Signal(syscall.SIGCONT) }) // a stopped process cannot end
	stopped := time.Now()
	coordinator(other)
	t.Logf("another replica keeps the workspace %s after the first was stopped", time.Since(stopped).Round(time.Millisecond))
	other.mustNotify(group(t, 1))
	eventually(t, "both incidents are shown", func() bool { return len(r.roots("incidents")) == 2 })
	pause.For(t.Context(), long-time.Since(stopped))
	release()
	eventually(t, "what was on its way has arrived", func() bool { return len(r.roots("incidents")) == 3 })
	if err := frozen.cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	woken := time.Now()
	wait := func(what string, holds func() bool) {
		for !holds() {
			if time.Since(woken) > cleaned+patience {
				t.Fatalf("in vain: %s", what)
			}
			pause.For(t.Context(), 50*time.Millisecond)
		}
	}
	wait("the second copy is gone", func() bool { return len(r.roots("incidents")) == 2 })
	t.Logf("the second copy was gone %s after the first replica woke", time.Since(woken).Round(time.Millisecond))
	wait("Slack shows everything, and nobody looks for copies any more", func() bool { return other.metric("signalbook_incidents_unsettled") == "0" })
	for _, root := range r.roots("incidents") {
		if got := len(r.replies(root)); got != 3 {
			t.Errorf("a thread has %d replies, want its three tiers once each:\n%s", got, root.PlainText())
		}
	}
	if got := len(r.sim.Messages("incidents")); got != 2 {
		t.Errorf("the channel shows %d messages, want two roots and nothing of a deleted thread", got)
	}
	eventually(t, "the woken replica knows that it keeps nothing", func() bool { return frozen.metric("signalbook_coordinator") == "0" })
	if got := frozen.metric(`signalbook_commits_total{result="ok"}`); got != committed {
		t.Errorf("the woken replica committed: %s events, before it was stopped %s", got, committed)
	}
}
