package yamlfile

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// maxProblems is how many problems of one file are kept; a file with more is
// not mended from a list anyway.
const maxProblems = 100

// Problem is one thing wrong with a file and where it stands. Line and Column
// count from 1, columns in characters; a Line of 0 means the file as a whole.
type Problem struct {
	File         string
	Line, Column int
	Text         string
	Warning      bool
	Note         bool // less than a warning: good to know
}

// Severity is how much it matters: "error", "warning" or "note".
func (p Problem) Severity() string {
	switch {
	case p.Note:
		return "note"
	case p.Warning:
		return "warning"
	}
	return "error"
}

// String is the problem as compilers print one: "file:line:column: text",
// with "warning: " or "note: " before the text of one.
func (p Problem) String() string {
	text := p.Text
	if severity := p.Severity(); severity != "error" {
		text = severity + ": " + text
	}
	switch {
	case p.File == "":
		return text
	case p.Line == 0:
		return p.File + ": " + text
	}
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, text)
}

// Problems is everything found in one reading, in the order of the file.
type Problems []Problem

// Err returns nil when nothing but warnings and notes was found, else an error
// whose text is every other problem, one a line.
func (ps Problems) Err() error {
	var lines []string
	for _, p := range ps {
		if p.Severity() == "error" {
			lines = append(lines, p.String())
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return errors.New(strings.Join(lines, "\n"))
}

// Warnings returns only the warnings, notes not among them.
func (ps Problems) Warnings() Problems {
	var out Problems
	for _, p := range ps {
		if p.Severity() == "warning" {
			out = append(out, p)
		}
	}
	return out
}

// Sort orders the problems by file, line and column; problems of one place
// keep their order.
func (ps Problems) Sort() {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}
