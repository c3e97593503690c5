package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestSpend(t *testing.T) {
	onBoth(t, func(t *testing.T, s env) {
		spend := func(method string) time.Duration {
			t.Helper()
			wait, err := s.Directory.Spend(t.Context(), method, 3)
			if err != nil {
				t.Fatal(err)
			}
			return wait
		}
		for n := range 3 {
			if wait := spend("views.open"); wait != 0 {
				t.Fatalf("call %d has to wait %s, want 3 a minute", n+1, wait)
			}
		}
		if wait := spend("views.open"); wait <= 0 || wait > time.Minute {
			t.Errorf("the fourth call waits %s, want until the first is a minute old", wait)
		}
		if wait := spend("chat.postEphemeral"); wait != 0 {
			t.Errorf("another method waits %s, want 0", wait)
		}
		// A minute later for the first of them: a sliding window, not one that begins anew.
		list := s.raw.LRange(t.Context(), base+"spent:views.open", 0, -1).Val()
		if len(list) != 3 {
			t.Fatalf("%d times are kept, want 3: refused calls do not count", len(list))
		}
		old := time.Now().Add(-61 * time.Second).UnixMilli()
		if err := s.raw.LSet(t.Context(), base+"spent:views.open", 2, old).Err(); err != nil {
			t.Fatal(err)
		}
		if wait := spend("views.open"); wait != 0 {
			t.Errorf("waits %s after the first call is a minute old", wait)
		}
		if wait := spend("views.open"); wait <= 0 {
			t.Error("a second call passes in place of one")
		}
		if ttl := s.raw.PTTL(t.Context(), base+"spent:views.open").Val(); ttl <= 0 || ttl > time.Minute {
			t.Errorf("the count lives for %s, want a minute at most", ttl)
		}
	})
}

func TestSpendWhatSlackLimits(t *testing.T) {
	onBoth(t, func(t *testing.T, s env) {
		if err := s.Directory.Block(t.Context(), "views.open", 30*time.Second); err != nil {
			t.Fatal(err)
		}
		if wait, err := s.Directory.Spend(t.Context(), "views.open", 3); err != nil || wait <= 20*time.Second || wait > 30*time.Second {
			t.Errorf("got %s, %v, want about 30 s", wait, err)
		}
		if wait, err := s.Directory.Spend(t.Context(), "chat.postEphemeral", 3); err != nil || wait != 0 {
			t.Errorf("another method: got %s, %v, want 0", wait, err)
		}
	})
}

func TestNames(t *testing.T) {
	onBoth(t, func(t *testing.T, s env) {
		if err := s.Directory.SetNames(t.Context(), map[string]string{"#incidents": "C1", "@db": "S1", "@none": ""}); err != nil {
			t.Fatal(err)
		}
		if err := s.Directory.SetNames(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		got, err := s.Directory.Names(t.Context(), []string{"#incidents", "@none", "@never-asked"})
		if err != nil {
			t.Fatal(err)
		}
		if want := (map[string]string{"#incidents": "C1", "@none": ""}); !cmp.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}
