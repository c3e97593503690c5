package incident_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/playbooks"
)

var update = flag.Bool("update", false, "rewrite the expected output of the scenarios")

// TestScenarios plays the conversations in testdata/*.txt. A line is a command;
// what follows "----" up to the next blank line is what came of it. A responder
// should be able to read one.
//
//	alerts db: primary@1 firing, replica@1 resolved   a notification about group db; @1 is the alert's startsAt in minutes,
//	       @1..5 its startsAt and endsAt; without it a resolved one ends a minute after its start
//	       "truncated 4", "drill" (every alert has the mark) or "drill primary" (only that one has) may follow after a semicolon
//	anna done INC-1 2 pooled                           what a person does
//	anna assign INC-1 ben                              lets ben lead
//	anna done INC-1 1,2                                the same to several steps
//	anna resolve INC-1 false alarm: flapping           a reason may stand before the note
//	anna click INC-1 1                                 done by a click, after which anna can be asked
//	playbook branches                                  another playbook, of testdata
//	start triage by anna                               a playbook started by hand
//	drill triage by anna                               the same as an exercise
//	follow_ups 15m, remind 24h                         what the configuration says of follow-ups and of later deadlines
//	pages 2                                            the second level of the escalation calls a service outside Slack, too
//	service takes INC-1                                that service takes what it is told; fails: it may take it later; refuses: it never will
//	after 5m                                           time passes; whatever becomes due happens on time
//	show INC-1                                         the incident as it stands
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenario found: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := play(t, string(want))
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("scenario differs (-want +got); run with -update and read the diff:\n%s", diff)
			}
		})
	}
}

// runner is the little of a coordinator that a scenario needs.
type runner struct {
	t         *testing.T
	rules     incident.Rules
	now       time.Time
	start     time.Time
	book      *playbooks.Playbook
	escalate  []incident.Escalation
	incidents map[int]incident.Incident
	groups    map[string]int
	history   incident.History
	out       *bytes.Buffer
}

func play(t *testing.T, script string) string {
	start := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	d := &runner{
		t: t, now: start, start: start, book: scenarioPlaybook(t, "playbook"),
		rules: incident.Rules{ReopenWithin: 4 * time.Hour, StaleAfter: 24 * time.Hour, SeverityLabel: "severity", SeverityOrder: []string{"critical", "warning", "info"}},
		escalate: []incident.Escalation{
			{After: 10 * time.Minute, Mention: []string{"@db-leads"}}, {After: 30 * time.Minute, Mention: []string{"@cto"}},
		},
		incidents: map[int]incident.Incident{}, groups: map[string]int{}, out: &bytes.Buffer{},
	}
	skipping := false
	for line := range strings.Lines(script) {
		line = strings.TrimRight(line, "\n")
		switch {
		case line == "----":
			skipping = true
		case line == "" && skipping:
			skipping = false
			fmt.Fprintln(d.out)
		case skipping:
		case line == "" || strings.HasPrefix(line, "#"):
			fmt.Fprintln(d.out, line)
		default:
			fmt.Fprintf(d.out, "%s\n----\n", line)
			d.line(line)
			skipping = true
		}
	}
	return d.out.String()
}

func scenarioPlaybook(t *testing.T, name string) *playbooks.Playbook {
	data, err := os.ReadFile("testdata/" + name + ".yml")
	if err != nil {
		t.Fatal(err)
	}
	book, problems := playbooks.Parse(name+".yml", data)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return book
}

func (d *runner) line(line string) {
	words := strings.Fields(line)
	switch {
	case words[0] == "alerts":
		d.event(incident.Event{At: d.now, Notification: d.notification(line)})
	case words[0] == "follow_ups":
		after, err := time.ParseDuration(words[1])
		if err != nil {
			d.t.Fatal(err)
		}
		d.rules.FollowUpsAfter = after
	case words[0] == "remind":
		before, err := time.ParseDuration(words[1])
		if err != nil {
			d.t.Fatal(err)
		}
		d.rules.Remind = before
	case words[0] == "pages":
		n, _ := strconv.Atoi(words[1])
		d.escalate[n-1].Hook, d.escalate[n-1].HookName = "h", "PagerDuty"
	case words[0] == "service":
		d.service(words)
	case words[0] == "playbook":
		d.book = scenarioPlaybook(d.t, words[1])
	case words[0] == "after":
		d.after(words[1])
	case words[0] == "show":
		d.show(number(d.t, words[1]))
	case words[0] == "start" || words[0] == "drill":
		start := &incident.Start{Playbook: words[1], User: user(words[3]), Via: "command"}
		if words[0] == "drill" {
			start.Labels = map[string]string{incident.DrillLabel: "true"}
		}
		d.event(incident.Event{At: d.now, Start: start})
	default:
		act := incident.Act{User: user(words[0]), Verb: incident.Verb(words[1]), Incident: number(d.t, words[2]), Via: "button"}
		rest := words[3:]
		if act.Verb == "click" {
			act.Verb, act.CanAsk = incident.VerbDone, true
		}
		if slices.Contains([]incident.Verb{"done", "skip", "release", "undo"}, act.Verb) || (act.Verb == "acknowledge" && len(rest) > 0) {
			steps := strings.Split(rest[0], ",")
			act.Step, act.More, rest = steps[0], steps[1:], rest[1:]
		}
		if act.Verb == incident.VerbAssign {
			act.Whom, rest = user(rest[0]), nil
		}
		if act.Verb == incident.VerbReason {
			act.Reason, rest = incident.Reason(rest[0]), nil
		}
		if act.Verb == incident.VerbResolve {
			act.Reason, act.Text = incident.CutReason(strings.Join(rest, " "))
			rest = nil
		}
		if act.Text == "" {
			act.Text = strings.Join(rest, " ")
		}
		d.event(incident.Event{At: d.now, Act: &act})
	}
}

func user(name string) incident.User {
	return incident.User{ID: "U" + strings.ToUpper(name), Name: name}
}

func number(t *testing.T, id string) int {
	n, err := strconv.Atoi(strings.TrimPrefix(id, "INC-"))
	if err != nil {
		t.Fatalf("bad incident id %q", id)
	}
	return n
}

// notification reads "alerts db: primary@1 firing, replica@1 resolved; truncated 4".
func (d *runner) notification(line string) *alerts.Notification {
	head, rest, _ := strings.Cut(strings.TrimPrefix(line, "alerts "), ":")
	rest, options, _ := strings.Cut(rest, ";")
	n := &alerts.Notification{
		Source: "default", Receiver: "bot", GroupKey: head, Status: alerts.Resolved,
		GroupLabels: map[string]string{"alertname": "HighCPU", "service": head}, CommonLabels: map[string]string{"alertname": "HighCPU", "service": head},
		CommonAnnotations: map[string]string{"summary": head + " is hot"},
	}
	for part := range strings.SplitSeq(rest, ",") {
		fields := strings.Fields(part)
		name, minute, _ := strings.Cut(fields[0], "@")
		minute, end, _ := strings.Cut(minute, "..")
		m, err := strconv.Atoi(minute)
		if err != nil {
			d.t.Fatalf("bad alert %q", part)
		}
		a := alerts.Alert{Fingerprint: name, Status: alerts.Status(fields[1]), StartsAt: d.start.Add(time.Duration(m) * time.Minute),
			Labels: map[string]string{"alertname": "HighCPU", "service": head, "instance": name, "severity": "warning"}}
		if len(fields) > 2 {
			a.Labels["severity"] = fields[2]
		}
		if only, drill := strings.CutPrefix(strings.TrimSpace(options), "drill"); drill && strings.HasSuffix(name, strings.TrimSpace(only)) {
			a.Labels[incident.DrillLabel] = "true"
		}
		if a.Status == alerts.Firing {
			n.Status = alerts.Firing
			n.Firing++
		} else {
			a.EndsAt = a.StartsAt.Add(time.Minute)
			if end != "" {
				a.EndsAt = d.start.Add(time.Duration(number(d.t, end)) * time.Minute)
			}
			n.Resolved++
		}
		n.Alerts = append(n.Alerts, a)
	}
	if fields := strings.Fields(options); len(fields) == 2 && fields[0] == "truncated" {
		n.Truncated, _ = strconv.Atoi(fields[1])
	}
	return n
}

// event does what the coordinator does with one event.
func (d *runner) event(ev incident.Event) {
	s := incident.StepInput{Next: len(d.incidents) + 1}
	at := 0
	switch {
	case ev.Notification != nil:
		at = d.groups[incident.GroupOf(*ev.Notification)]
	case ev.Act != nil:
		at = ev.Act.Incident
	case ev.Paged != nil:
		at = ev.Paged.Incident
	case ev.Timer != nil:
		at = ev.Timer.Incident
		for _, n := range d.numbers() {
			s.Neighbours = append(s.Neighbours, d.incidents[n])
		}
	case ev.Start != nil && ev.Start.Playbook == d.book.Name:
		plan := d.plan(alerts.Notification{})
		s.StartPlan = &plan
	}
	if i, ok := d.incidents[at]; ok {
		s.Current = &i
	}
	before := d.document(s.Current)
	out := handled(d.t, d.rules, s, ev, func(needs incident.Needs, into *incident.Loaded) {
		if needs.Plan != nil {
			plan := d.plan(*needs.Plan)
			into.Plan = &plan
		}
		for _, playbook := range needs.Histories {
			incident.Keep(&into.Histories, playbook, &d.history)
		}
	})
	if after := d.document(s.Current); after != before {
		d.t.Errorf("Handle changed the incident it was given:\n%s", cmp.Diff(before, after))
	}
	for _, r := range out.Results {
		i := d.stored(r.Incident)
		d.incidents[i.Number] = i
		if i.Group != "" && i.FollowedBy == 0 {
			d.groups[i.Group] = i.Number
		}
		for _, c := range r.Changes {
			fmt.Fprintf(d.out, "%s %s: %s\n", d.clock(c.At), i.ID(), told(c))
			if c.Kind == incident.KindResolved {
				d.remember(i)
			}
		}
	}
	if out.Answer.Kind != incident.AnswerNone && (!out.Answer.Applied() || ev.Timer != nil) {
		for _, a := range out.Answer.Each() {
			d.answer(a)
		}
	}
	if ev.Notification != nil && out.Reason != "" {
		fmt.Fprintf(d.out, "(%s)\n", out.Reason)
	}
}

// service is what a service outside Slack does with what it is told: "service takes INC-1",
// "service fails INC-1" or "service refuses INC-1". Without a call that is due it does nothing.
func (d *runner) service(words []string) {
	i := d.incidents[number(d.t, words[2])]
	for _, p := range i.Pages {
		e := i.Wants(p)
		if e == "" {
			continue
		}
		fmt.Fprintf(d.out, "told %s as %s\n", e, p.Key("T1", i.Number))
		told := incident.Paged{Incident: i.Number, Opening: p.Opening, Level: p.Level, Event: e}
		if words[1] != "takes" {
			told.Trouble, told.GivenUp = "it answers 503", words[1] == "refuses"
		}
		d.event(incident.Event{At: d.now, Paged: &told})
		d.event(incident.Event{At: d.now, Paged: &told}) // told twice
	}
}

func (d *runner) answer(a incident.Answer) {
	fmt.Fprintf(d.out, "answer: %s", a.Kind)
	if a.Who.ID != "" {
		fmt.Fprintf(d.out, " %s at %s", a.Who.Name, d.clock(a.When))
	}
	if a.Text != "" {
		fmt.Fprintf(d.out, " (%s)", a.Text)
	}
	if a.Asks != nil {
		fmt.Fprintf(d.out, " %s", a.Asks.ID)
	}
	if a.WaitsFor != nil {
		fmt.Fprintf(d.out, ", waits for %v", a.WaitsFor)
	}
	if a.Drill {
		fmt.Fprint(d.out, " in a drill")
	}
	fmt.Fprintln(d.out)
}

// remember keeps how an incident went, as the store does.
func (d *runner) remember(i incident.Incident) {
	data, err := i.Run().Encode()
	if err != nil {
		d.t.Fatal(err)
	}
	run, err := incident.DecodeRun(data)
	if err != nil {
		d.t.Fatal(err)
	}
	if i.Drill {
		d.history.Drills = append(d.history.Drills, run)
	} else {
		d.history.Real = append(d.history.Real, run)
	}
}

// stored is the incident as Redis would give it back.
func (d *runner) stored(i incident.Incident) incident.Incident {
	data, err := i.Encode()
	if err != nil {
		d.t.Fatal(err)
	}
	back, err := incident.Decode(data)
	if err != nil {
		d.t.Fatal(err)
	}
	return back
}

func (d *runner) document(i *incident.Incident) string {
	data, err := json.Marshal(i)
	if err != nil {
		d.t.Fatal(err)
	}
	return string(data)
}

func (d *runner) plan(alerts.Notification) incident.Plan {
	filled, _ := d.book.Fill(playbooks.Data{})
	return incident.Plan{Channel: "#db", Owners: []string{"@db"}, Escalate: d.escalate, Playbook: d.book, Hash: d.book.Hash(), Filled: filled, Reason: "the test's"}
}

func (d *runner) numbers() []int {
	var all []int
	for n := range d.incidents {
		all = append(all, n)
	}
	slices.Sort(all)
	return all
}

// after lets time pass, stopping wherever something is due.
func (d *runner) after(text string) {
	length, err := time.ParseDuration(text)
	if err != nil {
		d.t.Fatal(err)
	}
	end := d.now.Add(length)
	for {
		var due time.Time
		who := 0
		for _, n := range d.numbers() {
			if at := d.rules.NextDue(d.incidents[n]); !at.IsZero() && !at.After(end) && (due.IsZero() || at.Before(due)) {
				due, who = at, n
			}
		}
		if who == 0 {
			break
		}
		if due.After(d.now) {
			d.now = due
		}
		was := d.incidents[who].Version
		d.event(incident.Event{At: d.now, Timer: &incident.Timer{Incident: who}})
		if d.incidents[who].Version == was {
			d.t.Fatalf("the timer of INC-%d at %s changes nothing", who, d.clock(due))
		}
	}
	d.now = end
}

// clock prints a time as hours and minutes since the start of the scenario.
func (d *runner) clock(at time.Time) string {
	if at.IsZero() {
		return "never"
	}
	since := at.Sub(d.start)
	if days := since / (24 * time.Hour); days > 0 {
		return fmt.Sprintf("day %d %02d:%02d", days, int(since.Hours())%24, int(since.Minutes())%60)
	}
	return fmt.Sprintf("%02d:%02d:%02d", int(since.Hours()), int(since.Minutes())%60, int(since.Seconds())%60)
}

func length(d time.Duration) string {
	if d == incident.Never {
		return "never"
	}
	return d.String()
}

func told(c incident.Change) string {
	text := string(c.Kind)
	if c.Step != "" {
		text += " " + c.Step
	}
	if c.Alert != "" {
		text += " " + c.Alert
	}
	if c.By.Name != "" {
		text += " by " + c.By.Name
	}
	if c.Whom.Name != "" {
		text += " to " + c.Whom.Name
	}
	if c.Other != 0 {
		text += fmt.Sprintf(" [%d]", c.Other)
	}
	if c.Event != "" {
		text += " " + string(c.Event)
	}
	if c.Text != "" {
		text += ": " + c.Text
	}
	return text
}

func (d *runner) show(n int) {
	i, ok := d.incidents[n]
	if !ok {
		fmt.Fprintln(d.out, "there is none")
		return
	}
	fmt.Fprintf(d.out, "%s %s", i.ID(), i.State)
	for word, on := range map[string]bool{"quiet": i.Quiet, "drill": i.Drill} {
		if on {
			fmt.Fprintf(d.out, " %s", word)
		}
	}
	if i.ByHand {
		fmt.Fprint(d.out, " by-hand-still-firing")
	}
	if i.Stale {
		fmt.Fprint(d.out, " stale")
	}
	fmt.Fprintf(d.out, " opening %d", i.Opening)
	if i.Lead.Name != "" {
		fmt.Fprintf(d.out, ", lead %s", i.Lead.Name)
	}
	if i.Severity != "" {
		fmt.Fprintf(d.out, ", %s", i.Severity)
	}
	fmt.Fprintln(d.out)
	if s := i.Score; s != nil {
		fmt.Fprintf(d.out, "  score: acknowledged after %s, resolved after %s, steps %d in time, %d late, %d left\n", length(s.Ack), length(s.Resolve), s.InTime, s.Late, s.Left)
		for _, p := range []struct {
			what string
			incident.Past
		}{{"drills", s.Drills}, {"real incidents", s.Real}} {
			fmt.Fprintf(d.out, "  %d %s before: acknowledged after %s, resolved after %s, %d %% in time\n", p.Count, p.what, length(p.Ack), length(p.Resolve), p.InTime)
		}
	}
	for _, a := range i.Alerts {
		state := "resolved"
		if a.Firing {
			state = "firing"
		}
		if !a.HeldUntil.IsZero() {
			state += " copy held"
		}
		if a.Unreported {
			state += " not-reported"
		}
		fmt.Fprintf(d.out, "  alert %s %s\n", a.Fingerprint, state)
	}
	for _, t := range i.Tiers {
		tally := i.Tally(t.Name)
		fmt.Fprintf(d.out, "  %s %d/%d due %s", t.Name, tally.Done, tally.Shown, d.clock(t.Due))
		if t.Overdue {
			fmt.Fprint(d.out, " overdue")
		}
		if t.ToldIn != 0 && t.ToldIn != n {
			fmt.Fprintf(d.out, ", told in INC-%d", t.ToldIn)
		}
		if t.Near.Opening > 0 {
			fmt.Fprintf(d.out, ", reminded on %s", d.clock(t.Near.At))
		}
		if t.Passed.Opening > 0 {
			fmt.Fprintf(d.out, ", told on %s", d.clock(t.Passed.At))
		}
		fmt.Fprint(d.out, beside(", beside", t.Together))
		for _, e := range t.Earlier {
			fmt.Fprint(d.out, beside(fmt.Sprintf(", in opening %d beside", e.Opening), e.Together))
		}
		fmt.Fprintln(d.out)
		for _, s := range i.Steps {
			if s.Tier == t.Name {
				fmt.Fprintf(d.out, "    %d %s %s", s.Number, s.ID, s.State)
				if s.Holder.Name != "" {
					fmt.Fprintf(d.out, " held by %s", s.Holder.Name)
				}
				if s.By.Name != "" {
					fmt.Fprintf(d.out, " by %s", s.By.Name)
				}
				if s.AwaitsSecond() || s.First.Name != "" {
					fmt.Fprintf(d.out, " after %s", s.First.Name)
				}
				if s.Answer != "" {
					fmt.Fprintf(d.out, ": %s", s.Answer)
				}
				if s.Hidden {
					fmt.Fprint(d.out, " hidden")
				}
				if s.Note != "" {
					fmt.Fprintf(d.out, " (%s)", s.Note)
				}
				if s.From != 0 {
					fmt.Fprintf(d.out, " from INC-%d due %s", s.From, d.clock(i.Deadline(s)))
				}
				if s.To != 0 {
					fmt.Fprintf(d.out, " to INC-%d", s.To)
				}
				fmt.Fprintln(d.out)
			}
		}
	}
}

// beside names the incidents that a deadline ping lists.
func beside(word string, listed []incident.Neighbour) string {
	if len(listed) == 0 {
		return ""
	}
	for _, n := range listed {
		word += fmt.Sprintf(" INC-%d", n.Number)
	}
	return word
}
