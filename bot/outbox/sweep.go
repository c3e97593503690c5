package outbox

import (
	"slices"
	"time"

	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/message"
)

// copied looks for copies of a message that was sent twice, because the first try had
// an unknown outcome: a request that was still on its way may land late.
func copied(l *look, c Call) bool {
	if c.Have.SweepAt.IsZero() || ahead(c.Have.SweepAt, l.now, l.timing.Sweeps[len(l.timing.Sweeps)-1]) {
		return false
	}
	c.Kind, c.Class = Sweep, ClassEdit
	l.offer(c)
	return true
}

// orphans looks for copies of messages that are not to be there any more, such as a
// ping about what is over, and that may have been sent twice.
func (l *look) orphans() {
	for name, have := range l.Ledger {
		if have.Sweeps == 0 || slices.ContainsFunc(l.Slots, func(slot message.Slot) bool { return slot.Name == name }) {
			continue
		}
		at, most := have.SweepAt, l.timing.Sweeps[len(l.timing.Sweeps)-1]
		if have.State == ledger.Sending || at.IsZero() {
			at, most = have.IntentAt.Add(l.timing.Unknown), l.timing.Unknown
		}
		if ahead(at, l.now, most) {
			l.later(at)
			continue
		}
		l.offer(Call{Kind: Sweep, Class: ClassEdit, Have: have, Slot: message.Slot{Name: name, Thread: have.Parent != "", Once: true}})
	}
}

// Swept is what the ledger says after a look for copies (in Slack's order), and which
// of them go. The one that is known stays, though a copy may be older: threads hang on
// it. Else the one stays that people saw first.
func Swept(have ledger.Record, copies []string, timing Timing, now time.Time) (slot ledger.Record, extra []string) {
	slot = have
	if len(copies) > 0 {
		at := max(slices.Index(copies, slot.TS), 0)
		extra = slices.Delete(slices.Clone(copies), at, at+1)
		if copies[at] != slot.TS {
			slot.TS, slot.Hash = copies[at], ""
		}
		if slot.State == ledger.Sending {
			slot.State = ledger.Sent
		}
	}
	slot.Sweeps--
	slot.SweepAt = time.Time{}
	if slot.Sweeps > 0 {
		sweeps := timing.Sweeps
		slot.SweepAt = now.Add(sweeps[len(sweeps)-slot.Sweeps] - sweeps[0])
	}
	return slot, extra
}
