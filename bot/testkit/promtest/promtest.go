// Package promtest starts a real Prometheus for tests, which already holds the
// past that a test wants. Only tests import it.
package promtest

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/testkit/loopback"
)

const (
	// patience is how long Prometheus may take to start on a slow machine.
	patience = 3 * time.Minute
	// askEvery is how often it is looked at.
	askEvery = 25 * time.Millisecond
)

// Server is one Prometheus process.
type Server struct {
	URL string

	t    testing.TB
	log  string
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended
}

// Start starts a Prometheus that scrapes nothing and holds what openMetrics says:
// lines such as "node_cost{node="a"} 2 1763596800", with "# EOF" at the end. It
// ends with the test.
func Start(t testing.TB, openMetrics string) *Server {
	t.Helper()
	dir := t.TempDir()
	data, config, past := filepath.Join(dir, "data"), filepath.Join(dir, "prometheus.yml"), filepath.Join(dir, "past")
	for name, text := range map[string]string{config: "{}\n", past: openMetrics} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// Blocks of two hours would be read one by one, each with the whole file.
	if out, err := exec.Command("promtool", "tsdb", "create-blocks-from", "openmetrics", "--quiet", "--max-block-duration=1440h", past, data).CombinedOutput(); err != nil {
		t.Fatalf("promtool: %v (make test installs what is missing)\n%s", err, out)
	}
	s := &Server{t: t, log: filepath.Join(dir, "log")}
	t.Cleanup(s.Stop)
	s.start("--config.file="+config, "--storage.tsdb.path="+data, "--storage.tsdb.retention.time=10y", "--web.listen-address="+loopback.Any())
	s.awaitReady()
	return s
}

func (s *Server) start(args ...string) {
	s.t.Helper()
	log, err := os.OpenFile(s.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		s.t.Fatal(err)
	}
	defer log.Close()
	s.cmd, s.done = exec.Command("prometheus", args...), make(chan struct{})
	s.cmd.Dir = filepath.Dir(s.log)
	s.cmd.Stdout, s.cmd.Stderr, s.cmd.SysProcAttr = log, log, childAttributes()
	started := make(chan error)
	go func(cmd *exec.Cmd, done chan struct{}) {
		// The kernel ends the child with this very thread (Linux: PR_SET_PDEATHSIG).
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // how it ended is the test's business
		}
		close(done)
	}(s.cmd, s.done)
	if err := <-started; err != nil {
		s.t.Fatalf("start prometheus: %v (make test installs what is missing)", err)
	}
}

// listening is how Prometheus says in its log which port the kernel gave it.
var listening = regexp.MustCompile(`msg="Listening on" address=(\S+)`)

// awaitReady waits until it says where it listens, and answers there.
func (s *Server) awaitReady() {
	s.t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	ticker := time.NewTicker(askEvery)
	defer ticker.Stop()
	for {
		log, _ := os.ReadFile(s.log) // its end tells why it is not ready
		if found := listening.FindSubmatch(log); found != nil {
			s.URL = "http://" + string(found[1])
			if s.answers() {
				return
			}
		}
		select {
		case <-s.done:
			s.t.Fatalf("prometheus has ended:\n%s", log)
		case <-deadline.C:
			s.t.Fatalf("in vain: prometheus is ready; it said:\n%s", log)
		case <-ticker.C:
		}
	}
}

func (s *Server) answers() bool {
	response, err := http.Get(s.URL + "/-/ready")
	if err != nil {
		return false
	}
	response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// Stop ends it; nobody answers at its URL any more.
func (s *Server) Stop() {
	if s.cmd == nil || s.cmd.Process == nil {
		return
	}
	_ = s.cmd.Process.Kill() // it may have ended
	<-s.done
}

// Past writes what Start takes.
type Past struct {
	series map[string]*strings.Builder
	names  []string
}

// Add notes that a series had a value from a moment until before another one,
// seen every two minutes.
func (p *Past) Add(metric, labels string, value float64, from, until time.Time) {
	if p.series == nil {
		p.series = map[string]*strings.Builder{}
	}
	if p.series[metric] == nil {
		p.series[metric] = &strings.Builder{}
		p.names = append(p.names, metric)
	}
	for at := from; at.Before(until); at = at.Add(2 * time.Minute) {
		fmt.Fprintf(p.series[metric], "%s{%s} %v %d\n", metric, labels, value, at.Unix())
	}
}

// String is the past as OpenMetrics.
func (p *Past) String() string {
	var text strings.Builder
	for _, name := range p.names {
		fmt.Fprintf(&text, "# TYPE %s gauge\n%s", name, p.series[name])
	}
	return text.String() + "# EOF\n"
}
