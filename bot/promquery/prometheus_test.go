package promquery_test

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	promconfig "github.com/prometheus/common/config"

	"github.com/signalbook/signalbook/bot/promquery"
	"github.com/signalbook/signalbook/bot/testkit/promtest"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func ask(t *testing.T, url string) *promquery.Prometheus {
	t.Helper()
	p, err := promquery.New(promquery.Config{URL: url, HTTP: promconfig.DefaultHTTPClientConfig})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// values are the answer's, by the label service.
func values(t *testing.T, p *promquery.Prometheus, expr string) (map[string]float64, []string) {
	t.Helper()
	answer, notes, err := p.Query(t.Context(), expr, noon)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, s := range answer {
		got[string(s.Metric["service"])] = float64(s.Value)
	}
	return got, notes
}

func TestQueryARealPrometheus(t *testing.T) {
	t.Parallel()
	var past promtest.Past
	for name, users := range map[string]float64{"web": 40e6, "app": 4e6} {
		past.Add("app_active_users", fmt.Sprintf("service=%q", name), users, noon.Add(-time.Hour), noon.Add(time.Hour))
	}
	p := ask(t, promtest.Start(t, past.String()).URL)

	got, notes := values(t, p, "app_active_users")
	if diff := cmp.Diff(map[string]float64{"web": 40e6, "app": 4e6}, got); diff != "" || notes != nil {
		t.Errorf("the answer differs (-want +got):\n%s\nnotes %q", diff, notes)
	}
	if got, _ := values(t, p, "scalar(sum(app_active_users))"); got[""] != 44e6 {
		t.Errorf("a scalar is %v, want 44,000,000", got)
	}
	got, notes = values(t, p, `app_active_users / (app_active_users{service="web"} * 0 or app_active_users)`)
	if diff := cmp.Diff(map[string]float64{"app": 1}, got); diff != "" {
		t.Errorf("a division by zero is not left out (-want +got):\n%s", diff)
	}
	if len(notes) != 1 || !strings.Contains(notes[0], "1 of 2 values") {
		t.Errorf("got notes %q, want the value that was left out", notes)
	}
	if got, notes := values(t, p, "nothing_of_that_name"); len(got) != 0 || notes != nil {
		t.Errorf("got %v, notes %q of a metric that is not there, want nothing", got, notes)
	}

	for expr, want := range map[string][]string{
		"sum(":                 {`"sum("`, "parse error", "mend the query"},
		"app_active_users[1h]": {`"app_active_users[1h]"`, "matrix", "without a range"},
		"app_active_users * on(job) group_left() app_active_users": {"it refuses", "many-to-many", "mend the query"},
	} {
		wantError(t, p, expr, want...)
	}
}

func wantError(t *testing.T, p *promquery.Prometheus, expr string, want ...string) {
	t.Helper()
	answer, _, err := p.Query(t.Context(), expr, noon)
	if err == nil {
		t.Errorf("%s: got %v, want an error with %q", expr, answer, want)
		return
	}
	for _, text := range want {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("%s: error %q does not say %q", expr, err, text)
		}
	}
	if len(err.Error()) > 1000 {
		t.Errorf("%s: an error of %d bytes, want it bounded", expr, len(err.Error()))
	}
}

func TestNumber(t *testing.T) {
	t.Parallel()
	var past promtest.Past
	past.Add("users", `service="web"`, 40e6, noon.Add(-time.Hour), noon.Add(time.Hour))
	past.Add("users", `service="app"`, 4e6, noon.Add(-time.Hour), noon.Add(time.Hour))
	past.Add("abroad", ``, 0.35, noon.Add(-time.Hour), noon.Add(time.Hour))
	p := ask(t, promtest.Start(t, past.String()).URL)
	got, problems := map[string]float64{}, map[string]error{}
	for name, asked := range map[string]promquery.Number{
		"users":         {Query: "sum(users)", Most: 1e12},
		"international": {Query: "abroad", Most: 1},
		"percent":       {Query: "100 * abroad", Most: 1},
		"teams":         {Query: "users", Most: 1e12},
		"bandwidth":     {Query: "cdn_bytes", Most: 1e12},
		"growth":        {Query: "abroad / 0", Most: 1},
	} {
		value, err := p.Number(t.Context(), asked, noon)
		if err != nil {
			problems[name] = err
			continue
		}
		got[name] = value
	}
	if diff := cmp.Diff(map[string]float64{"users": 44e6, "international": 0.35}, got); diff != "" {
		t.Errorf("the numbers differ (-want +got):\n%s", diff)
	}
	want := map[string]string{"bandwidth": "Prometheus has nothing", "growth": "Prometheus' answer", "percent": "Prometheus gives 35 ", "teams": "Prometheus gives 2 series"}
	for name, problem := range problems {
		if want[name] == "" || !strings.HasPrefix(problem.Error(), want[name]) {
			t.Errorf("the problem with %s is %q, want those that begin with %q", name, problem, want)
		}
	}
	if len(problems) != len(want) {
		t.Errorf("got %d problems, want %d", len(problems), len(want))
	}
}

// TestBadAnswers: whatever stands at the address, the error says what to do.
func TestBadAnswers(t *testing.T) {
	t.Parallel()
	vector := func(samples int) string {
		return `{"status":"success","data":{"resultType":"vector","result":[` +
			strings.TrimSuffix(strings.Repeat(`{"metric":{},"value":[1,"1"]},`, samples), ",") + `]}}`
	}
	for name, tt := range map[string]struct {
		code int
		body string
		want []string
	}{
		"another server":   {200, "<html>Welcome</html>", []string{"prometheus.url"}},
		"another API":      {200, `{"status":"success"}`, []string{"holds no result", "prometheus.url"}},
		"not found":        {404, "404 page not found", []string{"404", "prefix"}},
		"no credentials":   {401, "who are you", []string{"401", "http_config"}},
		"overloaded":       {503, `{"status":"error","errorType":"timeout","error":"query timed out in expression evaluation"}`, []string{"timed out", "cheaper"}},
		"broken":           {500, strings.Repeat("x", 5000), []string{"500", "log"}},
		"too many samples": {200, vector(10_001), []string{"10001 series", "aggregate"}},
		"too large":        {200, vector(600_000), []string{"8 MB", "aggregate"}},
		"a long complaint": {400, `{"status":"error","errorType":"bad_data","error":"` + strings.Repeat("é", 5000) + `"}`, []string{"mend the query"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(tt.code)
				_, _ = io.WriteString(w, tt.body) // the reader may have had enough
			}))
			t.Cleanup(server.Close)
			wantError(t, ask(t, server.URL), "up", tt.want...)
		})
	}
	t.Run("nobody there", func(t *testing.T) {
		t.Parallel()
		server := httptest.NewServer(http.NotFoundHandler())
		server.Close()
		wantError(t, ask(t, server.URL), "up", "connection refused", "is up")
	})
}

func TestWarningsArePassedOn(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"status":"success","warnings":["store eu-1 did not answer"],"data":{"resultType":"vector","result":[{"metric":{"service":"web"},"value":[1,"7"]}]}}`)
	}))
	t.Cleanup(server.Close)
	got, notes := values(t, ask(t, server.URL), "up")
	if !maps.Equal(got, map[string]float64{"web": 7}) || len(notes) != 1 || !strings.Contains(notes[0], "store eu-1 did not answer") {
		t.Errorf("got %v, notes %q, want 7 and the warning", got, notes)
	}
}

// TestGivingUp: a query ends with what it was asked for.
func TestGivingUp(t *testing.T) {
	t.Parallel()
	asked, end := make(chan string, 1), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked <- r.FormValue("timeout")
		<-end
	}))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(end) })
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error)
	go func() {
		_, _, err := ask(t, server.URL).Query(ctx, "up", noon)
		failed <- err
	}()
	if got := <-asked; got != "10s" {
		t.Errorf("Prometheus was told a timeout of %q, want 10s", got)
	}
	cancel()
	if err := <-failed; err == nil || !strings.Contains(err.Error(), "canceled") {
		t.Errorf("got %v, want that it was canceled", err)
	}

	ctx, cancel = context.WithDeadline(t.Context(), time.Now())
	defer cancel()
	if _, _, err := ask(t, server.URL).Query(ctx, "up", noon); err == nil || !strings.Contains(err.Error(), "no answer in time") {
		t.Errorf("got %v, want that there was no answer in time", err)
	}
}

func TestConfig(t *testing.T) {
	t.Parallel()
	c := promconfig.DefaultHTTPClientConfig
	c.TLSConfig.CAFile = filepath.Join(t.TempDir(), "missing.pem")
	if _, err := promquery.New(promquery.Config{URL: "https://prometheus:9090", HTTP: c}); err == nil || !strings.Contains(err.Error(), "check prometheus.http_config") {
		t.Errorf("got %v, want an error that tells of the missing file", err)
	}
}
