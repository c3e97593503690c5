package yamlfile_test

import (
	"testing"

	"github.com/signalbook/signalbook/playbooks/yamlfile"
)

// TestInside: the lines of a literal block are found in the file, however it is
// indented; a text of another form is pointed at as a whole.
func TestInside(t *testing.T) {
	const file = "\ufeffliteral: |\n  one\n\n    thréé {{ x\nindented: |2-\n    four\n  five\nfolded: >\n  six\n  seven\nquoted: \"eight\\nnine\"\nalias: &a |\n  ten\nnested:\n  - text: |\r\n      eleven\r\n"
	var into struct {
		Literal, Indented, Folded, Quoted, Alias string
		Nested                                   []struct{ Text string }
	}
	doc, problems := yamlfile.Decode("f.yml", []byte(file), &into)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		line, column int
		path         []any
		want         string
	}{
		"first line":     {1, 1, []any{"literal"}, "f.yml:2:3: x"},
		"a column":       {3, 11, []any{"literal"}, "f.yml:4:11: x"},
		"first sign":     {3, 0, []any{"literal"}, "f.yml:4:5: x"},
		"past the line":  {1, 400, []any{"literal"}, "f.yml:2:6: x"},
		"an empty line":  {2, 1, []any{"literal"}, "f.yml:1:10: x"},
		"past the end":   {9, 1, []any{"literal"}, "f.yml:1:10: x"},
		"own indent":     {1, 0, []any{"indented"}, "f.yml:6:5: x"},
		"own indent too": {2, 1, []any{"indented"}, "f.yml:7:3: x"},
		"folded":         {1, 1, []any{"folded"}, "f.yml:8:9: x"},
		"quoted":         {2, 1, []any{"quoted"}, "f.yml:11:9: x"},
		"anchored":       {1, 1, []any{"alias"}, "f.yml:13:3: x"},
		"nested":         {1, 2, []any{"nested", 0, "text"}, "f.yml:16:8: x"},
		"no text":        {1, 1, []any{"nested"}, "f.yml:15:3: x"},
		"not there":      {1, 1, []any{"nested", 7, "text"}, "f.yml:15:3: x"},
	} {
		if got := doc.Inside(doc.Problem("x", c.path...), c.line, c.column, c.path...).String(); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func TestSeverity(t *testing.T) {
	all := yamlfile.Problems{{Text: "a", Warning: true}, {Text: "b", Note: true}}
	if err := all.Err(); err != nil {
		t.Errorf("a warning and a note: error %v, want none", err)
	}
	if got := all.Warnings(); len(got) != 1 || got[0].Text != "a" {
		t.Errorf("warnings: got %v, want the warning alone", got)
	}
	if got := all[0].String() + ", " + all[1].String(); got != "warning: a, note: b" {
		t.Errorf("as text: got %q", got)
	}
	if got := (yamlfile.Problem{Text: "c"}).Severity(); got != "error" {
		t.Errorf("severity of a plain problem: got %q, want error", got)
	}
}
