package slackapi

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/blockkit"
)

// recorder is a Handler that keeps what came and answers as told.
type recorder struct {
	mu          sync.Mutex
	slashes     []Slash
	actions     []Action
	submissions []Submission
	mentions    []Mention
	suggestions []Suggestion
	homes       []HomeOpened

	home    func(context.Context, HomeOpened) error
	suggest func(context.Context, Suggestion) []*slack.OptionBlockObject
	command func(context.Context, Slash) Response
	action  func(context.Context, Action)
	submit  func(context.Context, Submission) map[string]string
	mention func(context.Context, Mention) error
}

func (r *recorder) Command(ctx context.Context, s Slash) Response {
	r.mu.Lock()
	r.slashes = append(r.slashes, s)
	r.mu.Unlock()
	if r.command == nil {
		return Response{}
	}
	return r.command(ctx, s)
}

func (r *recorder) Action(ctx context.Context, a Action) {
	r.mu.Lock()
	r.actions = append(r.actions, a)
	r.mu.Unlock()
	if r.action != nil {
		r.action(ctx, a)
	}
}

func (r *recorder) Submit(ctx context.Context, s Submission) map[string]string {
	r.mu.Lock()
	r.submissions = append(r.submissions, s)
	r.mu.Unlock()
	if r.submit == nil {
		return nil
	}
	return r.submit(ctx, s)
}

func (r *recorder) Mention(ctx context.Context, m Mention) error {
	r.mu.Lock()
	r.mentions = append(r.mentions, m)
	r.mu.Unlock()
	if r.mention == nil {
		return nil
	}
	return r.mention(ctx, m)
}

func (r *recorder) Home(ctx context.Context, o HomeOpened) error {
	r.mu.Lock()
	r.homes = append(r.homes, o)
	r.mu.Unlock()
	if r.home == nil {
		return nil
	}
	return r.home(ctx, o)
}

func (r *recorder) Suggest(ctx context.Context, s Suggestion) []*slack.OptionBlockObject {
	r.mu.Lock()
	r.suggestions = append(r.suggestions, s)
	r.mu.Unlock()
	if r.suggest == nil {
		return nil
	}
	return r.suggest(ctx, s)
}

func (r *recorder) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.slashes) + len(r.actions) + len(r.submissions) + len(r.mentions) + len(r.suggestions) + len(r.homes)
}

// roundTrip is a Slack without a network, for tests in a bubble of fake time.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// testEndpoint has a client whose response_urls are kept.
func testEndpoint(t *testing.T, handler Handler) (*endpoint, func() []string) {
	t.Helper()
	var mu sync.Mutex
	var sent []string
	client, err := New(Options{APIURL: "https://slack.test/api/", BotToken: testToken, Logger: slog.New(slog.DiscardHandler),
		HTTPClient: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			body, err := io.ReadAll(r.Body)
			mu.Lock()
			defer mu.Unlock()
			sent = append(sent, r.URL.Path+" "+string(body))
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("ok"))}, err
		})}})
	if err != nil {
		t.Fatal(err)
	}
	return newEndpoint("test", client, handler, slog.New(slog.DiscardHandler), newEndpointMetrics(nil)), func() []string {
		mu.Lock()
		defer mu.Unlock()
		return append([]string(nil), sent...)
	}
}

func (d *endpoint) counted(k kind, outcome string) float64 {
	return testutil.ToFloat64(d.metrics.requests.WithLabelValues(d.name, string(k), outcome))
}

func say(text string) func(context.Context, Slash) Response {
	return func(context.Context, Slash) Response { return Response{Message: blockkit.Message{Text: text}} }
}

func TestCommandInTime(t *testing.T) {
	d, sent := testEndpoint(t, &recorder{command: say("here")})
	ticket := d.enter()
	got := d.command(ticket, Slash{Op: "trigger:1", ResponseURL: "https://slack.test/r/1"})
	ticket.leave()
	if err := d.close(); err != nil {
		t.Fatal(err)
	}
	if got.Text != "here" || len(sent()) > 0 || d.counted(kindCommand, "ok") != 1 {
		t.Errorf("got %q and %v by response_url, want the answer at once", got.Text, sent())
	}
}

func TestCommandTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, sent := testEndpoint(t, &recorder{command: func(ctx context.Context, _ Slash) Response {
			select {
			case <-time.After(8 * time.Second):
				return Response{Message: blockkit.Message{Text: "done after all"}}
			case <-ctx.Done():
				return Response{Message: blockkit.Message{Text: "stopped"}}
			}
		}})
		began := time.Now()
		ticket := d.enter()
		got := d.command(ticket, Slash{ResponseURL: "https://slack.test/r/1"})
		ticket.leave()
		if waited := time.Since(began); got.Text != lateText || waited > answerWithin {
			t.Errorf("got %q after %s, want %q within %s", got.Text, waited, lateText, answerWithin)
		}
		if len(d.tickets) != 1 {
			t.Errorf("got %d places taken, want the late handler to keep its own", len(d.tickets))
		}
		time.Sleep(10 * time.Second) // the bubble's time: what is due by then has happened, and no real time passes
		synctest.Wait()
		want := []string{`/r/1 {"response_type":"ephemeral","text":"done after all","replace_original":false}`}
		if diff := cmp.Diff(want, sent()); diff != "" {
			t.Errorf("by response_url (-want +got):\n%s", diff)
		}
		if d.counted(kindCommand, "late") != 1 || len(d.tickets) != 0 {
			t.Errorf("got %v late, %d places taken, want 1 and 0", d.counted(kindCommand, "late"), len(d.tickets))
		}
	})
}

func TestHandlerIsStoppedAfterItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, sent := testEndpoint(t, &recorder{command: func(ctx context.Context, _ Slash) Response {
			<-ctx.Done()
			return Response{}
		}})
		ticket := d.enter()
		d.command(ticket, Slash{ResponseURL: "https://slack.test/r/1"})
		ticket.leave()
		time.Sleep(handleWithin) // the bubble's time: the handler's own is over then, and no real time passes
		synctest.Wait()
		if len(d.tickets) != 0 || len(sent()) != 0 {
			t.Errorf("got %d places taken and %v said, want none", len(d.tickets), sent())
		}
	})
}

func TestPanicsEndInTheEndpoint(t *testing.T) {
	d, _ := testEndpoint(t, &recorder{
		command: func(context.Context, Slash) Response { panic("one") },
		action:  func(context.Context, Action) { panic("two") },
		submit:  func(context.Context, Submission) map[string]string { panic("three") },
	})
	ticket := d.enter()
	if got := d.command(ticket, Slash{}); got.Text != brokeText {
		t.Errorf("command: got %q, want %q", got.Text, brokeText)
	}
	if got, want := d.submit(ticket, Submission{Values: map[string]string{"reason": ""}}), map[string]string{"reason": brokeText}; !cmp.Equal(got, want) {
		t.Errorf("submit: got %v, want %v", got, want)
	}
	d.clicked(ticket, []Action{{}, {}})
	ticket.leave()
	if err := d.close(); err != nil {
		t.Fatal(err)
	}
	if got := d.counted(kindAction, "panic"); got != 2 {
		t.Errorf("got %v panics of clicks counted, want 2: one must not stop the next", got)
	}
}

func TestSubmitTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, _ := testEndpoint(t, &recorder{submit: func(context.Context, Submission) map[string]string {
			time.Sleep(4 * time.Second) // a slow handler, in the bubble's time
			return nil
		}})
		began := time.Now()
		ticket := d.enter()
		got := d.submit(ticket, Submission{Values: map[string]string{"why": "x", "b": ""}})
		ticket.leave()
		if want := map[string]string{"b": lateModal}; !cmp.Equal(got, want) || time.Since(began) > answerWithin {
			t.Errorf("got %v after %s, want %v", got, time.Since(began), want)
		}
		if err := d.close(); err != nil {
			t.Error(err)
		}
	})
}

func TestErrorsStandAtInputs(t *testing.T) {
	inputs := map[string]string{"reason": "", "other": ""}
	for _, test := range []struct{ wrong, inputs, want map[string]string }{
		{nil, inputs, nil},
		{map[string]string{"reason": "too long"}, inputs, map[string]string{"reason": "too long"}},
		{map[string]string{"step": "gone", "": "sorry"}, inputs, map[string]string{"other": "sorry gone"}},
		{map[string]string{"step": "gone"}, nil, nil},
	} {
		if got := onInputs(test.wrong, test.inputs); !cmp.Equal(got, test.want) {
			t.Errorf("onInputs(%v): got %v, want %v", test.wrong, got, test.want)
		}
	}
}

func TestCloseWaitsForHandlers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := false
		d, _ := testEndpoint(t, &recorder{action: func(ctx context.Context, _ Action) {
			time.Sleep(4 * time.Second) // a slow handler, in the bubble's time
			ended = ctx.Err() == nil
		}})
		ticket := d.enter()
		ticket.run(func(context.Context) { d.clicked(ticket, []Action{{}}) })
		ticket.leave()
		if err := d.close(); err != nil || !ended {
			t.Errorf("got %v, ended %t, want the handler to end undisturbed", err, ended)
		}
		if d.enter() != nil {
			t.Error("got a place after the endpoint closed")
		}
	})
}

func TestCloseIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stopped := make(chan struct{})
		d, _ := testEndpoint(t, &recorder{action: func(ctx context.Context, a Action) {
			<-ctx.Done()
			if a.Op == "stubborn" {
				<-stopped
			}
		}})
		for _, op := range []string{"good", "stubborn"} {
			ticket := d.enter()
			ticket.run(func(context.Context) { d.clicked(ticket, []Action{{Op: op}}) })
			ticket.leave()
		}
		began := time.Now()
		err := d.close()
		if took := time.Since(began); err == nil || !strings.Contains(err.Error(), "1 handlers did not end") || took > endWithin+time.Second {
			t.Errorf("got %v after %s, want the one that overran named within %s", err, took, endWithin+time.Second)
		}
		close(stopped)
		synctest.Wait()
	})
}

func TestPlacesAreBounded(t *testing.T) {
	d, _ := testEndpoint(t, &recorder{})
	var taken []*ticket
	for range maxInFlight {
		taken = append(taken, d.enter())
	}
	if d.enter() != nil {
		t.Fatalf("got more than %d places", maxInFlight)
	}
	taken[0].leave()
	if d.enter() == nil {
		t.Error("got no place after one was left")
	}
}
