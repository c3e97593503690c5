package main

import (
	"log/slog"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/slackapi"
	"github.com/signalbook/signalbook/bot/slacksim"
)

// TestManifestScopesAreExactlyWhatIsNeeded makes every call that the bot ever makes
// of Slack, and counts the scopes that these need.
func TestManifestScopesAreExactlyWhatIsNeeded(t *testing.T) {
	t.Parallel()
	var given []string
	for _, s := range scopes() {
		given = append(given, s.name)
	}
	if got := slacksim.DefaultScopes(); !cmp.Equal(got, given) {
		t.Errorf("slacksim's own scopes are not those of the manifest: %s", cmp.Diff(given, got))
	}
	sim := slacksim.New(slacksim.Options{Scopes: given, FileProcessing: time.Nanosecond})
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	t.Cleanup(sim.Close)
	c, err := slackapi.New(slackapi.Options{APIURL: server.URL + "/api/", BotToken: "xoxb-sim", AppToken: "xapp-sim",
		Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry()})
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	must := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	sim.Admin.AddPrivateChannel("war-room", "anna")
	must("invite", sim.Admin.InviteBot("war-room"))
	anna, _ := sim.User("anna")
	group, _ := sim.Group("db-leads")
	_, err = c.Auth(ctx)
	must("auth", err)
	channels, closed, err := c.Channels(ctx, []string{"#incidents", "#war-room"})
	if err != nil || len(closed) > 0 {
		t.Errorf("channels: %v closed, %v", closed, err)
	}
	_, unknown, err := c.People(ctx, []string{"@db-leads", "anna@example.com"})
	if err != nil || len(unknown) > 0 {
		t.Errorf("people: %v unknown, %v", unknown, err)
	}
	_, err = c.Members(ctx, group.ID)
	must("members of a group", err)
	for _, channel := range channels {
		root, err := c.Post(ctx, slackapi.Post{Channel: channel, Message: blockkit.Message{Text: "root"}, Op: "op"})
		must("post", err)
		reply, err := c.Post(ctx, slackapi.Post{Channel: channel, ThreadTS: root.TS, Message: blockkit.Message{Text: "reply"}, Op: "op-2"})
		must("reply", err)
		for _, thread := range []string{"", root.TS} {
			_, err = c.FindOp(ctx, slackapi.Find{Channel: channel, ThreadTS: thread, Op: "op"})
			must("find", err)
		}
		must("update", c.Update(ctx, channel, root.TS, blockkit.Message{Text: "changed"}))
		must("delete", c.Delete(ctx, channel, reply.TS))
		if !c.SendEphemeral(ctx, slackapi.Private{Channel: channel, User: anna.ID, Text: "hello"}) {
			t.Error("a private answer did not reach its reader")
		}
	}
	picture := slackapi.Upload{Name: "x.png", Data: []byte("x")}
	ticket, err := c.BeginUpload(ctx, picture)
	must("begin an upload", err)
	must("send it", c.SendUpload(ctx, ticket, picture))
	must("complete it", c.CompleteUpload(ctx, ticket, picture))
	_, err = c.File(ctx, ticket.FileID)
	must("ask for it", err)
	must("delete it", c.DeleteFile(ctx, ticket.FileID))

	// What Slack delivers needs a scope, too. Nobody is there to take it.
	_, _ = sim.People.Slash(ctx, "anna", "incidents", "/playbook help")
	_, err = sim.People.Say("anna", "incidents", "", "@signalbook help")
	must("mention", err)

	slices.Sort(given)
	if got := sim.ScopesUsed(); !cmp.Equal(got, given) {
		t.Errorf("scopes needed and scopes of the manifest: %s", cmp.Diff(got, given))
	}
}

// TestScopeThatLacksIsNamed: without a scope a call is refused with the scope's
// name, which is what doctor and the log tell people.
func TestScopeThatLacksIsNamed(t *testing.T) {
	t.Parallel()
	sim := slacksim.New(slacksim.Options{Scopes: []string{"chat:write", "channels:read"}})
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	t.Cleanup(sim.Close)
	api := slack.New("xoxb-sim", slack.OptionAPIURL(server.URL+"/api/"))
	_, err := api.GetUserGroupsContext(t.Context())
	refused, ok := err.(slack.SlackErrorResponse)
	if !ok || refused.Err != "missing_scope" || refused.Needed != "usergroups:read" || refused.Provided != "chat:write,channels:read" {
		t.Errorf("got %#v, want missing_scope with what is needed and provided", err)
	}
}
