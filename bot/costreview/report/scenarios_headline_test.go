package report_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
)

// charges adds charges that are no plain usage to a service of AWS, on one day.
func (b *bill) charges(day string, all ...row) *bill {
	for _, r := range all {
		r.provider, r.billing, r.day = "AWS", "111", on(day)
		if r.service == "" {
			r.service = "EC2"
		}
		r.billed = r.cents
		b.add(r)
	}
	return b
}

// headlineScenarios: what the change is made of. That is held in all scenarios; here
// each kind of charge moves.
var headlineScenarios = []scenario{
	{
		name: "every kind of charge moves",
		bill: func(b *bill) {
			b.daily("AWS/111", "EC2", 1000, 40, 50).daily("AWS/111", "S3", 400, 20, 90)
			b.charges("2026-11-11", row{charge: "Credit", cents: -250077}, row{charge: "Tax", cents: 1901}, row{charge: "Purchase", cents: 90000}, row{charge: "Usage", class: "Correction", cents: 1200}, row{frequency: "Recurring", cents: 3333})
			b.charges("2026-11-18", row{cents: -1234}, row{charge: "Tax", cents: 2299}, row{charge: "Usage", class: "Correction", cents: -777}, row{frequency: "Recurring", cents: 3333, service: "Support"})
		},
		digests: []expected{{at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20"), root: []string{"The change: ", "fixed charges -$900 · credits and refunds +$2,488 · tax +$4 · corrections -$20"}}},
	},
	{
		name: "a credit of the week before is gone, nothing else moved",
		bill: func(b *bill) {
			b.flat("AWS/111", "EC2", 100).charges("2026-11-10", row{charge: "Credit", cents: -14500})
		},
		digests: []expected{{
			at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20"),
			says: []string{"All of the change is credits and refunds."}, silent: []string{"  Up:", "  Down:"}, root: []string{"All of the change is credits and refunds"},
		}},
	},
	{
		name: "a fee lies on a day that the week before lacks",
		bill: func(b *bill) {
			b.flat("AWS/111", "EC2", 100).flat("AWS/111", "S3", 40).lacks("*", on("2026-11-11"))
			b.charges("2026-11-18", row{charge: "Purchase", cents: 70000}).charges("2026-11-19", row{charge: "Tax", cents: 300})
		},
		digests: []expected{{at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20"), notCompared: some("2026-11-18"), says: []string{"All of the change is tax."}}},
	},
	{
		name: "one provider lacks a day, refunds and fees of the other move",
		bill: func(b *bill) {
			b.daily("AWS/111", "EC2", 1000, 40, 50).daily("Microsoft/222", "AKS", 300, 50, 60).lacks("Microsoft", on("2026-11-17"))
			b.charges("2026-11-17", row{charge: "Credit", cents: -5001}, row{charge: "Purchase", cents: 90000})
		},
		digests: []expected{{
			at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20"), holes: []hole{{"Microsoft", some("2026-11-17")}}, least: true,
			missing: []string{"Microsoft lists nothing of 17 Nov"},
		}},
	},
}

// grows lets a service cost so many thousandths more each week than in the one before,
// until the bill ends.
func (b *bill) grows(part string, perMille int64) *bill {
	level := int64(1e9)
	for d, k := b.from, 0; d <= b.to; d, k = d+1, k+1 {
		if k > 0 && k%7 == 0 {
			level = level * (1000 + perMille) / 1000
		}
		for _, i := range b.of(part, d) {
			b.rows[i].cents = b.rows[i].cents * (level / 1000) / 1e6
			b.rows[i].billed = b.rows[i].cents
		}
	}
	return b
}

// growthScenarios: what grows evenly has no day that is a spike, and is told.
var growthScenarios = []scenario{
	{
		name: "15 % a week for months",
		bill: func(b *bill) { b.flat("AWS/111", "EC2", 5000).flat("AWS/111", "Bedrock", 50).grows("*/*/Bedrock", 150) },
		digests: []expected{{
			at: "2026-11-25 09:00", days: span("2026-11-16", "2026-11-22"), unplanned: []string{"Bedrock"}, says: []string{"AWS Bedrock doubled in five weeks"},
			beside: func(t *testing.T, rows []row, x expected, r report.Report) { doubles(t, rows, x, r, "Bedrock", 5) },
		}},
	},
	{
		name: "25 % a week for months, of one service alone",
		bill: func(b *bill) { b.flat("AWS/111", "EC2", 5000).flat("AWS/111", "Bedrock", 50).grows("*/*/Bedrock", 250) },
		digests: []expected{{at: "2026-11-25 09:00", days: span("2026-11-16", "2026-11-22"), unplanned: []string{"Bedrock"}, check: func(t *testing.T, r report.Report) {
			// Above a tenth a week the trend does not follow, so that it may be told as a spike: one of both.
			m := r.Money[0]
			if len(m.Growing)+len(m.Spikes) != 1 {
				t.Errorf("growing %+v, spikes %+v: want it told once", m.Growing, m.Spikes)
			}
		}}},
	},
	{
		name:    "3 % a week is no news",
		bill:    func(b *bill) { b.flat("AWS/111", "EC2", 5000).flat("AWS/111", "S3", 700).grows("*/*/S3", 30) },
		digests: []expected{{at: "2026-11-25 09:00", days: span("2026-11-16", "2026-11-22"), silent: []string{"Growing steadily", "doubled"}}},
	},
}

// doubles: a service that is told to have doubled in so many weeks did, and had not one
// week later.
func doubles(t *testing.T, rows []row, x expected, r report.Report, service string, weeks int) {
	t.Helper()
	sums := make([]int64, weeks+1)
	for _, row := range rows {
		for k := range sums {
			for _, d := range x.days {
				if row.service == service && row.day == d-money.Day(7*k) {
					sums[k] += row.cents
				}
			}
		}
	}
	if sums[0] < 2*sums[weeks] || sums[0] >= 2*sums[weeks-1] {
		t.Errorf("%s costs %v, week by week back: it did not double in %d", service, sums, weeks)
	}
	if want := fmt.Sprintf("(%s to %s USD on the same weekdays)", shown(sums[weeks]), shown(sums[0])); !strings.Contains(report.Text(r), want) {
		t.Errorf("the text lacks %q", want)
	}
}

// messageScenarios: what the first message says of what was judged, and that chart and
// tables agree.
var messageScenarios = []scenario{
	{
		name: "nothing out of the ordinary, all of it judged",
		bill: threeServices,
		digests: []expected{{
			at: "2026-11-25 09:00", days: span("2026-11-16", "2026-11-22"), says: []string{"Nothing out of the ordinary: 3 services judged on "},
			root: []string{"Nothing out of the ordinary: 3 services judged"}, beside: allBars,
		}},
	},
	{
		name: "three weeks of data: not judged",
		bill: func(b *bill) {
			b.from = on("2026-11-02")
			threeServices(b)
			b.spike("*/*/S3", 900, on("2026-11-18"))
			b.planted = nil
		},
		digests: []expected{{
			at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20"), silent: []string{"Nothing out of the ordinary"},
			says: []string{"Not judged whether anything is out of the ordinary: that takes 4 of the 6 weeks before, and there are 2"},
			root: []string{"Not judged whether anything is out of the ordinary"}, beside: allBars,
		}},
	},
	{
		name: "a service that is new is not judged, the others are",
		bill: func(b *bill) {
			threeServices(b)
			b.flat("AWS/111", "Lambda", 90).lacks("*/*/Lambda", span("2026-07-27", "2026-11-08")...)
		},
		digests: []expected{{
			at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20"), says: []string{"Nothing out of the ordinary: 3 services judged", "Not judged, the history is too short:", "AWS Lambda"},
			root: []string{"Not judged, because the history is too short: AWS Lambda"}, beside: allBars,
		}},
	},
	{
		name: "the excess of five services together",
		bill: func(b *bill) {
			for k := range 5 {
				b.flat("AWS/111", fmt.Sprintf("Service %d", k), 100*int64(k+1)).spike(fmt.Sprintf("*/*/Service %d", k), 1000, on("2026-11-17")+money.Day(k%3))
			}
		},
		digests: []expected{{
			at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20"), says: []string{"Above what was expected (5 services, together +5,000.00 USD)"},
			root: []string{"Above what was expected: +$5,000 in 5 services"}, beside: allBars,
		}},
	},
	{
		name: "the unfinished week stands beside the same weekdays",
		bill: func(b *bill) {
			b.daily("AWS/111", "EC2", 1000, 0, 500).daily("AWS/111", "S3", 400, 30, 90).grows("*/*/S3", 20)
		},
		digests: []expected{
			{at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20"), beside: allBars},
			{at: "2026-11-30 09:00", days: span("2026-11-23", "2026-11-27"), late: weekend("2026-11-21"), beside: allBars},
		},
	},
}

// allBars: each bar of the chart is as high as the usage of its week, each service's part
// is what it cost, and the outline is what the week cost on the newest one's weekdays.
func allBars(t *testing.T, rows []row, x expected, r report.Report) {
	t.Helper()
	m := r.Money[0]
	newest := m.Chart.Weeks[len(m.Chart.Weeks)-1].Week
	for i, bar := range m.Chart.Weeks {
		last := bar.Week.Monday() + 6
		if bar.Week == newest {
			last = x.days[len(x.days)-1]
		}
		cost, same := map[string]int64{}, int64(0)
		for _, row := range rows {
			if row.kind() != "usage" || row.currency != x.money() {
				continue
			}
			if row.day >= bar.Week.Monday() && row.day <= last {
				cost[row.service] += row.cents
			}
			for _, d := range x.days {
				if back := int(newest.Monday() - bar.Week.Monday()); row.day == d-money.Day(back) {
					same += row.cents
				}
			}
		}
		for k, name := range m.Chart.Series {
			got := bar.Values[k]
			if len(bar.Over) > 0 {
				got += bar.Over[k]
			}
			if diff := got - float64(cost[name])/100; diff > 0.005 || diff < -0.005 {
				t.Errorf("%s: %s is %.2f high, want %s", bar.Week, name, got, shown(cost[name]))
			}
		}
		if len(x.days) == 7 || i == len(m.Chart.Weeks)-1 {
			same = 0
		}
		if diff := bar.Same - float64(same)/100; diff > 0.005 || diff < -0.005 {
			t.Errorf("%s: the outline is %.2f high, want %s", bar.Week, bar.Same, shown(same))
		}
	}
	if len(m.Chart.Weeks) != min(8, int(newest.Monday()-money.WeekOf(rows[0].day).Monday())/7+1) {
		t.Errorf("the chart has %d weeks, and begins with %s", len(m.Chart.Weeks), m.Chart.Weeks[0].Week)
	}
}
