package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/signalbook/signalbook/bot/slacksim"
	"github.com/signalbook/signalbook/bot/slacksim/snapshot"
	"github.com/signalbook/signalbook/bot/slacksim/workspace"
	"github.com/signalbook/signalbook/bot/testkit/loopback"
)

// TestEmergencies is the whole way: a gauge that Prometheus scrapes goes up, a
// rule fires, Alertmanager notifies, and the incident stands in Slack until the
// gauge is down again.
func TestEmergencies(t *testing.T) {
	t.Parallel()
	for name, http := range map[string]bool{"socket mode": false, "signed http": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			emergencies(t, startRig(t, options{http: http, extra: byTeam, sim: slacksim.Options{Limits: true}}))
		})
	}
}

// byTeam gives each emergency its channel: Slack takes one post a second in one.
const byTeam = `
route:
  channel: "#general"
  routes:
    - {matchers: ['team="data"'], channel: "#db-incidents", owners: ["@db-oncall"]}
    - {matchers: ['team="platform"'], channel: "#platform-incidents", owners: ["@platform-oncall"]}
    - {matchers: ['team="ml"'], channel: "#ml-incidents", owners: ["@ml-oncall"]}
`

func emergencies(t *testing.T, r *rig) {
	r.sim.Admin.AddChannel("platform-incidents")
	r.sim.Admin.AddChannel("ml-incidents")
	b := r.startBot()
	app := &synthetic{}
	app.shows(calm)
	startPrometheus(t, app, startAlertmanager(t, b.url, webhookToken))

	app.shows(alarming)
	var roots []snapshot.Message
	for _, want := range []struct {
		channel, title, progress string
		steps                    int
	}{
		{"db-incidents", "Database is at 90% CPU", "immediate 0/3 · short-term 0/3 · long-term 0/3", 9},
		{"platform-incidents", "CDN costs are spiking", "immediate 0/3 · short-term 0/3 · long-term 0/2", 8},
		{"ml-incidents", "ML inference latency is high", "immediate 0/3 · short-term 0/3 · long-term 0/3", 9},
	} {
		root := r.root(want.channel, 0)
		roots = append(roots, root)
		for _, text := range []string{want.title, want.progress} {
			if got := root.PlainText(); !strings.Contains(got, text) {
				t.Errorf("the root in #%s does not read %q:\n%s", want.channel, text, got)
			}
		}
		replies := r.replies(root)
		if len(replies) != 3 {
			t.Errorf("got %d replies under %q, want its 3 tiers", len(replies), want.title)
		}
		if got := len(stepsOf(replies)); got != want.steps {
			t.Errorf("got %d steps under %q, want %d", got, want.title, want.steps)
		}
	}

	database := roots[0]
	r.reads(database, "orders-replica-1")
	immediate := r.replies(database)[0]
	r.click("anna", immediate, "step:ack", incidentOf(t, database)+"/pool-connections")
	r.reads(immediate, "anna")
	r.reads(database, "Acknowledged")

	// On a busy machine a late scrape is news of its own: then repeats are waited for once more.
	var calls []workspace.Call
	for range 5 {
		b.settles()
		r.sim.ResetCalls()
		before := b.counted("signalbook_notifications_total", `code="202"`)
		eventually(t, "Alertmanager repeats each of the three groups", func() bool {
			return b.counted("signalbook_notifications_total", `code="202"`) >= before+6
		})
		b.settles()
		if calls = r.sim.Calls(); len(calls) == 0 {
			break
		}
	}
	if len(calls) > 0 {
		t.Errorf("repeats caused %d Slack calls, want none: %+v", len(calls), calls)
	}

	app.shows(calm)
	for _, root := range roots {
		r.reads(root, "Resolved")
	}
	b.settles()
	for _, root := range roots {
		r.reads(r.replies(root)[0], "no longer needed")
	}
	for _, channel := range []string{"general", "db-incidents", "platform-incidents", "ml-incidents"} {
		want := 1
		if channel == "general" {
			want = 0
		}
		if got := len(r.roots(channel)); got != want {
			t.Errorf("got %d roots in #%s in the end, want %d:\n%s", got, channel, want, r.sim.Dump())
		}
	}
	if refused := r.sim.Refusals(); len(refused) > 0 {
		t.Errorf("Slack refused: %v", refused)
	}
	for _, code := range []string{"400", "401", "413", "503"} {
		if n := b.counted("signalbook_notifications_total", `code="`+code+`"`); n > 0 {
			t.Errorf("%v of Alertmanager's notifications were answered %s, want none", n, code)
		}
	}
}

// TestAlertmanagerWithAWrongToken: Alertmanager is told what to mend, and nothing
// comes in.
func TestAlertmanagerWithAWrongToken(t *testing.T) {
	t.Parallel()
	r := startRig(t, options{})
	b := r.startBot()
	alertmanager := startAlertmanager(t, b.url, "a-token-of-yesterday")
	response, err := http.Post(alertmanager.url+"/api/v2/alerts", "application/json",
		strings.NewReader(`[{"labels": {"alertname": "DatabaseHighCPU", "engine": "postgres", "service": "orders-db"}}]`))
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Fatalf("Alertmanager answered %s, want 200", response.Status)
	}
	eventually(t, "the bot counts a notification without right credentials", func() bool {
		return b.counted("signalbook_notifications_total", `code="401",reason="credentials"`) > 0
	})
	eventually(t, "Alertmanager's log says what to mend", func() bool {
		return strings.Contains(alertmanager.logged(), "webhook.credentials_file")
	})
	if got := b.counted("signalbook_notifications_total", `code="202"`); got != 0 {
		t.Errorf("%v notifications were accepted, want none", got)
	}
	r.holdsNothing()
	if strings.Contains(b.logged(), "a-token-of-yesterday") || strings.Contains(b.logged(), webhookToken) {
		t.Error("the bot's log shows a token")
	}
}

// synthetic is an exporter that shows what the test last said.
type synthetic struct{ shown atomic.Value }

// gauges are what the rules of testdata/emergencies.rules.yml look at.
type gauges struct{ primary, replica, cdn, inference float64 }

var (
	calm     = gauges{primary: 0.41, replica: 0.38, cdn: 12, inference: 0.4}
	alarming = gauges{primary: 0.93, replica: 0.9114, cdn: 55.2, inference: 2.4}
)

func (s *synthetic) shows(g gauges) {
	s.shown.Store(fmt.Sprintf(`db_cpu_utilization{db="orders-primary",engine="postgres",region="eu-west-1",service="orders-db"} %g
db_cpu_utilization{db="orders-replica-1",engine="postgres",region="eu-west-1",service="orders-db"} %g
cdn_cost_usd_per_hour{provider="fastedge",distribution="E2QWRTY"} %g
cdn_cost_usd_per_hour_baseline{provider="fastedge",distribution="E2QWRTY"} 12
inference_latency_p99_seconds{deployment="inference-eu",gpu="h100",model="ranker-v7"} %g
`, g.primary, g.replica, g.cdn, g.inference))
}

func (s *synthetic) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4")
	_, _ = io.WriteString(w, s.shown.Load().(string)) // Prometheus scrapes again
}

// startAlertmanager starts Alertmanager with the bot as its only receiver. It
// repeats every two seconds.
func startAlertmanager(t *testing.T, botURL, token string) *process {
	t.Helper()
	dir := t.TempDir()
	config := fileIn(t, dir, "alertmanager.yml", fmt.Sprintf(`
route: {receiver: incident-bot, group_by: [alertname, service], group_wait: 1s, group_interval: 1s, repeat_interval: 2s}
receivers:
  - name: incident-bot
    webhook_configs: [{url: %q, http_config: {authorization: {credentials_file: %q}}}]
`, botURL+"/alertmanager/webhook", fileIn(t, dir, "token", token+"\n")))
	p := startServer(t, exec.Command(program(t, "prometheus-alertmanager", "alertmanager"), "--config.file="+config,
		"--storage.path="+filepath.Join(dir, "data"), "--web.listen-address="+loopback.Any(), "--cluster.listen-address="))
	eventually(t, "Alertmanager is ready", p.ready)
	return p
}

// startPrometheus starts Prometheus, which scrapes and evaluates every second.
func startPrometheus(t *testing.T, app http.Handler, alertmanager *process) {
	t.Helper()
	exporter := httptest.NewServer(app)
	t.Cleanup(exporter.Close)
	rules, err := filepath.Abs("testdata/emergencies.rules.yml")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	config := fileIn(t, dir, "prometheus.yml", fmt.Sprintf(`
# A busy machine may take seconds for a scrape, and one that fails resolves every alert.
global: {scrape_interval: 5s, scrape_timeout: 5s, evaluation_interval: 1s}
rule_files: [%q]
alerting: {alertmanagers: [{static_configs: [{targets: [%q]}]}]}
scrape_configs: [{job_name: synthetic, static_configs: [{targets: [%q]}]}]
`, rules, strings.TrimPrefix(alertmanager.url, "http://"), strings.TrimPrefix(exporter.URL, "http://")))
	p := startServer(t, exec.Command(program(t, "prometheus"), "--config.file="+config,
		"--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+loopback.Any()))
	eventually(t, "Prometheus is ready", p.ready)
}

func (p *process) ready() bool {
	_, code := p.get("/-/ready")
	return code == http.StatusOK
}

// program finds a binary by one of its names.
func program(t *testing.T, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatalf("%s is not on PATH; make test installs it, or: apt-get install --no-install-recommends prometheus prometheus-alertmanager", strings.Join(names, " or "))
	return ""
}

// fileIn writes a file and returns its path.
func fileIn(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// counted sums a metric of the bot over the series that hold the given labels,
// written as Prometheus writes them.
func (p *process) counted(name, labels string) float64 {
	p.t.Helper()
	body, code := p.get("/metrics")
	if code != http.StatusOK {
		p.t.Fatalf("/metrics answered %d, want 200", code)
	}
	sum := 0.0
	for lines := bufio.NewScanner(strings.NewReader(body)); lines.Scan(); {
		series, value, _ := strings.Cut(lines.Text(), " ")
		if bare, _, _ := strings.Cut(series, "{"); bare != name || !strings.Contains(series, labels) {
			continue
		}
		n, err := strconv.ParseFloat(value, 64)
		if err != nil {
			p.t.Fatalf("metric %s is %q, want a number", series, value)
		}
		sum += n
	}
	return sum
}

// settles waits until every event is decided and Slack shows every incident as
// it is.
func (p *process) settles() {
	p.t.Helper()
	eventually(p.t, "nothing waits in the inbox and Slack is up to date", func() bool {
		return p.counted("signalbook_inbox_length", "") == 0 && p.counted("signalbook_incidents_unsettled", "") == 0
	})
}

// stepsOf are the steps that can be acknowledged, by the value of their buttons.
func stepsOf(replies []snapshot.Message) map[string]bool {
	steps := map[string]bool{}
	for _, m := range replies {
		for _, button := range m.Buttons() {
			if button.ActionID == "step:ack" {
				steps[button.Value] = true
			}
		}
		for _, menu := range m.Menus() {
			if value, ok := strings.CutPrefix(menu.Options[0].Value, "ack/"); ok && menu.ActionID == "step:menu" {
				steps[value] = true
			}
		}
	}
	return steps
}

var incidentID = regexp.MustCompile(`INC-\d+`)

func incidentOf(t *testing.T, root snapshot.Message) string {
	t.Helper()
	id := incidentID.FindString(root.PlainText())
	if id == "" {
		t.Fatalf("the root names no incident:\n%s", root.PlainText())
	}
	return id
}

// holdsNothing fails when Redis holds more than a bot has that never heard of
// anything: not even the inbox, which stays as an empty stream once it was used.
func (r *rig) holdsNothing() {
	r.t.Helper()
	keys, err := r.redis.Keys(r.t.Context(), "*").Result()
	if err != nil {
		r.t.Fatal(err)
	}
	for _, key := range keys {
		_, name, _ := strings.Cut(key, "}:") // what the bot knows of itself and of Slack may be there
		kind, _, _ := strings.Cut(name, ":")
		switch kind {
		case "inbox", "dead", "next", "open", "active", "closed", "dirty", "due", "inc", "log", "ledger", "group", "channel":
			r.t.Errorf("Redis holds %s, want nothing of a notification", key)
		}
	}
}
