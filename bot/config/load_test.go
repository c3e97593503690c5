package config

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	prometheus "github.com/prometheus/common/config"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/signalbook/signalbook/playbooks/yamlfile"
)

var update = flag.Bool("update", false, "rewrite the expected problems in testdata")

// inFolder makes a folder with the given files the working directory, so that
// problems name files as the test wrote them.
func inFolder(t *testing.T, files map[string]string) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
}

// secrets are the files that the configurations of the tests name. Every secret
// holds the word hunter, and nothing else does.
func secrets() map[string]string {
	return map[string]string{
		"secrets/slack-bot-token":      "xoxb-hunter-1\n",
		"secrets/slack-app-token":      "xapp-hunter-2\n",
		"secrets/slack-signing-secret": "  hunter3\r\n",
		"secrets/sentinel-password":    "hunter4",
		"secrets/redis-password":       "hunter5\n",
		"secrets/webhook-token":        "hunter6\n",
	}
}

// least is the smallest configuration that loads.
const least = `slack: {bot_token_file: secrets/slack-bot-token, signing_secret_file: secrets/slack-signing-secret}
redis: {addresses: ["redis:6379"]}
route: {channel: "#incidents"}
`

func mustLoad(t *testing.T, text string) *Config {
	t.Helper()
	files := secrets()
	files["signalbook.yml"] = text
	inFolder(t, files)
	c, problems := Load("signalbook.yml")
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return c
}

func list(problems yamlfile.Problems) string {
	var b strings.Builder
	for _, p := range problems {
		b.WriteString(p.String())
		b.WriteByte('\n')
	}
	return b.String()
}

// TestLoadContract loads a file with every key in use.
func TestLoadContract(t *testing.T) {
	text, err := os.ReadFile("testdata/contract.yml")
	if err != nil {
		t.Fatal(err)
	}
	files := secrets()
	files["signalbook.yml"] = string(text)
	inFolder(t, files)
	got, problems := Load("signalbook.yml")
	if diff := cmp.Diff(`signalbook.yml:23:15: warning: alertmanager is read and checked; not used by this version
signalbook.yml:40:33: warning: roles.run is read and checked; not used by this version
signalbook.yml:40:52: warning: roles.silence is read and checked; not used by this version
`, list(problems)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}

	defaults := HTTPConfig(prometheus.DefaultHTTPClientConfig)
	want := &Config{
		Slack: Slack{
			BotToken: "xoxb-hunter-1", BotTokenFile: "secrets/slack-bot-token",
			AppToken: "xapp-hunter-2", AppTokenFile: "secrets/slack-app-token",
			SigningSecret: "hunter3", SigningSecretFile: "secrets/slack-signing-secret",
			APIURL: "https://slack.com/api/", Command: "/playbook", ExternalUsers: "deny",
		},
		Redis: Redis{
			Addresses: []string{"redis-0:6379"}, Prefix: "signalbook",
			Sentinel: &Sentinel{MasterName: "signalbook", Password: "hunter4", PasswordFile: "secrets/sentinel-password"},
			Username: "signalbook", Password: "hunter5", PasswordFile: "secrets/redis-password",
			TLSConfig: &TLSConfig{ServerName: "redis.example", MinVersion: prometheus.TLSVersions["TLS13"]},
		},
		Webhook:      Webhook{Credentials: "hunter6", CredentialsFile: "secrets/webhook-token", MaxBody: 67_108_864},
		Alertmanager: &Service{URL: "http://alertmanager:9093", HTTPConfig: &defaults},
		Prometheus:   &Service{URL: "http://prometheus:9090", HTTPConfig: &defaults},
		Playbooks:    Playbooks{Files: []string{"playbooks/*.yml"}, BuiltIn: true},
		Routes: Route{
			Channel: "#incidents", Owners: []string{"@sre-oncall"},
			Routes: []Route{{
				Matchers: []string{`team="db"`}, Channel: "#db-incidents", Owners: []string{"@db-oncall"}, Responders: []string{"@db-team"},
				Escalate: []Escalation{{After: Duration(10 * time.Minute), Mention: []string{"@db-leads"}}},
			}},
		},
		Roles:      Roles{Resolve: []string{"@sre"}, Drill: []string{"@sre"}, Run: []string{"@sre"}, Silence: []string{"@sre"}},
		Severities: Severities{Label: "severity", Order: []string{"critical", "warning", "info"}},
		Incidents: Incidents{
			ReopenWithin: Duration(4 * time.Hour), StaleAfter: Duration(24 * time.Hour), Retention: Duration(400 * 24 * time.Hour),
			Details: "folded", TimeZone: "UTC", Storm: &Storm{Above: 10, Per: Duration(time.Minute)},
		},
		FollowUps: FollowUps{After: Duration(15 * time.Minute)},
		Drills:    &Drills{Channel: "#drills"},
		Digests: []Digest{{
			Name: "weekly-cost-review", Schedule: "0 9 * * MON", TimeZone: "Europe/Berlin", Channel: "#cost-review", Settle: Duration(48 * time.Hour),
			Costs: []CostSource{
				{FOCUS: &FOCUSFiles{Files: []string{"/var/lib/focus/*.csv.gz"}, Written: []string{"/var/lib/focus/*.csv.gz"}, Cost: "EffectiveCost"}},
				{Prometheus: &CostQuery{Query: "sum by (service) (...)", ServiceLabel: "service", Unit: "USD_per_day"}},
				{OpenCost: &Service{URL: "http://opencost:9003", HTTPConfig: &defaults}},
			},
			Budgets: []Budget{{Name: "all", Amount: &Figure{Value: 200_000}, Per: "month"}},
			Units:   []Unit{{Name: "1k requests", Query: "..."}},
		}},
		Organisation: &Organisation{
			Users:          &Figure{Query: "sum(app_active_users)"},
			WeeklyGrowth:   &Figure{Value: 0.026, Percent: true},
			Teams:          &Figure{Value: 12},
			International:  &Figure{Value: 0.35, Percent: true},
			CDNBandwidthTB: &Figure{Query: "..."},
		},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Config{}, Route{}, prometheus.ProxyConfig{}), cmpopts.EquateApprox(0, 1e-9)); diff != "" {
		t.Errorf("configuration (-want +got):\n%s", diff)
	}
}

func TestLoadDefaults(t *testing.T) {
	got := mustLoad(t, least)
	want := &Config{
		Slack: Slack{
			BotToken: "xoxb-hunter-1", BotTokenFile: "secrets/slack-bot-token",
			SigningSecret: "hunter3", SigningSecretFile: "secrets/slack-signing-secret",
			APIURL: "https://slack.com/api/", Command: "/playbook", ExternalUsers: "deny",
		},
		Redis:      Redis{Addresses: []string{"redis:6379"}, Prefix: "signalbook"},
		Webhook:    Webhook{MaxBody: 64 << 20},
		Playbooks:  Playbooks{BuiltIn: true},
		Routes:     Route{Channel: "#incidents"},
		Severities: Severities{Label: "severity", Order: []string{"critical", "warning", "info"}},
		Incidents: Incidents{
			ReopenWithin: Duration(4 * time.Hour), StaleAfter: Duration(24 * time.Hour), Retention: Duration(400 * 24 * time.Hour),
			Details: "folded", TimeZone: "UTC", Storm: &Storm{Above: 10, Per: Duration(time.Minute)},
		},
		FollowUps: FollowUps{After: Duration(15 * time.Minute)},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Config{}, Route{}, prometheus.ProxyConfig{})); diff != "" {
		t.Errorf("configuration (-want +got):\n%s", diff)
	}
	if got.Slack.SocketMode() {
		t.Error("SocketMode: got true without an app token")
	}
}

// TestLoadProblems runs every archive of testdata/problems: the files, and in
// "want" the problems, all of them and in order.
func TestLoadProblems(t *testing.T) {
	home, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	archives, err := filepath.Glob("testdata/problems/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("found no archives: %v", err)
	}
	for _, path := range archives {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			files := secrets()
			for _, f := range archive.Files {
				files[f.Name] = string(f.Data)
			}
			want := files["want"]
			delete(files, "want")
			inFolder(t, files)
			_, problems := Load("signalbook.yml")
			got := list(problems)
			if *update {
				rewrite(t, home+"/"+path, archive, got)
				return
			}
			if want != got {
				t.Errorf("problems: got\n%s\nwant\n%s", got, want)
			}
			if strings.Contains(got, "hunter") {
				t.Error("a problem holds a secret")
			}
		})
	}
}

// rewrite puts what was got in the place of what was wanted; commit only what you
// have read.
func rewrite(t *testing.T, path string, archive *txtar.Archive, got string) {
	t.Helper()
	for i := range archive.Files {
		if archive.Files[i].Name == "want" {
			archive.Files[i].Data = []byte(got)
		}
	}
	if err := os.WriteFile(path, txtar.Format(archive), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestLoadMissingFile(t *testing.T) {
	inFolder(t, nil)
	_, problems := Load("signalbook.yml")
	if got, want := list(problems), "signalbook.yml: the configuration cannot be read: no such file or directory\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestLoadAddsSlash(t *testing.T) {
	c := mustLoad(t, strings.Replace(least, "slack: {", "slack: {api_url: 'http://127.0.0.1:8080/api', ", 1))
	if got, want := c.Slack.APIURL, "http://127.0.0.1:8080/api/"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestLoadFromElsewhere reads relative paths from the folder of the file.
func TestLoadFromElsewhere(t *testing.T) {
	files := map[string]string{"etc/signalbook.yml": least}
	for name, text := range secrets() {
		files["etc/"+name] = text
	}
	inFolder(t, files)
	c, problems := Load("etc/signalbook.yml")
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	if got, want := string(c.Slack.BotToken), "xoxb-hunter-1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestSize(t *testing.T) {
	for text, want := range map[string]Size{
		"64MB": 67_108_864, "64MiB": 67_108_864, "64 MB": 67_108_864, "512KB": 524_288, "1GB": 1 << 30, "100B": 100, "1000": 1000,
	} {
		var got Size
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("%s: got %d and %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "MB", "-1MB", "1.5MB", "64mb", "64M", "99999999999GB", "1GBB", "0x10"} {
		var got Size
		if err := got.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q: got %d, want an error", text, got)
		}
	}
}

func TestFigure(t *testing.T) {
	for text, want := range map[string]Figure{
		"44M": {Value: 44e6}, "1.5B": {Value: 1.5e9}, "20k": {Value: 20e3}, "12": {Value: 12}, "0.5": {Value: 0.5}, "1e3": {Value: 1e3},
		"2.5%": {Value: 0.025, Percent: true}, "-1%": {Value: -0.01, Percent: true},
	} {
		var got Figure
		if err := got.parse(text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-9)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
	for _, text := range []string{"", "M", "many", "NaN", "Inf", "4 4", "1MM", "5M%"} {
		var got Figure
		if err := got.parse(text); err == nil {
			t.Errorf("%q: got %v, want an error", text, got)
		}
	}
}

// TestArchive: the folder is relative to the file, has to be there, and is left
// as it was found.
func TestArchive(t *testing.T) {
	files := secrets()
	files["etc/signalbook.yml"] = strings.ReplaceAll(least, "secrets/", "../secrets/") + "incidents: {archive: past}\n"
	files["etc/past/incidents-2026-10.jsonl"] = "{}\n"
	inFolder(t, files)
	c, problems := Load("etc/signalbook.yml")
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join("etc", "past"); c.Incidents.Archive != want {
		t.Errorf("got %q, want %q, usable from here", c.Incidents.Archive, want)
	}
	if left, err := os.ReadDir(c.Incidents.Archive); err != nil || len(left) != 1 {
		t.Errorf("got %v, %v in the folder, want the one file that was there", left, err)
	}
	if err := os.RemoveAll("etc/past"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("etc/past", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, problems = Load("etc/signalbook.yml"); !strings.Contains(list(problems), "etc/signalbook.yml:4:22: incidents.archive cannot be written: etc/past: not a folder: give a folder that exists") {
		t.Errorf("of a file that is no folder it says:\n%s", list(problems))
	}
}
