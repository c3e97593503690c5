package coordinator_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
)

// TestDecidedAhead: with batches waiting one behind the other, a commit that is
// refused and an event that panics take nothing with them of what was decided ahead:
// everything else is stored once, and in its order.
func TestDecidedAhead(t *testing.T) {
	t.Parallel()
	r := startDeadRig(t)
	r.route = func(labels map[string]string) {
		if labels["group"] == "poison" {
			panic("no route for this")
		}
	}
	_, end := r.keep()
	for _, group := range []string{"first", "second", "broken"} {
		r.fires(group, alerts.Firing)
	}
	r.handled()
	end()
	r.raw.Set(t.Context(), deadBase+"log:3", "no list", 0)
	var want [2][]string
	var dead []string
	note := func(number int, text string) {
		t.Helper()
		r.put(event.Event{Op: text, At: time.Now().UTC(), Act: &incident.Act{Verb: incident.VerbNote, Incident: number, Text: text, User: incident.User{ID: "U1"}}})
	}
	for k := range 300 {
		text := fmt.Sprint("note ", k)
		switch k {
		case 45, 46, 140: // of the second batch, and of a later one
			note(3, text)
			dead = append(dead, text)
		case 100:
			r.fires("poison", alerts.Firing)
			dead = append(dead, "")
		default:
			note(k%2+1, text)
			want[k%2] = append(want[k%2], text)
		}
	}
	r.keep()
	r.handled()
	for k := range want {
		changes, err := r.store.WholeTimeline(t.Context(), k+1)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range changes {
			if c.Kind == incident.KindNoted {
				got = append(got, c.Text)
			}
		}
		if diff := cmp.Diff(want[k], got); diff != "" {
			t.Errorf("notes of incident %d (-want +got):\n%s", k+1, diff)
		}
	}
	var got []string
	for _, letter := range r.letters() {
		got = append(got, letter.Event.Op)
		if !strings.HasPrefix(letter.Why, "tried 5 times: ") {
			t.Errorf("%q lies there because %q", letter.Event.Op, letter.Why)
		}
	}
	if diff := cmp.Diff(dead, got); diff != "" {
		t.Errorf("dead letters (-want +got):\n%s", diff)
	}
}
