package app

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/config"
	"github.com/signalbook/signalbook/bot/slackapi"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/bot/testkit/redistest"
)

// TestSlowSlackIsRemembered: at the first start of all Slack may take longer than Redis
// is given to say whose token it is; its answer is kept all the same.
func TestSlowSlackIsRemembered(t *testing.T) {
	t.Parallel()
	slack := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-time.After(identityWithin + 200*time.Millisecond):
			io.WriteString(w, `{"ok":true,"team_id":"T1","team":"Acme","user_id":"U1"}`)
		}
	}))
	defer slack.Close()
	client, err := slackapi.New(slackapi.Options{APIURL: slack.URL + "/", BotToken: "xoxb-slow", Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	redis, err := store.Open(store.Options{Addresses: redistest.Single(t, redistest.Options{}).Addresses})
	if err != nil {
		t.Fatal(err)
	}
	defer redis.Close()
	a := &App{client: client, opts: Options{Redis: redis, Logger: slog.New(slog.DiscardHandler)}}
	a.settings.Store(&Settings{Config: &config.Config{}})
	a.state.Store(&redisState{})
	if id, err := a.askIdentity(t.Context(), "xoxb-slow"); err != nil || id.TeamID != "T1" {
		t.Fatalf("Slack took its time: %+v, %v", id, err)
	}
	if id, known, err := redis.Identity(t.Context(), "xoxb-slow"); err != nil || !known || id.Team != "Acme" {
		t.Errorf("remembered are %+v, %v, %v", id, known, err)
	}
}
