package config

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestDigestNext: a schedule keeps to the clock on the wall of its time zone,
// also where that jumps.
func TestDigestNext(t *testing.T) {
	for _, c := range []struct {
		name, schedule, zone, after string
		want                        []string // in UTC
	}{
		{"summer ends", "0 9 * * MON", "Europe/Berlin", "2026-10-14T00:00:00Z", []string{"2026-10-19T07:00:00Z", "2026-10-26T08:00:00Z", "2026-11-02T08:00:00Z"}},
		{"summer begins", "0 9 * * MON", "Europe/Berlin", "2026-03-20T00:00:00Z", []string{"2026-03-23T08:00:00Z", "2026-03-30T07:00:00Z"}},
		{"an hour that comes twice is taken once", "30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", []string{"2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"}},
		{"an hour that does not come", "30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", []string{"2026-03-30T00:30:00Z"}},
		{"half an hour off", "0 9 * * MON", "Asia/Kolkata", "2026-11-22T00:00:00Z", []string{"2026-11-23T03:30:00Z"}},
		{"UTC", "0 9 * * MON", "UTC", "2026-11-23T09:00:00Z", []string{"2026-11-30T09:00:00Z"}},
	} {
		d := Digest{Schedule: c.schedule, TimeZone: c.zone}
		at, err := time.Parse(time.RFC3339, c.after)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for range c.want {
			at = d.Next(at)
			got = append(got, at.UTC().Format(time.RFC3339))
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: want, got:\n%s", c.name, diff)
		}
	}
}
