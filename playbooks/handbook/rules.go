package handbook

import (
	"fmt"
	"slices"
	"strings"
	"text/template"
	"time"
)

// burn is one pair of windows of a multi-window, multi-burn-rate alert, as the
// Site Reliability Workbook (chapter 5) recommends them for 30 days.
type burn struct {
	Rate        float64
	Long, Short string
	For         string
	Severity    string
	UsedUp      string // in which the whole month's failures are used up: 30 days / Rate
}

var burns = []burn{
	{14.4, "1h", "5m", "2m", "critical", "50 hours"},
	{6, "6h", "30m", "15m", "critical", "5 days"},
	{3, "1d", "2h", "1h", "warning", "10 days"},
	{1, "3d", "6h", "3h", "warning", "30 days"},
}

// burnAt is a burn with the share of failed requests that it begins at.
type burnAt struct {
	burn
	Threshold string
}

// httpMetric is one way to count and time requests.
type httpMetric struct{ Source, Histogram, Counter, Errors string }

var httpMetrics = []httpMetric{
	{"http", "http_request_duration_seconds", "http_requests_total", `code=~"5.."`},
	{"opentelemetry", "http_server_request_duration_seconds", "http_server_request_duration_seconds_count", `http_response_status_code=~"5.."`},
}

// budgetText is a latency as PromQL and as people write it.
type budgetText struct{ Seconds, Text string }

func budgetOf(d time.Duration) budgetText {
	return budgetText{number(d.Seconds(), 6), milliseconds(d)}
}

// inference is the ML budget of one place.
type inference struct {
	Place, Matcher string
	Budget         budgetText
	SeenByVLLM     bool
}

// vllmFirstBucket is where vLLM's histogram of whole requests begins
// (vllm:e2e_request_latency_seconds): nothing shorter can be told apart.
const vllmFirstBucket = 300 * time.Millisecond

// rulesTemplate has << >> for itself, because rules are full of {{ }}.
var rulesTemplate = template.Must(template.New("rules.yml.tmpl").Delims("<<", ">>").ParseFS(files, "sheet/rules.yml.tmpl"))

// Rules returns Prometheus rules, a YAML file, whose latency and availability
// thresholds are the sheet's for so many users. `promtool check rules` takes
// them. A comment says what no metric can see and where the sheet disagrees
// with itself.
func (h *Handbook) Rules(u Users) (string, error) {
	l, a := h.LatencyFor(u), h.AvailabilityFor(u)
	data := struct {
		Users         Users
		Latency       Latency
		Availability  Availability
		API, Page, DB budgetText
		HTTP          []httpMetric
		Inference     []inference
		Windows       []string
		Burns         []burnAt
		Own, Notes    []string
	}{
		Users: u, Latency: l, Availability: a, HTTP: httpMetrics,
		API: budgetOf(l.APIP95), Page: budgetOf(l.PageLoad), DB: budgetOf(l.DBQuery),
	}
	for _, place := range []struct {
		name, matcher string
		budget        time.Duration
	}{{"regional", `location!="edge"`, l.MLRegional}, {"edge", `location="edge"`, l.MLEdge}} {
		if place.budget > 0 {
			data.Inference = append(data.Inference, inference{place.name, place.matcher, budgetOf(place.budget), place.budget >= vllmFirstBucket})
		}
	}
	if len(data.Inference) == 0 {
		data.Notes = append(data.Notes, fmt.Sprintf("%s has no budget for ML inference, so there is no rule for it.", l.ID))
	}
	for _, b := range burns {
		data.Burns = append(data.Burns, burnAt{b, number(b.Rate*(1-float64(a.SLO)), 6)})
		for _, w := range []string{b.Short, b.Long} {
			if !slices.Contains(data.Windows, w) {
				data.Windows = append(data.Windows, w)
			}
		}
	}
	targets := h.Targets(u)
	for _, d := range targets.Disagreements {
		data.Notes = append(data.Notes, fmt.Sprintf("%s (%s): %s", disagrees, d.ID, d.Note))
	}
	for _, id := range []string{l.ID, a.ID} {
		for _, field := range h.facts[id].overridable() {
			if own, ok := h.own[ref{id, field}]; ok {
				data.Own = append(data.Own, fmt.Sprintf("%s: %s", id, own.of(field)))
			}
		}
	}
	var out strings.Builder
	if err := rulesTemplate.Execute(&out, data); err != nil {
		return "", fmt.Errorf("write the rules for %s users: %w", u, err)
	}
	return out.String(), nil
}
