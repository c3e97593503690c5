// Package web is the HTTP surface of the bot: who may pass, health, metrics and
// reload, and the endpoints behind them. It knows nothing of incidents.
package web

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	toolkit "github.com/prometheus/exporter-toolkit/web"

	"github.com/signalbook/signalbook/bot/foreign"
)

// Readiness is what /-/ready answers. Ready is false only when a notification
// could not be stored at the moment.
type Readiness struct {
	Ready       bool     `json:"ready"`
	Durability  string   `json:"durability,omitempty"` // fsync-always, everysec, replicated(n), memory, NONE
	Coordinator bool     `json:"coordinator"`          // this replica keeps the workspace
	Reason      string   `json:"reason,omitempty"`     // why it is not ready, and what to do
	Degraded    []string `json:"degraded,omitempty"`   // what works only in part
}

// Playbook is what /api/v1/playbooks lists of one.
type Playbook struct {
	Name  string `json:"name"`
	Title string `json:"title"`
}

// Options are what the surface needs; Webhook, MayNotify, Ready, Reload, Playbooks,
// Gatherer and Logger are required.
type Options struct {
	Webhook http.Handler // POST /alertmanager/webhook
	// MayNotify reports whether a request has shown what the webhook asks for.
	MayNotify func(*http.Request) bool
	// Playbooks are those that are loaded, in the order in which they are tried.
	Playbooks func() []Playbook
	Slack     http.Handler // POST /slack/*; nil: not served
	Ready     func(ctx context.Context) Readiness
	Reload    func() error
	Gatherer  prometheus.Gatherer
	Auth      *Auth // nil: nobody has to say who he is
	Logger    *slog.Logger
	Version   string
}

// New returns the handler of the whole surface. Who may pass is decided per
// path: /slack/ by signature and the webhook by its own credentials, in their
// endpoints; /-/healthy and /-/ready by nobody; the rest by basic auth. The playbooks
// are told to whoever may notify, too: `signalbook fire` names one of them.
func New(o Options) (http.Handler, error) {
	landing, err := toolkit.NewLandingPage(toolkit.LandingConfig{
		Name: "Signalbook", Description: "Keeps every step of an incident until somebody has done it.", Version: o.Version, Profiling: "false",
		Links: []toolkit.LandingLinks{
			{Address: "/-/ready", Text: "Readiness", Description: "whether notifications can be stored, and what works only in part"},
			{Address: "/metrics", Text: "Metrics"},
		},
	})
	if err != nil {
		return nil, fmt.Errorf("make the landing page: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("/alertmanager/webhook", o.Webhook)
	if o.Slack != nil {
		mux.Handle("POST /slack/", o.Slack)
	}
	mux.HandleFunc("GET /-/healthy", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "Signalbook is Healthy.")
	})
	mux.HandleFunc("GET /-/ready", o.ready)
	mux.Handle("POST /-/reload", o.Auth.require(http.HandlerFunc(o.reload)))
	mux.Handle("GET /metrics", o.Auth.require(promhttp.HandlerFor(o.Gatherer, promhttp.HandlerOpts{})))
	mux.Handle("GET /api/v1/playbooks", o.Auth.requireUnless(o.MayNotify, http.HandlerFunc(o.playbooks)))
	mux.Handle("GET /{$}", o.Auth.require(landing))
	return o.Auth.headers(mux), nil
}

// maxSentence bounds what /-/ready says of one thing, in bytes: anybody may read
// it, and others' words may be in it.
const maxSentence = 1_000

func (o Options) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	readiness := o.Ready(ctx)
	readiness.Reason = foreign.Text(readiness.Reason, maxSentence)
	readiness.Degraded = slices.Clone(readiness.Degraded)
	for k, sentence := range readiness.Degraded {
		readiness.Degraded[k] = foreign.Text(sentence, maxSentence)
	}
	w.Header().Set("Content-Type", "application/json")
	if !readiness.Ready {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	if err := json.NewEncoder(w).Encode(readiness); err != nil {
		o.Logger.Debug("the answer to /-/ready was not read", "error", err)
	}
}

func (o Options) playbooks(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(map[string][]Playbook{"playbooks": o.Playbooks()}); err != nil {
		o.Logger.Debug("the answer to /api/v1/playbooks was not read", "error", err)
	}
}

func (o Options) reload(w http.ResponseWriter, _ *http.Request) {
	if err := o.Reload(); err != nil {
		http.Error(w, "not reloaded, the old configuration goes on:\n"+foreign.Clean(err.Error()), http.StatusInternalServerError)
		return
	}
	fmt.Fprintln(w, "reloaded")
}
