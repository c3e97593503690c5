package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/postmortem"
)

// TestExportByCommandLine: the binary reads the post-mortem of an incident from the Redis
// of a running bot, as Markdown and as JSON.
func TestExportByCommandLine(t *testing.T) {
	t.Parallel()
	r := startRig(t, options{extra: "incidents: {time_zone: Asia/Tokyo}\n"})
	b := r.startBot()
	b.mustNotify(payload(t, "v0.34.0-e2e-1-database-high-cpu-firing"))
	root := r.root("incidents", 0)
	r.click("anna", r.reply(root, "Immediate"), "step:done", "INC-1/add-read-replicas")
	r.reads(root, "1/")
	export := func(args ...string) ([]byte, error) {
		return exec.Command("signalbook", append([]string{"export", "--config.file=" + r.config}, args...)...).Output()
	}

	shown, err := export("inc1")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"# INC-1: ", "- State: acknowledged", " UTC (", " JST)", "| UTC | Asia/Tokyo |", "**1. Add read replicas (route reads to replicas)**: done by anna", "## Follow-ups", "/alerts?filter="} {
		if !strings.Contains(string(shown), want) {
			t.Errorf("there is no %q in:\n%s", want, shown)
		}
	}
	file := filepath.Join(t.TempDir(), "INC-1.json")
	if out, err := export("INC-1", "--output=json", "--out="+file); err != nil || len(out) > 0 {
		t.Fatalf("export to a file says %q: %v", out, err)
	}
	data, err := os.ReadFile(file)
	var report postmortem.Report
	if err != nil || json.Unmarshal(data, &report) != nil || report.ID != "INC-1" || report.Steps[0].EndedBy != "anna" || report.TimeZone != "Asia/Tokyo" {
		t.Errorf("the file has %+v: %v", report, err)
	}
	for arg, code := range map[string]int{"INC-7": exitFindings, "seven": exitUsage} {
		if _, err := export(arg); err == nil || err.(*exec.ExitError).ExitCode() != code {
			t.Errorf("export %s ends with %v, want code %d", arg, err, code)
		}
	}
}
