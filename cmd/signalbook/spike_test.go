package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestSpikeFromTheFileToTheDigest: the configuration asks for a daily watch; a spike of the
// bill is an incident once its days have settled, and the digest of that week names it.
func TestSpikeFromTheFileToTheDigest(t *testing.T) {
	t.Parallel()
	r := startRig(t, options{extra: `
digests:
  - name: weekly-cost-review
    schedule: "0 9 * * MON"
    time_zone: UTC
    channel: "#cost-review"
    costs: [{focus: {files: ["costs/*.csv"]}}]
    anomalies: {channel: "#db-incidents", min: 1K}
`})
	thursday := time.Date(2026, 11, 19, 20, 0, 0, 0, time.UTC) // the 16th has settled, and the spike begins on the 18th
	bill(t, filepath.Join(r.dir, "costs"), thursday.AddDate(0, 0, -119).Truncate(24*time.Hour), thursday.AddDate(0, 0, 2).Truncate(24*time.Hour))
	clock := moved{t, filepath.Join(r.dir, "clock")}
	clock.set(thursday)
	b := r.reviewer(r.config, clock)
	eventually(t, "the costs are imported", func() bool { return strings.Contains(b.logged(), "costs imported") })
	eventually(t, "the watch has begun", func() bool {
		return r.redis.HExists(t.Context(), "signalbook:{T0SIM00001}:watched", "weekly-cost-review").Val()
	})
	if all := r.roots("db-incidents"); len(all) > 0 {
		t.Fatalf("a spike is told before it has settled:\n%s", all[0].PlainText())
	}
	clock.set(thursday.AddDate(0, 0, 3)) // the 18th and the 19th have, with 900 dollars each
	if said := r.root("db-incidents", 0).PlainText(); !strings.Contains(said, "INC-1") || !strings.Contains(said, "Amazon CloudFront cost 3600.00 USD instead of 1800.00") {
		t.Errorf("the incident reads:\n%s", said)
	}
	clock.set(time.Date(2026, 11, 23, 9, 0, 5, 0, time.UTC)) // the 20th has, too
	said := r.root("cost-review", 0).PlainText()
	if !strings.Contains(said, "INC-1 is about it") {
		t.Errorf("the digest does not name the incident:\n%s", said)
	}
	b.settled()
	if n := len(r.roots("db-incidents")); n != 1 {
		t.Errorf("got %d incidents, want one", n)
	}
}
