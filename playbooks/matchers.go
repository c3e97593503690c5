package playbooks

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/prometheus/alertmanager/matcher/parse"
	"github.com/prometheus/alertmanager/pkg/labels"

	"github.com/signalbook/signalbook/alerts/textutil"
)

// Bounds of one entry of matchers. RE2 never runs away, but its time grows
// with the size of the expression, in which a{1000} counts a thousand times.
const (
	maxMatchersLength = 2000 // bytes
	maxRegexpSize     = 5000 // instructions, about
)

// Matchers are Alertmanager matchers, all of which must hold.
type Matchers []*labels.Matcher

// ParseMatchers reads one or several comma separated matchers in
// Alertmanager's syntax, UTF-8 names included, with or without braces around
// them. None at all is an error: it would match everything.
func ParseMatchers(s string) (Matchers, error) {
	const advice = `write it as Alertmanager does: team="db",severity!="info" (operators = != =~ !~)`
	if len(s) > maxMatchersLength {
		return nil, fmt.Errorf("%d bytes of matchers, more than %d: split the entry", len(s), maxMatchersLength)
	}
	if !utf8.ValidString(s) {
		return nil, errors.New("matchers are not valid UTF-8")
	}
	if err := checkQuoted(s); err != nil {
		return nil, fmt.Errorf("%s: %w", quoteCut(s), err)
	}
	parsed, err := parse.Matchers(s)
	if err != nil {
		return nil, fmt.Errorf("%s is no matcher: %w: %s", quoteCut(s), err, advice)
	}
	if len(parsed) == 0 {
		return nil, fmt.Errorf("an empty matcher: %s", advice)
	}
	return Matchers(parsed), nil
}

// quoted finds the quoted parts of an entry, as the matcher parser does.
var quoted = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)

// checkQuoted finds regular expressions that are too large before the parser
// compiles them, which may take seconds. Only what is quoted can be: without
// quotes there are no braces.
func checkQuoted(s string) error {
	if !strings.Contains(s, "=~") && !strings.Contains(s, "!~") {
		return nil
	}
	for _, q := range quoted.FindAllString(s, -1) {
		value, err := strconv.Unquote(q)
		if err != nil {
			continue
		}
		if _, err := regexpSize(value); errors.Is(err, errRegexpSize) {
			return err
		}
	}
	return nil
}

// MatchersSize is about how many instructions an entry's regular expressions compile
// to, of 100 bytes each, without compiling them; an entry has at least as many as
// bytes.
func MatchersSize(s string) int {
	size := len(s)
	if len(s) > maxMatchersLength || !strings.Contains(s, "=~") && !strings.Contains(s, "!~") {
		return size
	}
	for _, q := range quoted.FindAllString(s, -1) {
		if value, err := strconv.Unquote(q); err == nil {
			n, _ := regexpSize(value) // too large is told of with the entry
			size += n
		}
	}
	return size
}

var errRegexpSize = fmt.Errorf("the regular expression is too large (more than %d instructions): use smaller counts in { }, or split it", maxRegexpSize)

// Match tells whether every matcher holds; an absent label is the same as an
// empty one, as in Alertmanager.
func (ms Matchers) Match(set map[string]string) bool {
	for _, m := range ms {
		if !m.Matches(labelOf(set, m.Name)) {
			return false
		}
	}
	return true
}

// String is the canonical form, without braces.
func (ms Matchers) String() string {
	parts := make([]string, len(ms))
	for i, m := range ms {
		parts[i] = m.String()
	}
	return strings.Join(parts, ",")
}

func quoteCut(s string) string { return "`" + textutil.Cut(s, 120) + "`" }

// regexpSize estimates the instructions of a compiled expression without
// compiling it. Too large is an error.
func regexpSize(expr string) (int, error) {
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return 0, fmt.Errorf("bad regular expression: %w", err)
	}
	size := instructions(re)
	if size > maxRegexpSize {
		return 0, errRegexpSize
	}
	return size, nil
}

func instructions(re *syntax.Regexp) int {
	const enough = 1 << 30
	n := 1 + len(re.Rune)
	for _, sub := range re.Sub {
		n += instructions(sub)
	}
	if re.Op == syntax.OpCharClass {
		n = 1 + len(re.Rune)/16
	}
	if re.Op == syntax.OpRepeat {
		n *= max(1, re.Min+1, re.Max)
	}
	return min(n, enough)
}
