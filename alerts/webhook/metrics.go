package webhook

import (
	"net/http"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// refusal is why a request is not accepted.
type refusal struct {
	reason reason
	text   string // for the sender, holds no secrets
	err    error  // for our own log, may be nil
}

// reason is the closed set that labels the metric.
type reason string

const (
	reasonPath        reason = "path"
	reasonMethod      reason = "method"
	reasonCredentials reason = "credentials"
	reasonSource      reason = "source"
	reasonInvalid     reason = "invalid"
	reasonSize        reason = "size"
	reasonRead        reason = "read"
	reasonBusy        reason = "busy"
	reasonFull        reason = "full"
	reasonStore       reason = "store"
)

func (r reason) code() int {
	switch r {
	case reasonPath:
		return http.StatusNotFound
	case reasonMethod:
		return http.StatusMethodNotAllowed
	case reasonCredentials:
		return http.StatusUnauthorized
	case reasonSource, reasonInvalid:
		return http.StatusBadRequest
	case reasonSize:
		return http.StatusRequestEntityTooLarge
	case reasonRead, reasonBusy, reasonFull, reasonStore:
		return http.StatusServiceUnavailable
	}
	return http.StatusAccepted
}

type metrics struct {
	notifications *prometheus.CounterVec
	alerts        prometheus.Histogram
	duration      prometheus.Histogram
}

func newMetrics(registerer prometheus.Registerer) *metrics {
	factory := promauto.With(registerer)
	m := &metrics{
		notifications: factory.NewCounterVec(prometheus.CounterOpts{
			Name: "signalbook_notifications_total",
			Help: "Webhook requests answered, by HTTP status code and reason; the reason is empty for accepted notifications.",
		}, []string{"code", "reason"}),
		alerts: factory.NewHistogram(prometheus.HistogramOpts{
			Name:    "signalbook_notification_alerts",
			Help:    "Alerts listed in an accepted notification.",
			Buckets: []float64{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 20000},
		}),
		duration: factory.NewHistogram(prometheus.HistogramOpts{
			Name:    "signalbook_notification_duration_seconds",
			Help:    "Time from the arrival of a webhook request to its answer.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}),
	}
	for _, r := range []reason{"", reasonPath, reasonMethod, reasonCredentials, reasonSource, reasonInvalid, reasonSize, reasonRead, reasonBusy, reasonFull, reasonStore} {
		m.notifications.WithLabelValues(strconv.Itoa(r.code()), string(r))
	}
	return m
}

func (m *metrics) count(refused *refusal) {
	var r reason
	if refused != nil {
		r = refused.reason
	}
	m.notifications.WithLabelValues(strconv.Itoa(r.code()), string(r)).Inc()
}
