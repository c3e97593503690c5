package yamlfile_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/signalbook/signalbook/playbooks/yamlfile"
)

// even is a type with a reading of its own, in the older form.
type even int

func (e *even) UnmarshalYAML(unmarshal func(any) error) error {
	var n int
	if err := unmarshal(&n); err != nil {
		return err
	}
	if n%2 != 0 {
		return fmt.Errorf("%d is odd, give an even number", n)
	}
	*e = even(n)
	return nil
}

// shout is a type with a reading of its own, in the newer form.
type shout string

func (s *shout) UnmarshalYAML(n *yaml.Node) error {
	*s = shout(strings.ToUpper(n.Value))
	return nil
}

// colour is a type that reads text.
type colour struct{ name string }

func (c *colour) UnmarshalText(b []byte) error {
	if string(b) == "panic" {
		panic("no such colour")
	}
	if string(b) != "red" {
		return errors.New("the only colour is red")
	}
	c.name = string(b)
	return nil
}

// plainNested sets defaults the way Prometheus' configuration types do.
type plainNested struct {
	Path string `yaml:"path"`
	Size int    `yaml:"size"`
}

func (p *plainNested) UnmarshalYAML(unmarshal func(any) error) error {
	type plain plainNested
	*p = plainNested{Size: 7}
	if err := unmarshal((*plain)(p)); err != nil {
		return fmt.Errorf("nested: %w", err)
	}
	return nil
}

type inlined struct {
	Proxy string `yaml:"proxy"`
}

type file struct {
	Name    string            `yaml:"name"`
	Count   int               `yaml:"count"`
	Ratio   float64           `yaml:"ratio"`
	On      bool              `yaml:"on"`
	Below   *float64          `yaml:"below"`
	Owners  []string          `yaml:"owners"`
	Labels  map[string]string `yaml:"labels"`
	Even    even              `yaml:"even"`
	Shout   shout             `yaml:"shout"`
	Colour  colour            `yaml:"colour"`
	Nested  *plainNested      `yaml:"nested"`
	Loose   any               `yaml:"loose"`
	Routes  []file            `yaml:"routes"`
	Channel string            `yaml:"channel"`
	Raw     yaml.Node         `yaml:"raw"`
	inlined `yaml:",inline"`
	Hidden  string `yaml:"-"`
}

func TestDecodeReadsEveryType(t *testing.T) {
	const text = "\ufeff" + `name: x
count: 3
ratio: 0.5
on: true
below: 1
owners: [a, 7]
labels: &l {team: db, n: 1}
even: 4
shout: loud
colour: red
nested: {path: /x}
loose: {a: [1, two, {b: true}]}
routes:
- {name: child, labels: {<<: *l, team: web}}
-   name: "tab	inside"
proxy: http://p
channel:
`
	var got file
	_, problems := yamlfile.Decode("f.yml", []byte(text), &got)
	if len(problems) > 0 {
		t.Fatalf("problems:\n%v", problems.Err())
	}
	one := 1.0
	want := file{
		Name: "x", Count: 3, Ratio: .5, On: true, Below: &one, Owners: []string{"a", "7"},
		Labels: map[string]string{"team": "db", "n": "1"}, Even: 4, Shout: "LOUD", Colour: colour{"red"},
		Nested:  &plainNested{Path: "/x", Size: 7},
		Loose:   map[string]any{"a": []any{1, "two", map[string]any{"b": true}}},
		Routes:  []file{{Name: "child", Labels: map[string]string{"team": "web", "n": "1"}}, {Name: "tab\tinside"}},
		inlined: inlined{Proxy: "http://p"},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(file{}, colour{}, inlined{})); diff != "" {
		t.Errorf("decoded (-want +got):\n%s", diff)
	}
}

func TestDecodeTellsEveryProblemAtOnce(t *testing.T) {
	const text = `name: [x]
chanel: "#a"
count: three
ratio: {}
on: maybe
owners: alice
labels: {a: [1], a: 2}
even: 5
colour: blue
nested:
  path: {}
  seize: 1
loose: {x: 1, x: 2}
routes:
  - nmae: y
  - owners: [#x
      b]
  - 5
zzzzzzzz: 1
channel: #incidents
name: again
`
	var got file
	_, problems := yamlfile.Decode("f.yml", []byte(text), &got)
	want := []string{
		`f.yml:1:7: expected text, got a list`,
		`f.yml:2:1: unknown key "chanel": did you mean "channel"?`,
		`f.yml:3:8: expected a whole number, got "three"`,
		`f.yml:4:8: expected a number, got key: value pairs`,
		`f.yml:5:5: expected true or false, got "maybe"`,
		`f.yml:6:9: expected a list, got "alice": write [ ] around it, or lines that begin with -`,
		`f.yml:7:13: expected text, got a list`,
		`f.yml:7:18: key "a" is given twice, first on line 7`,
		`f.yml:8:7: 5 is odd, give an even number`,
		`f.yml:9:9: the only colour is red`,
		`f.yml:11:9: expected text, got key: value pairs`,
		`f.yml:12:3: unknown key "seize": did you mean "size"?`,
		`f.yml:13:15: key "x" is given twice, first on line 13`,
		`f.yml:15:5: unknown key "nmae": did you mean "name"?`,
		`f.yml:18:5: expected key: value pairs, got "5"`,
		`f.yml:19:1: unknown key "zzzzzzzz": known here are below, channel, colour, count, even, labels, loose, name, nested, on, owners, proxy, ratio, raw, routes, shout`,
		`f.yml:20:9: no value: an unquoted "#" begins a comment, write "#incidents"`,
		`f.yml:21:1: key "name" is given twice, first on line 1`,
	}
	if diff := cmp.Diff(want, texts(problems)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func TestDecodePlacesSyntaxErrors(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"tab":           {"name: x\nlabels:\n\ta: b\n", `f.yml:3:2: not valid YAML: found character that cannot start any token: a tab is used for indentation, use spaces`},
		"at sign":       {"name: x\nowners:\n  - a\n  - @db\n", "f.yml:4:3: not valid YAML: found character that cannot start any token: put a value that begins with @, ` or % in quotes"},
		"colon":         {"a: 1\nname: x: y\n", `f.yml:2:1: not valid YAML: mapping values are not allowed in this context: put a value that contains ": " in quotes, or mend the indentation`},
		"dedent":        {"name: x\nroutes:\n    - name: y\n      count: 1\n   - name: z\ncount: 3\n", `f.yml:5:4: not valid YAML: did not find expected key: look at the indentation and at quotes inside quotes`},
		"bracket":       {"name: x\nowners: [a, b\ncount: 3\n", `f.yml:2:1: not valid YAML: did not find expected ',' or ']': a bracket or brace is not closed, or a comma is missing`},
		"anchor":        {"name: *nobody\n", `f.yml:1:1: not valid YAML: unknown anchor 'nobody' referenced`},
		"latin1":        {"name: x\ncount: gr\xfc\xdfe\n", `f.yml:2:10: byte 0xfc is not valid UTF-8: save the file as UTF-8`},
		"utf16":         {"\xff\xfen\x00", `f.yml:1:1: byte 0xff is not valid UTF-8: save the file as UTF-8`},
		"control":       {"name: ü\x07\n", `f.yml:1:8: character U+0007 is not allowed in YAML: remove it, or write it as an escape in double quotes`},
		"empty":         {"# nothing\n", `f.yml:1:1: the file is empty`},
		"none":          {"", `f.yml:1:1: the file is empty`},
		"list":          {"- a\n", `f.yml:1:1: expected key: value pairs, got a list`},
		"two documents": {"name: x\n---\nname: y\n", `f.yml:2:1: a second document begins here: write one document a file, without "---" between`},
		"panic":         {"colour: panic\n", `f.yml:1:9: cannot be read: no such colour`},
		"complex key":   {"labels: {[a]: b}\n", `f.yml:1:10: a key must be plain text, got a list`},
		"binary":        {"name: !!binary aGk=\n", `f.yml:1:7: expected text, got base64 (!!binary): write the text itself`},
		"empty entry":   {"owners:\n- a\n-\n", `f.yml:3:2: this list entry is empty`},
		"bad merge":     {"<<: 3\n", `f.yml:1:5: << takes an alias (*name) of key: value pairs, or a list of them`},
	} {
		t.Run(name, func(t *testing.T) {
			var got file
			_, problems := yamlfile.Decode("f.yml", []byte(c.text), &got)
			if diff := cmp.Diff([]string{c.want}, texts(problems)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDecodeIsBounded(t *testing.T) {
	var bomb strings.Builder
	bomb.WriteString("a: &a [x,x,x,x,x,x,x,x,x,x]\n")
	for c := 'b'; c <= 'i'; c++ {
		bomb.WriteString(fmt.Sprintf("%c: &%c [%s]\n", c, c, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*%c,", c-1), 10), ",")))
	}
	for name, c := range map[string]struct{ text, want string }{
		"10 MB":          {strings.Repeat("name: x # long\n", 700_000), `f.yml: the file has 10500000 bytes, more than the 1048576 that are read: split it`},
		"billion laughs": {bomb.String(), `more than 100000 values once its aliases are written out`},
		"own alias":      {"loose: &a [*a]\n", `nested deeper than 64 levels, or an alias inside what it names`},
		"own merge":      {"labels: &a {<<: *a}\n", `nested deeper than 64 levels, or an alias inside what it names`},
		"deep":           {"loose: " + strings.Repeat("[", 500) + strings.Repeat("]", 500) + "\n", `nested deeper than 64 levels`},
		"deeper":         {"loose: " + strings.Repeat("[", 500_000), `not valid YAML: `},
		"deep block":     {strings.Repeat("- ", 400_000), `not valid YAML: `},
		"wide":           {"owners: [" + strings.Repeat("x,", 200_000) + "]\n", `more than 100000 values`},
	} {
		t.Run(name, func(t *testing.T) {
			var got file
			_, problems := yamlfile.Decode("f.yml", []byte(c.text), &got)
			if len(problems) != 1 || !strings.Contains(problems[0].String(), c.want) {
				t.Errorf("problems: got %q, want one with %q", texts(problems), c.want)
			}
		})
	}
}

func TestManyProblemsAreCut(t *testing.T) {
	var b strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&b, "key%d: 1\n", i)
	}
	var got file
	_, problems := yamlfile.Decode("f.yml", []byte(b.String()), &got)
	if len(problems) != 101 {
		t.Fatalf("problems: got %d, want 101", len(problems))
	}
	if got, want := problems[100].Text, "4900 more problems are not shown: mend these first"; got != want {
		t.Errorf("last problem: got %q, want %q", got, want)
	}
}

func TestDocumentPointsAtValues(t *testing.T) {
	const text = `name: x
labels: &l
  team: db
routes:
  - name: y
    owners: [a, b]
  - {name: z, labels: *l}
  - labels: {<<: *l, more: 1}
`
	var got file
	doc, problems := yamlfile.Decode("f.yml", []byte(text), &got)
	if len(problems) > 0 {
		t.Fatalf("problems:\n%v", problems.Err())
	}
	for _, c := range []struct {
		path []any
		want string
	}{
		{nil, "f.yml:1:1: odd"},
		{[]any{"name"}, "f.yml:1:7: odd"},
		{[]any{"labels", "team"}, "f.yml:3:9: odd"},
		{[]any{"routes", 0, "owners", 1}, "f.yml:6:17: odd"},
		{[]any{"routes", 0, "owners", 9}, "f.yml:6:13: odd"},
		{[]any{"routes", 0, "channel"}, "f.yml:5:5: odd"},
		{[]any{"routes", 1, "labels", "team"}, "f.yml:3:9: odd"},
		{[]any{"routes", 2, "labels", "team"}, "f.yml:3:9: odd"},
		{[]any{"routes", 2, "labels", "more"}, "f.yml:8:28: odd"},
		{[]any{"nothing", 0, "here"}, "f.yml:1:1: odd"},
		{[]any{"name", "inside"}, "f.yml:1:7: odd"},
		{[]any{3.5}, "f.yml:1:1: odd"},
	} {
		if got := doc.Problem("odd", c.path...).String(); got != c.want {
			t.Errorf("position of %v: got %s, want %s", c.path, got, c.want)
		}
	}
	if got, want := doc.Warning("odd", "name").String(), "f.yml:1:7: warning: odd"; got != want {
		t.Errorf("warning: got %s, want %s", got, want)
	}
}

func TestProblemsErr(t *testing.T) {
	ps := yamlfile.Problems{
		{File: "b", Line: 2, Column: 1, Text: "two"},
		{File: "b", Line: 1, Column: 9, Text: "one", Warning: true},
		{File: "a", Text: "cannot be opened"},
		{Text: "alone"},
	}
	ps.Sort()
	if got, want := ps.Err().Error(), "alone\na: cannot be opened\nb:2:1: two"; got != want {
		t.Errorf("error: got %q, want %q", got, want)
	}
	if got := ps.Warnings(); len(got) != 1 || got.Err() != nil {
		t.Errorf("warnings: got %v, want the one, and no error", got)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("name: x\nroutes: [{name: &a y, labels: {<<: *a}}]\n"))
	f.Add([]byte("loose: &a [*a]\n\t"))
	f.Add([]byte("? {a: b}\n: - c\n--- !!str\n..."))
	f.Fuzz(func(t *testing.T, data []byte) {
		var into file
		doc, problems := yamlfile.Decode("f.yml", data, &into)
		for _, p := range problems {
			if p.Text == "" {
				t.Errorf("problem without a text: %+v", p)
			}
		}
		doc.Problem("x", "routes", 0, "labels", "a")
	})
}

func texts(ps yamlfile.Problems) []string {
	var out []string
	for _, p := range ps {
		out = append(out, p.String())
	}
	return out
}
