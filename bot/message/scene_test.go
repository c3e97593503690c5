package message

import (
	"fmt"
	"maps"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/testkit/blocktest"
	"github.com/signalbook/signalbook/playbooks"
)

var (
	night = time.Date(2026, 11, 23, 2, 14, 0, 0, time.UTC)
	anna  = incident.User{ID: "U0ANNA", Name: "anna"}
	ben   = incident.User{ID: "U0BEN", Name: "ben"}
)

// directory is whom the configured names mention.
var directory = Names{"@db-oncall": "<!subteam^S0DB>", "@db-leads": "<!subteam^S0LEADS>", "carla@example.com": "<@U0CARLA>", "@broken": "<!channel>"}

// scene is an incident on its way through the real state machine.
type scene struct {
	t        testing.TB
	rules    incident.Rules
	incident incident.Incident
	others   []incident.Incident
	playbook *playbooks.Playbook
	changes  []incident.Change
	history  incident.History
	answer   incident.Answer
	plan     incident.Plan
	now      time.Time
}

// hotDatabase is a playbook like the built-in one, with fewer words.
func hotDatabase(t testing.TB) *playbooks.Playbook {
	t.Helper()
	data, err := os.ReadFile("testdata/database-cpu.yml")
	if err != nil {
		t.Fatal(err)
	}
	p, problems := playbooks.Parse("database-cpu.yml", data)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return p
}

// triage is a playbook of one step.
func triage() *playbooks.Playbook {
	return &playbooks.Playbook{Name: playbooks.Triage, Title: "Something else", Tiers: []playbooks.Tier{{
		Name: playbooks.Immediate, Within: playbooks.Duration(4 * time.Hour),
		Steps: []playbooks.Step{{ID: "look", Title: "Look at it", Detail: "What changed last?"}},
	}}}
}

func newScene(t testing.TB, p *playbooks.Playbook) *scene {
	return &scene{
		t: t, playbook: p, now: night,
		rules: incident.Rules{ReopenWithin: 4 * time.Hour, StaleAfter: 24 * time.Hour, SeverityLabel: "severity", SeverityOrder: []string{"critical", "warning", "info"}},
		plan: incident.Plan{
			Channel: "C1", Owners: []string{"@db-oncall"}, Playbook: p, Hash: p.Hash(), Reason: "it matches",
			Escalate: []incident.Escalation{{After: 10 * time.Minute, Mention: []string{"@db-leads", "carla@example.com"}}},
		},
	}
}

func (s *scene) handle(current *incident.Incident, ev incident.Event) *scene {
	s.t.Helper()
	ev.At = s.now
	next := 142
	if current != nil {
		next = 143
	}
	out, err := s.rules.Settle(incident.StepInput{Current: current, Next: next, Neighbours: s.others}, ev, func(needs incident.Needs, into *incident.Loaded) error {
		if needs.Plan != nil {
			plan := s.plan
			plan.Filled, _ = s.playbook.Fill(playbooks.DataFor(*needs.Plan))
			into.Plan = &plan
		}
		for _, hash := range needs.Books {
			incident.Keep(&into.Books, hash, s.playbook)
		}
		for _, playbook := range needs.Histories {
			incident.Keep(&into.Histories, playbook, &s.history)
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.answer = out.Answer
	for _, r := range out.Results {
		if r.Incident.Number == 142 || current == nil {
			s.incident = r.Incident
			s.changes = append(s.changes, r.Changes...)
		}
	}
	if n := len(out.Results); n == 2 && s.incident.FollowedBy != 0 {
		s.others = append(s.others, out.Results[1].Incident)
	}
	return s
}

func (s *scene) hears(n alerts.Notification) *scene {
	s.t.Helper()
	if s.incident.Number == 0 {
		return s.handle(nil, incident.Event{Notification: &n})
	}
	i := s.incident
	return s.handle(&i, incident.Event{Notification: &n})
}

func (s *scene) after(d time.Duration) *scene {
	s.now = s.now.Add(d)
	return s
}

func (s *scene) timer() *scene {
	i := s.incident
	return s.handle(&i, incident.Event{Timer: &incident.Timer{Incident: i.Number}})
}

func (s *scene) act(who incident.User, verb incident.Verb, step, text string, mentions ...incident.User) *scene {
	i := s.incident
	return s.handle(&i, incident.Event{Act: &incident.Act{Verb: verb, Incident: i.Number, Step: step, User: who, Text: text, Named: mentions, Via: "button"}})
}

// gives lets somebody lead.
func (s *scene) gives(by, whom incident.User) *scene {
	i := s.incident
	return s.handle(&i, incident.Event{Act: &incident.Act{Verb: incident.VerbAssign, Incident: i.Number, User: by, Whom: whom, Via: "command"}})
}

func (s *scene) view() View {
	return View{
		Incident: s.incident, Playbook: s.playbook, Command: "/playbook",
		Names: directory,
	}
}

// database is what Alertmanager sends when databases are hot.
func database(at time.Time, statuses ...alerts.Status) alerts.Notification {
	n := alerts.Notification{
		Source: "default", Receiver: "signalbook", Status: alerts.Resolved, GroupKey: `{}:{alertname="DatabaseHighCPU"}`,
		ExternalURL:       "http://alertmanager.example:9093",
		GroupLabels:       map[string]string{"alertname": "DatabaseHighCPU", "cluster": "orders-db"},
		CommonLabels:      map[string]string{"alertname": "DatabaseHighCPU", "cluster": "orders-db", "engine": "postgres", "region": "eu-central-1", "severity": "critical", "team": "db"},
		CommonAnnotations: map[string]string{"runbook_url": "https://runbooks.example/db", "dashboard_url": "https://grafana.example/d/db", "summary": "Database orders-db burns 94 % of its CPU"},
	}
	for k, status := range statuses {
		a := alerts.Alert{
			Status: status, Fingerprint: fmt.Sprintf("f%015d", k), StartsAt: at.Add(-time.Duration(len(statuses)-k) * time.Minute),
			Labels:       map[string]string{"instance": fmt.Sprintf("orders-db-%d:9187", k)},
			Annotations:  map[string]string{"summary": fmt.Sprintf("orders-db-%d is at %d %% CPU", k, 94-k), "runbook_url": "https://runbooks.example/db"},
			GeneratorURL: "http://prometheus.example:9090/graph?g0.expr=instance%3Acpu%3Aratio+%3E+0.9&g0.tab=1",
		}
		maps.Copy(a.Labels, n.CommonLabels)
		if status == alerts.Firing {
			n.Status = alerts.Firing
			n.Firing++
		} else {
			a.EndsAt = at.Add(30 * time.Minute)
			n.Resolved++
		}
		n.Alerts = append(n.Alerts, a)
	}
	return n
}

func opened(t testing.TB) *scene {
	return newScene(t, hotDatabase(t)).hears(database(night, alerts.Firing, alerts.Firing))
}

// long is a playbook of 50 steps of 2,500 characters.
func long() *playbooks.Playbook {
	p := &playbooks.Playbook{Name: "long", Title: "A long playbook", Tiers: []playbooks.Tier{{Name: playbooks.Immediate, Within: playbooks.Duration(time.Hour)}}}
	for k := range 50 {
		p.Tiers[0].Steps = append(p.Tiers[0].Steps, playbooks.Step{
			ID: fmt.Sprintf("step-%d", k+1), Title: fmt.Sprintf("Step number %d", k+1),
			Detail: strings.Repeat("Look at it. ", 2_500/12), Commands: []string{"kubectl get pods", strings.Repeat("x", 9_772)},
		})
	}
	return p
}

// situations are what an incident looks like at its main moments.
func situations(t testing.TB) map[string]View {
	small := &playbooks.Playbook{Name: "small", Title: blocktest.Hostile, Links: []playbooks.Link{{Title: blocktest.Hostile, URL: "https://x.example/{{ .Labels.bad }}"}}, Tiers: []playbooks.Tier{{
		Name: playbooks.Immediate, Within: playbooks.Duration(time.Hour), Owners: []string{"@nobody <!channel>", "@broken"},
		Steps: []playbooks.Step{
			{ID: "look", Title: "Look at {{ .Labels.bad }}", Detail: "At {{ .Labels.bad }}, and ask <!here> or <@U0ANNA>", Commands: []string{"grep {{ .Labels.bad }}"}},
			{ID: "never", Title: "Never", Applies: []string{`engine="none"`}},
		},
	}}}
	huge := database(night)
	huge.Status, huge.Truncated = alerts.Firing, 1_500
	for k := range 500 {
		huge.Alerts = append(huge.Alerts, alerts.Alert{
			Status: alerts.Firing, Fingerprint: fmt.Sprintf("f%015d", k), StartsAt: night,
			Labels:      map[string]string{"instance": fmt.Sprintf("db-%d", k), "very": strings.Repeat("long ", 2_000)},
			Annotations: map[string]string{"summary": strings.Repeat("Much to say. ", 800)}, GeneratorURL: "http://p.example/" + strings.Repeat("x", 7_000),
		})
		huge.Firing++
	}
	bad := database(night, alerts.Firing, alerts.Firing)
	bad.GroupLabels["bad"], bad.CommonLabels["bad"], bad.CommonLabels["severity"] = blocktest.Hostile, blocktest.Hostile, blocktest.Hostile
	bad.CommonAnnotations = map[string]string{"summary": blocktest.Hostile, "runbook_url": "javascript:alert(1)", "dashboard_url": "https://user:secret@evil.example/"}
	for k := range bad.Alerts {
		bad.Alerts[k].Labels["bad"], bad.Alerts[k].Annotations["summary"], bad.Alerts[k].Labels["own"] = blocktest.Hostile, blocktest.Hostile, blocktest.Hostile
		bad.Alerts[k].StartsAt = time.Time{}
		bad.Alerts[k].GeneratorURL = "https://p.example/|<!channel>"
	}
	followUps := func() *scene {
		return opened(t).after(5*time.Minute).act(anna, incident.VerbDone, "1", "two replicas added").after(time.Minute).act(ben, incident.VerbAcknowledge, "4", "")
	}
	resolved := func() *scene {
		return followUps().after(24 * time.Minute).hears(database(night, alerts.Resolved, alerts.Resolved))
	}
	later := func() *scene {
		s := resolved().act(anna, incident.VerbAcknowledge, "5", "").act(anna, incident.VerbDone, "6", "")
		s.rules.Remind = 24 * time.Hour
		return s
	}
	takenOver := resolved().after(6 * time.Hour).hears(database(night.Add(6*time.Hour), alerts.Firing))
	successor := takenOver.view()
	successor.Incident = takenOver.others[0]
	neighbours := opened(t).after(12 * time.Minute).timer()
	for k := range 100 {
		n := neighbours.incident
		n.Number, n.Title = 200+k, fmt.Sprintf("Database is at 90%% CPU: shop-%d", k)
		neighbours.others = append(neighbours.others, n)
	}
	mixed := database(night, alerts.Firing, alerts.Resolved, alerts.Firing)

	mysql := database(night, alerts.Firing)
	mysql.CommonLabels["engine"], mysql.Alerts[0].Labels["engine"] = "mysql", "mysql"
	all := map[string]View{
		"opened":           opened(t).view(),
		"acknowledged":     opened(t).after(3*time.Minute).act(anna, incident.VerbAcknowledge, "", "").view(),
		"assigned":         opened(t).after(3*time.Minute).gives(ben, anna).view(),
		"half done":        followUps().act(ben, incident.VerbSkip, "2", "pooled since last year: see the runbook").act(anna, incident.VerbNote, "", "Traffic doubled after the mail campaign").act(ben, incident.VerbDone, "4", "").view(),
		"changed":          opened(t).after(8 * time.Minute).hears(mixed).view(),
		"not reported":     opened(t).after(8 * time.Minute).hears(database(night, alerts.Firing)).view(),
		"escalated":        opened(t).after(11 * time.Minute).timer().view(),
		"paged":            paged(t, "it answers 503: busy").view(),
		"overdue":          opened(t).act(ben, incident.VerbAcknowledge, "1", "").after(61 * time.Minute).timer().view(),
		"overdue together": neighbours.after(49 * time.Minute).timer().view(),
		"later near":       later().after(6*24*time.Hour - 30*time.Minute).timer().view(),
		"later overdue":    later().after(7 * 24 * time.Hour).timer().view(),
		"resolved":         resolved().view(),
		"closed":           resolved().act(anna, incident.VerbDone, "4", "").act(anna, incident.VerbDone, "5", "").act(anna, incident.VerbSkip, "6", "not here").act(anna, incident.VerbSkip, "7", "no").act(anna, incident.VerbSkip, "8", "no").act(anna, incident.VerbDone, "9", "").view(),
		"by hand":          followUps().after(time.Hour).act(anna, incident.VerbResolve, "", "it is the load test").view(),
		"stale":            followUps().after(25 * time.Hour).timer().view(),
		"reopened":         resolved().after(2 * time.Hour).hears(database(night.Add(2*time.Hour), alerts.Firing, alerts.Firing)).view(),
		"taken over":       successor,
		"continued":        takenOver.view(),
		"hidden step":      newScene(t, hotDatabase(t)).hears(mysql).view(),
		"hostile text":     newScene(t, small).hears(bad).act(incident.User{ID: blocktest.Hostile, Name: blocktest.Hostile}, incident.VerbSkip, "1", blocktest.Hostile).act(anna, incident.VerbNote, "", blocktest.Hostile).view(),
		"hostile open":     newScene(t, small).hears(bad).view(),
		"500 alerts":       newScene(t, triage()).hears(huge).view(),
		"50 long steps":    newScene(t, long()).hears(database(night, alerts.Firing)).view(),
		"50 ended steps":   ended(newScene(t, long()).hears(database(night, alerts.Firing))).view(),
		"no playbook text": {Incident: opened(t).incident, Command: "/playbook"},
		"by hand started":  started(t).view(),
		"playbook note":    noted(t).view(),
		"false alarm":      withReason(resolved(), "false_alarm", ben),
		"untouched":        untouched(t).view(),
		"strange reason":   withReason(resolved(), blocktest.Hostile, incident.User{Name: blocktest.Hostile}),
		"storm urgent":     inStorm(t, incident.ShowUrgent).view(),
		"storm shown":      inStorm(t, incident.ShowUrgent).act(anna, incident.VerbAcknowledge, "", "").view(),
		"drill":            drill(t).view(),
		"drill late":       lateDrill(t).view(),
		"drill scored":     scoredDrill(t).view(),
		"drill over":       overDrill(t).view(),
		"drill first":      drill(t).after(5*time.Minute).act(anna, incident.VerbResolve, "", "").view(),
	}
	maps.Copy(all, askedSituations(t))
	return all
}

// withReason is an incident of which somebody has said what it was.
// untouched ended by itself soon after it began, and nobody had a hand in it.
func untouched(t testing.TB) *scene {
	s := newScene(t, hotDatabase(t))
	s.rules.FollowUpsAfter = 15 * time.Minute
	s.hears(database(night, alerts.Firing, alerts.Firing))
	s.now = s.now.Add(4 * time.Minute)
	return s.hears(database(s.now, alerts.Resolved, alerts.Resolved))
}

func withReason(s *scene, reason string, by incident.User) View {
	v := s.view()
	v.Incident.Reason, v.Incident.ReasonBy = incident.Reason(reason), by
	return v
}

// inStorm is a critical incident of a storm.
func inStorm(t testing.TB, show incident.Show) *scene {
	s := opened(t)
	s.incident.Storm, s.incident.Show = 140, show
	return s
}

func started(t testing.TB) *scene {
	s := newScene(t, hotDatabase(t))
	plan := s.plan
	plan.Filled, _ = s.playbook.Fill(playbooks.Data{Labels: map[string]string{"engine": "postgres"}})
	plan.Owners = nil
	out := s.rules.Handle(incident.StepInput{Next: 142, StartPlan: &plan}, incident.Event{At: s.now, Start: &incident.Start{Playbook: "database-cpu", Labels: map[string]string{"engine": "postgres"}, User: anna, Via: "command"}})
	s.incident, s.answer = out.Results[0].Incident, out.Answer
	return s
}

func noted(t testing.TB) *scene {
	s := newScene(t, triage())
	s.plan.Note = "There is no playbook “databse-cpu”: the alert names it in its label."
	return s.hears(database(night, alerts.Firing))
}

func ended(s *scene) *scene {
	for _, step := range s.incident.Steps {
		s.act(anna, incident.VerbSkip, step.ID, strings.Repeat("because ", 60))
	}
	return s
}

// paged is an incident whose second level calls a service outside Slack, which has trouble.
func paged(t testing.TB, trouble string) *scene {
	s := newScene(t, hotDatabase(t))
	s.plan.Escalate = append(s.plan.Escalate, incident.Escalation{After: 20 * time.Minute, Hook: "h", HookName: "PagerDuty"})
	s.hears(database(night, alerts.Firing)).after(21 * time.Minute).timer()
	i := s.incident
	return s.handle(&i, incident.Event{Paged: &incident.Paged{Incident: i.Number, Opening: 1, Level: 2, Event: incident.PageTrigger, Trouble: trouble}})
}
