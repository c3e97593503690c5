package chat

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/signalbook/signalbook/bot/message"
)

// maxBody bounds a signed request; Slack's own stay far below 1 MB.
const maxBody = 1 << 20

// HTTPOptions says how Slack's requests come in. Handler and Logger are required.
type HTTPOptions struct {
	// SigningSecret checks every request; empty: the routes answer 404.
	SigningSecret string
	Handler       Handler
	// Client sends answers that come too late for the request; nil: they are
	// dropped.
	Client     *Client
	Now        func() time.Time // nil: time.Now
	Logger     *slog.Logger
	Registerer prometheus.Registerer // nil: no metrics
}

// HTTP takes Slack's signed requests: slash commands, clicks, modals and questions
// of menus, events.
type HTTP struct {
	*door
	secret   string
	now      func() time.Time
	mux      *http.ServeMux
	lastWarn atomic.Int64
}

// NewHTTP builds the door; it is an [http.Handler] for POST /slack/commands,
// /slack/interactions and /slack/events.
func NewHTTP(o HTTPOptions) *HTTP {
	h := &HTTP{
		door:   newDoor("http", o.Client, o.Handler, o.Logger, newDoorMetrics(o.Registerer)),
		secret: o.SigningSecret, now: o.Now, mux: http.NewServeMux(),
	}
	if h.now == nil {
		h.now = time.Now
	}
	h.mux.Handle("POST /slack/commands", h.checked(h.commands))
	h.mux.Handle("POST /slack/interactions", h.checked(h.interactions))
	h.mux.Handle("POST /slack/events", h.checked(h.events))
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

// checked passes on only requests that Slack signed a moment ago. Nothing of the
// body is looked at before that.
func (h *HTTP) checked(next func(http.ResponseWriter, []byte)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		signature, err := readSignature(r.Header, h.now())
		if err != nil {
			h.refuse(w, r, err)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if _, long := errors.AsType[*http.MaxBytesError](err); long {
			h.count(kindOther, "bad")
			http.Error(w, "body longer than 1 MB", http.StatusRequestEntityTooLarge)
			return
		}
		if err != nil {
			h.count(kindOther, "bad")
			http.Error(w, "body not read", http.StatusBadRequest)
			return
		}
		if err := signature.verify(h.secret, body); err != nil {
			h.refuse(w, r, err)
			return
		}
		next(w, body)
	})
}

// refuse answers 401. One refusal in ten seconds is logged, so that a wrong
// secret is noticed and a flood of forgeries fills no disk.
func (h *HTTP) refuse(w http.ResponseWriter, r *http.Request, reason error) {
	h.count(kindOther, "forged")
	const every = 10 * time.Second
	now, last := h.now().UnixNano(), h.lastWarn.Load()
	if time.Duration(now-last) >= every && h.lastWarn.CompareAndSwap(last, now) {
		h.log.Warn("refused a request to Slack's door", "path", r.URL.Path, "reason", reason.Error())
	}
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

func (h *HTTP) commands(w http.ResponseWriter, body []byte) {
	at := h.now()
	form, err := url.ParseQuery(string(body))
	if err != nil {
		h.bad(w, kindCommand, errors.New("body is no form"))
		return
	}
	if form.Get("ssl_check") == "1" {
		return // Slack looks now and then whether the certificate is good
	}
	d, err := slashForm(form).delivery(op("body", fingerprint(string(body))), at)
	if err != nil {
		h.bad(w, kindCommand, err)
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

func (h *HTTP) interactions(w http.ResponseWriter, body []byte) {
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
	t := h.enter()
	if t == nil {
		h.full(w, d.kind)
		return
	}
	defer t.leave()
	switch d.kind {
	case kindAction:
		t.run(func(ctx context.Context) { h.act(ctx, d.actions) })
		return
	case kindSuggestion:
		h.reply(w, h.suggest(t, d.suggestion))
		return
	}
	if wrong := h.submit(t, d.submission); len(wrong) > 0 {
		h.reply(w, modalErrors{Action: "errors", Errors: wrong})
	}
}

func (h *HTTP) events(w http.ResponseWriter, body []byte) {
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
	if d.kind == kindOther {
		h.count(kindOther, "ignored")
		return
	}
	t := h.enter()
	if t == nil {
		h.full(w, kindMention) // Slack delivers events again
		return
	}
	defer t.leave()
	t.run(func(ctx context.Context) { h.mentioned(ctx, d.mention) })
}

func (h *HTTP) reply(w http.ResponseWriter, payload any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if err := json.NewEncoder(w).Encode(payload); err != nil {
		h.log.Warn("an answer to Slack was not written", "err", err)
	}
}

// self is the bot's user id, empty while nobody has asked Slack for it.
func (d *door) self() string {
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
func ephemeral(m message.Message) answerPayload {
	return answerPayload{Type: "ephemeral", Text: m.Text, Blocks: m.Blocks}
}
