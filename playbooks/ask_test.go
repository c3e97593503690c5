package playbooks_test

import (
	"strings"
	"testing"

	"github.com/signalbook/signalbook/playbooks"
)

// asking is a playbook of three steps: what is asked by the first, and which answers show
// the second and the third.
func asking(ask, second, third string) string {
	return "name: x\ntitle: X\ntiers:\n- name: immediate\n  within: 1h\n  steps:\n  - {id: a, title: A" + ask + "}\n  - {id: b, title: B" + second + "}\n  - {id: c, title: C" + third + "}\n"
}

// TestAskIsChecked: what no answer can be, and what nobody asks, is told where it stands.
func TestAskIsChecked(t *testing.T) {
	t.Parallel()
	const lag = ", ask: {id: lag, text: How is the lag, choices: [low, high]}"
	for name, c := range map[string]struct{ text, want string }{
		"all right":          {asking(lag, `, when: ['lag="high"']`, `, when: ['lag!="high"'], approvals: 2`), ""},
		"in words":           {asking(", ask: {id: host, text: Which host, required: true}", `, when: ['host=~"db-.*"']`, ""), ""},
		"until it is said":   {asking(lag, `, when: ['lag=""']`, ""), ""},
		"unknown id":         {asking(lag, `, when: ['lagg="high"']`, ""), `x.yml:8:`},
		"did you mean":       {asking(lag, `, when: ['lagg="high"']`, ""), `"lagg" is no answer: no step asks for it`},
		"nobody asks":        {asking("", `, when: ['lag="high"']`, ""), `"lag" is no answer: no step asks for it`},
		"forward":            {asking(`, when: ['lag="high"']`, lag, ""), "lag is asked by step 2: when looks at what earlier steps ask"},
		"its own":            {asking(lag+`, when: ['lag="high"']`, "", ""), "lag is asked by step 1"},
		"no such choice":     {asking(lag, `, when: ['lag="medium"']`, ""), "no answer to lag makes this hold: its choices are `low` and `high`"},
		"both at once":       {asking(lag, `, when: ['lag="low"', 'lag="high"']`, ""), "no answer to lag makes this hold"},
		"whatever":           {asking(lag, `, when: ['lag=~".*"']`, ""), "warning: this holds whatever is answered to lag: leave it out"},
		"bad matcher":        {asking(lag, `, when: ['lag=']`, ""), "expected label value"},
		"worse matcher":      {asking(lag, `, when: ['=lag']`, ""), "is no matcher"},
		"too many":           {asking(lag, `, when: [`+strings.Repeat(`'lag="low"',`, 11)+`]`, ""), "11 entries, at most 10"},
		"twice asked":        {asking(lag, lag, ""), "step 1 asks for lag already: give every question its own id"},
		"no id":              {asking(", ask: {text: How is it}", "", ""), "the question has no id"},
		"id":                 {asking(", ask: {id: replica-lag, text: How is it}", "", ""), `"replica-lag" cannot name an answer`},
		"no text":            {asking(", ask: {id: lag}", "", ""), "the question is missing"},
		"template":           {asking(`, ask: {id: lag, text: "Is {{ .Labels.x }} well?"}`, "", ""), "the question is no template"},
		"one choice":         {asking(", ask: {id: lag, text: How, choices: [low]}", "", ""), "one choice is none"},
		"eleven choices":     {asking(", ask: {id: lag, text: How, choices: [a,b,c,d,e,f,g,h,i,j,k]}", "", ""), "11 choices, at most 10"},
		"same choice":        {asking(", ask: {id: lag, text: How, choices: [low, Low]}", "", ""), "`Low` stands here twice"},
		"empty choice":       {asking(`, ask: {id: lag, text: How, choices: [low, " "]}`, "", ""), "the choice shows nothing"},
		"odd choice":         {asking(`, ask: {id: lag, text: How, choices: [low, "very  high"]}`, "", ""), "no answer can be `very  high`"},
		"long choice":        {asking(`, ask: {id: lag, text: How, choices: [low, `+strings.Repeat("x", 76)+`]}`, "", ""), "the choice has 76 characters, at most 75"},
		"template of choice": {asking(`, ask: {id: lag, text: How, choices: [low, "{{ .x }}"]}`, "", ""), "a choice is no template"},
		"approvals":          {asking(", approvals: 3", "", ""), "approvals is 3: 1 is whoever does the step alone, 2 asks for a second person"},
		"fewer":              {asking(", approvals: -1", "", ""), "approvals is -1"},
		"one":                {asking(", approvals: 1", "", ""), ""},
		"unknown key":        {asking(", ask: {id: lag, text: How, needed: true}", "", ""), `unknown key "needed"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, problems := playbooks.Parse("x.yml", []byte(c.text))
			if c.want == "" && len(problems) > 0 {
				t.Fatalf("problems: got %q, want none", problems)
			}
			if c.want != "" && !contains(problems, c.want) {
				t.Errorf("problems: got %q, want one with %q", problems, c.want)
			}
		})
	}
}

// TestAnswers: an answer is a choice in any case, or words on a line; typed, a note may
// follow a choice.
func TestAnswers(t *testing.T) {
	t.Parallel()
	lag := playbooks.Ask{ID: "lag", Choices: []string{"low", "high", "high and rising"}}
	words := playbooks.Ask{ID: "host"}
	for _, c := range []struct {
		ask                 playbooks.Ask
		typed, answer, note string
		ok                  bool
	}{
		{lag, "high", "high", "", true},
		{lag, " HIGH ", "high", "", true},
		{lag, "high: 40 s behind", "high", "40 s behind", true},
		{lag, "High and rising, 40 s", "high and rising", "40 s", true},
		{lag, "high 40 s\nand more", "high", "40 s\nand more", true},
		{lag, "highest", "", "", false},
		{lag, "medium", "", "", false},
		{lag, "", "", "", true},
		{words, "db-1\x07 and\ndb-2", "db-1 and db-2", "", true},
		{words, "\u200b", "", "", true},
		{words, strings.Repeat("ü", 200), strings.Repeat("ü", 200), "", true},
		{words, strings.Repeat("ü", 201), strings.Repeat("ü", 201), "", false},
	} {
		answer, note, ok := c.ask.Typed(c.typed)
		if answer != c.answer || note != c.note || ok != c.ok {
			t.Errorf("%q: got answer %q, note %q, %v, want %q, %q, %v", c.typed, answer, note, ok, c.answer, c.note, c.ok)
		}
		if again, ok := c.ask.Answer(answer); c.ok && (again != answer || !ok) {
			t.Errorf("%q: as an answer of a form it is %q, %v", answer, again, ok)
		}
	}
}
