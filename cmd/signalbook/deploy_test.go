package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDeployFiles: what operators take from deploy/ is what the tools accept.
func TestDeployFiles(t *testing.T) {
	t.Parallel()
	for _, check := range []struct{ dir, line string }{
		{"prometheus", "promtool check rules signalbook.rules.yml self.rules.yml"},
		{"prometheus", "promtool test rules signalbook.rules.test.yml self.rules.test.yml"},
		{"prometheus", "promtool check config prometheus.yml"},
		{"alertmanager", "amtool check-config alertmanager.yml snippet.yml"},
	} {
		words := strings.Fields(check.line)
		cmd := exec.Command(words[0], words[1:]...)
		cmd.Dir = filepath.Join("../../deploy", check.dir)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", check.line, err, out)
		}
	}
}

// TestDeployConfiguration: the annotated configuration passes `check config`.
func TestDeployConfiguration(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../deploy/signalbook.yml")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, secret := range map[string]string{"slack-bot-token": "xoxb-1", "slack-app-token": "xapp-1", "webhook-token": "w"} {
		writeFile(t, dir, name, secret)
	}
	file := writeFile(t, dir, "signalbook.yml", strings.ReplaceAll(string(data), "/run/secrets", dir))
	if out, err := exec.Command("signalbook", "check", "config", file).CombinedOutput(); err != nil {
		t.Errorf("check config deploy/signalbook.yml: %v\n%s", err, out)
	}
}

// TestManifestIsTheCommands: the manifest in deploy/ is what the binary prints.
func TestManifestIsTheCommands(t *testing.T) {
	t.Parallel()
	want, err := exec.Command("signalbook", "slack", "manifest").Output()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../deploy/slack/manifest.yml")
	if err != nil || string(got) != string(want) {
		t.Errorf("deploy/slack/manifest.yml is not what `signalbook slack manifest` prints (%v): write it anew", err)
	}
}

// TestSelfRulesUseRealMetrics: every metric that the rules about Signalbook use
// is one that it has.
func TestSelfRulesUseRealMetrics(t *testing.T) {
	t.Parallel()
	rules, err := os.ReadFile("../../deploy/prometheus/self.rules.yml")
	if err != nil {
		t.Fatal(err)
	}
	r := startRig(t, options{})
	b := r.startBot()
	b.mustNotify(payload(t, "v0.34.0-single-firing"))
	r.root("incidents", 0)
	metrics, _ := b.get("/metrics")
	used := regexp.MustCompile(`signalbook_[a-z_]+`).FindAllString(string(rules), -1)
	if len(used) == 0 {
		t.Fatal("the rules use no metric")
	}
	for _, name := range used {
		if !strings.Contains(metrics, "\n"+name) {
			t.Errorf("self.rules.yml uses %s, which /metrics does not have", name)
		}
	}
}
