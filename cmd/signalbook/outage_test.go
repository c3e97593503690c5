package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/slacksim/fault"
	"github.com/signalbook/signalbook/bot/slacksim/snapshot"
)

// outageFor is long enough that what the bot does while Slack is away shows: its
// waits have grown, and a post of unknown outcome has been looked for.
const outageFor = 40 * time.Second

// alert is a notification of one alert group.
func alert(name, severity, status string) []byte {
	ends := "0001-01-01T00:00:00Z"
	if status == "resolved" {
		ends = time.Now().UTC().Format(time.RFC3339Nano)
	}
	labels := map[string]string{"alertname": name, "severity": severity}
	body, err := json.Marshal(map[string]any{
		"version": "4", "receiver": "bot", "status": status, "groupKey": "{}:{alertname=\"" + name + "\"}", "truncatedAlerts": 0,
		"groupLabels": labels, "commonLabels": labels, "commonAnnotations": map[string]string{}, "externalURL": "http://alertmanager.example.com",
		"alerts": []any{map[string]any{
			"status": status, "labels": labels, "annotations": map[string]string{}, "startsAt": "2026-11-23T09:10:05.286Z", "endsAt": ends,
			"generatorURL": "http://prometheus.example.com/graph", "fingerprint": fmt.Sprintf("%016x", len(name)),
		}},
	})
	if err != nil {
		panic(err) // strings only
	}
	return body
}

// state reads what Redis says of an incident.
func (r *rig) state(n int) (i struct {
	State     string `json:"state"`
	Opening   int    `json:"opening"`
	Escalated int    `json:"escalated"`
}) {
	data, err := r.redis.Get(r.t.Context(), fmt.Sprintf("signalbook:{T0SIM00001}:inc:%d", n)).Bytes()
	if err == nil {
		err = json.Unmarshal(data, &i)
	}
	if err != nil {
		i.State = err.Error()
	}
	return i
}

// surely types a command again until it is known to be recorded: on a busy
// machine Redis may be slow.
func (r *rig) surely(user, command string) {
	r.t.Helper()
	eventually(r.t, command+" is recorded", func() bool { return !strings.Contains(r.slash(user, "incidents", command), "not known whether") })
}

// called counts the calls to Slack so far, those that never arrived included.
func (p *process) called() float64 {
	p.t.Helper()
	body, _ := p.get("/metrics")
	sum := 0.0
	for _, line := range regexp.MustCompile(`(?m)^signalbook_slack_calls_total\{.*\} (\S+)$`).FindAllStringSubmatch(body, -1) {
		n, err := strconv.ParseFloat(line[1], 64)
		if err != nil {
			p.t.Fatal(err)
		}
		sum += n
	}
	return sum
}

// rootOf is the first message of an alert's incident; there has to be one at most.
func (r *rig) rootOf(name string) (root snapshot.Message) {
	for _, m := range r.roots("incidents") {
		if head, _, _ := strings.Cut(m.PlainText(), "\n"); strings.Contains(head, name) {
			if root.TS != "" {
				r.t.Errorf("%s has two roots", name)
			}
			root = m
		}
	}
	return root
}

// barrier stands between the bot and Slack, and can be shut.
type barrier struct {
	server *httptest.Server
	shut   atomic.Bool
}

func (r *rig) startBarrier() *barrier {
	r.t.Helper()
	target, err := url.Parse(r.slackURL)
	if err != nil {
		r.t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	g := &barrier{}
	g.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		if g.shut.Load() {
			panic(http.ErrAbortHandler) // as a balancer with nothing behind it
		}
		proxy.ServeHTTP(w, request)
	}))
	r.t.Cleanup(g.server.Close)
	text := strings.Replace(mustRead(r.t, r.config), r.slackURL, g.server.URL, 1)
	r.config = writeFile(r.t, r.dir, "gate.yml", text)
	return g
}

// TestSlackOutage: while Slack is down, in every way it can be, notifications are
// taken and state goes on; afterwards each thread shows the newest state, nobody
// hears of what no longer matters, and nothing is there twice.
func TestSlackOutage(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault   fault.Fault
		gate    bool // connections end without an answer
		restart bool
	}{
		"503":         {fault: fault.Fault{Method: "*", Kind: fault.HTTP503}},
		"503 restart": {fault: fault.Fault{Method: "*", Kind: fault.HTTP503}, restart: true},
		"no answer":   {fault: fault.Fault{Method: "*", Kind: fault.LostRequest, Delay: time.Minute}},
		"cut off":     {gate: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := startRig(t, options{http: true, extra: `route: {channel: "#incidents", owners: ["@sre-oncall"], escalate: [{after: 8s, mention: ["@db-leads"]}]}` + "\n"})
			g := r.startBarrier()
			b := r.startBot()
			b.mustNotify(alert("Seen", "warning", "firing"))
			seen := r.root("incidents", 0)
			r.surely("anna", "/playbook ack INC-1")
			r.reads(seen, "Acknowledged")
			b.settled()
			before := len(r.sim.Notifications())

			began, calls := time.Now(), b.called()
			g.shut.Store(test.gate)
			if !test.gate {
				r.sim.Faults.Fail(test.fault)
			}
			b.mustNotify(alert("Seen", "warning", "resolved"))
			b.mustNotify(alert("Over", "warning", "firing"))
			b.mustNotify(alert("Acked", "warning", "firing"))
			b.mustNotify(alert("Waiting", "warning", "firing"))
			b.mustNotify(alert("Critical", "critical", "firing"))
			if test.restart {
				b.end(syscall.SIGTERM)
				b = r.launchBot()
				calls = 0
				eventually(t, "the restarted bot takes notifications", func() bool { return b.notify(alert("Over", "warning", "firing")) == http.StatusAccepted })
			}
			eventually(t, "levels are reached in Redis", func() bool { return r.state(3).Escalated == 1 && r.state(4).Escalated == 1 })
			b.mustNotify(alert("Over", "warning", "resolved"))
			b.mustNotify(alert("Seen", "warning", "firing")) // the same occurrence: no resolve was shown, and none may be
			r.surely("ben", "/playbook ack INC-3")
			r.surely("ben", "/playbook ack INC-5")
			eventually(t, "the state goes on in Redis", func() bool {
				return r.state(2).State == "resolved" && r.state(3).State == "acknowledged" && r.state(5).State == "acknowledged"
			})
			eventually(t, "/-/ready says that Slack does not answer, and stays ready", func() bool {
				body, code := b.get("/-/ready")
				return code == http.StatusOK && strings.Contains(body, "Slack does not answer")
			})
			eventually(t, "the outage has lasted", func() bool { return time.Since(began) >= outageFor })
			if got := b.called() - calls; got > 40 {
				t.Errorf("%.0f calls in %s to a Slack that is down, want 40 at most", got, time.Since(began))
			} else {
				t.Logf("%.0f calls in %s of outage", got, time.Since(began).Round(time.Second))
			}

			r.sim.Faults.Clear()
			g.shut.Store(false)
			back := time.Now()
			names := []string{"Seen", "Over", "Acked", "Waiting", "Critical"}
			eventually(t, "every thread is there, with the newest state", func() bool {
				for _, name := range names {
					if root := r.rootOf(name); root.TS == "" || len(r.replies(root)) < 3 {
						return false
					}
				}
				return strings.Contains(r.rootOf("Over").PlainText(), "Resolved") && strings.Contains(r.rootOf("Acked").PlainText(), "Acknowledged") &&
					strings.Contains(r.rootOf("Critical").PlainText(), "Acknowledged")
			})
			eventually(t, "the level that still has to be told is", func() bool { return len(r.replies(r.rootOf("Waiting"))) == 4 })
			t.Logf("all shown %s after Slack was back", time.Since(back).Round(time.Second))
			r.afterOutage(names, before)
		})
	}
}

// afterOutage looks for what should not be there.
func (r *rig) afterOutage(names []string, before int) {
	r.t.Helper()
	if got := len(r.roots("incidents")); got != len(names) {
		r.t.Errorf("got %d roots, want %d", got, len(names))
	}
	for _, name := range []string{"Over", "Acked", "Critical"} {
		for _, reply := range r.replies(r.rootOf(name))[3:] {
			r.t.Errorf("%s, which nobody saw before, has more than its tiers:\n%s", name, reply.PlainText())
		}
	}
	leads := 0
	for _, n := range r.sim.Notifications()[before:] {
		root := cmp.Or(n.Thread, n.TS)
		switch {
		case n.Mention == "@db-leads" && root == r.rootOf("Waiting").TS:
			leads++
		case n.Mention == "@sre-oncall" && root == r.rootOf("Waiting").TS && n.Thread == "":
		case n.Mention == "@ben" && n.Thread == "": // leads what he acknowledged
		case n.Mention == "@sre-oncall" && root == r.rootOf("Seen").TS, n.Mention == "@anna" && root == r.rootOf("Seen").TS:
		case n.Mention == "@db-leads" && root == r.rootOf("Seen").TS && r.state(1).Opening > 1: // on a slow machine a minute passes, and the copy counts
		default:
			r.t.Errorf("%s was pinged about what is over, in %s", n.Mention, n.TS)
		}
	}
	if leads != 1 {
		r.t.Errorf("the level that waits was told %d times, want once", leads)
	}
	roots := r.roots("incidents")
	slices.SortFunc(roots, func(a, b snapshot.Message) int { return strings.Compare(a.TS, b.TS) })
	if len(roots) > 1 && !strings.Contains(roots[1].PlainText(), "Critical") && !strings.Contains(r.t.Name(), "no_answer") {
		r.t.Errorf("after the outage %q came first, want the critical one", roots[1].PlainText())
	}
}
