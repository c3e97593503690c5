// Package promql reads PromQL, to say what a query counts before Prometheus is asked. It
// never asks, and knows nothing of what is counted. What it cannot read it says nothing of:
// servers that are like Prometheus have more than its language.
package promql

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// maxRead bounds what is parsed, in bytes: the parser's time grows faster than the length.
const maxRead = 4_000

var reader = parser.NewParser(parser.Options{})

// read parses a query; nil: it is too long, or not PromQL.
func read(query string) parser.Expr {
	if len(query) > maxRead {
		return nil
	}
	e, err := reader.ParseExpr(query)
	if err != nil {
		return nil
	}
	return e
}

// AtOnce is a query that looks back as one that does not: of "sum(increase(x[7d]))" it is
// "sum(x)". It has an answer whenever there is something to look back on. It is empty for a
// query that does not look back.
func AtOnce(query string) string {
	e := read(query)
	if e == nil || !looksBack(e) {
		return ""
	}
	e = atOnce(e)
	if e.Type() == parser.ValueTypeScalar {
		return "vector(" + e.String() + ")"
	}
	return e.String()
}

func looksBack(e parser.Expr) (ranged bool) {
	parser.Inspect(e, func(n parser.Node, _ []parser.Node) error {
		switch n.(type) {
		case *parser.MatrixSelector, *parser.SubqueryExpr:
			ranged = true
		}
		return nil
	})
	return ranged
}

// atOnce puts what functions look back on in the place of these functions.
func atOnce(e parser.Expr) parser.Expr {
	switch n := e.(type) {
	case *parser.Call:
		for i, arg := range n.Args {
			switch back := arg.(type) {
			case *parser.MatrixSelector:
				return back.VectorSelector
			case *parser.SubqueryExpr:
				return &parser.ParenExpr{Expr: atOnce(back.Expr)}
			}
			n.Args[i] = atOnce(arg)
		}
	case *parser.AggregateExpr:
		n.Expr = atOnce(n.Expr)
	case *parser.BinaryExpr:
		n.LHS, n.RHS = atOnce(n.LHS), atOnce(n.RHS)
	case *parser.ParenExpr:
		n.Expr = atOnce(n.Expr)
	case *parser.UnaryExpr:
		n.Expr = atOnce(n.Expr)
	}
	return e
}

// counters end as those of Prometheus' client libraries do, which also make histograms.
var counters = []string{"_total", "_count", "_sum", "_bucket"}

// Doubt says why a query that is asked once does probably not count what there was in a
// span, as a clause without a full stop; empty: nothing speaks against it. What is
// multiplied, or looked back on once more, its author has reckoned.
func Doubt(query string, span time.Duration) (why string) {
	e := read(query)
	if e == nil {
		return ""
	}
	long := model.Duration(span).String()
	parser.Inspect(e, func(n parser.Node, path []parser.Node) error {
		if why == "" && !reckoned(path) {
			why = doubtOf(n, path, span, long)
		}
		return nil
	})
	return why
}

func doubtOf(n parser.Node, path []parser.Node, span time.Duration, long string) string {
	switch n := n.(type) {
	case *parser.VectorSelector:
		name := nameOf(n)
		if slices.ContainsFunc(counters, func(end string) bool { return strings.HasSuffix(name, end) }) && !within(path) {
			return fmt.Sprintf("%s is a counter, which holds all since it began: count with increase(%s[%s])", name, name, long)
		}
	case *parser.Call:
		for _, arg := range n.Args {
			back, ok := arg.(*parser.MatrixSelector)
			if !ok {
				continue
			}
			switch n.Func.Name {
			case "rate", "irate", "deriv":
				return fmt.Sprintf("%s gives so many a second: count with increase(...[%s])", n.Func.Name, long)
			case "increase", "delta", "sum_over_time", "count_over_time":
				if back.RangeExpr == nil && back.Range != span {
					return fmt.Sprintf("%s looks back %s instead of %s: write [%s]", n.Func.Name, model.Duration(back.Range), long, long)
				}
			}
		}
	}
	return ""
}

// reckoned reports whether something is multiplied, or looked back on, further up.
func reckoned(path []parser.Node) bool {
	return slices.ContainsFunc(path, func(n parser.Node) bool {
		b, ok := n.(*parser.BinaryExpr)
		_, again := n.(*parser.SubqueryExpr)
		return again || ok && b.Op == parser.MUL
	})
}

// within reports whether a selector is looked back on, or only its series are counted.
func within(path []parser.Node) bool {
	return slices.ContainsFunc(path, func(n parser.Node) bool {
		a, ok := n.(*parser.AggregateExpr)
		_, back := n.(*parser.MatrixSelector)
		return back || ok && (a.Op == parser.COUNT || a.Op == parser.GROUP)
	})
}

func nameOf(s *parser.VectorSelector) string {
	for _, m := range s.LabelMatchers {
		if m.Name == model.MetricNameLabel && m.Type == labels.MatchEqual {
			return m.Value
		}
	}
	return s.Name
}
