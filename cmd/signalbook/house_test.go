package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// pure are the rooms that decide and describe: no network, no clock of their own.
func pure() []string {
	return []string{
		"alerts",
		"alerts/textutil",
		"alerts/weblink",
		"playbooks",
		"playbooks/yamlfile",
		"playbooks/library",
		"playbooks/handbook",
		"playbooks/importer",
		"playbooks/shell",
		"bot/compat",
		"bot/ledger",
		"bot/topic",
		"bot/event",
		"bot/action",
		"bot/incident",
		"bot/paging",
		"bot/costreview/money",
		"bot/costreview/report",
		"bot/costreview/chart",
		"bot/slacksim/mrkdwn",
		"bot/slacksim/blockkit",
	}
}

// TestPureRooms: the arrows between the rooms go one way.
func TestPureRooms(t *testing.T) {
	t.Parallel()
	for _, room := range pure() {
		out, err := exec.Command("go", "list", "-deps", "../../"+room).Output()
		if err != nil {
			t.Fatalf("go list -deps %s: %v", room, err)
		}
		for dep := range strings.Lines(string(out)) {
			dep = strings.TrimSpace(dep)
			if dep == "net" || strings.HasPrefix(dep, "github.com/redis/") || strings.HasPrefix(dep, "github.com/slack-go/") {
				t.Errorf("%s depends on %s: it is to stay pure", room, dep)
			}
		}
	}
	adapters := []string{"bot/store", "bot/slackapi", "bot/web", "bot/embedded", "bot/costreview/source", "alerts/webhook", "bot/promquery"}
	for _, room := range adapters {
		out, err := exec.Command("go", "list", "-f", `{{join .Imports "\n"}}`, "../../"+room).Output()
		if err != nil {
			t.Fatalf("go list %s: %v", room, err)
		}
		for dep := range strings.Lines(string(out)) {
			name, ours := strings.CutPrefix(strings.TrimSpace(dep), "github.com/signalbook/signalbook/")
			if ours && slices.Contains(adapters, name) {
				t.Errorf("%s imports %s: adapters never import each other", room, name)
			}
		}
	}
}

// TestBlockKitKnowsNoIncident: what makes blocks, and what sends them, need not know what
// they say.
func TestBlockKitKnowsNoIncident(t *testing.T) {
	t.Parallel()
	for _, room := range []string{"bot/blockkit", "bot/slackapi"} {
		out, err := exec.Command("go", "list", "-deps", "../../"+room).Output()
		if err != nil {
			t.Fatalf("go list -deps %s: %v", room, err)
		}
		for dep := range strings.Lines(string(out)) {
			switch name, _ := strings.CutPrefix(strings.TrimSpace(dep), "github.com/signalbook/signalbook/"); name {
			case "playbooks", "bot/incident", "bot/message", "bot/costreview/report":
				t.Errorf("%s depends on %s", room, name)
			}
		}
	}
}

// TestOutboxIsRules: what Slack is told next is decided by values alone.
func TestOutboxIsRules(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-f", `{{join .Imports "\n"}}`, "../../bot/outbox").Output()
	if err != nil {
		t.Fatal(err)
	}
	for dep := range strings.Lines(string(out)) {
		switch dep = strings.TrimSpace(dep); dep {
		case "context", "sync", "sync/atomic", "github.com/signalbook/signalbook/bot/store":
			t.Errorf("bot/outbox imports %s: it is to be rules over values", dep)
		}
	}
	files, err := filepath.Glob("../../bot/outbox/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(data), "time.Now()") {
			t.Errorf("%s reads a clock", file)
		}
	}
}

// TestCalmRooms: what the Makefile tests without the race detector starts nothing that could race.
// What is safe by itself (a sync.Once, a Pool) is raced by the rooms that use it.
func TestCalmRooms(t *testing.T) {
	t.Parallel()
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`(?m)^CALM := ((?:.+\\\n)*.+)$`).FindSubmatch(makefile)
	if line == nil {
		t.Fatal("the Makefile no longer says which rooms are CALM")
	}
	starts := regexp.MustCompile(`(?m)^\s*go |errgroup|\.Go\(`)
	for room := range strings.FieldsSeq(strings.ReplaceAll(string(line[1]), "\\\n", " ")) {
		files, err := filepath.Glob(filepath.Join("../..", room, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", room, len(files), err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if at := starts.Find(data); at != nil {
				t.Errorf("%s has %q: test its room with the race detector", file, at)
			}
		}
	}
}

// TestPapers: every path and every name of code in the papers for whoever changes the
// code is there.
func TestPapers(t *testing.T) {
	t.Parallel()
	var code strings.Builder
	out, err := exec.Command("git", "-C", "../..", "ls-files", "*.go").Output()
	if err != nil {
		t.Fatal(err)
	}
	packages := map[string]string{} // by name: their code
	for file := range strings.FieldsSeq(string(out)) {
		data, err := os.ReadFile(filepath.Join("../..", file))
		if err != nil {
			t.Fatal(err)
		}
		code.Write(data)
		if !strings.HasSuffix(file, "_test.go") {
			packages[filepath.Base(filepath.Dir(file))] += string(data)
		}
	}
	path := regexp.MustCompile(`^[\w.]+(/[\w.]+)+$|^[\w]+\.(md|yml)$`)
	test := regexp.MustCompile(`^Test\w+$`)
	name := regexp.MustCompile(`^([a-z]+)\.(?:[A-Z]\w*\.)?([A-Z]\w*)$`)
	for _, paper := range []string{"ARCHITECTURE.md", "CONTRIBUTING.md"} {
		data, err := os.ReadFile("../../" + paper)
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for _, quoted := range regexp.MustCompile("`([^`\n]+)`").FindAllStringSubmatch(string(data), -1) {
			word, exists := quoted[1], true
			switch parts := name.FindStringSubmatch(word); {
			case parts != nil:
				exists = regexp.MustCompile(`(?m)^(func (\([^)]*\) )?|type |\t|const |var )` + parts[2] + `\b`).MatchString(packages[parts[1]])
			case test.MatchString(word):
				exists = strings.Contains(code.String(), "func "+word+"(")
			case path.MatchString(word) && word != "signalbook.yml" && word != "testing/synctest":
				_, err := os.Stat("../../" + word)
				exists = err == nil
			default:
				continue
			}
			found++
			if !exists {
				t.Errorf("%s names %s, which is not there", paper, word)
			}
		}
		if found < 20 {
			t.Errorf("%s names %d things, want it read", paper, found)
		}
	}
}

// TestHouse: files stay small, nothing is left for later, no machine is named.
func TestHouse(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("git", "-C", "../..", "ls-files").Output()
	if err != nil {
		t.Fatal(err)
	}
	allowed := regexp.MustCompile(`^(cmd|bot|playbooks|alerts|deploy|go\.mod|go\.sum|Makefile|README\.md|LICENSE|CHANGELOG\.md|ARCHITECTURE\.md|CONTRIBUTING\.md|\..*)$`)
	// Written in two halves, so that this file does not hold them.
	left := regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|t\.Sk` + `ip\(|time\.Sle` + `ep\()`)
	machine := regexp.MustCompile(`["'` + "`" + `]/(wo` + `rk|ho` + `me)/`)
	for file := range strings.Lines(string(out)) {
		file = strings.TrimSpace(file)
		if top, _, _ := strings.Cut(file, "/"); !allowed.MatchString(top) {
			t.Errorf("%s stands at the top level, where only cmd, bot, playbooks, alerts and deploy belong", top)
		}
		if !strings.HasSuffix(file, ".go") {
			continue
		}
		data, err := os.ReadFile(filepath.Join("../..", file))
		if err != nil {
			t.Fatal(err)
		}
		text := string(data)
		test := strings.HasSuffix(file, "_test.go")
		if lines := strings.Count(text, "\n"); !test && lines > 350 {
			t.Errorf("%s has %d lines: split it, 350 are enough", file, lines)
		}
		for _, found := range []*regexp.Regexp{left, machine} {
			hit := found.FindString(text)
			if strings.HasPrefix(hit, "time.Sl") && strings.Contains(text, "synctest.Test(") {
				continue // in a bubble time is not real
			}
			if hit != "" {
				t.Errorf("%s holds %q", file, hit)
			}
		}
		if room := filepath.Dir(file); !test && strings.Contains(text, "time.Now()") && (slices.Contains(pure(), room) || room == "bot/message" || room == "bot/postmortem" || room == "bot/interaction/command" || room == "bot/playbooktest") {
			t.Errorf("%s reads the clock: time is an argument there", file)
		}
	}
}
