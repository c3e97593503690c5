package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/config"
)

// TestDeployFiles: what operators take from deploy/ is what the tools accept.
func TestDeployFiles(t *testing.T) {
	t.Parallel()
	for _, check := range []struct{ dir, line string }{
		{"prometheus", "promtool check rules signalbook.rules.yml self.rules.yml"},
		{"prometheus", "promtool test rules signalbook.rules.test.yml cdn.rules.test.yml self.rules.test.yml"},
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

// TestDeployConfigurationNamesEveryKey: the annotated configuration has every key
// that the program reads. A secret's key stands there as its file's.
func TestDeployConfigurationNamesEveryKey(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../deploy/signalbook.yml")
	if err != nil {
		t.Fatal(err)
	}
	var visit func(path string, at reflect.Type)
	visit = func(path string, at reflect.Type) {
		for at.Kind() == reflect.Pointer || at.Kind() == reflect.Slice {
			at = at.Elem()
		}
		if at.Kind() != reflect.Struct || !strings.HasSuffix(at.PkgPath(), "bot/config") {
			return
		}
		for field := range at.Fields() {
			key := field.Tag.Get("yaml")
			switch {
			case key == "" || key == "-" || field.Type == at || path+key == "alertmanager": // not used by this version
				continue
			case field.Type == reflect.TypeFor[config.Secret]():
				key += "_file"
			}
			if !regexp.MustCompile(`(?m)(^|[ #{])` + key + `:`).Match(data) {
				t.Errorf("deploy/signalbook.yml does not name %s%s", path, key)
			}
			if key != "routes" && key != "http_config" && key != "tls_config" {
				visit(path+key+".", field.Type)
			}
		}
	}
	visit("", reflect.TypeFor[config.Config]())
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
