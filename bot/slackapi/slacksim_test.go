package slackapi

import (
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/slacksim"
	"github.com/signalbook/signalbook/bot/slacksim/fault"
	"github.com/signalbook/signalbook/bot/slacksim/people"
	"github.com/signalbook/signalbook/bot/slacksim/snapshot"
)

// startSim is a local Slack and a client of it.
func startSim(t testing.TB, o slacksim.Options) (*slacksim.Sim, *Client) {
	t.Helper()
	sim := slacksim.New(o)
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	t.Cleanup(sim.Close)
	c, err := New(Options{APIURL: server.URL + "/api/", BotToken: "xoxb-sim", AppToken: "xapp-sim",
		Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry()})
	if err != nil {
		t.Fatal(err)
	}
	return sim, c
}

// patience bounds a wait for something that must happen.
func patience(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func button(text, actionID, value string) blockkit.Message {
	return blockkit.Message{Text: text, Blocks: []slack.Block{
		slack.NewSectionBlock(slack.NewTextBlockObject(slack.MarkdownType, text, false, false), nil, nil),
		slack.NewActionBlock("", slack.NewButtonBlockElement(actionID, value, slack.NewTextBlockObject(slack.PlainTextType, "Done", false, false))),
	}}
}

func TestPostUpdateFindDelete(t *testing.T) {
	sim, c := startSim(t, slacksim.Options{})
	id, err := c.Auth(t.Context())
	if err != nil || id.TeamID != "T0SIM00001" || id.UserID == "" {
		t.Fatalf("got %+v, %v, want the workspace and the bot's user", id, err)
	}
	began := time.Now()
	root, err := c.Post(t.Context(), Post{Channel: "#incidents", Message: hello("the root"), Op: "op-root"})
	if err != nil {
		t.Fatal(err)
	}
	if channel, _ := sim.Channel("incidents"); root.Channel != channel.ID {
		t.Errorf("got channel %s, want the id %s", root.Channel, channel.ID)
	}
	reply, err := c.Post(t.Context(), Post{Channel: root.Channel, ThreadTS: root.TS, Message: hello("a reply"), Op: "op-reply", Broadcast: true})
	if err != nil {
		t.Fatal(err)
	}
	for op, where := range map[string]Find{
		root.TS:  {Channel: root.Channel, Since: began, Op: "op-root"},
		reply.TS: {Channel: root.Channel, ThreadTS: root.TS, Since: began, Op: "op-reply"},
	} {
		if got, err := c.FindOp(t.Context(), where); err != nil || !cmp.Equal(got, []string{op}) {
			t.Errorf("FindOp(%+v): got %v, %v, want %s", where, got, err, op)
		}
	}
	if got, err := c.FindOp(t.Context(), Find{Channel: root.Channel, ThreadTS: root.TS, Op: "op-other"}); err != nil || len(got) > 0 {
		t.Errorf("an op never sent: got %v, %v, want none", got, err)
	}
	if err := c.Update(t.Context(), root.Channel, root.TS, hello("the root, changed")); err != nil {
		t.Fatal(err)
	}
	thread := sim.Thread("incidents", root.TS)
	if len(thread) != 2 || thread[0].PlainText() != "the root, changed" || !thread[1].Broadcast || thread[0].Metadata == nil {
		t.Errorf("got thread:\n%swant the root changed, with its metadata, and one broadcast reply", sim.Dump())
	}
	if err := c.Delete(t.Context(), reply.Channel, reply.TS); err != nil {
		t.Fatal(err)
	}
	if err := c.Delete(t.Context(), reply.Channel, reply.TS); err != nil {
		t.Errorf("a second time: got %v, want it to count as done", err)
	}
	if err := c.Update(t.Context(), reply.Channel, reply.TS, hello("x")); !isOutcome(err, OutcomeGone) {
		t.Errorf("update of a deleted message: got %v, want gone", err)
	}
}

func TestLostAnswerIsFoundAgain(t *testing.T) {
	sim, c := startSim(t, slacksim.Options{})
	channel, _ := sim.Channel("incidents")
	began := time.Now()
	for _, test := range []struct {
		kind string
		want int // messages that Slack has afterwards
	}{{fault.LostAnswer, 1}, {fault.LostRequest, 0}} {
		sim.Faults.Fail(fault.Fault{Method: "chat.postMessage", Kind: test.kind, Times: 1})
		_, err := c.Post(t.Context(), Post{Channel: channel.ID, Message: hello("x"), Op: test.kind})
		if !isOutcome(err, OutcomeUnknown) {
			t.Errorf("%s: got %v, want unknown", test.kind, err)
		}
		found, err := c.FindOp(t.Context(), Find{Channel: channel.ID, Since: began, Op: test.kind})
		if err != nil || len(found) != test.want {
			t.Errorf("%s: found %v, %v, want %d", test.kind, found, err, test.want)
		}
	}
	if got := len(sim.Messages("incidents")); got != 1 {
		t.Errorf("got %d messages, want 1", got)
	}
}

func TestFaults(t *testing.T) {
	sim, c := startSim(t, slacksim.Options{})
	for kind, want := range map[string]Outcome{
		fault.LostAnswer: OutcomeUnknown, fault.LostRequest: OutcomeUnknown, fault.HTTP500: OutcomeUnknown, fault.HTTP503: OutcomeUnknown,
		fault.RateLimited429: OutcomeLimited, fault.RateLimited429Bare: OutcomeLimited, fault.RateLimited200: OutcomeLimited,
		"error:fatal_error": OutcomeUnknown, "error:edit_window_closed": OutcomeGone,
	} {
		sim.Faults.Fail(fault.Fault{Method: "chat.update", Kind: kind, Times: 1, RetryAfter: 3})
		if err := c.Update(t.Context(), "C1", "1.1", hello("x")); !isOutcome(err, want) {
			t.Errorf("%s: got %v, want %s", kind, err, want)
		}
		sim.Faults.Clear()
	}
	channel, _ := sim.Channel("incidents")
	for _, change := range []func() error{
		func() error { return sim.Admin.Archive("incidents") },
		func() error { return sim.Admin.Unarchive("incidents") },
	} {
		if err := change(); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Post(t.Context(), Post{Channel: channel.ID, Message: hello("x")}); !isOutcome(err, OutcomeChannel) {
			t.Errorf("got %v, want the channel to be the trouble", err)
		}
	}
	sim.Admin.RevokeToken()
	if _, err := c.Post(t.Context(), Post{Channel: channel.ID, Message: hello("x")}); !isOutcome(err, OutcomeAuth) {
		t.Errorf("token revoked: got %v, want auth", err)
	}
}

func TestReplyToADeletedRoot(t *testing.T) {
	sim, c := startSim(t, slacksim.Options{})
	root, err := c.Post(t.Context(), Post{Channel: "#incidents", Message: hello("root")})
	if err != nil {
		t.Fatal(err)
	}
	if err := sim.Admin.DeleteMessage("incidents", root.TS); err != nil {
		t.Fatal(err)
	}
	_, err = c.Post(t.Context(), Post{Channel: root.Channel, ThreadTS: root.TS, Message: hello("reply"), Op: "op-1"})
	if !isOutcome(err, OutcomeGone) || len(sim.Messages("incidents")) != 0 {
		t.Errorf("got %v and this to be seen, want gone and nothing:\n%s", err, sim.Dump())
	}
}

func TestNamesOfTheWorkspace(t *testing.T) {
	sim, c := startSim(t, slacksim.Options{})
	channel, _ := sim.Channel("db-incidents")
	ids, closed, err := c.Channels(t.Context(), []string{"#db-incidents", "#nowhere"})
	if err != nil || ids["#db-incidents"] != channel.ID || len(closed) != 1 || closed["#nowhere"] == "" {
		t.Errorf("got %v, closed %v, %v", ids, closed, err)
	}
	anna, _ := sim.User("anna")
	group, _ := sim.Group("db-oncall")
	people, unknown, err := c.People(t.Context(), []string{"@db-oncall", "anna@example.com", "nobody@example.com"})
	if err != nil || people["anna@example.com"].ID != anna.ID || people["@db-oncall"].Mention != "<!subteam^"+group.ID+">" || len(unknown) != 1 {
		t.Errorf("got %v, unknown %v, %v", people, unknown, err)
	}
	ben, _ := sim.User("ben")
	if members, err := c.Members(t.Context(), group.ID); err != nil || !cmp.Equal(members, []string{ben.ID}) {
		t.Errorf("got members %v, %v, want ben", members, err)
	}
}

// modalHandler is a handler that opens a modal at a click and answers what it is told.
type modalHandler struct {
	recorder
	client *Client
}

func (d *modalHandler) Action(ctx context.Context, a Action) {
	d.recorder.Action(ctx, a)
	if a.ActionID != "step:skip" {
		d.client.SendEphemeral(ctx, Private{Channel: a.ChannelID, User: a.UserID, ResponseURL: a.ResponseURL, Text: "taken: " + a.Value})
		return
	}
	input := slack.NewInputBlock("reason", slack.NewTextBlockObject(slack.PlainTextType, "Reason", false, false), nil,
		slack.NewPlainTextInputBlockElement(nil, "text"))
	_ = d.client.OpenView(ctx, a.TriggerID, slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: "skip", PrivateMetadata: a.Value,
		Title:  slack.NewTextBlockObject(slack.PlainTextType, "Skip", false, false),
		Submit: slack.NewTextBlockObject(slack.PlainTextType, "Skip", false, false),
		Blocks: slack.Blocks{BlockSet: []slack.Block{input}},
	})
}

func newModalHandler(c *Client) *modalHandler {
	return &modalHandler{client: c, recorder: recorder{
		command: func(_ context.Context, s Slash) Response {
			if s.Text == "long" {
				return Response{Message: blockkit.Message{Text: strings.Repeat("<", 3_800)}} // six bytes each in JSON
			}
			return Response{Message: blockkit.Message{Text: "you said " + s.Text}}
		},
		submit: func(_ context.Context, s Submission) map[string]string {
			if s.Values["reason"] == "no" {
				return map[string]string{"reason": "say why"}
			}
			return nil
		},
	}}
}

// startSocket runs Socket Mode until the test ends.
func startSocket(t *testing.T, sim *slacksim.Sim, c *Client, handler Handler) *Socket {
	t.Helper()
	s := NewSocket(SocketOptions{Client: c, Handler: handler, Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry()})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: got %v", err)
		}
		if s.Connected() {
			t.Error("got Connected after Run ended")
		}
	})
	if err := sim.WaitFor(patience(t), func(v *snapshot.View) bool { return v.Sockets() == 1 }); err != nil {
		t.Fatal(err)
	}
	return s
}

// startHTTPEndpoint takes Slack over signed HTTP until the test ends.
func startHTTPEndpoint(t *testing.T, sim *slacksim.Sim, c *Client, handler Handler) {
	t.Helper()
	startHTTPEndpointOf(t, sim, HTTPOptions{SigningSecret: "sim-signing-secret", Handler: handler, Client: c, Logger: slog.New(slog.DiscardHandler)})
}

func startHTTPEndpointOf(t *testing.T, sim *slacksim.Sim, o HTTPOptions) {
	t.Helper()
	h := NewHTTP(o)
	server := httptest.NewServer(h)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx) }()
	t.Cleanup(func() {
		server.Close()
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: got %v", err)
		}
	})
	sim.Delivery.SetRequestURL(server.URL)
	if err := errors.Join(sim.Delivery.VerifyRequestURL(patience(t)), sim.Delivery.CheckSSL(patience(t))); err != nil {
		t.Fatal(err)
	}
}

func TestConversation(t *testing.T) {
	for _, endpoint := range []string{"socket", "http"} {
		t.Run(endpoint, func(t *testing.T) {
			sim, c := startSim(t, slacksim.Options{Commands: []people.Command{{Name: "/playbook", Escape: true}}})
			d := newModalHandler(c)
			if _, err := c.Auth(t.Context()); err != nil {
				t.Fatal(err)
			}
			if endpoint == "socket" {
				startSocket(t, sim, c, d)
			} else {
				startHTTPEndpoint(t, sim, c, d)
			}
			converse(t, sim, c, d)
		})
	}
}

func converse(t *testing.T, sim *slacksim.Sim, c *Client, d *modalHandler) {
	t.Helper()
	ctx := patience(t)
	reply, err := sim.People.Slash(ctx, "anna", "incidents", "/playbook note 1 a < b")
	if err != nil || reply.Message.PlainText() != "you said note 1 a < b" || reply.InChannel {
		t.Fatalf("slash: got %+v, %v, want a private answer", reply, err)
	}
	root, err := c.Post(ctx, Post{Channel: "#incidents", Message: button("step", "step:done", "INC-1/pool")})
	if err != nil {
		t.Fatal(err)
	}
	if err := sim.People.Click(ctx, people.Click{User: "ben", Channel: "incidents", TS: root.TS, ActionID: "step:done"}); err != nil {
		t.Fatal(err)
	}
	if err := sim.WaitFor(ctx, func(v *snapshot.View) bool {
		said := v.Ephemerals("ben")
		return len(said) > 0 && said[0].PlainText() == "taken: INC-1/pool"
	}); err != nil {
		t.Fatal(err)
	}
	ben, _ := sim.User("ben")
	if got := d.actions[0]; got.UserID != ben.ID || got.MessageTS != root.TS || got.ThreadTS != root.TS || got.ChannelID != root.Channel || !strings.HasPrefix(got.Op, "trigger:") {
		t.Errorf("click: got %+v, want ben's on %v", got, root)
	}
	if err := c.Update(ctx, root.Channel, root.TS, button("step", "step:skip", "INC-1/pool")); err != nil {
		t.Fatal(err)
	}
	if err := sim.People.Click(ctx, people.Click{User: "ben", Channel: "incidents", TS: root.TS, ActionID: "step:skip"}); err != nil {
		t.Fatal(err)
	}
	if err := sim.WaitFor(ctx, func(v *snapshot.View) bool { _, open := v.OpenModal("ben"); return open }); err != nil {
		t.Fatal(err)
	}
	if wrong, err := sim.People.SubmitView(ctx, "ben", map[string]string{"reason": "no"}); err != nil || wrong["reason"] != "say why" {
		t.Errorf("submit: got %v, %v, want the error at the reason", wrong, err)
	}
	if wrong, err := sim.People.SubmitView(ctx, "ben", map[string]string{"reason": "because"}); err != nil || len(wrong) > 0 {
		t.Errorf("submit: got %v, %v, want it taken", wrong, err)
	}
	if _, open := sim.OpenModal("ben"); open {
		t.Error("got the modal still open")
	}
	said, err := sim.People.Say("chris", "incidents", root.TS, "@signalbook done 4 pooling is on")
	if err != nil {
		t.Fatal(err)
	}
	if err := waitUntil(ctx, func() bool { d.mu.Lock(); defer d.mu.Unlock(); return len(d.mentions) == 1 }); err != nil {
		t.Fatal(err)
	}
	if got := d.mentions[0]; got.Text != "done 4 pooling is on" || got.ThreadTS != root.TS || got.TS != said || !strings.HasPrefix(got.Op, "event:") {
		t.Errorf("mention: got %+v, want the words in the thread", got)
	}
}

// waitUntil polls a condition that nothing announces.
func waitUntil(ctx context.Context, condition func() bool) error {
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for !condition() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
	return nil
}

func TestLongAnswerOverTheSocketGoesByResponseURL(t *testing.T) {
	sim, c := startSim(t, slacksim.Options{})
	startSocket(t, sim, c, newModalHandler(c))
	reply, err := sim.People.Slash(patience(t), "anna", "incidents", "/playbook long")
	if err != nil || reply.Shown {
		t.Fatalf("got %+v, %v, want an acknowledgement without a word", reply, err)
	}
	if err := sim.WaitFor(patience(t), func(v *snapshot.View) bool {
		said := v.Ephemerals("anna")
		return len(said) == 1 && strings.Contains(said[0].Text, "<<<")
	}); err != nil {
		t.Fatal(err)
	}
}

func TestSocketComesBack(t *testing.T) {
	sim, c := startSim(t, slacksim.Options{})
	s := startSocket(t, sim, c, newModalHandler(c))
	for _, reason := range []string{"refresh_requested", ""} {
		sim.Delivery.Disconnect(reason)
		if err := sim.WaitFor(patience(t), func(v *snapshot.View) bool { return v.Sockets() == 1 }); err != nil {
			t.Fatalf("after a disconnect %q: %v", reason, err)
		}
		if reply, err := sim.People.Slash(patience(t), "anna", "incidents", "/playbook again"); err != nil || !reply.Shown {
			t.Errorf("after a disconnect %q: got %+v, %v, want an answer", reason, reply, err)
		}
	}
	if err := waitUntil(patience(t), s.Connected); err != nil {
		t.Error("got not Connected after coming back")
	}
	if got := testutil.ToFloat64(s.metrics.connected); got != 1 {
		t.Errorf("got the metric at %v, want 1", got)
	}
}

func TestSocketStartsAnewAfterARefusal(t *testing.T) {
	sim, c := startSim(t, slacksim.Options{})
	sim.Faults.Fail(fault.Fault{Method: "apps.connections.open", Kind: "error:invalid_auth", Times: 1})
	s := startSocket(t, sim, c, newModalHandler(c))
	if got := testutil.ToFloat64(s.metrics.reconnects.WithLabelValues("stopped")); got != 1 {
		t.Errorf("got %v stops counted, want 1", got)
	}
	if reply, err := sim.People.Slash(patience(t), "anna", "incidents", "/playbook hi"); err != nil || !reply.Shown {
		t.Errorf("got %+v, %v, want an answer", reply, err)
	}
}

func TestDeliveredTwiceHasOneOp(t *testing.T) {
	sim, c := startSim(t, slacksim.Options{})
	d := newModalHandler(c)
	startSocket(t, sim, c, d)
	sim.Faults.Fail(fault.Fault{Method: "slash_commands", Kind: fault.Duplicate, Times: 1})
	if _, err := sim.People.Slash(patience(t), "anna", "incidents", "/playbook twice"); err != nil {
		t.Fatal(err)
	}
	if err := waitUntil(patience(t), func() bool { return d.count() == 2 }); err != nil {
		t.Fatal(err)
	}
	if d.slashes[0].Op != d.slashes[1].Op {
		t.Errorf("got ops %q and %q, want one", d.slashes[0].Op, d.slashes[1].Op)
	}
}

func TestShutdownLetsAnAnswerOut(t *testing.T) {
	sim, c := startSim(t, slacksim.Options{})
	inside, leave := make(chan struct{}), make(chan struct{})
	handler := &recorder{command: func(context.Context, Slash) Response {
		close(inside)
		<-leave
		return Response{Message: blockkit.Message{Text: "just in time"}}
	}}
	s := NewSocket(SocketOptions{Client: c, Handler: handler, Logger: slog.New(slog.DiscardHandler)})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	if err := sim.WaitFor(patience(t), func(v *snapshot.View) bool { return v.Sockets() == 1 }); err != nil {
		t.Fatal(err)
	}
	go func() {
		<-inside
		cancel()
		close(leave)
	}()
	reply, err := sim.People.Slash(patience(t), "anna", "incidents", "/playbook last words")
	if err != nil || reply.Message.PlainText() != "just in time" {
		t.Errorf("got %+v, %v, want the answer although the bot is going", reply, err)
	}
	if err := <-done; err != nil {
		t.Errorf("Run: got %v", err)
	}
}
