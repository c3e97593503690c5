package report

import (
	"fmt"
	"testing"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// TestHundredsOfAccountsLackDays: each of hundreds of billing accounts lacks a day, and
// the digest is made all the same, with as many words as are read.
func TestHundredsOfAccountsLackDays(t *testing.T) {
	t.Parallel()
	l := newLedger(t)
	for k := range 600 {
		g := money.Group{Provider: "AWS", Service: fmt.Sprint("service ", k%40), BillingAccount: fmt.Sprint(k)}
		gap := monday + money.Day(k%3)
		l.put(monday-42, gap-1, g, "1").put(gap+1, sunday, g, "1")
	}
	r := Judge(l.input())
	if m := r.Money[0]; m.Total.String() != "2400" || !m.Partial || m.Before.Change.Sign() != 0 {
		t.Errorf("got %s, partial %t, %+v, want 2400 of five days, at least, without a change", m.Total, m.Partial, m.Before)
	}
	if len(r.Missing) > 20 || len(r.Open["USD"]) != maxOpen {
		t.Errorf("got %d sentences and %d parts that wait, want few and %d", len(r.Missing), len(r.Open["USD"]), maxOpen)
	}
}
