package slackapi

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/signalbook/signalbook/alerts/intake"
	"github.com/signalbook/signalbook/bot/blockkit"
)

// Bounds of what comes in before its signature is checked. A slash command has at
// most 4,000 characters of text, an event 40,000 and as much again in blocks; a
// click brings the message and a modal its view, at most 250 kB of JSON (Slack:
// views), which the form's escapes may make three times as long.
const (
	maxCommandBody     = 64 << 10
	maxEventBody       = 512 << 10
	maxInteractionBody = 1 << 20
	// maxBodies is how many bytes of bodies are held at a time, over all connections.
	maxBodies = 32 << 20
	// leastBody is what a connection weighs that has sent nothing yet.
	leastBody = 4 << 10
)

// bodyPace: Slack sends a body at once, and waits 3 s for the answer. What is not
// there by then is nobody's.
var bodyPace = intake.Pace{Patience: 3 * time.Second}

// HTTPOptions says how Slack's requests come in. Handler and Logger are required.
type HTTPOptions struct {
	// SigningSecret checks every request; empty: the routes answer 404.
	SigningSecret string
	Handler       Handler
	// Client sends answers that come too late for the request; nil: they are
	// dropped.
	Client *Client
	// AnswerWithin is when a request must have its answer; 0: 2.5 s of the 3 s that Slack waits.
	AnswerWithin time.Duration
	Now          func() time.Time // nil: time.Now
	Logger       *slog.Logger
	Registerer   prometheus.Registerer // nil: no metrics
}

// HTTP takes Slack's signed requests: slash commands, clicks, modals and questions
// of menus, events.
type HTTP struct {
	*endpoint
	secret   string
	bodies   *intake.Budget
	now      func() time.Time
	mux      *http.ServeMux
	lastWarn warned
}

// NewHTTP builds the endpoint; it is an [http.Handler] for POST /slack/commands,
// /slack/interactions and /slack/events.
func NewHTTP(o HTTPOptions) *HTTP {
	h := &HTTP{
		endpoint: newEndpoint("http", o.Client, o.Handler, o.Logger, newEndpointMetrics(o.Registerer)),
		secret:   o.SigningSecret, now: o.Now, mux: http.NewServeMux(), bodies: intake.NewBudget(maxBodies, 1, leastBody),
	}
	h.within = cmp.Or(o.AnswerWithin, h.within)
	if h.now == nil {
		h.now = time.Now
	}
	h.mux.Handle("POST /slack/commands", h.checked(maxCommandBody, h.commands))
	h.mux.Handle("POST /slack/interactions", h.checked(maxInteractionBody, h.interactions))
	h.mux.Handle("POST /slack/events", h.checked(maxEventBody, h.events))
	return h
}

// ServeHTTP implements [http.Handler].
func (h *HTTP) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if h.secret == "" {
		http.NotFound(w, r)
		return
	}
	h.mux.ServeHTTP(w, r)
}

// Run waits for ctx to end, then refuses new requests and waits at most 5 s for
// the handlers in flight.
func (h *HTTP) Run(ctx context.Context) error {
	<-ctx.Done()
	return h.close()
}

// clocks are what this machine's clock shows and, once Slack has answered, Slack's own:
// a request is no older because our clock is wrong.
func (h *HTTP) clocks() []time.Time {
	now := h.now()
	if h.client == nil {
		return []time.Time{now}
	}
	skew, _ := h.client.Skew()
	return []time.Time{now, now.Add(skew)}
}

// checked passes on only requests that Slack signed a moment ago. Nothing of the
// body is looked at before that, and none of it is read when the headers alone
// show that it is not Slack's.
func (h *HTTP) checked(most int64, next func(http.ResponseWriter, *http.Request, []byte)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		signature, err := readSignature(r.Header, h.clocks()...)
		if err != nil && h.sslCheck(w, r) {
			return
		}
		if err != nil {
			h.refuse(w, r, err)
			return
		}
		if r.ContentLength > most {
			h.unread(w, http.StatusRequestEntityTooLarge, fmt.Sprintf("body longer than %d bytes", most))
			return
		}
		body, err := h.bodies.Open(w, r, bodyPace)
		if err != nil {
			h.full(w, kindOther)
			return
		}
		defer body.Close()
		data, whole, err := body.ReadUpTo(most)
		switch {
		case errors.Is(err, intake.ErrBusy):
			h.full(w, kindOther)
		case errors.Is(err, intake.ErrSlow):
			h.unread(w, http.StatusRequestTimeout, "body not there within 3 s")
		case err != nil:
			h.unread(w, http.StatusBadRequest, "body not read")
		case !whole || int64(len(data)) > most:
			h.unread(w, http.StatusRequestEntityTooLarge, fmt.Sprintf("body longer than %d bytes", most))
		default:
			if err := signature.verify(h.secret, data); err != nil {
				h.refuse(w, r, err)
				return
			}
			next(w, r, data)
		}
	})
}

// sslCheck answers what Slack sends now and then to see whether the certificate is
// good (Slack: ssl_check of slash commands): it comes unsigned and asks for nothing.
func (h *HTTP) sslCheck(w http.ResponseWriter, r *http.Request) bool {
	const most = 512 // bytes: ssl_check=1 and a token
	if r.URL.Path != "/slack/commands" || r.Header.Get("X-Slack-Signature") != "" || r.ContentLength <= 0 || r.ContentLength > most {
		return false
	}
	body, err := h.bodies.Open(w, r, bodyPace)
	if err != nil {
		return false
	}
	defer body.Close()
	data, whole, err := body.ReadUpTo(most)
	if err != nil || !whole {
		return false
	}
	form, err := url.ParseQuery(string(data))
	if err != nil || form.Get("ssl_check") != "1" {
		return false
	}
	h.count(kindOther, "ignored")
	return true
}

// unread answers a request whose body is not all there. The connection ends with
// it: nothing more of the body is waited for.
func (h *HTTP) unread(w http.ResponseWriter, code int, why string) {
	h.count(kindOther, "bad")
	w.Header().Set("Connection", "close")
	http.Error(w, why, code)
}

// refuse answers 401. One refusal in ten seconds is logged, so that a wrong
// secret is noticed and a flood of forgeries fills no disk.
func (h *HTTP) refuse(w http.ResponseWriter, r *http.Request, reason error) {
	h.count(kindOther, "forged")
	h.warn(&h.lastWarn, "refused a request to Slack's endpoint", "path", r.URL.Path, "reason", reason.Error())
	w.Header().Set("Connection", "close") // nothing more of it is read
	http.Error(w, "signature refused", http.StatusUnauthorized)
}

func (h *HTTP) bad(w http.ResponseWriter, k kind, err error) {
	h.count(k, "bad")
	h.log.Warn("a signed request of Slack's cannot be read", "kind", string(k), "err", err)
	http.Error(w, err.Error(), http.StatusBadRequest)
}

// full tells Slack, and so the person, that this was not taken.
func (h *HTTP) full(w http.ResponseWriter, k kind) {
	h.count(k, "overloaded")
	http.Error(w, "too much at once, or shutting down: try again", http.StatusServiceUnavailable)
}

func (h *HTTP) commands(w http.ResponseWriter, _ *http.Request, body []byte) {
	at := h.now()
	form, err := url.ParseQuery(string(body))
	if err != nil {
		h.bad(w, kindCommand, errors.New("body is no form"))
		return
	}
	if form.Get("ssl_check") == "1" {
		return // signed or not
	}
	d, err := slashForm(form).delivery(op("body", fingerprint(string(body))), at)
	if err != nil {
		h.bad(w, kindCommand, err)
		return
	}
	if h.foreign(&d) {
		return
	}
	t := h.enter()
	if t == nil {
		h.full(w, kindCommand)
		return
	}
	defer t.leave()
	answer := h.command(t, d.slash)
	if isEmpty(answer) {
		return
	}
	h.reply(w, ephemeral(answer))
}

func (h *HTTP) interactions(w http.ResponseWriter, _ *http.Request, body []byte) {
	at := h.now()
	form, err := url.ParseQuery(string(body))
	if err != nil || form.Get("payload") == "" {
		h.bad(w, kindOther, errors.New("body is no form with a payload"))
		return
	}
	d, err := decodeInteraction([]byte(form.Get("payload")), op("body", fingerprint(string(body))), at)
	if err != nil {
		h.bad(w, kindOther, err)
		return
	}
	if d.kind == kindOther {
		h.count(kindOther, "ignored")
		return
	}
	if h.foreign(&d) {
		return
	}
	t := h.enter()
	if t == nil {
		h.full(w, d.kind)
		return
	}
	defer t.leave()
	switch d.kind {
	case kindAction:
		h.clicked(t, d.actions)
		return
	case kindSuggestion:
		h.reply(w, h.suggest(t, d.suggestion))
		return
	}
	if wrong := h.submit(t, d.submission); len(wrong) > 0 {
		h.reply(w, modalErrors{Action: "errors", Errors: wrong})
	}
}

func (h *HTTP) events(w http.ResponseWriter, r *http.Request, body []byte) {
	at := h.now()
	var p eventPayload
	if err := json.Unmarshal(body, &p); err != nil {
		h.bad(w, kindOther, errors.New("event is not in Slack's form"))
		return
	}
	if p.Type == "url_verification" {
		h.reply(w, map[string]string{"challenge": p.Challenge})
		return
	}
	d := p.delivery(op("body", fingerprint(string(body))), h.self(), at)
	d.origin = readOrigin(body)
	d.mention.Repeat = r.Header.Get("X-Slack-Retry-Num") != ""
	if d.kind == kindOther {
		h.count(kindOther, "ignored")
		return
	}
	if h.foreign(&d) {
		return
	}
	t := h.enter()
	if t == nil {
		h.full(w, d.kind) // Slack delivers events again
		return
	}
	defer t.leave()
	took := false
	if d.kind == kindHome {
		took = h.entered(t, d.home)
	} else {
		took = h.heard(t, d.mention)
	}
	if !took {
		http.Error(w, "not stored: deliver it again", http.StatusServiceUnavailable)
	}
}

func (h *HTTP) reply(w http.ResponseWriter, payload any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if err := json.NewEncoder(w).Encode(payload); err != nil {
		h.log.Warn("an answer to Slack was not written", "err", err)
	}
}

// self is the bot's user id, empty while nobody has asked Slack for it.
func (d *endpoint) self() string {
	if d.client == nil {
		return ""
	}
	if id := d.client.identity.Load(); id != nil {
		return id.UserID
	}
	return ""
}

// modalErrors keeps a modal open with errors at its inputs.
type modalErrors struct {
	Action string            `json:"response_action"`
	Errors map[string]string `json:"errors"`
}

// ephemeral is the private answer to a slash command.
func ephemeral(m blockkit.Message) answerPayload {
	m = blockkit.Fit(m)
	return answerPayload{Type: "ephemeral", Text: m.Text, Blocks: m.Blocks}
}
