package slacksim_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"github.com/signalbook/signalbook/bot/slacksim"
	"github.com/signalbook/signalbook/bot/slacksim/blockkit"
	"github.com/signalbook/signalbook/bot/slacksim/delivery"
	"github.com/signalbook/signalbook/bot/slacksim/people"
)

// picker is a select that asks the app; least is its min_query_length, nil for none.
func picker(blockID string, least *int) *slack.ActionBlock {
	element := slack.NewOptionsSelectBlockElement(slack.OptTypeExternal, words("Find an incident"), "storm:pick")
	element.MinQueryLength = least
	return slack.NewActionBlock(blockID, element)
}

// offering acknowledges questions with what find gives, and anything else plainly.
func offering(asked, chosen chan<- slack.InteractionCallback, find func(query string) any) func(*socketmode.Client, socketmode.Event) {
	return func(c *socketmode.Client, e socketmode.Event) {
		cb, ok := e.Data.(slack.InteractionCallback)
		if !ok {
			return
		}
		if cb.Type != slack.InteractionTypeBlockSuggestion {
			_ = c.Ack(*e.Request)
			chosen <- cb
			return
		}
		if answer := find(cb.Value); answer != nil {
			_ = c.Ack(*e.Request, answer)
		}
		if asked != nil {
			asked <- cb
		}
	}
}

func incidents(query string) any {
	found := []*slack.OptionBlockObject{}
	for _, id := range []string{"INC-57", "INC-58"} {
		if strings.Contains(id, query) {
			found = append(found, slack.NewOptionBlockObject(id, words(id+" database"), nil))
		}
	}
	return map[string]any{"options": found}
}

func TestSuggest(t *testing.T) {
	sim, api := start(t, slacksim.Options{})
	asked, chosen := make(chan slack.InteractionCallback, 10), make(chan slack.InteractionCallback, 10)
	runBot(t, sim, api, offering(asked, chosen, incidents))
	channel, root := mustPost(t, api, "#incidents", slack.MsgOptionText("root", false))
	_, ts := mustPost(t, api, channel, slack.MsgOptionTS(root), slack.MsgOptionBlocks(section("a storm"), picker("pick:11", new(0)), picker("slow:1", nil)))

	q := people.Suggest{User: "ben", Channel: "#incidents", TS: ts, ActionID: "storm:pick", BlockID: "pick:11", Query: "58"}
	got, err := sim.People.Suggest(within(t), q)
	if want := []blockkit.Option{{Text: "INC-58 database", Value: "INC-58"}}; err != nil || !cmp.Equal(got, want) {
		t.Fatalf("got %+v, %v, want %+v", got, err, want)
	}
	cb := <-asked
	if cb.ActionID != "storm:pick" || cb.BlockID != "pick:11" || cb.Value != "58" || cb.User.Name != "ben" || cb.Channel.ID != channel ||
		cb.Container.MessageTs != ts || cb.Container.ThreadTs != root || cb.TriggerID != "" || cb.ResponseURL != "" {
		t.Errorf("got question %+v, want ben's about the select, without trigger_id and response_url", cb)
	}
	choice := people.Choice{User: "ben", Channel: "incidents", TS: ts, ActionID: "storm:pick", BlockID: "pick:11", Value: "INC-58"}
	if err := sim.People.Choose(within(t), choice); err != nil {
		t.Fatal(err)
	}
	action := (<-chosen).ActionCallback.BlockActions[0]
	if action.Type != "external_select" || action.BlockID != "pick:11" || action.SelectedOption.Value != "INC-58" || action.SelectedOption.Text.Text != "INC-58 database" {
		t.Errorf("got action %+v, want the option chosen", action)
	}
	for name, test := range map[string]struct{ user, block, value string }{
		"not offered":           {"ben", "pick:11", "INC-57"},
		"offered to another":    {"anna", "pick:11", "INC-58"},
		"offered in another":    {"ben", "slow:1", "INC-58"},
		"offered to nobody yet": {"chris", "pick:11", "INC-57"},
	} {
		wrong := choice
		wrong.User, wrong.BlockID, wrong.Value = test.user, test.block, test.value
		if err := sim.People.Choose(within(t), wrong); err == nil {
			t.Errorf("%s: the choice was taken, want an error", name)
		}
	}
	for name, test := range map[string]struct {
		block, query string
		want         []string
	}{
		"nothing typed":         {"pick:11", "", []string{"INC-57", "INC-58"}},
		"nothing found":         {"pick:11", "x", nil},
		"three characters":      {"slow:1", "-57", []string{"INC-57"}},
		"two characters of 3":   {"slow:1", "57", []string{"min_query_length"}},
		"no such select":        {"pick:12", "", []string{"does not show it"}},
		"nothing typed, slowly": {"slow:1", "", []string{"min_query_length"}},
	} {
		q.BlockID, q.Query = test.block, test.query
		var values []string
		found, err := sim.People.Suggest(within(t), q)
		for _, o := range found {
			values = append(values, o.Value)
		}
		if err != nil && len(test.want) == 1 && strings.Contains(err.Error(), test.want[0]) {
			continue
		}
		if err != nil || !cmp.Equal(values, test.want) {
			t.Errorf("%s: got %v, %v, want %v", name, values, err, test.want)
		}
	}
}

func TestSuggestChecksTheAnswer(t *testing.T) {
	sim, api := start(t, slacksim.Options{})
	var answer string
	runBot(t, sim, api, offering(nil, nil, func(string) any { return json.RawMessage(answer) }))
	_, ts := mustPost(t, api, "incidents", slack.MsgOptionBlocks(picker("b", new(0))))
	option := func(text, value string) string {
		return `{"text":{"type":"plain_text","text":"` + text + `"},"value":"` + value + `"}`
	}
	for _, test := range []struct{ name, answer, want string }{
		{"100 options", `{"options":[` + repeated(100, option("o", "v%d")) + `]}`, "ok"},
		{"101 options", `{"options":[` + repeated(101, option("o", "v%d")) + `]}`, "no more than 100 items"},
		{"no options", `{"options":[]}`, "ok"},
		{"text 75 and value 75", `{"options":[` + option(x(75), x(75)) + `]}`, "ok"},
		{"text 76", `{"options":[` + option(x(76), "v") + `]}`, "must be less than 76"},
		{"value 76", `{"options":[` + option("o", x(76)) + `]}`, "must be less than 76"},
		{"empty value", `{"options":[` + option("o", "") + `]}`, "must be more than 0"},
		{"value twice", `{"options":[` + option("o", "v") + `,` + option("p", "v") + `]}`, "already exists"},
		{"mrkdwn", `{"options":[{"text":{"type":"mrkdwn","text":"o"},"value":"v"}]}`, "must be one of: plain_text"},
		{"groups", `{"option_groups":[{"label":{"type":"plain_text","text":"g"},"options":[` + option("o", "v") + `]}]}`, "ok"},
		{"both", `{"options":[],"option_groups":[]}`, "either `options` or `option_groups`"},
		{"neither", `{}`, "either `options` or `option_groups`"},
		{"null", `null`, "must be a valid object"},
		{"options null", `{"options":null}`, "must be provided a value"},
		{"a list", `[]`, "must be a valid object"},
		{"more", `{"options":[],"text":"hello"}`, "invalid additional property: text"},
	} {
		answer = test.answer
		_, err := sim.People.Suggest(within(t), people.Suggest{User: "anna", Channel: "incidents", TS: ts, ActionID: "storm:pick"})
		if got := code(err); got != test.want && !strings.Contains(got, test.want) {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}

func TestSuggestUnanswered(t *testing.T) {
	sim, api := start(t, slacksim.Options{AckTimeout: 30 * time.Millisecond})
	_, ts := mustPost(t, api, "incidents", slack.MsgOptionBlocks(picker("b", new(0))))
	q := people.Suggest{User: "anna", Channel: "incidents", TS: ts, ActionID: "storm:pick"}
	var failed *delivery.Error
	if _, err := sim.People.Suggest(within(t), q); !errors.As(err, &failed) || failed.Code != "dispatch_failed" {
		t.Errorf("with no app: got %v, want dispatch_failed", err)
	}
	runBot(t, sim, api, offering(nil, nil, func(string) any { return nil }))
	if _, err := sim.People.Suggest(within(t), q); !errors.As(err, &failed) || failed.Code != "operation_timeout" {
		t.Errorf("with a silent app: got %v, want operation_timeout", err)
	}
}

func TestSuggestOverHTTP(t *testing.T) {
	answers := map[string]string{"": `{"options":[{"text":{"type":"plain_text","text":"o"},"value":"v"}]}`, "empty": ""}
	a, url := startApp(t, func(w http.ResponseWriter, _ string, body []byte, _ int) {
		cb, err := slack.InteractionCallbackParse(form(t, body))
		if err != nil || cb.Type != slack.InteractionTypeBlockSuggestion {
			t.Errorf("got %s, %v, want a block_suggestion", cb.Type, err)
		}
		switch cb.Value {
		case "text":
			w.Header().Set("Content-Type", "text/plain")
		case "500":
			w.WriteHeader(http.StatusInternalServerError)
		default:
			w.Header().Set("Content-Type", "application/json; charset=utf-8")
		}
		_, _ = io.WriteString(w, answers[cb.Value])
	})
	sim, api := start(t, slacksim.Options{SigningSecret: "s3cret", RequestURL: url})
	_, ts := mustPost(t, api, "general", slack.MsgOptionBlocks(picker("b", new(0))))
	for query, want := range map[string]string{"": "ok", "text": "not application/json", "empty": "without options", "500": "http_service_error"} {
		_, err := sim.People.Suggest(within(t), people.Suggest{User: "ben", Channel: "general", TS: ts, ActionID: "storm:pick", Query: query})
		if got := code(err); got != want && !strings.Contains(got, want) {
			t.Errorf("query %q: got %s, want %s", query, got, want)
		}
	}
	for _, request := range a.requests {
		if request != "/slack/interactions  " {
			t.Errorf("asked at %q, want the interactions' address, once each", request)
		}
	}
}

func TestSuggestInAModal(t *testing.T) {
	sim, api := start(t, slacksim.Options{})
	chosen := make(chan slack.InteractionCallback, 10)
	runBot(t, sim, api, offering(nil, chosen, incidents))
	_, ts := mustPost(t, api, "incidents", slack.MsgOptionBlocks(slack.NewActionBlock("b", button("merge", "x", "Merge…"))))
	if err := sim.People.Click(within(t), people.Click{User: "anna", Channel: "incidents", TS: ts, ActionID: "merge"}); err != nil {
		t.Fatal(err)
	}
	element := slack.NewOptionsSelectBlockElement(slack.OptTypeExternal, words("Which"), "into")
	element.MinQueryLength = new(0)
	if _, err := api.OpenView((<-chosen).TriggerID, slack.ModalViewRequest{Type: slack.VTModal, Title: words("Merge"), Submit: words("Merge"),
		Blocks: slack.Blocks{BlockSet: []slack.Block{slack.NewInputBlock("into", words("Into"), nil, element)}}}); err != nil {
		t.Fatal(err)
	}
	if wrong, err := sim.People.SubmitView(within(t), "anna", map[string]string{"into": "INC-57"}); err != nil || wrong["into"] == "" {
		t.Errorf("before anything was offered: got %v, %v, want an error at the input", wrong, err)
	}
	if got, err := sim.People.Suggest(within(t), people.Suggest{User: "anna", ActionID: "into", Query: "57"}); err != nil || len(got) != 1 {
		t.Fatalf("got %v, %v, want one option", got, err)
	}
	if wrong, err := sim.People.SubmitView(within(t), "anna", map[string]string{"into": "INC-57"}); err != nil || len(wrong) > 0 {
		t.Fatalf("got %v, %v, want it taken", wrong, err)
	}
	if got := (<-chosen).View.State.Values["into"]["into"].SelectedOption.Value; got != "INC-57" {
		t.Errorf("got %q submitted, want INC-57", got)
	}
}

func TestPageSuggests(t *testing.T) {
	sim, api, page := startPage(t, slacksim.Options{})
	chosen := make(chan slack.InteractionCallback, 1)
	runBot(t, sim, api, offering(nil, chosen, incidents))
	_, ts := mustPost(t, api, "incidents", slack.MsgOptionBlocks(picker("pick:11", new(0))))
	html := page.state("user=anna").Messages[0].HTML
	for _, want := range []string{`role="combobox"`, `data-least="0"`, `data-block-id="pick:11"`, `data-action-id="storm:pick"`, `placeholder="Find an incident"`} {
		if !strings.Contains(html, want) {
			t.Errorf("the message lacks %s: %s", want, html)
		}
	}
	page.get("/assets/search.js")
	on := map[string]string{"user": "anna", "channel": "incidents", "ts": ts, "action_id": "storm:pick", "block_id": "pick:11", "query": "58"}
	if status, _ := page.post("/sim/suggest", on, "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"); status != http.StatusForbidden {
		t.Errorf("from another site: got %d, want 403", status)
	}
	if status, got := page.post("/sim/suggest", on); status != http.StatusOK || got != `{"options":[{"about":"","text":"INC-58 database","value":"INC-58"}]}` {
		t.Errorf("got %d %s, want INC-58", status, got)
	}
	on["value"] = "INC-58"
	if status, told := page.post("/sim/choose", on); status != http.StatusNoContent {
		t.Errorf("choose: got %d %s", status, told)
	}
	if got := (<-chosen).ActionCallback.BlockActions[0].SelectedOption.Value; got != "INC-58" {
		t.Errorf("got %q chosen, want INC-58", got)
	}
	on["action_id"] = "other"
	if status, told := page.post("/sim/suggest", on); status != 422 || !strings.Contains(told, "does not show it") {
		t.Errorf("a select that is not there: got %d %s", status, told)
	}
}
