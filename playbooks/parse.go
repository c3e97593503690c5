package playbooks

import (
	"errors"
	"fmt"

	"github.com/signalbook/signalbook/playbooks/yamlfile"
)

// Parse reads one playbook file; file is only its name in problems. Every
// problem is reported at once, placed by line and column. The playbook is nil
// when there are problems other than warnings.
func Parse(file string, data []byte) (*Playbook, yamlfile.Problems) {
	source, problems := Read(file, data)
	if problems.Err() != nil {
		return nil, problems
	}
	return source.Playbook, problems
}

// Source is a playbook together with the places of its values in its file.
type Source struct {
	// Playbook holds what could be read, and is fit for use only when Read has
	// found nothing but warnings; never nil.
	Playbook *Playbook

	doc     *yamlfile.Document
	checker *checker
	samples []Sample
}

// Read is Parse for who wants to look closer: at what could be read of a broken
// file, and at the places of what it holds.
func Read(file string, data []byte) (*Source, yamlfile.Problems) {
	s := &Source{Playbook: &Playbook{}}
	doc, problems := yamlfile.Decode(file, data, s.Playbook)
	s.doc = doc
	s.checker = &checker{doc: doc, budget: newBudget(), taken: map[[2]int]bool{}}
	if doc.Readable() {
		c := s.checker
		for _, known := range problems {
			c.taken[[2]int{known.Line, known.Column}] = true
		}
		c.playbook(s.Playbook)
		problems = append(problems, c.problems...)
		problems.Sort()
	}
	return s, problems
}

// Problem returns a problem placed at a value: ("tiers", 0, "steps", 1, "id").
func (s *Source) Problem(text string, path ...any) yamlfile.Problem {
	return s.doc.Problem(text, path...)
}

// Inside moves such a problem to a line and a column (from 1) of a text.
func (s *Source) Inside(p yamlfile.Problem, line, column int, path ...any) yamlfile.Problem {
	return s.doc.Inside(p, line, column, path...)
}

// maxProblems bounds what is told about one playbook beside what reading the
// YAML found.
const maxProblems = 200

// checker gathers what is wrong with a playbook that could be read.
type checker struct {
	doc      *yamlfile.Document
	budget   *budget
	problems yamlfile.Problems
	// taken are the places at which reading has found a problem already: what
	// is missing there is missing because of that one.
	taken map[[2]int]bool
	// trials are the templates that could be read.
	trials []trial
	// matchersSize is how many bytes of matchers have been seen.
	matchersSize int
	// asked are the questions of the steps so far, by their ids; asks where the playbook has each, the later steps' too.
	asked map[string]question
	asks  map[string]int
}

// path leads to a value in the document.
type path []any

// at returns the path to something inside.
func (p path) at(steps ...any) path { return append(p[:len(p):len(p)], steps...) }

func (c *checker) problemf(at path, format string, args ...any) {
	c.add(c.doc.Problem(fmt.Sprintf(format, args...), at...))
}

func (c *checker) warnf(at path, format string, args ...any) {
	c.add(c.doc.Warning(fmt.Sprintf(format, args...), at...))
}

// inTemplate adds a problem or a warning of a template, at the line of err in it.
func (c *checker) inTemplate(warning bool, at path, err error, text string) yamlfile.Problem {
	p := c.doc.Problem(text, at...)
	p.Warning = warning
	if inside, ok := errors.AsType[*placedError](err); ok {
		p = c.doc.Inside(p, inside.line, inside.column, at...)
	}
	c.add(p)
	return p
}

func (c *checker) add(p yamlfile.Problem) {
	if !c.taken[[2]int{p.Line, p.Column}] && len(c.problems) < maxProblems {
		c.problems = append(c.problems, p)
	}
}
