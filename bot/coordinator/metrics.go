package coordinator

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are what the coordinator counts.
type metrics struct {
	commits *prometheus.CounterVec
	parked  *prometheus.CounterVec
	pages   *prometheus.CounterVec
	feeds   *prometheus.CounterVec
	// forgotten and unarchived count what retention did, and what it could not do.
	forgotten, unarchived prometheus.Counter
}

func newMetrics(reg prometheus.Registerer, k *Coordinator) *metrics {
	m := &metrics{
		commits: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "signalbook_commits_total", Help: "Events committed, by result (ok, dead, resting: a timer that is due again; fenced, absent, version and unknown are read again).",
		}, []string{"result"}),
		parked: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "signalbook_messages_parked_total", Help: "Messages that Slack refused until somebody acts, by reason.",
		}, []string{"reason"}),
		pages: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "signalbook_escalation_calls_total", Help: "Calls of services outside Slack, by result (taken, failed: it is tried again, given_up).",
		}, []string{"result"}),
		feeds: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "signalbook_webhook_deliveries_total", Help: "Entries of timelines sent to webhooks, by result (taken, failed: it is tried again, given_up).",
		}, []string{"result"}),
		forgotten: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "signalbook_incidents_forgotten_total", Help: "Closed incidents that left Redis after incidents.retention.",
		}),
		unarchived: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "signalbook_archive_failures_total", Help: "Times that incidents.archive could not be written; nothing left Redis then.",
		}),
	}
	for _, result := range []string{"ok", "dead", "resting", "fenced", "absent", "version", "unknown"} {
		m.commits.WithLabelValues(result)
	}
	for _, result := range []string{"taken", "failed", "given_up"} {
		m.pages.WithLabelValues(result)
		m.feeds.WithLabelValues(result)
	}
	reg.MustRegister(m.commits, m.parked, m.pages, m.feeds, m.forgotten, m.unarchived, &state{coordinator: k,
		keeping: prometheus.NewDesc("signalbook_coordinator", "1 on the replica that keeps the workspace.", nil, nil),
		inbox:   prometheus.NewDesc("signalbook_inbox_length", "Events that wait for the coordinator.", nil, nil),
		bytes:   prometheus.NewDesc("signalbook_inbox_bytes", "Memory that waiting events take in Redis.", nil, nil),
		used:    prometheus.NewDesc("signalbook_redis_memory_used_bytes", "Memory of the Redis that holds the workspace, as far as it counts for its maxmemory.", nil, nil),
		most:    prometheus.NewDesc("signalbook_redis_memory_max_bytes", "Its maxmemory; 0 without a limit. Events are refused with 503 from nine tenths on.", nil, nil),
		skew:    prometheus.NewDesc("signalbook_clock_skew_seconds", "How far this replica's clock is ahead of Redis'.", nil, nil),
		dead:    prometheus.NewDesc("signalbook_dead_letters", "Events that could not be handled.", nil, nil),
		open:    prometheus.NewDesc("signalbook_incidents_open", "Incidents that are open or acknowledged, by severity.", []string{"severity"}, nil),
		dirty:   prometheus.NewDesc("signalbook_incidents_unsettled", "Incidents that Slack does not show as they are yet.", nil, nil),
		storms:  prometheus.NewDesc("signalbook_storms", "Channels in which more incidents open than people can read threads of.", nil, nil),
		waiting: prometheus.NewDesc("signalbook_parked_messages", "Slack calls that wait until somebody acts, by what they are about.", []string{"reason"}, nil),
	})
	return m
}

// state reads the gauges from the store when Prometheus asks.
type state struct {
	coordinator                                                                 *Coordinator
	keeping, inbox, bytes, used, most, skew, dead, open, dirty, storms, waiting *prometheus.Desc
}

// Describe implements prometheus.Collector.
func (s *state) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{s.keeping, s.inbox, s.bytes, s.used, s.most, s.skew, s.dead, s.open, s.dirty, s.storms, s.waiting} {
		ch <- d
	}
}

// Collect implements prometheus.Collector. What Redis does not tell within a
// second is left out of this scrape.
func (s *state) Collect(ch chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	keeping := 0.0
	if s.coordinator.Keeping() {
		keeping = 1
	}
	gauge(s.keeping, keeping)
	for about, n := range s.coordinator.health.Count() {
		gauge(s.waiting, float64(n), about)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	st := s.coordinator.Store
	if room, err := st.Room(ctx); err == nil {
		gauge(s.inbox, float64(room.Events))
		gauge(s.bytes, float64(room.Bytes))
		gauge(s.used, float64(room.Used))
		gauge(s.most, float64(room.Max))
	}
	if skew, err := st.MeasureClock(ctx); err == nil {
		gauge(s.skew, skew.Seconds())
	}
	if n, err := st.Dead.Count(ctx); err == nil {
		gauge(s.dead, float64(n))
	}
	if n, err := st.DirtyLength(ctx); err == nil {
		gauge(s.dirty, float64(n))
	}
	if n, err := st.Storms(ctx); err == nil {
		gauge(s.storms, float64(n))
	}
	counts, all, err := st.ActiveCounts(ctx, s.coordinator.Settings().Rules.SeverityOrder)
	if err != nil {
		return
	}
	// Severities that the configuration does not know, and none, are "other": the label's values stay a closed set.
	other := all
	for _, n := range counts {
		other -= n
	}
	counts["other"] += other
	for severity, n := range counts {
		gauge(s.open, float64(n), severity)
	}
}
