package slacksim_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"github.com/signalbook/signalbook/bot/slacksim"
	"github.com/signalbook/signalbook/bot/slacksim/people"
)

func words(text string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, text, true, false)
}

func skipModal() slack.ModalViewRequest {
	input := slack.NewPlainTextInputBlockElement(words("Why?"), "reason")
	input.MaxLength = 20
	choice := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, nil, "kind",
		slack.NewOptionBlockObject("later", words("Later"), nil), slack.NewOptionBlockObject("never", words("Never"), nil))
	kind := slack.NewInputBlock("kind", words("Kind"), nil, choice)
	kind.Optional = true
	return slack.ModalViewRequest{Type: slack.VTModal, CallbackID: "step:skip", PrivateMetadata: "INC-1/a",
		Title: words("Skip step 4"), Submit: words("Skip"), Close: words("Cancel"),
		Blocks: slack.Blocks{BlockSet: []slack.Block{section("Skip *it*"), slack.NewInputBlock("reason", words("Reason"), nil, input), kind}}}
}

// clock is a clock that a test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Unix(1790000000, 0)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func TestModal(t *testing.T) {
	sim, api := start(t, slacksim.Options{})
	submitted := make(chan slack.InteractionCallback, 10)
	opened := make(chan error, 1)
	runBot(t, sim, api, func(c *socketmode.Client, e socketmode.Event) {
		cb, ok := e.Data.(slack.InteractionCallback)
		if !ok {
			return
		}
		switch cb.Type {
		case slack.InteractionTypeBlockActions:
			_ = c.Ack(*e.Request)
			_, err := api.OpenView(cb.TriggerID, skipModal())
			opened <- err
		case slack.InteractionTypeViewSubmission:
			submitted <- cb
			if cb.View.State.Values["reason"]["reason"].Value == "bad" {
				_ = c.Ack(*e.Request, slack.NewErrorsViewSubmissionResponse(map[string]string{"reason": "Say more."}))
				return
			}
			_ = c.Ack(*e.Request)
		}
	})
	_, ts := mustPost(t, api, "incidents", slack.MsgOptionBlocks(slack.NewActionBlock("b", button("step:skip", "INC-1/a", "Skip…"))))
	if err := sim.People.Click(within(t), people.Click{User: "anna", Channel: "incidents", TS: ts, ActionID: "step:skip"}); err != nil {
		t.Fatal(err)
	}
	if err := <-opened; err != nil {
		t.Fatal(err)
	}
	modal, ok := sim.OpenModal("anna")
	if !ok || modal.Title != "Skip step 4" || modal.Submit != "Skip" || modal.Private != "INC-1/a" || len(modal.Inputs) != 2 ||
		!strings.Contains(modal.PlainText(), "Skip it\nReason") {
		t.Fatalf("got modal %+v", modal)
	}
	if _, ok := sim.OpenModal("ben"); ok {
		t.Error("ben sees anna's modal")
	}
	for _, test := range []struct {
		name   string
		values map[string]string
		want   map[string]string
	}{
		{"empty", nil, map[string]string{"reason": "Please complete this required field."}},
		{"too long", map[string]string{"reason": strings.Repeat("x", 21)}, map[string]string{"reason": "Must be at most 20 characters."}},
		{"no such option", map[string]string{"reason": "x", "kind": "maybe"}, map[string]string{"kind": `There is no option "maybe".`}},
		{"the app's error", map[string]string{"reason": "bad"}, map[string]string{"reason": "Say more."}},
	} {
		got, err := sim.People.SubmitView(within(t), "anna", test.values)
		if err != nil || !cmp.Equal(got, test.want) {
			t.Errorf("%s: got %v, %v; want %v", test.name, got, err, test.want)
		}
		if modal, ok := sim.OpenModal("anna"); !ok || !cmp.Equal(modal.Errors, test.want) {
			t.Errorf("%s: got modal with errors %v, want %v", test.name, modal.Errors, test.want)
		}
	}
	if _, err := sim.People.SubmitView(within(t), "anna", map[string]string{"colour": "red"}); err == nil {
		t.Error("an input that is not there was filled in, want an error")
	}
	<-submitted
	if got, err := sim.People.SubmitView(within(t), "anna", map[string]string{"reason": "not ours", "kind": "never"}); err != nil || len(got) != 0 {
		t.Fatalf("submit: got %v, %v", got, err)
	}
	cb := <-submitted
	if cb.View.CallbackID != "step:skip" || cb.View.PrivateMetadata != "INC-1/a" || cb.User.Name != "anna" ||
		cb.View.State.Values["reason"]["reason"].Value != "not ours" || cb.View.State.Values["kind"]["kind"].SelectedOption.Value != "never" {
		t.Errorf("got submission %+v", cb.View)
	}
	if _, ok := sim.OpenModal("anna"); ok {
		t.Error("the modal is still open")
	}
}

func TestTriggers(t *testing.T) {
	clock := newClock()
	sim, api := start(t, slacksim.Options{Now: clock.Now})
	triggers := make(chan string, 1)
	runBot(t, sim, api, func(c *socketmode.Client, e socketmode.Event) {
		if cmd, ok := e.Data.(slack.SlashCommand); ok {
			_ = c.Ack(*e.Request)
			triggers <- cmd.TriggerID
		}
	})
	trigger := func() string {
		t.Helper()
		if _, err := sim.People.Slash(within(t), "anna", "incidents", "/playbook help"); err != nil {
			t.Fatal(err)
		}
		return <-triggers
	}
	open := func(id string) string {
		_, err := api.OpenViewContext(within(t), id, skipModal())
		return code(err)
	}
	id := trigger()
	if got := open(id); got != "ok" {
		t.Errorf("fresh: got %s", got)
	}
	if got := open(id); got != "exchanged_trigger_id" {
		t.Errorf("used: got %s", got)
	}
	id = trigger()
	clock.Add(3*time.Second + time.Millisecond)
	if got := open(id); got != "expired_trigger_id" {
		t.Errorf("old: got %s", got)
	}
	if got := open("1.2.3"); got != "invalid_trigger_id" {
		t.Errorf("invented: got %s", got)
	}
	for want := 2; want <= 4; want++ { // one view is open already
		view := skipModal()
		view.Title = words(fmt.Sprint("View ", want))
		_, err := api.PushViewContext(within(t), trigger(), view)
		if wantCode := map[bool]string{true: "ok", false: "push_limit_reached"}[want <= 3]; code(err) != wantCode {
			t.Errorf("push of view %d: got %v, want %s", want, err, wantCode)
		}
	}
	modal, _ := sim.OpenModal("anna")
	view := skipModal()
	view.Title = words("Updated")
	if _, err := api.UpdateViewContext(within(t), view, "", "0.0", modal.ID); code(err) != "hash_conflict" {
		t.Errorf("stale hash: got %v", err)
	}
	if _, err := api.UpdateViewContext(within(t), view, "", "", modal.ID); err != nil {
		t.Error(err)
	}
	if got, _ := sim.OpenModal("anna"); got.Title != "Updated" {
		t.Errorf("got %q, want the updated view", got.Title)
	}
	if _, err := api.UpdateViewContext(within(t), view, "", "", "V0"); code(err) != "not_found" {
		t.Errorf("no such view: got %v", err)
	}
	if err := sim.People.CloseModal(within(t), "anna"); err != nil {
		t.Error(err)
	}
	if got, _ := sim.OpenModal("anna"); got.Title != "View 2" {
		t.Errorf("after closing: got %q, want the view below", got.Title)
	}
}

func TestResponseURL(t *testing.T) {
	clock := newClock()
	sim, api := start(t, slacksim.Options{Now: clock.Now})
	urls := make(chan string, 1)
	runBot(t, sim, api, func(c *socketmode.Client, e socketmode.Event) {
		switch data := e.Data.(type) {
		case slack.InteractionCallback:
			_ = c.Ack(*e.Request)
			urls <- data.ResponseURL
		case slack.SlashCommand:
			_ = c.Ack(*e.Request)
			urls <- data.ResponseURL
		}
	})
	channel, root := mustPost(t, api, "incidents", slack.MsgOptionText("root", false))
	_, ts := mustPost(t, api, channel, slack.MsgOptionText("m", false), slack.MsgOptionTS(root),
		slack.MsgOptionBlocks(slack.NewActionBlock("b", button("a", "1", "A"))))
	click := func() string {
		t.Helper()
		if err := sim.People.Click(within(t), people.Click{User: "anna", Channel: "incidents", TS: ts, ActionID: "a"}); err != nil {
			t.Fatal(err)
		}
		return <-urls
	}
	use := func(url string, options ...slack.MsgOption) error {
		_, _, err := api.PostMessageContext(within(t), channel, append([]slack.MsgOption{slack.MsgOptionResponseURL(url, "")}, options...)...)
		return err
	}
	status := func(err error, want string) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), "404") {
			t.Errorf("got %v, want 404", err)
		}
		if calls := sim.Refusals(); calls[len(calls)-1].Outcome != want {
			t.Errorf("got %s, want %s", calls[len(calls)-1].Outcome, want)
		}
	}
	url := click()
	for range 5 {
		if err := use(url, slack.MsgOptionText("private", false)); err != nil {
			t.Fatal(err)
		}
	}
	status(use(url, slack.MsgOptionText("once more", false)), "used_url")
	if got := sim.Ephemerals("anna"); len(got) != 5 || got[0].Thread != "" {
		t.Errorf("got %+v, want 5 ephemerals, which show in no thread", got)
	}
	url = click()
	clock.Add(30*time.Minute + time.Second)
	status(use(url, slack.MsgOptionText("late", false)), "expired_url")
	status(use(url+"x", slack.MsgOptionText("invented", false)), "invalid_url")

	if err := use(click(), slack.MsgOptionText("replaced", false), slack.MsgOptionReplaceOriginal(click())); err != nil {
		t.Error(err)
	}
	if got := sim.Thread("incidents", root)[1]; got.PlainText() != "replaced" {
		t.Errorf("got %q, want it replaced", got.PlainText())
	}
}

func TestResponseURLReplacesOwnEphemeralOnly(t *testing.T) {
	sim, api := start(t, slacksim.Options{})
	urls := make(chan string, 1)
	runBot(t, sim, api, func(c *socketmode.Client, e socketmode.Event) {
		switch data := e.Data.(type) {
		case slack.InteractionCallback:
			_ = c.Ack(*e.Request)
			urls <- data.ResponseURL
		case slack.SlashCommand:
			_ = c.Ack(*e.Request, map[string]any{"blocks": []slack.Block{section("sure?"), slack.NewActionBlock("b", button("yes", "1", "Yes"))}})
			urls <- data.ResponseURL
		}
	})
	r, err := sim.People.Slash(within(t), "anna", "incidents", "/playbook resolve")
	if err != nil {
		t.Fatal(err)
	}
	slash := <-urls
	_, _, err = api.PostMessageContext(within(t), "x", slack.MsgOptionText("x", false), slack.MsgOptionReplaceOriginal(slash))
	if code(err) != "message_not_found" {
		t.Errorf("replace of a slash command: got %v, want message_not_found", err)
	}
	click := people.Click{User: "anna", Channel: "incidents", TS: r.Message.TS, ActionID: "yes"}
	other := click
	other.User = "ben"
	if err := sim.People.Click(within(t), other); err == nil {
		t.Error("ben pressed a button only anna sees")
	}
	if err := sim.People.Click(within(t), click); err != nil {
		t.Fatal(err)
	}
	url := <-urls
	if _, _, err := api.PostMessageContext(within(t), "x", slack.MsgOptionText("resolved", false), slack.MsgOptionReplaceOriginal(url)); err != nil {
		t.Fatal(err)
	}
	if got := sim.Ephemerals("anna"); len(got) != 1 || got[0].PlainText() != "resolved" {
		t.Errorf("got %+v, want it replaced", got)
	}
	if _, _, err := api.PostMessageContext(within(t), "x", slack.MsgOptionDeleteOriginal(url)); err != nil {
		t.Fatal(err)
	}
	if got := sim.Ephemerals("anna"); len(got) != 0 {
		t.Errorf("got %+v, want none", got)
	}
}
