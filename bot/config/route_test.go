package config

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const routes = `slack: {bot_token_file: secrets/slack-bot-token, app_token_file: secrets/slack-app-token}
redis: {addresses: ["redis:6379"]}
severities: {label: priority, order: [P1, P2]}
route:
  channel: "#incidents"
  owners: ["@sre-oncall"]
  escalate: [{after: 30m, mention: ["@managers"]}]
  routes:
    - matchers: ['team="db"']
      channel: "#db-incidents"
      owners: ["@db-oncall"]
      responders: ["@db-team", ada@example.com]
      routes:
        - matchers: ['priority="P1"', 'region=~"eu-.*"']
          channel: "#db-critical"
          escalate: [{after: 5m, mention: ["@db-leads"]}, {after: 15m, mention: [U012ABCDEF]}]
        - matchers: ['region=""']
          owners: []
          responders: []
          escalate: []
    - matchers: ['team=~"db|cdn",service!="edge"']
      owners: ["@cdn-oncall"]
    - matchers: ['größe="XL"']
      channel: C0123ABCDE
      fallback_channel: "#xl"
drills: {channel: "#drills"}
digests:
  - {name: weekly, schedule: "0 9 * * MON", channel: "#cost-review"}
`

func TestRoute(t *testing.T) {
	c := mustLoad(t, routes)
	tests := []struct {
		name   string
		labels map[string]string
		want   RouteTarget
	}{
		{"nothing matches", map[string]string{"team": "web"},
			RouteTarget{Channel: "#incidents", Owners: []string{"@sre-oncall"}, Escalate: c.Routes.Escalate, Path: `route`}},
		{"no labels", nil,
			RouteTarget{Channel: "#incidents", Owners: []string{"@sre-oncall"}, Escalate: c.Routes.Escalate, Path: `route`}},
		{"first match wins, escalation inherited", map[string]string{"team": "db", "region": "us-1"},
			RouteTarget{Channel: "#db-incidents", Owners: []string{"@db-oncall"}, Responders: []string{"@db-team", "ada@example.com"},
				Escalate: c.Routes.Escalate, Path: `route > {team="db"}`}},
		{"inner route, owners and responders inherited", map[string]string{"team": "db", "region": "eu-west-1", "priority": "P1"},
			RouteTarget{Channel: "#db-critical", Owners: []string{"@db-oncall"}, Responders: []string{"@db-team", "ada@example.com"},
				Escalate: c.Routes.Routes[0].Routes[0].Escalate, Path: `route > {team="db"} > {priority="P1",region=~"eu-.*"}`}},
		{"all matchers of a route must hold", map[string]string{"team": "db", "region": "eu-west-1", "priority": "P2"},
			RouteTarget{Channel: "#db-incidents", Owners: []string{"@db-oncall"}, Responders: []string{"@db-team", "ada@example.com"},
				Escalate: c.Routes.Escalate, Path: `route > {team="db"}`}},
		{"an empty list overrides, an absent label is empty", map[string]string{"team": "db"},
			RouteTarget{Channel: "#db-incidents", Owners: []string{}, Responders: []string{}, Escalate: []Escalation{},
				Path: `route > {team="db"} > {region=""}`}},
		{"several matchers in one text", map[string]string{"team": "cdn", "service": "origin"},
			RouteTarget{Channel: "#incidents", Owners: []string{"@cdn-oncall"}, Escalate: c.Routes.Escalate, Path: `route > {team=~"db|cdn",service!="edge"}`}},
		{"one of several matchers fails", map[string]string{"team": "cdn", "service": "edge"},
			RouteTarget{Channel: "#incidents", Owners: []string{"@sre-oncall"}, Escalate: c.Routes.Escalate, Path: `route`}},
		{"regular expressions are anchored", map[string]string{"team": "mongodb"},
			RouteTarget{Channel: "#incidents", Owners: []string{"@sre-oncall"}, Escalate: c.Routes.Escalate, Path: `route`}},
		{"UTF-8 label", map[string]string{"größe": "XL"},
			RouteTarget{Channel: "C0123ABCDE", Fallback: "#xl", Owners: []string{"@sre-oncall"}, Escalate: c.Routes.Escalate, Path: `route > {größe="XL"}`}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.want.Fallback == "" {
				test.want.Fallback = "#incidents" // the outermost route's channel
			}
			if diff := cmp.Diff(test.want, c.Route(test.labels)); diff != "" {
				t.Errorf("target (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNames(t *testing.T) {
	channels, people := mustLoad(t, routes).Names()
	if diff := cmp.Diff([]string{"#cost-review", "#db-critical", "#db-incidents", "#drills", "#incidents", "#xl", "C0123ABCDE"}, channels); diff != "" {
		t.Errorf("channels (-want +got):\n%s", diff)
	}
	want := []string{"@cdn-oncall", "@db-leads", "@db-oncall", "@db-team", "@managers", "@sre-oncall", "U012ABCDEF", "ada@example.com"}
	if diff := cmp.Diff(want, people); diff != "" {
		t.Errorf("people (-want +got):\n%s", diff)
	}
}

func TestChannelsAndPeople(t *testing.T) {
	// Each text is loaded as the one channel, or the one owner, of a route.
	load := func(key, text string) error {
		_, problems := Load(write(t, fmt.Sprintf("route: {channel: \"#x\", routes: [{matchers: [a=b], %s: %s}]}", key, text)))
		for _, p := range problems {
			if p.Line == 1 && p.Column > 40 {
				return fmt.Errorf("%s", p.Text)
			}
		}
		return nil
	}
	good := map[string][]string{
		"channel": {`"#incidents"`, `"#team_db-1"`, `"#störungen"`, `"#インシデント"`, `"#1"`, `C0123ABCDE`, `G0123ABCDE`},
		"owners":  {`["@sre-oncall"]`, `["@a.b_c"]`, `[ada@example.com]`, `[U012ABCDEF]`, `[W012ABCDEF]`, `[]`},
	}
	bad := map[string][]string{
		"channel": {`"#"`, `incidents`, `"#Incidents"`, `"#a b"`, `"#a,b"`, `"#a<!here>"`, `D0123ABCDE`, `c0123abcde`, `"##a"`},
		"owners":  {`["@"]`, `["@here"]`, `["@channel"]`, `["@everyone"]`, `[sre]`, `["<@U012ABCDEF>"]`, `["a@b"]`, `["@a b"]`, `[""]`},
	}
	for key, texts := range good {
		for _, text := range texts {
			if err := load(key, text); err != nil {
				t.Errorf("%s %s: got %v, want no problem", key, text, err)
			}
		}
	}
	for key, texts := range bad {
		for _, text := range texts {
			if load(key, text) == nil {
				t.Errorf("%s %s: got no problem", key, text)
			}
		}
	}
}

// TestRouteMatchersAreBounded before they are compiled: twelve thousand regular
// expressions, each within its own bound, took a gigabyte.
func TestRouteMatchersAreBounded(t *testing.T) {
	var text strings.Builder
	text.WriteString("slack: {bot_token: xoxb-x, signing_secret: x}\nredis: {addresses: [\"redis:6379\"]}\nroute:\n  channel: \"#a\"\n  routes:\n")
	for k := range 12_000 {
		fmt.Fprintf(&text, "  - {matchers: ['a=~\"(a|b|c){200}x%d\"'], channel: \"#b\"}\n", k)
	}
	inFolder(t, map[string]string{"signalbook.yml": text.String()})
	_, problems := Load("signalbook.yml")
	if len(problems) != 1 || !strings.Contains(problems[0].Text, "the matchers of all routes together are too large, from here on") {
		t.Errorf("got %d problems, want the one: %.300v", len(problems), problems)
	}
}
