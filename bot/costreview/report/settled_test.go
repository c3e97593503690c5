package report

import (
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// TestSettledDays: only days that are over for 48 hours and told whole count, and
// the week before is taken on the same weekdays.
func TestSettledDays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		ledger   func(l *ledger)
		settle   time.Duration
		now      time.Time
		days     []money.Day
		total    string
		was      string
		note     string
		alike    []money.Day
		noBefore bool
		quiet    bool
		least    bool
	}{
		{
			name: "two days left out",
			ledger: func(l *ledger) {
				l.put(monday-70, monday-1, group("EC2"), "90").put(monday, sunday+1, group("EC2"), "100")
			},
			days: days(monday, friday), total: "500", was: "450",
		},
		{
			name: "a shorter settling time",
			ledger: func(l *ledger) {
				l.put(monday-70, monday-1, group("EC2"), "90").put(monday, sunday+1, group("EC2"), "100")
			},
			settle: 8 * time.Hour,
			days:   days(monday, sunday), total: "700", was: "630",
		},
		{
			name: "the newest day is half written",
			ledger: func(l *ledger) {
				l.put(monday-70, monday-1, group("EC2"), "100").put(monday, monday+2, group("EC2"), "100").put(monday+3, monday+3, group("EC2"), "49")
			},
			days: days(monday, monday+2), total: "300", was: "300",
			note: "FOCUS files: 19 Nov is still being written, 49 % of what such a day costs are there: left out.",
		},
		{
			name: "today is half written, which nobody needs to know",
			ledger: func(l *ledger) {
				l.put(monday-70, sunday, group("EC2"), "100").put(sunday+1, sunday+1, group("EC2"), "10")
			},
			days: days(monday, friday), total: "500", was: "500", quiet: true,
		},
		{
			name: "a newest day that is merely cheap counts",
			ledger: func(l *ledger) {
				l.put(monday-70, monday-1, group("EC2"), "100").put(monday, monday+2, group("EC2"), "100").put(monday+3, monday+3, group("EC2"), "50")
			},
			days: days(monday, monday+3), total: "350", was: "400",
		},
		{
			name: "a half day that is not the newest is a cheap day",
			ledger: func(l *ledger) {
				l.put(monday-70, monday, group("EC2"), "100").put(monday+1, monday+1, group("EC2"), "10").put(monday+2, sunday, group("EC2"), "100")
			},
			days: days(monday, friday), total: "410", was: "500",
		},
		{
			name: "a day that no source lists is absent, not zero",
			ledger: func(l *ledger) {
				l.put(monday-70, monday+1, group("EC2"), "100").put(monday+3, sunday, group("EC2"), "100")
			},
			days: []money.Day{monday, monday + 1, monday + 3, friday}, total: "400", was: "400",
			note: "FOCUS files: lists nothing of 18 Nov: left out, which is not zero.",
		},
		{
			name: "a day that the week before lacks is left out of the comparison",
			ledger: func(l *ledger) {
				l.put(monday-70, monday-7, group("EC2"), "100").put(monday-5, sunday, group("EC2"), "100")
			},
			days: days(monday, friday), total: "500", was: "400",
			alike: []money.Day{monday, monday + 2, monday + 3, friday},
			note:  "The week before lacks some of these weekdays: the comparison is over 16 Nov and 18 Nov to 20 Nov.",
		},
		{
			name:   "no week before",
			ledger: func(l *ledger) { l.put(monday, sunday, group("EC2"), "100") },
			days:   days(monday, friday), total: "500", noBefore: true,
			note: "Nothing is known of the week before: there is no comparison.",
		},
		{
			name: "a provider that comes later holds nobody else back",
			ledger: func(l *ledger) {
				azure := money.Group{Provider: "Microsoft", Service: "AKS"}
				l.put(monday-70, sunday, group("EC2"), "100").put(monday-70, monday+1, azure, "50")
			},
			days: days(monday, friday), total: "600", was: "600", least: true,
			note: "FOCUS files: Microsoft is there to 17 Nov only: 18 Nov to 20 Nov are left out, which is not zero. The total in USD is at least what it says; the comparison leaves it out of both weeks.",
		},
		{
			name: "a provider that is gone, or late by more than a week",
			ledger: func(l *ledger) {
				azure := money.Group{Provider: "Microsoft", Service: "AKS"}
				l.put(monday-70, sunday, group("EC2"), "100").put(monday-70, monday-4, azure, "50")
			},
			days: days(monday, friday), total: "500", was: "500", least: true,
			note: "FOCUS files: nothing of Microsoft since 12 Nov: it is gone, or its figures are missing. The total in USD is at least what it says; the comparison leaves it out of both weeks.",
		},
		{
			name: "days after today are left out",
			ledger: func(l *ledger) {
				l.put(monday-70, sunday, group("EC2"), "100").put(monday+300, monday+300, group("EC2"), "100")
			},
			days: days(monday, friday), total: "500", was: "500",
			note: "FOCUS files: has days after today: they are left out.",
		},
	} {
		l := newLedger(t)
		c.ledger(l)
		in := l.input()
		in.Settings.Settle = c.settle
		r := Judge(in)
		m := r.Money[0]
		same(t, c.name+": days", m.Days, c.days)
		same(t, c.name+": alike", m.Alike, c.alike)
		if m.Total.String() != c.total || m.LeftOut != 7-len(c.days) || m.Until != c.days[len(c.days)-1] {
			t.Errorf("%s: got %s to %s with %d left out, want %s", c.name, m.Total, m.Until, m.LeftOut, c.total)
		}
		if (m.Before == nil) != c.noBefore || m.Before != nil && m.Before.Was.String() != c.was {
			t.Errorf("%s: got %+v before, want %s", c.name, m.Before, c.was)
		}
		if m.Partial != c.least {
			t.Errorf("%s: got a total that is partial: %t, want %t", c.name, m.Partial, c.least)
		}
		if c.quiet && len(m.Notes) > 0 {
			t.Errorf("%s: got the notes %q, want none", c.name, m.Notes)
		}
		if c.note != "" {
			holds(t, append(m.Notes, r.Missing...), c.note)
		}
	}
}

// TestSourcesApart: a source that ended before the week is left out of every figure,
// so that its silence is no saving; one that charges now and then holds nothing back.
func TestSourcesApart(t *testing.T) {
	t.Parallel()
	ended := newLedger(t).put(monday-70, monday-3, money.Group{Service: "old"}, "40")
	ended.Source, ended.Name = "old", "OpenCost"
	seldom := newLedger(t)
	for _, d := range []money.Day{monday - 50, monday - 20, monday + 1} {
		seldom.put(d, d, money.Group{Service: "licence"}, "7")
	}
	seldom.Source, seldom.Name = "seldom", "licences"
	in := newLedger(t).put(monday-70, sunday, group("EC2"), "100").input()
	in.Readings = append(in.Readings, ended.Reading, seldom.Reading)
	r := Judge(in)
	m := r.Money[0]
	if m.Total.String() != "507" || m.Before.Was.String() != "500" || !m.Partial {
		t.Errorf("got %s against %s, partial %t, want 507 against 500, partial", m.Total, m.Before.Was, m.Partial)
	}
	same(t, "sources", m.Sources, []Share{{Name: "FOCUS files", Total: mustMoney(t, "500")}, {Name: "licences", Total: mustMoney(t, "7")}})
	holds(t, r.Missing, "OpenCost: its USD end on 13 Nov, nothing of 2026-W47: it is left out of every figure, the weeks before included.")
}

// TestNothingSettled: no figure is shown where none is known.
func TestNothingSettled(t *testing.T) {
	t.Parallel()
	in := newLedger(t).put(monday, monday, group("EC2"), "100").input()
	in.Now = (monday + 1).Time().Add(time.Hour)
	r := Judge(in)
	if len(r.Money) != 0 {
		t.Errorf("got %d currencies, want none", len(r.Money))
	}
	if text := strings.Join(r.Missing, "\n"); !strings.Contains(text, "USD: no day of 2026-W47 is settled and told whole, so nothing is judged.") {
		t.Errorf("got %q, want it to say that nothing is settled", text)
	}
}
