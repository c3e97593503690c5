package outbox

import (
	"slices"
	"time"

	"github.com/signalbook/signalbook/bot/ledger"
)

// Late is a call that ended after its coordinator had lost the workspace: the ledger does
// not tell of it.
type Late struct {
	TS       string // of the message; empty when the outcome is not known
	Op       string // in the message; empty: it was an edit
	IntentAt time.Time
}

// Ended is what the ledger is to say once a late call is known of, so that what it left
// is put right: a copy is swept, an edit made again. Wanted says that there is to be
// such a message. When look is true nothing of it is known here: what it left has to be
// found first, see [Left].
func Ended(late Late, have ledger.Record, wanted bool, timing Timing, now time.Time) (slot ledger.Record, look bool) {
	ours := late.Op != "" && have.Op == late.Op // an edit has no op
	slot = have
	switch {
	case late.TS != "" && have.TS == late.TS:
		slot.Hash = "" // the late edit shows what was
	case wanted && ours && have.TS == "":
		slot.State = ledger.Sending // it is there after all, or may be: look for it
	case ours && have.TS != "":
		slot.SweepAt, slot.Sweeps = now, max(have.Sweeps, 1)
		if late.TS == "" {
			slot.Sweeps = len(timing.Sweeps) // it may come later still
		}
	default:
		return have, true
	}
	return slot, false
}

// Left is what the ledger is to say when a late call left messages, and which of them
// go: those that nobody wants any more.
func Left(late Late, have ledger.Record, left []string, timing Timing, now time.Time) (slot ledger.Record, extra []string) {
	slot = have
	if late.TS != "" || !slices.Contains(left, have.TS) {
		return slot, left
	}
	// The slot's own post, whose op was forgotten when it settled: copies of it go, and more may come later still.
	slot.Op, slot.IntentAt, slot.SweepAt, slot.Sweeps = late.Op, late.IntentAt, now, len(timing.Sweeps)
	return slot, nil
}

// SameWork reports whether two states of a slot ask for the same look at Slack.
func SameWork(a, b ledger.Record) bool {
	return a.Hash == b.Hash && a.State == b.State && a.Sweeps == b.Sweeps && a.SweepAt.Equal(b.SweepAt)
}
