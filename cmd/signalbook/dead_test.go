package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/store"
)

// workspaceKeys is how every key of the test's workspace begins.
const workspaceKeys = "signalbook:{T0SIM00001}:"

// dead runs `signalbook dead` with the rig's configuration.
func (r *rig) dead(args ...string) string {
	r.t.Helper()
	out, err := exec.Command("signalbook", append(append([]string{"dead"}, args...), "--config.file="+r.config)...).CombinedOutput()
	if err != nil {
		r.t.Fatalf("dead %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// TestDeadLetters: what cannot be handled is put aside, visible, and handled when
// it is replayed after the cause has gone.
func TestDeadLetters(t *testing.T) {
	t.Parallel()
	r := startRig(t, options{})
	b := r.startBot()
	b.mustNotify(payload(t, "v0.34.0-e2e-1-database-high-cpu-firing"))
	r.root("incidents", 0)
	b.settled()
	// The incident's document is broken: what is heard of it cannot be decided.
	document := workspaceKeys + "inc:1"
	whole := r.redis.Get(t.Context(), document).Val()
	b.end(syscall.SIGTERM) // its coordinator would not look at Redis
	r.redis.Set(t.Context(), document, strings.Replace(whole, `"number":1`, `"number":"one"`, 1), 0)
	b = r.startBot()
	b.mustNotify(payload(t, "v0.34.0-e2e-7-database-resolved"))
	r.redis.XAdd(t.Context(), &redis.XAddArgs{Stream: workspaceKeys + "inbox", Values: []any{"e", "no JSON\x1b[2J"}})
	eventually(t, "both lie there", func() bool {
		metrics, _ := b.get("/metrics")
		return strings.Contains(metrics, "\nsignalbook_dead_letters 2\n") && strings.Contains(metrics, "\nsignalbook_inbox_length 0\n")
	})
	if ready, code := b.get("/-/ready"); code != 200 || !strings.Contains(ready, "2 events could not be handled: `signalbook dead list` shows why") {
		t.Errorf("ready says %d: %s", code, ready)
	}

	table := r.dead("list")
	lines := strings.Split(strings.TrimSpace(table), "\n")
	if len(lines) != 3 || !strings.HasPrefix(lines[0], "ID ") || !strings.Contains(lines[1], "notification resolved") ||
		!strings.Contains(lines[1], "decode incident document") || !strings.Contains(lines[2], "unreadable") || strings.Contains(table, "\x1b") {
		t.Errorf("dead list shows:\n%s", table)
	}
	var letters []letter
	decoder := json.NewDecoder(strings.NewReader(r.dead("list", "--output=json")))
	for {
		var l letter
		if err := decoder.Decode(&l); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		letters = append(letters, l)
	}
	event, _ := letters[0].Event.(map[string]any)
	if len(letters) != 2 || event["body"] == nil || letters[1].Event != "no JSON\x1b[2J" || time.Since(letters[0].At) > time.Hour {
		t.Fatalf("dead list shows %+v as JSON", letters)
	}

	if got := r.dead("drop", letters[1].ID); got != "1 dead letter deleted\n" {
		t.Errorf("drop says %q", got)
	}
	r.redis.Set(t.Context(), document, whole, 0)
	if got := r.dead("replay", "--all"); !strings.HasPrefix(got, "1 dead letter put back into the inbox") {
		t.Errorf("replay says %q", got)
	}
	r.reads(r.root("incidents", 0), "Resolved")
	if got := r.dead("list"); got != "no dead letters\n" {
		t.Errorf("after the replay dead list shows:\n%s", got)
	}
}

// deadline is a way to Redis that kills the bot when it is about to handle an
// event: after it has counted a try, before it hears that this was done.
type deadline struct {
	listener net.Listener
	redis    string
	mu       sync.Mutex
	armed    bool
	victims  chan *process // whom it kills once it is armed
	kills    int
}

func startDeadline(t *testing.T, redis string) *deadline {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d := &deadline{listener: l, redis: redis, victims: make(chan *process, 1)}
	var open sync.WaitGroup
	open.Go(func() {
		for {
			from, err := l.Accept()
			if err != nil {
				return
			}
			open.Go(func() { d.carry(from) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		open.Wait()
	})
	return d
}

func (d *deadline) carry(from net.Conn) {
	defer from.Close()
	to, err := net.Dial("tcp", d.redis)
	if err != nil {
		return
	}
	defer to.Close()
	go func() {
		_, _ = io.Copy(from, to)
		from.Close()
	}()
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		request := buffer[:n]
		if d.strikes(request) {
			from.Close() // the answer must not reach it
			_, _ = to.Write(request)
			_ = to.(*net.TCPConn).CloseWrite() // Redis does what it was asked, and hangs up
			_, _ = io.Copy(io.Discard, to)
			return
		}
		if _, err := to.Write(request); err != nil {
			return
		}
	}
}

// strikes reports whether the request counts a try, and kills the bot then. The first
// time the script's text goes to Redis, which does not know it yet, afterwards its hash.
func (d *deadline) strikes(request []byte) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	lower := bytes.ToLower(request)
	counts := bytes.Contains(lower, []byte("hincrby")) || d.kills > 0 && bytes.Contains(lower, []byte("evalsha"))
	if !d.armed || !counts || !bytes.Contains(request, []byte(":tries")) {
		return false
	}
	d.armed = false
	d.kills++
	_ = (<-d.victims).cmd.Process.Kill() // it may count before its start is known here
	return true
}

// arm lets it kill the next bot that is given as a victim.
func (d *deadline) arm() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.armed = true
}

// stored is a webhook body as its endpoint puts it into the inbox.
func stored(t *testing.T, body []byte) []byte {
	t.Helper()
	n, err := alerts.Decode(bytes.NewReader(body), "default")
	if err != nil {
		t.Fatal(err)
	}
	data, err := event.Event{At: time.Now().UTC(), Notification: &n}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestEventThatKillsTheBot: kill -9 at the same event five times; the sixth start
// puts it aside and goes on with the next.
func TestEventThatKillsTheBot(t *testing.T) {
	t.Parallel()
	r := startRig(t, options{})
	line := startDeadline(t, r.redisAddr)
	text, err := os.ReadFile(r.config)
	if err != nil {
		t.Fatal(err)
	}
	straight := r.config
	r.config = writeFile(t, r.dir, "killed.yml", strings.ReplaceAll(string(text), r.redisAddr, line.listener.Addr().String()))
	b := r.startBot() // the workspace is known from here on
	b.end(syscall.SIGTERM)
	for n := range 2 {
		// As an endpoint leaves it: the coordinator is not there.
		r.redis.XAdd(t.Context(), &redis.XAddArgs{Stream: workspaceKeys + "inbox", Values: []any{"e", string(stored(t, group(t, n)))}})
	}
	for range 5 {
		line.arm()
		b = r.launchBot()
		line.victims <- b
		<-b.done
		r.redis.Del(t.Context(), workspaceKeys+"lease") // else each start waits five seconds for it
	}
	if line.kills != 5 {
		t.Fatalf("it was killed %d times at the event, want 5:\n%s", line.kills, tail(b.logged(), 2000))
	}
	if waiting := r.redis.XLen(t.Context(), workspaceKeys+"inbox").Val(); waiting != 2 {
		t.Fatalf("got %d events in the inbox after the kills, want 2", waiting)
	}
	r.config = straight
	b = r.startBot()
	r.root("incidents", 0)
	b.settled()
	if got := r.dead("list"); !strings.Contains(got, "tried 5 times: it ended its coordinator") || strings.Count(got, "\n") != 2 {
		t.Errorf("dead list shows:\n%s", got)
	}
	if roots := r.roots("incidents"); len(roots) != 1 || !strings.Contains(roots[0].PlainText(), "orders-db-1") {
		t.Errorf("got %d roots, want the second event's alone", len(roots))
	}
}

// TestRetention: what closed longer ago than incidents.retention is in the
// archive and not in Redis any more, and every way to ask for it says so.
func TestRetention(t *testing.T) {
	t.Parallel()
	r := startRig(t, options{extra: "playbooks: {files: [only.yml]}\nincidents: {reopen_within: 1s, retention: 1s, archive: past}\n"})
	writeFile(t, r.dir, "only.yml", "name: only\ntitle: Only\nmatch: ['alertname=~\".+\"']\ntiers: [{name: immediate, within: 1h, steps: [{id: look, title: Look}]}]\n")
	out, err := exec.Command("signalbook", "check", "config", r.config).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "incidents.archive cannot be written: "+filepath.Join(r.dir, "past")+": no such file or directory: give a folder that exists") {
		t.Fatalf("without the folder check says %v:\n%s", err, out)
	}
	folder := filepath.Join(r.dir, "past")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if out, err = exec.Command("signalbook", "check", "config", r.config).CombinedOutput(); err != nil || strings.Contains(string(out), "not used") {
		t.Fatalf("check says %v:\n%s", err, out)
	}
	b := r.startBot()
	b.mustNotify(payload(t, "v0.34.0-e2e-1-database-high-cpu-firing"))
	eventually(t, "a root", func() bool { return len(r.roots("incidents")) == 1 })
	b.mustNotify(payload(t, "v0.34.0-e2e-7-database-resolved"))
	r.reads(r.roots("incidents")[0], "Closed")
	b.settled()
	b.end(syscall.SIGTERM)

	b = r.startBot()
	eventually(t, "the incident has left", func() bool { return r.redis.Exists(t.Context(), workspaceKeys+"inc:1").Val() == 0 })
	files, err := filepath.Glob(filepath.Join(folder, "incidents-*.jsonl"))
	if err != nil || len(files) != 1 {
		t.Fatalf("got files %v, %v, want one", files, err)
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	var line struct {
		ID       string
		Incident struct{ State, Title string }
		Timeline []struct{ Kind string }
	}
	if err := json.Unmarshal(data, &line); err != nil || line.ID != "INC-1" || line.Incident.State != "closed" || len(line.Timeline) < 3 {
		t.Errorf("got line %+v, %v", line, err)
	}
	for _, command := range []string{"status INC-1", "timeline INC-1", "note INC-1 late"} {
		if got := r.slash("anna", "incidents", "/playbook "+command); !strings.Contains(got, "There is no INC-1.") {
			t.Errorf("%s was answered %q", command, got)
		}
	}
	if metrics, _ := b.get("/metrics"); !strings.Contains(metrics, "\nsignalbook_incidents_forgotten_total 1\n") || !strings.Contains(metrics, "\nsignalbook_archive_failures_total 0\n") {
		t.Errorf("the metrics do not tell of it")
	}
}

// TestDeadLettersNamePeople: in a table people read names, never ids.
func TestDeadLettersNamePeople(t *testing.T) {
	for want, user := range map[string]incident.User{
		"done INC-1 scale-up by ben":      {ID: "U0SIM00002", Name: "ben"},
		"done INC-1 scale-up by somebody": {ID: "U0SIM00002"},
		"done INC-1 scale-up":             {},
	} {
		letter := store.DeadLetter{Event: event.Event{Act: &incident.Act{Verb: incident.VerbDone, Incident: 1, Step: "scale-up", User: user}}}
		if got := what(letter); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
