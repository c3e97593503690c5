package library

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/playbooks"
)

// TestStepsSayWhatWasWrongOrMissing holds what reviews of the playbooks by people
// who run such systems found wrong, dangerous or missing: each row is one finding, with
// what the step has to say and what it must never say again, in any situation.
func TestStepsSayWhatWasWrongOrMissing(t *testing.T) {
	t.Parallel()
	for finding, c := range map[string]struct {
		step  string
		says  []string // expressions, each found in some situation
		never string   // an expression, found in none
	}{
		// Wrong or dangerous.
		"mawk prints sums above 2 GiB as 3e+10, which sort misreads":      {"cdn-cost/block-bots", []string{`printf "%\.0f `}, `awk[^|]*\{print `},
		"Cloudflare's API takes no form content type":                     {"cdn-cost/block-bots", []string{`Content-Type: application/json" --data`}, `CF_API_TOKEN" --data`},
		"a PATCH without a content type is refused":                       {"cdn-cost/enable-compression", []string{`PATCH.*Content-Type: application/json`}, `CF_API_TOKEN" --data`},
		"a purge without a content type is refused":                       {"cdn-cost/smarter-invalidation", []string{`purge_cache.*Content-Type: application/json`}, `CF_API_TOKEN" --data`},
		"no purge reaches a browser that was told immutable":              {"cdn-cost/raise-cache-ttl", []string{`immutable. only for files with a hash`, `at the edge alone .*s-maxage`}, ``},
		"personal answers come before any lifetime is raised":             {"cdn-cost/raise-cache-ttl", []string{`(?s)^\*Look first:\* a Set-Cookie.*stop.*personal.*\*Do:\*`, `takes the cookie off`}, ``},
		"CloudFront compresses only with both settings of its policy":     {"cdn-cost/enable-compression", []string{`EnableAcceptEncoding`, `get-cache-policy`, `Old copies stay until purged`, `normalise Accept-Encoding`, `Cloudflare compresses by default`, `in every behaviour`}, ``},
		"AWS CLI signs with traditional keys only, the referrer is 10th":  {"cdn-cost/sign-urls", []string{`genrsa -traditional`, `b\[\$10\]`}, ``},
		"--apply-immediately applies what waits, an engine upgrade too":   {"database-cpu/scale-up", []string{`PendingModifiedValues. must be empty`, `describe-db-instances.*PendingModifiedValues`, `⚠ restarts: and applies every pending change`}, ``},
		"Aurora has no read replicas of that form, others need backups":   {"database-cpu/add-read-replicas", []string{`create-db-instance .*--db-cluster-identifier`, `needs backups switched on`, `to hours`}, `create-db-instance-read-replica.*aurora`},
		"EXPLAIN ANALYZE executes":                                        {"database-cpu/migrate-to-cockroachdb", []string{`EXPLAIN before EXPLAIN ANALYZE`, `"EXPLAIN <`, `⚠ executes: .*Test cluster only`}, ``},
		"prepared statements: a setting from 1.21, by default from 1.24":  {"database-cpu/pool-connections", []string{`from 1\.24 on, with .max_prepared_statements. set from 1\.21`}, ``},
		"a failed CONCURRENTLY leaves an INVALID index; MySQL undoes so":  {"database-cpu/add-indices", []string{`INVALID index`, `NOT indisvalid`, `building costs CPU`, `ALTER INDEX … INVISIBLE`}, ``},
		"a day's writes must not meet on one partition; JMX is local":     {"database-cpu/move-analytics-to-cassandra", []string{`by customer and day`, `ssh <cassandra-node> nodetool`}, `nodetool -h`},
		"Triton's /load unloads, and works in one mode only":              {"inference-latency/batch-requests", []string{`--model-control-mode=explicit`, `one instance at a time out of the balancer`, `max_batch_size: 8`, `max_queue_delay_microseconds: 2000`, `most models need no .preferred_batch_size`}, ``},
		"a lower --max-num-seqs than the default makes it slower":         {"inference-latency/deploy-vllm", []string{`num_preemptions_total. rises`}, `max-num-seqs [0-9]`},
		"an autoscaler undoes kubectl scale":                              {"inference-latency/add-instances", []string{`undoes .kubectl scale`, `patch hpa .*minReplicas`}, ``},
		"the schemes of quantisation change with vLLM and the GPU":        {"inference-latency/quantise-model", []string{`pin the version`, `fp8_per_tensor. since`, `Turing and Ampere`, `test that GPU first`}, ``},
		"going round a warm cache returns the whole load (database)":      {"database-cpu/cache-queries", []string{`for a share of the reads.*step by step, at a quiet hour`}, ``},
		"going round a warm cache returns the whole load (inference)":     {"inference-latency/cache-common-requests", []string{`for a share of the requests.*step by step, at a quiet hour`}, ``},
		"rollout undo restarts, and GitOps undoes it":                     {"triage/mitigate", []string{`⚠ restarts: .*GitOps rolls forward again`}, ``},
		"Database Savings Plans exist for some families; what goes back":  {"cost-optimisation/reserved-instances", []string{`Database Savings Plans only newer families`, `goes back within 7 days`}, `\bX[0-9]+\b`},
		"ids of contradictions mean nothing without how to ask for them":  {"cost-optimisation/compress-models", []string{"/playbook ask X8"}, `[^k] X[0-9]+\b`},
		"CockroachDB is looked at in its console, not with RDS' commands": {"database-cpu/scale-up", []string{`SQL Activity`, `Hot Ranges`}, ``},
		// Missing in the first two minutes.
		"what runs in PostgreSQL, by age with state and wait": {"database-cpu/add-read-replicas", []string{`what runs now`, `age, wait_event_type .*pg_stat_activity`}, ``},
		"what runs in MySQL": {"database-cpu/add-read-replicas", []string{`SHOW FULL PROCESSLIST`}, ``},
		"cancel before terminate, a long write rolls back as long":     {"database-cpu/add-read-replicas", []string{`(?s)rolls back for as long as it ran.*pg_cancel_backend.*pg_terminate_backend`, `CALL mysql\.rds_kill_query\(`}, ``},
		"batch jobs, releases, retry storms and what no replica mends": {"database-cpu/add-read-replicas", []string{`batch job`, `retry storm`, `release in the last hour`, `idle in transaction`, `autovacuum`, `ANALYZE`, `burst credits`, `waits for locks or disk`}, ``},
		"connection storms":                                             {"database-cpu/pool-connections", []string{`storm of reconnecting clients`}, ``},
		"commands for databases in Kubernetes":                          {"database-cpu/add-read-replicas", []string{`kubectl .* exec -it`, `kubectl .* top pod`}, ``},
		"which line of the CDN's bill, from metrics first":              {"cdn-cost/block-bots", []string{`bytes, requests, one region, functions, logs, WAF`, `Metrics tell now, the bill a day later`}, ``},
		"query strings per path, referrers, update and retry loops":     {"cdn-cost/block-bots", []string{`referrers, query strings`, `update or retry loop`}, ``},
		"price class, log volume":                                       {"cdn-cost/negotiate-rates", []string{`price class`, `logs sampled or switched off`}, ``},
		"origin shield":                                                 {"cdn-cost/raise-cache-ttl", []string{`origin shield`}, ``},
		"the size of pictures and video":                                {"cdn-cost/enable-compression", []string{`pictures and video`}, ``},
		"queue against compute first, with what makes either":           {"inference-latency/add-instances", []string{`queue or compute\?`, `KV cache \(preemptions`, `prefix hits`, `max_tokens`, `feature store`, `throttled CPU`, `XID`, `vLLM reserves it`}, ``},
		"shed batch traffic and retries, image pull and load time, HPA": {"inference-latency/add-instances", []string{`put off batch traffic, stop retries`, `pull the image and load the model`, `scale on queue length`}, ``},
	} {
		shown := everythingShown(t, c.step)
		for _, says := range c.says {
			re := regexp.MustCompile(says)
			if !slices.ContainsFunc(shown, re.MatchString) {
				t.Errorf("%s, %s: got\n%s\nwant %s in it", c.step, finding, shown[0], says)
			}
		}
		if c.never == "" {
			continue
		}
		for _, text := range shown {
			if found := regexp.MustCompile(c.never).FindString(text); found != "" {
				t.Errorf("%s, %s: got %q in\n%s\nwant it nowhere", c.step, finding, found, text)
			}
		}
	}
}

// everythingShown is what a step shows in each situation: its detail, and its commands
// each after the other.
func everythingShown(t *testing.T, step string) (all []string) {
	t.Helper()
	name, id, _ := strings.Cut(step, "/")
	library := All()
	i := slices.IndexFunc(library, func(p *playbooks.Playbook) bool { return p.Name == name })
	if i < 0 {
		t.Fatalf("%s: there is no such playbook", step)
	}
	for _, labels := range situations {
		for _, s := range fill(t, library[i], labels).Steps {
			if s.ID == id {
				all = append(all, s.Detail+"\n"+strings.Join(s.Commands, "\n"))
			}
		}
	}
	if len(all) == 0 {
		t.Fatalf("%s: there is no such step", step)
	}
	return all
}
