// Package webhook is the endpoint for Alertmanager and Grafana: it checks who sends,
// bounds and checks the body, hands the notification to the inbox and answers.
// It keeps no state, decides nothing about incidents, and never answers that a
// notification was accepted before the inbox has it.
package webhook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/alerts/intake"
)

// Path is the only path that the endpoint answers.
const Path = "/alertmanager/webhook"

// defaultSource names the sender of a request without ?source=.
const defaultSource = "default"

// maxInFlight is how many notifications are decoded and stored at a time; more wait
// for their turn, their bodies read. Alertmanager has no bound of its own: 500 groups behind a slow
// receiver are 500 requests at once (measured, 0.25 and 0.34).
const maxInFlight = 512

// ErrFull is what an Inbox returns when it holds as much as it may. The sender
// keeps the notification and sends it again.
var ErrFull = errors.New("inbox is full")

// Received is a notification that has come. Either Body is set or Notification.
type Received struct {
	At     time.Time
	Source string
	// Body is a small notification as it came: alerts.Decode accepts it.
	Body []byte
	// Notification is what is needed of any other.
	Notification *alerts.Notification
}

// Inbox stores notifications. Put returns nil only once the notification is stored
// as durably as was promised.
type Inbox interface {
	Put(ctx context.Context, r Received) error
}

// Options is what an Endpoint needs. Inbox, Credentials and MaxBody are required. The
// functions are asked at every request, so a reload takes effect at the next one.
type Options struct {
	Inbox Inbox
	// Credentials is the bearer token to be shown; "" lets everyone in.
	Credentials func() string
	// Trusted reports whether a request has shown who it is in another way: basic
	// auth or a client certificate, checked by the web server. Nil: none has.
	Trusted func(*http.Request) bool
	// MaxBody is the largest body that is read, in bytes.
	MaxBody    func() int64
	Now        func() time.Time // nil: the wall clock
	Logger     *slog.Logger     // nil: silent
	Registerer prometheus.Registerer
}

// Endpoint answers POST and PUT on Path:
//
//	202  the inbox has the notification
//	400  it can never be read; the body says why
//	401  wrong or no credentials
//	404  another path
//	405  another method
//	413  larger than MaxBody
//	503  it could not be stored, its body did not arrive in time, or too many came
//	     at once: send it again
//
// Never 429, which Alertmanager does not retry, nor a redirect, which it follows
// without the body.
type Endpoint struct {
	options  Options
	metrics  *metrics
	inFlight chan struct{}
	large    chan struct{} // the place of the one large body
	bodies   *intake.Budget
	pace     intake.Pace // of all bodies but the usual small ones
}

// New returns an Endpoint. It starts nothing.
func New(options Options) *Endpoint {
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Logger == nil {
		options.Logger = slog.New(slog.DiscardHandler)
	}
	return &Endpoint{options: options, metrics: newMetrics(options.Registerer),
		inFlight: make(chan struct{}, maxInFlight), large: make(chan struct{}, 1), bodies: intake.NewBudget(maxBodies, bodyWeight, leastBody), pace: bodyPace}
}

// listed are how many alerts a notification lists, and how many of them are kept.
type listed struct {
	alerts.Counts
	kept int
}

// ServeHTTP answers one request; Endpoint's comment lists the answers.
func (d *Endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := d.options.Now()
	list, refused := d.receive(w, r, began)
	if refused == nil {
		d.metrics.alerts.Observe(float64(list.Firing + list.Resolved))
		d.accepted(w, list)
	} else {
		d.refuse(w, r, refused)
	}
	d.metrics.count(refused)
	d.metrics.duration.Observe(d.options.Now().Sub(began).Seconds())
}

// receive checks a request from its outside inwards and stores what it brings.
func (d *Endpoint) receive(w http.ResponseWriter, r *http.Request, at time.Time) (listed, *refusal) {
	none := listed{}
	if r.URL.Path != Path {
		return none, &refusal{reason: reasonPath, text: "notifications belong to " + Path}
	}
	if r.Method != http.MethodPost && r.Method != http.MethodPut {
		return none, &refusal{reason: reasonMethod, text: "send notifications with POST"}
	}
	if !d.MayPass(r) {
		return none, &refusal{reason: reasonCredentials, text: "wrong or no credentials: set authorization.credentials_file in Alertmanager's http_config to the token of webhook.credentials_file"}
	}
	source, ok := sourceOf(r.URL)
	if !ok {
		return none, &refusal{reason: reasonSource, text: "source must be 1 to 40 characters of a-z, 0-9, _ and -, given once"}
	}
	limit := d.options.MaxBody()
	if r.ContentLength > limit {
		return none, tooLarge(limit)
	}
	body, err := d.bodies.Open(w, r, d.paceOf(r))
	if err != nil {
		return none, unreadable(err, limit)
	}
	defer body.Close()
	got := Received{At: at, Source: source}
	list, leave, err := d.take(r, body, limit, &got)
	if err != nil {
		return none, unreadable(err, limit)
	}
	defer leave()
	switch err := d.options.Inbox.Put(r.Context(), got); {
	case errors.Is(err, ErrFull):
		return none, &refusal{reason: reasonFull, text: "the inbox is full: send the notification again", err: err}
	case err != nil:
		return none, &refusal{reason: reasonStore, text: "the notification could not be stored: send it again", err: err}
	}
	if d.options.Logger.Enabled(r.Context(), slog.LevelDebug) {
		d.report(got)
	}
	return list, nil
}

// report writes into the log what was stored.
func (d *Endpoint) report(r Received) {
	n := r.Notification
	if n == nil {
		decoded, err := alerts.Decode(bytes.NewReader(r.Body), r.Source)
		if err != nil {
			d.options.Logger.Error("notification stored that the coordinator cannot read", "source", r.Source, "err", err)
			return
		}
		n = &decoded
	}
	d.options.Logger.Debug("notification stored", "source", n.Source, "receiver", n.Receiver, "group", n.GroupID(),
		"status", n.Status, "firing", n.Firing, "resolved", n.Resolved, "truncated", n.Truncated)
}

var sourceForm = regexp.MustCompile(`^[a-z0-9_-]{1,40}$`)

// sourceOf is the name that the sender goes by.
func sourceOf(u *url.URL) (string, bool) {
	if u.RawQuery == "" {
		return defaultSource, true
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return "", false
	}
	switch given := query["source"]; len(given) {
	case 0:
		return defaultSource, true
	case 1:
		return given[0], sourceForm.MatchString(given[0])
	}
	return "", false
}

func (d *Endpoint) accepted(w http.ResponseWriter, list listed) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusAccepted)
	// An error means that the sender has gone; what it sent is stored.
	_, _ = fmt.Fprintf(w, `{"status":"accepted","firing":%d,"resolved":%d,"kept":%d}`+"\n", list.Firing, list.Resolved, list.kept)
}

// refuse answers with a sentence. Alertmanager copies it into its log, so it
// never holds the cause of a failed store, which may name hosts or worse.
func (d *Endpoint) refuse(w http.ResponseWriter, r *http.Request, why *refusal) {
	switch why.reason {
	case reasonMethod:
		w.Header().Set("Allow", "POST, PUT")
	case reasonCredentials:
		w.Header().Set("WWW-Authenticate", `Bearer realm="signalbook"`)
	}
	level := slog.LevelWarn
	if why.reason == reasonPath || why.reason == reasonMethod {
		level = slog.LevelDebug
	}
	attributes := []any{"code", why.reason.code(), "reason", string(why.reason), "text", why.text, "remote", r.RemoteAddr}
	if why.err != nil {
		attributes = append(attributes, "err", why.err)
	}
	d.options.Logger.Log(r.Context(), level, "notification refused", attributes...)
	http.Error(w, why.text, why.reason.code())
}

// unreadable tells a body that is at fault from one that did not arrive.
func unreadable(err error, limit int64) *refusal {
	if _, long := errors.AsType[*http.MaxBytesError](err); long || errors.Is(err, errLong) {
		return tooLarge(limit)
	}
	if wrong, ok := errors.AsType[*alerts.InvalidError](err); ok {
		return &refusal{reason: reasonInvalid, text: wrong.Error()}
	}
	if errors.Is(err, intake.ErrBusy) {
		return &refusal{reason: reasonBusy, text: "too many notifications at once: send the notification again", err: err}
	}
	return &refusal{reason: reasonRead, text: "the body did not arrive: send the notification again", err: err}
}

func tooLarge(limit int64) *refusal {
	return &refusal{reason: reasonSize, text: "the body is larger than webhook.max_body, " + strconv.FormatInt(limit, 10) +
		" bytes: set max_alerts in Alertmanager's webhook_config, or raise webhook.max_body"}
}
