package digest

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/testkit/blocktest"
)

// week47 is the week of 16 to 22 November 2026, and posting the Monday after it.
var (
	week47   = money.WeekOf(money.DayOf(time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC)))
	november = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	posting  = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
)

var (
	anna = incident.User{ID: "U0ANNA", Name: "anna"}
	ben  = incident.User{ID: "U0BEN", Name: "ben"}
)

func amount(t testing.TB, text string) money.Amount {
	t.Helper()
	m, err := money.ParseMoney(text)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func daysOf(first, count int) (days []money.Day) {
	for k := range count {
		days = append(days, week47.Monday()+money.Day(first+k))
	}
	return days
}

func comparedTo(t testing.TB, was, change string) report.Compared {
	c := report.Compared{Was: amount(t, was), Change: amount(t, change)}
	if c.Was.Sign() > 0 {
		c.Percent, c.Sayable = 100*c.Change.Float64()/c.Was.Float64(), true
	}
	return c
}

func mover(t testing.TB, provider, service, was, change string) report.Mover {
	c := comparedTo(t, was, change)
	return report.Mover{Provider: provider, Service: service, Total: c.Was.Add(c.Change), Compared: c}
}

// richMoney is a week in dollars with something of everything.
func richMoney(t testing.TB) report.CurrencyReport {
	before := comparedTo(t, "48500", "6430")
	share := func(name, total, note, was, change string) report.Share {
		c := comparedTo(t, was, change)
		return report.Share{Name: name, Total: amount(t, total), Note: note, Before: &c}
	}
	return report.CurrencyReport{
		Currency: "USD", Days: daysOf(0, 7), Until: week47.Monday() + 6, Column: "EffectiveCost",
		Total: amount(t, "54930.123456789"), Billed: amount(t, "56210.5"), Before: &before,
		Months: []report.MonthEnd{
			{Month: november, Until: week47.Monday() + 6, Spent: amount(t, "142310.5"), End: 212_404, Plus: 6_012, Name: "all", Budget: 200_000, OverOn: week47.Monday() + 11, Owners: []string{"@finops"}},
			{Month: november, Until: week47.Monday() + 6, Spent: amount(t, "12310.5"), End: 18_404, Plus: 512, Name: "checkout", Budget: 20_000, Filter: "account 42"},
		},
		Parts: []report.Part{
			{Kind: money.Usage, Compared: comparedTo(t, "45085.56", "6636.4")}, {Kind: money.Purchase, Compared: comparedTo(t, "3000", "0")}, {Kind: money.Credit, Compared: comparedTo(t, "-23.2", "-226.8")},
			{Kind: money.Tax, Compared: comparedTo(t, "430.1", "20.4")}, {Kind: money.Correction, Compared: comparedTo(t, "-12.34", "0")},
		},
		AI:          &report.AISpend{Total: amount(t, "5400"), Compared: comparedTo(t, "5000", "400"), Units: []report.AIUnit{{Unit: "tokens", Quantity: 1.2e9, Cost: amount(t, "3600")}, {Unit: "GPU hours", Quantity: 500, Cost: amount(t, "1800")}}},
		Commitments: &report.Commitments{Used: amount(t, "6200"), Unused: amount(t, "1240"), OnDemand: amount(t, "3800"), Ended: []report.CommitmentEnd{{Name: "Savings plan", Day: week47.Monday() - 4}}},
		Restated:    &report.Restated{Week: week47.Add(-1), Compared: comparedTo(t, "51200", "810")},
		Sources:     []report.Share{{Name: "FOCUS files /var/lib/focus/*.csv.gz", Total: amount(t, "53000.1")}, {Name: "OpenCost", Total: amount(t, "1930.02")}},
		Up:          []report.Mover{mover(t, "AWS", "Amazon CloudFront", "6600", "5512"), mover(t, "AWS", "Amazon Elastic Compute Cloud", "19100", "300"), mover(t, "Microsoft", "Azure Machine Learning", "0", "120")},
		Down:        []report.Mover{mover(t, "AWS", "Amazon RDS", "8220", "-120")},
		Folded:      &report.Mover{Service: "others", Services: 12, Total: amount(t, "9012"), Compared: comparedTo(t, "9000", "12")},
		New:         []report.Mover{mover(t, "AWS", "Amazon Bedrock", "0", "812.4")},
		Renames:     []report.Rename{{From: "Azure Cache", To: "Azure Managed Redis", Since: week47.Monday() + 1, Was: amount(t, "410"), Now: amount(t, "409.5")}},
		Spikes: []report.Anomaly{
			{Series: report.SeriesID("AWS", "Amazon CloudFront", "USD"), Provider: "AWS", Service: "Amazon CloudFront", Days: daysOf(3, 3), Actual: 12112, Expected: 6600, Excess: 5512, Highest: 4300, CDN: true},
			{Series: report.SeriesID("AWS", "AWS Lambda", "USD"), Provider: "AWS", Service: "AWS Lambda", Days: []money.Day{week47.Monday(), week47.Monday() + 2}, Actual: 310, Expected: 120, Excess: 190, Highest: 180, Again: 1, Label: "recurring"},
		},
		Meant:    []report.Anomaly{{Series: "m", Provider: "AWS", Service: "AWS Glue", Days: daysOf(1, 1), Actual: 900, Expected: 300, Excess: 600, Why: "the yearly export, by carla"}},
		Shifted:  []report.Anomaly{{Series: "s", Provider: "AWS", Service: "Amazon SQS", Days: daysOf(0, 7), Actual: 700, Expected: 350, Excess: 350}},
		Unjudged: []report.Share{{Name: "Amazon Bedrock", Total: amount(t, "812.4"), Note: "since 19 Nov"}},
		Fixed:    []report.Share{share("Amazon EC2", "3000", "purchase or recurring fee", "3000", "0"), share("AWS Support", "450.5", "tax", "430.1", "20.4")},
		Credits:  []report.Share{share("Amazon EC2", "-250", "credit or refund", "0", "-250"), share("Amazon RDS", "0", "credit or refund", "-23.2", "23.2")}, Corrections: []report.Share{share("Amazon S3", "-12.34", "correction of a period that was invoiced before", "-12.34", "0")},
		Chart: eightWeeks(),
		Notes: []string{"EffectiveCost of AWS is rounded or empty: BilledCost stands in for it."},
	}
}

// teamsOfWeek are three teams, many small ones, and what is nobody's.
func teamsOfWeek(t testing.TB) *report.Showback {
	team := func(name, was, change string, share float64) report.TeamCost {
		c := comparedTo(t, was, change)
		return report.TeamCost{Name: name, Total: c.Was.Add(c.Change), Share: &share, Before: &c}
	}
	checkout, others, untagged := team("checkout", "20000", "5512.4", 46), team("others", "3000", "40", 6), team("untagged", "7500.123456789", "190", 14)
	checkout.Spike = &report.Anomaly{Service: "checkout", Days: daysOf(3, 3), Excess: 5512}
	checkout.Month = &report.MonthEnd{Month: november, Until: week47.Monday() + 6, End: 98_404, Plus: 1_200}
	others.Teams = 9980
	return &report.Showback{By: "team", Teams: []report.TeamCost{checkout, team("search <!channel>", "12000", "687.6", 23), team("ml", "6000", "0", 11), team("batch", "0", "0", 0)}, Others: &others, Untagged: &untagged}
}

// teamsReport is a digest by team.
func teamsReport(t testing.TB) report.Report {
	r := richReport(t)
	m := &r.Money[0]
	m.Showback = teamsOfWeek(t)
	m.Up[0].Causes = []report.Cause{{By: "team", Name: "checkout", Percent: 100}}
	m.Spikes[0].Causes = []report.Cause{{By: "team", Name: "checkout", Percent: 84}, {By: "account", Name: "<!here> 4711", Percent: 100}}
	r.Filter = "provider <!channel>"
	return r
}

// eightWeeks is a chart whose last week has a spike; one week is not whole.
func eightWeeks() report.Chart {
	c := report.Chart{Series: []string{"Amazon Elastic Compute Cloud", "Amazon RDS", "Amazon CloudFront", "Azure Kubernetes Service", "Amazon S3", "other"}}
	for k := range 8 {
		grown := 1 + 0.015*float64(k)
		w := report.ChartWeek{Week: week47.Add(k - 7), Days: 7}
		for _, v := range []float64{17400, 7300, 5900, 5200, 3100, 5300} {
			w.Values = append(w.Values, v*grown)
		}
		c.Weeks = append(c.Weeks, w)
	}
	c.Weeks[4].Days, c.Weeks[7].Above = 5, 5512
	return c
}

// richReport is a digest that has all of its parts.
func richReport(t testing.TB) report.Report {
	weeks := 4.98
	save := func(low, high, base float64, rows string) []report.Saving {
		return []report.Saving{{Currency: "USD", Low: low, High: high, Base: base, Rows: rows}}
	}
	return report.Report{
		Schema: report.Schema, Digest: "weekly-cost-review", Week: week47, MadeAt: posting, Money: []report.CurrencyReport{richMoney(t)},
		Units: []report.UnitCost{{Name: "1k requests", Currency: "USD", Weeks: []report.UnitWeek{
			{Week: week47.Add(-7), Cost: amount(t, "40000"), Count: 1e6, Value: 0.04}, {Week: week47, Cost: amount(t, "54000"), Count: 1.5e6, Value: 0.036},
		}}, {Name: "upload", Why: "how many there were could not be measured: Prometheus does not answer"}},
		Organisation: &report.Organised{
			Users: report.Figure{Value: 44e6, Known: true, Source: "measured by Prometheus"}, Growth: report.Figure{Value: 0.026, Known: true, Source: "measured"}, Measured: 8,
			PerUser: &report.PerUser{Yardsticks: "The sheet: $0.0018 a user by its table (T5: yours is 3.01 times that), $0.20-0.30 by its range (Q5: that is 36.9 times yours)", Disagree: "X1",
				Currency: "USD", Month: 238553, Value: 0.00542, Sentences: []string{"44M users cost 0.00542 USD a user and month: 238,553 a month.", "The sheet's band for 10M to 100M users is not given (Q5).", "Its table has $0.0018 at 100M (T5): this is 3 × that."}},
			Moves: []report.Move{
				{ID: "M4", Title: "CockroachDB", Sentence: "50M users in 5 weeks, the move takes 13: its start was due 8 weeks ago. To buy time: read replicas, pooling.", Weeks: &weeks, Late: 8},
				{ID: "M6", Title: "Multi-region", Sentence: "Due: 35 % of the users are international, more than 20 %."},
			},
			SLO: "At this scale the sheet wants 99.95 % (T5).", Notes: []string{"The number of teams is not configured."},
		},
		Savings: []report.Saving{{Currency: "USD", Low: 26_900, High: 43_700, Base: 90_000}},
		Saved:   []report.Saved{{Currency: "USD", Was: 96_000, Now: 78_000, Doubt: 4_100, Steps: []string{"C3"}}},
		Steps: []report.CostStep{
			{ID: "C1", Title: "Reserved instances", Group: "quick win, 0-3 months", Effort: "low", Applies: true, Savings: []report.Saving{{
				Currency: "USD", Low: 18480, High: 33600, Base: 84000, Rows: "Standard-priced spend on Compute and Databases",
				After: []string{"C3"}, LeftLow: 58800, LeftHigh: 67200, With: []string{"C2", "C6"}, TogetherLow: 20100, TogetherHigh: 36700,
			}}},
			{ID: "C2", Title: "Spot instances", Group: "quick win, 0-3 months", Effort: "medium", Applies: true, Why: "Nothing is tagged as batch: the saving is not known.", Adoption: report.Adoption{State: report.StepOpen}},
			{ID: "C3", Title: "Right-sizing", Group: "quick win, 0-3 months", Effort: "low", Applies: true, Savings: save(18000, 27000, 90000, "Compute"), Adoption: report.Adoption{State: report.StepAdopted, By: "carla", ByID: "U0CARLA", At: posting.AddDate(0, 0, -21), Note: "with Compute Optimizer"},
				Measured: []report.Saved{{Currency: "USD", Was: 96_000, Now: 78_000, Doubt: 4_100, Before: 4, Weeks: 2}}},
			{ID: "C4", Title: "Database tiering", Group: "medium win, 3-12 months", Effort: "medium", Applies: true, Savings: save(1200, 1200, 3000, "Storage"), Adoption: report.Adoption{State: report.StepSnoozed, By: "ben", At: posting.AddDate(0, 0, -7), Until: posting.AddDate(0, 2, 0), Note: "after the migration"}},
			{ID: "C5", Title: "Model compression", Group: "medium win, 3-12 months", Effort: "high", Applies: true, Savings: save(2400, 2400, 6000, "AI and Machine Learning"), Adoption: report.Adoption{State: report.StepSnoozed, By: "ben", At: posting.AddDate(0, -2, 0), Until: posting.AddDate(0, 0, -1)}},
			{ID: "C9", Title: "In-house data centres", Group: "big win, 12-24 months", Effort: "very high", Why: "Only from 1B users on (C9): 44M are 4 % of that."},
		},
		Incidents: &report.WeekOfAlerts{
			Count: 12, Drills: 2, StepsLate: 4,
			ByPlaybook: []report.Count{{Name: "database-cpu", Count: 7}, {Name: "triage", Count: 5}}, BySeverity: []report.Count{{Name: "critical", Count: 8}, {Name: "warning", Count: 4}},
			False: []report.Count{{Name: "HighLatency", Count: 2}, {Name: "DiskWillFill", Count: 1}},
			Ack:   &report.Times{Median: 4 * time.Minute, Worst: 31 * time.Minute, Of: 11, Open: 1}, Resolve: &report.Times{Median: 52 * time.Minute, Worst: 5*time.Hour + 12*time.Minute, Of: 12},
			Overdue: []report.OwnerLate{
				{Owner: "@db-oncall", Steps: []report.LateStep{{Incident: "INC-142", Step: "Shard the database", Tier: "long_term", Days: 12}, {Incident: "INC-150", Step: "Add indices for slow queries", Tier: "short_term", Days: 1}}},
				{Owner: "anna", Steps: []report.LateStep{{Incident: "INC-148", Step: "Cache TTL up", Tier: "short_term", Days: 3}}},
			},
		},
		Missing: []string{"FOCUS files /var/lib/focus/*.csv.gz: 3 rows could not be read and were left out, the totals are at least what they say.", "OpenCost at http://opencost:9003 did not answer: its costs are not in here."},
	}
}

// poorReport is what is left when nearly everything is missing.
func poorReport() report.Report {
	return report.Report{Schema: report.Schema, Digest: "weekly-cost-review", Week: week47, MadeAt: posting, Missing: []string{
		"No cost source could be read: there are no figures of money.", "The number of users is not known: Prometheus did not answer.", "Redis cannot be read here: incidents and cost steps are left out.", "A fourth thing is missing.",
	}}
}

// hostileReport has bad text wherever text can be, as much of it as the judgement
// lets through and more.
func hostileReport(t testing.TB) report.Report {
	long := strings.Repeat("A very long name ", 12) + "<!channel>"
	names := []string{blocktest.Hostile, long, "計算サービス" + strings.Repeat("算", 200), "\u202eשירות <!here>", "", "`*_~"}
	of := func(k int) string { return names[k%len(names)] }
	r := richReport(t)
	r.Digest = blocktest.Hostile
	r.Money = nil
	for k := range 7 {
		m := richMoney(t)
		m.Currency, m.Column, m.Partial, m.LeftOut, m.Days, m.Alike = of(k), blocktest.Hostile, true, 2, daysOf(0, 5), daysOf(0, 3)
		m.Chart.Series = names
		m.Up, m.Down, m.New, m.Spikes, m.Meant, m.Unjudged, m.Fixed, m.Renames, m.Notes = nil, nil, nil, nil, nil, nil, nil, nil, nil
		m.Months = nil
		for j := range 20 {
			m.Months = append(m.Months, report.MonthEnd{Month: november, Until: week47.Monday(), Spent: amount(t, "-999999999999"), End: math.Inf(1), Plus: math.NaN(), Name: of(j), Budget: 1e300, Filter: blocktest.Hostile, Why: []string{"", blocktest.Hostile}[j%2], Owners: []string{blocktest.Hostile}})
			m.AI = &report.AISpend{Total: amount(t, "-3"), Units: []report.AIUnit{{Unit: blocktest.Hostile, Quantity: math.NaN()}, {Unit: of(j), Quantity: math.Inf(1)}}}
			m.Commitments = &report.Commitments{Ended: []report.CommitmentEnd{{Name: blocktest.Hostile}, {Name: of(j), Day: -5}}}
			m.Up, m.Down = append(m.Up, mover(t, of(j+1), of(j), "1000000000000", "999999999999.99")), append(m.Down, mover(t, of(j), of(j+1), "-3", "-999999999999"))
			m.New = append(m.New, report.Mover{Provider: of(j), Service: of(j + 2), Total: amount(t, "0.0000001")})
			a := report.Anomaly{Series: report.SeriesID(of(j), fmt.Sprint(k, j), m.Currency), Provider: of(j + 1), Service: of(j), Days: daysOf(-300, 600), Actual: 1e300, Expected: -1e-300, Excess: math.Inf(1), Label: blocktest.Hostile, Again: 1 << 40, Why: blocktest.Hostile}
			m.Spikes, m.Meant = append(m.Spikes, a), append(m.Meant, a)
			s := report.Share{Name: of(j), Total: amount(t, "-1000000000000"), Note: blocktest.Hostile}
			m.Unjudged, m.Fixed = append(m.Unjudged, s), append(m.Fixed, s)
			m.Renames = append(m.Renames, report.Rename{From: of(j), To: of(j + 1)})
			m.Notes = append(m.Notes, long+blocktest.Hostile)
		}
		r.Money = append(r.Money, m)
	}
	r.Money[1].Spikes[0].Series = strings.Repeat("x", 200) // too long for a button
	r.Organisation.PerUser.Currency, r.Organisation.PerUser.Sentences, r.Organisation.SLO = blocktest.Hostile, []string{blocktest.Hostile, long, ""}, strings.Repeat(blocktest.Hostile, 20)
	r.Organisation.Users = report.Figure{Why: blocktest.Hostile}
	r.Organisation.Moves, r.Steps, r.Missing, r.Units = nil, nil, nil, nil
	for k := range 30 {
		r.Units = append(r.Units, report.UnitCost{Name: of(k), Currency: of(k + 1), Filter: blocktest.Hostile, Why: blocktest.Hostile}, report.UnitCost{Name: of(k), Weeks: []report.UnitWeek{{Value: math.NaN()}, {Week: week47, Value: math.Inf(1)}}})
	}
	r.Incidents.False, r.Incidents.Overdue = nil, nil
	for k := range 60 {
		r.Organisation.Moves = append(r.Organisation.Moves, report.Move{ID: of(k), Title: of(k + 1), Sentence: strings.Repeat(blocktest.Hostile, 9)})
		step := report.CostStep{ID: fmt.Sprint("C", k), Title: of(k), Group: of(k), Effort: of(k), Why: blocktest.Hostile, Applies: k%5 > 0}
		for range 9 {
			step.Savings = append(step.Savings, report.Saving{Currency: of(k), Low: -math.MaxFloat64, High: math.NaN(), Base: 1e200, Rows: long})
		}
		r.Steps, r.Missing = append(r.Steps, step), append(r.Missing, strings.Repeat(of(k), 9))
		r.Incidents.False = append(r.Incidents.False, report.Count{Name: of(k), Count: 1 << 40})
		late := report.OwnerLate{Owner: of(k)}
		for j := range 70 {
			late.Steps = append(late.Steps, report.LateStep{Incident: of(j), Step: of(j + 1), Tier: of(j), Days: 1 << 40})
		}
		r.Incidents.Overdue = append(r.Incidents.Overdue, late)
	}
	return r
}

// clicked is a digest about which people have said all that can be said.
func clicked(r report.Report, text string, by incident.User) View {
	v := View{Report: r, Adoptions: map[string]report.Adoption{}, Command: "/playbook", Number: 7}
	for k, s := range allSpikes(r) {
		at := posting.Add(time.Duration(k) * time.Minute)
		v.Marks = append(v.Marks, Mark{Kind: MarkInvestigated, Series: s.Series, By: by, At: at, Incident: 150 + k}, Mark{Kind: MarkExpected, Series: s.Series, By: by, At: at.Add(time.Hour), Reason: text})
	}
	for k, s := range r.Steps {
		a := report.Adoption{State: report.StepAdopted, By: by.Name, ByID: by.ID, At: posting.Add(time.Hour), Note: text}
		if k%2 == 1 {
			a.State, a.Until = report.StepSnoozed, posting.AddDate(0, 3, 0)
		}
		v.Adoptions[s.ID] = a
	}
	return v
}

// digests are what a digest looks like in its main forms.
func digests(t testing.TB) map[string]View {
	view := func(r report.Report) View { return View{Report: r, Command: "/playbook", Number: 7} }
	two := richReport(t)
	euro := report.CurrencyReport{Currency: "EUR", Days: daysOf(0, 5), LeftOut: 2, Until: week47.Monday() + 4, Column: "BilledCost", Total: amount(t, "1204.5"), Billed: amount(t, "1204.5")}
	before := comparedTo(t, "1300", "-95.5")
	euro.Before = &before
	euro.Down = []report.Mover{mover(t, "OVH", "Public Cloud", "1300", "-95.5")}
	euro.Judged = &report.Judged{Services: 3, Spikes: 1, Excess: 79.3}
	euro.Spikes = []report.Anomaly{{Series: report.SeriesID("OVH", "Logs", "EUR"), Provider: "OVH", Service: "Logs", Days: daysOf(2, 1), Actual: 99.4, Expected: 20.1, Excess: 79.3}}
	two.Money = append(two.Money, euro)
	virtual := report.Report{Digest: "tokens", Week: money.WeekOf(money.DayOf(time.Date(2026, 12, 28, 0, 0, 0, 0, time.UTC))), MadeAt: posting, Money: []report.CurrencyReport{{
		Currency: "DBU credits", Days: daysOf(0, 5), LeftOut: 2, Partial: true, Until: week47.Monday() + 4, Column: "BilledCost", Total: amount(t, "-3.5"), Billed: amount(t, "0"),
		Up: []report.Mover{mover(t, "Databricks", "SQL <warehouse>", "-1", "0.5")},
	}}}
	quiet := richReport(t)
	calm := &quiet.Money[0]
	calm.Spikes, calm.Judged = nil, &report.Judged{Services: 14}
	calm.Growing = []report.Growth{{Series: "s", Provider: "AWS", Service: "Amazon Elastic Compute Cloud", Weeks: 5, Compared: comparedTo(t, "9600", "9800"), Factor: 2.02}}
	quiet.Money = append(quiet.Money, euro)
	quiet.Money[1].Spikes, quiet.Money[1].Judged = nil, &report.Judged{Why: "that takes 4 of the 6 weeks before, and there are 2"}
	half := clicked(richReport(t), "the Black Friday campaign", ben)
	half.Marks = half.Marks[:2]
	half.Marks[1].By = anna
	delete(half.Adoptions, "C2")
	return map[string]View{
		"digest":             view(richReport(t)),
		"digest teams":       view(teamsReport(t)),
		"digest poor":        view(poorReport()),
		"digest currencies":  view(two),
		"digest virtual":     view(virtual),
		"digest clicked":     half,
		"digest quiet":       view(quiet),
		"digest hostile":     view(hostileReport(t)),
		"digest hostile all": clicked(hostileReport(t), strings.Repeat(blocktest.Hostile, 9), incident.User{ID: blocktest.Hostile, Name: blocktest.Hostile}),
	}
}
