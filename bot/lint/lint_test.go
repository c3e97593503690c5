package lint_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/bot/lint"
	"github.com/signalbook/signalbook/playbooks/library"
)

// checked checks files given by name, in the order of the names.
func checked(t testing.TB, files map[string]string) (lint.Report, []string) {
	t.Helper()
	read := func(name string) ([]byte, error) {
		if files[name] == "" {
			return nil, errors.New("permission denied")
		}
		return []byte(files[name]), nil
	}
	report := lint.Playbooks(slices.Sorted(maps.Keys(files)), read, library.All())
	var lines []string
	for _, p := range report.Problems {
		lines = append(lines, p.String())
	}
	return report, lines
}

func step(text string) string {
	return "name: p\ntitle: P\nmatch: ['alertname=\"X\"']\ntiers:\n  - name: immediate\n    within: 1h\n    steps:\n      - id: a\n        title: A\n" + text
}

func TestPromQL(t *testing.T) {
	for name, c := range map[string]struct{ expr, want string }{
		"fine":           {"'sum(rate(x[5m]))'", ""},
		"a number":       {"'1 + 2'", ""},
		"several lines":  {"|\n            sum(\n              rate(x[5m])\n            )", ""},
		"filled":         {`'up{instance="{{ .Labels.instance }}"} * on() group_left x'`, ""},
		"not closed":     {"'sum(up'", `10:32: expr is not PromQL: unclosed left parenthesis (line 1, column 7 of the expression)`},
		"on its line":    {"|\n            sum(\n              ratio(x[5m])\n            )", `13:15: expr is not PromQL: unknown function with name "ratio" (line 2, column 3 of the expression)`},
		"no quotes":      {"'up{instance={{ .Labels.instance }}}'", "10:32: expr is not PromQL when it is filled for an alert that matches `alertname=\"X\"`: unexpected identifier \"orders\" in label matching, expected string (line 1, column 13 of the expression)"},
		"range":          {"'up[5m]'", `10:32: expr gives a range of samples, and a number is needed: take one of them, as in rate(...) or avg_over_time(...)`},
		"text":           {`'"up"'`, `10:32: expr gives a string, and a number is needed`},
		"comparison":     {"'up > 0.5'", `10:32: warning: expr compares (>): where that does not hold there is no number at all: leave comparing to below or above`},
		"bool":           {"'up > bool 0.5'", ""},
		"feature of 3.x": {"'mad_over_time(up[5m])'", `10:32: expr is not PromQL: function "mad_over_time" is not enabled (line 1, column 1 of the expression)`},
		"too long":       {"'" + strings.Repeat("(", 450_000) + strings.Repeat(")", 450_000) + "'", `10:32: the expr (PromQL) has 900000 characters, at most 4000`},
		"grows too long": {"'" + strings.Repeat(`{{ printf "%99s" "(" }}`, 46) + "'", "10:32: expr has 4554 characters when it is filled for an alert that matches `alertname=\"X\"`, at most 4000"},
		"fails":          {"'{{ slice .Labels.instance 0 400 }}'", `10:32: the template fails for every sample alert: at <slice .Labels.instance 0 400>: error calling slice: index out of range: 400`},
	} {
		t.Run(name, func(t *testing.T) {
			text := step("        verify: {below: 1, expr: " + c.expr + "}\n")
			if strings.HasPrefix(c.expr, "|") {
				text = step("        verify:\n          expr: " + c.expr + "\n          below: 1\n")
			}
			_, got := checked(t, map[string]string{"p.yml": text})
			unused := func(line string) bool {
				return strings.HasSuffix(line, "warning: verify is read and checked; not used by this version")
			}
			if !slices.ContainsFunc(got, unused) {
				t.Errorf("nothing says that verify is not used: got %q", got)
			}
			got = slices.DeleteFunc(got, unused)
			want := strings.ReplaceAll(c.want, "10:32", fmt.Sprint("10:", len("        verify: {below: 1, expr: ")+1))
			if want != "" {
				want = "p.yml:" + want
			}
			if diff := cmp.Diff(want, strings.Join(got, "\n")); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

// TestLinkLeftOut: the link that is told is the one that is left out, though
// another is not shown for want of a value.
func TestLinkLeftOut(t *testing.T) {
	text := step("links:\n  - {title: None, url: '{{ .Annotations.summary | reReplaceAll \".*\" \"\" }}'}\n  - {title: Long, url: 'https://x.example/" + strings.Repeat("x", 2_000) + "'}\n")
	_, got := checked(t, map[string]string{"p.yml": text})
	want := "p.yml:12:24: warning: for an alert that matches `alertname=\"X\"` the link is left out: its URL has 2018 characters, and the message has room for 2000"
	if diff := cmp.Diff(want, strings.Join(got, "\n")); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

// TestBuiltIn: the built-in playbooks stand their own check.
func TestBuiltIn(t *testing.T) {
	report, got := checked(t, map[string]string{"unreadable.yml": ""})
	if want := []string{"unreadable.yml: the playbook cannot be read: permission denied"}; !slices.Equal(got, want) {
		t.Errorf("problems: got %q, want %q", got, want)
	}
	if got, want := len(report.Set.All()), len(library.All()); got != want {
		t.Errorf("the set has %d playbooks, want the %d built-in ones", got, want)
	}
}

// TestManyProblems: a report ends somewhere.
func TestManyProblems(t *testing.T) {
	files := map[string]string{}
	for n := range 150 {
		files[fmt.Sprintf("p%03d.yml", n)] = "- x: [\n]\n"
		files[fmt.Sprintf("q%03d.yml", n)] = "name: x\n" + func() string {
			var b strings.Builder
			for k := range 100 {
				fmt.Fprintf(&b, "key%d: 1\n", k)
			}
			return b.String()
		}()
	}
	_, got := checked(t, files)
	if len(got) != 10_001 || !strings.HasSuffix(got[10_000], "more problems are not shown: mend these first") {
		t.Errorf("%d problems, the last %q, want 10,000 and a word about the others", len(got), got[len(got)-1])
	}
}
