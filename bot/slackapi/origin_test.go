package slackapi

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/slacksim"
	"github.com/signalbook/signalbook/bot/slacksim/people"
)

// TestOrigin: whom a delivery is for stands where Slack's documents say.
func TestOrigin(t *testing.T) {
	t.Parallel()
	alone := Identity{TeamID: "T1", AppID: "A1"}
	grid := Identity{TeamID: "T1", AppID: "A1", EnterpriseID: "E1"}
	young := Identity{TeamID: "T1"} // as a binary before remembered it
	for _, test := range []struct {
		name, payload string
		id            Identity
		want          string // a part of the reason; empty: it is for us
	}{
		{"an event of ours", `{"team_id":"T1","api_app_id":"A1"}`, alone, ""},
		{"an event of another workspace", `{"team_id":"T2","api_app_id":"A1"}`, alone, "workspace T2"},
		{"another app", `{"team_id":"T1","api_app_id":"A2"}`, alone, "app A2"},
		{"another app, and ours is not known", `{"team_id":"T1","api_app_id":"A2"}`, young, ""},
		{"a shared channel: it comes from there and is for us", `{"team_id":"T2","context_team_id":"T1","authorizations":[{"team_id":"T1","enterprise_id":null}]}`, alone, ""},
		{"a shared channel: the outer organisation is theirs", `{"team_id":"T2","enterprise_id":"E2","context_team_id":"T1","authorizations":[{"team_id":"T1","enterprise_id":"E1"}]}`, grid, ""},
		{"a shared channel: it comes from here and is for their installation", `{"team_id":"T1","context_team_id":"T2","authorizations":[{"team_id":"T2"}]}`, alone, "workspace T2"},
		{"authorizations name another, the context us", `{"team_id":"T2","context_team_id":"T1","authorizations":[{"team_id":"T2"}]}`, alone, ""},
		{"a click", `{"team":{"id":"T1","domain":"acme"},"enterprise":null,"user":{"team_id":"T2"}}`, alone, ""},
		{"a click in another workspace", `{"team":{"id":"T2"},"enterprise":null}`, alone, "workspace T2"},
		{"a click on a message of ours", `{"type":"block_actions","team":{"id":"T1"},"message":{"app_id":"A1"}}`, alone, ""},
		{"a click on a message of another app", `{"type":"block_actions","team":{"id":"T1"},"message":{"app_id":"A2"}}`, alone, "message of the app A2"},
		{"a shortcut on a message of another app", `{"type":"message_action","team":{"id":"T1"},"message":{"app_id":"A2"}}`, alone, ""},
		{"a click in our organisation", `{"team":{"id":"T1","enterprise_id":"E1"},"enterprise":{"id":"E1"}}`, grid, ""},
		{"a sister workspace's click", `{"team":{"id":"T3","enterprise_id":"E1"},"enterprise":{"id":"E1"}}`, grid, "workspace T3"},
		{"another organisation", `{"team":{"id":"T1","enterprise_id":"E9"}}`, grid, "organisation E9"},
		{"an installation for all of our organisation", `{"team":null,"enterprise":{"id":"E1"}}`, grid, ""},
		{"an installation for all of another one", `{"team":null,"enterprise":{"id":"E9"}}`, alone, "organisation E9"},
		{"an organisation, before ours is known", `{"team":{"id":"T1","enterprise_id":"E1"}}`, young, ""},
		{"a modal opened from their workspace", `{"team":{"id":"T2"},"view":{"app_installed_team_id":"T1"}}`, alone, ""},
		{"a modal of their installation", `{"team":{"id":"T1"},"view":{"app_installed_team_id":"T2"}}`, alone, "workspace T2"},
		{"nothing said", `{}`, alone, ""},
		{"nothing that can be read", `{"team":"acme","team_id":7}`, alone, ""},
	} {
		if got := test.id.elsewhere(readOrigin([]byte(test.payload))); got == "" != (test.want == "") || !strings.Contains(got, test.want) {
			t.Errorf("%s: got %q, want %q in it", test.name, got, test.want)
		}
	}
	for team, want := range map[string]bool{"": false, "T1": false, "E1": false, "T2": true, "E2": true} {
		if grid.external(team) != want {
			t.Errorf("a person of %q: got external %v, want %v", team, !want, want)
		}
	}
}

// TestForeignDeliveries: what another workspace or another app was meant to get is
// taken from Slack, and nothing is done; it is counted. A slash command names the
// workspace of whoever typed it: the handler is told.
func TestForeignDeliveries(t *testing.T) {
	for _, endpoint := range []string{"socket", "http"} {
		t.Run(endpoint, func(t *testing.T) {
			for name, stray := range map[string]struct{ team, app, org string }{
				"workspace": {team: "T0OTHER001"}, "app": {app: "A0OTHER001"}, "ours": {}, "organisation": {org: "E0SIM00001"},
			} {
				t.Run(name, func(t *testing.T) { deliverAll(t, endpoint, stray.team, stray.app, stray.org) })
			}
		})
	}
}

func deliverAll(t *testing.T, endpoint, team, app, org string) {
	sim, c := startSim(t, slacksim.Options{EnterpriseID: org})
	if id, err := c.Auth(t.Context()); err != nil || id.AppID != "A0SIM00001" || id.EnterpriseID != org {
		t.Fatalf("got %+v, %v, want the app's id too", id, err)
	}
	handler := &recorder{command: say("yes")}
	registry := prometheus.NewRegistry()
	var metrics *endpointMetrics
	if endpoint == "socket" {
		metrics = startSocket(t, sim, c, handler).metrics
	} else {
		metrics = newEndpointMetrics(registry)
		startHTTPEndpointOf(t, sim, HTTPOptions{SigningSecret: "sim-signing-secret", Handler: handler, Client: c, Logger: slog.New(slog.DiscardHandler), Registerer: registry})
	}
	ctx := patience(t)
	menu := slack.NewOptionsSelectBlockElement(slack.OptTypeExternal, slack.NewTextBlockObject("plain_text", "Which?", false, false), "pick")
	none := 0
	menu.MinQueryLength = &none
	said := blockkit.Message{Text: "a button", Blocks: []slack.Block{slack.NewActionBlock("b",
		slack.NewButtonBlockElement("press", "INC-1", slack.NewTextBlockObject("plain_text", "Press", false, false)), menu)}}
	root, err := c.Post(ctx, Post{Channel: "#incidents", Message: said})
	if err != nil {
		t.Fatal(err)
	}
	sim.Admin.Misroute(team, app)
	reply, err := sim.People.Slash(ctx, "anna", "incidents", "/playbook status")
	if err != nil || reply.Shown != (app == "") {
		t.Errorf("the command was answered %+v, %v", reply, err)
	}
	if err := sim.People.Click(ctx, people.Click{User: "anna", Channel: "incidents", TS: root.TS, ActionID: "press"}); err != nil {
		t.Errorf("the click: %v", err)
	}
	_, err = sim.People.Suggest(ctx, people.Suggest{User: "anna", Channel: "incidents", TS: root.TS, ActionID: "pick"})
	if stray := team != "" || app != ""; !stray && err != nil {
		t.Errorf("the menu: %v", err)
	}
	if _, err := sim.People.Say("anna", "incidents", "", "@signalbook status"); err != nil {
		t.Fatal(err)
	}
	want := 0
	if team == "" && app == "" {
		want = 1
	}
	count := func(kind, outcome string) float64 {
		return testutil.ToFloat64(metrics.requests.WithLabelValues(endpoint, kind, outcome))
	}
	outcome := map[int]string{0: "foreign", 1: "ok"}[want]
	for count("mention", outcome) != 1 || count("action", outcome) != 1 {
		if within(ctx.Done(), 10*time.Millisecond) {
			t.Fatalf("mentions counted as %s: %v, clicks: %v", outcome, count("mention", outcome), count("action", outcome))
		}
	}
	handler.mu.Lock()
	defer handler.mu.Unlock()
	if len(handler.actions) != want || len(handler.mentions) != want || len(handler.suggestions) != want {
		t.Errorf("the handler got %d clicks, %d mentions and %d questions, want %d each", len(handler.actions), len(handler.mentions), len(handler.suggestions), want)
	}
	switch {
	case app != "" && (len(handler.slashes) > 0 || count("command", "foreign") != 1):
		t.Errorf("the handler got the other app's commands: %+v", handler.slashes)
	case app == "" && (len(handler.slashes) != 1 || handler.slashes[0].Elsewhere != (team != "")):
		t.Errorf("the handler got %+v, want to be told whether the command is from elsewhere: %v", handler.slashes, team != "")
	}
}
