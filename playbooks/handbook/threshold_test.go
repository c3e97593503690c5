package handbook

import (
	"math"
	"slices"
	"strings"
	"testing"
)

func TestPredict(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name                string
		users, threshold    Users
		growth, months      float64
		outcome             Outcome
		weeks, lead, starts float64
	}{
		{"the worked example", 44e6, 50e6, 0.026, 3, Expected, 4.98, 13, -8.02},
		{"time enough", 30e6, 50e6, 0.02, 3, Expected, 25.80, 13, 12.80},
		{"reached", 50e6, 50e6, 0.026, 3, Passed, 0, 13, 0},
		{"reached, whatever the growth", 60e6, 50e6, math.NaN(), 3, Passed, 0, 13, 0},
		{"no growth", 44e6, 50e6, 0, 3, NotGrowing, 0, 13, 0},
		{"a decline", 44e6, 50e6, -0.01, 3, NotGrowing, 0, 13, 0},
		{"just within a year", 50e6, 100e6, 0.0135, 6, Expected, 51.69, 26, 25.69},
		{"beyond a year", 50e6, 100e6, 0.0130, 6, TooFar, 0, 26, 0},
		{"growth not known", 44e6, 50e6, math.NaN(), 3, Unknown, 0, 13, 0},
		{"no users yet", 0, 50e6, 0.026, 3, Unknown, 0, 13, 0},
		{"users not known", Users(math.NaN()), 50e6, 0.026, 2, Unknown, 0, 8.667, 0},
	} {
		f := Predict(c.users, c.threshold, c.growth, c.months)
		if f.Outcome != c.outcome || math.Abs(f.Weeks-c.weeks) > 0.005 || math.Abs(f.LeadWeeks-c.lead) > 0.005 {
			t.Errorf("%s: got %+v, want %s in %v weeks with a lead of %v", c.name, f, c.outcome, c.weeks, c.lead)
		}
		if c.outcome == Expected && math.Abs(f.StartsIn()-c.starts) > 0.005 {
			t.Errorf("%s: got a start in %v weeks, want %v", c.name, f.StartsIn(), c.starts)
		}
	}
}

func TestThresholds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		org  Organisation
		due  []string
		says []string
	}{
		{"nothing known", Organisation{}, nil, []string{"nothing is known", "M1", "M2", "M3", "M4", "M1 PostgreSQL to CockroachDB: when 50M users or global consistency is needed; +$30K a month; 3 months", "+$80K"}},
		{
			"the worked example", Organisation{Users: new(44e6), WeeklyGrowth: new(0.026)}, []string{"M1", "M3", "M4"},
			[]string{
				"50M users in 5 weeks, the move takes 13 weeks: its start was due 8 weeks ago; read replicas (E1-1) and connection pooling (E1-2) buy time",
				"200M users are more than 52 weeks away", "44M users (threshold: 10M users)",
			},
		},
		{
			"arms other than users", Organisation{Users: new(4e5), WeeklyGrowth: new(0.0), Teams: new(3.0), International: new(0.21), CDNTerabytes: new(500.0), GlobalConsistency: new(true)},
			[]string{"M1", "M2", "M3", "M4"},
			[]string{"global consistency is needed", "500 TB a month (threshold", "3 teams (threshold", "21% international (threshold"},
		},
		{
			"just below every arm", Organisation{Users: new(4e5), WeeklyGrowth: new(0.0), Teams: new(2.0), International: new(0.20), CDNTerabytes: new(499.0), GlobalConsistency: new(false)},
			nil, []string{"users do not grow"},
		},
		{"growth not known", Organisation{Users: new(44e6)}, []string{"M3", "M4"}, []string{"no date can be told"}},
		{"time enough", Organisation{Users: new(30e6), WeeklyGrowth: new(0.02)}, []string{"M3", "M4"}, []string{"50M users in 26 weeks, the move takes 13 weeks: start in 13 weeks"}},
		{"this very week", Organisation{Users: new(38.7e6), WeeklyGrowth: new(0.02)}, []string{"M1", "M3", "M4"}, []string{"start this week"}},
	} {
		got := Default().Thresholds(c.org)
		var due []string
		for _, m := range got.Moves {
			if m.Due() {
				due = append(due, m.ID)
			}
		}
		if !slices.Equal(due, c.due) {
			t.Errorf("%s: got due %q, want %q", c.name, due, c.due)
		}
		for _, want := range c.says {
			if text := got.Text(); !strings.Contains(text, want) {
				t.Errorf("%s: got\n%s\nwant it to say %q", c.name, text, want)
			}
		}
	}
}
