package source

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// claim is what one export tells whole, so that no second one is counted beside it: an
// account's day.
type claim struct {
	day               money.Day
	provider, account string
}

func claimOf(day money.Day, g money.Group) claim { return claim{day, g.Provider, g.Account} }

// repeats are what files tell again: the same rows in two files or twice in one, and
// exports of one scope beside each other. Each counts once.
type repeats struct {
	files  []candidate
	told   []File
	skip   []map[claim]bool
	twice  []map[money.Day]bool // days of which every row is there twice
	groups []int                // by file: which files tell of the same, union and find
	weak   map[[2]int][]money.Day
	notes  []money.Note
	doubts []money.Note // see doubt
}

// findRepeats looks through what files told. Those that look alike are read once more,
// row by row, and what was read is kept with them.
func findRepeats(ctx context.Context, files []candidate, told []File) (*repeats, error) {
	r := &repeats{files: files, told: told, skip: make([]map[claim]bool, len(told)), twice: make([]map[money.Day]bool, len(told)), weak: map[[2]int][]money.Day{}}
	for k := range told {
		r.skip[k], r.twice[k] = map[claim]bool{}, map[money.Day]bool{}
		r.groups = append(r.groups, k)
	}
	if err := r.readExact(ctx); err != nil {
		return nil, err
	}
	for k := range told {
		r.findTwice(k)
	}
	r.joinTwins()
	r.joinScopes()
	r.settle()
	r.doubts = r.doubt()
	return r, nil
}

// look is what files have to share to be looked at: a day's print.
type look struct {
	day money.Day
	Print
}

// alike are the files that tell the same of a day, by that.
func (r *repeats) alike() map[look][]int {
	all := map[look][]int{}
	for k := range r.told {
		for day, p := range r.told[k].Prints {
			if r.told[k].Fault == "" && !r.files[k].superseded(day) {
				all[look{day, p}] = append(all[look{day, p}], k)
			}
		}
	}
	return all
}

// readExact reads the files anew of which one day looks like another's of the same
// kind, or like twice the same rows.
func (r *repeats) readExact(ctx context.Context) error {
	suspects := r.suspects()
	wanted := maps.Clone(suspects)
	for k := range r.told {
		for _, p := range r.told[k].Prints {
			wanted[k] = wanted[k] || p.Rows >= leastTwice && p.Xor == 0 && r.told[k].Fault == ""
		}
	}
	for _, files := range r.alike() {
		for _, k := range files {
			same := func(other int) bool { return other != k && r.told[other].Parquet == r.told[k].Parquet }
			wanted[k] = wanted[k] || slices.ContainsFunc(files, same)
		}
	}
	for k := range r.told {
		if !wanted[k] || r.told[k].Exact != nil {
			continue
		}
		e, err := exact(ctx, r.files[k], r.told[k].Parquet)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil { // then nothing is known to be there twice
			e = &Exact{}
		}
		if !suspects[k] {
			e.Rows = Identities{}
		}
		r.told[k].Exact = e
	}
	return nil
}

// leastTwice is how many rows a day must have for all of them being there twice to be
// no chance.
const leastTwice = 4

// findTwice finds the days of a file of which every row is there twice. Rows that do
// not say which resource they are for may be equal for good reason: they are taken for
// one only where that is so of the whole file, and of several services.
func (r *repeats) findTwice(k int) {
	f := &r.told[k]
	if f.Exact == nil || f.Fault != "" {
		return
	}
	services, rows, whole := map[string]bool{}, int64(0), true
	for g := range f.groups() {
		services[g.Service] = true
	}
	for day := range f.Prints {
		p := f.Exact.Days[day]
		rows += p.Rows
		whole = whole && p.Xor == 0 && p.Rows > 0
	}
	named := 2*f.Exact.Named >= rows
	for day := range f.Prints {
		p := f.Exact.Days[day]
		if p.Xor == 0 && (named && p.Rows >= leastTwice || whole && rows >= 10 && len(services) >= 3) {
			r.twice[k][day] = true
		}
	}
	if n := len(r.twice[k]); n > 0 {
		r.notes = append(r.notes, money.Note{Text: fmt.Sprintf("%s: every row of %s is there twice: each is counted once; export it again.", r.files[k].name, listDays(daysOf(r.twice[k])))})
	}
}

func daysOf(set map[money.Day]bool) (days []money.Day) {
	for day := range set {
		days = append(days, day)
	}
	slices.Sort(days)
	return days
}

func (r *repeats) find(k int) int {
	for r.groups[k] != k {
		k = r.groups[k]
	}
	return k
}

// joinTwins joins files that have days of the same rows. Where these are at least a
// third of the rows of the days that both have, the files are exports of the same,
// made at different times; else only those days are told again.
func (r *repeats) joinTwins() {
	twins := map[[2]int][]money.Day{}
	for l, files := range r.alike() {
		var others []int // of which no two have the same rows
		for _, b := range files {
			a := slices.IndexFunc(others[:min(len(others), maxOthers)], func(a int) bool { return r.sameRows(a, b, l.day) })
			if a < 0 {
				others = append(others, b)
				continue
			}
			twins[[2]int{others[a], b}] = append(twins[[2]int{others[a], b}], l.day)
		}
	}
	for pair, days := range twins {
		a, b := pair[0], pair[1]
		var same, both int64
		for day, p := range r.told[b].Prints {
			if other, ok := r.told[a].Prints[day]; ok {
				both += min(p.Rows, other.Rows)
			}
		}
		for _, day := range days {
			same += r.told[a].Prints[day].Rows
		}
		if 3*same >= both {
			r.groups[r.find(a)] = r.find(b)
		} else {
			r.weak[pair] = days
		}
	}
}

// maxOthers bounds with how many files, whose costs of a day are the same and whose rows
// are not, one is compared.
const maxOthers = 100

// sameRows reports whether two files whose costs of a day are the same have the same
// rows. What is written in different ways is compared by its costs alone.
func (r *repeats) sameRows(a, b int, day money.Day) bool {
	x, y := &r.told[a], &r.told[b]
	if r.files[a].unit != "" && r.files[a].unit == r.files[b].unit {
		return false // parts of one export
	}
	if x.Parquet != y.Parquet {
		return true
	}
	return x.Exact != nil && y.Exact != nil && x.Exact.Days[day].Rows > 0 && x.Exact.Days[day] == y.Exact.Days[day]
}

// joinScopes joins the exports that manifests say are of one scope, under whatever
// names.
func (r *repeats) joinScopes() {
	first := map[string]int{}
	for k, c := range r.files {
		if c.scope == "" || r.told[k].Folded {
			continue
		}
		if other, ok := first[c.scope]; ok {
			r.groups[r.find(k)] = r.find(other)
			continue
		}
		first[c.scope] = k
	}
}

// maxRepeats is how many files that tell again are named.
const maxRepeats = 5

func (r *repeats) note(again, before int, days map[money.Day]bool) {
	called := func(k int) string {
		if r.files[k].export != "" {
			return "export " + clean(r.files[k].export)
		}
		return r.files[k].name
	}
	r.notes = append(r.notes, money.Note{Text: fmt.Sprintf("%s tells again what %s does, of %s: counted once; match only one of them.", called(again), called(before), listDays(daysOf(days)))})
}

// all are the notes; the same of many files is said of some.
func (r *repeats) all() []money.Note {
	slices.SortFunc(r.notes, func(a, b money.Note) int { return cmp.Compare(a.Text, b.Text) })
	notes := slices.Compact(r.notes)
	if rest := len(notes) - maxRepeats; rest > 0 {
		notes = append(notes[:maxRepeats:maxRepeats], money.Note{Text: fmt.Sprintf("%d more files or exports tell again what others do: each charge is counted once.", rest)})
	}
	return append(notes, r.doubts...)
}

// share is how much of a file's charge counts; ok is false when another file tells it.
func (r *repeats) share(k int, day money.Day, g money.Group, c money.Cost) (counts money.Cost, ok bool) {
	if r.skip[k][claimOf(day, g)] {
		return c, false
	}
	if r.twice[k][day] {
		return money.Cost{Amount: c.Amount.Part(0, 2), Billed: c.Billed.Part(0, 2)}, true
	}
	return c, true
}
