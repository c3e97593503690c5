package lint

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/prometheus/prometheus/promql/parser"

	"github.com/signalbook/signalbook/playbooks"
	"github.com/signalbook/signalbook/playbooks/yamlfile"
)

// promQL reads expressions as Prometheus does with no feature flag given.
var promQL = parser.NewParser(parser.Options{})

// checkSteps checks what steps have beside their texts: verify and run.
func checkSteps(source *playbooks.Source) yamlfile.Problems {
	var found yamlfile.Problems
	for t, tier := range source.Playbook.Tiers {
		for s, step := range tier.Steps {
			for _, unused := range []struct {
				key   string
				given bool
			}{{"verify", step.Verify != nil}, {"run", step.Run != nil}} {
				if unused.given {
					p := source.Problem(unused.key+" is read and checked; not used by this version", "tiers", t, "steps", s, unused.key)
					p.Warning = true
					found = append(found, p)
				}
			}
			if step.Verify == nil || strings.TrimSpace(step.Verify.Expr) == "" {
				continue
			}
			e := expression{text: step.Verify.Expr, source: source, path: []any{"tiers", t, "steps", s, "verify", "expr"}}
			if p, wrong := e.check(); wrong {
				found = append(found, p)
			}
		}
	}
	return found
}

// expression is a PromQL expression, perhaps a template, in its file.
type expression struct {
	text   string
	source *playbooks.Source
	path   []any
}

// check reads the expression, filled for each typical sample when it is a
// template, and returns the first thing that is wrong with it.
//
// What is too long is neither filled nor parsed: the parser's time grows faster
// than the length. As written the playbook's own check tells of it.
func (e expression) check() (yamlfile.Problem, bool) {
	if utf8.RuneCountInString(e.text) > playbooks.MaxExpr {
		return yamlfile.Problem{}, false
	}
	if !playbooks.IsTemplate(e.text) {
		return e.read(e.text, "")
	}
	for _, sample := range e.source.Samples() {
		if !sample.Typical {
			continue
		}
		filled, err := playbooks.DataFor(sample.Notification).Expr(e.text)
		if err != nil {
			continue // told with the other templates
		}
		if p, wrong := e.read(filled, " when it is filled for "+sample.Name); wrong {
			return p, true
		}
	}
	return yamlfile.Problem{}, false
}

func (e expression) read(promql, when string) (yamlfile.Problem, bool) {
	problem := func(format string, args ...any) yamlfile.Problem {
		return e.source.Problem(fmt.Sprintf(format, args...), e.path...)
	}
	if n := utf8.RuneCountInString(promql); n > playbooks.MaxExpr {
		return problem("expr has %d characters%s, at most %d", n, when, playbooks.MaxExpr), true
	}
	expr, err := promQL.ParseExpr(promql)
	if err != nil {
		text, line, column := parseError(promql, err)
		p := problem("expr is not PromQL%s: %s (line %d, column %d of the expression)", when, text, line, column)
		if when != "" {
			column = 0 // the values have moved it
		}
		if strings.Count(promql, "\n") == strings.Count(e.text, "\n") {
			p = e.source.Inside(p, line, column, e.path...)
		}
		return p, true
	}
	switch kind := expr.Type(); kind {
	case parser.ValueTypeVector, parser.ValueTypeScalar:
	case parser.ValueTypeMatrix:
		return problem("expr gives a range of samples%s, and a number is needed: take one of them, as in rate(...) or avg_over_time(...)", when), true
	default:
		return problem("expr gives a %s%s, and a number is needed", kind, when), true
	}
	if b, ok := expr.(*parser.BinaryExpr); ok && b.Op.IsComparisonOperator() && !b.ReturnBool {
		p := problem("expr compares (%s)%s: where that does not hold there is no number at all: leave comparing to below or above", b.Op, when)
		p.Warning = true
		return p, true
	}
	return yamlfile.Problem{}, false
}

// parseError says what is wrong, and where: line and column from 1, in signs.
func parseError(promql string, err error) (text string, line, column int) {
	first := &parser.ParseErr{Err: err}
	if all, ok := errors.AsType[parser.ParseErrors](err); ok && len(all) > 0 {
		first = &all[0]
	} else if one, ok := errors.AsType[*parser.ParseErr](err); ok {
		first = one
	}
	before := promql[:max(0, min(int(first.PositionRange.Start), len(promql)))]
	lastLine := before[strings.LastIndexByte(before, '\n')+1:]
	return first.Err.Error(), strings.Count(before, "\n") + 1, len(lastLine) + 1
}
