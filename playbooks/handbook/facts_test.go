package handbook

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/playbooks"
	"github.com/signalbook/signalbook/playbooks/library"
)

// everyFact is the sheet, copied by hand from its own text: what the answer to
// each id must say. Nothing here is read from the data under test.
var everyFact = map[string][]string{
	"T1": {"0-1M", "PostgreSQL", "Redis single", "Cloudflare Free", "None", "$2K"},
	"T2": {"1M-10M", "PostgreSQL + Replicas", "Redis Cluster", "Cloudflare Pro", "Batch (daily)", "$20K"},
	"T3": {"10M-50M", "PostgreSQL + Citus", "Redis + Cassandra", "CloudFront", "Real-time (origin)", "$80K"},
	"T4": {"50M-100M", "CockroachDB", "Redis + Cassandra", "Cloudflare Ent", "Edge + Origin", "$150K"},
	"T5": {"100M-200M", "CockroachDB Multi", "Multi-tier", "Custom CDN (start)", "Edge Inference", "$250K"},
	"T6": {"200M-400M+", "CockroachDB + Cassandra", "3-tier", "Custom CDN", "Optimized Edge", "$320K"},

	"M1": {"PostgreSQL to CockroachDB", "50M users or global consistency", "shards", "regions", "ACID", "+$30K a month", "3 months", "dual-write", "shadow", "cutover"},
	"M2": {"Cloudflare to a custom CDN", "200M users or 500 TB or more a month", "50-70%", "$500K once", "$12K a month instead of $20K", "6 months", "ISPs", "deployment"},
	"M3": {"Monolith to microservices", "1M users or 3 or more teams", "independent", "scale", "+$20K a month", "4 months", "gradual extraction"},
	"M4": {"Single region to multi-region", "10M users or more than 20% international", "latency", "compliance", "disaster recovery", "+$80K a month", "2 months", "infrastructure", "replication"},

	"S1":  {"Kubernetes (EKS/GKE)", "standard", "portable", "ECS", "Cloud Run"},
	"S2":  {"CockroachDB (at 50M+ users)", "shards", "consistent", "regions", "Vitess", "Spanner"},
	"S3":  {"Cassandra", "1M+ writes a second", "linear", "time series", "ScyllaDB"},
	"S4":  {"Redis Cluster", "below a millisecond", "structures", "publish and subscribe", "Memcached"},
	"S5":  {"S3 (AWS) or GCS", "11 nines", "cheap", "MinIO"},
	"S6":  {"Cloudflare (0-200M users), custom (200M+)", "DDoS", "edge", "cost", "Akamai", "Fastly"},
	"S7":  {"PyTorch + Ray", "ecosystem", "distributed", "research", "TensorFlow"},
	"S8":  {"vLLM", "NVIDIA Triton", "3-5x", "continuous batching", "TorchServe", "TFServing"},
	"S9":  {"Feast", "open source", "online and offline", "Kubernetes", "Tecton"},
	"S10": {"MLflow + custom A/B framework", "model registry", "versions", "Kubeflow"},

	"P1": {"write-heavy", "eventual", "CockroachDB: profiles, follows", "Cassandra: posts, likes, comments", "Redis: feed", "Kafka", "fan-out", "write the feeds to Redis", "cache miss", "$180K a month at 100M"},
	"P2": {"read-heavy", "strong consistency", "CockroachDB: users, orders, inventory", "Redis: catalogue", "cart", "Elasticsearch", "S3: product images", "ACID", "optimistically", "saga", "$220K a month at 100M"},
	"P3": {"bandwidth-heavy", "CockroachDB: accounts", "Cassandra: view history", "Custom CDN", "Open Connect", "S3 + Glacier", "HLS/DASH", "95%", "in advance", "$400K a month at 100M", "bandwidth"},
	"P4": {"ML-heavy", "CockroachDB: profiles", "Cassandra: user events, ML features", "Redis", "vLLM", "Kafka", "feature store", "Spark", "quantised", "A/B", "$280K a month at 100M"},

	"L1": {"0-10M", "API p95: 200 ms", "Page load: 2 s", "Database query: 50 ms", "no budget"},
	"L2": {"10M-100M", "API p95: 100 ms", "Page load: 1.5 s", "Database query: 20 ms", "no budget"},
	"L3": {"100M-400M", "API p95: 50 ms", "Page load: 1 s", "Database query: 10 ms", "50 ms regional", "10 ms at the edge"},
	"A1": {"0-10M", "99.9%", "8.76 hours", "single region with backups"},
	"A2": {"10M-100M", "99.95%", "4.38 hours", "multi-region, active-passive"},
	"A3": {"100M-400M", "99.99%", "52 minutes", "active-active", "automatic failover"},

	"C1": {"Reserved instances", "30-50%", "databases", "Kubernetes nodes", "low", "0-3 months", "30%"},
	"C2": {"Spot", "70-90%", "ML training", "batch jobs", "medium", "interruptions", "0-3 months"},
	"C3": {"Right-sizing", "20-30%", "AWS Compute Optimizer", "GCP Recommender", "low", "0-3 months"},
	"C4": {"Database tiering", "40%", "storage", "Glacier or Archive", "medium", "lifecycle", "3-12 months", "15%"},
	"C5": {"compression", "40%", "inference", "4 or 8 bits", "high", "accuracy", "3-12 months"},
	"C6": {"Multi-cloud", "15-25%", "GCP for ML", "AWS for storage", "high", "3-12 months"},
	"C7": {"Custom CDN", "50-70%", "ISP", "very high", "$500K", "200M users or 500 TB", "12-24 months", "50%"},
	"C8": {"Custom silicon", "60-70%", "ML inference", "Inferentia", "TPU", "medium", "converted", "12-24 months"},
	"C9": {"data centres", "50%", "1B users", "very high", "$10M", "24 months", "12-24 months"},

	"Q1": {"3 or more teams", "1M users", "Not before"},
	"Q2": {"more than 20%", "international", "below 100 ms"},
	"Q3": {"CockroachDB for transactions (ACID)", "Cassandra for analytics (eventual"},
	"Q4": {"Buy (vLLM, Triton) until 100M users", "build"},
	"Q5": {"1M-10M users: $0.50-1.00", "100M+ users: $0.20-0.30"},
	"Q6": {"Writes to the database", "sharding", "caching", "eventual consistency"},
	"Q7": {"Yes for load that varies", "Lambda, Cloud Run", "no for steady"},
	"Q8": {"40-60", "backend", "frontend", "ML", "SRE", "data engineering"},

	"E1":   {"90% CPU", "within 1 hour: E1-1", "within 1 week: E1-4", "within 1 month: E1-7", "E1-9"},
	"E2":   {"CDN costs spiking", "within 1 day: E2-1", "within 1 week: E2-4", "within 6 months: E2-7", "E2-8"},
	"E3":   {"ML inference latency high", "within 1 day: E3-1", "within 2 weeks: E3-4", "within 2 months: E3-7", "E3-9"},
	"E1-1": {"read replicas", "1 hour"}, "E1-2": {"PgBouncer", "1 hour"}, "E1-3": {"Scale the instance up", "1 hour"},
	"E1-4": {"indices", "slow queries", "1 week"}, "E1-5": {"Cache queries (Redis)", "1 week"}, "E1-6": {"N+1", "1 week"},
	"E1-7": {"Shard", "1 month"}, "E1-8": {"CockroachDB", "1 month"}, "E1-9": {"analytics to Cassandra", "1 month"},
	"E2-1": {"bot traffic", "1 day"}, "E2-2": {"TTL", "1 day"}, "E2-3": {"Gzip/Brotli", "1 day"},
	"E2-4": {"Invalidate", "1 week"}, "E2-5": {"Sign URLs", "CloudFront/Cloudflare", "1 week"}, "E2-6": {"better rates", "1 week"},
	"E2-7": {"custom CDN at the ISP's edge", "6 months"}, "E2-8": {"WebRTC", "6 months"},
	"E3-1": {"more inference server instances", "1 day"}, "E3-2": {"static batching", "1 day"}, "E3-3": {"Redis", "1 day"},
	"E3-4": {"8-bit", "2 weeks"}, "E3-5": {"vLLM (continuous batching)", "2 weeks"}, "E3-6": {"edge", "2 weeks"},
	"E3-7": {"Prune and compress", "2 months"}, "E3-8": {"Inferentia", "2 months"}, "E3-9": {"several tiers", "2 months"},

	"X1":  {"$20M-30M", "$0.0018", "$0.0022", "$0.0040", "$0.0028", "111.1x-166.7x", "90.9x-136.4x", "50x-75x", "71.4x-107.1x", "$0.00125-0.0025", "$0.0008-0.0016", "250x-375x"},
	"X2":  {"$0.5M-10M", "$20K", "$0.02", "$0.002", "25x-50x", "250x-500x", "0-1M"},
	"X3":  {"$150K", "$250K", "$180K", "$220K", "$280K", "$400K", "$320K"},
	"X4":  {"50-70%", "40%", "62.5 months", "5.2 years"},
	"X5":  {"200M", "500 TB", "100M", "6 months", "12-24 months", "no slack"},
	"X6":  {"Cloudflare", "0-200M", "CloudFront"},
	"X7":  {"1 month", "3 months", "PgBouncer", "PostgreSQL only", "moot"},
	"X8":  {"2 months", "12-24 months", "2 weeks", "3-12 months", "high effort"},
	"X9":  {"+$80K", "$60K", "+$20K", "$18K"},
	"X10": {"10M", "20%", "100 ms"},
	"X11": {"95%", "70.25%", "200M", "1B"},
	"X12": {"$416,667", "$833,333", "$400K", "$160K", "62.5 months", "400M"},
	"X13": {"50 ms", "10 ms", "T3 and T4", "no ML budget"},
	"X14": {"analytics", "caching", "database"},
	"X15": {"10M", "100M", "bought"},
	"X16": {"400M", "before its upper one", "open"},
	"X17": {"Redis Cluster", "single Redis", "Kafka", "Elasticsearch", "Spark", "Glacier", "Static batching", "continuous batching"},
}

func TestEveryFact(t *testing.T) {
	t.Parallel()
	h := Default()
	for _, id := range h.IDs() {
		if everyFact[id] == nil {
			t.Errorf("%s is in the data and not in this test", id)
		}
	}
	if got, want := len(h.IDs()), 6+4+10+4+3+3+9+8+3+26+17; got != want {
		t.Errorf("got %d facts, want %d", got, want)
	}
	for id, wants := range everyFact {
		a, ok := h.Fact(strings.ToLower(id))
		if !ok {
			t.Errorf("%s: no such fact", id)
			continue
		}
		if !slices.Contains(a.IDs, id) {
			t.Errorf("%s: got ids %q, want the answer to name it", id, a.IDs)
		}
		text := a.Text()
		for _, want := range wants {
			if !strings.Contains(text, want) {
				t.Errorf("%s: got\n%s\nwant it to say %q", id, text, want)
			}
		}
	}
	if a, ok := h.Fact("T7"); ok {
		t.Errorf("T7: got %q, want nothing", a.Title)
	}
}

// TestEveryAnswerIsFitForSlack: short enough for one section block, with no
// character that formats or mentions beside the answer's own.
func TestEveryAnswerIsFitForSlack(t *testing.T) {
	t.Parallel()
	h := Default()
	answers := map[string]Entry{"thresholds": h.Thresholds(Organisation{Users: new(44e6), WeeklyGrowth: new(0.026)}).Entry}
	for _, id := range h.IDs() {
		answers[id], _ = h.Fact(id)
	}
	for _, topic := range h.topics.Topics {
		answers[topic.Title] = h.several(topic, query{wants: map[string]bool{}})
	}
	for _, u := range []Users{0, 1e6, 7.5e7, 1e8, 4e8, 1e10} {
		answers[fmt.Sprintf("scale %s", u)] = h.Scale(u).Entry
		answers[fmt.Sprintf("targets %s", u)] = h.Targets(u).Entry
		answers[fmt.Sprintf("budget %s", u)] = h.Budget(u).Entry
	}
	for name, a := range answers {
		m := a.Mrkdwn()
		if len(m) > 3000 {
			t.Errorf("%s: got %d bytes, want at most 3000", name, len(m))
		}
		if strings.ContainsAny(foldedLine.ReplaceAllString(m, ""), "<>~`") {
			t.Errorf("%s: got %q, want it escaped", name, m)
		}
		if stars := strings.Count(m, "*"); stars%2 != 0 {
			t.Errorf("%s: got %d stars, want pairs", name, stars)
		}
		for _, l := range a.Lines {
			if strings.TrimSpace(l.Text) == "" {
				t.Errorf("%s: the line %q says nothing", name, l.Label)
			}
		}
	}
}

// foldedLine is the one line with a command in it.
var foldedLine = regexp.MustCompile("; `ask X[0-9]+`$")

func TestEscape(t *testing.T) {
	t.Parallel()
	a := Entry{Title: "<!channel> & co", Lines: []Line{{Label: "*A*", Text: "<https://x|y> _b_ `c`"}}}
	got := a.Mrkdwn()
	want := "*&lt;!channel&gt; &amp; co*\n*∗A∗:* &lt;https://x|y&gt; ˍbˍ ˋcˋ"
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestEveryIDCanBeAsked: every line of the sheet is answered by one command.
func TestEveryIDCanBeAsked(t *testing.T) {
	t.Parallel()
	for id := range everyFact {
		for _, text := range []string{id, strings.ToLower(id), " " + id + "?", "what is " + id} {
			if got := Default().Ask(text); !got.Known || got.Best != id {
				t.Errorf("%q: got %s (known: %v), want %s", text, got.Best, got.Known, id)
			}
		}
	}
}

// TestEmergenciesAreThePlaybooks: the sheet's emergencies and the built-in
// playbooks have the same number of steps and the same deadlines.
func TestEmergenciesAreThePlaybooks(t *testing.T) {
	t.Parallel()
	built := map[string]*playbooks.Playbook{}
	for _, p := range library.All() {
		built[p.Name] = p
	}
	for _, e := range Default().Emergencies() {
		p := built[e.Playbook]
		if p == nil || len(p.Tiers) != len(e.Tiers) {
			t.Errorf("%s: got playbook %q with other tiers", e.ID, e.Playbook)
			continue
		}
		for i, tier := range e.Tiers {
			if got, want := time.Duration(p.Tiers[i].Within), time.Duration(tier.Within); got != want || len(p.Tiers[i].Steps) != len(tier.Titles) {
				t.Errorf("%s %s: the playbook has %d steps within %v, want %d within %v", e.ID, tier.Name, len(p.Tiers[i].Steps), got, len(tier.Titles), want)
			}
		}
	}
}

// TestMrkdwnFits: own figures as long as they may be do not break the block,
// and the disagreements stay.
func TestMrkdwnFits(t *testing.T) {
	t.Parallel()
	var own strings.Builder
	own.WriteString("overrides:\n")
	for _, field := range []string{"stack", "how"} {
		fmt.Fprintf(&own, "  - {id: P1, field: %s, value: [%s], by: anna, on: 2026-11-01}\n", field, strings.Repeat(`"`+strings.Repeat("&", maxText)+`", `, maxList))
	}
	_, a, err := mustWith(t, Default(), "own.yml", own.String()).Pattern("social")
	if err != nil {
		t.Fatal(err)
	}
	m := a.Mrkdwn()
	if len(m) > 3000 || !strings.Contains(m, "X1, X3") || !strings.Contains(m, "X17") || !strings.Contains(m, "and 3 more lines") {
		t.Errorf("got %d bytes\n%s\nwant at most 3000, the disagreements, and what is left out", len(m), m)
	}
}

func TestEdition(t *testing.T) {
	t.Parallel()
	if got, want := Default().Edition(), (Edition{"Scaling to 400M users", "1.0", "2025-12-06"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
