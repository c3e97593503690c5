package playbooks_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/playbooks"
)

// nothings are titles that show nothing.
var nothings = []string{"", " ", "\u00a0\u2003", "\u200b\u200d\u2060\ufeff", "\u0301\u0302", "\u200b \u0301", "\u3164\u115f", "\u2800", "\ufe0f", "\U000e0041", "\u202e\u061c", "\u00ad"}

func TestShows(t *testing.T) {
	for _, text := range nothings {
		if playbooks.Shows(text) {
			t.Errorf("%+q shows something", text)
		}
	}
	for _, text := range []string{"a", "7", "!", "🔥", "\u200bа", "é", "e\u0301", "数", "한", "❤️"} {
		if !playbooks.Shows(text) {
			t.Errorf("%+q shows nothing", text)
		}
	}
}

// TestTitlesThatShowNothingAreProblems, wherever a playbook has a title.
func TestTitlesThatShowNothingAreProblems(t *testing.T) {
	const text = "name: x\ntitle: \"%s\"\nmatch: ['a=\"b\"']\nlinks: [{title: \"%s\", url: 'https://a.example'}]\n" +
		"tiers:\n  - name: immediate\n    within: 1h\n    steps:\n      - {id: one, title: \"%s\"}\n"
	escaped := `\u200b\u0301\u3164`
	_, problems := playbooks.Parse("x.yml", fmt.Appendf(nil, text, escaped, escaped, escaped))
	var got []string
	for _, p := range problems {
		got = append(got, p.String())
	}
	const nothing = "shows nothing: it has only blanks and signs without a width of their own"
	if diff := cmp.Diff([]string{"x.yml:2:8: the title " + nothing, "x.yml:4:17: the link title " + nothing, "x.yml:9:26: the title " + nothing}, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

// TestStepTitleShowsSomething, whatever the alert's values make of it.
func TestStepTitleShowsSomething(t *testing.T) {
	p := one(playbooks.Step{})
	p.Tiers[0].Steps[0].Title = "{{ .Labels.what }}"
	p.Links = []playbooks.Link{{Title: "{{ .Labels.what }}", URL: "https://a.example/b"}}
	filled, _ := p.Fill(playbooks.Data{Labels: map[string]string{"what": "\u200b\u0301"}})
	if got := filled.Links; len(got) != 1 || got[0].Title != "https://a.example/b" {
		t.Errorf("got %+v, want the link's address", got)
	}
	if got := filled.Steps[0].Title; got != "one" {
		t.Errorf("got %+q, want the step's id", got)
	}
}
