package coordinator_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/coordinator"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/slacksim/fault"
	"github.com/signalbook/signalbook/bot/slacksim/snapshot"
)

// refusal says with which word Slack refuses a call; empty: it does not.
type refusal func(method string, form url.Values) string

// startRefuser is a way to Slack on which calls are refused.
func startRefuser(t *testing.T, to string) (address string, refuse *atomic.Pointer[refusal]) {
	t.Helper()
	target, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	refuse = &atomic.Pointer[refusal]{}
	forward := httputil.NewSingleHostReverseProxy(target)
	forward.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		if form, err := url.ParseQuery(string(body)); err == nil && refuse.Load() != nil {
			if word := (*refuse.Load())(path.Base(r.URL.Path), form); word != "" {
				w.Header().Set("Content-Type", "application/json")
				_, _ = io.WriteString(w, `{"ok":false,"error":"`+word+`"}`)
				return
			}
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		forward.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL, refuse
}

func writes(method string) bool { return method == "chat.postMessage" || method == "chat.update" }

func hasBlocks(form url.Values) bool { return len(form.Get("blocks")) > 2 }

// TestRefusedFormIsSentShort: whatever Slack has against the form of a message, the
// incident is told of, in a form that it takes; and the next version is tried whole.
func TestRefusedFormIsSentShort(t *testing.T) {
	t.Parallel()
	blocks := func(word string) refusal {
		return func(method string, form url.Values) string {
			if writes(method) && hasBlocks(form) {
				return word
			}
			return ""
		}
	}
	for name, refuse := range map[string]refusal{
		"blocks":         blocks("invalid_blocks"),
		"blocks' syntax": blocks("invalid_blocks_format"),
		"too long":       blocks("msg_blocks_too_long"),
		"a new word":     blocks("moon_in_the_wrong_phase"),
		"text too long": func(method string, form url.Values) string {
			if writes(method) && (len(form.Get("text")) > 1500 || len(form.Get("blocks")) > 1000) {
				return "msg_too_long"
			}
			return ""
		},
		"metadata": func(method string, form url.Values) string {
			if writes(method) && form.Has("metadata") {
				return "metadata_too_large"
			}
			return ""
		},
		"no text alone": func(method string, form url.Values) string {
			if writes(method) && (!hasBlocks(form) || strings.Contains(form.Get("blocks"), `"type":"section"`)) {
				return "invalid_arguments"
			}
			return ""
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := startStrayRig(t)
			address, refusing := startRefuser(t, r.direct)
			refusing.Store(&refuse)
			k := r.coordinatorOf(r.store, address, coordinator.Timing{Unknown: 200 * time.Millisecond, Sweeps: [2]time.Duration{200 * time.Millisecond, 400 * time.Millisecond}, Root: 100 * time.Millisecond, Parked: 300 * time.Millisecond})
			keepOn(t, k)
			// The first short message's answer is lost: it is found again and never there twice.
			if name == "blocks" || name == "metadata" {
				r.sim.Faults.Fail(fault.Fault{Method: "chat.postMessage", Kind: fault.LostAnswer, Times: 1})
			}
			r.fire("a")
			root, replies := r.thread()
			r.settled()
			for _, m := range append(replies, root) {
				if !strings.Contains(m.PlainText(), "Slack refused the full message") {
					t.Errorf("it does not say that it is shortened: %q", m.PlainText())
				}
			}
			for _, want := range []string{"INC-1", "Database", "/playbook ack INC-1", "/playbook done INC-1 STEP"} {
				if !strings.Contains(root.PlainText(), want) {
					t.Errorf("the root lacks %q: %q", want, root.PlainText())
				}
			}
			if !strings.Contains(root.Text, "<!subteam^") {
				t.Errorf("the root calls nobody: %q", root.Text)
			}
			if says := strings.Join(k.Degraded(), "\n"); !strings.Contains(says, "INC-1 is shown shortened") {
				t.Errorf("the degraded list says %q", says)
			}
			refusing.Store(nil)
			user, _ := r.sim.User("anna")
			act := &incident.Act{Verb: incident.VerbAcknowledge, Incident: 1, User: incident.User{ID: user.ID, Name: "anna"}, Via: "button"}
			if _, _, err := r.store.Put(t.Context(), event.Event{Op: "op-1", At: time.Now().UTC().Truncate(time.Millisecond), Act: act}); err != nil {
				t.Fatal(err)
			}
			r.eventually("the next version is whole", func() bool {
				now, _ := r.thread()
				return now.TS == root.TS && len(now.Buttons()) > 0 && strings.Contains(now.PlainText(), "Acknowledged")
			})
			r.thread()
		})
	}
}

// TestFormRefusedAtAnEdit: an edit that Slack does not take whole is made in short.
func TestFormRefusedAtAnEdit(t *testing.T) {
	t.Parallel()
	r := startStrayRig(t)
	address, refusing := startRefuser(t, r.direct)
	k := r.coordinatorOf(r.store, address, coordinator.Timing{Root: 100 * time.Millisecond, Parked: 300 * time.Millisecond})
	keepOn(t, k)
	r.fire("a")
	root, _ := r.thread()
	refuse := refusal(func(method string, form url.Values) string {
		if method != "chat.update" {
			return ""
		}
		if !strings.HasPrefix(form.Get("blocks"), `[{"type":"rich_text"`) {
			return "block_mismatch"
		}
		return ""
	})
	refusing.Store(&refuse)
	r.fire("a", "b")
	r.eventually("the root says in short what changed", func() bool {
		now, _ := r.thread()
		return now.TS == root.TS && strings.Contains(now.PlainText(), "2 alerts firing") && strings.Contains(now.PlainText(), "block_mismatch")
	})
}

// TestRefusedFormOfEveryKind: what is true of an incident's thread is true of a storm
// with its list, of a digest, and of a call to people.
func TestRefusedFormOfEveryKind(t *testing.T) {
	t.Parallel()
	whole := refusal(func(method string, form url.Values) string {
		if writes(method) && hasBlocks(form) {
			return "invalid_blocks"
		}
		return ""
	})
	short := func(t *testing.T, m snapshot.Message, wants ...string) {
		t.Helper()
		for _, want := range append(wants, "Slack refused the full message") {
			if !strings.Contains(m.PlainText(), want) {
				t.Errorf("it lacks %q: %q", want, m.PlainText())
			}
		}
	}
	t.Run("storm", func(t *testing.T) {
		t.Parallel()
		r := startStrayRig(t)
		address, refusing := startRefuser(t, r.direct)
		refusing.Store(&whole)
		for _, group := range []string{"1", "2", "3", "4", "5"} {
			r.fireGroup(group, "alert-"+group)
		}
		r.routed(address, func(s *coordinator.Settings) { s.Rules.Storm = incident.Limit{Above: 2, Per: time.Minute} })
		var storm snapshot.Message
		r.eventually("the storm is told of with its list", func() bool {
			for _, root := range r.rootsIn("db-incidents") {
				if strings.Contains(root.PlainText(), "Storm") {
					storm = root
				}
			}
			return storm.TS != "" && len(r.sim.Thread("db-incidents", storm.TS)) >= 2
		})
		short(t, storm, "/playbook incidents")
		for _, m := range r.sim.Thread("db-incidents", storm.TS) {
			short(t, m)
		}
	})
	t.Run("digest", func(t *testing.T) {
		t.Parallel()
		r := prepareReviewRig(t, tick.Add(-time.Hour))
		r.sim.Faults.Fail(fault.Fault{Method: "chat.postMessage", Kind: "error:msg_blocks_too_long", Times: 1})
		r.begin(r.store)
		r.now.Store(tick.Unix())
		r.eventually("the digest is there", func() bool { return len(r.rootsIn("cost-review")) == 1 })
		short(t, r.rootsIn("cost-review")[0], "/playbook digest preview")
	})
	t.Run("call", func(t *testing.T) {
		t.Parallel()
		r := startStrayRig(t)
		address, refusing := startRefuser(t, r.direct)
		refusing.Store(&whole)
		r.routed(address, func(s *coordinator.Settings) {
			route := s.Route
			s.Route = func(labels map[string]string) coordinator.Route {
				to := route(labels)
				to.Escalate = []incident.Escalation{{After: time.Millisecond, Mention: []string{"@sre-oncall"}}}
				return to
			}
		})
		r.fire("a")
		r.eventually("people are called in the thread", func() bool {
			for _, root := range r.rootsIn("db-incidents") {
				for _, m := range r.sim.Thread("db-incidents", root.TS) {
					if strings.Contains(m.Text, "Nobody has acknowledged") && strings.Contains(m.Text, "Slack refused the full message") && strings.Contains(m.Text, "<!subteam^") {
						return true
					}
				}
			}
			return false
		})
	})
	t.Run("shown in the channel too", func(t *testing.T) {
		t.Parallel()
		r := startStrayRig(t)
		address, refusing := startRefuser(t, r.direct)
		refuse := refusal(func(_ string, form url.Values) string {
			if form.Get("reply_broadcast") == "true" {
				return "cant_broadcast_message"
			}
			return ""
		})
		refusing.Store(&refuse)
		r.routed(address, nil)
		now := time.Now().UTC().Truncate(time.Millisecond)
		labels := map[string]string{"alertname": "DatabaseHighCPU", "severity": "critical"}
		n := alerts.Notification{Source: "default", Receiver: "bot", GroupKey: "critical", Status: alerts.Firing, Firing: 1, CommonLabels: labels,
			Alerts: []alerts.Alert{{Fingerprint: "c", Status: alerts.Firing, StartsAt: now, Labels: labels}}}
		resolved := n
		resolved.Status, resolved.Firing, resolved.Resolved = alerts.Resolved, 0, 1
		resolved.Alerts = []alerts.Alert{{Fingerprint: "c", Status: alerts.Resolved, StartsAt: now, EndsAt: now.Add(time.Second), Labels: labels}}
		for at, n := range []alerts.Notification{n, resolved} {
			if _, _, err := r.store.Put(t.Context(), event.Event{At: now.Add(time.Duration(at) * time.Second), Notification: &n}); err != nil {
				t.Fatal(err)
			}
			r.eventually("it is told of", func() bool { return len(r.rootsIn("db-incidents")) == 1 })
		}
		r.eventually("it is said in the thread that it is over", func() bool {
			for _, m := range r.sim.Thread("db-incidents", r.rootsIn("db-incidents")[0].TS) {
				if strings.Contains(m.Text, "Slack refused the full message (cant_broadcast_message)") {
					return true
				}
			}
			return false
		})
	})
}
