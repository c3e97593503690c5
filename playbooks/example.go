package playbooks

import (
	"cmp"
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/prometheus/alertmanager/pkg/labels"
)

// maxExample bounds the text that is made up for a regular expression, in bytes.
const maxExample = 200

// satisfy sets a label so that the matcher holds, where a value for it can be
// made up; usual is the value that the label has otherwise.
func satisfy(m *labels.Matcher, set map[string]string, usual string) {
	if isWords(m.Name) {
		addWords(m, set)
		return
	}
	current, given := set[m.Name]
	if given && m.Matches(current) {
		return
	}
	var candidates []string
	switch m.Type {
	case labels.MatchEqual:
		candidates = []string{m.Value}
	case labels.MatchRegexp:
		candidates = []string{usual, example(m.Value)}
	default:
		candidates = []string{usual, "", "another"}
	}
	for _, c := range candidates {
		if m.Matches(c) {
			set[m.Name] = c
			break
		}
	}
	if set[m.Name] == "" {
		delete(set, m.Name)
	}
}

// addWords puts words at the end of the alert's name, so that a matcher on its words
// holds beside those before it.
func addWords(m *labels.Matcher, set map[string]string) {
	if m.Matches(labelOf(set, m.Name)) {
		return
	}
	words := m.Value
	if m.Type == labels.MatchRegexp {
		words = example(m.Value)
	}
	for _, name := range []string{set["alertname"] + " " + words, words} {
		if m.Matches(Words(name)) {
			set["alertname"] = name
			return
		}
	}
}

// example makes up a text that a regular expression matches: the first of its
// alternatives, as little as its repetitions allow. What depends on what stands
// around (\b, ^ inside) may be missed.
func example(expr string) string {
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return ""
	}
	var b strings.Builder
	writeExample(&b, re)
	return b.String()
}

func writeExample(b *strings.Builder, re *syntax.Regexp) {
	if b.Len() > maxExample {
		return
	}
	switch re.Op {
	case syntax.OpLiteral:
		b.WriteString(string(re.Rune))
	case syntax.OpCharClass:
		b.WriteRune(visible(re.Rune))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		b.WriteByte('x')
	case syntax.OpRepeat:
		for range min(re.Min, maxExample) {
			writeExample(b, re.Sub[0])
		}
	case syntax.OpPlus, syntax.OpCapture, syntax.OpAlternate:
		writeExample(b, re.Sub[0])
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			writeExample(b, sub)
		}
	}
}

// visible takes a sign that can be seen out of a class, given as pairs of first
// and last; the first of all when there is none.
func visible(class []rune) rune {
	var found rune
	for k := 0; k+1 < len(class); k += 2 {
		if first := max(class[k], '0'); first <= class[k+1] && first < 0x7f {
			found = cmp.Or(found, first)
		}
	}
	if found == 0 && len(class) > 0 {
		found = class[0]
	}
	return found
}

// draw makes up texts that a regular expression matches: every alternative, with and
// without what may be left out, as far as there is room for.
func draw(expr string) []string {
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil
	}
	drawn := drawFrom(re)
	slices.Sort(drawn)
	return slices.Compact(drawn)
}

func drawFrom(re *syntax.Regexp) []string {
	some := []string{""}
	switch re.Op {
	case syntax.OpLiteral:
		some = []string{string(re.Rune)}
	case syntax.OpCharClass:
		some = drawClass(re.Rune)
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		some = []string{"x"}
	case syntax.OpCapture, syntax.OpPlus:
		some = drawFrom(re.Sub[0])
	case syntax.OpQuest, syntax.OpStar:
		some = append(some, drawFrom(re.Sub[0])...)
	case syntax.OpAlternate:
		some = nil
		for _, sub := range re.Sub {
			some = append(some, drawFrom(sub)...)
		}
	case syntax.OpRepeat:
		for _, text := range drawFrom(re.Sub[0]) {
			some = append(some, strings.Repeat(text, min(max(re.Min, 1), maxExample/max(len(text), 1))))
		}
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			var longer []string
			for _, end := range drawFrom(sub) {
				for _, begin := range some {
					if len(longer) < maxDrawn && len(begin)+len(end) <= maxExample {
						longer = append(longer, begin+end)
					}
				}
			}
			some = longer
		}
	}
	return some[:min(len(some), maxDrawn)]
}

// drawClass draws all signs of a small class, which may be alternatives of one letter,
// and one of a large one.
func drawClass(class []rune) (some []string) {
	for k := 0; k+1 < len(class); k += 2 {
		for r := class[k]; r <= class[k+1]; r++ {
			if some = append(some, string(r)); len(some) > 4 {
				return []string{string(visible(class))}
			}
		}
	}
	return some
}
