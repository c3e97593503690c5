package main

import (
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/app"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/testkit/loopback"
)

// skewed is `signalbook` on a machine whose clock is wrong.
func skewed() { start(app.Timing{Clock: skewedClock()}) }

// skewBy names by how much the clock of a test's replica is ahead, a duration.
const skewBy = "SIGNALBOOK_TEST_SKEW"

// skewedClock is a clock that is wrong by as much as the environment says; nil: it is right.
func skewedClock() func() time.Time {
	by, err := time.ParseDuration(os.Getenv(skewBy))
	if err != nil {
		return nil
	}
	return func() time.Time { return time.Now().Add(by) }
}

// skewedBot starts a replica whose clock is wrong by so much.
func (r *rig) skewedBot(by string) *process {
	r.t.Helper()
	cmd := exec.Command("signalbook-skewed", "serve", "--config.file="+r.config, "--web.listen-address="+loopback.Any(), "--log.level=debug")
	cmd.Env = append(os.Environ(), skewBy+"="+by)
	b := startServer(r.t, cmd)
	eventually(r.t, "the bot is ready", func() bool {
		_, code := b.get("/-/ready")
		return code == http.StatusOK
	})
	return b
}

// TestSkewedReplicas: replicas whose clocks are an hour apart take what Alertmanager
// sends. Incidents go by Redis' clock, whichever replica keeps; each replica says
// that its own is wrong.
func TestSkewedReplicas(t *testing.T) {
	t.Parallel()
	r := startRig(t, options{})
	fast, slow := r.skewedBot("30m"), r.skewedBot("-30m")
	for n, b := range []*process{fast, slow, fast, slow} {
		b.mustNotify(group(t, n))
	}
	fast.settles()
	// Whoever keeps, goes; the other takes over, and goes by the same clock.
	coordinator := having("signalbook_coordinator", fast, slow)
	if len(coordinator) != 1 {
		t.Fatalf("%d replicas keep, want one", len(coordinator))
	}
	other := without([]*process{fast, slow}, coordinator[0])[0]
	for name, b := range map[string]*process{"30m0s ahead of": fast, "30m0s behind": slow} {
		eventually(t, "/-/ready and the log say that the clock is "+name+" Redis'", func() bool {
			body, code := b.get("/-/ready")
			return code == http.StatusOK && strings.Contains(body, name+" Redis'") && strings.Contains(b.logged(), name+" Redis'")
		})
		if skew := b.counted("signalbook_clock_skew_seconds", ""); (skew > 0) != (b == fast) || skew*skew < 1700*1700 {
			t.Errorf("signalbook_clock_skew_seconds is %v, want about half an hour", skew)
		}
	}
	coordinator[0].end(9)
	other.mustNotify(group(t, 4))
	eventually(t, "the other one keeps", func() bool { return other.metric("signalbook_coordinator") == "1" })
	other.settles()
	for n := range 5 {
		data, err := r.redis.Get(t.Context(), "signalbook:{T0SIM00001}:inc:"+string(rune('1'+n))).Bytes()
		if err != nil {
			t.Fatal(err)
		}
		i, err := incident.Decode(data)
		if err != nil {
			t.Fatal(err)
		}
		if time.Since(i.OpenedAt).Abs() > 10*time.Minute {
			t.Errorf("%s opened at %s, want Redis' time and no replica's", i.ID(), i.OpenedAt)
		}
	}
}
