package postmortem_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // Berlin, wherever the test runs

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/postmortem"
	"github.com/signalbook/signalbook/bot/testkit/blocktest"
	"github.com/signalbook/signalbook/playbooks"
)

// night is 03:02 in UTC, 04:02 in Berlin.
var night = time.Date(2026, 11, 30, 3, 2, 0, 0, time.UTC)

func after(minutes int) time.Time { return night.Add(time.Duration(minutes) * time.Minute) }

var (
	anna  = incident.User{ID: "U0ANNA", Name: "anna"}
	ben   = incident.User{ID: "U0BEN", Name: "ben"}
	chris = incident.User{ID: "U0CHRIS"} // whom Slack knows by another name than his acts have
)

// hot is a database that was hot for 51 minutes; words is what people and alerts say.
func hot(words func(string) string) postmortem.Input {
	step := func(n int, id, title string, tier playbooks.TierName, s incident.Standing) incident.Step {
		return incident.Step{ID: id, Number: n, Title: words(title), Tier: tier, Standing: s}
	}
	i := incident.Incident{
		Number: 142, State: incident.Resolved, Title: words("Database is at 90% CPU"), Severity: words("critical"),
		Summary: words("orders-0 is at 97% CPU"), Labels: map[string]string{"alertname": words("DatabaseHighCPU"), "engine": words("postgres")},
		Links: []playbooks.Link{{Title: words("Dashboard"), URL: "https://grafana.example/d/db?var-instance=orders-0"}},
		Alerts: []incident.Alert{
			{Fingerprint: "a", StartsAt: after(-2), EndsAt: after(50), ChangedAt: after(51), Labels: map[string]string{"instance": words("orders-0")},
				AtFiring: words("orders-0 is at 91% CPU"), Summary: words("orders-0 is at 97% CPU"), AtResolving: words("orders-0 is at 64% CPU")},
			{Fingerprint: "b", StartsAt: after(3), EndsAt: after(50), ChangedAt: after(51), Labels: map[string]string{"instance": words("orders-1")}, Summary: words("orders-1 is at 93% CPU")},
		},
		Omitted: 7, Owners: []string{"@db-oncall"}, Playbook: incident.PlaybookRef{Name: "database-cpu", Reason: words(`alertname=~"DatabaseHighCPU"`)},
		OpenedAt: night, Opening: 1, OpeningAt: night, AckedAt: after(3), AckedBy: anna, Lead: anna, ResolvedAt: after(51), Reason: incident.ReasonFixed, ReasonBy: chris, Follows: 120,
		Tiers: []incident.Tier{
			{Name: playbooks.Immediate, Due: after(60)}, {Name: playbooks.ShortTerm, Due: after(7 * 24 * 60), Owners: []string{"@db-team", "S0DBLEADS"}},
			{Name: playbooks.LongTerm, Due: after(30 * 24 * 60)},
		},
		Steps: []incident.Step{
			step(1, "add-read-replicas", "Add read replicas", playbooks.Immediate, incident.Standing{State: incident.StepDone, Holder: anna, By: ben, At: after(25), Note: words("two more, in zone b")}),
			step(2, "pool-connections", "Pool connections", playbooks.Immediate, incident.Standing{State: incident.StepDropped}),
			step(3, "scale-up", "Scale up", playbooks.Immediate, incident.Standing{State: incident.StepSkipped, By: chris, At: after(30), Note: words("not needed with the replicas")}),
			{ID: "shard", Number: 4, Title: "Shard", Tier: playbooks.Immediate, Hidden: true},
			step(5, "review-queries", "Review slow queries", playbooks.ShortTerm, incident.Standing{State: incident.StepAcknowledged, Holder: ben, At: after(40)}),
			step(6, "plan-capacity", "Plan capacity", playbooks.ShortTerm, incident.Standing{State: incident.StepOpen}),
			step(7, "split-reads", "Split reads from writes", playbooks.LongTerm, incident.Standing{State: incident.StepOpen}),
		},
	}
	c := func(minutes int, kind incident.Kind, c incident.Change) incident.Change {
		c.Kind, c.At, c.Text = kind, after(minutes), words(c.Text)
		return c
	}
	log := []incident.Change{
		c(0, incident.KindOpened, incident.Change{}),
		c(3, incident.KindAcknowledged, incident.Change{By: anna, Via: "button"}),
		c(3, incident.KindAlertAdded, incident.Change{Alert: "b"}),
		c(4, incident.KindStepAcknowledged, incident.Change{By: anna, Via: "button", Step: "add-read-replicas"}),
		c(10, incident.KindNoted, incident.Change{By: chris, Via: "/playbook", Text: "the deploy of 02:50 doubled the reads"}),
		c(25, incident.KindStepDone, incident.Change{By: ben, Via: "mention", Step: "add-read-replicas", Text: "two more, in zone b"}),
		c(30, incident.KindStepSkipped, incident.Change{By: chris, Via: "modal", Step: "scale-up", Text: "not needed with the replicas"}),
		c(40, incident.KindStepAcknowledged, incident.Change{By: ben, Via: "button", Step: "review-queries"}),
		c(51, incident.KindAlertResolved, incident.Change{Alert: "a"}),
		c(51, incident.KindAlertResolved, incident.Change{Alert: "b"}),
		c(51, incident.KindResolved, incident.Change{}),
	}
	return postmortem.Input{Incident: i, Timeline: log, Now: after(8 * 24 * 60), Names: map[string]string{"U0CHRIS": "chris"}}
}

func berlin(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func asIs(s string) string { return s }

// TestGolden: what a post-mortem looks like, in both forms.
func TestGolden(t *testing.T) {
	in := hot(asIs)
	utc := postmortem.Of(in)
	in.Zone = berlin(t)
	local := postmortem.Of(in)
	data, err := local.JSON()
	if err != nil {
		t.Fatal(err)
	}
	blocktest.Golden(t, "utc.md", string(utc.Markdown()))
	blocktest.Golden(t, "berlin.md", string(local.Markdown()))
	blocktest.Golden(t, "berlin.json", string(data))
}

// shape is a document without its words: what each line begins with, and its cells.
func shape(markdown []byte) (all []string) {
	for line := range strings.Lines(string(markdown)) {
		line = strings.TrimSuffix(line, "\n")
		bare := strings.NewReplacer(`\\`, "", `\|`, "").Replace(line)
		indent := len(line) - len(strings.TrimLeft(line, " "))
		first, _, _ := strings.Cut(line[indent:], " ")
		if line != "" && !strings.ContainsAny(first[:1], "#>|-") {
			first = "words"
		}
		all = append(all, strings.Repeat(" ", indent)+first+strings.Repeat("|", strings.Count(bare, "|")))
	}
	return all
}

// TestHostileWords: whatever people and alerts write, the document keeps its shape: no
// line, heading, cell, link, picture or mention comes of it.
func TestHostileWords(t *testing.T) {
	want := shape(postmortem.Of(hot(asIs)).Markdown())
	for _, hostile := range []string{
		blocktest.Hostile, "# heading\n# heading", "\n\n---\n\n# broken out", "- item", "1. first", "12) twelfth", "+ plus", "=== setext", "> quoted", "```\ncode\n```", "`", "``", "~~~",
		"a | b || c", `\`, `\|`, `\\|`, "| a |\n|---|\n", "[x](https://evil.example)", "![x](https://evil.example/pixel.png)", "<img src=x onerror=alert(1)>", "<!-- ", "-->", "&lt;script&gt;",
		"@anna @here <!channel> #12 https://evil.example www.evil.example", "*bold* _it_ ~~gone~~ $x$ :tada:", "\u202eback\u2066", "\x00\x1b[2J\x7f", "\ufeff\u200b", "[ref]: https://evil.example", "[^1]", strings.Repeat("x", 300), "\xff\xfe",
	} {
		in := hot(func(s string) string {
			if s == "" {
				return ""
			}
			return hostile + s
		})
		r := postmortem.Of(in)
		got := r.Markdown()
		if diff := cmp.Diff(want, shape(got)); diff != "" {
			t.Errorf("%.40q changes the document (-want +got):\n%s", hostile, diff)
		}
		for _, never := range []string{"<img", "<script", "<!", "](https://evil", "@anna", "@here", " #12", "://evil", "www.evil", "\x1b", "\x00", "\u202e", "**bold", "~~gone"} {
			if bytes.Contains(got, []byte(never)) {
				t.Errorf("%.40q leaves %q", hostile, never)
			}
		}
		if data, err := r.JSON(); err != nil || !json.Valid(data) || len(data) > postmortem.MaxBytes || len(got) > postmortem.MaxBytes {
			t.Errorf("%.40q makes %d bytes of Markdown, %d of JSON: %v", hostile, len(got), len(data), err)
		}
	}
}

// TestBounds: the worst incident makes a document that is bounded, and that says what it
// leaves out.
func TestBounds(t *testing.T) {
	long := strings.Repeat("&", 10_000)
	in := hot(func(s string) string { return s + long })
	i := &in.Incident
	for k := range 500 {
		i.Alerts = append(i.Alerts, incident.Alert{Fingerprint: string(rune('a' + k)), Summary: long, Description: long, AtFiring: long, StartsAt: night})
		i.Steps = append(i.Steps, incident.Step{ID: long, Number: 8 + k, Title: long, Tier: playbooks.LongTerm, Standing: incident.Standing{State: incident.StepOpen, Note: long}})
	}
	for range 5_000 {
		in.Timeline = append(in.Timeline, incident.Change{Kind: incident.KindNoted, At: night, By: incident.User{ID: "U0X", Name: long}, Text: long})
	}
	in.Timeline = append(in.Timeline, incident.Change{Kind: incident.KindClosed, At: after(90)})
	r := postmortem.Of(in)
	data, err := r.JSON()
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Markdown(); len(got) > postmortem.MaxBytes || len(data) > postmortem.MaxBytes {
		t.Errorf("%d bytes of Markdown, %d of JSON, want at most %d", len(got), len(data), postmortem.MaxBytes)
	}
	if n := len(r.Entries) + r.LeftOut; n != len(in.Timeline) || r.Entries[0].Kind != "opened" || r.Entries[len(r.Entries)-1].Kind != "closed" {
		t.Errorf("%d of %d entries are told of", n, len(in.Timeline))
	}
	if n := len(r.Alerts) + r.AlertsLeftOut; n != 502+7 {
		t.Errorf("%d of 509 alerts are told of", n)
	}
}

// TestNameless: whoever acted without a name is asked for, once.
func TestNameless(t *testing.T) {
	in := hot(asIs)
	if got := postmortem.Nameless(in.Incident, in.Timeline); len(got) != 1 || got[0] != "U0CHRIS" {
		t.Errorf("got %q, want U0CHRIS alone", got)
	}
}

// TestBareIncident: an incident of which nothing is known but that it is there has its
// post-mortem, too.
func TestBareIncident(t *testing.T) {
	got := string(postmortem.Of(postmortem.Input{Incident: incident.Incident{Number: 7, State: incident.Open, OpenedAt: night, Playbook: incident.PlaybookRef{Name: "triage"}}, Now: night}).Markdown())
	for _, want := range []string{"# INC-7: triage", "| Acknowledged | by nobody", "| Resolved | not yet"} {
		if !strings.Contains(got, want) {
			t.Errorf("there is no %q in:\n%s", want, got)
		}
	}
}
