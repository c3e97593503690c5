package handbook

import (
	"cmp"
	"fmt"
	"maps"
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
	first := slices.ContainsFunc(slices.Concat(q.shows...), func(want string) bool { return isFact(a.Best, want) })
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
	case q.shows == nil, slices.ContainsFunc(q.not, func(not string) bool { return isFact(a.Best, not) }):
		return wrong
	case first:
		return isRight
	}
	return several
}

// TestAskQuestionsAsTyped holds how questions that people type are answered.
func TestAskQuestionsAsTyped(t *testing.T) {
	t.Parallel()
	counts := map[string]map[string]int{}
	for _, q := range typedQuestions(t, "typed.tsv") {
		a := Default().Ask(q.text)
		v := verdict(q, a)
		if counts[q.kind] == nil {
			counts[q.kind] = map[string]int{}
		}
		counts[q.kind][v]++
		if v != isRight {
			t.Logf("%-7s %-5s %q: got %s (known: %v, %s) %v, want %v", v, q.kind, q.text, a.Best, a.Known, a.scores(), a.IDs, q.shows)
		}
	}
	for _, kind := range slices.SortedFunc(maps.Keys(counts), cmp.Compare[string]) {
		t.Log(kind, fmt.Sprint(counts[kind]))
	}
}
