package library

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/playbooks"
)

// situations are the labels of alerts for which the commands differ: each
// engine, provider and place once, and nothing that says which.
var situations = []map[string]string{
	{},
	{"alertname": "PostgresHighCPU", "instance": "orders-0"},
	{"alertname": "MySQLHighCPU"},
	{"alertname": "DatabaseHighCPU", "job": "mariadb-node"},
	{"alertname": "DatabaseHighCPU", "engine": "postgres", "dbidentifier": "orders", "region": "eu-west-1"},
	{"alertname": "DatabaseHighCPU", "engine": "mysql", "dbidentifier": "orders", "aws_region": "eu-west-1"},
	{"alertname": "DatabaseHighCPU", "engine": "aurora-postgresql", "dimension_DBInstanceIdentifier": "orders"},
	{"alertname": "DatabaseHighCPU", "engine": "aurora-mysql", "dimension_DBInstanceIdentifier": "orders"},
	{"alertname": "DatabaseHighCPU", "dimension_DBInstanceIdentifier": "orders", "region": "eu-west-1"},
	{"alertname": "DatabaseHighCPU", "engine": "sqlserver-se", "dbidentifier": "orders"},
	{"alertname": "DatabaseHighCPU", "engine": "cockroachdb"},
	{"alertname": "DatabaseHighCPU", "namespace": "shop", "pod": "orders-0", "container": "postgres"},
	{"alertname": "DatabaseHighCPU", "namespace": "shop", "pod": "orders-0", "container": "mysql", "statefulset": "orders"},
	{"alertname": "CDNBandwidthSpike", "source": "cloudflare"},
	{"alertname": "CDNBandwidthSpike", "source": "yace", "dimension_DistributionId": "E2QWRTY"},
	{"alertname": "FastlyBandwidthHigh", "service_id": "AAA"},
	{"alertname": "InferenceLatencyHigh", "model_name": "org/chat-7b", "namespace": "ml", "deployment": "chat", "horizontalpodautoscaler": "chat"},
	{"alertname": "SignalbookReloadFailed", "instance": "10.0.0.7:9095", "namespace": "ops", "pod": "signalbook-0"},
}

// shown is a command as somebody would copy it.
type shown struct{ where, text string }

// everyCommand returns the built-in commands as they are shown, each text once.
func everyCommand(t *testing.T) []shown {
	t.Helper()
	var all []shown
	seen := map[string]bool{}
	for _, p := range All() {
		for _, labels := range situations {
			for _, s := range fill(t, p, labels).Steps {
				for _, c := range s.Commands {
					if c != "" && !seen[c] {
						seen[c] = true
						all = append(all, shown{fmt.Sprintf("%s/%s", p.Name, s.ID), c})
					}
				}
			}
		}
	}
	return all
}

func fill(t *testing.T, p *playbooks.Playbook, labels map[string]string) playbooks.Filled {
	t.Helper()
	filled, notes := p.Fill(playbooks.DataFor(alerts.Notification{Alerts: []alerts.Alert{{
		Status: alerts.Firing, Labels: labels, StartsAt: time.Date(2026, 11, 30, 3, 2, 0, 0, time.UTC)}}}))
	if notes = withoutQuoting(notes); len(notes) > 0 {
		t.Errorf("%s %v: notes: got %q, want none", p.Name, labels, notes)
	}
	return filled
}

// withoutQuoting leaves out what is only said of values that commands quote,
// encode, or show a placeholder for.
func withoutQuoting(notes []string) []string {
	return slices.DeleteFunc(notes, func(n string) bool { return strings.HasPrefix(n, "Commands ") })
}

// placeholder is what a person replaces before running a command.
var placeholder = regexp.MustCompile(`<[A-Za-z0-9][^<>\n"']*>`)

// TestEveryCommandParsesInTheShell: bash reads each of them.
func TestEveryCommandParsesInTheShell(t *testing.T) {
	t.Parallel()
	all := everyCommand(t)
	if len(all) < 90 {
		t.Fatalf("commands: got %d, want all of them", len(all))
	}
	for _, c := range all {
		bash := exec.Command("bash", "-n")
		bash.Stdin = strings.NewReader(placeholder.ReplaceAllString(c.text, "replaced"))
		if out, err := bash.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s\n%s", c.where, err, out, c.text)
		}
	}
}

// markLine is the first line of a command that does more than look. It is a
// comment, and plain enough for a shell that does not know comments (zsh when
// somebody types): without quotes or anything that expands.
var markLine = regexp.MustCompile(`^# ⚠ (restarts|executes|ends|changes): [A-Za-z0-9 ,.:%_/-]+$`)

// TestCommandsThatDoMoreThanLookAreMarked: what has no mark only looks, and what
// has one does not; the most dangerous have the right one.
func TestCommandsThatDoMoreThanLookAreMarked(t *testing.T) {
	t.Parallel()
	kinds := []struct {
		kind string
		does *regexp.Regexp
	}{
		{"restarts", regexp.MustCompile(`--apply-immediately|rollout undo|set resources|/load\b`)},
		{"executes", regexp.MustCompile(`EXPLAIN ANALYZE|molt verify|perf_analyzer|vllm serve|lm_eval|dead replay|signalbook fire`)},
		{"ends", regexp.MustCompile(`pg_cancel_backend|pg_terminate_backend|rds_kill|KILL|CANCEL`)},
		{"changes", regexp.MustCompile(`create-db-instance|CREATE INDEX|-X PATCH|purge|kubectl .* (scale|patch) |CONFIG SET|/-/reload`)},
	}
	used := map[string]bool{}
	for _, c := range everyCommand(t) {
		lines := strings.Split(c.text, "\n")
		mark := ""
		if m := markLine.FindStringSubmatch(lines[0]); m != nil {
			mark, lines = m[1], lines[1:]
			used[mark] = true
		}
		for _, line := range lines {
			if strings.Contains(line, "⚠") || strings.HasPrefix(strings.TrimSpace(line), "#") {
				t.Errorf("%s: got %q, want a mark of the form %s, in the first line alone", c.where, line, markLine)
			}
			if only := onlyLooks(line); only != (mark == "") {
				t.Errorf("%s: marked %q, and only looks: %v\n%s", c.where, mark, only, line)
			}
			for _, k := range kinds {
				if does := k.does.MatchString(line); does && mark != k.kind {
					t.Errorf("%s: marked %q, want %q\n%s", c.where, mark, k.kind, line)
				}
			}
		}
	}
	for _, k := range kinds {
		if !used[k.kind] {
			t.Errorf("no command is marked %q", k.kind)
		}
	}
}

var (
	// looks are the beginnings of lines that change nothing that is running.
	looks = regexp.MustCompile(`^(aws [a-z0-9-]+ (describe|get|list)-|aws cloudfront sign |amtool (alert query|config routes test)|` +
		`kubectl -n \S+ (get|top|logs|rollout history|exec -it) |redis-cli -h \S+ INFO|nvidia-smi -q|dmesg |neuron-ls|optimum-cli export|` +
		`zcat |openssl (genrsa|rsa) |ssh \S+ nodetool tablestats|cockroach node status|journalctl|timedatectl|signalbook (check|dead list))`)
	sql     = regexp.MustCompile(`^(?:psql|mysql|cockroach sql) .*-[ce] "(.*)"`)
	reading = regexp.MustCompile(`^(SELECT|SHOW|EXPLAIN) `)
	acting  = regexp.MustCompile(`ANALYZE|pg_(cancel|terminate)_backend`)
)

// onlyLooks tells whether a line changes nothing that is running.
func onlyLooks(line string) bool {
	if m := sql.FindStringSubmatch(line); m != nil {
		return reading.MatchString(m[1]) && !acting.MatchString(m[1])
	}
	if strings.HasPrefix(line, "curl ") {
		return !strings.Contains(line, " -X ") && (!strings.Contains(line, "--data") || strings.Contains(line, `{"query":"{viewer{`))
	}
	return looks.MatchString(line)
}

// TestBodiesAreSentAsJSON: curl's --data alone is a form, which Cloudflare's API
// refuses; and the bodies are JSON.
func TestBodiesAreSentAsJSON(t *testing.T) {
	t.Parallel()
	data := regexp.MustCompile(`(?:--data|--filter|-p) '([^']*)'`)
	found := 0
	for _, c := range everyCommand(t) {
		for _, m := range data.FindAllStringSubmatch(placeholder.ReplaceAllString(c.text, "1"), -1) {
			found++
			if !json.Valid([]byte(m[1])) {
				t.Errorf("%s: no JSON: %s", c.where, m[1])
			}
		}
		if strings.Contains(c.text, "--data") && !strings.Contains(c.text, `-H "Content-Type: application/json"`) {
			t.Errorf("%s: sent as a form:\n%s", c.where, c.text)
		}
	}
	if found < 4 {
		t.Errorf("bodies: got %d, want those of Cloudflare, Cost Explorer and Kubernetes", found)
	}
}

// TestLogCommandsPutTheCulpritFirst runs the commands over CloudFront logs on a
// log with one path of 30 GB, which must come before one of 9 kB: mawk, Debian's
// awk, prints sums above 2 GiB as 3e+10 unless it is told how.
func TestLogCommandsPutTheCulpritFirst(t *testing.T) {
	t.Parallel()
	// Fields of a standard log: date, time, edge, bytes, ip, method, host, path, status, referrer, agent, query.
	var text strings.Builder
	text.WriteString("#Version: 1.0\n#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query\n")
	for k := range 30 {
		fmt.Fprintf(&text, "2026-11-30\t03:00:%02d\tFRA6\t1000000000\t192.0.2.66\tGET\td1.example\t/big.mp4\t200\thttps://leech.example/\tbot\tx=%d\n", k, k)
	}
	for k := range 9 {
		fmt.Fprintf(&text, "2026-11-30\t03:01:%02d\tFRA6\t1000\t192.0.2.1\tGET\td1.example\t/index.html\t200\t-\tfirefox\t-\n", k)
	}
	dir := t.TempDir()
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	if _, err := w.Write([]byte(text.String())); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "log.gz"), zipped.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range everyCommand(t) {
		for line := range strings.SplitSeq(c.text, "\n") {
			if !strings.HasPrefix(line, "zcat <cloudfront-log>.gz | awk ") {
				continue
			}
			run := exec.Command("bash", "-c", strings.Replace(line, "<cloudfront-log>", "log", 1))
			run.Dir = dir
			out, err := run.CombinedOutput()
			if err != nil {
				t.Fatalf("%s: %v\n%s", line, err, out)
			}
			first, _, _ := strings.Cut(string(out), "\n")
			got = append(got, c.where+": "+first)
		}
	}
	slices.Sort(got)
	want := []string{"cdn-cost/block-bots: 30 of 30 /big.mp4", "cdn-cost/block-bots: 30000000000 192.0.2.66 /big.mp4", "cdn-cost/sign-urls: 30000000000 https://leech.example/"}
	if !slices.Equal(got, want) {
		t.Errorf("first lines: got %q, want %q", got, want)
	}
}

// TestCommandsAreThoseOfTheEngine: engine, alert name, job and container say
// which; when none does, both PostgreSQL's and MySQL's are there.
func TestCommandsAreThoseOfTheEngine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		labels   map[string]string
		has, not string // words of the commands
	}{
		{nil, "psql,mysql,aws rds", "cockroach sql,kubectl"},
		{map[string]string{"engine": "postgres"}, "psql,create-db-instance-read-replica", "mysql,cockroach sql"},
		{map[string]string{"alertname": "MySQLHighCPU"}, "mysql,KILL QUERY,SHOW FULL PROCESSLIST", "psql"},
		{map[string]string{"alertname": "MySQLServerHighCPU"}, "mysql", "psql"},
		{map[string]string{"alertname": "PostgreSQLServerHighCPU"}, "psql", "mysql"},
		{map[string]string{"job": "mariadb-node"}, "mysql", "psql"},
		{map[string]string{"container": "postgres", "pod": "orders-0"}, "psql,exec -it orders-0 -c postgres -- psql,set resources", "mysql,aws rds"},
		{map[string]string{"engine": "sqlserver-se", "dbidentifier": "orders"}, "aws rds", "psql,mysql"},
		{map[string]string{"alertname": "OracleHighCPU"}, "aws rds", "psql,mysql"},
		{map[string]string{"dimension_DBInstanceIdentifier": "orders"}, "psql,mysql,CALL mysql.rds_kill_query,--db-instance-identifier orders", "KILL QUERY"},
		{map[string]string{"engine": "aurora-postgresql"}, "--db-cluster-identifier,--engine aurora-postgresql", "create-db-instance-read-replica,mysql"},
		{map[string]string{"engine": "aurora-mysql"}, "--engine aurora-mysql", "create-db-instance-read-replica,psql"},
		{map[string]string{"engine": "cockroachdb"}, "cockroach sql,CANCEL QUERY,SHOW CLUSTER STATEMENTS", "psql,mysql,aws rds"},
		{map[string]string{"alertname": "CockroachDBHighCPU"}, "cockroach sql", "psql,mysql,aws rds"},
		{map[string]string{"alertname": "CloudSQLHighCPU"}, "psql,mysql", "aws rds"},
	} {
		wantWords(t, "database-cpu", c.labels, c.has, c.not)
	}
}

// TestCommandsAreThoseOfTheProvider: alert name, provider, source and job say
// which; when none does, CloudFront's and Cloudflare's are there.
func TestCommandsAreThoseOfTheProvider(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		labels   map[string]string
		has, not string
	}{
		{nil, "aws cloudfront,api.cloudflare.com", "fastly"},
		{map[string]string{"source": "cloudflare"}, "api.cloudflare.com", "aws,cloudfront-log"},
		{map[string]string{"alertname": "CloudFrontCostHigh"}, "aws cloudfront,cloudfront-log", "api.cloudflare.com"},
		{map[string]string{"alertname": "CDNBandwidthSpike", "source": "fastly", "service_id": "AAA"}, "api.fastly.com/stats/service/AAA", "aws,api.cloudflare.com"},
		{map[string]string{"provider": "akamai"}, "curl -sI", "aws,api.cloudflare.com"},
	} {
		wantWords(t, "cdn-cost", c.labels, c.has, c.not)
	}
}

func wantWords(t *testing.T, playbook string, labels map[string]string, has, not string) {
	t.Helper()
	set, _ := playbooks.NewSet(nil, All())
	p, _ := set.Find(playbook)
	var all []string
	for _, s := range fill(t, p, labels).Steps {
		if s.Tier != playbooks.LongTerm {
			all = append(all, s.Commands...)
		}
	}
	text := strings.Join(all, "\n")
	for word := range strings.SplitSeq(has, ",") {
		if !strings.Contains(text, word) {
			t.Errorf("%s %v: commands lack %q:\n%s", playbook, labels, word, text)
		}
	}
	for word := range strings.SplitSeq(not, ",") {
		if strings.Contains(text, word) {
			t.Errorf("%s %v: commands have %q:\n%s", playbook, labels, word, text)
		}
	}
}
