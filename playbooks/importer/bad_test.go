package importer_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/playbooks"
	"github.com/signalbook/signalbook/playbooks/importer"
)

const noStep = "f.md: nothing was found that could be a step: write headings with text, commands or lists below them"

// TestBadMarkdown: what cannot be a playbook is refused with what to do.
func TestBadMarkdown(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"empty":          {"", "f.md: the file is empty"},
		"blank":          {"\ufeff \r\n\t\n", "f.md: the file is empty"},
		"10 MB":          {strings.Repeat("1. look\n", 10<<20/8), "f.md: the file is larger than the 256 KiB that are read: split it, one playbook for each kind of trouble"},
		"latin1":         {"# Gr\xfc\xdfe\n", "f.md:1:1: byte 0xfc is not valid UTF-8: save the file as UTF-8"},
		"utf16":          {"\xff\xfe#\x00", "f.md:1:1: byte 0xff is not valid UTF-8: save the file as UTF-8"},
		"comment only":   {"# Disk\n\n<!-- Look at the disk. -->\n", noStep},
		"bare heading":   {"# Disk\n\n## Immediate\n", noStep},
		"empty list":     {"# Disk\n\n1.\n2.\n", noStep},
		"1,000 sections": {"# Disk\n" + strings.Repeat("\n## Now\n\nlook\n", 1000), `f.md: 1000 sections with steps: a playbook holds at most 50 steps: split the file, one playbook for each kind of trouble`},
		"deep lists":     {"# x\n\n" + strings.Repeat("- ", 500) + "x\n", "f.md:3:1: lists or quotations are nested deeper than 30 levels: flatten them"},
		"deep by spaces": {"# x\n1. x\n" + strings.Repeat(" ", 400) + "- x\n", "f.md:3:1: lists or quotations are nested deeper than 30 levels: flatten them"},
		"deep quotation": {strings.Repeat(">", 100_000), "f.md:1:1: lists or quotations are nested deeper than 30 levels: flatten them"},
		"many links":     {"1. " + strings.Repeat("[a](", 50_000), "f.md:1:1: more than 2000 signs of formatting ([*_~) without an empty line between: part the text"},
		"many emphases":  {"1. a\n" + strings.Repeat("_a*\n", 50_000), "f.md:1002:1: more than 2000 signs of formatting ([*_~) without an empty line between: part the text"},
		"many headings":  {strings.Repeat("# a\n", 60_000), noStep},
		"JSON":           {`{"title": "x"}`, "f.md: this is JSON, no Markdown: an export from Mattermost is read by: signalbook import mattermost"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := importer.Markdown("f.md", []byte(c.text))
			if diff := cmp.Diff(c.want, fmt.Sprint(err)); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

// TestBadMattermost: likewise.
func TestBadMattermost(t *testing.T) {
	const must = ": the file must be a playbook as Mattermost exports it (Playbooks, the playbook's menu, Export)"
	many := `{"version":1,"checklists":[{"title":"All","items":[` + strings.Repeat(`{"title":"look"},`, 999) + `{"title":"look"}]}]}`
	for name, c := range map[string]struct{ text, want string }{
		"empty":           {"", "f.json: the file is empty"},
		"not JSON":        {"# Runbook\n", "f.json:1:1: not valid JSON: invalid character '#' at start of value" + must},
		"cut":             {"{\n  \"title\": \"x\",\n", "f.json:3:1: not valid JSON: unexpected EOF" + must},
		"a list":          {"[]", `f.json:1:1: the file is a list, and an export has something else there` + must},
		"a number":        {"{\n\"version\": 1,\n\"title\": 7}", "f.json:3:10: /title is a number, and an export has something else there" + must},
		"given twice":     {"{\"title\": \"x\",\n\"title\": \"y\"}", "f.json:2:1: /title is given twice" + must},
		"two values":      {`{"version":1} {}`, "f.json:1:15: not valid JSON: invalid character '{' after top-level value" + must},
		"deep":            {strings.Repeat("[", 100_000), "f.json:1:1: the file is a list, and an export has something else there" + must},
		"deep inside":     {`{"x":` + strings.Repeat("[", 100_000), "f.json:1:10005: not valid JSON: exceeded max depth" + must},
		"latin1":          {"{\"title\": \"Gr\xfc\xdfe\"}", "f.json:1:1: byte 0xfc is not valid UTF-8: save the file as UTF-8"},
		"10 MB":           {`{"title":"` + strings.Repeat("x", 10<<20) + `"}`, "f.json: the file is larger than the 256 KiB that are read: split it, one playbook for each kind of trouble"},
		"another version": {`{"version": 2, "checklists": []}`, "f.json: export version 2, and only version 1 is known: export the playbook from a Mattermost that writes version 1, or import its text with: signalbook import markdown"},
		"another file":    {`{"name": "x"}`, `f.json: neither "version" nor "checklists": this is no exported playbook: in Mattermost choose Playbooks, the playbook's menu, Export`},
		"no items":        {`{"version": 1, "checklists": [{"title": "x", "items": []}]}`, "f.json: the playbook has no checklist with items: add the steps in Mattermost and export it again"},
		"1,000 items":     {many, `f.json: 1000 steps, 1000 of them in "All": a playbook holds at most 50: split the file, one playbook for each kind of trouble`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := importer.Mattermost("f.json", []byte(c.text))
			if diff := cmp.Diff(c.want, fmt.Sprint(err)); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

// TestNothingIsLost: every word of a source is in the file, in the playbook
// or in the comments at its end.
func TestNothingIsLost(t *testing.T) {
	const source = "---\nauthor: w01\n---\n# w02\n\nw03 [w04](https://w05.example) <b title=\"w06\">w07</b>\n\n<!-- w08 -->\n<div class=\"w09\">w10</div>\n<script>w11</script>\n\n" +
		"## Links\n\n- [w12](https://w13.example)\n\n## Links and more\n\n- [w14](/w15)\n\n## w16\n\nw17\n\n### w18\n\n- w19\n\n1. w20 ![w21](https://w22.example/x.png) <pod-w23>\n   > w24\n\n   ```\n   w25\n   ```\n\n       w26\n\n   - [ ] w27\n   - w28\n     1) w29\n\nw30\n\n```\nw31\n```\n\n" +
		"## w32\n\n| w33 | w34 |\n|---|---|\n| w35 | `w36` |\n\n## w37\n\nw38\n: w39 ~~w40~~ https://w41.example w42@w.example\n\n## w43\n\n[//]: # (w44)\n[used]: https://w45.example \"w46\"\n\n[used] [x](/y \"w47\")\n\n```sh title=w48\nw49\n```\n"
	draft, err := importer.Markdown("f.md", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	result, err := draft.Playbook()
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 49; n++ {
		if word := fmt.Sprintf("w%02d", n); !strings.Contains(string(result.YAML), word) {
			t.Errorf("%s is nowhere in\n%s", word, result.YAML)
		}
	}
}

// TestNoKeyIsLost: likewise of an export.
func TestNoKeyIsLost(t *testing.T) {
	const source = `{"version": 1, "title": "w01", "description": "w02 <!-- w03 --> [w04]\n\n[w05]: /w06", "signal_any_keywords": ["w07"], "w08": {"w09": ["w10"]},
		"retrospective_template": "w11", "message_on_join": "w12", "checklists": [{"title": "w13", "w14": "w15", "items": [
		{"title": "w16 [w17](https://w18.example)", "description": "w19", "command": "w20", "assignee_id": "w21", "w22": "w23"}, {"description": "w24"}]},
		{"title": "w25", "items": []}]}`
	draft, err := importer.Mattermost("f.json", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	result, err := draft.Playbook()
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 25; n++ {
		if word := fmt.Sprintf("w%02d", n); !strings.Contains(string(result.YAML), word) {
			t.Errorf("%s is nowhere in\n%s", word, result.YAML)
		}
	}
}

// TestTiers: a heading chooses its tier by its first word about time, and those
// below it follow.
func TestTiers(t *testing.T) {
	for title, want := range map[string]playbooks.TierName{
		"Immediate actions":               playbooks.Immediate,
		"First response":                  playbooks.Immediate,
		"Triage and follow-up":            playbooks.Immediate,
		"2. Mitigation":                   playbooks.Immediate,
		"Short-term":                      playbooks.ShortTerm,
		"This week":                       playbooks.ShortTerm,
		"Long term":                       playbooks.LongTerm,
		"Post-mortem":                     playbooks.LongTerm,
		"Postmortem":                      playbooks.LongTerm,
		"Follow ups after the triage":     playbooks.LongTerm,
		"Preventing it":                   playbooks.LongTerm,
		"Retrospective":                   playbooks.LongTerm,
		"Anything else":                   playbooks.Immediate,
		"Follow-up\n\n### Anything below": playbooks.LongTerm,
	} {
		draft, err := importer.Markdown("f.md", []byte("# x\n\n## "+title+"\n\n1. look\n"))
		if err != nil {
			t.Fatal(err)
		}
		result, err := draft.Playbook()
		if err != nil {
			t.Fatal(err)
		}
		book, _ := playbooks.Parse("f.yml", result.YAML)
		if got := book.Tiers[0].Name; got != want {
			t.Errorf("%q is %s, want %s", title, got, want)
		}
	}
}

// TestShownAsWritten: foreign template braces are no template.
func TestShownAsWritten(t *testing.T) {
	const source = "# {{ .T }}\n\n{{ .D }}\n\n1. {{ .Labels.x }} {{{ y }}}\n\n   `{{ range }}` [a](https://x.example/{{z}})\n\n   ```\n   helm template {{ .Values }} {{/* x */}}\n   ```\n"
	book, _ := imported(t, "f.md", source)
	filled, fails := book.Fill(playbooks.Data{Labels: map[string]string{"x": "WRONG"}})
	if len(fails) > 0 {
		t.Errorf("templates fail: %v", fails)
	}
	step := filled.Steps[0]
	got := []string{book.Title, book.Description, step.Title, step.Detail, step.Commands[0]}
	want := []string{"{\u2060{ .T }}", "{\u2060{ .D }}", "{{ .Labels.x }} {{{ y }}}", "`{{ range }}` <https://x.example/%7B%7Bz}}|a>", "helm template {{ .Values }} {{/* x */}}"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("shown (-want +got):\n%s", diff)
	}
}
