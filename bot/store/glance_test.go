package store

import (
	"path/filepath"
	"testing"
	"time"
)

func TestGlance(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_000_000, 0)
	seen := func(ago, took time.Duration) *glance {
		return &glance{at: now.Add(-ago), seen: now.Add(-ago), took: took}
	}
	for name, test := range map[string]struct {
		seen          *glance
		due, believed bool
	}{
		"never":                             {nil, true, false},
		"just now":                          {seen(0, 0), false, true},
		"a while ago":                       {seen(lookEvery+1, 0), true, true},
		"too long ago":                      {seen(lookFor+1, 0), true, false},
		"looks cost much: none for a while": {seen(19*200*time.Millisecond, 200*time.Millisecond), false, true},
		"looks cost much: one is due":       {seen(21*200*time.Millisecond, 200*time.Millisecond), true, true},
		"looks cost much: too long ago":     {seen(41*200*time.Millisecond, 200*time.Millisecond), true, false},
		"the last look was in vain":         {&glance{at: now, seen: now.Add(-30 * time.Second), took: time.Second}, false, true},
		"all looks are in vain":             {&glance{at: now, seen: now.Add(-41 * time.Second), took: time.Second}, false, false},
	} {
		if due, believed := test.seen.due(now), test.seen.believed(now); due != test.due || believed != test.believed {
			t.Errorf("%s: due %t, believed %t, want %t, %t", name, due, believed, test.due, test.believed)
		}
	}
}

// TestALookThatFails: what was seen before still counts, with what was added since.
func TestALookThatFails(t *testing.T) {
	t.Parallel()
	redis, err := Open(Options{Addresses: []string{filepath.Join(t.TempDir(), "nobody")}, Prefix: "p", InboxBound: 1000})
	if err != nil {
		t.Fatal(err)
	}
	defer redis.Close()
	s := redis.Workspace("T1")
	if room, known := s.room(t.Context()); known {
		t.Errorf("nobody has looked yet: got %+v", room)
	}
	s.gauge.seen.Store(&glance{Room: Room{Used: 80 << 20, Max: 100 << 20}, at: time.Now().Add(-2 * lookEvery), seen: time.Now().Add(-2 * lookEvery)})
	room, known := s.room(t.Context())
	if known || room.Max == 0 || s.Full(room) != "" {
		t.Errorf("got %+v, known %t, want what was seen, and not to count on it", room, known)
	}
	s.gauge.added(15 << 20)
	if room, known := s.room(t.Context()); known || s.Full(room) == "" {
		t.Errorf("got %+v, known %t, want it full", room, known)
	}
}
