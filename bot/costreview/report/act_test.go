package report

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

func document() Document {
	return Document{
		Schema: Schema, Number: 7, Version: 3, Report: Report{
			Week:  money.WeekOf(money.DayOf(time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC))),
			Money: []CurrencyReport{{Currency: "USD", Spikes: []Anomaly{{Series: "5e71e5", Service: "CloudFront", Highest: 400}}}},
			Steps: []CostStep{{ID: "C1", Title: "Reserved instances"}},
		},
	}
}

func TestActs(t *testing.T) {
	at := time.Date(2026, 11, 23, 9, 5, 0, 0, time.UTC)
	anna := Act{By: "anna", ByID: "U1", At: at}
	with := func(verb Verb, subject string, change func(*Act)) Act {
		a := anna
		a.Verb, a.Subject = verb, subject
		if change != nil {
			change(&a)
		}
		return a
	}
	said := func(text string) func(*Act) { return func(a *Act) { a.Text = text } }
	elsewhere := func(a *Act) { a.Standing = Adoption{State: StepAdopted, By: "anna", ByID: "U1", At: at} }
	adopt := with(VerbAdopt, "C1", nil)
	snooze := with(VerbSnooze, "C1", func(a *Act) { a.Until = at.AddDate(0, 3, 0) })
	for _, c := range []struct {
		name   string
		before []Act
		act    Act
		want   Refusal
	}{
		{"adopt", nil, adopt, Applied},
		{"adopt twice", []Act{adopt}, adopt, Already},
		{"snooze what is adopted", []Act{adopt}, snooze, Already},
		{"adopt what is snoozed", []Act{snooze}, adopt, Applied},
		{"adopt what is adopted in another digest", nil, with(VerbAdopt, "C1", elsewhere), Already},
		{"adopt what is snoozed here and adopted in another digest", []Act{snooze}, with(VerbAdopt, "C1", elsewhere), Already},
		{"expect what is investigated", []Act{with(VerbInvestigate, "5e71e5", nil)}, with(VerbExpected, "5e71e5", said("sale")), Applied},
		{"adopt what was adopted here, taken back in another digest and adopted there by anna", []Act{with(VerbAdopt, "C1", func(a *Act) { a.By, a.ByID = "ben", "U2" })}, with(VerbAdopt, "C1", elsewhere), Already},
		{"adopt what was adopted here and taken back in another digest", []Act{adopt}, with(VerbAdopt, "C1", func(a *Act) { a.Standing.State = StepOpen }), Applied},
		{"snooze what was adopted here and taken back in another digest", []Act{adopt}, with(VerbSnooze, "C1", func(a *Act) { a.Standing.State, a.Until = StepOpen, at.AddDate(0, 3, 0) }), Applied},
		{"undo what was adopted here and taken back in another digest", []Act{adopt}, with(VerbUndo, "C1", func(a *Act) { a.Standing.State = StepOpen }), Applied},
		{"snooze without a date", nil, with(VerbSnooze, "C1", nil), NeedsWord},
		{"undo an adoption", []Act{adopt}, with(VerbUndo, "C1", nil), Applied},
		{"undo nothing", nil, with(VerbUndo, "C1", nil), NothingTo},
		{"undo twice", []Act{adopt, with(VerbUndo, "C1", nil)}, with(VerbUndo, "C1", nil), NothingTo},
		{"adopt again after undo", []Act{adopt, with(VerbUndo, "C1", nil)}, adopt, Applied},
		{"a step that is not there", nil, with(VerbAdopt, "C9", nil), NotThere},
		{"a spike cannot be adopted", nil, with(VerbAdopt, "5e71e5", nil), NotThere},
		{"a step is not expected", nil, with(VerbExpected, "C1", said("sale")), NotThere},
		{"a step is not investigated", nil, with(VerbInvestigate, "C1", nil), NotThere},
		{"expected", nil, with(VerbExpected, "5e71e5", said("the autumn sale")), Applied},
		{"expected without a reason", nil, with(VerbExpected, "5e71e5", nil), NeedsWord},
		{"expected twice", []Act{with(VerbExpected, "5e71e5", said("sale"))}, with(VerbExpected, "5e71e5", said("sale")), Already},
		{"investigate what is expected", []Act{with(VerbExpected, "5e71e5", said("sale"))}, with(VerbInvestigate, "5e71e5", nil), Already},
		{"investigate", nil, with(VerbInvestigate, "5e71e5", nil), Applied},
		{"an unknown verb", nil, with("dance", "C1", nil), NotThere},
	} {
		d := document()
		var standing Adoption // as the store knows it
		for _, before := range c.before {
			var out Outcome
			before.Standing = standing
			if d, out = d.Do(before); out.Refusal != Applied {
				t.Fatalf("%s: before it, %s was refused: %s", c.name, before.Verb, out.Refusal)
			}
			if out.Adoption != nil {
				standing = *out.Adoption
			}
		}
		if c.act.Standing.State == "" {
			c.act.Standing = standing
		}
		was := d
		next, out := d.Do(c.act)
		if out.Refusal != c.want {
			t.Errorf("%s: got %q, want %q", c.name, out.Refusal, c.want)
		}
		wantVersion := was.Version
		if c.want == Applied {
			wantVersion++
		}
		if next.Version != wantVersion {
			t.Errorf("%s: got version %d, want %d", c.name, next.Version, wantVersion)
		}
		if c.want == Already && out.Mark.By != "anna" {
			t.Errorf("%s: does not tell who was first: %+v", c.name, out.Mark)
		}
		if diff := cmp.Diff(was.Marks, d.Marks); diff != "" {
			t.Errorf("%s: the value that came in was changed:\n%s", c.name, diff)
		}
	}
}

func TestExpectationIsRemembered(t *testing.T) {
	at := time.Date(2026, 11, 23, 9, 5, 0, 0, time.UTC)
	_, out := document().Do(Act{Verb: VerbExpected, Subject: "5e71e5", By: "anna", ByID: "U1", At: at, Text: "the autumn sale"})
	week, _ := money.ParseWeek("2026-W47")
	until, _ := money.ParseDay("2027-01-03")
	want := &Expectation{Series: "5e71e5", By: "anna", ByID: "U1", At: at, Reason: "the autumn sale", Week: week, Level: 500, Until: until}
	if diff := cmp.Diff(want, out.Expectation); diff != "" {
		t.Errorf("want, got:\n%s", diff)
	}
}

func TestDocumentRoundTrip(t *testing.T) {
	d, _ := document().Do(Act{Verb: VerbAdopt, Subject: "C1", By: "anna", ByID: "U1", At: time.Date(2026, 11, 23, 9, 5, 0, 0, time.UTC)})
	data, err := d.Encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := DecodeDocument(data)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(d, got, cmp.Comparer(func(a, b money.Amount) bool { return a == b }), cmpopts.IgnoreUnexported(Document{})); diff != "" {
		t.Errorf("want, got:\n%s", diff)
	}
	if _, err := DecodeDocument([]byte(`{"schema":99,"number":1}`)); err == nil {
		t.Error("a document of a later schema was read")
	}
}

func TestParseTarget(t *testing.T) {
	if number, subject, ok := ParseTarget("DIG-7/C1"); !ok || number != 7 || subject != "C1" {
		t.Errorf("got %d %q %t", number, subject, ok)
	}
	for _, bad := range []string{"", "DIG-7", "DIG-7/", "INC-7/C1", "DIG-0/C1", "DIG--1/C1", "DIG-x/C1", "DIG-9999999999/C1"} {
		if _, _, ok := ParseTarget(bad); ok {
			t.Errorf("%q was taken for a target", bad)
		}
	}
}
