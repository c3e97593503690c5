// Package promtest starts a real Prometheus for tests, which already holds the
// past that a test wants. Only tests import it.
package promtest

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

const (
	// patience is how long Prometheus may take to start on a slow machine.
	patience = 90 * time.Second
	// askEvery is how often it is looked at.
	askEvery = 25 * time.Millisecond
	// tries is how often a start looks for another port.
	tries = 5
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
	for range tries {
		address := net.JoinHostPort("127.0.0.1", freePort(t))
		s.URL = "http://" + address
		s.start("--config.file="+config, "--storage.tsdb.path="+data, "--storage.tsdb.retention.time=10y", "--web.listen-address="+address)
		if s.ready() {
			return s
		}
	}
	log, _ := os.ReadFile(s.log)
	t.Fatalf("prometheus does not start:\n%s", log)
	return nil
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

// ready waits until it answers; false when it has ended.
func (s *Server) ready() bool {
	s.t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	ticker := time.NewTicker(askEvery)
	defer ticker.Stop()
	for {
		if s.answers() {
			return true
		}
		select {
		case <-s.done:
			return false
		case <-deadline.C:
			s.t.Fatal("in vain: prometheus is ready")
		case <-ticker.C:
		}
	}
}

// answers reports whether it is this process that answers at its port, and is
// ready: another one can take the port between our look and its start.
func (s *Server) answers() bool {
	if _, code := get(s.URL + "/-/ready"); code != http.StatusOK {
		return false
	}
	where, _ := get(s.URL + "/api/v1/status/runtimeinfo")
	return strings.Contains(where, strconv.Quote(s.cmd.Dir))
}

func get(url string) (body string, code int) {
	response, err := http.Get(url)
	if err != nil {
		return "", 0
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return "", 0
	}
	return string(text), response.StatusCode
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

// freePort returns a port below those that the kernel gives to outgoing
// connections.
func freePort(t testing.TB) string {
	t.Helper()
	for range 1000 {
		port := strconv.Itoa(11_000 + rand.IntN(21_000))
		if l, err := net.Listen("tcp", "127.0.0.1:"+port); err == nil {
			l.Close()
			return port
		}
	}
	t.Fatal("found no free port")
	return ""
}
