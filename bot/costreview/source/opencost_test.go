package source_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	promconfig "github.com/prometheus/common/config"

	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/source"
)

// page is what stands at a path of an OpenCost, or at a path and its window.
type page struct {
	code int
	body string
}

func file(t *testing.T, name string) page {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "opencost", name))
	if err != nil {
		t.Fatal(err)
	}
	return page{200, string(text)}
}

// notConfigured is how OpenCost says that cloud costs are switched off.
var notConfigured = page{501, "Query Service is nil\n"}

// openCost is an OpenCost with some pages, and what it was asked for.
type openCost struct {
	*source.OpenCost
	mu    sync.Mutex
	asked []string
}

func serve(t *testing.T, pages map[string]page) *openCost {
	t.Helper()
	o := &openCost{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		o.mu.Lock()
		o.asked = append(o.asked, strings.TrimSpace(r.URL.Path+" "+query.Get("window")))
		o.mu.Unlock()
		p, ok := pages[r.URL.Path+" "+query.Get("window")]
		if !ok {
			p, ok = pages[r.URL.Path]
		}
		if !ok {
			p = page{404, "404 page not found\n"}
		}
		switch r.URL.Path {
		case "/cloudCost":
			if query.Get("aggregate") != "provider,service,category,accountID" || query.Get("accumulate") != "day" {
				p = page{400, "the test expected other parameters than " + r.URL.RawQuery}
			}
		case "/allocation":
			if query.Get("aggregate") != "namespace" || query.Get("step") != "1d" || query.Get("includeIdle") != "true" {
				p = page{400, "the test expected other parameters than " + r.URL.RawQuery}
			}
		}
		w.WriteHeader(p.code)
		_, _ = io.WriteString(w, p.body) // the reader may have had enough
	}))
	t.Cleanup(server.Close)
	o.OpenCost = dial(t, server.URL)
	return o
}

func dial(t *testing.T, url string) *source.OpenCost {
	t.Helper()
	o, err := source.NewOpenCost(url, promconfig.DefaultHTTPClientConfig)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

const threeDays = "2026-11-17T00:00:00Z,2026-11-20T00:00:00Z"

func TestCloudCosts(t *testing.T) {
	t.Parallel()
	o := serve(t, map[string]page{"/cloudCost": file(t, "cloudcost.json"), "/allocation": file(t, "allocation.json")})
	read := o.Read(t.Context(), between(17, 20), at(20, 9))
	want := []string{
		"11-17 AWS/Compute/297945954695/AmazonEC2 148.25019 billed 120.5",
		"11-17 AWS/Networking/297945954695/AWSELB 4.05",
		"11-17 AWS/Storage/297945954695/AmazonEC2 19.800393",
		"11-17 GCP/Other/billing-0A1B/Secret Manager 0.00001 billed 0",
		"11-18 AWS/Compute/297945954695/AmazonEC2 150 billed 500",
		"11-18 AWS/Management and Governance/297945954695/AmazonEKS 2.4",
		"11-18 AWS/Other/297945954695/AmazonEC2 -3.5 USD credit",
	}
	if diff := cmp.Diff(want, told(read)); diff != "" {
		t.Errorf("the costs differ (-want +got):\n%s", diff)
	}
	wantNotes(t, read)
	if !read.Known || read.Newest != on(18) || read.Origin != money.OpenCost || read.Column != "amortizedNetCost" || read.Rows != 7 || read.Broken != 0 {
		t.Errorf("got newest %v, %q, column %q, %d rows, %d broken; want 2026-11-18 of opencost, amortizedNetCost, 7, 0", read.Newest, read.Origin, read.Column, read.Rows, read.Broken)
	}
	if diff := cmp.Diff([]string{"/cloudCost " + threeDays}, o.asked); diff != "" {
		t.Errorf("other questions than expected (-want +got):\n%s", diff)
	}
}

// TestKubernetesAlone: without cloud costs the allocations are told, and said to
// be what they are; never both.
func TestKubernetesAlone(t *testing.T) {
	t.Parallel()
	for name, pages := range map[string]map[string]page{
		"switched off":    {"/cloudCost": notConfigured},
		"an old OpenCost": {},
		"no cloud":        {"/cloudCost": file(t, "cloudcost-empty.json"), "/cloudCost/status": file(t, "status-none.json")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pages["/allocation"] = file(t, "allocation.json")
			o := serve(t, pages)
			read := o.Read(t.Context(), between(17, 19), later)
			want := []string{
				"11-17 Kubernetes: idle capacity 6.29689",
				"11-17 Kubernetes: kube-system 1.20311",
				"11-17 Kubernetes: payments 12.5",
				"11-18 Kubernetes: batch 0",
				"11-18 Kubernetes: idle capacity 0.25",
				"11-18 Kubernetes: payments 13.75",
			}
			if diff := cmp.Diff(want, told(read)); diff != "" {
				t.Errorf("the costs differ (-want +got):\n%s", diff)
			}
			wantNotes(t, read, "OpenCost without cloud costs: Kubernetes allocation at list prices instead")
			if got := o.asked[len(o.asked)-1]; got != "/allocation "+threeDays {
				t.Errorf("the last question was %q, want the allocations of the three days", got)
			}
		})
	}
}

// TestCloudCostsAreLate: allocations do not stand in for bills that are to come.
func TestCloudCostsAreLate(t *testing.T) {
	t.Parallel()
	for name, status := range map[string]page{"configured": file(t, "status.json"), "cannot tell": {500, "oops"}} {
		o := serve(t, map[string]page{"/cloudCost": file(t, "cloudcost-empty.json"), "/cloudCost/status": status, "/allocation": file(t, "allocation.json")})
		read := o.Read(t.Context(), between(17, 19), later)
		if read.Known || len(read.Days) != 0 {
			t.Errorf("%s: got %v, want nothing", name, told(read))
		}
		wantNotes(t, read, "OpenCost has no costs of 2026-11-17 to 2026-11-19")
	}
}

// TestCloudCostsGoAway: allocations do not fill up what bills have begun.
func TestCloudCostsGoAway(t *testing.T) {
	t.Parallel()
	o := serve(t, map[string]page{"/cloudCost " + threeDays: charges(`"AWS/a":{"properties":{"service":"a"},"amortizedNetCost":{"cost":1.5}}`), "/cloudCost": notConfigured, "/allocation": file(t, "allocation.json")})
	read := o.Read(t.Context(), slices.Concat(between(10, 11), between(17, 19)), later)
	if diff := cmp.Diff([]string{"11-17 a 1.5"}, told(read)); diff != "" {
		t.Errorf("the costs differ (-want +got):\n%s", diff)
	}
	wantNotes(t, read, "Costs of 2026-11-10 to 2026-11-11 are not known: cloud costs are not configured")
}

// TestOpenCostIsAskedInWeeks: answers stay small, and a day is asked for once.
func TestOpenCostIsAskedInWeeks(t *testing.T) {
	t.Parallel()
	o := serve(t, map[string]page{"/cloudCost": file(t, "cloudcost-empty.json"), "/cloudCost/status": file(t, "status.json")})
	o.Read(t.Context(), slices.Concat(between(1, 9), between(12, 12), between(3, 4)), later)
	want := []string{
		"/cloudCost 2026-11-12T00:00:00Z,2026-11-13T00:00:00Z",
		"/cloudCost 2026-11-03T00:00:00Z,2026-11-10T00:00:00Z",
		"/cloudCost 2026-11-01T00:00:00Z,2026-11-03T00:00:00Z",
		"/cloudCost/status",
	}
	if diff := cmp.Diff(want, o.asked); diff != "" {
		t.Errorf("other questions than expected (-want +got):\n%s", diff)
	}
}

// TestOneBadWeekOfOpenCost does not give up the others; nobody at all does.
func TestOneBadWeekOfOpenCost(t *testing.T) {
	t.Parallel()
	week := func(from, to string, day string) (string, page) {
		return "/cloudCost 2026-11-" + from + "T00:00:00Z,2026-11-" + to + "T00:00:00Z",
			page{200, `{"code":200,"data":{"sets":[{"cloudCosts":{"AWS/a":{"properties":{"service":"a"},"amortizedNetCost":{"cost":1.5}}},"window":{"start":"2026-11-` + day + `T00:00:00Z","end":"2026-11-` + day + `T23:59:59Z"}}]}}`}
	}
	pages := map[string]page{}
	for _, w := range [][3]string{{"15", "22", "16"}, {"01", "08", "02"}} {
		window, p := week(w[0], w[1], w[2])
		pages[window] = p
	}
	pages["/cloudCost 2026-11-08T00:00:00Z,2026-11-15T00:00:00Z"] = page{500, "too many rows"}
	o := serve(t, pages)
	read := o.Read(t.Context(), between(1, 21), later)
	if diff := cmp.Diff([]string{"11-02 a 1.5", "11-16 a 1.5"}, told(read)); diff != "" {
		t.Errorf("the costs differ (-want +got):\n%s", diff)
	}
	wantNotes(t, read, "Costs of 2026-11-08 to 2026-11-14 are not known: ask OpenCost for /cloudCost: it answers 500")
	o = serve(t, map[string]page{"/cloudCost": {500, "gone"}})
	read = o.Read(t.Context(), between(-60, 21), later)
	wantNotes(t, read, "Costs of 2026-09-01 to 2026-11-21 are not known")
	if len(o.asked) != 3 {
		t.Errorf("asked %d times, want 3", len(o.asked))
	}
}

// charges is an answer with one set for each text of charges.
func charges(sets ...string) page {
	for i, set := range sets {
		sets[i] = `{"cloudCosts":{` + set + `},"window":{"start":"2026-11-17T00:00:00Z","end":"2026-11-18T00:00:00Z"}}`
	}
	return page{200, `{"code":200,"data":{"sets":[` + strings.Join(sets, ",") + `],"window":{"start":"null","end":"null"}}}`}
}

// TestBrokenCharges: what cannot be read is left out and counted, the rest stays.
func TestBrokenCharges(t *testing.T) {
	t.Parallel()
	const good = `"AWS/a":{"properties":{"service":"a"},"amortizedNetCost":{"cost":1.5}}`
	for name, tt := range map[string]struct {
		page page
		want []string
		note string
	}{
		"no amount":         {charges(good + `,"AWS/b":{"properties":{"service":"b"},"amortizedNetCost":{"cost":null}}`), []string{"11-17 a 1.5"}, `1 of 2 figures from OpenCost are left out: "" is not a number`},
		"a huge amount":     {charges(good + `,"AWS/b":{"properties":{"service":"b"},"amortizedNetCost":{"cost":1e300}}`), []string{"11-17 a 1.5"}, "1 of 2 figures from OpenCost are left out"},
		"another day":       {charges(good + `,"AWS/b":{"properties":null,"window":{"start":"2026-10-17T00:00:00Z","end":"2026-10-18T00:00:00Z"},"amortizedNetCost":{"cost":1}}`), []string{"11-17 a 1.5"}, "1 figures of other days"},
		"a month as a day":  {charges(good + `,"AWS/b":{"window":{"start":"2026-11-17T00:00:00Z","end":"2026-12-17T00:00:00Z"},"amortizedNetCost":{"cost":1}}`), []string{"11-17 a 1.5"}, "1 figures of other days"},
		"one day twice":     {charges(good, good), []string{"11-17 a 1.5"}, "1 figures of other days than asked for, or of one day twice"},
		"hostile names":     {charges(`"x":{"properties":{"service":"a\nb` + strings.Repeat("c", 300) + `"},"amortizedNetCost":{"cost":1}}`), []string{"11-17 a b" + strings.Repeat("c", 194) + "… 1"}, ""},
		"no billed amounts": {charges(good), []string{"11-17 a 1.5"}, ""},
	} {
		read := serve(t, map[string]page{"/cloudCost": tt.page}).Read(t.Context(), between(17, 18), later)
		if diff := cmp.Diff(tt.want, told(read)); diff != "" {
			t.Errorf("%s: the costs differ (-want +got):\n%s", name, diff)
		}
		if tt.note == "" {
			wantNotes(t, read)
		} else {
			wantNotes(t, read, tt.note)
		}
		if broken := read.Broken > 0; broken != (tt.note != "") {
			t.Errorf("%s: %d figures were left out", name, read.Broken)
		}
	}
}

// TestOpenCostIsBroken: nothing is known then, and the note says what to do.
func TestOpenCostIsBroken(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		page page
		want []string
	}{
		"garbage":        {page{200, "<html>Welcome</html>"}, []string{"cannot be read", "see whether the url"}},
		"another API":    {page{200, `{"status":"success","data":{"sets":[]}}`}, []string{"it has no code"}},
		"another shape":  {page{200, `{"code":200,"data":[1,2]}`}, []string{"cannot be read"}},
		"cut off":        {page{200, `{"code":200,"data":{"sets":[{"cloudCosts":{`}, []string{"cannot be read: unexpected EOF"}},
		"too large":      {page{200, `{"code":200,"data":{"sets":["` + strings.Repeat("x", 17<<20)}, []string{"larger than 16 MB", "FOCUS"}},
		"failed":         {page{500, "Internal server error: " + strings.Repeat("x", 5000)}, []string{"500 Internal Server Error", "own log"}},
		"failed inside":  {page{200, `{"code":500,"message":"repository is locked"}`}, []string{"500", "repository is locked"}},
		"no credentials": {page{401, "who are you"}, []string{"401", "http_config"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			read := serve(t, map[string]page{"/cloudCost": tt.page, "/allocation": file(t, "allocation.json")}).Read(t.Context(), between(17, 19), later)
			wantUnknown(t, read, tt.want...)
		})
	}
	t.Run("not OpenCost", func(t *testing.T) {
		t.Parallel()
		wantUnknown(t, serve(t, nil).Read(t.Context(), between(17, 19), later), "/allocation", "404", "with its prefix")
	})
	t.Run("nobody there", func(t *testing.T) {
		t.Parallel()
		server := httptest.NewServer(http.NotFoundHandler())
		server.Close()
		wantUnknown(t, dial(t, server.URL).Read(t.Context(), between(17, 19), later), "connection refused", "is up")
	})
	t.Run("slow", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithDeadline(t.Context(), time.Now())
		defer cancel()
		wantUnknown(t, serve(t, nil).Read(ctx, between(17, 19), later), "no answer in time", "not busy")
	})
}

func wantUnknown(t *testing.T, read money.Reading, want ...string) {
	t.Helper()
	if read.Known || len(read.Days) != 0 {
		t.Errorf("got %v, want nothing known", told(read))
	}
	wantNotes(t, read, "Costs of 2026-11-17 to 2026-11-19 are not known: ask OpenCost for ")
	for _, text := range want {
		if len(read.Notes) == 1 && !strings.Contains(read.Notes[0].Text, text) {
			t.Errorf("note %q does not say %q", read.Notes[0].Text, text)
		}
	}
	for _, note := range read.Notes {
		if !note.Partial || len(note.Text) > 700 {
			t.Errorf("got note of %d bytes, partial %v: want it bounded, and partial", len(note.Text), note.Partial)
		}
	}
}

func TestOpenCostConfig(t *testing.T) {
	t.Parallel()
	c := promconfig.DefaultHTTPClientConfig
	c.TLSConfig.CAFile = filepath.Join(t.TempDir(), "missing.pem")
	if _, err := source.NewOpenCost("https://opencost:9003", c); err == nil || !strings.Contains(err.Error(), "check the http_config") {
		t.Errorf("got %v, want an error that tells of the missing file", err)
	}
	a, b := dial(t, "http://a:9003"), dial(t, "http://b:9003")
	if a.Source() == b.Source() || a.Source() != dial(t, "http://a:9003/").Source() || !strings.HasPrefix(a.Source(), "opencost-") {
		t.Errorf("got sources %q and %q, want them to tell addresses apart", a.Source(), b.Source())
	}
}
