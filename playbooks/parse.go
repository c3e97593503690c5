package playbooks

import (
	"fmt"

	"github.com/signalbook/signalbook/playbooks/yamlfile"
)

// Parse reads one playbook file; file is only its name in problems. Every
// problem is reported at once, placed by line and column. The playbook is nil
// when there are problems other than warnings.
func Parse(file string, data []byte) (*Playbook, yamlfile.Problems) {
	p := &Playbook{}
	doc, problems := yamlfile.Decode(file, data, p)
	if doc.Readable() {
		c := &checker{doc: doc, budget: newBudget(), taken: map[[2]int]bool{}}
		for _, known := range problems {
			c.taken[[2]int{known.Line, known.Column}] = true
		}
		c.playbook(p)
		problems = append(problems, c.problems...)
		problems.Sort()
	}
	if problems.Err() != nil {
		return nil, problems
	}
	return p, problems
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
	// matchersSize is how many bytes of matchers have been seen.
	matchersSize int
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

func (c *checker) add(p yamlfile.Problem) {
	if !c.taken[[2]int{p.Line, p.Column}] && len(c.problems) < maxProblems {
		c.problems = append(c.problems, p)
	}
}
