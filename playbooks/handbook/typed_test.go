package handbook

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// typed is a question as somebody typed it, with what a right answer to it
// shows.
type typed struct {
	kind, text string
	shows      [][]string // one id of each has to be shown; none: the sheet does not say
	not        []string   // ids, and families by their letter, that must not come first
}

// typedQuestions reads testdata/typed.tsv, whose first lines say its form.
func typedQuestions(t *testing.T, file string) []typed {
	t.Helper()
	data, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	var all []typed
	for line := range strings.Lines(string(data)) {
		cells := strings.Split(strings.TrimSpace(line), "\t")
		if strings.HasPrefix(line, "#") || len(cells) < 3 {
			continue
		}
		q := typed{kind: cells[0], text: cells[1]}
		if cells[2] != "-" {
			for one := range strings.SplitSeq(cells[2], ",") {
				q.shows = append(q.shows, strings.Split(one, "|"))
			}
		}
		if len(cells) > 3 {
			q.not = strings.Fields(cells[3])
		}
		all = append(all, q)
	}
	return all
}

// isFact tells whether an id is the one wanted, one of its steps, or of its
// family.
func isFact(id, want string) bool {
	return id == want || strings.HasPrefix(id, want+"-") || len(want) == 1 && strings.HasPrefix(id, want)
}

var anyID = regexp.MustCompile(`\b[TMSPLACQEX][0-9]{1,2}(-[0-9])?\b`)

// The verdicts on an answer: right is the right fact first and all that were
// asked for shown; several is all shown behind one that may not be meant;
// partly is the right one first and others missing; wrong is told as if known;
// nothing is said not to be known.
const (
	isRight = "right"
	several = "several"
	partly  = "partly"
	wrong   = "wrong"
	nothing = "nothing"
)

func verdict(q typed, a Asked) string {
	if !a.Known {
		if q.shows == nil {
			return isRight
		}
		return nothing
	}
	shown := append([]string{a.Best}, a.IDs...)
	for _, l := range a.Lines {
		shown = append(shown, anyID.FindAllString(l.Label+" "+l.Text, -1)...)
	}
	// An emergency that is told whole is right for who asks for some of its steps.
	first := slices.ContainsFunc(slices.Concat(q.shows...), func(want string) bool { return isFact(a.Best, want) || isFact(want, a.Best) })
	for _, one := range q.shows {
		if !slices.ContainsFunc(one, func(want string) bool {
			return slices.ContainsFunc(shown, func(id string) bool { return isFact(id, want) })
		}) {
			if first {
				return partly
			}
			return wrong
		}
	}
	switch {
	case q.shows == nil, !a.Several && (!first || slices.ContainsFunc(q.not, func(not string) bool { return isFact(a.Best, not) })):
		return wrong
	case first:
		return isRight
	}
	return several
}

// TestAskQuestionsAsTyped holds how questions that people type are answered: what was
// asked for is shown, and no wrong fact is told as the only answer.
func TestAskQuestionsAsTyped(t *testing.T) {
	t.Parallel()
	counts, all := map[string]int{}, slices.Concat(typedQuestions(t, "typed.tsv"), typedQuestions(t, "typed-later.tsv"))
	for _, q := range all {
		a := Default().Ask(q.text)
		v := verdict(q, a)
		counts[v]++
		if v != isRight {
			t.Logf("%s, %s %q: got %s (known: %v, %s) %v, want %v", v, q.kind, q.text, a.Best, a.Known, a.scores(), a.IDs, q.shows)
		}
	}
	t.Logf("%d questions: %v", len(all), counts)
	if most := len(all) / 100; counts[wrong] > most || counts[nothing] > most || counts[partly] > 0 {
		t.Errorf("got %v, want at most %d wrong, %d without an answer and none partly answered", counts, most, most)
	}
	if least := len(all) * 95 / 100; counts[isRight] < least {
		t.Errorf("got %d right, want at least %d", counts[isRight], least)
	}
}

// TestAskAnswersWithSeveralFacts: who asks for several gets several, each with its id
// on a line of its own.
func TestAskAnswersWithSeveralFacts(t *testing.T) {
	t.Parallel()
	for text, c := range map[string]struct {
		title string
		shows []string
	}{
		"how do we reduce costs":                   {"To lower costs, quick wins first", []string{"Reserved instances: saves 30-50%", "(C1)", "(C2)", "(C9)"}},
		"quick wins":                               {"Quick wins, 0-3 months", []string{"(C1)", "(C2)", "(C3)"}},
		"which databases":                          {"Databases", []string{"(S2)", "(S3)", "(Q3)", "100M-200M CockroachDB Multi (T5)"}},
		"what is the best database for 100M users": {"100M users: tier T5, 100M-200M users", []string{"Database: CockroachDB Multi (T5)", "Database below 100M users: CockroachDB (T4)", "(S2)"}},
		"how to reduce cdn cost":                   {"To lower the cost of the CDN", []string{"E2-1 Look for bot traffic", "(C7)", "(X4)"}},
		"cheapest quick win":                       {"Quick wins with little effort", []string{"(C1)", "(C3)"}},
		"cost":                                     {"What it costs, and what lowers it", []string{"(Q5)", "0-1M $2K (T1)", "(C1)"}},
		"custom cdn":                               {"2 facts fit, the nearest first", []string{"(M2)", "(C7)"}},
		"page load":                                {"Latency by users", []string{"Page load by users: 0-10M 2 s (L1); 10M-100M 1.5 s (L2); 100M-400M 1 s (L3)"}},
		"do we need kafka?":                        {"2 facts fit, the nearest first", []string{"Kafka: event stream, fan-out of new posts (P1)", "Kafka, Elasticsearch, Spark and Glacier are used by the patterns and absent from the stack. (X17)", "See also: P4"}},
		"spark":                                    {"2 facts fit, the nearest first", []string{"Spark jobs train the models in batches (P4)", "(X17)"}},
		"what's cheaper, cloudflare or cloudfront": {"Cloudflare or CloudFront", []string{"(S6)", "10M-50M CloudFront (T3)", "(X6)"}},
		"s3": {"2 facts fit, the nearest first", []string{"(S3)", "(S5)"}},
	} {
		a := Default().Ask(text)
		if a.Title != c.title {
			t.Errorf("%q: got %q, want %q", text, a.Title, c.title)
		}
		for _, want := range c.shows {
			if !strings.Contains(a.Text(), want) {
				t.Errorf("%q: got\n%s\nwant %q in it", text, a.Text(), want)
			}
		}
	}
}
