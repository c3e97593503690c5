package report

import (
	"testing"
	"time"
)

// TestIncidents: drills are apart, what has not happened yet is open, half a day is
// no whole day.
func TestIncidents(t *testing.T) {
	t.Parallel()
	at := func(minutes int) time.Time { return review.Add(time.Duration(minutes-10000) * time.Minute) }
	in := Incidents{
		Opened: []Incident{
			{ID: "INC-1", Alert: "HighCPU", Playbook: "database-cpu", Severity: "critical", Reason: "fixed", OpenedAt: at(0), AckedAt: at(4), ResolvedAt: at(60), StepsLate: 2},
			{ID: "INC-2", Alert: "HighCPU", Playbook: "database-cpu", Severity: "warning", Reason: "noise", OpenedAt: at(0), AckedAt: at(10), ResolvedAt: at(20)},
			{ID: "INC-3", Alert: "HighCPU", Playbook: "triage", Severity: "warning", Reason: "false_alarm", OpenedAt: at(0), ResolvedAt: at(30)},
			{ID: "INC-4", Alert: "Slow", Severity: "critical", OpenedAt: at(0), AckedAt: at(90), StepsLate: 1},
			{ID: "INC-5", Playbook: "triage", Severity: "info", Reason: "noise", OpenedAt: at(0), AckedAt: at(20), ResolvedAt: at(40)},
			{ID: "INC-6", Alert: "Slow", Playbook: "triage", Severity: "info", OpenedAt: at(0)},
			{ID: "INC-7", Alert: "HighCPU", Playbook: "database-cpu", Severity: "critical", Drill: true, Reason: "noise", OpenedAt: at(0), AckedAt: at(500), StepsLate: 9},
		},
		Overdue: []Overdue{
			{Incident: "INC-1", Step: "Sharding", Tier: "long_term", Owner: "@db", Due: review.Add(-49 * time.Hour)},
			{Incident: "INC-4", Step: "Pooling", Tier: "short_term", Owner: "@db", Due: review.Add(-96 * time.Hour)},
			{Incident: "INC-6", Step: "Look", Tier: "immediate", Due: review.Add(-200 * time.Hour)},
			{Incident: "INC-6", Step: "Later", Tier: "immediate", Owner: "@web", Due: review.Add(time.Hour)},
			{Incident: "INC-6", Step: "Just now", Tier: "immediate", Owner: "@web", Due: review.Add(-time.Hour)},
		},
	}
	same(t, "the week", in.week(review), &WeekOfAlerts{
		Count: 6, Drills: 1, StepsLate: 3,
		ByPlaybook: []Count{{"triage", 3}, {"database-cpu", 2}, {"no playbook", 1}},
		BySeverity: []Count{{"critical", 2}, {"info", 2}, {"warning", 2}},
		False:      []Count{{"HighCPU", 2}, {"started by hand", 1}},
		Ack:        &Times{Median: 15 * time.Minute, Worst: 90 * time.Minute, Of: 4, Open: 1},
		Resolve:    &Times{Median: 35 * time.Minute, Worst: time.Hour, Of: 4, Open: 2},
		Overdue: []OwnerLate{
			{"nobody", []LateStep{{"INC-6", "Look", "immediate", 8}}},
			{"@db", []LateStep{{"INC-4", "Pooling", "short_term", 4}, {"INC-1", "Sharding", "long_term", 2}}},
			{"@web", []LateStep{{"INC-6", "Just now", "immediate", 0}}},
		},
	})
	same(t, "a quiet week", (&Incidents{}).week(review), &WeekOfAlerts{})
}
