package main

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// TestRedisMemory: a Redis with a small maxmemory fills. The webhook answers 503,
// people are told that nothing was recorded, /-/ready says what to do; all that was
// answered 202 is handled, and with more memory it goes on by itself.
func TestRedisMemory(t *testing.T) {
	t.Parallel()
	r := startRig(t, options{http: true})
	b := r.startBot()
	b.mustNotify(group(t, 0))
	root := r.root("incidents", 0)
	b.settled()
	limit := func(maxmemory string) {
		t.Helper()
		if err := r.redis.ConfigSet(t.Context(), "maxmemory", maxmemory).Err(); err != nil {
			t.Fatal(err)
		}
	}
	// A megabyte of room, however much it has now: refused from nine tenths on.
	limit(strconv.Itoa(int(r.usedMemory()+1<<20) * 10 / 9))
	taken := 1
	eventually(t, "the webhook refuses", func() bool {
		for range 50 {
			switch code := b.notify(group(t, taken)); code {
			case http.StatusAccepted:
				taken++
			case http.StatusServiceUnavailable:
				return true
			default:
				t.Fatalf("a notification was answered %d, want 202 or 503", code)
			}
		}
		return false
	})
	eventually(t, "all that was taken is handled", func() bool { return b.counted("signalbook_inbox_length", "") == 0 })
	if open := b.counted("signalbook_incidents_open", ""); int(open) != taken {
		t.Errorf("%v incidents are open, want the %d that were answered 202", open, taken)
	}
	// Others fill it whole: a click is refused like a notification.
	limit("1mb")
	eventually(t, "/-/ready says so, and what to do", func() bool {
		body, code := b.get("/-/ready")
		return code == http.StatusServiceUnavailable && strings.Contains(body, "raise maxmemory")
	})
	if got := b.notify(group(t, taken)); got != http.StatusServiceUnavailable {
		t.Errorf("a notification was answered %d, want 503", got)
	}
	if got := r.slash("anna", "incidents", "/playbook note INC-1 hello"); !strings.Contains(got, "not recorded") {
		t.Errorf("a command was answered %q, want that it was not recorded", got)
	}
	r.click("ben", root, "incident:ack", "INC-1")
	r.told("ben", "not recorded")
	if got := b.counted("signalbook_coordinator", ""); got != 1 {
		t.Error("the coordinator gave up, want it to go on without memory")
	}
	limit("64mb")
	eventually(t, "notifications are taken again", func() bool { return b.notify(group(t, taken)) == http.StatusAccepted })
	r.surely("anna", "/playbook note INC-1 after that")
	eventually(t, "the new one is handled", func() bool { return int(b.counted("signalbook_incidents_open", "")) == taken+1 })
	t.Logf("%d notifications were taken", taken)
}
