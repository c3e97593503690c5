package handbook

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// scales are the six tiers with the sheet's numbers, copied by hand.
var scales = []struct {
	tier           string
	users          Users
	api, page, db  float64 // seconds
	slo            float64 // share of requests that may fail
	regional, edge float64 // seconds; 0: no budget
	rules          int
}{
	{"T1", 500e3, 0.2, 2, 0.05, 0.001, 0, 0, 23},
	{"T2", 5e6, 0.2, 2, 0.05, 0.001, 0, 0, 23},
	{"T3", 30e6, 0.1, 1.5, 0.02, 0.0005, 0, 0, 23},
	{"T4", 75e6, 0.1, 1.5, 0.02, 0.0005, 0, 0, 23},
	{"T5", 150e6, 0.05, 1, 0.01, 0.0001, 0.05, 0.01, 27},
	{"T6", 300e6, 0.05, 1, 0.01, 0.0001, 0.05, 0.01, 27},
}

func promtool(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("promtool", args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

func writeRules(t *testing.T, h *Handbook, u Users) (dir, rules string) {
	t.Helper()
	rules, err := h.Rules(u)
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	write(t, dir, "rules.yml", rules)
	return dir, rules
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestRulesOfEveryTier: promtool takes them, they fire just above each budget,
// and are silent just below.
func TestRulesOfEveryTier(t *testing.T) {
	t.Parallel()
	for _, s := range scales {
		t.Run(s.tier, func(t *testing.T) {
			t.Parallel()
			dir, rules := writeRules(t, Default(), s.users)
			if out := promtool(t, dir, "check", "rules", "rules.yml"); !strings.Contains(out, fmt.Sprintf("SUCCESS: %d rules found", s.rules)) {
				t.Errorf("got %s, want %d rules", out, s.rules)
			}
			note := "begins with a bucket of 0.3 s" // vLLM's first
			if s.regional == 0 {
				note = "no budget for ML inference"
			}
			if !strings.Contains(rules, note) {
				t.Errorf("got\n%s\nwant it to say %q", rules, note)
			}

			above, below := ruleTest{t: t}, ruleTest{t: t}
			for _, c := range []struct {
				into   *ruleTest
				factor float64 // of each budget
				share  int     // of 100 requests within the budget: p95 lies above with 90, below with 96
			}{{&above, 1.1, 90}, {&below, 0.9, 96}} {
				r := c.into
				r.histogram("http_request_duration_seconds", `job="api"`, s.api, c.share)
				r.histogram("http_server_request_duration_seconds", `job="otel"`, s.api, c.share)
				r.series("probe_duration_seconds", `job="blackbox",instance="https://example.com/"`, "%gx60", s.page*c.factor)
				r.series("probe_success", `job="blackbox",instance="https://example.com/"`, "1x60")
				r.series("pg_stat_statements_calls_total", `job="pg",instance="db1",datname="orders",queryid="1"`, "0+100x60")
				r.series("pg_stat_statements_seconds_total", `job="pg",instance="db1",datname="orders",queryid="1"`, "0+%gx60", 100*s.db*c.factor)
				r.histogram("sql_service_latency", `job="crdb",node_id="1"`, s.db*1e9, c.share)
				if s.regional > 0 {
					r.series("nv_inference_request_success", `model="r",version="1"`, "0+100x60")
					r.series("nv_inference_request_success", `model="r",version="1",location="edge"`, "0+100x60")
					r.histogram("vllm:time_to_first_token_seconds", `model_name="m"`, s.regional, c.share)
					r.histogram("vllm:time_to_first_token_seconds", `model_name="m",location="edge"`, s.edge, c.share)
					r.series("nv_inference_request_summary_us", `model="r",version="1",quantile="0.95"`, "%gx60", 1e6*s.regional*c.factor)
					r.series("nv_inference_request_summary_us", `model="r",version="1",quantile="0.95",location="edge"`, "%gx60", 1e6*s.edge*c.factor)
				}
			}
			above.fires("30m", `alertname="APILatencyOverBudget", severity="critical", source="http"`, `alertname="APILatencyOverBudget", severity="critical", source="opentelemetry"`,
				`alertname="PageLoadOverBudget", severity="warning", source="blackbox"`, `alertname="DatabaseQueryOverBudget", severity="warning", source="postgres_exporter"`,
				`alertname="DatabaseQueryOverBudget", severity="warning", source="cockroachdb"`)
			if s.regional > 0 {
				above.fires("30m", `alertname="InferenceTimeToFirstTokenOverBudget", place="regional", severity="critical", source="vllm"`, `alertname="InferenceTimeToFirstTokenOverBudget", place="edge", severity="critical", source="vllm"`,
					`alertname="InferenceLatencyOverBudget", place="regional", severity="critical", source="triton"`, `alertname="InferenceLatencyOverBudget", place="edge", severity="critical", source="triton"`)
			}
			above.run(dir, "1m")
			below.fires("30m")
			below.run(dir, "1m")
		})
	}
}

// TestBurnRates: failures that use up the month's budget fast fire at once,
// slow ones only in their own window, and a rate just within the target never.
// Tiers come in pairs with the same target.
func TestBurnRates(t *testing.T) {
	t.Parallel()
	for _, s := range []int{0, 2, 4} {
		s := scales[s]
		t.Run(s.tier, func(t *testing.T) {
			t.Parallel()
			dir, _ := writeRules(t, Default(), s.users)
			alert := func(severity, source, window string) string {
				return fmt.Sprintf(`alertname="AvailabilityBudgetBurn", severity=%q, source=%q, window=%q`, severity, source, window)
			}
			fast := ruleTest{t: t, among: `window="1h"`}
			fast.requests(s.slo*14.4*1.1, 100)
			fast.fires("70m", alert("critical", "http", "1h"), alert("critical", "opentelemetry", "1h"))
			fast.run(dir, "1m")

			slow := ruleTest{t: t}
			slow.requests(s.slo*1.1, 160)
			slow.fires("79h", alert("warning", "http", "3d"), alert("warning", "opentelemetry", "3d"))
			slow.run(dir, "30m")

			within := ruleTest{t: t}
			within.requests(s.slo*0.9, 160)
			within.fires("79h")
			within.run(dir, "30m")
		})
	}
}

// TestRulesOfOwnFigures: a team's own targets are in the rules, and a budget
// that vLLM's histogram of whole requests can see is held against it.
func TestRulesOfOwnFigures(t *testing.T) {
	t.Parallel()
	h := mustWith(t, Default(), "own.yml", `overrides:
  - {id: L3, field: api_p95, value: 80ms, by: "anna\n- alert: x", on: 2026-11-01}
  - {id: L3, field: ml_regional, value: 500ms, by: anna, on: 2026-11-01}
  - {id: A3, field: slo, value: 95%, by: anna, on: 2026-11-01}
  - {id: A3, field: strategy, value: "{{ .Labels }} <<.>> ' \" \u2028 - alert: x", by: anna, on: 2026-11-01}
`)
	dir, rules := writeRules(t, h, 150e6)
	promtool(t, dir, "check", "rules", "rules.yml")
	for _, want := range []string{
		"> 0.08\n", "L3: own figure for api p95 by anna - alert: x, 1 Nov 2026 (sheet: 50 ms)",
		"vllm:e2e_request_latency_seconds_bucket{location!=\"edge\"}[5m]))) > 0.5",
		"vllm:time_to_first_token_seconds_bucket{location=\"edge\"}[5m]))) > 0.01",
		"ratio_rate1h > 0.72\n",
	} {
		if !strings.Contains(rules, want) {
			t.Errorf("got\n%s\nwant %q in it", rules, want)
		}
	}
	above := ruleTest{t: t}
	above.histogram("vllm:e2e_request_latency_seconds", `model_name="m"`, 0.5, 90)
	above.fires("30m", `alertname="InferenceLatencyOverBudget", place="regional", severity="warning", source="vllm"`)
	above.run(dir, "1m")

	late := ruleTest{t: t}
	late.histogram("vllm:time_to_first_token_seconds", `model_name="m"`, 0.5, 90)
	late.fires("30m", `alertname="InferenceTimeToFirstTokenOverBudget", place="regional", severity="critical", source="vllm"`)
	late.run(dir, "1m")
}

// TestRulesNeedTraffic: below one request in ten seconds a single slow or failed
// one is a high share, and no alert.
func TestRulesNeedTraffic(t *testing.T) {
	t.Parallel()
	dir, _ := writeRules(t, Default(), 150e6)
	for _, c := range []struct {
		perMinute float64
		fires     []string
	}{
		{2, nil},
		{12, []string{
			`alertname="APILatencyOverBudget", severity="critical", source="http"`, `alertname="DatabaseQueryOverBudget", severity="warning", source="postgres_exporter"`,
			`alertname="DatabaseQueryOverBudget", severity="warning", source="cockroachdb"`, `alertname="InferenceTimeToFirstTokenOverBudget", place="regional", severity="critical", source="vllm"`,
			`alertname="InferenceLatencyOverBudget", place="regional", severity="critical", source="triton"`,
			`alertname="AvailabilityBudgetBurn", severity="critical", source="http", window="1h"`,
		}},
	} {
		r := ruleTest{t: t}
		slow := func(name, labels string) {
			for _, le := range []string{`,le="1e8"`, `,le="+Inf"`} {
				r.series(name+"_bucket", labels+le, "0+%gx60", c.perMinute)
			}
			r.series(name+"_count", labels, "0+%gx60", c.perMinute)
		}
		slow("http_request_duration_seconds", `job="api"`)
		slow("vllm:time_to_first_token_seconds", `model_name="m"`)
		slow("sql_service_latency", `job="crdb"`)
		r.series("pg_stat_statements_calls_total", `job="pg",instance="db1",datname="orders"`, "0+%gx60", c.perMinute)
		r.series("pg_stat_statements_seconds_total", `job="pg",instance="db1",datname="orders"`, "0+%gx60", c.perMinute)
		r.series("nv_inference_request_summary_us", `model="r",version="1",quantile="0.95"`, "1e6x60")
		r.series("nv_inference_request_success", `model="r",version="1"`, "0+%gx60", c.perMinute)
		r.series("http_requests_total", `job="api",code="200"`, "0+%gx60", c.perMinute/2)
		r.series("http_requests_total", `job="api",code="503"`, "0+%gx60", c.perMinute/2)
		r.fires("50m", c.fires...)
		r.run(dir, "1m")
	}
}

// TestRuleAnnotations: what the alert says, to the letter.
func TestRuleAnnotations(t *testing.T) {
	t.Parallel()
	dir, _ := writeRules(t, Default(), 75e6)
	r := ruleTest{t: t}
	r.histogram("http_request_duration_seconds", `job="api"`, 0.1, 90)
	r.requests(0.0005*14.4*2, 100)
	write(t, dir, "test.yml", `rule_files: [rules.yml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
`+r.input.String()+`    alert_rule_test:
      - alertname: APILatencyOverBudget
        eval_time: 30m
        exp_alerts:
          - exp_labels: {job: api, severity: critical, source: http}
            exp_annotations:
              summary: 'p95 latency of api is 110ms'
              description: '95% of the requests to api were answered within 110ms; the budget for 10M-100M users is 100 ms (L2), passed for 5 minutes.'
      - alertname: AvailabilityBudgetBurn
        eval_time: 4m
        exp_alerts:
          - exp_labels: {job: api, severity: critical, source: http, window: 1h}
            exp_annotations:
              summary: 'api fails 1.44% of its requests'
              description: 'Over 1h api has failed more than 14.4 times as often as 99.95% (A2, 10M-100M users) allows: at that rate a month of failures is used up in 50 hours.'
          - exp_labels: {job: otel, severity: critical, source: opentelemetry, window: 1h}
            exp_annotations:
              summary: 'otel fails 1.44% of its requests'
              description: 'Over 1h otel has failed more than 14.4 times as often as 99.95% (A2, 10M-100M users) allows: at that rate a month of failures is used up in 50 hours.'
`)
	promtool(t, dir, "test", "rules", "test.yml")
}

// ruleTest is one promtool unit test.
type ruleTest struct {
	t       *testing.T
	input   strings.Builder
	at      string
	samples strings.Builder
	among   string // only alerts with these labels are looked at; empty: all
}

func (r *ruleTest) series(name, labels, values string, args ...any) {
	fmt.Fprintf(&r.input, "      - {series: '%s{%s}', values: '%s'}\n", name, labels, fmt.Sprintf(values, args...))
}

// histogram has 100 requests a minute, so many of them within the budget and
// the rest within 1.2 times that: with 90, p95 is 1.1 times the budget.
func (r *ruleTest) histogram(name, labels string, budget float64, within int) {
	r.series(name+"_bucket", fmt.Sprintf(`%s,le="%g"`, labels, budget), "0+%dx60", within)
	r.series(name+"_bucket", fmt.Sprintf(`%s,le="%g"`, labels, 1.2*budget), "0+100x60")
	r.series(name+"_bucket", labels+`,le="+Inf"`, "0+100x60")
	r.series(name+"_count", labels, "0+100x60")
}

// requests has a million requests at each step, of which that share fails.
func (r *ruleTest) requests(share float64, steps int) {
	good, bad := 1e6*(1-share), 1e6*share
	for _, m := range []struct{ name, job, label string }{{"http_requests_total", "api", "code"}, {"http_server_request_duration_seconds_count", "otel", "http_response_status_code"}} {
		r.series(m.name, fmt.Sprintf(`job=%q,%s="200"`, m.job, m.label), "0+%.3fx%d", good, steps)
		r.series(m.name, fmt.Sprintf(`job=%q,%s="503"`, m.job, m.label), "0+%.3fx%d", bad, steps)
	}
}

// fires wants exactly the alerts of all its calls to fire at that time.
func (r *ruleTest) fires(at string, alerts ...string) {
	r.at = at
	for _, labels := range alerts {
		fmt.Fprintf(&r.samples, "          - {labels: '{%s}', value: 1}\n", labels)
	}
}

func (r *ruleTest) run(dir, interval string) {
	r.t.Helper()
	selector := `alertstate="firing"`
	if r.among != "" {
		selector += "," + r.among
	}
	samples := " []\n"
	if r.samples.Len() > 0 {
		samples = "\n" + r.samples.String()
	}
	write(r.t, dir, "test.yml", fmt.Sprintf(`rule_files: [rules.yml]
# Alerts look at ratios of the same moment: at long intervals older ones are forgotten.
group_eval_order: [handbook-latency, handbook-error-ratios, handbook-availability]
evaluation_interval: %s
tests:
  - interval: %s
    input_series:
%s    promql_expr_test:
      - expr: 'count by (alertname, severity, source, place, window) (ALERTS{%s})'
        eval_time: %s
        exp_samples:%s`, interval, interval, r.input.String(), selector, r.at, samples))
	promtool(r.t, dir, "test", "rules", "test.yml")
}
