package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/signalbook/signalbook/bot/testkit/loopback"
)

// buildNewer builds a signalbook of tomorrow: this one, but the incidents that it
// writes have the next schema, and its replicas say that they read it.
func buildNewer(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	for file, change := range map[string][2]string{
		"bot/compat/newer.go":      {"const Reads = 1", "const Reads = 2"},
		"bot/incident/incident.go": {"const Schema = 1", "const Schema = 3"},
	} {
		path, err := filepath.Abs(filepath.Join("..", "..", file))
		if err != nil {
			t.Fatal(err)
		}
		today := mustRead(t, path)
		tomorrow := strings.Replace(today, change[0], change[1], 1)
		if tomorrow == today {
			t.Fatalf("%s does not have %q", file, change[0])
		}
		overlay.Replace[path] = writeFile(t, dir, filepath.Base(file), tomorrow)
	}
	data, err := json.Marshal(overlay)
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "signalbook-newer")
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-overlay", writeFile(t, dir, "overlay.json", string(data)), "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("build a newer signalbook: %v\n%s", err, out)
	}
	return program
}

// TestNewerReplicaBeside: replicas of two versions share one Redis. What only the
// newer can read makes the older give up the coordinator's lease and say why; while there
// is no newer one, it keeps the workspace for all the rest, and buries nothing. The
// newer one takes over as soon as it is there; all is done, and posted once.
func TestNewerReplicaBeside(t *testing.T) {
	t.Parallel()
	program := buildNewer(t)
	r := startRig(t, options{http: true})
	older := r.startBot()
	startNewer := func() *process {
		b := startServer(t, exec.Command(program, "serve", "--config.file="+r.config, "--web.listen-address="+loopback.Any(), "--log.level=debug"))
		r.sim.Delivery.SetRequestURL(b.url)
		return b
	}
	document := func(n int) string {
		return r.redis.Get(t.Context(), fmt.Sprintf("signalbook:{%s}:inc:%d", team, n)).Val()
	}
	inbox := func() int64 { return r.redis.XLen(t.Context(), "signalbook:{"+team+"}:inbox").Val() }
	says := func(b *process, what ...string) func() bool {
		return func() bool {
			body, code := b.get("/-/ready")
			for _, w := range what {
				if !strings.Contains(body, w) {
					return false
				}
			}
			return code == http.StatusOK
		}
	}
	older.mustNotify(group(t, 0))
	older.mustNotify(group(t, 1))
	r.root("incidents", 1)
	older.settled()

	// A newer replica was here: it wrote INC-1, and has gone.
	if n, err := newerDocument.Run(t.Context(), r.redis, []string{"signalbook:{" + team + "}:inc:1"}, `"schema":1,`, `"schema":3,`).Int(); err != nil || n != 1 {
		t.Fatalf("INC-1 is %s: %v", document(1), err)
	}
	written := document(1)
	r.slash("anna", "incidents", "/playbook note INC-1 of the first day")
	older.mustNotify(group(t, 2)) // of a neighbour, behind it in the inbox
	r.root("incidents", 2)
	r.surely("anna", "/playbook note INC-2 nothing waits for INC-1")
	eventually(t, "the older one keeps the workspace and names what it cannot read", says(older, "INC-1 cannot be read", "schema 3", "run that one", "wait in the inbox, 1 of them"))
	eventually(t, "the log says that the older one gave up, and why", func() bool {
		log := older.logged()
		return strings.Contains(log, "gave up keeping the workspace") && strings.Contains(log, "schema 3, and this signalbook reads up to 2")
	})
	if now := document(1); now != written {
		t.Errorf("the older one wrote\n%s\nover\n%s", now, written)
	}

	newer := startNewer()
	eventually(t, "the newer one keeps the workspace", func() bool { return newer.metric("signalbook_coordinator") == "1" })
	eventually(t, "what waited is done", func() bool { return inbox() == 0 && strings.Contains(document(1), "of the first day") })
	eventually(t, "the older one says why it does not keep the workspace", says(older, "this replica gave up keeping the workspace, for a newer one to do it", "run the newer signalbook here too"))
	// The older one is an endpoint of the newer one: it decides nothing.
	older.mustNotify(group(t, 3))
	r.root("incidents", 3)
	newer.settled()
	if now := document(4); !strings.Contains(now, `"schema":3,`) {
		t.Errorf("the newer one opened %s", now)
	}

	// Back to the older one, and on to the newer one again.
	newer.end(syscall.SIGKILL)
	r.sim.Delivery.SetRequestURL(older.url)
	eventually(t, "the older one keeps the workspace", func() bool { return older.metric("signalbook_coordinator") == "1" })
	r.slash("anna", "incidents", "/playbook note INC-4 of the second day")
	older.mustNotify(group(t, 4))
	r.root("incidents", 4)
	newer = startNewer()
	eventually(t, "the newer one has it all", func() bool {
		return newer.metric("signalbook_coordinator") == "1" && inbox() == 0 && strings.Contains(document(4), "of the second day")
	})
	newer.settled()

	if letters := r.redis.XLen(t.Context(), "signalbook:{"+team+"}:dead").Val(); letters != 0 {
		t.Errorf("%d events are among the dead letters, want none", letters)
	}
	roots := r.roots("incidents")
	if len(roots) != 5 {
		t.Errorf("got %d roots, want 5", len(roots))
	}
	for _, root := range roots {
		seen := map[string]bool{}
		for _, m := range r.replies(root) {
			if text := m.PlainText(); seen[text] {
				t.Errorf("twice in one thread:\n%s", text)
			} else {
				seen[text] = true
			}
		}
	}
}
