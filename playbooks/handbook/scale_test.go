package handbook

import (
	"math"
	"slices"
	"strings"
	"testing"
)

func moveIDs(moves []Threshold) []string {
	var out []string
	for _, m := range moves {
		out = append(out, m.ID)
	}
	return out
}

func TestScale(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		users                 Users
		tier, next            string
		latency, availability string
		passed, near          []string
	}{
		{0, "T1", "T2", "L1", "A1", nil, nil},
		{799_999, "T1", "T2", "L1", "A1", nil, nil},
		{800_000, "T1", "T2", "L1", "A1", nil, []string{"M3"}},
		{999_999, "T1", "T2", "L1", "A1", nil, []string{"M3"}},
		{1e6, "T2", "T3", "L1", "A1", []string{"M3"}, nil},
		{9_999_999, "T2", "T3", "L1", "A1", []string{"M3"}, []string{"M4"}},
		{10e6, "T3", "T4", "L2", "A2", []string{"M3", "M4"}, nil},
		{44e6, "T3", "T4", "L2", "A2", []string{"M3", "M4"}, []string{"M1"}},
		{50e6, "T4", "T5", "L2", "A2", []string{"M1", "M3", "M4"}, nil},
		{75e6, "T4", "T5", "L2", "A2", []string{"M1", "M3", "M4"}, nil},
		{100e6, "T5", "T6", "L3", "A3", []string{"M1", "M3", "M4"}, nil},
		{199e6, "T5", "T6", "L3", "A3", []string{"M1", "M3", "M4"}, []string{"M2"}},
		{200e6, "T6", "", "L3", "A3", []string{"M1", "M2", "M3", "M4"}, nil},
		{400e6, "T6", "", "L3", "A3", []string{"M1", "M2", "M3", "M4"}, nil},
		{2e9, "T6", "", "L3", "A3", []string{"M1", "M2", "M3", "M4"}, nil},
	} {
		s := Default().Scale(c.users)
		next := ""
		if s.Next != nil {
			next = s.Next.ID
		}
		if s.Tier.ID != c.tier || next != c.next || s.Latency.ID != c.latency || s.Availability.ID != c.availability {
			t.Errorf("%s users: got %s, then %q, %s, %s, want %s, then %q, %s, %s", c.users, s.Tier.ID, next, s.Latency.ID, s.Availability.ID,
				c.tier, c.next, c.latency, c.availability)
		}
		if got := moveIDs(s.Passed); !slices.Equal(got, c.passed) {
			t.Errorf("%s users: got passed %q, want %q", c.users, got, c.passed)
		}
		if got := moveIDs(s.Near); !slices.Equal(got, c.near) {
			t.Errorf("%s users: got near %q, want %q", c.users, got, c.near)
		}
		for _, id := range []string{c.tier, c.latency, c.availability} {
			if !slices.Contains(s.IDs, id) {
				t.Errorf("%s users: got ids %q, want %s among them", c.users, s.IDs, id)
			}
		}
	}
}

func TestScaleText(t *testing.T) {
	t.Parallel()
	got := Default().Scale(75e6).Text()
	want := `75M users: tier T4, 50M-100M users
  Database: CockroachDB (T4)
  Caching: Redis + Cassandra
  CDN: Cloudflare Ent
  ML inference: Edge + Origin
  Monthly cost: $150K
  Latency: API p95 100 ms, page load 1.5 s, database query 20 ms (L2)
  Availability: 99.95%, 4.38 hours down a year; multi-region, active-passive (A2)
  Next tier: T5 from 100M users, $250K a month
  Passed by users: M1 PostgreSQL to CockroachDB (50M users); M3 Monolith to microservices (1M users); M4 Single region to multi-region (10M users)
4 places of the sheet disagree: X3, X10, X13, X14; ` + "`ask X3`\n" + `
`
	if got != strings.TrimSuffix(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestBudget checks both yardsticks against the sheet's own arithmetic (X1, X2).
func TestBudget(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		users               Users
		perUser             float64
		low, high           float64 // Q5's monthly range; 0: none given
		factorLow, factorUp float64
		says                string
	}{
		{0, 0, 0, 0, 0, 0, "no range for 0-1M users"},
		{500e3, 0.004, 0, 0, 0, 0, "no range for 0-1M users"},
		{1e6, 0.02, 0.5e6, 1e6, 25, 50, "25x to 50x"},
		{9_999_999, 0.002, 5e6, 10e6, 250, 500, "$20K a month for 1M-10M users"},
		{10e6, 0.008, 0, 0, 0, 0, "no range for 10M-100M users"},
		{99e6, 0.001515, 0, 0, 0, 0, "no range for 10M-100M users"},
		{100e6, 0.0025, 20e6, 30e6, 80, 120, "Pattern video: $400K a month at 100M users, $0.004 per user"},
		{200e6, 0.0016, 40e6, 60e6, 125, 187.5, "125x to 187.5x"},
		{400e6, 0.0008, 80e6, 120e6, 250, 375, "250x to 375x the table's cost"},
	} {
		b := Default().Budget(c.users)
		near := func(what string, got, want float64) {
			t.Helper()
			if math.Abs(got-want) > 1e-3*want {
				t.Errorf("%s users: got %s %v, want %v", c.users, what, got, want)
			}
		}
		near("per user", float64(b.PerUser), c.perUser)
		near("low", float64(b.Monthly.Low), c.low)
		near("high", float64(b.Monthly.High), c.high)
		near("factor", b.Factor.Low, c.factorLow)
		near("factor", b.Factor.High, c.factorUp)
		if (b.Band != nil) != (c.low > 0) {
			t.Errorf("%s users: got range %v, want one: %v", c.users, b.Band, c.low > 0)
		}
		if text := b.Text(); !strings.Contains(text, c.says) {
			t.Errorf("%s users: got\n%s\nwant it to say %q", c.users, text, c.says)
		}
	}
}
