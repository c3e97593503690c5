package playbooktest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/playbooks"
	"github.com/signalbook/signalbook/playbooks/yamlfile"
)

// Start is when every test begins, so that a golden text can say "an hour later"
// as 2026-01-01 01:00 UTC.
var Start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// Result is what came of one test.
type Result struct {
	Name     string
	Playbook string           // that was chosen first
	At       yamlfile.Problem // where the test stands, without a text
	// Failures are placed at the expectation or the event that was not met; the lines after the first say what was wanted
	// and what there was.
	Failures yamlfile.Problems
}

// At the same moment alerts come first, then what people do, then what falls due,
// then the expectations are looked at.
const (
	rankAlerts = iota
	rankOpening
	rankActs
	rankLooks
)

// happening is one thing that a test does or looks at.
type happening struct {
	at   time.Time
	rank int
	do   func()
}

// player is one test being played.
type player struct {
	file   *File
	test   *Test
	at     path
	stage  *Stage
	result *Result
}

// Play plays the test of that index of Tests.
func (f *File) Play(index int) Result {
	t := &f.Tests[index]
	at := path{"tests", index}
	r := Result{Name: t.Name, At: f.doc.Problem("", at...)}
	p := &player{file: f, test: t, at: at, stage: NewStage(f.settings), result: &r}
	p.play()
	r.Failures.Sort()
	return r
}

func (p *player) play() {
	t := p.test
	end := p.end()
	group := group{alerts: t.Alerts, by: p.file.groupBy(*t), start: Start, stale: p.file.settings.Rules.StaleAfter}
	var all []happening
	for _, at := range group.deliveries(end) {
		all = append(all, happening{at, rankAlerts, func() {
			n := group.notification(at)
			p.stage.Handle(incident.Event{At: at, Notification: &n})
		}})
	}
	for k := range t.Events {
		all = append(all, happening{after(t.Events[k].At), rankActs, func() { p.act(k) }})
	}
	expect := p.at.at("expect")
	all = append(all, happening{after(t.opensAt()), rankOpening, func() { p.opening(expect) }})
	if o := t.Expect.Overdue; o != nil {
		all = append(all, happening{after(o.At), rankLooks, func() { p.overdue(expect.at("overdue", "steps"), o.At, o.Steps) }})
	}
	for k := range t.Expect.Moments {
		m := &t.Expect.Moments[k]
		all = append(all, happening{after(m.At), rankLooks, func() { p.moment(expect.at("moments", k), m) }})
	}
	slices.SortStableFunc(all, func(a, b happening) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.rank, b.rank)) })
	for _, h := range all {
		p.stage.Pass(h.at, h.rank == rankLooks)
		h.do()
	}
	p.stage.Pass(end, true)
	p.pings(expect)
}

// end is the last moment that the test speaks of.
func (p *player) end() time.Time {
	t := p.test
	times := []playbooks.Duration{t.Until, t.opensAt()}
	for _, a := range t.Alerts {
		times = append(times, a.Starts)
		if a.ResolvedAt != nil {
			times = append(times, *a.ResolvedAt)
		}
	}
	for _, e := range t.Events {
		times = append(times, e.At)
	}
	if o := t.Expect.Overdue; o != nil {
		times = append(times, o.At)
	}
	for _, m := range t.Expect.Moments {
		times = append(times, m.At)
	}
	if r := t.Expect.Reminders; r != nil {
		for _, r := range *r {
			times = append(times, r.At)
		}
	}
	if e := t.Expect.Escalations; e != nil {
		for _, e := range *e {
			times = append(times, e.At)
		}
	}
	return after(slices.Max(times))
}

func after(d playbooks.Duration) time.Time { return Start.Add(time.Duration(d)) }

func since(at time.Time) string { return playbooks.Duration(at.Sub(Start)).String() }

// act lets somebody act. What is not applied is a failure, unless the event says
// what the person is told.
func (p *player) act(k int) {
	e := &p.test.Events[k]
	at := p.at.at("events", k)
	newest, _ := p.stage.Newest()
	act, key := e.act(newest.Number)
	out := p.stage.Handle(incident.Event{At: after(e.At), Act: &act})
	if s, _, known := newest.FindStep(act.Step); known && e.Says != "" && s.Ask == nil {
		p.failf(at.at("says"), "step %s asks nothing: leave says out, or make it a note", act.Step)
	}
	want := incident.AnswerKind(cmp.Or(e.Answer, string(incident.AnswerApplied)))
	got := out.Answer.Kind
	if got == want {
		return
	}
	if e.Answer != "" {
		p.failf(at.at("answer"), "the answer to %s differs\nwant: %s\ngot:  %s", e.By, want, told(out.Answer))
		return
	}
	p.failf(at.at(key), "what %s does at %s is not applied\nwant: %s\ngot:  %s", e.By, e.At, want, told(out.Answer))
}

// told is an answer in a few words.
func told(a incident.Answer) string {
	text := string(a.Kind)
	if a.Who.Name != "" {
		text += fmt.Sprintf(", by %s at %s", a.Who.Name, since(a.When))
	}
	if a.State != "" {
		text += ", it is " + a.State
	}
	if a.Asks != nil {
		text += fmt.Sprintf(": it asks %q", a.Asks.Text)
		if len(a.Asks.Choices) > 0 {
			text += ", says is one of " + strings.Join(a.Asks.Choices, ", ")
		}
	}
	if len(a.WaitsFor) > 0 {
		text += fmt.Sprintf(", it waits for the answer to %s %s", textutil.Plural(len(a.WaitsFor), "step", "steps"), strings.Trim(fmt.Sprint(a.WaitsFor), "[]"))
	}
	if a.Kind == incident.AnswerNoStep {
		text += fmt.Sprintf(": there is no step %q", a.Text)
	}
	return text
}

func (p *player) failf(at path, format string, args ...any) {
	p.result.Failures = append(p.result.Failures, p.file.doc.Problem(fmt.Sprintf(format, args...), at...))
}
