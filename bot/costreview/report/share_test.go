package report_test

import (
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/costreview/report"
)

func TestWeekBefore(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"2026-11-23T00:00:00Z": "2026-W47", "2026-11-22T23:59:59Z": "2026-W46", "2026-11-27T17:00:00Z": "2026-W47", "2027-01-04T09:00:00Z": "2026-W53",
	} {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		if got := report.WeekBefore(at).String(); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
	// By the clock of the digest's zone, whatever UTC's shows.
	for _, c := range []struct{ zone, at, want string }{
		{"Australia/Sydney", "2026-11-23 09:00", "2026-W47"},   // Sunday in UTC
		{"Australia/Sydney", "2026-11-22 23:00", "2026-W46"},   // as there
		{"Pacific/Kiritimati", "2026-11-23 00:30", "2026-W47"}, // Sunday morning in UTC
		{"America/New_York", "2026-11-22 20:00", "2026-W46"},   // Monday in UTC
		{"America/New_York", "2026-11-23 00:30", "2026-W47"},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		if got := report.WeekBefore(moment(c.at, zone)).String(); got != c.want {
			t.Errorf("%s in %s: got %s, want %s", c.at, c.zone, got, c.want)
		}
	}
}

// TestDigestsOfOneWeekShareWhatPeopleDid: the newest act counts, each digest takes what
// is about a part of it, and nothing of what it took changes the others.
func TestDigestsOfOneWeekShareWhatPeopleDid(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	offers := func(number int, marks map[string]report.Mark, steps ...string) report.Document {
		d := report.Document{Number: number, Version: 3, Marks: marks}
		for _, id := range steps {
			d.Report.Steps = append(d.Report.Steps, report.CostStep{ID: id})
		}
		d.Report.Money = []report.CurrencyReport{{Spikes: []report.Anomaly{{Series: "s1"}}}}
		return d
	}
	adopted := report.Mark{Verb: report.VerbAdopt, By: "anna", At: at}
	undone := report.Mark{Verb: report.VerbUndo, By: "ben", At: at.Add(time.Hour)}
	looked := report.Mark{Verb: report.VerbInvestigate, By: "ben", At: at, Incident: 7}
	one := offers(1, map[string]report.Mark{"C1": adopted, "C2": adopted, "s1": looked}, "C1", "C2")
	two := offers(2, map[string]report.Mark{"C1": undone}, "C1")

	all := report.MarksOf([]report.Document{one, two})
	if len(all) != 3 || all["C1"].By != "ben" || all["C2"].By != "anna" || all["s1"].Incident != 7 {
		t.Errorf("got %+v", all)
	}
	first, changed := one.WithMarks(all)
	if !changed || first.Version != 3 || first.Marks["C1"].Verb != report.VerbUndo || one.Marks["C1"].Verb != report.VerbAdopt {
		t.Errorf("the first digest: %t, %+v, and it was %+v", changed, first, one.Marks)
	}
	second, changed := two.WithMarks(all)
	if _, offered := second.Marks["C2"]; !changed || offered || second.Marks["s1"].Incident != 7 {
		t.Errorf("the second digest: %t, %+v", changed, second)
	}
	if again, changed := second.WithMarks(all); changed || again.Version != second.Version {
		t.Errorf("what it has already counts as new: %+v", again)
	}
	if bare, changed := offers(3, nil, "C1").WithMarks(nil); changed || bare.Marks != nil {
		t.Errorf("without marks: %t, %+v", changed, bare)
	}
}
