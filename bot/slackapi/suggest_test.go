package slackapi

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/slacksim"
	"github.com/signalbook/signalbook/bot/slacksim/people"
)

const menu = `{"type":"block_suggestion","user":{"id":"U1","username":"anna","name":"Anna A"},"api_app_id":"A1","token":"x",
	"team":{"id":"T1","domain":"acme"},"container":{"type":"message","message_ts":"2.2","channel_id":"C1","is_ephemeral":false},
	"channel":{"id":"C1","name":"incidents"},"message":{"ts":"2.2","blocks":[{"type":"of_tomorrow","text":7}]},
	"action_id":"storm:pick","block_id":"pick:11","value":"database"}`

func choice(value, text string) *slack.OptionBlockObject {
	return slack.NewOptionBlockObject(value, slack.NewTextBlockObject(slack.PlainTextType, text, false, false), nil)
}

func offers(found ...*slack.OptionBlockObject) func(context.Context, Suggestion) []*slack.OptionBlockObject {
	return func(context.Context, Suggestion) []*slack.OptionBlockObject { return found }
}

func TestMenuOverHTTP(t *testing.T) {
	for name, test := range map[string]struct {
		found []*slack.OptionBlockObject
		want  string
	}{
		"one":  {[]*slack.OptionBlockObject{choice("INC-57", "a < b")}, `{"options":[{"text":{"type":"plain_text","text":"a \u003c b","emoji":false},"value":"INC-57"}]}`},
		"none": {nil, `{"options":[]}`},
	} {
		handler := &recorder{suggest: offers(test.found...)}
		h := startHTTP(t, handler)
		w := deliver(h, signedRequest("/slack/interactions", "payload="+url.QueryEscape(menu), testNow))
		if got := strings.TrimSpace(w.Body.String()); w.Code != 200 || got != test.want || !strings.HasPrefix(w.Header().Get("Content-Type"), "application/json") {
			t.Errorf("%s: got %d %s, want 200 %s as JSON", name, w.Code, got, test.want)
		}
		want := []Suggestion{{ActionID: "storm:pick", BlockID: "pick:11", Query: "database", UserID: "U1", UserName: "anna", ChannelID: "C1", MessageTS: "2.2", At: testNow}}
		if diff := cmp.Diff(want, handler.suggestions); diff != "" {
			t.Errorf("%s: asked (-want +got):\n%s", name, diff)
		}
		if err := h.close(); err != nil || h.counted(kindSuggestion, "ok") != 1 {
			t.Errorf("%s: got %v and %v counted, want 1", name, err, h.counted(kindSuggestion, "ok"))
		}
		if w := deliver(h, signedRequest("/slack/interactions", "payload="+url.QueryEscape(menu), testNow)); w.Code != 503 {
			t.Errorf("%s: after closing: got %d, want 503", name, w.Code)
		}
	}
}

func TestQueryIsBounded(t *testing.T) {
	long := strings.Replace(menu, "database", strings.Repeat("ä", maxQuery), 1)
	d, err := decodeInteraction([]byte(long), "x", testNow)
	if got, want := d.suggestion.Query, strings.Repeat("ä", maxQuery/2); err != nil || got != want {
		t.Errorf("got %q, %v, want %d letters", got, err, maxQuery/2)
	}
	odd := strings.Replace(menu, "database", "a"+strings.Repeat("ä", maxQuery), 1)
	if d, err = decodeInteraction([]byte(odd), "x", testNow); err != nil || strings.ContainsRune(d.suggestion.Query, '\uFFFD') || len(d.suggestion.Query) != maxQuery-1 {
		t.Errorf("got %q, %v, want no half letter", d.suggestion.Query, err)
	}
}

func TestOptionsFitSlack(t *testing.T) {
	many := func(n int, text string) (all []*slack.OptionBlockObject) {
		for i := range n {
			all = append(all, choice(fmt.Sprintf("INC-%d", i), text))
		}
		return all
	}
	size := func(o menuOptions) int {
		text, err := json.Marshal(map[string]any{"envelope_id": strings.Repeat("e", 200), "payload": o})
		if err != nil {
			t.Fatal(err)
		}
		return len(text)
	}
	if got := len(fitting(many(101, "x")).Options); got != 100 {
		t.Errorf("101 options: got %d, want 100", got)
	}
	for _, text := range []string{strings.Repeat("x", 75), strings.Repeat("語", 75), strings.Repeat("<", 75)} {
		fit := fitting(many(100, text))
		if n := len(fit.Options); n < 30 || size(fit) >= 20<<10 || !strings.Contains(string(fit.Options[0]), `"INC-0"`) {
			t.Errorf("%.1s: got %d options of %d bytes, want the first ones and less than 20 kB", text, n, size(fit))
		}
	}
	if got := len(fitting(many(100, strings.Repeat("x", 75))).Options); got != 100 {
		t.Errorf("100 options in plain letters: got %d", got)
	}
	if got := fitting([]*slack.OptionBlockObject{nil, {Value: "x"}, choice("INC-1", "x")}); len(got.Options) != 1 {
		t.Errorf("what is no option: got %s, want it left out", got.Options)
	}
}

func TestSuggestTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, sent := testEndpoint(t, &recorder{suggest: func(context.Context, Suggestion) []*slack.OptionBlockObject {
			time.Sleep(4 * time.Second) // a slow handler, in the bubble's time
			return []*slack.OptionBlockObject{choice("INC-1", "x")}
		}})
		began := time.Now()
		ticket := d.enter()
		got := d.suggest(ticket, Suggestion{})
		ticket.leave()
		if len(got.Options) > 0 || got.Options == nil || time.Since(began) > answerWithin {
			t.Errorf("got %s after %s, want an empty list within %s", got.Options, time.Since(began), answerWithin)
		}
		if err := d.close(); err != nil || d.counted(kindSuggestion, "late") != 1 || len(sent()) > 0 {
			t.Errorf("got %v, %v late and %v said, want 1 and nothing", err, d.counted(kindSuggestion, "late"), sent())
		}
	})
}

func TestSuggestPanics(t *testing.T) {
	d, _ := testEndpoint(t, &recorder{suggest: func(context.Context, Suggestion) []*slack.OptionBlockObject { panic("four") }})
	ticket := d.enter()
	got := d.suggest(ticket, Suggestion{})
	ticket.leave()
	if err := d.close(); err != nil || len(got.Options) > 0 || got.Options == nil || d.counted(kindSuggestion, "panic") != 1 {
		t.Errorf("got %s, %v and %v panics counted, want an empty list and 1", got.Options, err, d.counted(kindSuggestion, "panic"))
	}
}

// TestMenuConversation types into a menu and chooses, by both endpoints.
func TestMenuConversation(t *testing.T) {
	for _, endpoint := range []string{"socket", "http"} {
		t.Run(endpoint, func(t *testing.T) {
			sim, c := startSim(t, slacksim.Options{})
			handler := &recorder{suggest: func(_ context.Context, s Suggestion) (found []*slack.OptionBlockObject) {
				for i := range 100 {
					if id := fmt.Sprintf("INC-%d", i); s.ActionID == "storm:pick" && strings.Contains(id, s.Query) {
						found = append(found, choice(id, strings.Repeat("語", 75)))
					}
				}
				return found
			}}
			if endpoint == "socket" {
				startSocket(t, sim, c, handler)
			} else {
				startHTTPEndpoint(t, sim, c, handler)
			}
			pick(t, sim, c, handler)
		})
	}
}

func pick(t *testing.T, sim *slacksim.Sim, c *Client, handler *recorder) {
	t.Helper()
	ctx := patience(t)
	element := slack.NewOptionsSelectBlockElement(slack.OptTypeExternal, slack.NewTextBlockObject(slack.PlainTextType, "Find", false, false), "storm:pick")
	element.MinQueryLength = new(0)
	other := *element
	other.ActionID = "other"
	sent, err := c.Post(ctx, Post{Channel: "#incidents", Message: blockkit.Message{Text: "storm", Blocks: []slack.Block{slack.NewActionBlock("pick:11", element, other)}}})
	if err != nil {
		t.Fatal(err)
	}
	q := people.Suggest{User: "ben", Channel: "incidents", TS: sent.TS, ActionID: "storm:pick"}
	all, err := sim.People.Suggest(ctx, q)
	if err != nil || len(all) < 30 || len(all) > 100 || all[0].Value != "INC-0" {
		t.Fatalf("got %d options, %v, want as many as fit", len(all), err)
	}
	q.Query = "57"
	if found, err := sim.People.Suggest(ctx, q); err != nil || len(found) != 1 || found[0].Value != "INC-57" {
		t.Errorf("got %v, %v, want INC-57", found, err)
	}
	q.ActionID, q.Query = "other", ""
	if found, err := sim.People.Suggest(ctx, q); err != nil || len(found) > 0 {
		t.Errorf("a menu that is not ours: got %v, %v, want no options", found, err)
	}
	q.ActionID, q.Query = "storm:pick", "57"
	if _, err := sim.People.Suggest(ctx, q); err != nil {
		t.Fatal(err)
	}
	if err := sim.People.Choose(ctx, people.Choice{User: "ben", Channel: "incidents", TS: sent.TS, ActionID: "storm:pick", Value: "INC-57"}); err != nil {
		t.Fatal(err)
	}
	if err := waitUntil(ctx, func() bool { handler.mu.Lock(); defer handler.mu.Unlock(); return len(handler.actions) == 1 }); err != nil {
		t.Fatal(err)
	}
	if got := handler.actions[0]; got.Value != "INC-57" || got.ActionID != "storm:pick" || got.MessageTS != sent.TS || !strings.HasPrefix(got.Op, "trigger:") || got.ResponseURL == "" {
		t.Errorf("got click %+v, want INC-57 chosen", got)
	}
	if got := handler.suggestions[0]; got.BlockID != "pick:11" || got.MessageTS != sent.TS || got.ChannelID != sent.Channel || got.Query != "" {
		t.Errorf("got question %+v, want one about %v", got, sent)
	}
}

// slack-go gives up on a message that holds what it does not know; the question
// must not be lost for it.
func TestMenuThatSlackGoCannotReadIsReadAgain(t *testing.T) {
	handler := &recorder{}
	s, l, _ := testSocket(t, handler)
	s.reread(l, json.RawMessage(`{"type":"interactive","envelope_id":"e1","accepts_response_payload":true,"payload":`+menu+`}`))
	s.reread(l, json.RawMessage(`{"type":"interactive","envelope_id":"e2","accepts_response_payload":false,"payload":`+menu+`}`))
	if err := s.close(); err != nil || len(handler.suggestions) != 2 {
		t.Errorf("got %+v, %v, want both questions", handler.suggestions, err)
	}
}
