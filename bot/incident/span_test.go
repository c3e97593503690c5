package incident

import (
	"testing"
	"time"
)

// TestTimesMoved: alerts whose times a copy moved are shown anew; new ones, forgotten
// ones and all else are told of as changes.
func TestTimesMoved(t *testing.T) {
	t0 := time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC)
	alert := func(fingerprint string, starts, ends int) Alert {
		return Alert{Fingerprint: fingerprint, StartsAt: t0.Add(time.Duration(starts) * time.Second), EndsAt: t0.Add(time.Duration(ends) * time.Second)}
	}
	before := Incident{Alerts: []Alert{alert("a", 0, 0), alert("b", 1, 9), alert("c", 2, 0)}}
	for name, c := range map[string]struct {
		alerts []Alert
		want   bool
	}{
		"as it was":            {[]Alert{alert("a", 0, 0), alert("b", 1, 9), alert("c", 2, 0)}, false},
		"one more":             {[]Alert{alert("a", 0, 0), alert("b", 1, 9), alert("c", 2, 0), alert("d", 5, 0)}, false},
		"one forgotten":        {[]Alert{alert("b", 1, 9), alert("c", 2, 0)}, false},
		"a later start":        {[]Alert{alert("a", 3, 0), alert("b", 1, 9), alert("c", 2, 0)}, true},
		"a later end":          {[]Alert{alert("a", 0, 0), alert("b", 1, 12), alert("c", 2, 0)}, true},
		"behind one that left": {[]Alert{alert("b", 1, 9), alert("c", 4, 0)}, true},
	} {
		after := Incident{Alerts: c.alerts}
		if got := after.TimesMoved(&before); got != c.want {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}
