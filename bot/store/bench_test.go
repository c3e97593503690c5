package store_test

import (
	"os/exec"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/embedded"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/store"
)

// BenchmarkPut is what an endpoint pays for a notification that is on disk
// (appendfsync always), with 64 endpoints at once; its ceiling is a bare XADD of the
// same size in the same run.
func BenchmarkPut(b *testing.B) {
	path, err := exec.LookPath("redis-server")
	if err != nil {
		b.Fatal(err)
	}
	server, err := embedded.Start(b.Context(), path)
	if err != nil {
		b.Fatal(err)
	}
	defer server.Close()
	r, err := store.Open(store.Options{Addresses: []string{server.Address}, Prefix: "bench", InboxBound: 1 << 40})
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	s := r.Workspace("T1")
	n := alerts.Notification{Source: "default", Receiver: "bot", GroupKey: "k", Status: alerts.Firing, Firing: 1, Alerts: []alerts.Alert{{
		Status: alerts.Firing, Fingerprint: "f", StartsAt: start, Labels: map[string]string{"alertname": "HighCPU", "severity": "critical"},
	}}}
	b.Run("put", func(b *testing.B) {
		b.SetParallelism(32)
		b.RunParallel(func(p *testing.PB) {
			for p.Next() {
				if _, _, err := s.Put(b.Context(), incident.Event{At: start, Notification: &n}); err != nil {
					b.Error(err)
				}
			}
		})
	})
	b.Run("ceiling: bare xadd", func(b *testing.B) {
		raw := redis.NewClient(&redis.Options{Network: "unix", Addr: server.Address, PoolSize: 64, MaxRetries: -1})
		defer raw.Close()
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
