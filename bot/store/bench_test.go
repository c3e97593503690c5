package store_test

import (
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/bot/testkit/storetest"
)

// BenchmarkPut is what an endpoint pays for a notification that is on disk
// (appendfsync always), with 64 endpoints at once; its ceiling is a bare XADD of the
// same size in the same run.
func BenchmarkPut(b *testing.B) {
	r, raw := storetest.Open(b, store.Options{Prefix: "bench", InboxBound: 1 << 40})
	s := r.Workspace("T1")
	n := alerts.Notification{Source: "default", Receiver: "bot", GroupKey: "k", Status: alerts.Firing, Firing: 1, Alerts: []alerts.Alert{{
		Status: alerts.Firing, Fingerprint: "f", StartsAt: start, Labels: map[string]string{"alertname": "HighCPU", "severity": "critical"},
	}}}
	b.Run("put", func(b *testing.B) {
		b.SetParallelism(32)
		b.RunParallel(func(p *testing.PB) {
			for p.Next() {
				if _, _, err := s.Put(b.Context(), event.Event{At: start, Notification: &n}); err != nil {
					b.Error(err)
				}
			}
		})
	})
	b.Run("ceiling: bare xadd", func(b *testing.B) {
		body := make([]byte, 400)
		b.SetParallelism(32)
		b.RunParallel(func(p *testing.PB) {
			for p.Next() {
				if err := raw.XAdd(b.Context(), &redis.XAddArgs{Stream: "bench", Values: []any{"e", body}}).Err(); err != nil {
					b.Error(err)
				}
			}
		})
	})
}
