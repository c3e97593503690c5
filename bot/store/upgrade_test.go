package store_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/store"
)

// TestWhatEarlierBinariesWrote: an incident in the forms of before is read whole,
// goes on under the commit script, and its timeline holds old and new entries.
func TestWhatEarlierBinariesWrote(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		lease := e.keep(t)
		first := opened(1, nil)
		e.commit(t, lease.Fence, []error{nil}, store.Commit{Saved: []store.Saved{first}, Next: 1})
		whole := value[[]byte](t)(first.Incident.Encode())
		old := bytes.Replace(whole, []byte(`"schema":1,`), []byte(`"schema":2,`), 1)
		old = bytes.Replace(old, []byte(`"id":"one","number":1,`), []byte(`"id":"one",`), 1) // implied in the short form
		must(t, e.raw.Set(t.Context(), base+"inc:1", old, 0).Err())
		must(t, e.raw.LSet(t.Context(), base+"log:1", 0, `1-1 {"kind":"opened","at":"2026-11-23T09:00:00Z","by":{"id":"U1","name":"anna"},"text":"a \u003c b"}`).Err())

		got, ok, err := e.Incident(t.Context(), 1)
		if err != nil || !ok {
			t.Fatalf("got %v, %v, want the incident", ok, err)
		}
		if string(whole) != string(value[[]byte](t)(got.Encode())) {
			t.Errorf("got %+v of the old document %s", got, old)
		}
		next := moved(first, incident.KindNoted, func(i *incident.Incident) { i.Note.Text = "ok" })
		stale := next
		stale.Was = 7
		e.commit(t, lease.Fence, []error{store.ErrVersion, nil}, store.Commit{Saved: []store.Saved{stale}}, store.Commit{Saved: []store.Saved{next}})
		timeline := value[[]incident.Change](t)(e.WholeTimeline(t.Context(), 1))
		want := []incident.Change{{Kind: incident.KindOpened, At: timeline[0].At, By: incident.User{ID: "U1", Name: "anna"}, Text: "a < b"}, next.Changes[0]}
		if diff := cmp.Diff(want, timeline); diff != "" {
			t.Errorf("timeline (-want +got):\n%s", diff)
		}
		must(t, e.raw.RPush(t.Context(), base+"log:1", "3-1 nonsense").Err())
		read := value[[]incident.Change](t)(e.WholeTimeline(t.Context(), 1))
		if len(read) != 3 || read[2].Kind != incident.KindUnreadable || read[2].Text != "3-1 nonsense" {
			t.Errorf("got %+v of a timeline with nonsense at its end", read)
		}
	})
}
