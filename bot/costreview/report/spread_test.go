package report

import (
	"slices"
	"testing"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// TestSpreadChargesAreNoSpikes: a month's charge counts on each of its days and is never
// above the usual, however it jumps; nor does it say that a day is told.
func TestSpreadChargesAreNoSpikes(t *testing.T) {
	t.Parallel()
	licence := money.Group{Provider: "Datadog", Service: "Licences", Spread: true}
	l := newLedger(t).put(monday-70, friday, group("EC2"), "1000")
	l.put(monday-70, monday-1, licence, "100").put(monday, sunday+1, licence, "900")
	m := judged(t, l.input())
	if len(m.Spikes) != 0 || m.Total.String() != "9500" || m.Usage.String() != "9500" {
		t.Errorf("got total %s, usage %s, spikes %+v", m.Total, m.Usage, m.Spikes)
	}
	if len(m.Up) != 1 || m.Up[0].Service != "Licences" {
		t.Errorf("what moved is %+v", m.Up)
	}
	if m.Until != friday || len(m.Notes) != 0 {
		t.Errorf("data until %s, notes %q", m.Until, m.Notes)
	}
	// A day that only a month's charge is there for is missing.
	delete(l.Days, friday-1)
	l.put(friday-1, friday-1, licence, "900")
	if m = judged(t, l.input()); slices.Contains(m.Days, friday-1) {
		t.Errorf("%s counts, of which only a part of a month's charge is there", friday-1)
	}
	// A source of nothing else tells the days that its charges are for.
	l = newLedger(t).put(monday-70, friday, licence, "100")
	if m = judged(t, l.input()); m.Total.String() != "500" || len(m.Spikes) != 0 {
		t.Errorf("alone: got %s, spikes %+v", m.Total, m.Spikes)
	}
}
