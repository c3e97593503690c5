package library

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/playbooks"
)

func TestEveryFileReadsWithoutProblemOrWarning(t *testing.T) {
	all, problems := read()
	for _, p := range problems {
		t.Error(p)
	}
	var names []string
	for _, p := range all {
		names = append(names, p.Name)
	}
	want := []string{"database-cpu", "cdn-cost", "inference-latency", "cost-optimisation", "signalbook", "triage"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	onDisk, err := filepath.Glob("*.yml")
	if err != nil || len(onDisk) != len(order) {
		t.Errorf("files: got %v (error %v), want as many as are listed: %v", onDisk, err, order)
	}
	if _, warnings := playbooks.NewSet(All(), nil); len(warnings) > 0 {
		t.Errorf("warnings of the set: got %q, want none", warnings)
	}
}

// TestTheSheet compares with the emergency playbooks of the scaling sheet,
// written down here by hand: number, tier, deadline and words of each step.
func TestTheSheet(t *testing.T) {
	const hour, day = time.Hour, 24 * time.Hour
	type step struct {
		number int
		tier   playbooks.TierName
		within time.Duration
		words  string // all of them in the title
	}
	sheet := map[string][]step{
		"database-cpu": {
			{1, "immediate", hour, "read replicas"},
			{2, "immediate", hour, "connection pooling PgBouncer"},
			{3, "immediate", hour, "scale up instance size"},
			{4, "short_term", 7 * day, "indices slow queries"},
			{5, "short_term", 7 * day, "query caching Redis"},
			{6, "short_term", 7 * day, "N+1 queries"},
			{7, "long_term", 30 * day, "sharding"},
			{8, "long_term", 30 * day, "migrate CockroachDB auto-sharding"},
			{9, "long_term", 30 * day, "analytics Cassandra"},
		},
		"cdn-cost": {
			{1, "immediate", day, "bot traffic block"},
			{2, "immediate", day, "cache TTL origin requests"},
			{3, "immediate", day, "compression Gzip Brotli"},
			{4, "short_term", 7 * day, "cache invalidation smarter"},
			{5, "short_term", 7 * day, "signed URLs CloudFront Cloudflare"},
			{6, "short_term", 7 * day, "negotiate rates CDN provider"},
			{7, "long_term", 180 * day, "custom CDN ISP edge"},
			{8, "long_term", 180 * day, "P2P delivery WebRTC"},
		},
		"inference-latency": {
			{1, "immediate", day, "inference server instances increase"},
			{2, "immediate", day, "batching static"},
			{3, "immediate", day, "Redis cache common requests"},
			{4, "short_term", 14 * day, "quantization 8-bit"},
			{5, "short_term", 14 * day, "vLLM continuous batching"},
			{6, "short_term", 14 * day, "edge inference simple requests"},
			{7, "long_term", 60 * day, "pruning compression"},
			{8, "long_term", 60 * day, "custom silicon Inferentia"},
			{9, "long_term", 60 * day, "multi-tier inference"},
		},
	}
	total := 0
	for _, p := range All() {
		want, ok := sheet[p.Name]
		if !ok {
			continue
		}
		got := p.Steps()
		if len(got) != len(want) {
			t.Errorf("%s: got %d steps, want %d", p.Name, len(got), len(want))
			continue
		}
		for i, w := range want {
			total++
			g := got[i]
			if g.Number != w.number || g.Tier != w.tier || within(p, g.Tier) != w.within {
				t.Errorf("%s step %d: got number %d, tier %s, within %s, want %d, %s, %s", p.Name, w.number, g.Number, g.Tier, within(p, g.Tier), w.number, w.tier, w.within)
			}
			for word := range strings.FieldsSeq(w.words) {
				if !strings.Contains(strings.ToLower(g.Step.Title), strings.ToLower(word)) {
					t.Errorf("%s step %d: title %q lacks %q", p.Name, w.number, g.Step.Title, word)
				}
			}
		}
	}
	if total != 26 {
		t.Errorf("steps of the sheet: got %d, want 26", total)
	}
}

func within(p *playbooks.Playbook, name playbooks.TierName) time.Duration {
	for _, tier := range p.Tiers {
		if tier.Name == name {
			return time.Duration(tier.Within)
		}
	}
	return 0
}

func TestDatabaseStepsKeepTheIdsOfTheContract(t *testing.T) {
	var got []string
	for _, s := range All()[0].Steps() {
		if s.Tier == playbooks.Immediate {
			got = append(got, s.Step.ID)
		}
	}
	if diff := cmp.Diff([]string{"add-read-replicas", "pool-connections", "scale-up"}, got); diff != "" {
		t.Errorf("immediate steps (-want +got):\n%s", diff)
	}
}

// TestEveryStepExplainsItself: what is shown of a step is short, and says what to
// look at first, what to do, how to take it back and why.
func TestEveryStepExplainsItself(t *testing.T) {
	for _, p := range All() {
		for _, labels := range situations {
			size := map[playbooks.TierName]int{}
			for _, s := range fill(t, p, labels).Steps {
				n := utf8.RuneCountInString(s.Detail)
				if n < 200 || n > 720 {
					t.Errorf("%s/%s %v: detail of %d characters, want 200 to 720", p.Name, s.ID, labels, n)
				}
				if p.Name != playbooks.Triage {
					last := -1
					for _, part := range []string{"*Look first:* ", "*Do:* ", "*Undo:* ", "*Why:* "} {
						at := strings.Index(s.Detail, part)
						if at <= last {
							t.Errorf("%s/%s: detail lacks %q at its place", p.Name, s.ID, part)
						}
						last = at
					}
				}
				size[s.Tier] += n + utf8.RuneCountInString(s.Title)
				for _, c := range s.Commands {
					size[s.Tier] += utf8.RuneCountInString(c)
				}
			}
			for tier, n := range size {
				if n > 6000 {
					t.Errorf("%s/%s %v: %d characters in all, want at most 6000 (Slack refuses messages near 13,200)", p.Name, tier, labels, n)
				}
			}
		}
	}
}

// TestPayloads selects and fills for each captured notification.
func TestPayloads(t *testing.T) {
	want := map[string]string{
		"v0.34.0-e2e-1-database-high-cpu-firing.json": "database-cpu",
		"v0.34.0-e2e-2-cdn-cost-spike-firing.json":    "cdn-cost",
		"v0.34.0-e2e-3-inference-latency-firing.json": "inference-latency",
		"v0.34.0-e2e-4-database-repeat.json":          "database-cpu",
		"v0.34.0-e2e-5-database-mixed.json":           "database-cpu",
		"v0.34.0-e2e-6-cdn-resolved.json":             "cdn-cost",
		"v0.34.0-e2e-7-database-resolved.json":        "database-cpu",
		"v0.34.0-e2e-8-inference-resolved.json":       "inference-latency",
	}
	set, _ := playbooks.NewSet(nil, All())
	paths, err := filepath.Glob("../testdata/payloads/*.json")
	if err != nil || len(paths) < 20 {
		t.Fatalf("payloads: got %d (error %v), want at least 20", len(paths), err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			n := load(t, path)
			expected := want[filepath.Base(path)]
			if expected == "" {
				expected = playbooks.Triage
			}
			choice := set.Select(n)
			if choice.Playbook.Name != expected || choice.Note != "" {
				t.Errorf("chosen: got %s (note %q), want %s", choice.Playbook.Name, choice.Note, expected)
			}
			for _, p := range set.All() {
				filled, notes := p.Fill(playbooks.DataFor(n))
				if notes = withoutQuoting(notes); len(notes) > 0 {
					t.Errorf("%s: notes: got %q, want none", p.Name, notes)
				}
				for _, s := range filled.Steps {
					if !s.Applies && p.Name != "signalbook" {
						t.Errorf("%s/%s is hidden, want it shown", p.Name, s.ID)
					}
					shown := slices.DeleteFunc(slices.Clone(s.Commands), func(c string) bool { return c == "" }) // those of other engines
					for _, text := range append(shown, s.Title, s.Detail) {
						if text == "" || strings.Contains(text, "{{") || strings.Contains(text, "<no value>") || strings.Contains(text, "<!") {
							t.Errorf("%s/%s: got %q, want it filled and harmless", p.Name, s.ID, text)
						}
					}
				}
			}
		})
	}
}

func TestLabelsReachTheCommands(t *testing.T) {
	for _, c := range []struct {
		playbook string
		labels   map[string]string
		want     []string
	}{
		{"database-cpu", nil, []string{"--db-instance-identifier <db-instance> ", "psql -h <primary>"}},
		{"database-cpu", map[string]string{"dbidentifier": "orders", "region": "eu-west-1"}, []string{"--region eu-west-1 --db-instance-identifier orders "}},
		{"database-cpu", map[string]string{"dimension_DBInstanceIdentifier": "x; reboot"}, []string{"--db-instance-identifier 'x; reboot' "}},
		{"database-cpu", map[string]string{"engine": "aurora-mysql"}, []string{"mysql -h <primary>", "SHOW REPLICA STATUS"}},
		{"cdn-cost", map[string]string{"distribution": "E2QWRTY"}, []string{"get-distribution-config --id E2QWRTY "}},
		{"inference-latency", map[string]string{"model_name": "m", "deployment": "inference-eu"}, []string{"vllm serve m ", "deployment/inference-eu --replicas", "-n <namespace> "}},
	} {
		set, _ := playbooks.NewSet(nil, All())
		p, _ := set.Find(c.playbook)
		filled, notes := p.Fill(playbooks.Data{Labels: c.labels})
		for _, n := range notes {
			if n != `Commands quote the label dimension_DBInstanceIdentifier, whose value is "x; reboot".` {
				t.Errorf("%s %v: notes: got %q, want none", c.playbook, c.labels, notes)
			}
		}
		var all []string
		for _, s := range filled.Steps {
			all = append(all, s.Commands...)
		}
		for _, w := range c.want {
			if text := strings.Join(all, "\n"); !strings.Contains(text, w) {
				t.Errorf("%s %v: commands lack %q:\n%s", c.playbook, c.labels, w, text)
			}
		}
	}
}

func TestApplies(t *testing.T) {
	set, _ := playbooks.NewSet(nil, All())
	for _, c := range []struct {
		playbook string
		labels   map[string]string
		hidden   []int
	}{
		{"database-cpu", nil, nil},
		{"database-cpu", map[string]string{"engine": "postgres"}, nil},
		{"database-cpu", map[string]string{"engine": "aurora-postgresql"}, nil},
		{"database-cpu", map[string]string{"engine": "MySQL"}, []int{2}},
		{"database-cpu", map[string]string{"engine": "cockroachdb"}, []int{1, 2, 7, 8}},
		{"database-cpu", map[string]string{"alertname": "MySQLHighCPU"}, []int{2}},
		{"database-cpu", map[string]string{"alertname": "am_mysql_cpu"}, []int{2}},
		{"database-cpu", map[string]string{"alertname": "HighCPU", "component": "mariadb"}, []int{2}},
		{"database-cpu", map[string]string{"alertname": "CockroachDBHighCPU"}, []int{1, 2, 7, 8}},
		{"database-cpu", map[string]string{"alertname": "crdb-high-cpu"}, []int{1, 2, 7, 8}},
		{"database-cpu", map[string]string{"alertname": "HighCPU", "service": "cockroachdb"}, []int{1, 2, 7, 8}},
		{"database-cpu", map[string]string{"alertname": "MongoDBHighCPU"}, []int{2}},
		{"database-cpu", map[string]string{"alertname": "PostgreSQL high CPU"}, nil},
		{"cdn-cost", map[string]string{"provider": "fastedge"}, nil},
		{"inference-latency", map[string]string{"source": "triton"}, nil},
		{"inference-latency", map[string]string{"model_type": "llm"}, nil},
		{"inference-latency", map[string]string{"model_type": "resnet"}, []int{5}},
	} {
		p, _ := set.Find(c.playbook)
		filled, _ := p.Fill(playbooks.Data{Labels: c.labels})
		var hidden []int
		for _, s := range filled.Steps {
			if !s.Applies {
				hidden = append(hidden, s.Number)
			}
		}
		if diff := cmp.Diff(c.hidden, hidden); diff != "" {
			t.Errorf("%s %v: hidden steps (-want +got):\n%s", c.playbook, c.labels, diff)
		}
	}
}

// TestNoEngineGetsCommandsOfAnother: neither RDS nor PostgreSQL is told to a database
// that is something else by its alert's name.
func TestNoEngineGetsCommandsOfAnother(t *testing.T) {
	set, _ := playbooks.NewSet(nil, All())
	p, _ := set.Find("database-cpu")
	for name, strange := range map[string][]string{
		"CockroachDBHighCPU":  {"psql", "mysql", "aws rds", "pg_stat"},
		"crdb-high-cpu":       {"psql", "mysql", "aws rds", "pg_stat"},
		"MySQLHighCPU":        {"psql", "pg_stat", "aurora-postgresql"},
		"MariaDB is hot: CPU": {"psql", "pg_stat"},
		"MongoDBHighCPU":      {"psql", "mysql", "aws rds", "pg_stat"},
		"SpannerHighCPU":      {"psql", "mysql", "aws rds", "pg_stat"},
		"CassandraHighCPU":    {"psql", "mysql", "aws rds", "pg_stat"},
		"PostgresHighCPU":     {"mysql"},
	} {
		filled, _ := p.Fill(playbooks.Data{Labels: map[string]string{"alertname": name}})
		for _, s := range filled.Steps {
			for _, command := range s.Commands {
				for _, word := range strange {
					if s.Applies && strings.Contains(command, word) {
						t.Errorf("%s: step %d says %q", name, s.Number, command)
					}
				}
			}
		}
	}
}

func TestSelectionByAlertName(t *testing.T) {
	set, _ := playbooks.NewSet(nil, All())
	for want, names := range map[string][]string{
		"database-cpu": {"DatabaseHighCPU", "DatabaseCPUHigh", "PostgresHighCPU", "PostgresqlHighCPU", "MySQLHighCPU", "RDSHighCPU", "RDSCPUUtilizationHigh",
			"rds_cpu_high", "DBCPUUsage", "AuroraCPUUtilisationHigh", "CockroachDBHighCPU"},
		"cdn-cost": {"CDNCostSpike", "CDNBandwidthSpiking", "CDNCacheHitFalling", "CDNEgressHigh", "CloudFrontCostHigh", "cloudflare_bandwidth_high"},
		"inference-latency": {"InferenceLatencyHigh", "InferenceTTFTHigh", "InferenceMeanLatencyHigh", "InferenceQueueing", "MLInferenceLatencyHigh",
			"VLLMLatencyHigh", "LLMSlow", "TritonP95LatencyHigh", "InferenceP99LatencyHigh"},
		"triage": {"HighCPU", "HostHighCPU", "KubePodCrashLooping", "DatabaseDown", "APILatencyHigh", "DatabaseDiskFull", "CDNDown", ""},
	} {
		for _, name := range names {
			choice := set.Select(alerts.Notification{Alerts: []alerts.Alert{{Status: alerts.Firing, Labels: map[string]string{"alertname": name}}}})
			if choice.Playbook.Name != want {
				t.Errorf("alert %q: got %s, want %s", name, choice.Playbook.Name, want)
			}
		}
	}
	tiered := map[string]string{"alertname": "HighCPU", "tier": "database"}
	if got := set.Select(alerts.Notification{Alerts: []alerts.Alert{{Status: alerts.Firing, Labels: tiered}}}).Playbook.Name; got != "database-cpu" {
		t.Errorf("alert %v: got %s, want database-cpu", tiered, got)
	}
}

func load(t *testing.T, path string) alerts.Notification {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n, err := alerts.Decode(f, "default")
	if err != nil {
		t.Fatal(err)
	}
	return n
}
