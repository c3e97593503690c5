package config

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestVerdicts(t *testing.T) {
	c := routing(t, `
route:
  channel: "#all"
  routes:
    - matchers: ['team="web"']
    - matchers: ['team=~"db|dba"', 'severity!="info"']
      channel: "#db"
      routes:
        - matchers: ['engine="mysql"']
        - channel: "#db-rest"
    - matchers: ['team="db"']
    - {}
`)
	db := `{team=~"db|dba",severity!="info"}`
	for name, test := range map[string]struct {
		labels  map[string]string
		want    []Verdict
		channel string
	}{
		"inner": {map[string]string{"team": "db", "engine": "postgres"}, []Verdict{
			{Route: `{team="web"}`, Why: `team="web" does not hold: team is "db"`},
			{Route: db, Taken: true, Why: "all its matchers hold"},
			{Depth: 1, Route: `{engine="mysql"}`, Why: `engine="mysql" does not hold: engine is "postgres"`},
			{Depth: 1, Route: `{}`, Taken: true, Why: "it has no matchers and takes everything"},
			{Route: `{team="db"}`, Why: "would take it too, but " + db + " stands before it"},
			{Route: `{}`, Why: "would take it too, but " + db + " stands before it"},
		}, "#db-rest"},
		"last": {map[string]string{"severity": "info"}, []Verdict{
			{Route: `{team="web"}`, Why: `team="web" does not hold: there is no label team`},
			{Route: db, Why: `team=~"db|dba" does not hold: there is no label team, and severity!="info" does not hold: severity is "info"`},
			{Route: `{team="db"}`, Why: `team="db" does not hold: there is no label team`},
			{Route: `{}`, Taken: true, Why: "it has no matchers and takes everything"},
		}, "#all"},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, c.Verdicts(test.labels)); diff != "" {
				t.Errorf("verdicts (-want +got):\n%s", diff)
			}
			if got := c.Route(test.labels).Channel; got != test.channel {
				t.Errorf("channel of Route: got %s, want %s", got, test.channel)
			}
		})
	}
}

// TestLoadDecisionsReadsNoSecret: it is good where there are none, and still tells
// what is wrong with the sections that it is about.
func TestLoadDecisionsReadsNoSecret(t *testing.T) {
	c := routing(t, `
slack: {bot_token_file: /nowhere/token}
redis: {password_file: /nowhere/password}
incidents: {reopen_within: 2h, archive: /nowhere}
route: {channel: "#all", owners: ["@sre"], escalate: [{after: 10m, mention: ["@leads"]}]}
`)
	if got, want := c.Rules().ReopenWithin.Hours(), 2.0; got != want {
		t.Errorf("reopen within: got %v h, want %v", got, want)
	}
	if got := c.Target(nil); len(got.Escalate) != 1 || got.Escalate[0].After.Minutes() != 10 || got.Channel != "#all" {
		t.Errorf("target: got %+v, want #all with one level after 10m", got)
	}
	_, problems := LoadDecisions(write(t, `{route: {owners: ["@here"]}, severities: {order: []}}`))
	if len(problems) != 3 {
		t.Errorf("problems: got %v, want one each about channel, owners and order", problems)
	}
}

// TestSeveritiesOfTwoCases: one that is there in capitals too never has its own place.
func TestSeveritiesOfTwoCases(t *testing.T) {
	_, problems := LoadDecisions(write(t, `{route: {channel: "#all", owners: ["@sre"]}, severities: {order: [critical, warning, Critical, warning]}}`))
	want := []string{`"Critical" and "critical" are one severity, as case makes no difference: keep one of them`, `"warning" is given twice`}
	for k, text := range want {
		if len(problems) != len(want) || problems[k].Text != text {
			t.Fatalf("got %v, want %q", problems, want)
		}
	}
}

func routing(t *testing.T, text string) *Config {
	t.Helper()
	c, problems := LoadDecisions(write(t, text))
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return c
}
