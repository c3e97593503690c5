package interaction_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/slackapi"
	"github.com/signalbook/signalbook/bot/slacksim/fault"
	"github.com/signalbook/signalbook/bot/slacksim/snapshot"
)

// startReviewRig is a handler of digests whose figures come from gather.
func startReviewRig(t *testing.T, gather func(context.Context) (report.Input, error), digests ...string) *rig {
	t.Helper()
	r := reviewRig(t, gather, digests...)
	r.start()
	return r
}

func reviewRig(t *testing.T, gather func(context.Context) (report.Input, error), digests ...string) *rig {
	return &rig{t: t, digests: digests, gather: func(ctx context.Context, _ string, _ time.Time) (report.Input, error) { return gather(ctx) }}
}

// bill is a week in which EC2 cost 7 dollars.
func bill(t *testing.T) report.Input {
	t.Helper()
	week, err := money.ParseWeek("2026-W47")
	if err != nil {
		t.Fatal(err)
	}
	one, err := money.ParseMoney("1")
	if err != nil {
		t.Fatal(err)
	}
	days := money.Days{}
	for day := week.Monday(); day < week.Add(1).Monday(); day++ {
		days.Add(day, money.Group{Service: "EC2", Currency: "USD", Kind: money.Usage}, money.Cost{Amount: one, Billed: one})
	}
	reading := money.Reading{Source: "s", Name: "files", Days: days, Newest: week.Add(1).Monday() - 1, Known: true}
	return report.Input{Name: "weekly", Week: week, Now: week.Add(2).Monday().Time(), Readings: []money.Reading{reading}}
}

func TestCostCommands(t *testing.T) {
	t.Parallel()
	in := bill(t)
	r := startReviewRig(t, func(context.Context) (report.Input, error) { return in, nil }, "weekly", "clouds")
	for text, want := range map[string]string{
		"cost EC2": "$7", "cost EC3": "“EC3” was taken to mean EC2.", "digest": "$7", "digest preview clouds": "$7", "digest preview other": "There is: weekly, clouds",
		"digest preview cloud": "“cloud” was taken to mean clouds.",
	} {
		if got := r.slash("anna", text); !strings.Contains(got, want) {
			t.Errorf("%q was answered\n%s\nwant %q", text, got, want)
		}
	}
	if got, want := startReviewRig(t, nil).slash("anna", "cost"), "No digest is configured"; !strings.Contains(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestFiguresThatTakeLong: whoever asks hears at once that they follow, and is told
// what came of it, also when that is nothing.
func TestFiguresThatTakeLong(t *testing.T) {
	t.Parallel()
	t.Run("they come", func(t *testing.T) {
		t.Parallel()
		in, there := bill(t), make(chan struct{})
		r := reviewRig(t, func(context.Context) (report.Input, error) { <-there; return in, nil }, "weekly")
		r.impatient = true
		r.start()
		if got, want := r.slash("anna", "cost EC2"), "they follow in a moment"; !strings.Contains(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		close(there)
		r.told("anna", "$7")
	})
	t.Run("they never come", func(t *testing.T) {
		t.Parallel()
		r := reviewRig(t, func(ctx context.Context) (report.Input, error) {
			<-ctx.Done()
			return report.Input{}, ctx.Err()
		}, "weekly")
		r.impatient, r.hurry = true, 2*time.Second
		r.start()
		if got, want := r.slash("anna", "cost EC2"), "they follow in a moment"; !strings.Contains(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		r.told("anna", "cannot be read at the moment")
	})
	t.Run("they panic", func(t *testing.T) {
		t.Parallel()
		r := startReviewRig(t, func(context.Context) (report.Input, error) { panic("out of range") }, "weekly")
		if got, want := r.slash("anna", "cost EC2"), "defect of Signalbook's own"; !strings.Contains(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

// TestManyAskForFigures: few are gathered at once, and who comes too late is told so.
func TestManyAskForFigures(t *testing.T) {
	t.Parallel()
	in, there, begun := bill(t), make(chan struct{}), make(chan struct{}, 100)
	r := startReviewRig(t, func(context.Context) (report.Input, error) { begun <- struct{}{}; <-there; return in, nil }, "weekly")
	const asked = 30
	answers := make(chan string, asked)
	for range asked {
		go func() {
			reply, err := r.sim.People.Slash(context.Background(), "anna", "incidents", "/playbook cost EC2")
			if err != nil {
				answers <- err.Error()
				return
			}
			answers <- reply.Message.PlainText()
		}()
	}
	busy := 0
	for range asked {
		if strings.Contains(<-answers, "Too many are asking") {
			busy++
		}
	}
	if busy == 0 || busy == asked {
		t.Errorf("%d of %d were turned away", busy, asked)
	}
	eventually(t, "two are gathered", func() bool { return len(begun) >= 2 })
	if n := len(begun); n != 2 {
		t.Errorf("%d were gathered at once, want 2", n)
	}
	close(there)
	r.told("anna", "$7")
}

// post asks for DIG-1 and waits for the message with the step's buttons.
func (r *rig) post() snapshot.Message {
	r.t.Helper()
	if got, want := r.slash("anna", "digest post weekly"), "being made"; !strings.Contains(got, want) {
		r.t.Fatalf("got %q, want %q", got, want)
	}
	var found snapshot.Message
	eventually(r.t, "the digest is there", func() bool {
		for _, root := range r.sim.Messages("incidents") {
			for _, m := range append(r.sim.Thread("incidents", root.TS), root) {
				if m.Bot && strings.Contains(m.PlainText(), "Reserved instances") {
					found = m
				}
			}
		}
		return found.TS != ""
	})
	return found
}

func TestWordsAboutADigest(t *testing.T) {
	t.Parallel()
	r := startReviewRig(t, nil, "weekly", "clouds")
	stop := r.keep()
	if got, want := r.slash("anna", "digest post"), "Name one of weekly, clouds"; !strings.Contains(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	m := r.post()
	r.click("ben", m, "digest:snooze", "DIG-1/C1")
	r.modal("ben")
	r.sim.Faults.Fail(fault.Fault{Method: "views.open", Kind: "error:invalid_blocks", Times: 1}) // it opens in its short form
	r.click("anna", m, "digest:snooze", "DIG-1/C1")
	r.modal("anna")
	if errs, err := r.sim.People.SubmitView(t.Context(), "anna", map[string]string{"until": "1", "note": "<!channel> after the move"}); err != nil || len(errs) > 0 {
		t.Fatalf("a snooze got %v, %v", errs, err)
	}
	document, _, err := r.store.Digests.Document(t.Context(), 1)
	if mark := document.Marks["C1"]; err != nil || mark.Verb != report.VerbSnooze || mark.Text != "<!channel> after the move" || !mark.Until.After(time.Now()) {
		t.Errorf("got mark %+v, %v", mark, err)
	}
	// Ben's form is closed before anybody knew that its words would be refused.
	adopt := event.DigestAct{Verb: report.VerbAdopt, Digest: 1, Subject: "C1", User: incident.User{ID: "U1", Name: "anna"}}
	if _, _, err := r.store.Put(t.Context(), event.Event{Op: "adopt", At: time.Now().UTC(), Digest: &adopt}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the step is adopted", func() bool {
		document, _, err := r.store.Digests.Document(t.Context(), 1)
		return err == nil && document.Marks["C1"].Verb == report.VerbAdopt
	})
	stop()
	if errs, err := r.sim.People.SubmitView(t.Context(), "ben", map[string]string{"until": "1"}); err != nil || len(errs) > 0 {
		t.Fatalf("the form got %v, %v, want it closed: what was sent is recorded", errs, err)
	}
	r.keep()
	r.told("ben", "anna was first")
	for _, n := range r.sim.Notifications() {
		if strings.Contains(n.Mention, "channel") {
			t.Errorf("typed words notified: %+v", n)
		}
	}
}

func TestClicksOnNoDigest(t *testing.T) {
	t.Parallel()
	r := startReviewRig(t, nil, "weekly")
	r.keep()
	anna, _ := r.sim.User("anna")
	channel, _ := r.sim.Channel("incidents")
	for k, c := range []struct{ action, value, want string }{
		{"digest:adopt", "INC-1/C1", "belongs to no digest"},
		{"digest:adopt", "DIG-1", "belongs to no digest"},
		{"digest:adopt", "DIG-1/C1", "older than what I remember"},
		{"digest:snooze", "DIG-2/C1", "older than what I remember"},
		{"digest:expected", "DIG-3/5e71e5", "older than what I remember"},
	} {
		before := len(r.sim.Ephemerals("anna"))
		r.handler.Action(t.Context(), slackapi.Action{
			Op: fmt.Sprintf("click:%d", k), ActionID: c.action, Value: c.value, UserID: anna.ID, ChannelID: channel.ID, At: time.Now(),
		})
		eventually(t, "anna is answered", func() bool { return len(r.sim.Ephemerals("anna")) > before })
		if got := r.sim.Ephemerals("anna")[before].PlainText(); !strings.Contains(got, c.want) {
			t.Errorf("%s of %s was answered %q, want %q", c.action, c.value, got, c.want)
		}
	}
	for _, s := range []slackapi.Submission{
		{Op: "a", CallbackID: "digest:snooze", PrivateMetadata: "INC-1/C1"},
		{Op: "b", CallbackID: "digest:other", PrivateMetadata: "DIG-1/C1"},
	} {
		if errs := r.handler.Submit(t.Context(), s); errs != nil {
			t.Errorf("%+v got %v, want it let go", s, errs)
		}
	}
	for block, s := range map[string]slackapi.Submission{
		"until":  {Op: "c", CallbackID: "digest:snooze", PrivateMetadata: "DIG-1/C1", Values: map[string]string{"until": "99"}},
		"reason": {Op: "d", CallbackID: "digest:expected", PrivateMetadata: "DIG-1/C1", Values: map[string]string{"reason": " \u200b\u2800"}},
	} {
		if errs := r.handler.Submit(t.Context(), s); errs[block] == "" {
			t.Errorf("%+v got %v, want a word about %s", s, errs, block)
		}
	}
}
