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
	"github.com/prometheus/common/config"
	"golang.org/x/crypto/bcrypt"

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

// TestPlaybooksAreToldToWhoMayNotify, or has shown user and password; to everybody when
// nobody has to.
func TestPlaybooksAreToldToWhoMayNotify(t *testing.T) {
	hash, err := bcrypt.GenerateFromPassword([]byte("word"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	users := &Auth{known: map[[32]byte]bool{}}
	users.config.Users = map[string]config.Secret{"anna": config.Secret(hash)}
	for what, test := range map[string]struct {
		auth          *Auth
		bearer, basic bool
		want          int
	}{
		"nobody is asked":    {nil, false, false, 200},
		"nothing is shown":   {users, false, false, 401},
		"the webhook's word": {users, true, false, 200},
		"user and password":  {users, false, true, 200},
	} {
		surface, err := New(Options{
			Webhook: http.NotFoundHandler(), Gatherer: prometheus.NewRegistry(), Logger: slog.New(slog.DiscardHandler), Auth: test.auth,
			MayNotify: func(r *http.Request) bool { return r.Header.Get("Authorization") == "Bearer token" },
			Playbooks: func() []Playbook { return []Playbook{{"disk-full", "A disk is full"}} },
		})
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest(http.MethodGet, "/api/v1/playbooks", nil)
		if test.bearer {
			r.Header.Set("Authorization", "Bearer token")
		}
		if test.basic {
			r.SetBasicAuth("anna", "word")
		}
		w := httptest.NewRecorder()
		surface.ServeHTTP(w, r)
		if told := w.Body.String() == `{"playbooks":[{"name":"disk-full","title":"A disk is full"}]}`+"\n"; w.Code != test.want || told != (test.want == 200) {
			t.Errorf("%s: got %d %s", what, w.Code, w.Body)
		}
	}
}
