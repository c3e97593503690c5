package slackapi

import (
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// callMetrics counts calls out. Its zero-registerer form works and is not shown
// anywhere.
type callMetrics struct {
	calls    *prometheus.CounterVec
	duration *prometheus.HistogramVec
}

func newCallMetrics(r prometheus.Registerer) *callMetrics {
	return &callMetrics{
		calls: register(r, prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "signalbook_slack_calls_total",
			Help: "Calls to Slack by Web API method and outcome: ok, refused, limited, unreachable, unknown, gone, auth, channel.",
		}, []string{"method", "outcome"})),
		duration: register(r, prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "signalbook_slack_call_duration_seconds",
			Help:    "How long calls to Slack took until their answer or failure.",
			Buckets: []float64{0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15},
		}, []string{"method"})),
	}
}

func (m *callMetrics) observe(method, outcome string, took time.Duration) {
	m.calls.WithLabelValues(method, outcome).Inc()
	m.duration.WithLabelValues(method).Observe(took.Seconds())
}

// label is the word of the metric: the outcome, but "unreachable" when the call
// never left, because an operator looks elsewhere then.
func (e *Error) label() string {
	if e.Code == CodeUnreachable {
		return CodeUnreachable
	}
	return string(e.Outcome)
}

// endpointMetrics counts what comes in over HTTP and Socket Mode alike.
type endpointMetrics struct {
	requests   *prometheus.CounterVec
	connected  prometheus.Gauge
	reconnects *prometheus.CounterVec
}

func newEndpointMetrics(r prometheus.Registerer) *endpointMetrics {
	return &endpointMetrics{
		requests: register(r, prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "signalbook_slack_requests_total",
			Help: "What Slack delivered, by endpoint (http, socket), kind and outcome: ok, late, unstored, panic, ignored, bad, forged, foreign (of another workspace or app), overloaded.",
		}, []string{"endpoint", "kind", "outcome"})),
	}
}

// withSocket adds what only Socket Mode has.
func (m *endpointMetrics) withSocket(r prometheus.Registerer) *endpointMetrics {
	m.connected = register(r, prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "signalbook_slack_socket_connected",
		Help: "1 while a Socket Mode connection to Slack is up.",
	}))
	m.reconnects = register(r, prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "signalbook_slack_socket_events_total",
		Help: "Life of the Socket Mode connection: connected, connection_error, incoming_error, write_error, stopped.",
	}, []string{"event"}))
	return m
}

// register registers c, or returns the collector of the same name that another
// part of this room registered before. A nil registerer leaves c unregistered.
func register[C prometheus.Collector](r prometheus.Registerer, c C) C {
	if r == nil {
		return c
	}
	err := r.Register(c)
	if taken, ok := errors.AsType[prometheus.AlreadyRegisteredError](err); ok {
		if same, ok := taken.ExistingCollector.(C); ok {
			return same
		}
	}
	if err != nil {
		panic(err) // two parts of the program define one metric differently: a mistake in the code
	}
	return c
}
