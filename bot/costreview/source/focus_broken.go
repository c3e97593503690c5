package source

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// maxProblems is how many different reasons for leaving rows out are named, and of how
// many providers it is said that rows lack an amount.
const maxProblems = 5

// Problem is why rows are left out.
type Problem struct {
	Cause string // what all of them have in common
	First string // of the first of them: "file:line: what is wrong"
	Rows  int64
}

// causeOf is what is wrong without what the row has, which stands in quotes: "BilledCost
// is not a number" of every number that is none.
func causeOf(why string) string {
	var cause strings.Builder
	quoted := false
	for k := 0; k < len(why); k++ {
		switch {
		case why[k] == '"':
			quoted = !quoted
		case quoted && why[k] == '\\':
			k++
		case !quoted:
			cause.WriteByte(why[k])
		}
	}
	return cause.String()
}

// broken leaves a row out, and remembers why when that is one of the first reasons.
func (t *table) broken(line int64, why error) {
	t.file.Broken++
	cause := causeOf(why.Error())
	k := slices.IndexFunc(t.file.Problems, func(p Problem) bool { return p.Cause == cause })
	if k < 0 {
		if len(t.file.Problems) == maxProblems {
			return
		}
		k = len(t.file.Problems)
		t.file.Problems = append(t.file.Problems, Problem{Cause: cause, First: fmt.Sprintf("%s:%d: %s", clean(filepath.Base(t.name)), line, clean(why.Error()))})
	}
	t.file.Problems[k].Rows++
}

// noRow says why none of a file's rows can be used.
type noRow struct{ first Problem }

var errNoRow = errors.New("none of its rows can be used")

func (e noRow) Error() string {
	return fmt.Sprintf("%v, the first because of %s", errNoRow, e.first.First)
}

func (e noRow) Unwrap() error { return errNoRow }

// addProblems counts why a file's rows are left out to that of others.
func (n *notes) addProblems(all []Problem) {
	for _, p := range all {
		k := slices.IndexFunc(n.problems, func(q Problem) bool { return p.Cause == q.Cause })
		if k < 0 {
			k = len(n.problems)
			n.problems = append(n.problems, Problem{Cause: p.Cause, First: p.First})
		}
		n.problems[k].Rows += p.Rows
	}
}

// why says why rows are left out, each reason once, the most frequent first.
func (n *notes) why() string {
	slices.SortStableFunc(n.problems, func(x, y Problem) int { return cmp.Compare(y.Rows, x.Rows) })
	named := n.problems[:min(len(n.problems), maxProblems)]
	rest := n.broken
	var all []string
	for _, p := range named {
		rest -= p.Rows
		if p.Rows > 1 {
			p.First += fmt.Sprintf(" (%d rows)", p.Rows)
		}
		all = append(all, p.First)
	}
	if rest > 0 {
		all = append(all, rows(rest, "for another reason", "for other reasons"))
	}
	return strings.Join(all, "; ")
}

// Nulls are rows without an amount in the column that counts.
type Nulls struct {
	Rows int64 // of which BilledCost has one
	Bare int64 // of which it has none either, or there is no such column
}

// null counts such a row of a provider.
func (t *table) null(provider string, billed bool) {
	provider = t.text(provider)
	if t.file.Nulls == nil {
		t.file.Nulls = map[string]Nulls{}
	}
	n := t.file.Nulls[provider]
	if billed {
		n.Rows++
	} else {
		n.Bare++
	}
	t.file.Nulls[provider] = n
}

// noteNulls says by provider which rows have no amount: another column may stand in for
// that of one provider, and not for that of another.
func (n *notes) noteNulls(add func(money.Note)) {
	providers := slices.SortedFunc(maps.Keys(n.nulls), func(x, y string) int {
		return cmp.Or(cmp.Compare(n.nulls[y].Rows+n.nulls[y].Bare, n.nulls[x].Rows+n.nulls[x].Bare), cmp.Compare(x, y))
	})
	say := func(count int64, of, no, advice string, empty bool, provider string) {
		if count > 0 {
			text := fmt.Sprintf("%s no %s: nothing is counted there%s.", rows(count, of+"has", of+"have"), no, advice)
			add(money.Note{Text: text, Partial: true, Empty: empty, Provider: provider})
		}
	}
	const choose, mend = ", so choose a column that the export fills", ", so mend the export"
	bare := n.column
	if n.column != "BilledCost" {
		bare += " and no BilledCost"
	}
	var rest Nulls
	for k, provider := range providers {
		of := ""
		if provider != "" {
			of = "of " + provider + " "
		}
		if k >= maxProblems {
			rest.Rows, rest.Bare = rest.Rows+n.nulls[provider].Rows, rest.Bare+n.nulls[provider].Bare
			continue
		}
		say(n.nulls[provider].Rows, of, n.column, choose, true, provider)
		say(n.nulls[provider].Bare, of, bare, mend, false, "")
	}
	say(rest.Rows, "of other providers ", n.column, choose, true, "")
	say(rest.Bare, "of other providers ", bare, mend, false, "")
}
