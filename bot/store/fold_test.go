package store_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/store"
)

// TestFoldTimeline: a long timeline becomes short in Redis, under the fence alone, and
// what cannot be read, old forms and the ids of entries stay as they are.
func TestFoldTimeline(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		lease := e.keep(t)
		first := opened(1, nil)
		e.commit(t, lease.Fence, []error{nil}, store.Commit{Saved: []store.Saved{first}, Next: 1})
		var all []any
		for k := range 1000 {
			entry := fmt.Sprintf(`%d-1 ["reopened",%d]`, k+2, 1_795_424_400_000+k)
			switch k {
			case 10:
				entry = `12-1 {"kind":"opened","at":"2026-11-23T09:00:00Z","of_tomorrow":1}`
			case 500:
				entry = "502-1 nonsense"
			case 600:
				entry = `602-1 ["noted",1795424400600,"U1 anna","command","","",0,"hm"]`
			}
			all = append(all, entry)
		}
		must(t, e.raw.RPush(t.Context(), base+"log:1", all...).Err())
		before := e.raw.LRange(t.Context(), base+"log:1", 0, -1).Val()
		if err := e.FoldTimeline(t.Context(), "1:other", 1); err == nil {
			t.Error("another coordinator may fold")
		}
		if after := e.raw.LRange(t.Context(), base+"log:1", 0, -1).Val(); !slices.Equal(before, after) {
			t.Error("another coordinator did fold")
		}
		for range 2 { // the second finds it short
			must(t, e.FoldTimeline(t.Context(), lease.Fence, 1))
		}
		after := e.raw.LRange(t.Context(), base+"log:1", 0, -1).Val()
		want := slices.Concat(before[:50], []string{`501-1 ["folded",1795424400499,"","","","",451]`, "502-1 nonsense", `601-1 ["folded",1795424400599,"","","","",99]`,
			before[601], `801-1 ["folded",1795424400799,"","","","",199]`}, before[801:])
		if !slices.Equal(after, want) {
			t.Errorf("got %d entries, want %d:\n%s", len(after), len(want), strings.Join(after, "\n"))
		}
		changes := value[[]incident.Change](t)(e.WholeTimeline(t.Context(), 1))
		n := 0
		for _, c := range changes {
			n += c.Stands()
		}
		if n != 1001 {
			t.Errorf("the timeline stands for %d entries, want 1,001", n)
		}
		next := moved(first, incident.KindNoted, nil)
		e.commit(t, lease.Fence, []error{nil}, store.Commit{Saved: []store.Saved{next}})
		if length := value[int](t)(e.TimelineLength(t.Context(), 1)); length != len(want)+1 {
			t.Errorf("got %d entries after another change, want %d", length, len(want)+1)
		}
		must(t, e.FoldTimeline(t.Context(), lease.Fence, 7)) // there is none
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := e.FoldTimeline(ctx, lease.Fence, 1); err == nil {
			t.Error("an unanswered question is no error")
		}
	})
}
