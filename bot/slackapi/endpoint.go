package slackapi

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/foreign"
)

const (
	// answerWithin is when Slack must have its answer: it waits 3 s.
	answerWithin = 2500 * time.Millisecond
	// handleWithin is when a handler that nobody waits for any more is stopped.
	handleWithin = 30 * time.Second
	// endWithin bounds how long handlers in flight may hold up a shutdown.
	endWithin = 5 * time.Second
	// maxInFlight bounds deliveries being handled; more are not taken, which
	// Slack shows to the person or delivers again. A hundred a second are not refused
	// when each waits for some seconds for a slow Redis (BenchmarkAnswers).
	maxInFlight = 1024
)

const (
	lateText  = "Not known yet whether this was recorded: look at the thread. The answer follows here."
	lateModal = "Not known yet whether this was recorded: look at the thread before you send it again."
	lateClick = "Not known yet whether this was recorded: look at the thread before you click again."
	brokeText = "Something went wrong inside; whether it was recorded is not known: look at the thread."
)

// endpoint is what HTTP and Socket Mode share: handlers run bounded, in time for
// Slack, and their panics end here.
type endpoint struct {
	name    string
	client  *Client // for answers that come too late; may be nil
	handler Handler
	log     *slog.Logger
	metrics *endpointMetrics
	within  time.Duration // when Slack must have its answer

	lastForeign warned

	tickets chan struct{}
	ctx     context.Context // of all handlers; ends after a shutdown's patience
	stop    context.CancelFunc

	close   func() error // the first call closes, all return its result
	mu      sync.Mutex
	closing bool
	flights sync.WaitGroup
}

// warned is when something was logged last, in nanoseconds.
type warned = atomic.Int64

func newEndpoint(name string, client *Client, handler Handler, log *slog.Logger, metrics *endpointMetrics) *endpoint {
	ctx, stop := context.WithCancel(context.Background())
	d := &endpoint{name: name, client: client, handler: handler, log: log, metrics: metrics, within: answerWithin,
		tickets: make(chan struct{}, maxInFlight), ctx: ctx, stop: stop}
	d.close = sync.OnceValue(d.end)
	return d
}

// ticket is the place of one delivery among those in flight. It is given back
// when everybody who shares it has left.
type ticket struct {
	endpoint *endpoint
	holders  atomic.Int32
}

// enter takes a place for one delivery; nil means that there is none, or that the
// endpoint is closing. The delivery must leave.
func (d *endpoint) enter() *ticket {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closing {
		return nil
	}
	select {
	case d.tickets <- struct{}{}:
		d.flights.Add(1)
		t := &ticket{endpoint: d}
		t.holders.Store(1)
		return t
	default:
		return nil
	}
}

func (t *ticket) leave() {
	if t.holders.Add(-1) == 0 {
		<-t.endpoint.tickets
		t.endpoint.flights.Done()
	}
}

// run starts work in a goroutine that shares the ticket.
func (t *ticket) run(work func(ctx context.Context)) {
	t.holders.Add(1)
	go func() {
		defer t.leave()
		ctx, cancel := context.WithTimeout(t.endpoint.ctx, handleWithin)
		defer cancel()
		work(ctx)
	}()
}

// end refuses new deliveries and waits for those in flight, at most endWithin
// and then a moment longer with their contexts ended.
func (d *endpoint) end() error {
	d.mu.Lock()
	d.closing = true
	d.mu.Unlock()
	ended := make(chan struct{})
	go func() {
		d.flights.Wait()
		close(ended)
	}()
	defer d.stop()
	if within(ended, endWithin) {
		return nil
	}
	d.stop()
	if within(ended, time.Second) {
		return nil
	}
	return fmt.Errorf("slack %s: %d handlers did not end within %s", d.name, len(d.tickets), endWithin)
}

func within(ended <-chan struct{}, d time.Duration) bool {
	_, ok := inTime(ended, d)
	return ok
}

// inTime waits for a result; false when it takes too long.
func inTime[T any](result <-chan T, d time.Duration) (got T, ok bool) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case got = <-result:
		return got, true
	case <-timer.C:
		return got, false
	}
}

// guard calls f and turns a panic into a log line; broke tells.
func (d *endpoint) guard(k kind, op string, f func()) (broke bool) {
	defer func() {
		if p := recover(); p != nil {
			broke = true
			d.log.Error("a Slack handler panicked", "endpoint", d.name, "kind", string(k), "op", op,
				"panic", foreign.Text(fmt.Sprint(p), 500), "stack", string(debug.Stack()))
		}
	}()
	f()
	return false
}

func (d *endpoint) count(k kind, outcome string) {
	d.metrics.requests.WithLabelValues(d.name, string(k), outcome).Inc()
}

// outcome is the metric's word for a handler that ended.
func outcome(broke bool) string {
	if broke {
		return "panic"
	}
	return "ok"
}

// outcome is the metric's word for an answer.
func (a Response) outcome(broke bool) string {
	if a.Foreign {
		return "foreign"
	}
	return outcome(broke)
}

// command runs a slash command and returns its answer in time for Slack; one
// that comes later goes by response_url.
func (d *endpoint) command(t *ticket, s Slash) blockkit.Message {
	said := make(chan blockkit.Message, 1)
	var handover sync.Mutex
	late := false
	t.run(func(ctx context.Context) {
		var answered Response
		broke := d.guard(kindCommand, s.Op, func() { answered = d.handler.Command(ctx, s) })
		answer := answered.Message
		if broke {
			answer = blockkit.Message{Text: brokeText}
		}
		handover.Lock()
		tooLate := late
		if !tooLate {
			said <- answer
		}
		handover.Unlock()
		if !tooLate {
			d.count(kindCommand, answered.outcome(broke))
			return
		}
		d.count(kindCommand, "late")
		d.follow(s, answer)
	})
	if answer, ok := inTime(said, d.within); ok {
		return answer
	}
	handover.Lock()
	defer handover.Unlock()
	select {
	case answer := <-said:
		return answer
	default:
		late = true
		return blockkit.Message{Text: lateText}
	}
}

// follow sends an answer that could not go with Slack's request. It is best
// effort; the thread tells the truth.
func (d *endpoint) follow(s Slash, answer blockkit.Message) {
	if isEmpty(answer) || d.client == nil {
		return
	}
	ctx, cancel := context.WithTimeout(d.ctx, Timeout)
	defer cancel()
	d.client.SendEphemeral(ctx, Private{Channel: s.ChannelID, User: s.UserID, ResponseURL: s.ResponseURL, Text: answer.Text, Blocks: answer.Blocks})
}

// submit runs a modal and returns its errors by block_id in time for Slack.
func (d *endpoint) submit(t *ticket, s Submission) map[string]string {
	result := make(chan map[string]string, 1)
	t.run(func(ctx context.Context) {
		var wrong map[string]string
		broke := d.guard(kindSubmission, s.Op, func() { wrong = d.handler.Submit(ctx, s) })
		if broke {
			wrong = map[string]string{"": brokeText}
		}
		d.count(kindSubmission, outcome(broke))
		result <- wrong
	})
	wrong, ok := inTime(result, d.within)
	if !ok {
		wrong = map[string]string{"": lateModal}
	}
	return onInputs(wrong, s.Values)
}

// onInputs keeps the errors that stand at an input of the modal and moves the
// others to its first one: Slack shows "trouble connecting" for any other block.
// A modal without inputs can show none.
func onInputs(wrong, inputs map[string]string) map[string]string {
	if len(wrong) == 0 || len(inputs) == 0 {
		return nil
	}
	const most = 1000
	kept := map[string]string{}
	anchor := slices.Sorted(maps.Keys(inputs))[0]
	for _, block := range slices.Sorted(maps.Keys(wrong)) {
		at := block
		if _, ok := inputs[block]; !ok {
			at = anchor
		}
		if kept[at] != "" {
			kept[at] += " "
		}
		kept[at] += wrong[block]
		if len(kept[at]) > most {
			kept[at] = strings.ToValidUTF8(kept[at][:most], "") + "…"
		}
	}
	return kept
}

// isEmpty reports whether there is nothing to say.
func isEmpty(m blockkit.Message) bool { return m.Text == "" && len(m.Blocks) == 0 }
