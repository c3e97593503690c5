package ledger_test

import (
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/ledger"
)

// TestLedgerOwns: which message belongs to a thread, by all that a ledger can say.
func TestLedgerOwns(t *testing.T) {
	at := time.Unix(1_800_000_000, 0)
	sending := ledger.Record{Channel: "C1", State: ledger.Sending, Op: "op", IntentAt: at}
	copies := ledger.Record{Channel: "C1", TS: "1800000000.000100", State: ledger.Sent, Op: "op", IntentAt: at, Sweeps: 1}
	refused := ledger.Record{Channel: "C1", State: ledger.Parked, Op: "op", IntentAt: at}
	unnamed := sending
	unnamed.Channel = "#incidents"
	for _, test := range []struct {
		name        string
		slot        ledger.Record
		channel, ts string
		want        bool
	}{
		{"its own", ledger.Record{Channel: "C1", TS: "1.1", State: ledger.Sent}, "C1", "1.1", true},
		{"of another channel", ledger.Record{Channel: "C1", TS: "1.1", State: ledger.Sent}, "C2", "1.1", false},
		{"another message", ledger.Record{Channel: "C1", TS: "1.1", State: ledger.Sent}, "C1", "1.2", false},
		{"no message", ledger.Record{Channel: "C1", State: ledger.Waiting}, "C1", "", false},
		{"the one before", ledger.Record{Channel: "C1", TS: "1.1", Old: []string{"0.9"}, State: ledger.Sent}, "C1", "0.9", true},
		{"parked", ledger.Record{Channel: "C1", TS: "1.1", State: ledger.Parked}, "C1", "1.1", true},
		{"under way", sending, "C1", "1800000001.000100", true},
		{"under way, by a clock that is behind", sending, "C1", "1799999950.000100", true},
		{"under way in a channel whose id is not known", unnamed, "C1", "1800000001.000100", true},
		{"older than what is under way", sending, "C1", "1799999000.000100", false},
		{"under way elsewhere", sending, "C2", "1800000001.000100", false},
		{"nonsense while one is under way", sending, "C1", "tomorrow", false},
		{"a copy of it", copies, "C1", "1800000003.000100", true},
		{"never sent", refused, "C1", "1800000001.000100", false},
		{"settled", ledger.Record{Channel: "C1", TS: "1.1", State: ledger.Sent}, "C1", "1800000001.000100", false},
	} {
		if got := (ledger.Ledger{"root": test.slot}).Owns(test.channel, test.ts); got != test.want {
			t.Errorf("%s: got %t, want %t", test.name, got, test.want)
		}
	}
}
