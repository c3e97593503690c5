package coordinator

import (
	"errors"
	"log/slog"
	"net/http/httptest"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/signalbook/signalbook/bot/slackapi"
	"github.com/signalbook/signalbook/bot/slacksim"
	"github.com/signalbook/signalbook/bot/slacksim/fault"
)

// TestUnsure: a channel whose messages the app may not read shows no incident, by
// whatever word Slack says so; where it may say something else later, or to nobody
// at all, it is asked again.
func TestUnsure(t *testing.T) {
	t.Parallel()
	sim := slacksim.New(slacksim.Options{BotToken: "xoxb-test"})
	server := httptest.NewServer(sim)
	t.Cleanup(func() { sim.Close(); server.Close() })
	client, err := slackapi.New(slackapi.Options{APIURL: server.URL + "/api/", BotToken: "xoxb-test", Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry()})
	if err != nil {
		t.Fatal(err)
	}
	channel := sim.Admin.AddChannel("incidents")
	for kind, want := range map[string]bool{
		"error:missing_scope": false, "error:no_permission": false, "error:not_allowed_token_type": false,
		"error:channel_not_found": false, "error:not_in_channel": false,
		"error:account_inactive": true, "error:internal_error": true, fault.HTTP503: true, fault.RateLimited429: true, fault.LostAnswer: true,
	} {
		sim.Faults.Fail(fault.Fault{Method: "conversations.history", Kind: kind, Times: 1})
		_, _, err := client.NewestIncident(t.Context(), channel.ID)
		if err == nil || unsure(err) != want {
			t.Errorf("%s: got unsure %t of %v, want %t", kind, unsure(err), err, want)
		}
	}
	if unsure(nil) || !unsure(errors.New("no answer")) {
		t.Errorf("got unsure %t without an error and %t without an answer, want false and true", unsure(nil), unsure(errors.New("no answer")))
	}
}
