package message

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/testkit/blocktest"
	"github.com/signalbook/signalbook/playbooks"
)

// branching asks, shows steps by what is answered, and has one that takes two people.
func branching() *playbooks.Playbook {
	return &playbooks.Playbook{Name: "branching", Title: "Database is hot", Tiers: []playbooks.Tier{
		{Name: playbooks.Immediate, Within: playbooks.Duration(time.Hour), Steps: []playbooks.Step{
			{ID: "check-lag", Title: "Look at the replicas' lag", Detail: "On the dashboard.", Ask: &playbooks.Ask{ID: "replica_lag", Text: "How is the lag?", Choices: []string{"low", "high"}, Required: true}},
			{ID: "add-replicas", Title: "Add replicas", When: []string{`replica_lag="low"`}},
			{ID: "find-writer", Title: "Find what writes", When: []string{`replica_lag="high"`}, Ask: &playbooks.Ask{ID: "writer", Text: "Which job?"}},
			{ID: "failover", Title: "Fail over", Detail: "Half a minute without writes.", Approvals: 2},
		}},
		{Name: playbooks.ShortTerm, Within: playbooks.Duration(7 * 24 * time.Hour), Steps: []playbooks.Step{
			{ID: "tame", Title: "Tame the job", When: []string{`writer!=""`}},
		}},
	}}
}

// longAsking is a playbook of steps that take as much as they may, and ask.
func longAsking() *playbooks.Playbook {
	p := long()
	p.Tiers[0].Steps = p.Tiers[0].Steps[:12]
	for k := range p.Tiers[0].Steps {
		ask := &playbooks.Ask{ID: fmt.Sprintf("a%d", k), Text: strings.Repeat("界", 150)}
		for c := range 10 * (k % 2) {
			ask.Choices = append(ask.Choices, fmt.Sprint(c)+strings.Repeat("界", 74))
		}
		p.Tiers[0].Steps[k].Ask, p.Tiers[0].Steps[k].Approvals = ask, 2
	}
	return p
}

// hostileAsking asks with everything that is not to be believed.
func hostileAsking() *playbooks.Playbook {
	return &playbooks.Playbook{Name: "hostile", Title: "Hostile", Tiers: []playbooks.Tier{{Name: playbooks.Immediate, Within: playbooks.Duration(time.Hour), Steps: []playbooks.Step{
		{ID: "one", Title: "One", Ask: &playbooks.Ask{ID: "a", Text: blocktest.Hostile, Choices: []string{blocktest.Hostile, "no"}}, Approvals: 2},
		{ID: "two", Title: "Two", Ask: &playbooks.Ask{ID: "b", Text: blocktest.Hostile}},
	}}}}
}

func asked(t testing.TB, p *playbooks.Playbook) *scene {
	return newScene(t, p).hears(database(night, alerts.Firing))
}

// askedSituations are the main moments of what asks.
func askedSituations(t testing.TB) map[string]View {
	answered := func() *scene {
		return asked(t, branching()).after(3*time.Minute).act(anna, incident.VerbDone, "1", "high: 40 s behind")
	}
	full := func() *scene { return asked(t, longAsking()) }
	fullEnded := full()
	for _, s := range fullEnded.incident.Steps {
		words := strings.Repeat("界", playbooks.MaxAnswer)
		if len(s.Ask.Choices) > 0 {
			words = s.Ask.Choices[9] + " " + strings.Repeat("because ", 60)
		}
		fullEnded.act(anna, incident.VerbDone, s.ID, words).act(ben, incident.VerbDone, s.ID, strings.Repeat("because ", 60))
	}
	fullSaid := full()
	for _, s := range fullSaid.incident.Steps {
		fullSaid.act(anna, incident.VerbDone, s.ID, "")
	}
	hostile := asked(t, hostileAsking())
	return map[string]View{
		"asks":              asked(t, branching()).view(),
		"answered":          answered().view(),
		"second awaited":    answered().act(ben, incident.VerbDone, "4", "traffic is on db-2").view(),
		"second said":       answered().act(ben, incident.VerbDone, "3", "import-orders").act(ben, incident.VerbDone, "4", "").after(time.Minute).act(anna, incident.VerbDone, "4", "").view(),
		"asking, long":      full().view(),
		"asking, long full": {Incident: full().incident, Playbook: longAsking(), Command: "/playbook", Full: true},
		"asked, long":       fullEnded.view(),
		"said, long":        fullSaid.view(),
		"asks, hostile":     hostile.view(),
		"asked, hostile":    hostile.act(incident.User{ID: blocktest.Hostile, Name: blocktest.Hostile}, incident.VerbDone, "1", blocktest.Hostile).act(anna, incident.VerbDone, "1", "").act(anna, incident.VerbDone, "2", blocktest.Hostile).view(),
	}
}

// TestWhatAnswersSay is what people are told of questions, second people and steps that wait.
func TestWhatAnswersSay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		does   func(*scene)
		answer string
	}{
		{"without an answer", func(s *scene) { s.act(anna, incident.VerbDone, "1", "") },
			"Step 1 of INC-142 asks: “How is the lag?” Say one of *low* and *high*. `/playbook done INC-142 1 low`"},
		{"a wrong choice", func(s *scene) { s.act(anna, incident.VerbDone, "1", "so so <!here>") },
			"“so so &lt;\u2060!here&gt;” is no answer. Step 1 of INC-142 asks: “How is the lag?” Say one of *low* and *high*. `/playbook done INC-142 1 low`"},
		{"a right one", func(s *scene) { s.act(anna, incident.VerbDone, "1", "low") },
			"Done: step 1 of INC-142 (Look at the replicas' lag). Thank you."},
		{"too many words", func(s *scene) {
			s.act(anna, incident.VerbDone, "1", "high").act(anna, incident.VerbDone, "3", strings.Repeat("x", 201))
		}, "That answer is longer than 200 characters. Step 3 of INC-142 asks: “Which job?” `/playbook done INC-142 3 ANSWER`"},
		{"a step that waits", func(s *scene) { s.act(anna, incident.VerbDone, "2", "") },
			"Step 2 of INC-142 is not shown yet: it waits for the answer to step 1."},
		{"the first of two", func(s *scene) { s.act(anna, incident.VerbDone, "4", "") },
			"Recorded: you say that step 4 of INC-142 (Fail over) is done. It takes two: a second person says `/playbook done INC-142 4`, or presses Confirm done."},
		{"the first once more", func(s *scene) { s.act(anna, incident.VerbDone, "4", "").act(anna, incident.VerbDone, "4", "") },
			"You have said so already, <!date^1795400040^{date_short_pretty} {time}|2026-11-23 02:14 UTC>: it takes a second person to say that step 4 of INC-142 is done."},
		{"the second", func(s *scene) { s.act(anna, incident.VerbDone, "4", "").act(ben, incident.VerbDone, "4", "") },
			"Done: step 4 of INC-142 (Fail over). Thank you."},
		{"the third", func(s *scene) {
			s.act(anna, incident.VerbDone, "4", "").act(ben, incident.VerbDone, "4", "").act(anna, incident.VerbDone, "4", "")
		}, "ben was first"},
		{"taken back", func(s *scene) { s.act(anna, incident.VerbDone, "4", "").act(ben, incident.VerbUndo, "4", "") },
			"Undone: step 4 of INC-142 (Fail over) is open again."},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := asked(t, branching())
			c.does(s)
			if got := Answer(s.answer, "/playbook"); !strings.Contains(got, c.answer) {
				t.Errorf("got  %s\nwant %s", got, c.answer)
			}
		})
	}
}

// TestTiersThatAnswersShow: a tier of which nothing is shown yet has its place in the
// thread, says what it waits for, and does not say that it is complete; a step stays in
// its message whatever is answered.
func TestTiersThatAnswersShow(t *testing.T) {
	t.Parallel()
	names := func(v View) (all []string) {
		for _, s := range Render(v) {
			all = append(all, s.Name)
		}
		return all
	}
	s := asked(t, branching())
	before := names(s.view())
	later := shownIn(t, s.view(), "tier:short_term")
	for _, want := range []string{"**Short-term · nothing to do so far**", "Step 5 waits for the answer to step 3."} {
		if !strings.Contains(later, want) {
			t.Errorf("%q is not in\n%s", want, later)
		}
	}
	if now := shownIn(t, s.view(), "tier:immediate"); !strings.Contains(now, "Steps 2 and 3 wait for the answer to step 1.") {
		t.Errorf("what waits is not named in\n%s", now)
	}
	s.act(anna, incident.VerbDone, "1", "high").act(anna, incident.VerbDone, "3", "import")
	if after := names(s.view()); !slices.Equal(before, after) {
		t.Errorf("the messages were %v, and are %v", before, after)
	}
	if now := shownIn(t, s.view(), "tier:immediate"); !strings.Contains(now, "Which job? import") || !strings.Contains(now, "Step 2 does not apply here.") {
		t.Errorf("the answer, or what does not apply, is not in\n%s", now)
	}
}

// shownIn is what a message of an incident reads like.
func shownIn(t *testing.T, v View, name string) string {
	t.Helper()
	all := Render(v)
	k := slices.IndexFunc(all, func(s Slot) bool { return s.Name == name })
	if k < 0 {
		t.Fatalf("there is no %s", name)
	}
	return blocktest.Readable(t, all[k].Message)
}
