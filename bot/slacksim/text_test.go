package slacksim_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/slacksim"
	"github.com/signalbook/signalbook/bot/slacksim/blockkit"
	"github.com/signalbook/signalbook/bot/slacksim/workspace"
)

func TestPlainTextOfBlocks(t *testing.T) {
	sim, api := start(t, slacksim.Options{})
	anna, _ := sim.User("anna")
	menu := slack.NewOverflowBlockElement("menu", slack.NewOptionBlockObject("note/1", words("Add note"), nil))
	_, ts := mustPost(t, api, "incidents", slack.MsgOptionText("fallback", false), slack.MsgOptionBlocks(
		slack.NewHeaderBlock(words("Database :fire: *CPU*")),
		slack.NewSectionBlock(nil, []*slack.TextBlockObject{slack.NewTextBlockObject("mrkdwn", "*Severity*\ncritical", false, false)}, slack.NewAccessory(menu)),
		slack.NewContextBlock("", slack.NewTextBlockObject("mrkdwn", "a", false, false), words("b")),
		slack.NewRichTextBlock("", slack.NewRichTextList(slack.RTEListOrdered, 0,
			slack.NewRichTextSection(slack.NewRichTextSectionTextElement("first <!channel>", nil)),
			slack.NewRichTextSection(slack.NewRichTextSectionUserElement(anna.ID, nil)))),
		slack.NewActionBlock("", button("incident:ack", "INC-1", "Acknowledge")),
	))
	got := sim.Thread("incidents", ts)[0]
	want := "Database 🔥 *CPU*\nSeverity\ncritical\na b\n1. first <!channel>\n2. @anna\n[Acknowledge]"
	if got.PlainText() != want {
		t.Errorf("got %q, want %q", got.PlainText(), want)
	}
	if b := got.Buttons(); len(b) != 1 || b[0].ActionID != "incident:ack" || b[0].Value != "INC-1" || b[0].Text != "Acknowledge" {
		t.Errorf("got buttons %+v", b)
	}
	if m := got.Menus(); len(m) != 1 || !cmp.Equal(m[0].Options, []blockkit.Option{{Text: "Add note", Value: "note/1"}}) {
		t.Errorf("got menus %+v", m)
	}
}

func TestNotifications(t *testing.T) {
	sim, api := start(t, slacksim.Options{})
	anna, _ := sim.User("anna")
	group, _ := sim.Group("platform-oncall")
	channel, root := mustPost(t, api, "incidents", slack.MsgOptionText("harmless &lt;!channel&gt; @here", false), slack.MsgOptionBlocks(
		slack.NewHeaderBlock(words("<!channel>")), slack.NewSectionBlock(words("<!here> <@"+anna.ID+">"), nil, nil),
		slack.NewRichTextBlock("", slack.NewRichTextSection(slack.NewRichTextSectionTextElement("<!everyone>", nil))),
		section("&lt;!everyone&gt; `code`")))
	if got := sim.Notifications(); len(got) != 0 {
		t.Fatalf("got %+v, want none", got)
	}
	_, ts := mustPost(t, api, channel, slack.MsgOptionTS(root), slack.MsgOptionText("<!subteam^"+group.ID+"> please", false), slack.MsgOptionBlocks(
		section("<!subteam^"+group.ID+"> please"), slack.NewContextBlock("", slack.NewTextBlockObject("mrkdwn", "<!here>", false, false)),
		slack.NewRichTextBlock("", slack.NewRichTextSection(slack.NewRichTextSectionUserElement(anna.ID, nil)))))
	want := []workspace.Notification{
		{Channel: "incidents", TS: ts, Thread: root, Mention: "@platform-oncall", Users: []string{"anna", "chris"}},
		{Channel: "incidents", TS: ts, Thread: root, Mention: "@here", Users: []string{"anna", "ben", "chris"}},
		{Channel: "incidents", TS: ts, Thread: root, Mention: "@anna", Users: []string{"anna"}},
	}
	if diff := cmp.Diff(want, sim.Notifications()); diff != "" {
		t.Errorf("notifications differ (-want +got):\n%s", diff)
	}
	sim.ResetCalls()
	if _, err := api.PostEphemeralContext(within(t), channel, anna.ID, slack.MsgOptionText("<!channel>", false)); err != nil {
		t.Fatal(err)
	}
	if got := sim.Notifications(); len(got) != 0 {
		t.Errorf("got %+v of an ephemeral message, want none", got)
	}
	mustPost(t, api, channel, slack.MsgOptionText("@db-oncall and @channel", false), slack.MsgOptionLinkNames(true))
	if got := sim.Notifications(); len(got) != 2 || got[0].Mention != "@db-oncall" || got[1].Mention != "@channel" {
		t.Errorf("with link_names: got %+v, want both", got)
	}
}

func FuzzMrkdwnNeverPanics(f *testing.F) {
	for _, seed := range []string{"*a*", "<@U1|x>", "```", "<!date^1^{time}|x>", "&lt;", ":fire:", "> q", "`<a|b>`", "*_~`", "<!subteam^S|", "https://"} {
		f.Add(seed)
	}
	sim := slacksim.New(slacksim.Options{})
	f.Fuzz(func(t *testing.T, text string) {
		ts, err := sim.People.Say("anna", "general", "", "x"+text)
		if err != nil {
			t.Fatal(err)
		}
		sim.Dump()
		if err := sim.Admin.DeleteMessage("general", ts); err != nil {
			t.Fatal(err)
		}
	})
}

func TestMetadataNumbersSurvive(t *testing.T) {
	sim, api := start(t, slacksim.Options{})
	_, _ = mustPost(t, api, "incidents", slack.MsgOptionText("x", false),
		slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "e", EventPayload: map[string]any{"n": json.Number("9007199254740993")}}))
	if got := sim.Messages("incidents")[0].Metadata.Payload["n"]; got != json.Number("9007199254740993") {
		t.Errorf("got %v, want the number as it was", got)
	}
}
