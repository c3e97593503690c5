// Package lint says what the author of a playbook should mend before the night
// it is needed: it reads playbook files, tries them on sample alerts, has their
// PromQL read by Prometheus' own parser, and renders their messages. It never
// opens files, talks to nobody and decides nothing about running incidents.
package lint

import (
	"fmt"
	"runtime"

	"golang.org/x/sync/errgroup"

	"github.com/signalbook/signalbook/playbooks"
	"github.com/signalbook/signalbook/playbooks/yamlfile"
)

// maxProblems is how many problems one report holds: more are not mended from a
// list.
const maxProblems = 10_000

// Report is what was found in some files.
type Report struct {
	Problems yamlfile.Problems // sorted by file, line and column
	Set      *playbooks.Set    // the playbooks without errors, before the built-in ones
	Owners   []Owner           // whom the files' tiers name, each mention
}

// Owner is who a tier names, and where.
type Owner struct {
	Name string
	At   yamlfile.Problem // without a text
}

// Playbooks checks files in the order in which they are to be tried, as many at a
// time as there are processors. A file that cannot be read is a problem, with
// the error of read as its text. The built-in playbooks come after the files and
// are not checked.
func Playbooks(files []string, read func(file string) ([]byte, error), builtIn []*playbooks.Playbook) Report {
	books := make([]book, len(files))
	var all errgroup.Group
	all.SetLimit(runtime.GOMAXPROCS(0))
	for k, file := range files {
		all.Go(func() error {
			data, err := read(file)
			if err != nil {
				books[k] = book{problems: yamlfile.Problems{{File: file, Text: "the playbook cannot be read: " + err.Error()}}}
				return nil
			}
			books[k] = checkFile(file, data)
			return nil
		})
	}
	_ = all.Wait() // no error: problems are results
	var r Report
	for _, b := range books {
		r.Problems = append(r.Problems, b.problems...)
		r.Owners = append(r.Owners, b.owners...)
	}
	r.together(books, builtIn)
	r.Problems.Sort()
	if more := len(r.Problems) - maxProblems; more > 0 {
		r.Problems = append(r.Problems[:maxProblems:maxProblems], yamlfile.Problem{Text: fmt.Sprintf("%d more problems are not shown: mend these first", more)})
	}
	return r
}

// book is what is kept of a file once it has been checked: the places that
// problems between files need, not the whole document.
type book struct {
	playbook *playbooks.Playbook // nil: it has errors
	name     string              // also of a broken one
	nameAt   yamlfile.Problem
	matchAt  []yamlfile.Problem
	owners   []Owner
	problems yamlfile.Problems
}

func checkFile(file string, data []byte) book {
	source, problems := playbooks.Read(file, data)
	problems = source.Try(problems)
	p := source.Playbook
	b := book{name: p.Name, nameAt: source.Problem("", "name")}
	for k := range p.Match {
		b.matchAt = append(b.matchAt, source.Problem("", "match", k))
	}
	for t, tier := range p.Tiers {
		for k, owner := range tier.Owners {
			b.owners = append(b.owners, Owner{owner, source.Problem("", "tiers", t, "owners", k)})
		}
	}
	problems = append(problems, checkSteps(source)...)
	if problems.Err() == nil {
		problems = append(problems, checkMessages(source)...)
		if problems.Err() == nil {
			b.playbook = p
		}
	}
	b.problems = problems
	return b
}

// together checks what no file shows alone: names that two have, playbooks that
// are chosen for one another's alerts, or never.
func (r *Report) together(books []book, builtIn []*playbooks.Playbook) {
	var usable []*playbooks.Playbook
	by := map[*playbooks.Playbook]book{}
	taken := map[string]string{}
	for _, b := range books {
		if first, twice := taken[b.name]; twice && b.name != "" {
			r.Problems = append(r.Problems, with(b.nameAt, fmt.Sprintf("playbook %q is in %s too: give one of them another name", b.name, first)))
			continue
		}
		taken[b.name] = b.nameAt.File
		if b.playbook == nil {
			continue
		}
		usable = append(usable, b.playbook)
		by[b.playbook] = b
		if len(b.playbook.Match) == 0 && b.name != playbooks.Triage {
			note := with(b.nameAt, fmt.Sprintf("playbook %q has no match: it is for alerts that name it, and for starts by hand", b.name))
			note.Note = true
			r.Problems = append(r.Problems, note)
		}
	}
	r.Set, _ = playbooks.NewSet(usable, builtIn)
	for _, c := range r.Set.Clashes(usable) {
		warning := with(by[c.Second].matchAt[c.Entry], c.String())
		warning.Warning = true
		r.Problems = append(r.Problems, warning)
	}
}

func with(p yamlfile.Problem, text string) yamlfile.Problem {
	p.Text = text
	return p
}
