package config

import (
	"fmt"
	"os"
	"strings"
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
		{"an hour that does not come", "30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", []string{"2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"}},
		{"a week's only hour does not come", "30 2 * * SUN", "Europe/Berlin", "2026-03-24T12:00:00Z", []string{"2026-03-29T01:00:00Z", "2026-04-05T00:30:00Z"}},
		{"nor does midnight", "0 0 * * SUN", "America/Asuncion", "2024-10-01T12:00:00Z", []string{"2024-10-06T04:00:00Z", "2024-10-13T03:00:00Z"}},
		{"nor does midnight, on a Friday", "0 0 * * FRI", "Africa/Cairo", "2026-04-20T12:00:00Z", []string{"2026-04-23T22:00:00Z", "2026-04-30T21:00:00Z"}},
		{"nor do half an hour of Lord Howe", "15 2 * * SUN", "Australia/Lord_Howe", "2026-10-01T12:00:00Z", []string{"2026-10-03T15:30:00Z", "2026-10-10T15:15:00Z"}},
		{"nor does a whole day of Samoa", "0 9 * * FRI", "Pacific/Apia", "2011-12-25T00:00:00Z", []string{"2011-12-30T10:00:00Z", "2012-01-05T19:00:00Z"}},
		{"every quarter of an hour that does not come is once", "*/15 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", []string{"2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z"}},
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

// TestEveryZonesWeeklyDigest: in every zone that changes its clock in 2026 or 2027, a
// weekly digest at a time around the change comes once that week and each other one: when
// the clock shows its time for the first time, or has been put forward over it.
func TestEveryZonesWeeklyDigest(t *testing.T) {
	list, err := os.ReadFile("testdata/zones.txt") // time/tzdata's
	if err != nil {
		t.Fatal(err)
	}
	from, to := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC)
	changes, skipped, twice := 0, 0, 0
	for name := range strings.FieldsSeq(string(list)) {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		for change := from; ; {
			_, change = change.In(zone).ZoneBounds()
			if change.IsZero() || change.After(to) {
				break
			}
			_, before := change.Add(-time.Second).In(zone).Zone()
			_, behind := change.In(zone).Zone()
			if before == behind {
				continue
			}
			changes++
			jump := time.Duration(behind-before) * time.Second
			shows := change.UTC().Add(time.Duration(before) * time.Second) // the clock, when it is put forward or back
			for _, wall := range []time.Time{shows.Add(-time.Minute), shows, shows.Add(jump / 2), shows.Add(jump), shows.Add(jump + time.Minute), shows.Add(5 * time.Hour)} {
				want := change.Add(wall.Sub(shows)) // as long as the clock runs on as before
				switch late := wall.Sub(shows); {
				case jump > 0 && late >= 0 && late < jump:
					want = change
					skipped++
				case jump > 0 && late >= jump, jump < 0 && late >= 0:
					want = want.Add(-jump)
				case jump < 0 && late >= jump:
					twice++
				}
				d := Digest{Schedule: fmt.Sprintf("%d %d * * %d", wall.Minute(), wall.Hour(), wall.Weekday()), TimeZone: name}
				got := d.Next(change.Add(-4 * 24 * time.Hour))
				if !got.Equal(want) {
					t.Errorf("%s, %s: got %s, want %s", name, d.Schedule, got.In(zone), want.In(zone))
				}
				next := d.Next(got)
				if want := onWall(wall.AddDate(0, 0, 7), zone); !next.Equal(want) || next.Sub(got) < 6*24*time.Hour {
					t.Errorf("%s, %s: got %s after %s, want %s", name, d.Schedule, next.In(zone), got.In(zone), want.In(zone))
				}
			}
		}
	}
	t.Logf("%d changes of clocks, %d times that do not come, %d that come twice", changes, skipped, twice)
	if changes < 500 || skipped == 0 || twice == 0 {
		t.Errorf("got %d changes, %d times skipped, %d twice: are these all zones?", changes, skipped, twice)
	}
}
