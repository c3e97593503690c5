package slacksim_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"github.com/signalbook/signalbook/bot/slacksim"
	"github.com/signalbook/signalbook/bot/slacksim/people"
	"github.com/signalbook/signalbook/bot/slacksim/snapshot"
)

func TestPostAndRead(t *testing.T) {
	sim, api := start(t, slacksim.Options{})
	meta := slack.SlackMetadata{EventType: "playbook_op", EventPayload: map[string]any{"op_id": "abc"}}
	channel, root := mustPost(t, api, "#incidents", slack.MsgOptionText("root", false), slack.MsgOptionMetadata(meta))
	if want, _ := sim.Channel("incidents"); channel != want.ID {
		t.Errorf("got channel %s, want the id %s", channel, want.ID)
	}
	var replies []string
	for range 5 {
		_, ts := mustPost(t, api, "incidents", slack.MsgOptionText("reply", false), slack.MsgOptionTS(root))
		replies = append(replies, ts)
	}
	_, broadcast := mustPost(t, api, channel, slack.MsgOptionText("resolved", false), slack.MsgOptionTS(root), slack.MsgOptionBroadcast())

	history, err := api.GetConversationHistoryContext(within(t), &slack.GetConversationHistoryParameters{ChannelID: channel})
	if err != nil {
		t.Fatal(err)
	}
	if got := stamps(history.Messages); !cmp.Equal(got, []string{broadcast, root}) {
		t.Errorf("got history %v, want the broadcast and the root, newest first", got)
	}
	if got := history.Messages[1]; got.ReplyCount != 6 || got.ThreadTimestamp != root || got.LatestReply != broadcast {
		t.Errorf("got root with %d replies, thread %s, latest %s", got.ReplyCount, got.ThreadTimestamp, got.LatestReply)
	}
	if got := history.Messages[1].Metadata; got.EventType != "playbook_op" || got.EventPayload != nil {
		t.Errorf("got metadata %+v, want the type only", got)
	}

	var all []string
	params := &slack.GetConversationRepliesParameters{ChannelID: channel, Timestamp: root, Limit: 3, IncludeAllMetadata: true}
	for {
		page, more, next, err := api.GetConversationRepliesContext(within(t), params)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, stamps(page)...)
		if page[0].Timestamp == root && page[0].Metadata.EventPayload["op_id"] != "abc" {
			t.Errorf("got metadata %+v, want all of it", page[0].Metadata)
		}
		if !more {
			break
		}
		params.Cursor = next
	}
	if want := append(append([]string{root}, replies...), broadcast); !cmp.Equal(all, want) {
		t.Errorf("got thread %v, want %v", all, want)
	}

	for name, test := range map[string]struct {
		params slack.GetConversationRepliesParameters
		want   []string
	}{
		"oldest":           {slack.GetConversationRepliesParameters{Oldest: replies[3]}, []string{root, replies[4], broadcast}},
		"oldest inclusive": {slack.GetConversationRepliesParameters{Oldest: replies[3], Inclusive: true}, []string{root, replies[3], replies[4], broadcast}},
		"latest":           {slack.GetConversationRepliesParameters{Latest: replies[1]}, []string{root, replies[0]}},
	} {
		test.params.ChannelID, test.params.Timestamp = channel, root
		page, _, _, err := api.GetConversationRepliesContext(within(t), &test.params)
		if err != nil {
			t.Fatal(err)
		}
		if got := stamps(page); !cmp.Equal(got, test.want) {
			t.Errorf("%s: got %v, want %v", name, got, test.want)
		}
	}
	got := sim.Thread("incidents", root)
	if len(got) != 7 || got[0].Replies != 6 || got[6].Thread != root || !got[6].Broadcast {
		t.Errorf("got thread %+v", got)
	}
}

func stamps(messages []slack.Message) []string {
	var all []string
	for _, m := range messages {
		all = append(all, m.Timestamp)
	}
	return all
}

func TestHistoryPagesSurviveNewPosts(t *testing.T) {
	_, api := start(t, slacksim.Options{})
	var posted []string
	channel := ""
	for range 5 {
		var ts string
		channel, ts = mustPost(t, api, "incidents", slack.MsgOptionText("x", false))
		posted = append([]string{ts}, posted...)
	}
	var seen []string
	params := &slack.GetConversationHistoryParameters{ChannelID: channel, Limit: 2}
	for {
		page, err := api.GetConversationHistoryContext(within(t), params)
		if err != nil {
			t.Fatal(err)
		}
		seen = append(seen, stamps(page.Messages)...)
		if !page.HasMore {
			break
		}
		params.Cursor = page.ResponseMetaData.NextCursor
		mustPost(t, api, channel, slack.MsgOptionText("meanwhile", false))
	}
	if !cmp.Equal(seen, posted) {
		t.Errorf("got %v, want %v", seen, posted)
	}
}

func TestTimestampsAreUniqueThoughTheClockStands(t *testing.T) {
	now := time.Unix(1790000000, 0)
	_, api := start(t, slacksim.Options{Now: func() time.Time { return now }})
	_, first := mustPost(t, api, "incidents", slack.MsgOptionText("a", false))
	_, second := mustPost(t, api, "incidents", slack.MsgOptionText("b", false))
	if first != "1790000000.000000" || second != "1790000000.000001" {
		t.Errorf("got %s and %s, want 1790000000.000000 and .000001", first, second)
	}
}

func TestUpdate(t *testing.T) {
	sim, api := start(t, slacksim.Options{})
	meta := slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "e", EventPayload: map[string]any{"k": "v"}})
	channel, ts := mustPost(t, api, "incidents", slack.MsgOptionText("one", false), slack.MsgOptionBlocks(section("one")), meta)
	shown := func() snapshot.Message { return sim.Messages("incidents")[0] }
	update := func(options ...slack.MsgOption) {
		t.Helper()
		if _, _, _, err := api.UpdateMessageContext(within(t), channel, ts, options...); err != nil {
			t.Fatal(err)
		}
	}
	update(slack.MsgOptionText("two", false), slack.MsgOptionBlocks(section("two")))
	if got := shown(); got.PlainText() != "two" || got.Text != "two" || got.Edited || got.Metadata == nil || got.Revision != 1 {
		t.Errorf("text and blocks: got %+v, want both changed, no mark, metadata kept", got)
	}
	update(slack.MsgOptionBlocks(section("three")))
	if got := shown(); got.PlainText() != "three" || got.Text != "two" || got.Edited {
		t.Errorf("blocks only: got %+v, want blocks changed, no mark", got)
	}
	update(slack.MsgOptionText("four", false))
	if got := shown(); len(got.Blocks) != 0 || got.PlainText() != "four" || !got.Edited {
		t.Errorf("text only: got %+v, want the blocks gone and the mark", got)
	}
	if got := sim.Notifications(); len(got) != 0 {
		t.Errorf("got notifications %+v of edits, want none", got)
	}
}

// TestRichTextStaysForLife: a message that has a rich_text block is not edited to one
// without, whoever wrote it so and whichever way the edit goes.
func TestRichTextStaysForLife(t *testing.T) {
	sim, api := start(t, slacksim.Options{})
	urls := make(chan string, 1)
	runBot(t, sim, api, func(c *socketmode.Client, e socketmode.Event) {
		if click, ok := e.Data.(slack.InteractionCallback); ok {
			_ = c.Ack(*e.Request)
			urls <- click.ResponseURL
		}
	})
	rich := slack.NewRichTextBlock("r", slack.NewRichTextSection(slack.NewRichTextSectionTextElement("rich", nil)))
	press := slack.NewActionBlock("b", button("a", "1", "A"))
	channel, ts := mustPost(t, api, "incidents", slack.MsgOptionBlocks(section("one"), press))
	update := func(options ...slack.MsgOption) string {
		_, _, _, err := api.UpdateMessageContext(within(t), channel, ts, options...)
		return code(err)
	}
	for _, step := range []struct {
		name, want string
		got        func() string
	}{
		{"it had none", "ok", func() string { return update(slack.MsgOptionBlocks(section("two"), press)) }},
		{"it gets one", "ok", func() string { return update(slack.MsgOptionBlocks(section("three"), rich, press)) }},
		{"it would lose it", "block_mismatch", func() string { return update(slack.MsgOptionBlocks(section("four"), press)) }},
		{"text alone", "block_mismatch", func() string { return update(slack.MsgOptionText("five", false)) }},
		{"by response_url", "block_mismatch", func() string {
			if err := sim.People.Click(within(t), people.Click{User: "anna", Channel: "incidents", TS: ts, ActionID: "a"}); err != nil {
				t.Fatal(err)
			}
			_, _, err := api.PostMessageContext(within(t), channel, slack.MsgOptionText("six", false), slack.MsgOptionReplaceOriginal(<-urls))
			return code(err)
		}},
		{"it keeps one", "ok", func() string { return update(slack.MsgOptionBlocks(rich)) }},
	} {
		if got := step.got(); got != step.want {
			t.Errorf("%s: got %s, want %s", step.name, got, step.want)
		}
	}
}

func TestBadMetadataIsAWarning(t *testing.T) {
	sim, api := start(t, slacksim.Options{})
	payload := map[string]any{"op_id": "1"}
	for _, kind := range []string{"", "has spaces", "dots.too", "fine_1"} {
		_, ts := mustPost(t, api, "incidents", slack.MsgOptionText("x", false), slack.MsgOptionMetadata(slack.SlackMetadata{EventType: kind, EventPayload: payload}))
		m := sim.Thread("incidents", ts)[0]
		if kept := m.Metadata != nil; kept != (kind == "fine_1") {
			t.Errorf("event_type %q: metadata kept %t", kind, kept)
		}
	}
}

func TestArchivingEjectsTheBot(t *testing.T) {
	sim, api := start(t, slacksim.Options{})
	channel, ts := mustPost(t, api, "incidents", slack.MsgOptionText("x", false))
	post := func() error {
		_, _, err := api.PostMessageContext(within(t), channel, slack.MsgOptionText("y", false))
		return err
	}
	if err := sim.Admin.Archive("incidents"); err != nil {
		t.Fatal(err)
	}
	if got := code(post()); got != "is_archived" {
		t.Errorf("post: got %s, want is_archived", got)
	}
	if _, _, _, err := api.UpdateMessageContext(within(t), channel, ts, slack.MsgOptionText("y", false)); code(err) != "is_inactive" {
		t.Errorf("edit: got %v, want is_inactive", err)
	}
	if err := sim.Admin.Unarchive("incidents"); err != nil {
		t.Fatal(err)
	}
	if got := code(post()); got != "not_in_channel" {
		t.Errorf("after unarchiving: got %s, want not_in_channel", got)
	}
	if err := sim.Admin.InviteBot("incidents"); err != nil {
		t.Fatal(err)
	}
	if err := post(); err != nil {
		t.Errorf("invited anew: %v", err)
	}
}

func TestChannelsAreListedUnderAThousand(t *testing.T) {
	_, api := start(t, slacksim.Options{})
	for limit, want := range map[int]string{999: "ok", 1000: "invalid_limit"} {
		_, _, err := api.GetConversationsContext(within(t), &slack.GetConversationsParameters{Limit: limit})
		if got := code(err); got != want {
			t.Errorf("limit %d: got %s, want %s", limit, got, want)
		}
	}
}

func TestErrors(t *testing.T) {
	sim, api := start(t, slacksim.Options{})
	sim.Admin.AddChannel("old")
	sim.Admin.AddChannel("closed")
	channel, ts := mustPost(t, api, "incidents", slack.MsgOptionText("mine", false))
	said, err := sim.People.Say("anna", "incidents", "", "hello")
	if err != nil {
		t.Fatal(err)
	}
	_, gone := mustPost(t, api, "incidents", slack.MsgOptionText("gone", false))
	if err := sim.Admin.DeleteMessage("incidents", gone); err != nil {
		t.Fatal(err)
	}
	old, _ := sim.Channel("old")
	_, before := mustPost(t, api, old.ID, slack.MsgOptionText("x", false))
	if err := sim.Admin.Archive("old"); err != nil {
		t.Fatal(err)
	}
	closed, _ := sim.Channel("closed")
	if err := sim.Admin.RemoveBot("#closed"); err != nil {
		t.Fatal(err)
	}
	post := func(channel string, options ...slack.MsgOption) error {
		_, _, err := api.PostMessageContext(within(t), channel, options...)
		return err
	}
	update := func(channel, ts string, options ...slack.MsgOption) error {
		_, _, _, err := api.UpdateMessageContext(within(t), channel, ts, options...)
		return err
	}
	text := func(n int) slack.MsgOption { return slack.MsgOptionText(strings.Repeat("x", n), false) }
	metadata := func(n int) slack.MsgOption {
		return slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "e", EventPayload: map[string]any{"k": strings.Repeat("x", n)}})
	}
	// mixed has n characters of two bytes each in its texts.
	mixed := func(n int) []slack.Block {
		return []slack.Block{section(strings.Repeat("é", 2774)), section(strings.Repeat("é", n-2774))}
	}
	big := []slack.Block{section(strings.Repeat("x", 3000)), section(strings.Repeat("x", 3000)), section(strings.Repeat("x", 3000)),
		section(strings.Repeat("x", 3000)), section(strings.Repeat("x", 1500))}
	for _, test := range []struct {
		name, want string
		err        error
	}{
		{"no channel", "channel_not_found", post("#nowhere", text(1))},
		{"archived", "is_archived", post(old.ID, text(1))},
		{"update archived", "is_inactive", update(old.ID, before, text(1))},
		{"not a member", "not_in_channel", post("#closed", text(1))},
		{"nothing to say", "no_text", post(channel)},
		{"empty blocks", "no_text", post(channel, slack.MsgOptionBlocks())},
		{"long text is truncated", "ok", post(channel, text(41000))},
		{"too many characters in blocks", "msg_blocks_too_long", post(channel, slack.MsgOptionBlocks(big...))},
		{"longest blocks", "ok", post(channel, slack.MsgOptionBlocks(mixed(5615)...))},
		{"too many bytes in blocks", "msg_blocks_too_long", post(channel, slack.MsgOptionBlocks(mixed(5616)...))},
		{"metadata too large", "metadata_too_large", post(channel, text(1), metadata(2000))},
		{"bad block", "invalid_blocks", post(channel, slack.MsgOptionBlocks(section(strings.Repeat("x", 3001))))},
		{"metadata without type is left out", "ok", post(channel, text(1), slack.MsgOptionMetadata(slack.SlackMetadata{EventPayload: map[string]any{"a": 1}}))},
		{"update by name", "channel_not_found", update("#incidents", ts, text(1))},
		{"update somebody else's", "cant_update_message", update(channel, said, text(1))},
		{"update what is gone", "message_not_found", update(channel, gone, text(1))},
		{"update too long", "msg_too_long", update(channel, ts, text(4001))},
		{"update longest", "ok", update(channel, ts, text(4000))},
		{"update too long in bytes", "msg_too_long", update(channel, ts, slack.MsgOptionText(strings.Repeat("é", 2001), false))},
		{"update with nothing", "no_text", update(channel, ts)},
		{"update closed", "channel_not_found", update(closed.ID, ts, text(1))},
		{"delete somebody else's", "cant_delete_message", second(api.DeleteMessageContext(within(t), channel, said))},
		{"delete what is gone", "message_not_found", second(api.DeleteMessageContext(within(t), channel, gone))},
		{"ephemeral to nobody", "user_not_found", first(api.PostEphemeralContext(within(t), channel, "U0", text(1)))},
	} {
		if got := code(test.err); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
	for name, test := range map[string]struct{ channel, ts, want string }{
		"unknown thread": {channel, "1.000000", "thread_not_found"}, "gone": {channel, gone, "thread_not_found"},
		"no channel": {"C0", ts, "channel_not_found"}, "not a member": {closed.ID, ts, "not_in_channel"},
	} {
		_, _, _, err := api.GetConversationRepliesContext(within(t), &slack.GetConversationRepliesParameters{ChannelID: test.channel, Timestamp: test.ts})
		if got := code(err); got != test.want {
			t.Errorf("%s: got %s, want %s", name, got, test.want)
		}
	}
	var refused []string
	for _, c := range sim.Refusals() {
		refused = append(refused, c.Outcome)
	}
	if len(refused) != 24 {
		t.Errorf("got %d refusals %v, want 24", len(refused), refused)
	}
}

func first(_ string, err error) error { return err }

func second(_, _ string, err error) error { return err }

func TestReplyToWhatIsGoneIsUnthreaded(t *testing.T) {
	sim, api := start(t, slacksim.Options{})
	channel, root := mustPost(t, api, "incidents", slack.MsgOptionText("root", false))
	if _, _, err := api.DeleteMessageContext(within(t), channel, root); err != nil {
		t.Fatal(err)
	}
	_, ts, m, err := api.PostMessageWithResponseContext(within(t), channel, slack.MsgOptionText("reply", false), slack.MsgOptionTS(root))
	if err != nil || m.ThreadTimestamp != "" {
		t.Errorf("got thread %q, error %v; want a message in the channel", m.ThreadTimestamp, err)
	}
	if got := sim.Messages("incidents"); len(got) != 1 || got[0].TS != ts {
		t.Errorf("got %+v, want the reply as a root", got)
	}
}

func TestDeletedRootWithRepliesStaysAsTombstone(t *testing.T) {
	sim, api := start(t, slacksim.Options{})
	channel, root := mustPost(t, api, "incidents", slack.MsgOptionText("root", false))
	_, reply := mustPost(t, api, channel, slack.MsgOptionText("reply", false), slack.MsgOptionTS(root))
	if err := sim.Admin.DeleteMessage("incidents", root); err != nil {
		t.Fatal(err)
	}
	if got := sim.Messages("incidents"); len(got) != 1 || !got[0].Tombstone || got[0].PlainText() != "This message was deleted." {
		t.Errorf("got %+v, want a tombstone", got)
	}
	if _, _, _, err := api.UpdateMessageContext(within(t), channel, root, slack.MsgOptionText("x", false)); code(err) != "message_not_found" {
		t.Errorf("got %v, want message_not_found", err)
	}
	if err := sim.Admin.DeleteMessage("incidents", reply); err != nil {
		t.Fatal(err)
	}
	if got := sim.Messages("incidents"); len(got) != 0 {
		t.Errorf("got %+v, want nothing left", got)
	}
}

func TestTokens(t *testing.T) {
	sim := slacksim.New(slacksim.Options{})
	server := httptest.NewServer(sim)
	defer server.Close()
	defer sim.Close()
	call := func(method, contentType, authorization, body string) string {
		req, err := http.NewRequestWithContext(within(t), http.MethodPost, server.URL+"/api/"+method, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", contentType)
		req.Header.Set("Authorization", authorization)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var b strings.Builder
		if err := resp.Write(&b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	const form, object = "application/x-www-form-urlencoded", "application/json; charset=utf-8"
	for _, test := range []struct{ name, method, kind, auth, body, want string }{
		{"token in the form", "auth.test", form, "", "token=xoxb-sim", `"ok":true`},
		{"token in the header", "auth.test", form, "Bearer xoxb-sim", "", `"ok":true`},
		{"json post", "chat.postMessage", object, "Bearer xoxb-sim", `{"channel":"#general","blocks":[{"type":"divider"}]}`, `"ok":true`},
		{"json post, blocks as text", "chat.postMessage", object, "Bearer xoxb-sim", `{"channel":"#general","blocks":"[{\"type\":\"divider\"}]"}`, `"ok":true`},
		{"no token", "auth.test", form, "", "", "not_authed"},
		{"wrong token", "auth.test", form, "Bearer xoxb-other", "", "invalid_auth"},
		{"token in the query", "auth.test?token=xoxb-sim", form, "", "", "not_authed"},
		{"app token for a bot's method", "auth.test", form, "Bearer xapp-sim", "", "not_allowed_token_type"},
		{"bot token for the app's method", "apps.connections.open", form, "Bearer xoxb-sim", "", "not_allowed_token_type"},
		{"unknown method", "chat.fly", form, "Bearer xoxb-sim", "", "unknown_method"},
		{"api.test needs none", "api.test", form, "", "foo=bar", `"foo":"bar"`},
		{"api.test with error", "api.test", form, "", url.Values{"error": {"my_error"}}.Encode(), "my_error"},
		{"no json", "chat.postMessage", object, "Bearer xoxb-sim", `{`, "invalid_form_data"},
		{"blocks are no list", "chat.postMessage", form, "Bearer xoxb-sim", "channel=general&blocks=%7B%7D", "invalid_blocks_format"},
	} {
		if got := call(test.method, test.kind, test.auth, test.body); !strings.Contains(got, test.want) {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
	sim.Admin.RevokeToken()
	if got := call("auth.test", form, "", "token=xoxb-sim"); !strings.Contains(got, "token_revoked") {
		t.Errorf("revoked: got %s", got)
	}
	sim.Admin.RestoreToken()
	if got := call("auth.test", form, "", "token=xoxb-sim"); !strings.Contains(got, `"ok":true`) {
		t.Errorf("restored: got %s", got)
	}
}
