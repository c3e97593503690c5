package importer_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/signalbook/signalbook/playbooks"
	"github.com/signalbook/signalbook/playbooks/importer"
)

// readAndWrite is what must hold for any input: an error that names the file,
// or a playbook without problems, the same each time.
func readAndWrite(t *testing.T, read func(string, []byte) (*importer.Draft, error), data []byte) {
	t.Helper()
	draft, err := read("in", data)
	if err != nil {
		if !strings.HasPrefix(err.Error(), "in:") {
			t.Errorf("error %q does not name the file", err)
		}
		return
	}
	result, err := draft.Playbook()
	if err != nil {
		t.Fatal(err)
	}
	if !utf8.Valid(result.YAML) {
		t.Error("the playbook is not UTF-8")
	}
	book, problems := playbooks.Parse("out.yml", result.YAML)
	if len(problems) > 0 {
		t.Fatalf("problems:\n%v\nin\n%s", problems, result.YAML)
	}
	if book.Name != result.Name {
		t.Errorf("the playbook is called %q, and the result says %q", book.Name, result.Name)
	}
	again, err := draft.Playbook()
	if err != nil || string(again.YAML) != string(result.YAML) {
		t.Errorf("written twice, it differs (error %v)", err)
	}
}

func FuzzMarkdown(f *testing.F) {
	for _, s := range seeds(f, "*.md") {
		f.Add(s)
	}
	f.Add([]byte("1. {{{{ .Labels }} 🚨 \ue000\n   ```\n   {{ x\n   ```\n- [x] a\n\n<details a=b>\n<!-- c\n"))
	f.Fuzz(func(t *testing.T, data []byte) { readAndWrite(t, importer.Markdown, data) })
}

func FuzzMattermost(f *testing.F) {
	for _, s := range seeds(f, "*.json") {
		f.Add(s)
	}
	f.Add([]byte(`{"version":1,"title":"{{","checklists":[{"title":"","items":[{"title":"1. x","due_date":9e15,"command":"/x {{"}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) { readAndWrite(t, importer.Mattermost, data) })
}
