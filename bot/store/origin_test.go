package store_test

import (
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/store"
)

// TestLedgerOwns: which message belongs to a thread, by all that a ledger can say.
func TestLedgerOwns(t *testing.T) {
	at := time.Unix(1_800_000_000, 0)
	sending := store.Slot{Channel: "C1", State: store.CallSending, Op: "op", IntentAt: at}
	copies := store.Slot{Channel: "C1", TS: "1800000000.000100", State: store.CallSent, Op: "op", IntentAt: at, Sweeps: 1}
	refused := store.Slot{Channel: "C1", State: store.CallParked, Op: "op", IntentAt: at}
	unnamed := sending
	unnamed.Channel = "#incidents"
	for _, test := range []struct {
		name        string
		slot        store.Slot
		channel, ts string
		want        bool
	}{
		{"its own", store.Slot{Channel: "C1", TS: "1.1", State: store.CallSent}, "C1", "1.1", true},
		{"of another channel", store.Slot{Channel: "C1", TS: "1.1", State: store.CallSent}, "C2", "1.1", false},
		{"another message", store.Slot{Channel: "C1", TS: "1.1", State: store.CallSent}, "C1", "1.2", false},
		{"no message", store.Slot{Channel: "C1", State: store.CallWaiting}, "C1", "", false},
		{"the one before", store.Slot{Channel: "C1", TS: "1.1", Old: []string{"0.9"}, State: store.CallSent}, "C1", "0.9", true},
		{"parked", store.Slot{Channel: "C1", TS: "1.1", State: store.CallParked}, "C1", "1.1", true},
		{"under way", sending, "C1", "1800000001.000100", true},
		{"under way, by a clock that is behind", sending, "C1", "1799999950.000100", true},
		{"under way in a channel whose id is not known", unnamed, "C1", "1800000001.000100", true},
		{"older than what is under way", sending, "C1", "1799999000.000100", false},
		{"under way elsewhere", sending, "C2", "1800000001.000100", false},
		{"nonsense while one is under way", sending, "C1", "tomorrow", false},
		{"a copy of it", copies, "C1", "1800000003.000100", true},
		{"never sent", refused, "C1", "1800000001.000100", false},
		{"settled", store.Slot{Channel: "C1", TS: "1.1", State: store.CallSent}, "C1", "1800000001.000100", false},
	} {
		if got := (store.Ledger{"root": test.slot}).Owns(test.channel, test.ts); got != test.want {
			t.Errorf("%s: got %t, want %t", test.name, got, test.want)
		}
	}
}
