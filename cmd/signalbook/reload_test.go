package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func (p *process) reload() (said string, code int) {
	p.t.Helper()
	response, err := http.Post(p.url+"/-/reload", "", nil)
	if err != nil {
		p.t.Fatal(err)
	}
	return readAll(response), response.StatusCode
}

// diskPlaybook is a playbook of one step with that detail.
func diskPlaybook(detail string) string {
	return `name: disk
title: A disk is full
match: ['alertname="DiskFull"']
tiers:
  - name: immediate
    within: 1h
    steps: [{id: look, title: Look at it, detail: ` + detail + `}]
`
}

// TestReloadPlaybooks: what runs keeps the playbook it began with, what is new gets
// the new one; a bad playbook file changes nothing and is named in log, metrics and
// readiness until a good one is taken; digests and their sources follow, too.
func TestReloadPlaybooks(t *testing.T) {
	t.Parallel()
	r := startRig(t, options{http: true, extra: "playbooks: {files: [\"own/*.yml\"]}\n"})
	own := filepath.Join(r.dir, "own")
	if err := os.Mkdir(own, 0o700); err != nil {
		t.Fatal(err)
	}
	writeFile(t, own, "disk.yml", diskPlaybook("As it was at first."))
	b := r.startBot()
	start := func(n int) string {
		t.Helper()
		r.slash("anna", "general", "/playbook start disk")
		eventually(t, "the incident with its tier", func() bool {
			roots := r.roots("incidents")
			return len(roots) > n && len(r.replies(roots[n])) > 0
		})
		return r.replies(r.roots("incidents")[n])[0].PlainText()
	}
	if got := start(0); !strings.Contains(got, "As it was at first.") {
		t.Fatalf("the first incident reads:\n%s", got)
	}

	writeFile(t, own, "disk.yml", diskPlaybook("As it is written now."))
	if said, code := b.reload(); code != http.StatusOK {
		t.Fatalf("a good reload was answered %d: %s", code, said)
	}
	tier := r.replies(r.roots("incidents")[0])[0]
	r.click("ben", tier, "step:ack", "INC-1/look")
	r.reads(tier, "has it since")
	if got := r.now(tier).PlainText(); !strings.Contains(got, "As it was at first.") {
		t.Errorf("a running incident lost the playbook it began with:\n%s", got)
	}
	if got := start(1); !strings.Contains(got, "As it is written now.") {
		t.Errorf("a new incident did not get the new playbook:\n%s", got)
	}

	writeFile(t, own, "disk.yml", diskPlaybook("Broken.")+"tears: none\n")
	where := "disk.yml:8:1: unknown key \"tears\""
	if said, code := b.reload(); code != http.StatusInternalServerError || !strings.Contains(said, where) {
		t.Errorf("a bad playbook was answered %d %s, want 500 and %s", code, said, where)
	}
	if body, code := b.get("/-/ready"); code != http.StatusOK || !strings.Contains(body, `disk.yml:8:1: unknown key \"tears\"`) {
		t.Errorf("/-/ready answers %d %s, want 200 and the place of the problem", code, body)
	}
	eventually(t, "the log names the problem", func() bool { return strings.Contains(b.logged(), `disk.yml:8:1: unknown key \"tears\"`) })
	if metrics, _ := b.get("/metrics"); !strings.Contains(metrics, "\nsignalbook_config_last_reload_successful 0\n") {
		t.Error("the metric does not tell of the failed reload")
	}
	if got := start(2); !strings.Contains(got, "As it is written now.") {
		t.Errorf("a bad file changed the playbook:\n%s", got)
	}
	if got := r.slash("anna", "general", "/playbook digest preview"); !strings.Contains(got, "No digest is configured") {
		t.Errorf("before any is configured, a digest reads:\n%s", got)
	}

	writeFile(t, own, "disk.yml", diskPlaybook("Mended."))
	writeFile(t, r.dir, "signalbook.yml", mustRead(t, r.config)+`
digests:
  - name: weekly
    schedule: "0 9 * * MON"
    channel: "#cost-review"
    costs: [{focus: {files: [bills/*.csv]}}]
`)
	if said, code := b.reload(); code != http.StatusOK {
		t.Fatalf("the mended files were answered %d: %s", code, said)
	}
	if body, _ := b.get("/-/ready"); strings.Contains(body, "not taken") {
		t.Errorf("/-/ready still complains after a good reload: %s", body)
	}
	eventually(t, "the digest and its source", func() bool {
		return strings.Contains(r.slash("anna", "general", "/playbook digest preview"), "bills/*.csv")
	})
}

// TestReloadChecksWhatTheStartChecks: a reload that would open the webhook to a
// network, end the bot, or leave a changed web configuration unread is refused like
// any bad file, and the old configuration goes on.
func TestReloadChecksWhatTheStartChecks(t *testing.T) {
	t.Parallel()
	r := startRig(t, options{http: true})
	if err := r.redis.ConfigSet(t.Context(), "appendonly", "no").Err(); err != nil {
		t.Fatal(err)
	}
	good := strings.Replace(mustRead(t, r.config), "redis: {", "redis: {accept_data_loss: true, ", 1)
	writeFile(t, r.dir, "signalbook.yml", good)
	webText := "http_server_config: {headers: {Strict-Transport-Security: \"max-age=1\"}}\n"
	web := writeFile(t, r.dir, "web.yml", webText)
	b := r.launchBot("--web.listen-address=:0", "--web.config.file="+web)
	eventually(t, "the bot takes notifications", func() bool { return b.notify(group(t, 0)) == http.StatusAccepted })

	webhook := "webhook: {credentials: " + webhookToken + "}\n"
	for _, test := range []struct{ name, config, web, want string }{
		{"credentials are gone", strings.Replace(good, webhook, "", 1), webText, "give webhook.credentials_file, or set webhook.open: true"},
		{"this Redis can forget", strings.Replace(good, "accept_data_loss: true, ", "", 1), webText, "without accept_data_loss the bot would end"},
		{"the web configuration changed", good, "http_server_config: {headers: {X-Frame-Options: deny}}\n", "read at the start only"},
		{"the web configuration is gone", good, "", "read web configuration"},
	} {
		writeFile(t, r.dir, "signalbook.yml", test.config)
		writeFile(t, r.dir, "web.yml", test.web)
		if test.web == "" {
			if err := os.Remove(web); err != nil {
				t.Fatal(err)
			}
		}
		if said, code := b.reload(); code != http.StatusInternalServerError || !strings.Contains(said, test.want) {
			t.Errorf("%s: the reload was answered %d %s, want 500 and %q", test.name, code, said, test.want)
		}
		if body, _ := b.get("/-/ready"); !strings.Contains(body, test.want) {
			t.Errorf("%s: /-/ready does not tell: %s", test.name, body)
		}
		response, err := http.Post(b.url+"/alertmanager/webhook", "application/json", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		if response.Body.Close(); response.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: without credentials a notification is answered %d after the reload, want 401", test.name, response.StatusCode)
		}
	}

	writeFile(t, r.dir, "web.yml", webText)
	writeFile(t, r.dir, "signalbook.yml", strings.Replace(good, webhook, "webhook: {open: true}\n", 1))
	if said, code := b.reload(); code != http.StatusOK {
		t.Errorf("a webhook that is opened on purpose was answered %d %s", code, said)
	}
}
