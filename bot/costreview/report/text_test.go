package report

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

var update = flag.Bool("update", false, "write testdata/*.golden anew; commit only what you have read")

// scene is a week of a company with 44 million users.
func scene(t *testing.T) Input {
	t.Helper()
	row := func(service, category, pricing string) money.Group {
		return money.Group{Provider: "AWS", Service: service, Category: category, Pricing: pricing}
	}
	l := newLedger(t)
	l.put(monday-100, monday-1, row("Amazon EC2", "Compute", "Standard"), "2210.40").put(monday, sunday, row("Amazon EC2", "Compute", "Standard"), "2302.15")
	l.put(monday-100, sunday, row("Amazon EC2", "Compute", "Committed"), "610")
	l.put(monday-100, monday-1, row("Amazon RDS", "Databases", "Standard"), "1480").put(monday, sunday, row("Amazon RDS", "Databases", "Standard"), "1395.50")
	l.put(monday-100, monday+2, row("Amazon CloudFront", "Networking", "Standard"), "1100").put(monday+3, sunday, row("Amazon CloudFront", "Networking", "Standard"), "2950")
	l.put(monday-100, sunday, row("Amazon S3", "Storage", "Standard"), "402.77")
	l.put(monday-100, monday-1, row("Amazon SageMaker", "AI and Machine Learning", "Standard"), "640").put(monday, sunday, row("Amazon SageMaker", "AI and Machine Learning", "Standard"), "995")
	l.put(monday-17, sunday, row("AWS Bedrock", "AI and Machine Learning", "Standard"), "88.20")
	l.put(monday, sunday, row("Amazon OpenSearch", "Analytics", "Standard"), "41.10")
	support, credit := row("AWS Support", "Other", ""), row("Amazon EC2", "Compute", "Other")
	support.Kind, credit.Kind = money.Purchase, money.Credit
	l.put(monday, monday, support, "1500").put(monday+1, monday+1, credit, "-613.70")
	euro := newLedger(t).put(monday-20, sunday, money.Group{Provider: "Hetzner", Service: "Cloud servers", Currency: "EUR"}, "61.33")
	euro.Source, euro.Name, euro.Column, euro.Origin = "hetzner", "Prometheus hetzner_cost", "", money.Prometheus
	in := l.input()
	in.Name = "weekly-cost-review"
	in.Readings = append(in.Readings, euro.Reading)
	in.Posted = &Posted{Week: in.Week.Add(-1), Totals: map[string]PostedTotal{"USD": {Total: mustMoney(t, "31720.35"), Column: effective, Days: days(monday-7, friday-7)}}}
	in.Expected = []Expectation{{Series: SeriesID("AWS", "Amazon SageMaker", "USD"), By: "Ana", Reason: "training the new ranking", At: review, Level: 1200, Until: sunday}}
	in.Organisation = Organisation{Users: known(44e6), WeeklyGrowth: known(0.026), Teams: known(12), International: known(0.35), CDNBandwidthTB: Figure{Why: "Prometheus does not answer"}}
	in.Adoptions = map[string]Adoption{"C1": {State: StepAdopted, By: "Ana", At: review}, "C3": {State: StepSnoozed, By: "Bo", Until: review.AddDate(0, 1, 0)}}
	in.Incidents.Opened = []Incident{
		{ID: "INC-141", Alert: "DatabaseHighCPU", Playbook: "database-cpu", Severity: "critical", Reason: "fixed", OpenedAt: review.Add(-90 * time.Hour), AckedAt: review.Add(-90*time.Hour + 4*time.Minute), ResolvedAt: review.Add(-88 * time.Hour), StepsLate: 1},
		{ID: "INC-142", Alert: "CDNSpend", Playbook: "cdn-cost", Severity: "warning", Reason: "noise", OpenedAt: review.Add(-50 * time.Hour), AckedAt: review.Add(-49 * time.Hour), ResolvedAt: review.Add(-49 * time.Hour)},
		{ID: "INC-143", Alert: "CDNSpend", Playbook: "cdn-cost", Severity: "warning", OpenedAt: review.Add(-30 * time.Hour)},
		{ID: "INC-144", Playbook: "database-cpu", Drill: true, OpenedAt: review.Add(-30 * time.Hour)},
	}
	in.Incidents.Overdue = []Overdue{
		{Incident: "INC-97", Step: "Sharding", Tier: "long_term", Owner: "@db-oncall", Due: review.AddDate(0, 0, -9)},
		{Incident: "INC-141", Step: "Add indices", Tier: "short_term", Owner: "@db-oncall", Due: review.AddDate(0, 0, -1)},
	}
	return in
}

// golden compares a text with the one that was read and found good.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", path, diff)
	}
}

// TestText shows a whole digest, and what is asked of services, as a terminal does.
func TestText(t *testing.T) {
	t.Parallel()
	in := scene(t)
	golden(t, "digest", Text(Judge(in)))
	for name, asked := range map[string]string{"services": "", "service": "amazon cloudfront", "service_part": "EC", "service_typo": "Amazon CloudFrnt", "service_none": "zzz"} {
		r, suggestions := Service(in, asked, "")
		golden(t, name, serviceText(r, suggestions))
	}
	golden(t, "nothing", Text(Judge(Input{Week: in.Week, Now: in.Now})))
}
