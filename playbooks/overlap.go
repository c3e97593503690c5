package playbooks

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"

	"github.com/prometheus/alertmanager/pkg/labels"
)

// Bounds of comparing two regular expressions. What is beyond is not found.
const (
	maxCompared     = 2_000     // pairs of states of two expressions
	maxSigns        = 300       // signs that are told apart
	maxCompareSteps = 2_000_000 // instructions looked at in one search for clashes
)

// automaton is a regular expression as a matcher applies it, to the whole value.
type automaton struct {
	prog   *syntax.Prog
	vague  bool   // it looks at words or lines (\b): states say less than the truth
	bounds []rune // where the signs that it tells apart begin
}

// newAutomaton compiles what a matcher of a kind that says what a value is accepts;
// nil when it cannot be.
func newAutomaton(m *labels.Matcher) *automaton {
	expr := m.Value
	if m.Type == labels.MatchEqual || m.Type == labels.MatchNotEqual {
		expr = regexp.QuoteMeta(expr)
	}
	re, err := syntax.Parse("^(?:"+expr+")$", syntax.Perl)
	if err != nil {
		return nil
	}
	prog, err := syntax.Compile(re.Simplify())
	if err != nil {
		return nil
	}
	a := &automaton{prog: prog, bounds: []rune{0}}
	for _, inst := range prog.Inst {
		switch inst.Op {
		case syntax.InstEmptyWidth:
			a.vague = a.vague || syntax.EmptyOp(inst.Arg)&^(syntax.EmptyBeginText|syntax.EmptyEndText) != 0
		case syntax.InstRune, syntax.InstRune1:
			for k := 0; k < len(inst.Rune); k += 2 {
				last := inst.Rune[min(k+1, len(inst.Rune)-1)]
				a.bounds = append(a.bounds, inst.Rune[k], last+1)
			}
			if syntax.Flags(inst.Arg)&syntax.FoldCase != 0 && len(inst.Rune) == 1 {
				for r := unicode.SimpleFold(inst.Rune[0]); r != inst.Rune[0]; r = unicode.SimpleFold(r) {
					a.bounds = append(a.bounds, r, r+1)
				}
			}
		case syntax.InstRuneAnyNotNL:
			a.bounds = append(a.bounds, '\n', '\n'+1)
		}
	}
	return a
}

// comparison is what two expressions have in common, and what only the second has.
type comparison struct {
	common, second  string
	shared, differs bool
	complete        bool // all was looked at
}

// pair is a state of both expressions, and how it was reached.
type pair struct {
	a, b []uint32
	from int
	sign rune
}

// compare walks through both expressions at once. It is given as many steps as there
// are left.
func compare(a, b *automaton, steps *int) (c comparison) {
	if *steps -= len(a.bounds) + len(b.bounds); *steps < 0 || len(a.bounds)+len(b.bounds) > maxSigns {
		return c
	}
	signs := signsOf(a, b)
	todo := []pair{{a: a.start(), b: b.start(), from: -1}}
	seen := map[string]bool{key(todo[0].a, todo[0].b): true}
	text := func(k int) string {
		var runes []rune
		for ; todo[k].from >= 0; k = todo[k].from {
			runes = append(runes, todo[k].sign)
		}
		slices.Reverse(runes)
		return string(runes)
	}
	for k := 0; k < len(todo); k++ {
		p := todo[k]
		inA, inB := a.ends(p.a, k == 0), b.ends(p.b, k == 0)
		if inA && inB && !c.shared {
			c.common, c.shared = text(k), true
		}
		if inB && !inA && !c.differs {
			c.second, c.differs = text(k), true
		}
		if c.shared && c.differs {
			break
		}
		for _, r := range signs {
			if *steps -= 4 + len(p.a) + len(p.b); *steps < 0 || len(todo) > maxCompared {
				return c
			}
			next := pair{a: a.step(p.a, r), b: b.step(p.b, r), from: k, sign: r}
			if id := key(next.a, next.b); len(next.b) > 0 && !seen[id] {
				seen[id] = true
				todo = append(todo, next)
			}
		}
	}
	c.complete = true
	return c
}

// signsOf are signs of which each stands for all that neither expression tells
// apart from it: those that people write first.
func signsOf(a, b *automaton) (signs []rune) {
	bounds := slices.Concat(a.bounds, b.bounds)
	slices.Sort(bounds)
	bounds = slices.Compact(bounds)
	for k, first := range bounds {
		last := rune(unicode.MaxRune)
		if k+1 < len(bounds) {
			last = bounds[k+1] - 1
		}
		if first <= last && !(first >= 0xD800 && last <= 0xDFFF) {
			signs = append(signs, common(first, last))
		}
	}
	slices.SortStableFunc(signs, func(x, y rune) int { return rank(x) - rank(y) })
	return signs
}

func common(first, last rune) rune {
	for _, r := range [][2]rune{{'a', 'z'}, {'A', 'Z'}, {'0', '9'}, {' ', '~'}} {
		if lo := max(first, r[0]); lo <= min(last, r[1]) {
			return lo
		}
	}
	return first
}

func rank(r rune) int {
	switch {
	case unicode.IsLetter(r):
		return 0
	case unicode.IsDigit(r):
		return 1
	case unicode.IsPrint(r):
		return 2
	}
	return 3
}

func key(a, b []uint32) string {
	runes := make([]rune, 0, len(a)+len(b)+1)
	for _, pc := range a {
		runes = append(runes, rune(pc)+1)
	}
	runes = append(runes, 0)
	for _, pc := range b {
		runes = append(runes, rune(pc)+1)
	}
	return string(runes)
}

func (a *automaton) start() []uint32 { return a.reach(nil, uint32(a.prog.Start), true, false) }

// step is where the states lead with a sign.
func (a *automaton) step(from []uint32, r rune) (to []uint32) {
	for _, pc := range from {
		if inst := &a.prog.Inst[pc]; inst.MatchRune(r) {
			to = a.reach(to, inst.Out, false, false)
		}
	}
	slices.Sort(to)
	return slices.Compact(to)
}

// ends reports whether the value may end here.
func (a *automaton) ends(states []uint32, atStart bool) bool {
	for _, pc := range states {
		switch a.prog.Inst[pc].Op {
		case syntax.InstMatch:
			return true
		case syntax.InstEmptyWidth:
			if slices.ContainsFunc(a.reach(nil, pc, atStart, true), func(pc uint32) bool { return a.prog.Inst[pc].Op == syntax.InstMatch }) {
				return true
			}
		}
	}
	return false
}

// reach adds the states that are reached without a sign: those that read one, the
// match, and the ends that are not there yet.
func (a *automaton) reach(to []uint32, pc uint32, atStart, atEnd bool) []uint32 {
	seen := map[uint32]bool{}
	var visit func(pc uint32)
	visit = func(pc uint32) {
		if seen[pc] {
			return
		}
		seen[pc] = true
		inst := &a.prog.Inst[pc]
		switch inst.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			visit(inst.Out)
			visit(inst.Arg)
		case syntax.InstCapture, syntax.InstNop:
			visit(inst.Out)
		case syntax.InstEmptyWidth:
			op := syntax.EmptyOp(inst.Arg)
			switch {
			case op&syntax.EmptyBeginText != 0 && !atStart:
			case op&syntax.EmptyEndText != 0 && !atEnd:
				to = append(to, pc)
			default:
				visit(inst.Out)
			}
		case syntax.InstFail:
		default:
			to = append(to, pc)
		}
	}
	visit(pc)
	return to
}

// says reports whether a matcher says what a value is, not what it is not.
func says(m *labels.Matcher) bool { return m.Type == labels.MatchEqual || m.Type == labels.MatchRegexp }

func (x *clashes) automaton(m *labels.Matcher) *automaton {
	a, known := x.automata[m]
	if !known && x.steps > 0 {
		if a = newAutomaton(m); a != nil {
			x.steps -= 10 * len(a.prog.Inst)
		}
		x.automata[m] = a
	}
	return a
}

// implies tells whether a regular expression of one matcher accepts nothing that the
// other one does not hold for.
func (x *clashes) implies(narrow, wide *labels.Matcher) bool {
	if narrow.Type != labels.MatchRegexp {
		return false
	}
	n, w := x.automaton(narrow), x.automaton(wide)
	if n == nil || w == nil || n.vague || w.vague {
		return false
	}
	c := compare(w, n, &x.steps)
	if says(wide) {
		return c.complete && !c.differs
	}
	return c.complete && !c.shared
}

// shared makes up what both entries match: the labels that both say something of.
// That must be the alertname, when either says what it is.
func (x *clashes) shared(first, second Matchers) (what string, ok bool) {
	set := map[string]string{}
	var common []string
	for _, n := range second {
		for _, y := range first {
			if y.Name != n.Name || !says(y) || !says(n) {
				continue
			}
			value, ok := x.both(y, n)
			if !ok {
				return "", false
			}
			if _, twice := set[n.Name]; !twice {
				common = append(common, fmt.Sprintf("%s=%q", n.Name, value))
			}
			set[n.Name] = value
		}
	}
	named := func(ms Matchers) bool {
		return slices.ContainsFunc(ms, func(m *labels.Matcher) bool { return m.Name == "alertname" && says(m) })
	}
	if _, agreed := set["alertname"]; len(set) == 0 || (named(first) || named(second)) && !agreed {
		return "", false
	}
	for _, m := range slices.Concat(first, second) {
		satisfy(m, set, "")
	}
	if !first.Match(set) || !second.Match(set) {
		return "", false
	}
	return strings.Join(common, ","), true
}

// both makes up a value that two matchers hold for.
func (x *clashes) both(y, n *labels.Matcher) (string, bool) {
	for _, m := range []*labels.Matcher{y, n} {
		for _, v := range listed(m) {
			if v != "" && y.Matches(v) && n.Matches(v) {
				return v, true
			}
		}
	}
	if listed(y) != nil || listed(n) != nil {
		return "", false
	}
	a, b := x.automaton(y), x.automaton(n)
	if a == nil || b == nil {
		return "", false
	}
	c := compare(a, b, &x.steps)
	return c.common, c.shared && c.common != "" && y.Matches(c.common) && n.Matches(c.common)
}
