package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/bot/store"
)

// TestHomes: who has the Home open lately is known, the last first, and what it shows; who
// opens it again is shown it anew.
func TestHomes(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		for k, user := range []string{"U1", "U2", "U3"} {
			if err := e.Store.OpenedHome(t.Context(), user, "T1", start.Add(time.Duration(k)*time.Minute)); err != nil {
				t.Fatal(err)
			}
		}
		shown := store.Home{User: "U2", Team: "T1", Hash: "abc"}
		if err := e.Store.ShownHome(t.Context(), shown); err != nil {
			t.Fatal(err)
		}
		if got, ok, err := e.Store.Home(t.Context(), "U2"); err != nil || !ok || got != shown {
			t.Errorf("got %+v, %t, %v", got, ok, err)
		}
		for since, want := range map[time.Duration][]string{0: {"U3", "U2"}, 2 * time.Minute: {"U3"}, time.Hour: {}} {
			got, err := e.Store.OpenHomes(t.Context(), start.Add(since), 2)
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("since %v: %v (-want +got):\n%s", since, err, diff)
			}
		}
		if err := e.Store.OpenedHome(t.Context(), "U2", "", start.Add(31*24*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if got, ok, err := e.Store.Home(t.Context(), "U2"); err != nil || !ok || got.Hash != "" || got.Team != "" {
			t.Errorf("opened again: got %+v, %t, %v", got, ok, err)
		}
		if got, err := e.Store.OpenHomes(t.Context(), start.Add(-time.Hour), 9); err != nil || len(got) != 1 {
			t.Errorf("a month later %v, %v are still known", got, err)
		}
		if _, ok, err := e.Store.Home(t.Context(), "U9"); err != nil || ok {
			t.Errorf("nobody's Home is known: %t, %v", ok, err)
		}
	})
}
