package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/signalbook/signalbook/bot/foreign"
)

// TestReadyHoldsNoSecrets: anybody may read it.
func TestReadyHoldsNoSecrets(t *testing.T) {
	foreign.Hide("password-of-redis")
	surface, err := New(Options{
		Webhook: http.NotFoundHandler(), Gatherer: prometheus.NewRegistry(), Logger: slog.New(slog.DiscardHandler),
		Ready: func(context.Context) Readiness {
			return Readiness{Reason: "Redis says: wrong password-of-redis", Degraded: []string{"Slack says\nxoxb-1234567-x " + strings.Repeat("x", 5000)}}
		},
		Reload: func() error { return errors.New("open redis://:password-of-redis@x") },
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []*http.Request{httptest.NewRequest(http.MethodGet, "/-/ready", nil), httptest.NewRequest(http.MethodPost, "/-/reload", nil)} {
		w := httptest.NewRecorder()
		surface.ServeHTTP(w, r)
		if got := w.Body.String(); !strings.Contains(got, "secret") || strings.Contains(got, "password-of-redis") || strings.Contains(got, "xoxb-") || len(got) > 2000 {
			t.Errorf("%s: got %s", r.URL, got)
		}
	}
}
