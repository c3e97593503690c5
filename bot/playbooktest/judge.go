package playbooktest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/playbooks"
)

// opening judges how the incident opened.
func (p *player) opening(at path) {
	e := &p.test.Expect
	i, ok := p.stage.Newest()
	if !ok {
		p.failf(at, "no incident opened")
		return
	}
	p.result.Playbook = i.Playbook.Name
	if e.Playbook != "" && e.Playbook != i.Playbook.Name {
		text := fmt.Sprintf("another playbook is chosen\nwant: %s\ngot:  %s (%s)", e.Playbook, i.Playbook.Name, i.Playbook.Reason)
		if _, known := p.file.settings.Playbooks.Find(e.Playbook); !known {
			text += fmt.Sprintf("\nThere is no playbook %q%s", textutil.Cut(e.Playbook, 60), nearest(e.Playbook, p.bookNames()))
		}
		p.failf(at.at("playbook"), "%s", text)
		return // of another playbook everything else is different too
	}
	p.same(at.at("title"), "title", e.Title, i.Title)
	p.severity(at.at("severity"), "severity", e.Severity, i.Severity)
	p.same(at.at("channel"), "channel", e.Channel, i.Channel)
	if e.Owners != nil {
		p.list(at.at("owners"), "owners", *e.Owners, message.Owners(i))
	}
	for _, tier := range playbooks.TierNames() {
		if want, given := e.Steps[tier]; given {
			p.list(at.at("steps", string(tier)), fmt.Sprintf("steps of %s that apply", tier), p.ids(i, want), shownSteps(i, tier))
		}
	}
	for k, ref := range e.NotSteps {
		switch s, _, known := i.FindStep(ref); {
		case !known:
			p.noStep(at.at("not_steps", k), i, ref)
		case !s.Hidden:
			p.failf(at.at("not_steps", k), "step %s applies\nwant: hidden\ngot:  %s", ref, s.State)
		}
	}
	p.messages(at.at("messages"), i, e.Messages)
}

// moment judges how the newest incident stands now.
func (p *player) moment(at path, m *Moment) {
	i, ok := p.stage.Newest()
	switch state := incidentState(i.State); {
	case !ok && m.State == none:
		return
	case !ok:
		p.failf(at, "there is no incident at %s", m.At)
		return
	case m.State != "" && m.State != state:
		p.failf(at.at("state"), "the state at %s differs\nwant: %s\ngot:  %s", m.At, m.State, state)
	}
	when := " at " + m.At.String()
	if m.Lead != nil && *m.Lead != i.Lead.Name {
		p.failf(at.at("lead"), "the lead%s differs\nwant: %s\ngot:  %s", when, orNobody(*m.Lead), orNobody(i.Lead.Name))
	}
	p.severity(at.at("severity"), "severity"+when, m.Severity, i.Severity)
	for _, ref := range slices.Sorted(maps.Keys(m.Steps)) {
		s, _, known := i.FindStep(ref)
		got := stepState(s.State)
		if s.Hidden {
			got = hidden
		}
		switch want := m.Steps[ref]; {
		case !known:
			p.noStep(at.at("steps", ref), i, ref)
		case got != want:
			p.failf(at.at("steps", ref), "step %s%s differs\nwant: %s\ngot:  %s", ref, when, want, got)
		}
	}
	if m.Overdue != nil {
		p.overdue(at.at("overdue"), m.At, *m.Overdue)
	}
	for _, tier := range playbooks.TierNames() {
		if want, given := m.Progress[tier]; given {
			tally := i.Tally(tier)
			p.same(at.at("progress", string(tier)), fmt.Sprintf("progress of %s%s", tier, when), want, fmt.Sprintf("%d/%d", tally.Done, tally.Shown))
		}
	}
	for _, tier := range playbooks.TierNames() {
		if want, given := m.Shown[tier]; given {
			p.list(at.at("shown", string(tier)), fmt.Sprintf("steps of %s that are shown%s", tier, when), p.ids(i, want), shownSteps(i, tier))
		}
	}
	if m.Answers != nil {
		p.list(at.at("answers"), "answers"+when, pairs(*m.Answers), pairs(i.Answers()))
	}
	if m.Incident != 0 && m.Incident != i.Number {
		p.failf(at.at("incident"), "the number of the newest incident%s differs\nwant: %d\ngot:  %d", when, m.Incident, i.Number)
	}
	if m.Opening != 0 && m.Opening != i.Opening {
		p.failf(at.at("opening"), "the opening%s differs\nwant: %d\ngot:  %d", when, m.Opening, i.Opening)
	}
	p.messages(at.at("messages"), i, m.Messages)
}

// shownSteps are the ids of a tier's steps that are shown.
func shownSteps(i incident.Incident, tier playbooks.TierName) []string {
	return steps(i, func(s incident.Step) bool { return s.Tier == tier && !s.Hidden })
}

// pairs are answers as matchers write them.
func pairs(answers map[string]string) []string {
	var all []string
	for _, id := range slices.Sorted(maps.Keys(answers)) {
		all = append(all, fmt.Sprintf("%s=%q", id, answers[id]))
	}
	return all
}

func orNobody(name string) string {
	if name == "" {
		return "nobody"
	}
	return name
}

// overdue judges which steps are overdue now.
func (p *player) overdue(at path, when playbooks.Duration, want []string) {
	i, _ := p.stage.Newest()
	got := steps(i, func(s incident.Step) bool {
		t, _ := i.Tier(s.Tier)
		return t.Overdue && !s.Hidden && !s.Ended() && !after(when).Before(i.Deadline(s)) && (i.Active() || s.Tier != playbooks.Immediate)
	})
	p.list(at, fmt.Sprintf("steps that are overdue at %s", when), p.ids(i, want), got)
}

// ids are steps by id, whether they are given by id or by number. What is neither
// stays, and shows in the difference.
func (p *player) ids(i incident.Incident, refs []string) []string {
	ids := slices.Clone(refs)
	for k, ref := range refs {
		if s, _, ok := i.FindStep(ref); ok {
			ids[k] = s.ID
		}
	}
	return ids
}

func (p *player) noStep(at path, i incident.Incident, ref string) {
	p.failf(at, "playbook %s has no step %q%s", i.Playbook.Name, textutil.Cut(ref, 60), nearest(ref, steps(i, func(incident.Step) bool { return true })))
}

func (p *player) bookNames() []string {
	var names []string
	for _, book := range p.file.settings.Playbooks.All() {
		names = append(names, book.Name)
	}
	return names
}

// same judges one text; an empty one is not expected.
func (p *player) same(at path, what, want, got string) {
	if want != "" && want != got {
		p.failf(at, "the %s differs\nwant: %s\ngot:  %s", what, want, got)
	}
}

// severity judges a severity, whose case does not count.
func (p *player) severity(at path, what, want, got string) {
	if !strings.EqualFold(want, got) {
		p.same(at, what, want, got)
	}
}

// list judges a list, in its order.
func (p *player) list(at path, what string, want, got []string) {
	if slices.Equal(want, got) {
		return
	}
	text := fmt.Sprintf("the %s differ\nwant: %s\ngot:  %s", what, bracketed(want), bracketed(got))
	lacks, more := without(want, got), without(got, want)
	if len(lacks) > 0 {
		text += "\nmissing: " + strings.Join(lacks, ", ")
	}
	if len(more) > 0 {
		text += "\nnot expected: " + strings.Join(more, ", ")
	}
	if len(lacks)+len(more) == 0 {
		text += "\nonly the order differs"
	}
	p.failf(at, "%s", text)
}

func bracketed(list []string) string { return "[" + strings.Join(list, ", ") + "]" }

// without are the entries of a that b lacks.
func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}
