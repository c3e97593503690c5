package playbooks

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"text/template"
	"time"
	"unicode"

	"github.com/prometheus/common/helpers/templates"

	"github.com/signalbook/signalbook/alerts/textutil"
)

// functions are Alertmanager's template functions, those that make sense
// here, and text/template's own ones that make text; every one of them pays
// out of the budget. now and since are left out: a playbook is filled once,
// and an age would be wrong a minute later.
func functions(b *budget) template.FuncMap {
	each := func(f func(string) string) func(string) (string, error) {
		return func(s string) (string, error) {
			if err := b.spend(len(s)); err != nil {
				return "", err
			}
			if len(s) > maxOutput {
				return "", errOutput
			}
			return b.result(f(s))
		}
	}
	same := func(s string) string { return s }
	return template.FuncMap{
		"toUpper":   each(strings.ToUpper),
		"toLower":   each(strings.ToLower),
		"title":     each(titleCase),
		"trimSpace": each(strings.TrimSpace),
		"safeHtml":  each(same),
		"safeUrl":   each(same),
		"urlUnescape": func(s string) (string, error) {
			out, err := url.QueryUnescape(s)
			if err != nil {
				return "", err
			}
			return b.result(out)
		},
		"join":             b.join,
		"match":            b.match,
		"reReplaceAll":     b.replaceAll,
		"stringSlice":      func(s ...string) ([]string, error) { return s, b.spend(16 * len(s)) },
		"date":             func(layout string, t time.Time) (string, error) { return b.result(t.Format(textutil.Cut(layout, 200))) },
		"tz":               b.zone,
		"humanizeDuration": templates.HumanizeDuration,

		"print": func(args ...any) (string, error) {
			return b.format("", args, func() string { return fmt.Sprint(args...) })
		},
		"println": func(args ...any) (string, error) {
			return b.format("", args, func() string { return fmt.Sprintln(args...) })
		},
		"printf": func(f string, args ...any) (string, error) {
			return b.format(f, args, func() string { return fmt.Sprintf(f, args...) })
		},
		"html":     each(template.HTMLEscapeString),
		"js":       each(template.JSEscapeString),
		"urlquery": each(func(s string) string { return url.QueryEscape(strings.TrimSpace(cleanLine(s))) }),
	}
}

// wideVerb finds widths and precisions of three digits and more, and those
// taken from an argument, with which printf makes as much text as it is told.
var wideVerb = regexp.MustCompile(`%[-+# 0]*(\[\d+\])?(\d{3,}|\*|\d*\.[-+# 0]*(\[\d+\])?(\d{3,}|\*))`)

func (b *budget) format(layout string, args []any, do func() string) (string, error) {
	if wideVerb.MatchString(layout) {
		return "", fmt.Errorf("printf %q: widths above 99 are not allowed", textutil.Cut(layout, 40))
	}
	size := len(layout) * 8
	for _, a := range args {
		switch a := a.(type) {
		case string:
			size += len(a)
		case []string:
			for _, s := range a {
				size += len(s) + 1
			}
		}
	}
	if err := b.spend(size); err != nil {
		return "", err
	}
	if size > 8*maxOutput {
		return "", errOutput
	}
	if why := wrongVerbs(layout, args); why != "" {
		return "", printfError(layout, why)
	}
	return b.result(do())
}

// join has Alertmanager's order of arguments: {{ stringSlice "a" "b" | join ", " }}.
func (b *budget) join(sep string, parts []string) (string, error) {
	size := 0
	for _, p := range parts {
		size += len(p) + len(sep)
	}
	if err := b.spend(min(size, maxOutput)); err != nil {
		return "", err
	}
	if size > maxOutput+len(sep) {
		return "", errOutput
	}
	return b.result(strings.Join(parts, sep))
}

// compile pays for an expression, once, and for running it over a text.
func (b *budget) compile(pattern, text string) (*regexp.Regexp, error) {
	if len(text) > maxOutput {
		return nil, errOutput
	}
	if known, ok := b.regexps[pattern]; ok {
		return known.re, b.spend(len(text) * (1 + known.size/2))
	}
	if len(pattern) > maxMatchersLength {
		return nil, fmt.Errorf("a regular expression of %d bytes, more than %d", len(pattern), maxMatchersLength)
	}
	if err := b.spend(2000 * len(pattern)); err != nil {
		return nil, err
	}
	size, err := regexpSize(pattern)
	if err != nil {
		return nil, err
	}
	if err := b.spend(size*64 + len(text)*(1+size/2)); err != nil {
		return nil, err
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, err
	}
	if re.NumSubexp() > 20 {
		return nil, fmt.Errorf("the regular expression has %d groups, at most 20", re.NumSubexp())
	}
	if b.regexps == nil {
		b.regexps = map[string]compiled{}
	}
	b.regexps[pattern] = compiled{re, size}
	return re, nil
}

func (b *budget) match(pattern, text string) (bool, error) {
	re, err := b.compile(pattern, text)
	if err != nil {
		return false, err
	}
	return re.MatchString(text), nil
}

// replaceAll is regexp's ReplaceAllString, stopping when the result grows too
// long.
func (b *budget) replaceAll(pattern, replacement, text string) (string, error) {
	re, err := b.compile(pattern, text)
	if err != nil {
		return "", err
	}
	if len(replacement) > maxMatchersLength {
		return "", fmt.Errorf("a replacement of %d bytes, more than %d", len(replacement), maxMatchersLength)
	}
	var out []byte
	last := 0
	for _, m := range re.FindAllStringSubmatchIndex(text, -1) {
		out = append(out, text[last:m[0]]...)
		before := len(out)
		out = re.ExpandString(out, replacement, text, m)
		if err := b.spend(len(out) - before); err != nil {
			return "", err
		}
		if len(out) > maxOutput {
			return "", errOutput
		}
		last = m[1]
	}
	return b.result(string(append(out, text[last:]...)))
}

func (b *budget) zone(name string, t time.Time) (time.Time, error) {
	if err := b.spend(64 << 10); err != nil { // reads the zone's file
		return time.Time{}, err
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return time.Time{}, fmt.Errorf("time zone %q: %w", textutil.Cut(name, 60), err)
	}
	return t.In(loc), nil
}

// titleCase begins every word with a capital and goes on in small letters.
func titleCase(s string) string {
	inside := false
	return strings.Map(func(r rune) rune {
		first := !inside
		inside = unicode.IsLetter(r) || unicode.IsNumber(r) || (inside && (r == '\'' || r == '’'))
		if first {
			return unicode.ToTitle(r)
		}
		return unicode.ToLower(r)
	}, s)
}
