package coordinator_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/signalbook/signalbook/bot/coordinator"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/slackapi"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/playbooks"
	"github.com/signalbook/signalbook/playbooks/library"
)

// coordinatorOf makes a coordinator of one channel that the built-in playbooks lead to; it
// does not run yet.
func (r *strayRig) coordinatorOf(st *store.Store, slackURL string, timing coordinator.Timing) *coordinator.Coordinator {
	r.t.Helper()
	client, err := slackapi.New(slackapi.Options{APIURL: slackURL + "/api/", BotToken: "xoxb-test", Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		r.t.Fatal(err)
	}
	books, _ := playbooks.NewSet(r.books, library.All())
	return coordinator.New(coordinator.Options{
		Store: st, Slack: client, Changed: make(chan struct{}), Logger: slog.New(slog.NewTextHandler(r.t.Output(), nil)), Registerer: prometheus.NewRegistry(),
		Settings: func() coordinator.Settings {
			return coordinator.Settings{
				Rules:     incident.Rules{ReopenWithin: time.Hour, StaleAfter: 24 * time.Hour, SeverityLabel: "severity", SeverityOrder: []string{"critical"}, Storm: r.storm},
				Playbooks: books, Command: "/playbook", Channels: []string{"#incidents"}, People: []string{"@sre-oncall"},
				Route: func(map[string]string) coordinator.Route {
					return coordinator.Route{Channel: "#incidents", Owners: []string{"@sre-oncall"}}
				},
			}
		},
		Timing: timing,
	})
}

// keepOn runs a coordinator until end is called, or the test is over.
func keepOn(t *testing.T, k *coordinator.Coordinator) (end func()) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- k.Run(ctx) }()
	end = sync.OnceFunc(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(end)
	return end
}
