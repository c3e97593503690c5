package playbooks

import (
	"errors"
	"fmt"
	"regexp"
	"text/template"
)

// Bounds of templates. They come from files, and what they work on comes from
// alerts; neither may hold the bot up.
const (
	maxOutput     = 16 << 10 // bytes that a template may write, and that one function may return
	maxIterations = 10_000   // loop rounds of one template, nested ones included
	maxWork       = 64 << 20 // bytes or so that the functions of one filling may go through
)

var (
	errOutput     = fmt.Errorf("the result is longer than %d bytes", maxOutput)
	errIterations = fmt.Errorf("more than %d loop rounds", maxIterations)
	errWork       = errors.New("too much work for a template")
)

// budget is what one filling of a playbook may still spend. It belongs to one
// goroutine.
type budget struct {
	iterations int // of the template that runs now
	work       int
	regexps    map[string]compiled // by pattern; as many as the work pays for

	// The values that a command's template has printed, and how many bytes they are.
	values []printedValue
	held   int

	// What no filling spends, and the next one takes over.
	base      *template.Template // with all functions, which pay out of this budget
	templates map[templateKey]*template.Template
	hints     []hint // of all actions in commands' templates
}

// templateKey is a template's text and what it is for.
type templateKey struct {
	text string
	use  use
}

// compiled is a regular expression and about how many instructions it has.
type compiled struct {
	re   *regexp.Regexp
	size int
}

func newBudget() *budget { return &budget{work: maxWork} }

// renew makes it the budget of another filling.
func (b *budget) renew() { b.iterations, b.work, b.regexps = 0, maxWork, nil }

// tick is called at the beginning of each loop round with the number of
// nodes in the loop's body.
func (b *budget) tick(nodes int) (string, error) {
	if b.iterations--; b.iterations < 0 {
		return "", errIterations
	}
	return "", b.spend(128 * nodes)
}

func (b *budget) spend(n int) error {
	if b.work -= 64 + n; b.work < 0 {
		return errWork
	}
	return nil
}

// result checks what a function made.
func (b *budget) result(s string) (string, error) {
	if len(s) > maxOutput {
		b.work -= len(s)
		return "", errOutput
	}
	return s, b.spend(len(s))
}

// bounded is a writer that refuses more than maxOutput bytes.
type bounded struct{ data []byte }

func (w *bounded) Write(p []byte) (int, error) {
	if len(w.data)+len(p) > maxOutput {
		return 0, errOutput
	}
	w.data = append(w.data, p...)
	return len(p), nil
}
