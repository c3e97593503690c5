package incident_test

import (
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/bot/incident"
)

// TestEntries: an entry of the timeline is a short list, and the same change when
// it is read again; so is the object that earlier binaries wrote.
func TestEntries(t *testing.T) {
	t.Parallel()
	anna := incident.User{ID: "U1", Name: "anna"}
	for want, c := range map[string]incident.Change{
		`["closed",1795424400000]`:                                {Kind: incident.KindClosed, At: epoch},
		`["step_done",1795424400000,"U1 anna","button","pool"]`:   {Kind: incident.KindStepDone, At: epoch, By: anna, Via: "button", Step: "pool"},
		`["alert_added",1795424400000,"","","","f1"]`:             {Kind: incident.KindAlertAdded, At: epoch, Alert: "f1"},
		`["continued_in",1795424400000,"","","","",7]`:            {Kind: incident.KindContinued, At: epoch, Other: 7},
		`["noted",1795424400000,"U1 anna","","","",0,"a < b"]`:    {Kind: incident.KindNoted, At: epoch, By: anna, Text: "a < b"},
		`["assigned",1795424400000,"U1 anna","","","",0,"","U2"]`: {Kind: incident.KindAssigned, At: epoch, By: anna, Whom: incident.User{ID: "U2"}},
		`["",-62135596800000]`:                                    {},
	} {
		data, err := c.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if string(data) != want {
			t.Errorf("got %s, want %s", data, want)
		}
	}
	for seed := range uint64(2000) {
		o := odd{rand.New(rand.NewPCG(seed, 13))}
		want := incident.Change{Kind: pick(o, incident.KindNoted, ""), At: o.time(), By: o.user(), Via: o.text(), Step: o.text(), Alert: o.text(), Other: o.IntN(2), Text: o.text(), Whom: o.user()}
		data, err := want.Encode()
		if err != nil {
			t.Fatal(err)
		}
		old, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		for _, form := range [][]byte{data, old} {
			got, err := incident.DecodeChange(form)
			if err != nil {
				t.Fatalf("%v of %s", err, form)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%s (-want +got):\n%s", form, diff)
			}
		}
	}
	// A later binary may have more to say.
	got, err := incident.DecodeChange([]byte(`["noted",1795424400000,"","","","",0,"","",{"x":1}]`))
	if want := (incident.Change{Kind: incident.KindNoted, At: epoch}); err != nil || !cmp.Equal(want, got) {
		t.Errorf("got %+v, %v of an entry of tomorrow, want %+v", got, err, want)
	}
	for _, broken := range []string{"", "[", `[7]`, `["noted","soon"]`, `"noted"`, "null", "[]", `{"kind":7}`} {
		if got, err := incident.DecodeChange([]byte(broken)); err == nil {
			t.Errorf("%q was read as %+v", broken, got)
		}
	}
}

// TestEntryIsExact: a change keeps its time to the nanosecond, though milliseconds
// are all that Signalbook notes.
func TestEntryIsExact(t *testing.T) {
	t.Parallel()
	at := epoch.Add(123 * time.Nanosecond)
	data, err := incident.Change{Kind: incident.KindClosed, At: at}.Encode()
	if want := `["closed","2026-11-23T09:00:00.000000123Z"]`; err != nil || string(data) != want {
		t.Errorf("got %s, %v, want %s", data, err, want)
	}
}
