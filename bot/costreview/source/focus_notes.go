package source

import (
	"fmt"
	"maps"
	"slices"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// notes gathers what has to be known about files, so that the same trouble with
// many of them is one sentence.
type notes struct {
	column   string // that was asked for
	files    int
	lacking  map[string][]string // by column: files
	faults   map[string][]string // by what is wrong and what follows: files
	used     map[string][]string // by another cost column: files
	nulls    map[string]Nulls    // by provider
	broken   int64
	problems []Problem
	long     int64
	split    int64
	unsplit  bool
	strange  []string
	forms    map[string][]string // by how dates and numbers are read: files
	folded   bool

	by          string // what teams are known by
	badTags     int64
	moreTeams   int
	teamsFolded bool

	badEligibility int64
	datasets       []money.Note // about files of other datasets

	noSKU, noRegion bool // they are not told apart

	open   map[money.Day]bool // days that metadata says are not complete
	openIn map[string]bool    // of these files

	ahead         map[string]bool // files that tell of days to come
	first, newest money.Day
}

func put(into *map[string][]string, key, file string) {
	if *into == nil {
		*into = map[string][]string{}
	}
	(*into)[key] = append((*into)[key], file)
}

func (n *notes) add(name string, f *File) {
	if f.Dataset != costAndUsage {
		n.files--
		n.datasets = append(n.datasets, notesOf(name, f)...)
		return
	}
	for _, column := range f.Lacks {
		put(&n.lacking, column, name)
	}
	if f.Used != n.column {
		put(&n.used, f.Used, name)
	}
	for provider, nulls := range f.Nulls {
		if n.nulls == nil {
			n.nulls = map[string]Nulls{}
		}
		n.nulls[provider] = Nulls{n.nulls[provider].Rows + nulls.Rows, n.nulls[provider].Bare + nulls.Bare}
	}
	n.broken += f.Broken
	n.long += f.Long
	n.split += f.Split
	n.unsplit = n.unsplit || f.Unsplit
	n.folded = n.folded || f.Folded
	n.badTags += f.BadTags
	n.badEligibility += f.BadEligibility
	n.moreTeams = max(n.moreTeams, f.MoreTeams)
	n.teamsFolded = n.teamsFolded || f.TeamsFolded
	n.noSKU, n.noRegion = n.noSKU || f.NoSKU, n.noRegion || f.NoRegion
	n.addProblems(f.Problems)
	if f.Form != "" {
		put(&n.forms, f.Form, name)
	}
	if f.Strange != "" {
		n.strange = append(n.strange, f.Strange)
	}
	switch {
	case f.Fault == "":
	case f.Kept:
		put(&n.faults, f.Fault+", so what was read of it the last time is counted", name)
	case f.Rows > 0:
		put(&n.faults, f.Fault+", so only the rows before that are counted", name)
	default:
		put(&n.faults, f.Fault+", so nothing of it is counted", name)
	}
}

// left notes a day that metadata says is not complete.
func (n *notes) left(name string, day money.Day) {
	if n.open == nil {
		n.open, n.openIn = map[money.Day]bool{}, map[string]bool{}
	}
	n.open[day], n.openIn[name] = true, true
}

// future notes a day after today, which is left out.
func (n *notes) future(name string, day money.Day) {
	if n.ahead == nil {
		n.ahead, n.first, n.newest = map[string]bool{}, day, day
	}
	n.ahead[name] = true
	n.first, n.newest = min(n.first, day), max(n.newest, day)
}

// lacks are the columns that some file does not have, those that matter most first.
func (n *notes) lacks() []string {
	var lacks []string
	if _, ok := n.lacking[n.column]; ok && n.column != "BilledCost" {
		lacks = append(lacks, n.column)
	}
	for _, w := range wanted {
		if _, ok := n.lacking[w.column]; ok {
			lacks = append(lacks, w.column)
		}
	}
	return lacks
}

// all are the notes, in the same order for the same files.
func (n *notes) all() []money.Note {
	var all []money.Note
	say := func(partial bool, format string, values ...any) {
		all = append(all, money.Note{Text: fmt.Sprintf(format, values...), Partial: partial})
	}
	for _, fault := range slices.Sorted(maps.Keys(n.faults)) {
		say(true, "%s: %s; mend it or export it again.", some(n.faults[fault]), fault)
	}
	if n.broken > 0 {
		say(true, "%s cannot be read: %s.", rows(n.broken, "is left out, because it", "are left out, because they"), n.why())
	}
	if n.ahead != nil {
		span := n.first.String()
		if n.first != n.newest {
			span += " to " + n.newest.String()
		}
		say(true, "%s: charges dated %s are left out, because that is still to come: check the export's dates and this machine's clock.",
			some(slices.Sorted(maps.Keys(n.ahead))), span)
	}
	if n.open != nil {
		say(false, "%s: the export's metadata says that %s is not complete: left out until it is.", n.of(slices.Sorted(maps.Keys(n.openIn))), listDays(daysOf(n.open)))
	}
	for _, used := range slices.Sorted(maps.Keys(n.used)) {
		say(false, "%s: there is no %s, so %s is counted instead: choose a column that the export has.", n.of(n.used[used]), n.column, used)
	}
	for _, form := range slices.Sorted(maps.Keys(n.forms)) {
		say(false, "%s: %s: see that this is right, or export FOCUS' own forms.", n.of(n.forms[form]), form)
	}
	n.noteNulls(func(note money.Note) { all = append(all, note) })
	for _, w := range wanted {
		if files := n.lacking[w.column]; len(files) > 0 && (w.column != n.column) {
			say(false, "%s: there is no %s column, so %s.", n.of(files), w.column, w.loss)
		}
	}
	if len(n.strange) > 0 {
		say(false, "ChargeCategory %q is none that FOCUS has, and is judged as usage.", slices.Min(n.strange))
	}
	if n.long > 0 {
		say(false, "%s usage for more than three years, and all of it is counted on the first day: see whether the export's dates are right.", rows(n.long, "is", "are"))
	}
	n.noteTeams(say)
	if n.badEligibility > 0 {
		say(false, "%s CommitmentProgramEligibilityDetails that cannot be read, so whether a commitment could cover them is not known.", rows(n.badEligibility, "has", "have"))
	}
	all = append(all, n.datasets[:min(len(n.datasets), maxProblems)]...)
	if n.split > 0 {
		say(false, "%s beside what a charge was split into (AllocatedMethodId): counted once.", rows(n.split, "stands", "stand"))
	}
	if n.unsplit {
		say(false, "Of more than %d resources it is not known whether their charges stand beside what they are split into (AllocatedMethodId), and so are counted twice.", maxSplits)
	}
	if n.folded {
		say(false, "There are more than %d sums of groups and days, so accounts are not told apart: match fewer files.", maxCells)
	}
	return all
}

// of names files, or says that it is all of them.
func (n *notes) of(files []string) string {
	if len(files) == n.files && n.files > 1 {
		return "All files"
	}
	return some(files)
}

func some(files []string) string {
	if len(files) == 1 {
		return files[0]
	}
	return fmt.Sprintf("%s and %d more", files[0], len(files)-1)
}

func rows(n int64, one, more string) string {
	if n == 1 {
		return "1 row " + one
	}
	return fmt.Sprintf("%d rows %s", n, more)
}
