package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/bot/app"
	"github.com/signalbook/signalbook/playbooks/yamlfile"
)

// check runs `signalbook check` in this process.
func check(args ...string) (code int, stdout, stderr string) {
	var out, problems bytes.Buffer
	code = run(append([]string{"check"}, args...), streams{strings.NewReader(""), &out, &problems}, app.Timing{})
	return code, out.String(), problems.String()
}

// TestCheckBroken: a folder of broken files has exactly the problems of
// broken.txt, which people wrote and read, in each of the outputs.
func TestCheckBroken(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/broken.txt")
	if err != nil {
		t.Fatal(err)
	}
	want := string(data)
	code, stdout, stderr := check("playbooks", "testdata/broken")
	if diff := cmp.Diff(want, stderr); diff != "" || code != exitFindings || stdout != "" {
		t.Errorf("as text: code %d, stdout %q, stderr (-want +got):\n%s", code, stdout, diff)
	}
	problems, summary := want[:strings.LastIndex(strings.TrimSpace(want), "\n")+1], "81 problems in 42 files\n"

	code, stdout, stderr = check("playbooks", "--output=json", "testdata/broken")
	var list []struct {
		File         string
		Line, Column int
		Severity     string
		Text         string
	}
	if err := json.Unmarshal([]byte(stdout), &list); err != nil {
		t.Fatal(err)
	}
	var lines strings.Builder
	for _, p := range list {
		fmt.Fprintln(&lines, yamlfile.Problem{File: p.File, Line: p.Line, Column: p.Column, Text: p.Text, Warning: p.Severity == "warning", Note: p.Severity == "note"})
	}
	if diff := cmp.Diff(problems, lines.String()); diff != "" || code != exitFindings || stderr != summary {
		t.Errorf("as JSON: code %d, stderr %q, problems (-want +got):\n%s", code, stderr, diff)
	}

	code, stdout, stderr = check("playbooks", "--output=github", "testdata/broken")
	if got, want := strings.Count(stdout, "\n"), len(list); got != want || code != exitFindings || stderr != summary {
		t.Errorf("for GitHub: code %d, stderr %q, %d lines, want %d", code, stderr, got, want)
	}
	for _, line := range []string{
		"::error file=testdata/broken/23-deadlines.yml,line=9,col=13::within 1w is shorter than the 30d of the tier before: deadlines run from the opening and must not shrink\n",
		"::error file=testdata/broken/35-messages.yml,line=19,col=17::for an alert that matches `alertname=\"messages\"` the detail is cut",
		"::warning file=testdata/broken/41-fourth.yml,line=5,col=5::playbooks \"first\" and \"fourth\" both match",
		"::notice file=testdata/broken/42-no-match.yml,line=1,col=7::playbook \"no-match\" has no match",
	} {
		if !strings.Contains(stdout, line) {
			t.Errorf("for GitHub: no line %q", line)
		}
	}
}

// TestGithubCommand: nothing in a problem can end its annotation or begin another.
func TestGithubCommand(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		problem yamlfile.Problem
		want    string
	}{
		"hostile": {yamlfile.Problem{File: "a,b:c%\n.yml", Line: 1, Column: 2, Text: "100 %\r\n::error::more, here: x"},
			"::error file=a%2Cb%3Ac%25%0A.yml,line=1,col=2::100 %25%0D%0A::error::more, here: x"},
		"a whole file": {yamlfile.Problem{File: "a.yml", Text: "too large", Warning: true}, "::warning file=a.yml::too large"},
		"no file":      {yamlfile.Problem{Text: "slack: no", Note: true}, "::notice::slack: no"},
	} {
		if got := githubCommand(c.problem); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

// TestCheckGood: for machines too, and with nothing to tell.
func TestCheckGood(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "good.yml")
	if err := os.WriteFile(file, []byte(numberedPlaybook(1)), 0o600); err != nil {
		t.Fatal(err)
	}
	for output, want := range map[string]string{"text": "1 playbook: ok\n", "json": "[]\n", "github": "1 playbook: ok\n"} {
		if code, stdout, stderr := check("playbooks", "--output="+output, file); code != exitDone || stdout != want || stderr != "" {
			t.Errorf("%s: code %d, stdout %q, stderr %q, want 0, %q and nothing", output, code, stdout, stderr, want)
		}
	}
	if code, _, stderr := check("playbooks", "--output=xml", file); code != exitUsage || !strings.Contains(stderr, `must be one of "text","json","github"`) {
		t.Errorf("--output=xml: code %d, stderr %q", code, stderr)
	}
}

// TestCheckHostile: files written to do harm get one clear problem, and neither
// their size nor their number is held in memory.
func TestCheckHostile(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(folder, name+".yml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("a-large", "name: large\ntitle: "+strings.Repeat("x", 10<<20))
	write("b-deep", strings.Repeat("[", 500_000))
	write("c-deep-block", strings.Repeat("- ", 400_000))
	write("d-keys", strings.Repeat("x: 1\n", 150_000))
	write("e-anchors", "a: &a x\nb: ["+strings.Repeat("*a,", 200_000)+"]\n")
	write("f-templates", "name: templates\ntitle: Templates\ntiers:\n  - {name: immediate, within: 1h, steps: [{id: a, title: A, detail: '"+
		strings.Repeat("{{ range .Alerts }}", 100)+strings.Repeat("{{ end }}", 100)+"'}]}\n")
	write("g-promql", "name: promql\ntitle: PromQL\ntiers:\n  - {name: immediate, within: 1h, steps: [{id: a, title: A, verify: {below: 1, expr: '"+strings.Repeat("(", 3_900)+"'}}]}\n")
	code, _, stderr := check("playbooks", folder)
	want := []string{
		"a-large.yml: the playbook cannot be read: it has more than the 1048576 bytes that are read: split it",
		"b-deep.yml:1:1: not valid YAML: exceeded max depth of 10000",
		"c-deep-block.yml:1:1: not valid YAML: exceeded max depth of 10000",
		"d-keys.yml:",
		"e-anchors.yml:2:",
		"f-templates.yml:",
		"g-promql.yml:",
	}
	if code != exitFindings {
		t.Errorf("code %d, want %d", code, exitFindings)
	}
	told := map[string]int{}
	for line := range strings.Lines(stderr) {
		for _, w := range want {
			if strings.HasPrefix(strings.TrimPrefix(line, folder+string(filepath.Separator)), w) {
				told[w]++
			}
		}
	}
	for _, w := range want {
		if told[w] == 0 {
			t.Errorf("no problem that begins with %q", w)
		}
	}
	if t.Failed() {
		t.Log(stderr)
	}
}

// numberedPlaybook is a playbook of some length, as people write them.
func numberedPlaybook(n int) string {
	head := fmt.Sprintf(`name: playbook-%[1]d
title: Service %[1]d is slow
description: What to do when it is.
match:
  - alertname="Service%[1]dSlow"
  - alertname="ServiceSlow",service="service-%[1]d"
links:
  - {title: Dashboard, url: "https://grafana.example/d/service?var-instance={{ .Labels.instance }}"}
tiers:
`, n)
	var b strings.Builder
	b.WriteString(head)
	for _, tier := range []struct{ name, within string }{{"immediate", "1h"}, {"short_term", "1w"}, {"long_term", "30d"}} {
		fmt.Fprintf(&b, "  - name: %s\n    within: %s\n    owners: [\"@db-oncall\"]\n    steps:\n", tier.name, tier.within)
		for k := range 3 {
			fmt.Fprintf(&b, `      - id: %[1]s-%[2]d
        title: Look at {{ .Labels.instance }}, part %[2]d
        detail: |
          Open the dashboard, and compare *{{ .Labels.service }}* with its neighbours: region, version, node.
          {{ with .Annotations.summary }}The alert says: {{ . }}{{ else }}The alert says nothing.{{ end }}
        commands:
          - kubectl -n {{ with .Labels.namespace }}{{ . }}{{ else }}<namespace>{{ end }} get pods -l app={{ with .Labels.service }}{{ . }}{{ else }}<service>{{ end }}
          - kubectl -n {{ with .Labels.namespace }}{{ . }}{{ else }}<namespace>{{ end }} logs deploy/{{ with .Labels.service }}{{ . }}{{ else }}<service>{{ end }} --since=10m | tail -50
        applies: ['env!="test"']
`, strings.ReplaceAll(tier.name, "_", "-"), k)
		}
	}
	return b.String()
}
