package coordinator_test

import (
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/signalbook/signalbook/bot/coordinator"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/slackapi"
	"github.com/signalbook/signalbook/playbooks"
	"github.com/signalbook/signalbook/playbooks/library"
)

// lines keeps what is logged.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) count(words string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.text.String(), words)
}

// TestUnknownNameIsLoggedOnce: a name that Slack does not know is asked about again
// and again, and is one line in the log until something else is wrong.
func TestUnknownNameIsLoggedOnce(t *testing.T) {
	t.Parallel()
	r := startDeadRig(t)
	client, err := slackapi.New(slackapi.Options{APIURL: r.slack + "/api/", BotToken: "xoxb-test", Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	books, _ := playbooks.NewSet(nil, library.All())
	var mu sync.Mutex
	people := []string{"@nobody"}
	changed, log := make(chan struct{}), &lines{}
	keepOn(t, coordinator.New(coordinator.Options{
		Store: r.store, Slack: client, Changed: changed, Logger: slog.New(slog.NewTextHandler(log, nil)), Registerer: prometheus.NewRegistry(),
		Settings: func() coordinator.Settings {
			mu.Lock()
			defer mu.Unlock()
			return coordinator.Settings{Rules: incident.Rules{}, Playbooks: books, Command: "/playbook", Channels: []string{"#incidents"}, People: people,
				Route: func(map[string]string) coordinator.Route { return coordinator.Route{Channel: "#incidents"} }}
		},
	}))
	// Whoever receives it the next time has asked Slack meanwhile.
	for range 4 {
		changed <- struct{}{}
	}
	if got := log.count("stay plain text"); got != 1 {
		t.Errorf("%d lines say that Slack does not know @nobody, want 1", got)
	}
	mu.Lock()
	people = []string{"@nobody", "@noone"}
	mu.Unlock()
	for range 2 {
		changed <- struct{}{}
	}
	if got := log.count("@noone"); got != 1 {
		t.Errorf("%d lines say that Slack does not know @noone, want 1", got)
	}
}
