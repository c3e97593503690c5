package command

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/bot/topic"
)

func TestParse(t *testing.T) {
	for _, test := range []struct {
		typed    string
		incident int
		want     Command
	}{
		{"", 0, Command{Verb: VerbHelp}},
		{"  \n ", 7, Command{Verb: VerbHelp}},
		{"help", 0, Command{Verb: VerbHelp}},
		{"Help Done", 0, Command{Verb: VerbHelp, Text: "done"}},
		{"list", 0, Command{Verb: VerbList}},
		{"show Database-CPU", 0, Command{Verb: VerbShow, Name: "database-cpu", Text: "database-cpu"}},
		{"incidents", 0, Command{Verb: VerbIncidents, Filter: "open"}},
		{"incidents MINE", 0, Command{Verb: VerbIncidents, Filter: "mine"}},
		{"incidents overdue 31", 0, Command{Verb: VerbIncidents, Filter: "overdue", From: 31}},
		{"status INC-142", 0, Command{Verb: VerbStatus, Incident: 142}},
		{"status inc-142", 0, Command{Verb: VerbStatus, Incident: 142}},
		{"status 142", 0, Command{Verb: VerbStatus, Incident: 142}},
		{"status", 9, Command{Verb: VerbStatus, Incident: 9}},
		{"status 9", 9, Command{Verb: VerbStatus, Incident: 9}},
		{"ack 142", 0, Command{Verb: VerbAck, Incident: 142}},
		{"ack 142 #4", 0, Command{Verb: VerbAck, Incident: 142, Step: "4"}},
		{"ack", 9, Command{Verb: VerbAck, Incident: 9}},
		{"ack 4", 9, Command{Verb: VerbAck, Incident: 9, Step: "4"}},
		{"ack inc-9 4", 9, Command{Verb: VerbAck, Incident: 9, Step: "4"}},
		{"done INC-1 2 pooled", 0, Command{Verb: VerbDone, Incident: 1, Step: "2", Text: "pooled"}},
		{"DONE\u00a01   02:  pooled  &amp; <b>\nit holds", 0, Command{Verb: VerbDone, Incident: 1, Step: "2", Text: "pooled  & b\nit holds"}},
		{"done 4 pooling is on", 9, Command{Verb: VerbDone, Incident: 9, Step: "4", Text: "pooling is on"}},
		{"done 142 1 2 4", 0, Command{Verb: VerbDone, Incident: 142, Step: "1", More: []string{"2", "4"}}},
		{"done #1 02 2", 9, Command{Verb: VerbDone, Incident: 9, Step: "1", More: []string{"2"}}},
		{"done 142 1,2,pool-connections pooling is on", 0, Command{Verb: VerbDone, Incident: 142, Step: "1", More: []string{"2", "pool-connections"}, Text: "pooling is on"}},
		{"ack 142 1, 2 and 4", 0, Command{Verb: VerbAck, Incident: 142, Step: "1", More: []string{"2", "4"}}},
		{"skip 5,6: no budget, says ben", 9, Command{Verb: VerbSkip, Incident: 9, Step: "5", More: []string{"6"}, Text: "no budget, says ben"}},
		{"skip 5 6 no budget", 9, Command{Verb: VerbSkip, Incident: 9, Step: "5", Text: "6 no budget"}},
		{"done 4 2 replicas added", 9, Command{Verb: VerbDone, Incident: 9, Step: "4", Text: "2 replicas added"}},
		{"done 4, 2 replicas added", 9, Command{Verb: VerbDone, Incident: 9, Step: "4", Text: "2 replicas added"}},
		{"done 4, and it holds", 9, Command{Verb: VerbDone, Incident: 9, Step: "4", Text: "and it holds"}},
		{"release 142 3 4", 0, Command{Verb: VerbRelease, Incident: 142, Step: "3", More: []string{"4"}}},
		{"done Pool-Connections", 9, Command{Verb: VerbDone, Incident: 9, Step: "pool-connections"}},
		{"done INC-9 4 pooling is on", 9, Command{Verb: VerbDone, Incident: 9, Step: "4", Text: "pooling is on"}},
		{"skip 1 scale-up no larger size", 0, Command{Verb: VerbSkip, Incident: 1, Step: "scale-up", Text: "no larger size"}},
		{"release 1 3", 0, Command{Verb: VerbRelease, Incident: 1, Step: "3"}},
		{"undo 3", 9, Command{Verb: VerbUndo, Incident: 9, Step: "3"}},
		{"note 1 a &lt;!channel&gt; &amp;amp; b", 0, Command{Verb: VerbNote, Incident: 1, Text: "a <!channel> &amp; b"}},
		{"note 1 ask <@U12|anna> in <#C1|db> or <!subteam^S1|@db> <!here> see <https://x.example/a|https://x.example/a> and <https://x.example|the page>", 0,
			Command{Verb: VerbNote, Incident: 1, Text: "ask @anna in #db or @db @here see https://x.example/a and the page (https://x.example)", People: []Person{{"U12", "anna"}}}},
		{"skip 1 2 <@U1|a&lt;b> <@U2> <@U3|c> <@U4|d> <@U5|e> <@U6|f> <@U7|g> <@U8>", 0, Command{Verb: VerbSkip, Incident: 1, Step: "2", Text: "@a<b @somebody @c @d @e @f @g @somebody",
			People: []Person{{"U1", "a<b"}, {"U3", "c"}, {"U4", "d"}, {"U5", "e"}, {"U6", "f"}}}},
		{"note 1 ask <@U12345678> or <@W12> in <#C12345678> or <!subteam^S1234> <!here>", 0,
			Command{Verb: VerbNote, Incident: 1, Text: "ask @somebody or @somebody in #a-channel or @a-group @here"}},
		{"assign 142 <@U12|anna b>", 0, Command{Verb: VerbAssign, Incident: 142, People: []Person{{"U12", "anna b"}}}},
		{"assign <@U12>", 9, Command{Verb: VerbAssign, Incident: 9, People: []Person{{"U12", ""}}}},
		{"assign INC-142 Me", 0, Command{Verb: VerbAssign, Incident: 142}},
		{"note 42 is the answer", 9, Command{Verb: VerbNote, Incident: 9, Text: "42 is the answer"}},
		{"note INC-7 had the same cause", 9, Command{Verb: VerbNote, Incident: 9, Text: "INC-7 had the same cause"}},
		{"resolve 1", 0, Command{Verb: VerbResolve, Incident: 1}},
		{"resolve 3 replicas added", 9, Command{Verb: VerbResolve, Incident: 9, Text: "3 replicas added"}},
		{"reopen 9", 9, Command{Verb: VerbReopen, Incident: 9}},
		{"timeline 142 101", 0, Command{Verb: VerbTimeline, Incident: 142, From: 101}},
		{"timeline 9 101", 9, Command{Verb: VerbTimeline, Incident: 9, From: 101}},
		{"timeline 000142", 0, Command{Verb: VerbTimeline, Incident: 142}},
		{"status #142", 0, Command{Verb: VerbStatus, Incident: 142}},
		{"status inc142", 0, Command{Verb: VerbStatus, Incident: 142}},
		{"done inc 142 4 pooled", 0, Command{Verb: VerbDone, Incident: 142, Step: "4", Text: "pooled"}},
		{"done Inc #9 #4", 9, Command{Verb: VerbDone, Incident: 9, Step: "4"}},
		{"done #4 pooled", 9, Command{Verb: VerbDone, Incident: 9, Step: "4", Text: "pooled"}},
		{"note inc is short for incident", 9, Command{Verb: VerbNote, Incident: 9, Text: "inc is short for incident"}},
		{"catchup INC-142", 0, Command{Verb: VerbCatchup, Incident: 142}},
		{"catchup 142 30m", 0, Command{Verb: VerbCatchup, Incident: 142, Within: 30 * time.Minute}},
		{"catchup 2H", 9, Command{Verb: VerbCatchup, Incident: 9, Within: 2 * time.Hour}},
		{"thread INC-142", 0, Command{Verb: VerbThread, Incident: 142}},
		{"thread", 9, Command{Verb: VerbThread, Incident: 9}},
		{"thread 9", 9, Command{Verb: VerbThread, Incident: 9}},
		{"start triage", 0, Command{Verb: VerbStart, Name: "triage"}},
		{`start database-cpu orders are slow severity=critical instance="orders 0"`, 0,
			Command{Verb: VerbStart, Name: "database-cpu", Text: "orders are slow", Labels: map[string]string{"severity": "critical", "instance": "orders 0"}}},
		{`drill Database-CPU engine=postgres`, 0, Command{Verb: VerbDrill, Name: "database-cpu", Labels: map[string]string{"engine": "postgres"}}},
		{"drill triage", 9, Command{Verb: VerbDrill, Name: "triage"}},
		{"start triage “a = b” note=“say \\\"hi\\\"” x=y=z 9=q", 3,
			Command{Verb: VerbStart, Name: "triage", Text: "a = b 9=q", Labels: map[string]string{"note": `say "hi"`, "x": "y=z"}}},
	} {
		got, err := Parse(test.typed, test.incident)
		if err != nil {
			t.Errorf("Parse(%q, %d): got error %v", test.typed, test.incident, err)
			continue
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("Parse(%q, %d) (-want +got):\n%s", test.typed, test.incident, diff)
		}
	}
}

// TestQuestionsEndAsQuestions: what is asked has no full stop behind its mark.
func TestQuestionsEndAsQuestions(t *testing.T) {
	for _, text := range []string{"stack", "pattern", "ask", "status", "show", "start", "done 1", "skip 1 4", "note 1", "digest pst", "incidents opne", "stak"} {
		_, err := Parse(text, 0)
		if err == nil {
			continue // show and start take the nearest name
		}
		if said, _, _ := strings.Cut(err.Error(), "\n"); strings.Contains(said, "?.") || strings.Contains(said, "..") {
			t.Errorf("%q: got %s", text, said)
		}
	}
}

func TestParseWrong(t *testing.T) {
	long := strings.Repeat("ä", 2001)
	for _, test := range []struct {
		typed    string
		incident int
		want     []string // each must be in the text
	}{
		{"doen 1 2", 0, []string{"`doen`", "did you mean `done`?", "`done ID STEP [note]`"}},
		{"doen 2", 9, []string{"did you mean `done`?", "`done STEP [note]`"}},
		{"acknowledge 1", 0, []string{"did you mean `ack`?"}},
		{"statsu", 0, []string{"did you mean `status`?"}},
		{"incident", 0, []string{"did you mean `incidents`?"}},
		{"threads INC-142", 0, []string{"did you mean `thread`?", "`thread ID`"}},
		{"tread", 9, []string{"did you mean `thread`?", "`thread`: "}},
		{"thread", 0, []string{"Which incident?", "`thread ID`"}},
		{"thread 142 now", 0, []string{"does not know what to do with `now`"}},
		{"silence 1 2h", 0, []string{"I do not know `silence`", "`help [verb]`"}},
		{"`<!channel>` now", 0, []string{"I do not know `'@channel'`"}},
		{"help me", 0, []string{"I do not know `me`"}},
		{"incidents oepn", 0, []string{"Did you mean `open`?"}},
		{"incidents open now", 0, []string{"`now` is no place in the list"}},
		{"incidents open 0", 0, []string{"a number from 1 to 3000"}},
		{"incidents open 9999", 0, []string{"a number from 1 to 3000"}},
		{"incidents open 3 4", 0, []string{"`4`"}},
		{"list all", 0, []string{"does not know what to do with `all`"}},
		{"show", 0, []string{"Which playbook?"}},
		{"show a/b", 0, []string{"`a/b` is no playbook's name"}},
		{"status", 0, []string{"Which incident?", "`status ID`"}},
		{"status INC-0", 0, []string{"`INC-0` is no incident"}},
		{"status INC-1234567890", 0, []string{"is no incident"}},
		{"status INC-8", 9, []string{"This is the thread of INC-9", "INC-8"}},
		{"done pooled", 0, []string{"`pooled` is no incident"}},
		{"done 1", 0, []string{"Which step?", "`done ID STEP [note]`"}},
		{"done 1 a_b", 0, []string{"`a_b` is no step"}},
		{"assign 142", 0, []string{"Who leads?"}},
		{"assign 142 @anna", 0, []string{"`@anna` is nobody whom Slack knows"}},
		{"assign 142 <@U1|anna> <@U2|ben>", 0, []string{"mention only one"}},
		{"assign 142 <@U1|anna> tonight", 0, []string{"`@anna tonight` is nobody"}},
		{"assign 142 <!channel>", 0, []string{"`@channel` is nobody"}},
		{"ack 1 4 on it", 0, []string{"does not know what to do with `on it`", "`ack ID [STEP]`"}},
		{"skip 1 4", 0, []string{"A reason is needed", "`skip ID STEP reason`"}},
		{"skip 4", 9, []string{"`skip STEP reason`"}},
		{"note 1", 0, []string{"The note is empty"}},
		{"note 1 \u200b\u2800", 0, []string{"The note is empty"}},
		{"skip 1 4 \u202e\u0301", 0, []string{"A reason is needed"}},
		{"note 1 " + long, 0, []string{"2001 characters, 2000 are kept", "nothing was recorded"}},
		{"note 1 " + long + long, 0, []string{"a command may have 3000"}},
		{"start", 0, []string{"Which playbook?"}},
		{"drill", 0, []string{"Which playbook?", "`drill NAME"}},
		{"dril triage", 0, []string{"did you mean `drill`?"}},
		{`start triage x="open`, 0, []string{"not closed"}},
		{"start triage x=1 x=2", 0, []string{"`x` is given twice"}},
		{"start triage x=", 0, []string{"`x` has no value"}},
		{"start triage " + strings.Repeat("t", 201), 0, []string{"201 characters, 200 are allowed"}},
		{"start triage \u200b \u0301 x=1", 0, []string{"The title shows nothing"}},
		{"note 1 " + strings.Repeat("<", 70_000), 0, []string{"70007 bytes", "a command may have 3000"}},
		{"start triage x=" + strings.Repeat("t", 501), 0, []string{"longer than 500"}},
	} {
		_, err := Parse(test.typed, test.incident)
		wrong, ok := errors.AsType[*UsageError](err)
		if !ok {
			t.Errorf("Parse(%.40q, %d): got error %v, want a usage error", test.typed, test.incident, err)
			continue
		}
		for _, want := range test.want {
			if !strings.Contains(wrong.Text, want) {
				t.Errorf("Parse(%.40q, %d): got %q, want it to contain %q", test.typed, test.incident, wrong.Text, want)
			}
		}
		if strings.Contains(wrong.Text, "<") {
			t.Errorf("Parse(%.40q): got %q, want nothing that Slack reads as markup", test.typed, wrong.Text)
		}
	}
}

func TestDirectionMarksAreTakenOut(t *testing.T) {
	got, err := Parse("note 1 a\u202eb\x00c\x1b[31m", 0)
	if err != nil {
		t.Fatal(err)
	}
	if want := "ab c [31m"; got.Text != want {
		t.Errorf("got %q, want %q", got.Text, want)
	}
}

func TestHelp(t *testing.T) {
	text := Help("/playbook")
	if n := utf8.RuneCountInString(text); n > 3000 {
		t.Errorf("got a help of %d characters, want at most 3000 (Slack: section text)", n)
	}
	for _, e := range entries() {
		if !strings.Contains(text, "`"+string(e.verb)) {
			t.Errorf("help: want a line for %s", e.verb)
		}
		about := HelpFor(e.verb, "/runbook")
		if !strings.Contains(about, "/runbook "+string(e.verb)) {
			t.Errorf("HelpFor(%s): got %q, want the command in it", e.verb, about)
		}
		for example := range strings.SplitSeq(e.examples, "\n") {
			c, err := Parse(strings.ReplaceAll(example, "@anna", "<@U1|anna>"), 0) // as Slack sends it
			if err != nil || c.Verb != e.verb {
				t.Errorf("the example %q: got %v, %v, want it to be a %s", example, c, err, e.verb)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"", "done INC-1 2 pooled", "start a b=\"c", "note 1 <@U1|x> &lt;", "ack 0", "skip 1 2 \xff", "incidents mine", "help help", "status inc-999999999"} {
		f.Add(seed, 0)
		f.Add(seed, 142)
	}
	f.Fuzz(func(t *testing.T, text string, incident int) {
		if incident < 0 || incident > maxID {
			incident = 0
		}
		c, err := Parse(text, incident)
		if err != nil {
			if _, ok := errors.AsType[*UsageError](err); !ok {
				t.Fatalf("got %T, want a usage error", err)
			}
			return
		}
		if _, known := lookup(string(c.Verb)); !known {
			t.Errorf("got verb %q", c.Verb)
		}
		if c.Incident != 0 {
			if again, ok := ParseID(topic.Incident(c.Incident).String()); !ok || again != c.Incident {
				t.Errorf("incident %d: got %d back", c.Incident, again)
			}
			if incident != 0 && c.Incident != incident {
				t.Errorf("in the thread of %d: got %d", incident, c.Incident)
			}
		}
		if find(c.Verb).needsIncident && c.Incident == 0 {
			t.Errorf("%s without an incident", c.Verb)
		}
		if c.Step != "" && !stepID.MatchString(c.Step) {
			t.Errorf("got step %q", c.Step)
		}
		if c.Verb == VerbSkip && c.Text == "" || utf8.RuneCountInString(c.Text) > maxNote || !utf8.ValidString(c.Text) {
			t.Errorf("got text %q", c.Text)
		}
	})
}

// TestCostIsToldApart: by what follows the service's name; other words after "by" belong
// to the name.
func TestCostIsToldApart(t *testing.T) {
	for text, want := range map[string]Command{
		"cost CloudFront by account":     {Verb: VerbCost, Text: "CloudFront", By: "account"},
		`cost "Amazon EC2" BY Teams`:     {Verb: VerbCost, Text: "Amazon EC2", By: "team"},
		"cost Storage by the hour":       {Verb: VerbCost, Text: "Storage by the hour"},
		"cost Stand by":                  {Verb: VerbCost, Text: "Stand by"},
		"cost   EC2    by    region    ": {Verb: VerbCost, Text: "EC2", By: "region"},
		"cost":                           {Verb: VerbCost},
	} {
		got, err := Parse(text, 0)
		if err != nil || !cmp.Equal(got, want) {
			t.Errorf("%s: got %+v, %v, want %+v", text, got, err, want)
		}
	}
	if _, err := Parse("cost by account", 0); err == nil {
		t.Error("by account, of no service, is understood")
	}
}
