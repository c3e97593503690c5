package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/bot/topic"
)

// TestSlotForms: a settled slot is a short line and comes back without its op; of
// any other nothing is lost.
func TestSlotForms(t *testing.T) {
	settled := ledger.Record{Channel: "C0INCIDENT1", TS: "1795425005.000002", Parent: "1795425005.000001", Hash: "0f0f0f0f0f0f0f0f", State: ledger.Sent, Op: "ABCDEFGHIJABCDEFGHIJABCDEF", IntentAt: start}
	with := func(change func(*ledger.Record)) ledger.Record {
		s := settled
		change(&s)
		return s
	}
	const line = "C0INCIDENT1 1795425005.000002 0f0f0f0f0f0f0f0f 1795425005.000001"
	if len(line) > 64 {
		t.Errorf("a line with ids as long as Slack's takes %d bytes, at most 64 keep a ledger compact", len(line))
	}
	onBoth(t, func(t *testing.T, e env) {
		lease := e.keep(t)
		for name, test := range map[string]struct {
			slot ledger.Record
			line string // empty: JSON
		}{
			"settled":      {settled, line},
			"a root":       {with(func(s *ledger.Record) { s.Parent = "" }), "C0INCIDENT1 1795425005.000002 0f0f0f0f0f0f0f0f"},
			"sending":      {with(func(s *ledger.Record) { s.State = ledger.Sending }), ""},
			"parked":       {with(func(s *ledger.Record) { s.State, s.Why = ledger.Parked, "is_archived" }), ""},
			"waiting":      {with(func(s *ledger.Record) { s.State, s.TS = ledger.Waiting, "" }), ""},
			"moot":         {ledger.Record{State: ledger.Superseded}, ""},
			"to be swept":  {with(func(s *ledger.Record) { s.Sweeps, s.SweepAt = 2, start.Add(time.Minute) }), ""},
			"sweeps owed":  {with(func(s *ledger.Record) { s.Sweeps = 1 }), ""},
			"sweep due":    {with(func(s *ledger.Record) { s.SweepAt = start }), ""},
			"posted anew":  {with(func(s *ledger.Record) { s.Old = []string{"1795425004.000001"} }), ""},
			"to be edited": {with(func(s *ledger.Record) { s.Hash = "" }), ""},
			"why it was":   {with(func(s *ledger.Record) { s.Why = "is_archived" }), ""},
			"odd channel":  {with(func(s *ledger.Record) { s.Channel = "#on call" }), ""},
			"odd ts":       {with(func(s *ledger.Record) { s.TS = "{}" }), ""},
			"nothing":      {ledger.Record{}, ""},
		} {
			must(t, e.SetSlot(t.Context(), lease.Fence, topic.Incident(7), name, test.slot))
			raw, want := e.raw.HGet(t.Context(), base+"ledger:7", name).Val(), test.slot
			if test.line != "" {
				want.Op, want.IntentAt = "", time.Time{}
				if raw != test.line {
					t.Errorf("%s: got %q in Redis, want %q", name, raw, test.line)
				}
			} else if raw[0] != '{' {
				t.Errorf("%s: got %q in Redis, want JSON", name, raw)
			}
			if diff := cmp.Diff(want, value[ledger.Ledger](t)(e.Ledger(t.Context(), topic.Incident(7)))[name], cmpopts.IgnoreUnexported(ledger.Record{})); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
		// As an earlier binary wrote it.
		e.raw.HSet(t.Context(), base+"ledger:8", "root", `{"channel":"C1","ts":"1.5","hash":"abc","state":"sent","op":"OP","intent_at":"2026-11-23T09:00:00Z"}`)
		want := ledger.Record{Channel: "C1", TS: "1.5", Hash: "abc", State: ledger.Sent, Op: "OP", IntentAt: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
		if diff := cmp.Diff(want, value[ledger.Ledger](t)(e.Ledger(t.Context(), topic.Incident(8)))["root"], cmpopts.IgnoreUnexported(ledger.Record{})); diff != "" {
			t.Errorf("an old slot (-want +got):\n%s", diff)
		}
		for _, broken := range []string{"", "C1", "C1 1.5", "C1 1.5 abc 1.4 more", "{"} {
			e.raw.HSet(t.Context(), base+"ledger:9", "root", broken)
			got, err := e.Ledger(t.Context(), topic.Incident(9))
			must(t, err)
			if got["root"].State != ledger.Unreadable {
				t.Errorf("%q was read as %+v", broken, got)
			}
		}
	})
}

// TestForgetSettled: the thread of an incident that left is nobody's, also when
// its root's slot is a short line.
func TestForgetSettled(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		lease := e.keep(t)
		first := opened(1, nil)
		last := moved(first, incident.KindClosed, func(i *incident.Incident) { i.State, i.ClosedAt = incident.Closed, start })
		e.commit(t, lease.Fence, []error{nil, nil}, store.Commit{Saved: []store.Saved{first}, Next: 1}, store.Commit{Saved: []store.Saved{last}})
		must(t, e.SetSlot(t.Context(), lease.Fence, topic.Incident(1), ledger.Root, ledger.Record{Channel: "C1", TS: "1.5", Hash: "abc", State: ledger.Sent, Op: "OP"}))
		must(t, e.Forget(t.Context(), lease.Fence, last.Incident))
		if n := value[int](t)(e.ThreadNumber(t.Context(), "C1", "1.5")); n != 0 {
			t.Errorf("the thread still leads to incident %d", n)
		}
	})
}
