package slackapi

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/bot/slacksim"
)

// TestClickIsAcknowledgedOnceItIsStored: a handler that is still storing holds the
// acknowledgement back, one that only has words left does not.
func TestClickIsAcknowledgedOnceItIsStored(t *testing.T) {
	stored, words := make(chan struct{}), make(chan struct{})
	defer close(words)
	d, _ := testEndpoint(t, &recorder{action: func(ctx context.Context, _ Action) {
		<-stored
		Acknowledge(ctx)
		Acknowledge(ctx)
		<-words
	}})
	ticket := d.enter()
	defer ticket.leave()
	acknowledged := make(chan struct{})
	go func() {
		d.clicked(ticket, []Action{{Op: "one"}})
		close(acknowledged)
	}()
	select {
	case <-acknowledged:
		t.Fatal("Slack was told that a click is taken before it was stored")
	default:
	}
	close(stored)
	<-acknowledged
}

func TestEveryClickOfADeliveryIsStoredBeforeItIsAcknowledged(t *testing.T) {
	var done []string
	d, _ := testEndpoint(t, &recorder{action: func(ctx context.Context, a Action) {
		done = append(done, a.Op)
		Acknowledge(ctx)
	}})
	ticket := d.enter()
	defer ticket.leave()
	d.clicked(ticket, []Action{{Op: "one"}, {Op: "two"}, {Op: "three"}})
	if want := []string{"one", "two", "three"}; !cmp.Equal(done, want) {
		t.Errorf("acknowledged after %v, want after %v", done, want)
	}
}

func TestClickThatStoresTooSlowlyIsAcknowledgedWithADoubt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, sent := testEndpoint(t, &recorder{action: func(context.Context, Action) {
			time.Sleep(4 * time.Second) // a slow store, in the bubble's time
		}})
		ticket := d.enter()
		began := time.Now()
		d.clicked(ticket, []Action{{Op: "one", ChannelID: "C1", UserID: "U1", ResponseURL: "https://hooks.slack.com/x"}})
		if took := time.Since(began); took != answerWithin {
			t.Errorf("acknowledged after %s, want %s", took, answerWithin)
		}
		ticket.leave()
		if err := d.close(); err != nil {
			t.Fatal(err)
		}
		if got := sent(); len(got) != 1 || !strings.Contains(got[0], lateClick) {
			t.Errorf("got %v, want the person told once that it is not known", got)
		}
		if got := d.counted(kindAction, "late"); got != 1 {
			t.Errorf("counted %v late clicks, want 1", got)
		}
	})
}

func TestMentionThatIsNotStoredIsNotAcknowledged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		takes := func(d time.Duration) { time.Sleep(d) } // in the bubble's time: no real time passes
		for what, test := range map[string]struct {
			mention func(context.Context, Mention) error
			want    bool
		}{
			"stored":             {func(context.Context, Mention) error { return nil }, true},
			"not stored":         {func(context.Context, Mention) error { return errors.New("no store") }, false},
			"a defect":           {func(context.Context, Mention) error { panic("defect") }, true},
			"still storing":      {func(context.Context, Mention) error { takes(3 * time.Second); return nil }, false},
			"words after it":     {func(ctx context.Context, _ Mention) error { Acknowledge(ctx); takes(4 * time.Second); return nil }, true},
			"late and not there": {func(context.Context, Mention) error { takes(3 * time.Second); return errors.New("no store") }, false},
		} {
			d, _ := testEndpoint(t, &recorder{mention: test.mention})
			ticket := d.enter()
			if got := d.heard(ticket, Mention{Op: "event:1"}); got != test.want {
				t.Errorf("%s: acknowledged %t, want %t", what, got, test.want)
			}
			ticket.leave()
			if err := d.close(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestMentionComesAgainUntilItIsStored: Slack's own repeats bring what the store did
// not take, over both endpoints, under one op.
func TestMentionComesAgainUntilItIsStored(t *testing.T) {
	for _, endpoint := range []string{"socket", "http"} {
		t.Run(endpoint, func(t *testing.T) {
			sim, c := startSim(t, slacksim.Options{AckTimeout: 500 * time.Millisecond, EventRetries: []time.Duration{0, 0, 0}})
			refusals := 2
			handler := &recorder{mention: func(context.Context, Mention) error {
				if refusals--; refusals >= 0 {
					return errors.New("no store")
				}
				return nil
			}}
			if endpoint == "socket" {
				startSocket(t, sim, c, handler)
			} else {
				startHTTPEndpoint(t, sim, c, handler)
			}
			if _, err := sim.People.Say("anna", "incidents", "", "@signalbook help"); err != nil {
				t.Fatal(err)
			}
			if err := waitUntil(patience(t), func() bool { return handler.count() == 3 }); err != nil {
				t.Fatalf("came %d times, want 3: twice refused, then taken", handler.count())
			}
			first := handler.mentions[0]
			for n, m := range handler.mentions {
				if m.Op != first.Op || m.Repeat != (n > 0) {
					t.Errorf("delivery %d: op %s, repeat %t; want op %s, repeat %t", n+1, m.Op, m.Repeat, first.Op, n > 0)
				}
			}
		})
	}
}

func TestMentionOverHTTPIsAnswered503WhenItIsNotStored(t *testing.T) {
	h := startHTTP(t, &recorder{mention: func(context.Context, Mention) error { return errors.New("no store") }})
	w := deliver(h, signedRequest("/slack/events", `{"type":"event_callback","event_id":"Ev1","event":{"type":"app_mention","user":"U1","channel":"C1","ts":"3.3","text":"x"}}`, testNow))
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("X-Slack-No-Retry") != "" {
		t.Errorf("got %d %v, want 503 and a repeat", w.Code, w.Header())
	}
}

// TestModalSentInTwiceIsToldApart: after a refusal the same words are new; what
// Slack repeats by itself is not.
func TestModalSentInTwiceIsToldApart(t *testing.T) {
	handler := &recorder{}
	h := startHTTP(t, handler)
	body := func(trigger string) string {
		return "payload=" + url.QueryEscape(`{"type":"view_submission","trigger_id":"`+trigger+`","user":{"id":"U1"},
			"view":{"id":"V1","hash":"h","callback_id":"skip","state":{"values":{"reason":{"text":{"type":"plain_text_input","value":"x"}}}}}}`)
	}
	for _, trigger := range []string{"t1", "t1", "t2"} {
		deliver(h, signedRequest("/slack/interactions", body(trigger), testNow))
	}
	got := handler.submissions
	if got[0].Op != got[1].Op || got[0].Op != got[2].Op {
		t.Errorf("got ops %s, %s, %s; want one for the same words", got[0].Op, got[1].Op, got[2].Op)
	}
	if got[0].Again != got[1].Again || got[0].Again == got[2].Again || got[0].Again == "" {
		t.Errorf("got %s, %s, %s; want Slack's repeat told from a second time", got[0].Again, got[1].Again, got[2].Again)
	}
}
