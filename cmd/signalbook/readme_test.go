package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/slacksim"
	"github.com/signalbook/signalbook/bot/testkit/loopback"
	"github.com/signalbook/signalbook/bot/testkit/promtest"
)

var fence = regexp.MustCompile("(?ms)^( *)```(\\w*)\n(.*?)^ *```$")

// block is a fenced block of the README; name is the file that a comment in its
// first line names.
type block struct{ kind, name, text string }

func readmeBlocks(t *testing.T) []block {
	t.Helper()
	data, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var blocks []block
	for _, found := range fence.FindAllStringSubmatch(string(data), -1) {
		b := block{kind: found[2]}
		for line := range strings.Lines(found[3]) {
			b.text += strings.TrimPrefix(line, found[1])
		}
		if first, _, _ := strings.Cut(b.text, "\n"); strings.HasPrefix(first, "# ") {
			b.name = strings.TrimPrefix(first, "# ")
		}
		blocks = append(blocks, b)
	}
	return blocks
}

// TestReadme does what the README says, in its order: its files are written, its
// commands are run. Only what stands for the reader's own world is replaced: the
// addresses of Slack, Redis and Prometheus, and where the cost exports lie.
func TestReadme(t *testing.T) {
	t.Parallel()
	r := startRig(t, options{sim: slacksim.Options{BotToken: "xoxb-test", AppToken: "xapp-test"}})
	dir := t.TempDir()
	blocks := readmeBlocks(t)
	prometheus := promtest.Start(t, "# TYPE up gauge\nup 1 1\n# EOF\n")
	world := strings.NewReplacer("slack:\n", fmt.Sprintf("slack:\n  api_url: %q\n", r.slackURL+"/api/"), "127.0.0.1:6379", r.redisAddr,
		"http://prometheus:9090", prometheus.URL, "/var/lib/focus/*.csv.gz", filepath.Join(dir, "focus", "*.csv"))
	bill(t, filepath.Join(dir, "focus"), time.Date(2026, 8, 3, 0, 0, 0, 0, time.UTC), time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC))
	for name, text := range map[string]string{"secrets/slack-bot-token": "xoxb-test\n", "secrets/slack-app-token": "xapp-test\n", "secrets/webhook-token": webhookToken + "\n"} {
		writeBelow(t, dir, name, text)
	}
	for name, source := range map[string]string{"incident.json": "incident.json", "runbooks/kafka-disk.md": "tiers.md"} {
		data, err := os.ReadFile("../../playbooks/importer/testdata/" + source)
		if err != nil {
			t.Fatal(err)
		}
		writeBelow(t, dir, name, string(data))
	}
	for _, b := range blocks {
		if b.kind != "yaml" || b.name == "" {
			continue
		}
		name, below := strings.CutSuffix(b.name, ", below the rest")
		text := world.Replace(b.text)
		if below {
			above, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			text = string(above) + text
		}
		writeBelow(t, dir, name, text)
	}
	bot := ""
	ran := 0
	for _, b := range blocks {
		if b.kind != "sh" {
			continue
		}
		for line := range strings.Lines(b.text) {
			line, _, _ = strings.Cut(strings.TrimSpace(line), "  #")
			line = strings.TrimSpace(line)
			ran++
			switch {
			case strings.HasPrefix(line, "make "):
				inMakefile(t, strings.TrimPrefix(line, "make "))
			case strings.HasPrefix(line, "signalbook serve"):
				bot = serveAsInReadme(t, dir, line)
			default:
				if strings.HasPrefix(line, "signalbook fire") {
					line += " --url=" + bot + "/alertmanager/webhook"
				}
				runLine(t, dir, line)
			}
		}
	}
	if ran < 7 {
		t.Errorf("ran %d lines of the README, want at least 7: are its blocks still marked sh?", ran)
	}
	root := r.root("incidents", 0)
	r.reads(root, "Database is at 90% CPU")
	r.reads(root, "Over since")
}

// writeBelow writes a file, and the folders on the way to it.
func writeBelow(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o700); err != nil {
		t.Fatal(err)
	}
	writeFile(t, dir, name, text)
}

// inMakefile checks a target that cannot be run from within itself.
func inMakefile(t *testing.T, target string) {
	t.Helper()
	out, err := exec.Command("make", "-C", "../..", "-n", target).CombinedOutput()
	if err != nil {
		t.Errorf("make %s: %v\n%s", target, err, out)
	}
}

func runLine(t *testing.T, dir, line string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", "-euc", line)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%s: %v\n%s", line, err, out)
	}
}

// serveAsInReadme starts the bot in the background and waits until it is ready.
func serveAsInReadme(t *testing.T, dir, line string) string {
	t.Helper()
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), "sh", "-c", "exec "+line+" --web.listen-address="+loopback.Any())
	cmd.Dir = dir
	p := startServer(t, cmd)
	eventually(t, "the README's bot is ready", func() bool {
		_, code := p.get("/-/ready")
		return code == http.StatusOK
	})
	t.Cleanup(func() {
		p.end(syscall.SIGTERM)
		if code := cmd.ProcessState.ExitCode(); code != 0 {
			t.Errorf("SIGTERM ended serve with %d, want 0", code)
		}
	})
	return p.url
}
