package config

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/playbooks"
	"github.com/signalbook/signalbook/playbooks/library"
)

// write makes a configuration file of its own and returns its path.
func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "signalbook.yml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func playbook(name, alert string) string {
	return "name: " + name + `
title: A playbook of a test
match: ['alertname="` + alert + `"']
tiers:
  - name: immediate
    within: 1h
    steps: [{id: look, title: Look at it, detail: Look closely.}]
`
}

func loadPlaybooks(t *testing.T, section string, files map[string]string) (names []string, problems string) {
	t.Helper()
	all := secrets()
	all["signalbook.yml"] = least + section
	maps.Copy(all, files)
	inFolder(t, all)
	c, found := Load("signalbook.yml")
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	set, found := c.LoadPlaybooks()
	for _, p := range set.All() {
		names = append(names, p.Name)
	}
	return names, list(found)
}

func builtIn() []string {
	var names []string
	for _, p := range library.All() {
		names = append(names, p.Name)
	}
	return names
}

func TestLoadPlaybooks(t *testing.T) {
	tests := []struct {
		name     string
		section  string
		files    map[string]string
		want     []string
		problems string
	}{
		{name: "built-in ones alone", want: builtIn()},
		{name: "no built-in ones", section: "playbooks: {built_in: false}", want: []string{playbooks.Triage}},
		{
			name:    "files come first, each once",
			section: `playbooks: {files: ["own/*.yml", own/b.yml, "own/a*"]}`,
			files:   map[string]string{"own/b.yml": playbook("b", "B"), "own/a.yml": playbook("a", "A"), "own/c.yaml": playbook("c", "C")},
			want:    append([]string{"a", "b"}, builtIn()...),
		},
		{
			name:    "order of the patterns",
			section: `playbooks: {files: [own/b.yml, own/a.yml], built_in: false}`,
			files:   map[string]string{"own/b.yml": playbook("b", "B"), "own/a.yml": playbook("a", "A")},
			want:    []string{"b", "a", playbooks.Triage},
		},
		{
			name:     "nothing matches",
			section:  `playbooks: {files: ["none/*.yml", absent.yml], built_in: false}`,
			want:     []string{playbooks.Triage},
			problems: "signalbook.yml:4:21: warning: no file matches \"none/*.yml\"\nsignalbook.yml:4:35: there is no file \"absent.yml\"\n",
		},
		{
			name:     "two files of one name, one of them broken",
			section:  `playbooks: {files: ["*/*.yml"], built_in: false}`,
			files:    map[string]string{"x/a.yml": playbook("same", "A"), "y/b.yml": playbook("same", "B") + "color: red\n"},
			want:     []string{"same", playbooks.Triage},
			problems: "y/b.yml:8:1: unknown key \"color\": known here are description, details, links, match, name, tiers, title\ny/b.yml:1:7: the name \"same\" is taken by x/a.yml: a name belongs to one file\n",
		},
		{
			name:     "a folder",
			section:  `playbooks: {files: [own], built_in: false}`,
			files:    map[string]string{"own/a.yml": playbook("a", "A")},
			want:     []string{playbooks.Triage},
			problems: "own: the playbook cannot be read: is a directory\n",
		},
		{
			name:     "two playbooks for one alert",
			section:  `playbooks: {files: ["own/*.yml"], built_in: false}`,
			files:    map[string]string{"own/a.yml": playbook("a", "A"), "own/b.yml": playbook("b", "A")},
			want:     []string{"a", "b", playbooks.Triage},
			problems: "signalbook.yml:4:12: warning: playbook \"b\" is never chosen by its match: whatever it matches, an earlier one does too (\"a\" with alertname=\"A\"): put it first, or narrow the other\n",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			names, problems := loadPlaybooks(t, test.section, test.files)
			if diff := cmp.Diff(test.want, names); diff != "" {
				t.Errorf("playbooks (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.problems, problems); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

// TestFileReplacesBuiltIn gives a file the name of a built-in playbook.
func TestFileReplacesBuiltIn(t *testing.T) {
	names, problems := loadPlaybooks(t, "playbooks: {files: [own.yml]}", map[string]string{"own.yml": playbook("cdn-cost", "A")})
	if problems != "" {
		t.Errorf("problems: got %s", problems)
	}
	if got, want := len(names), len(builtIn()); got != want {
		t.Errorf("got %d playbooks (%s), want %d", got, strings.Join(names, ", "), want)
	}
	if got, want := names[0], "cdn-cost"; got != want {
		t.Errorf("first: got %s, want %s of the file", got, want)
	}
}
