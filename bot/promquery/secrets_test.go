package promquery_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	promconfig "github.com/prometheus/common/config"

	"github.com/signalbook/signalbook/bot/promquery"
)

// TestAnswersAreShownWithoutSecrets: a server, or a proxy before it, repeats what
// it was sent.
func TestAnswersAreShownWithoutSecrets(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"status":"error","errorType":"bad_data","error":"` + user + " may not in with " + password + ", sent as " + r.Header.Get("Authorization") + `"}`))
	}))
	t.Cleanup(server.Close)
	config := promconfig.DefaultHTTPClientConfig
	config.BasicAuth = &promconfig.BasicAuth{Username: "anna", Password: "hunter-of-evidence"}
	p, err := promquery.New(promquery.Config{URL: server.URL, HTTP: config})
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = p.Query(t.Context(), "up", time.Now())
	if want := "anna may not in with <secret>, sent as Basic <secret>"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %q in it", err, want)
	}
}
