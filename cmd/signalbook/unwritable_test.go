package main

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// spoiledRoutes has a channel for each way in which one cannot be written to.
const spoiledRoutes = `route:
  channel: "#incidents"
  owners: ["@sre-oncall"]
  fallback_channel: "#nowhere"
  routes:
    - {matchers: ['squad="db"'], channel: "#db-incidents", fallback_channel: "#war-room"}
    - {matchers: ['alertname="DatabaseHighCPU"'], channel: "#old", fallback_channel: "#good"}
`

func startSpoiledRig(t *testing.T) *rig {
	t.Helper()
	r := startRig(t, options{extra: spoiledRoutes})
	for _, name := range []string{"old", "good", "war-room"} {
		r.sim.Admin.AddChannel(name)
		if err := r.sim.Admin.InviteBot(name); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.sim.Admin.Archive("old"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"db-incidents", "war-room"} {
		if err := r.sim.Admin.RemoveBot(name); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// wrongAppToken gives the configuration an app token that Slack does not take.
func (r *rig) wrongAppToken() {
	r.t.Helper()
	data, err := os.ReadFile(r.config)
	if err == nil {
		err = os.WriteFile(r.config, []byte(strings.Replace(string(data), "xapp-test", "xapp-wrong", 1)), 0o600)
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

// TestCheckOnlineNamesWhatCannotBeUsed: every channel that cannot be written to, the
// fallback channels among them, at its place in the file; and an app token that Slack
// does not take.
func TestCheckOnlineNamesWhatCannotBeUsed(t *testing.T) {
	t.Parallel()
	r := startSpoiledRig(t)
	check := func() (string, error) {
		out, err := exec.Command("signalbook", "check", "config", r.config, "--online").CombinedOutput()
		return string(out), err
	}
	got, err := check()
	if err == nil {
		t.Errorf("the check passed:\n%s", got)
	}
	for _, want := range []string{
		":7:21: Slack shows the bot no channel #nowhere: create it",
		": the bot is not in #db-incidents: invite the bot to #db-incidents with /invite",
		": the bot is not in #war-room: invite the bot to #war-room with /invite",
		": Slack shows the bot no channel #old: create it, unarchive it",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the check lacks %q:\n%s", want, got)
		}
	}
	for _, wrong := range []string{"#good", "#incidents", "app_token", "warning"} {
		if strings.Contains(got, wrong) {
			t.Errorf("the check has something against %q:\n%s", wrong, got)
		}
	}
	r.wrongAppToken()
	if got, err = check(); err == nil || !strings.Contains(got, "apps.connections.open slack.app_token_file: invalid_auth: reinstall the Slack app") {
		t.Errorf("a wrong app token: %v\n%s", err, got)
	}
}

// TestServeNamesWhatCannotBeUsed: the log of the start has them as errors, /-/ready
// lists them, and an incident of such a route begins in the fallback channel.
func TestServeNamesWhatCannotBeUsed(t *testing.T) {
	t.Parallel()
	r := startSpoiledRig(t)
	r.wrongAppToken()
	b := r.launchBot()
	eventually(t, "the start says what cannot be used", func() bool {
		ready, code := b.get("/-/ready")
		if code != http.StatusOK {
			return false
		}
		for _, want := range []string{"the bot is not in #db-incidents", "the bot is not in #war-room", "no channel #nowhere", "no channel #old", "apps.connections.open", "invalid_auth"} {
			if !strings.Contains(ready, want) {
				return false
			}
		}
		return true
	})
	for _, want := range [][]string{
		{"level=ERROR", "channel=#db-incidents", "/invite"}, {"level=ERROR", "channel=#nowhere", "create it"},
		{"level=ERROR", "apps.connections.open", "invalid_auth"},
	} {
		eventually(t, fmt.Sprintf("a line of the log has %q", want), func() bool { return logsLine(b.logged(), want) })
	}
	if strings.Contains(b.logged(), "xapp-wrong") {
		t.Error("the log has the token")
	}
	b.mustNotify(payload(t, "v0.34.0-e2e-1-database-high-cpu-firing"))
	r.reads(r.root("good", 0), "Belongs in #old, which the bot cannot write to")
}

// logsLine reports whether one line has all of these.
func logsLine(log string, all []string) bool {
lines:
	for line := range strings.Lines(log) {
		for _, want := range all {
			if !strings.Contains(line, want) {
				continue lines
			}
		}
		return true
	}
	return false
}
