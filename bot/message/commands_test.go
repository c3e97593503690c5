package message

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/testkit/blocktest"
	"github.com/signalbook/signalbook/playbooks"
	"github.com/signalbook/signalbook/playbooks/library"
)

// commands are the private answers that are messages.
func commands(t testing.TB) map[string]blockkit.Message {
	all := situations(t)
	var many []incident.Incident
	for k := range 42 {
		i := all["half done"].Incident
		i.Number, i.Title = 100+k, blocktest.Hostile+blocktest.Hostile
		many = append(many, i)
	}
	story := opened(t).after(3*time.Minute).act(anna, incident.VerbAcknowledge, "", "").act(anna, incident.VerbDone, "1", "two replicas added").act(ben, incident.VerbNote, "", blocktest.Hostile).
		after(8 * time.Minute).hears(database(night, "firing", "resolved", "firing")).after(time.Hour).timer().hears(database(night.Add(time.Hour), "resolved", "resolved", "resolved"))
	allLong := long()
	drilled := overDrill(t)
	var story140 []incident.Change
	for k := range 140 {
		story140 = append(story140, incident.Change{Kind: incident.KindNoted, At: night.Add(time.Duration(k) * time.Minute), By: anna, Via: "command", Text: fmt.Sprintf("note %d %s", k+1, blocktest.Hostile)})
	}
	wide := *hotDatabase(t)
	wide.Title, wide.Description, wide.Match = blocktest.Hostile, strings.Repeat(blocktest.Hostile, 9), []string{blocktest.Hostile}
	out := map[string]blockkit.Message{
		"incidents":        Incidents(IncidentList{Incidents: []incident.Incident{all["opened"].Incident, all["half done"].Incident, all["by hand"].Incident}, From: 1, Filter: "all", Now: night.Add(2 * time.Hour), Command: "/playbook"}),
		"incidents many":   Incidents(IncidentList{Incidents: many, From: 1, Rest: 1970, Filter: "open", Now: night, Command: "/playbook"}),
		"incidents none":   Incidents(IncidentList{Incidents: nil, From: 1, Filter: "mine", Now: night, Command: "/playbook"}),
		"playbooks":        Playbooks([]*playbooks.Playbook{hotDatabase(t), triage()}, "/playbook"),
		"playbooks none":   Playbooks(nil, "/playbook"),
		"playbook":         Playbook(hotDatabase(t), "/playbook"),
		"playbook hostile": Playbook(&wide, "/playbook"),
		"playbook long":    Playbook(allLong, "/playbook"),
		"incidents drill":  Incidents(IncidentList{Incidents: []incident.Incident{all["drill"].Incident, all["opened"].Incident, all["half done"].Incident}, From: 1, Filter: "open", Now: night, Command: "/playbook"}),
		"status drill":     Status(all["drill late"], night.Add(2*time.Hour)),
		"timeline drill":   Timeline(drilled.incident, drilled.changes, 0, 0),
		"status":           Status(all["half done"], night.Add(2*time.Hour)),
		"timeline":         Timeline(story.incident, story.changes, 0, 0),
		"timeline long":    Timeline(story.incident, story140, 1140, 0),
		"timeline empty":   Timeline(story.incident, nil, 0, 0),
		"text":             blockkit.TextMessage("Hello, `INC-142`."),
		"text long":        blockkit.TextMessage(strings.Repeat("A line of help &amp; words.\n", 2_000)),
		"text one line":    blockkit.TextMessage(strings.Repeat("&lt;", 20_000)),
	}
	for _, p := range library.All() {
		out["playbook "+p.Name] = Playbook(p, "/playbook")
	}
	return out
}

func TestCommands(t *testing.T) {
	all := commands(t)
	for _, name := range []string{"incidents", "incidents drill", "playbooks", "playbook", "status", "timeline", "timeline drill"} {
		t.Run(name, func(t *testing.T) { blocktest.Golden(t, name, blocktest.Readable(t, all[name])) })
	}
}

func TestWhatIsLeftOutIsCounted(t *testing.T) {
	all := commands(t)
	tests := []struct{ message, want string }{
		{"incidents many", "more: `/playbook incidents open "},
		{"timeline long", "… 1,1"},
		{"playbook long", "more steps"},
		{"text long", "(cut, 55,999 characters in all)"},
		{"text one line", "(cut, 80,000 characters in all)"},
	}
	for _, test := range tests {
		if got := blocktest.Readable(t, all[test.message]); !strings.Contains(got, test.want) {
			t.Errorf("%s does not say %q", test.message, test.want)
		}
	}
	got := blocktest.Readable(t, all["timeline long"])
	if !strings.Contains(got, "note 140 ") || strings.Contains(got, "note 1 ") {
		t.Error("the timeline does not keep its newest entries")
	}
	root := Render(situations(t)["500 alerts"])[0].Message
	if got, want := blocktest.Readable(t, root), "and 1,995 more, of which 1,500 are only counted"; !strings.Contains(got, want) {
		t.Errorf("the root does not say %q", want)
	}
}

func TestNoIncidentsIsSaidKindly(t *testing.T) {
	for filter, want := range map[string]string{"open": "No incident is open", "mine": "Nothing is waiting for you", "overdue": "Nothing is overdue", "all": "no incidents yet"} {
		if got := Incidents(IncidentList{Incidents: nil, From: 1, Filter: filter, Now: night, Command: "/playbook"}).Text; !strings.Contains(got, want) {
			t.Errorf("%s: got %q, want %q in it", filter, got, want)
		}
	}
}

// answerKinds are all kinds that people can be told.
var answerKinds = []incident.AnswerKind{
	incident.AnswerApplied, incident.AnswerTaken, incident.AnswerAlready, incident.AnswerOver, incident.AnswerActive, incident.AnswerEnded,
	incident.AnswerNotEnded, incident.AnswerNotTaken, incident.AnswerNotYours, incident.AnswerNoStep, incident.AnswerHidden, incident.AnswerNoReason,
	incident.AnswerGone, incident.AnswerOlder, incident.AnswerContinued, incident.AnswerForbidden, incident.AnswerNoPlaybook, incident.AnswerStarted, incident.AnswerLate, incident.AnswerKept, incident.AnswerShown, incident.AnswerFailed,
}

func TestAnswers(t *testing.T) {
	var b strings.Builder
	say := func(what string, a incident.Answer) {
		got := Answer(a, "/playbook")
		if got == "" || strings.Contains(got, "%!") {
			t.Errorf("%s: got %q", what, got)
		}
		fmt.Fprintf(&b, "%-24s %s\n", what, got)
	}
	verbs := []incident.Verb{incident.VerbAcknowledge, incident.VerbDone, incident.VerbSkip, incident.VerbRelease, incident.VerbUndo}
	for _, verb := range verbs {
		say("step "+string(verb), incident.Answer{Kind: incident.AnswerApplied, Verb: verb, Incident: 142, Step: 2, Title: "Enable pooling", State: "open"})
	}
	for _, verb := range []incident.Verb{incident.VerbAcknowledge, incident.VerbResolve, incident.VerbReopen, incident.VerbNote} {
		say("incident "+string(verb), incident.Answer{Kind: incident.AnswerApplied, Verb: verb, Incident: 142, Title: "Database is at 90% CPU", State: "resolved"})
	}
	for _, channel := range []string{"#incidents", "C0123456", ""} {
		say("incident show "+channel, incident.Answer{Kind: incident.AnswerApplied, Verb: incident.VerbShow, Incident: 142, Text: channel})
		say("incident shown "+channel, incident.Answer{Kind: incident.AnswerShown, Verb: incident.VerbShow, Incident: 142, Text: channel})
	}
	for _, state := range []incident.StepState{incident.StepAcknowledged, incident.StepDone, incident.StepSkipped} {
		for _, kind := range []incident.AnswerKind{incident.AnswerTaken, incident.AnswerAlready} {
			say(fmt.Sprintf("%s %s", kind, state), incident.Answer{Kind: kind, Verb: incident.VerbAcknowledge, Incident: 142, Step: 2, Title: "Enable pooling", State: string(state), Who: anna, When: night})
		}
	}
	for _, kind := range answerKinds[1:] {
		step, text := 2, "words"
		if kind == incident.AnswerTaken || kind == incident.AnswerAlready || kind == incident.AnswerOver || kind == incident.AnswerNoStep {
			step = 0
		}
		state := "resolved"
		if kind == incident.AnswerEnded || kind == incident.AnswerNotEnded {
			state = "done"
		}
		if kind == incident.AnswerContinued {
			text = "INC-150"
		}
		say(string(kind), incident.Answer{Kind: kind, Verb: incident.VerbSkip, Incident: 142, Step: step, Title: "Enable pooling", State: state, Who: anna, When: night, Text: text})
	}
	started := incident.Answer{Kind: incident.AnswerStarted, Incident: 142, Title: "Database is at 90% CPU", Text: "#drills", Drill: true}
	say("started drill", started)
	say("step done drill", incident.Answer{Kind: incident.AnswerApplied, Verb: incident.VerbDone, Incident: 142, Step: 2, Title: "Enable pooling", Drill: true})
	second := incident.Answer{Kind: incident.AnswerApplied, Verb: incident.VerbDone, Incident: 142, Step: 2, Title: "Enable pooling"}
	missing := incident.Answer{Kind: incident.AnswerNoStep, Verb: incident.VerbDone, Incident: 142, Text: "77"}
	first := second
	first.Step, first.More = 1, []incident.Answer{second}
	say("several steps", first)
	first.More = append(first.More, missing, incident.Answer{Kind: incident.AnswerTaken, Verb: incident.VerbDone, Incident: 142, Step: 4, State: "done", Who: anna, When: night})
	say("several, but for two", first)
	missing.More = []incident.Answer{missing}
	say("none of several", missing)
	blocktest.Golden(t, "answers", b.String())
	if got := Answer(incident.Answer{}, "/playbook"); got != "" {
		t.Errorf("got %q, want no answer", got)
	}
}

func TestAnswersAreHarmless(t *testing.T) {
	evil := incident.User{ID: blocktest.Hostile, Name: blocktest.Hostile}
	for _, kind := range answerKinds {
		for _, step := range []int{0, 3} {
			for _, verb := range []incident.Verb{incident.VerbAcknowledge, incident.VerbDone, incident.VerbNote, incident.VerbShow, "other"} {
				a := incident.Answer{Kind: kind, Verb: verb, Incident: 1, Step: step, Title: blocktest.Hostile, State: blocktest.Hostile, Who: evil, When: night, Text: blocktest.Hostile}
				for _, problem := range blocktest.Problems(t, blockkit.TextMessage(Answer(a, "/playbook"))) {
					t.Errorf("%s %s: %s", kind, verb, problem)
				}
				a.Who, a.When, a.Text, a.Title, a.State = incident.User{}, time.Time{}, "", "", ""
				if got := Answer(a, "/playbook"); strings.Contains(got, "  ") || got == "" {
					t.Errorf("%s %s: got %q", kind, verb, got)
				}
			}
		}
	}
}

func TestEveryKindOfChangeHasWords(t *testing.T) {
	kinds := []incident.Kind{
		incident.KindOpened, incident.KindReopened, incident.KindAcknowledged, incident.KindResolved, incident.KindClosed, incident.KindAlertsResolved, incident.KindAlertAdded,
		incident.KindAlertResolved, incident.KindAlertFiredAgain, incident.KindCopyHeld, incident.KindCopyDropped, incident.KindNotReported, incident.KindReported, incident.KindSeverity, incident.KindSummary,
		incident.KindStale, incident.KindHeardAgain, incident.KindEscalated, incident.KindDeadline, incident.KindNoted, incident.KindStepAcknowledged, incident.KindStepDone,
		incident.KindStepSkipped, incident.KindStepReleased, incident.KindStepUndone, incident.KindStepDropped, incident.KindStepReopened, incident.KindStepTaken, incident.KindLateClick,
		incident.KindContinued, incident.KindPlaybookNote, incident.KindRemembered, incident.KindDiverted, incident.KindShown, incident.KindScored, incident.KindOddStart, "of_a_newer_binary",
	}
	i := opened(t).incident
	for _, kind := range kinds {
		got := happened(i, incident.Change{Kind: kind, At: night, Step: "scale-up", Alert: i.Alerts[0].Fingerprint, Other: 9, Text: "text"})
		if got == "" || strings.Contains(got, "_") {
			t.Errorf("%s: got %q", kind, got)
		}
	}
}

func TestModals(t *testing.T) {
	i := opened(t).incident
	s, _, _ := i.FindStep("2")
	s.Title = blocktest.Hostile
	i.Number = 1_234_567_890
	for name, view := range map[string]slack.ModalViewRequest{"skip": skipModal(i, s), "note": noteModal(i), "how": howModal(View{Incident: i}, s), "short": blockkit.ShortModal(noteModal(i), strings.Repeat("x<!channel>", 100))} {
		if n := blocktest.Units(view.Title.Text); n > 24 {
			t.Errorf("%s: title of %d characters, Slack takes 24", name, n)
		}
		if _, err := json.Marshal(view); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	skip, note := skipModal(i, s), noteModal(i)
	if got, want := skip.CallbackID+" "+skip.PrivateMetadata, "step:skip INC-1234567890/pool-connections"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := note.CallbackID+" "+note.PrivateMetadata, "incident:note INC-1234567890"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	i = opened(t).incident
	s, _, _ = i.FindStep("2")
	asks := asked(t, branching()).view()
	lag, _, _ := asks.Incident.FindStep("1")
	writer, _, _ := asks.Incident.FindStep("3")
	var all strings.Builder
	for _, form := range []slack.ModalViewRequest{skipModal(i, s), noteModal(i), howModal(opened(t).view(), s), doneModal(asks.Incident, lag), doneModal(asks.Incident, writer), howModal(asks, lag)} {
		all.WriteString(blocktest.Readable(t, blockkit.Message{Text: form.CallbackID, Blocks: form.Blocks.BlockSet}))
	}
	blocktest.Golden(t, "modals", all.String())
}

// TestTimelineOfManyFlaps: what was folded counts as what it stands for, in the text,
// in its line and in what is left out; of a timeline that does not fit in a message the
// beginning and the end are shown, and the middle is counted.
func TestTimelineOfManyFlaps(t *testing.T) {
	v := situations(t)["opened"]
	list := func(from, n int) (changes []incident.Change) {
		for k := range n {
			changes = append(changes, incident.Change{Kind: incident.KindReopened, At: night.Add(time.Duration(from+k) * time.Minute)})
		}
		return changes
	}
	middle := incident.Change{Kind: incident.KindFolded, At: night.Add(1000 * time.Minute), Other: 3750}
	opened := incident.Change{Kind: incident.KindOpened, At: night}
	acked := incident.Change{Kind: incident.KindAcknowledged, At: night, By: anna}
	for name, c := range map[string]struct {
		changes []incident.Change
		total   int
		want    []string
		lines   int
	}{
		"short":        {slices.Concat([]incident.Change{opened, acked}, []incident.Change{middle}, list(1001, 5)), 0, []string{"3,757 entries", "opened", "acknowledged", "3,750 entries are folded here"}, 8},
		"long":         {slices.Concat([]incident.Change{opened, acked}, list(1, 48), []incident.Change{middle}, list(1001, 200)), 251, []string{"4,000 entries", "opened", "acknowledged", "entries in between are left out", "22:14"}, 0},
		"only its end": {slices.Concat(list(1, 48), []incident.Change{middle}, list(1001, 200)), 251, []string{"4,000 entries", "earlier entries are left out", "22:14"}, 0},
		"one folded":   {[]incident.Change{opened, {Kind: incident.KindFolded, At: night}}, 2, []string{"2 entries", "1 entry is folded here"}, 2},
	} {
		m := Timeline(v.Incident, c.changes, c.total, 0)
		reads := blocktest.Readable(t, m)
		for _, want := range c.want {
			if !strings.Contains(reads, want) {
				t.Errorf("%s: %q is not in\n%s", name, want, reads)
			}
		}
		n := strings.Count(reads, "• ")
		if c.lines > 0 && n != c.lines {
			t.Errorf("%s: got %d lines, want %d", name, n, c.lines)
		}
		if left := "… " + textutil.Thousands(4000-n) + " "; c.lines == 0 && (n < 40 || !strings.Contains(reads, left)) {
			t.Errorf("%s: got %d lines, and not %q", name, n, left)
		}
		for _, problem := range blocktest.Problems(t, m) {
			t.Errorf("%s: %s", name, problem)
		}
	}
}

// TestTimelineInPages: the button of each page leads to the entries before it, until the
// first one is shown; none is shown twice but for the beginning, which the first page has.
func TestTimelineInPages(t *testing.T) {
	v := situations(t)["opened"]
	var changes []incident.Change
	for k := range 330 {
		changes = append(changes, incident.Change{Kind: incident.KindNoted, At: night.Add(time.Duration(k) * time.Minute), By: anna, Text: fmt.Sprintf("number %d.", k+1)})
	}
	older := regexp.MustCompile(`"value":"(\d+)/INC-142"`)
	said := map[string]int{}
	newer, pages := 0, 0
	for {
		m := Timeline(v.Incident, changes, len(changes), newer)
		for _, problem := range blocktest.Problems(t, m) {
			t.Errorf("from %d: %s", newer, problem)
		}
		for _, number := range regexp.MustCompile(`number \d+\.`).FindAllString(blocktest.Readable(t, m), -1) {
			said[number]++
		}
		encoded, err := json.Marshal(m.Blocks)
		if err != nil {
			t.Fatal(err)
		}
		pages++
		found := older.FindSubmatch(encoded)
		if found == nil {
			break
		}
		next, _ := strconv.Atoi(string(found[1]))
		if next <= newer || pages > 20 {
			t.Fatalf("the button of the page from %d leads to %d", newer, next)
		}
		newer = next
	}
	if len(said) != len(changes) || pages < 3 {
		t.Errorf("got %d entries on %d pages, want all %d", len(said), pages, len(changes))
	}
	for k := range changes {
		number := fmt.Sprintf("number %d.", k+1)
		if most := 1; said[number] > most && k >= firstEntries || said[number] > 2 {
			t.Errorf("%s is said %d times", number, said[number])
		}
	}
}
