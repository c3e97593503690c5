package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/app"
	"github.com/signalbook/signalbook/bot/slacksim/fault"
	"github.com/signalbook/signalbook/bot/testkit/loopback"
	"github.com/signalbook/signalbook/bot/testkit/promtest"
)

// clockFile names a file that holds how far the clock of digests is ahead.
const clockFile = "SIGNALBOOK_TEST_CLOCK"

// ahead is signalbook with a clock of digests that a test moves.
func ahead() {
	start(app.Timing{Imports: 200 * time.Millisecond, Now: func() time.Time {
		text, _ := os.ReadFile(os.Getenv(clockFile))
		by, _ := time.ParseDuration(strings.TrimSpace(string(text)))
		return time.Now().Add(by)
	}})
}

// moved is the clock of a test's bots.
type moved struct {
	t    *testing.T
	file string
}

// set moves the clock, whose file is replaced at once: a bot may be reading it.
func (m moved) set(to time.Time) {
	m.t.Helper()
	beside := m.file + ".new"
	if err := os.WriteFile(beside, []byte(time.Until(to).String()), 0o600); err != nil {
		m.t.Fatal(err)
	}
	if err := os.Rename(beside, m.file); err != nil {
		m.t.Fatal(err)
	}
}

// bill writes FOCUS files of three services for the days up to and with last: a
// quiet quarter in which CloudFront doubles on the last Thursday to Saturday that
// lie in the week of the 16th.
func bill(t *testing.T, folder string, first, last time.Time) {
	t.Helper()
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	months := map[string]*bytes.Buffer{}
	for day := first; !day.After(last); day = day.AddDate(0, 0, 1) {
		month := day.Format("2006-01")
		if months[month] == nil {
			months[month] = bytes.NewBufferString("BilledCost,EffectiveCost,BillingCurrency,ChargeCategory,ChargePeriodStart,ChargePeriodEnd,ProviderName,ServiceName,ServiceCategory,PricingCategory\n")
		}
		w := csv.NewWriter(months[month])
		weekend := day.Weekday() == time.Saturday || day.Weekday() == time.Sunday
		for service, cost := range map[string]float64{"Amazon CloudFront": 900, "Amazon Elastic Compute Cloud": 4000, "Amazon Relational Database Service": 1500} {
			if weekend && service != "Amazon Relational Database Service" {
				cost *= 0.6
			}
			if service == "Amazon CloudFront" && day.Format(time.DateOnly) >= "2026-11-18" && day.Format(time.DateOnly) <= "2026-11-20" {
				cost *= 2
			}
			category := map[string]string{"Amazon CloudFront": "Networking", "Amazon Elastic Compute Cloud": "Compute", "Amazon Relational Database Service": "Databases"}[service]
			amount := fmt.Sprintf("%.2f", cost)
			if err := w.Write([]string{amount, amount, "USD", "Usage", day.Format(time.RFC3339), day.AddDate(0, 0, 1).Format(time.RFC3339), "AWS", service, category, "Standard"}); err != nil {
				t.Fatal(err)
			}
		}
		w.Flush()
	}
	for month, text := range months {
		if err := os.WriteFile(filepath.Join(folder, month+".csv"), text.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// reviewer is a bot whose digests a test watches.
func (r *rig) reviewer(config string, clock moved) *process {
	r.t.Helper()
	cmd := exec.Command("signalbook-ahead", "serve", "--config.file="+config, "--web.listen-address="+loopback.Any(), "--log.level=debug")
	cmd.Env = append(os.Environ(), clockFile+"="+clock.file)
	b := startServer(r.t, cmd)
	eventually(r.t, "the bot is ready", func() bool {
		_, code := b.get("/-/ready")
		return code == 200 && r.sim.Sockets() > 0
	})
	return b
}

// TestDigest is the weekly review from end to end: cost files that lie on the
// replica which is not the coordinator, a real Prometheus with the number of users, a
// tick under a moved clock, and the coordinator killed while it posts. One digest comes.
func TestDigest(t *testing.T) {
	t.Parallel()
	sunday := time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC)
	users := promtest.Start(t, fmt.Sprintf("# TYPE app_active_users gauge\napp_active_users 44000000 %d\napp_active_users 44000000 %d\napp_active_users 44000000 %d\n# EOF\n",
		sunday.Add(-time.Minute).Unix(), sunday.Add(12*time.Hour).Unix(), sunday.Add(13*time.Hour).Unix()))
	r := startRig(t, options{extra: `
prometheus: {url: "` + users.URL + `"}
digests:
  - name: weekly-cost-review
    schedule: "0 9 * * MON"
    time_zone: Europe/Berlin
    channel: "#cost-review"
    costs: [{focus: {files: ["costs/*.csv"]}}]
organisation:
  users: {query: 'max(max_over_time(app_active_users[1d]))'}
  weekly_growth: 2.6%
  teams: 12
`})
	clock := moved{t, filepath.Join(r.dir, "clock")}
	clock.set(sunday)
	// The same configuration twice; only the second replica has the files beside it.
	text, err := os.ReadFile(r.config)
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := filepath.Join(r.dir, "elsewhere", "signalbook.yml")
	if err := os.MkdirAll(filepath.Dir(elsewhere), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(elsewhere, text, 0o600); err != nil {
		t.Fatal(err)
	}
	bill(t, filepath.Join(filepath.Dir(elsewhere), "costs"), sunday.AddDate(0, 0, -119).Truncate(24*time.Hour), sunday.AddDate(0, 0, -1).Truncate(24*time.Hour))
	coordinator := r.reviewer(r.config, clock)
	eventually(t, "the first replica keeps the workspace", func() bool {
		body, _ := coordinator.get("/metrics")
		return strings.Contains(body, "\nsignalbook_coordinator 1\n")
	})
	other := r.reviewer(elsewhere, clock)
	eventually(t, "the costs are imported", func() bool { return strings.Contains(other.logged(), "costs imported") })
	if strings.Contains(coordinator.logged(), "costs imported") {
		t.Error("the replica without files imported costs")
	}

	eventually(t, "the coordinator knows the digest", func() bool {
		return r.redis.HExists(t.Context(), "signalbook:{T0SIM00001}:ticks", "weekly-cost-review").Val()
	})

	r.sim.Faults.Fail(fault.Fault{Method: "chat.postMessage", Kind: fault.LostAnswer, Times: 1})
	clock.set(time.Date(2026, 11, 23, 8, 0, 5, 0, time.UTC)) // 9:00 in Berlin
	eventually(t, "Slack has the digest, and its answer is lost", func() bool { return len(r.roots("cost-review")) > 0 })
	coordinator.end(syscall.SIGKILL)
	eventually(t, "the other replica keeps the workspace, and the details are there", func() bool {
		roots := r.roots("cost-review")
		return len(roots) > 0 && len(r.replies(roots[0])) >= 3
	})
	other.settled()
	roots := r.roots("cost-review")
	if len(roots) != 1 {
		t.Fatalf("got %d digests, want 1", len(roots))
	}
	said := roots[0].PlainText()
	for _, want := range []string{
		"$34,700 in 5 days of week 47 · +$2,700 (+8.4 %)", "data to Fri 20 Nov, 2 days left out", "Amazon CloudFront · AWS: $5,400 against $2,700 expected",
		"its start was due 8 weeks ago", "C1 Reserved instances",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("the digest lacks %q:\n%s", want, said)
		}
	}
	for _, refused := range r.sim.Refusals() {
		t.Errorf("Slack refused %+v", refused)
	}
}
