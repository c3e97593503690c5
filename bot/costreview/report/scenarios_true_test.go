package report_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
)

// weekend are the Saturday and Sunday of a week with 48 hours to settle.
func weekend(saturday string) []hole {
	d := on(saturday)
	return []hole{{"*", []money.Day{d, d + 1}}}
}

// onceScenarios: every day is judged, and once.
var onceScenarios = []scenario{
	{
		name: "a spike at the weekend is told a week later, as such",
		bill: func(b *bill) {
			b.flat("AWS/111", "EC2", 100).flat("AWS/111", "S3", 500).spike("*/*/EC2", 20000, span("2026-11-21", "2026-11-22")...)
		},
		digests: []expected{
			{at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20")},
			{
				at: "2026-11-30 09:00", days: span("2026-11-23", "2026-11-27"), late: weekend("2026-11-21"),
				says: []string{"Judged here, too: last week's Saturday and Sunday, settled since.", "EC2: 40,200.00 USD against 200.00 expected on last week's Saturday and Sunday, settled since (+40,000.00)", "2026-W47 with 2 late days: 44,200.00 USD; told as 3,000.00"},
			},
			{at: "2026-12-07 09:00", days: span("2026-11-30", "2026-12-04"), late: weekend("2026-11-28")},
		},
	},
	{
		name: "one spike from Saturday to Tuesday is one",
		bill: func(b *bill) {
			b.flat("AWS/111", "EC2", 100).spike("*/*/EC2", 900, span("2026-11-21", "2026-11-24")...)
		},
		digests: []expected{
			{at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20")},
			{
				at: "2026-11-30 09:00", days: span("2026-11-23", "2026-11-27"), late: weekend("2026-11-21"),
				says: []string{"on last week's Saturday and Sunday, settled since, and on Monday and Tuesday (+3,600.00)"},
			},
		},
	},
	{
		name: "a digest that was skipped leaves its week to the next one",
		bill: func(b *bill) {
			b.flat("AWS/111", "EC2", 100).spike("*/*/EC2", 700, some("2026-11-18", "2026-11-21")...)
		},
		digests: []expected{
			{at: "2026-11-16 09:00", days: span("2026-11-09", "2026-11-13")},
			{
				at: "2026-11-30 09:00", days: span("2026-11-23", "2026-11-27"), late: []hole{{"*", span("2026-11-14", "2026-11-22")}},
				says: []string{"14 Nov to 22 Nov, settled since", "EC2: 1,600.00 USD against 200.00 expected on last week's Wednesday and Saturday, settled since (+1,400.00)"},
			},
		},
	},
	{
		name: "asked for in the middle of the week, the weekend is not told twice",
		bill: func(b *bill) {
			b.flat("AWS/111", "EC2", 100).spike("*/*/EC2", 700, on("2026-11-21"))
		},
		digests: []expected{
			{at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20")},
			{at: "2026-11-25 15:00", days: span("2026-11-16", "2026-11-22"), says: []string{"A digest of this week told 16 Nov to 20 Nov before."}},
			{at: "2026-11-30 09:00", days: span("2026-11-23", "2026-11-27")},
		},
	},
	{
		name: "the same digest posted again says that all was told",
		bill: func(b *bill) {
			b.flat("AWS/111", "EC2", 100).spike("*/*/EC2", 700, some("2026-11-15", "2026-11-17")...)
		},
		digests: []expected{
			{at: "2026-11-16 09:00", days: span("2026-11-09", "2026-11-13")},
			{at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20"), late: weekend("2026-11-14")},
			{at: "2026-11-23 11:00", days: span("2026-11-16", "2026-11-20"), late: weekend("2026-11-14"), says: []string{"A digest of this week told all of this before."}},
			{at: "2026-11-30 09:00", days: span("2026-11-23", "2026-11-27"), late: weekend("2026-11-21")},
		},
	},
	{
		name: "a source that comes four days late is judged when it has come",
		bill: func(b *bill) {
			b.flat("AWS/111", "EC2", 100).flat("Microsoft/222", "AKS", 300).spike("*/*/AKS", 1000, on("2026-11-19"))
			b.late("Microsoft", "2026-11-24 12:00", span("2026-11-18", "2026-11-22")...)
		},
		digests: []expected{
			{
				at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20"), holes: []hole{{"Microsoft", span("2026-11-18", "2026-11-22")}}, least: true,
				missing: []string{"Microsoft is there to 17 Nov only: 18 Nov to 20 Nov are left out"},
			},
			{
				at: "2026-11-30 09:00", days: span("2026-11-23", "2026-11-27"), late: []hole{weekend("2026-11-21")[0], {"Microsoft", span("2026-11-18", "2026-11-20")}},
				says: []string{"Microsoft on last week's Wednesday to Friday, there since", "AKS: 1,300.00 USD against 300.00 expected on last week's Thursday, settled since (+1,000.00)"},
			},
		},
	},
	{
		name: "a source that was away for a whole week comes back",
		bill: func(b *bill) {
			b.flat("AWS/111", "EC2", 100).flat("Microsoft/222", "AKS", 600)
			b.late("Microsoft", "2026-11-25 12:00", span("2026-11-14", "2026-11-25")...)
		},
		digests: []expected{
			{at: "2026-11-16 09:00", days: span("2026-11-09", "2026-11-13")},
			{
				at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20"), late: weekend("2026-11-14"), least: true,
				holes:   []hole{{"Microsoft", span("2026-11-14", "2026-11-25")}},
				missing: []string{"Microsoft is there to 13 Nov only"},
			},
			{
				at: "2026-11-30 09:00", days: span("2026-11-23", "2026-11-27"),
				late: []hole{weekend("2026-11-21")[0], {"Microsoft", span("2026-11-14", "2026-11-20")}},
				says: []string{"Change 0.00 USD (0.0 %)"},
			},
		},
	},
	{
		name: "late days of a week that was corrected, too",
		bill: func(b *bill) {
			b.flat("AWS/111", "EC2", 100).corrected("AWS", "2026-11-26 00:00", 10, span("2026-11-16", "2026-11-20")...)
		},
		digests: []expected{
			{at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20")},
			{
				at: "2026-11-30 09:00", days: span("2026-11-23", "2026-11-27"), late: weekend("2026-11-21"),
				says: []string{"2026-W47 with 2 late days: 750.00 USD; told as 500.00, which was restated (+50.00 USD, +10.0 %)."},
			},
		},
	},
	{
		name: "a level that began at the weekend is told for two weeks, no longer",
		bill: func(b *bill) { b.flat("AWS/111", "EC2", 100).scale("AWS", 1000, span("2026-11-14", "2026-12-13")...) },
		digests: []expected{
			{at: "2026-11-16 09:00", days: span("2026-11-09", "2026-11-13")},
			{at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20"), late: weekend("2026-11-14"), unplanned: []string{"EC2"}, says: []string{"(+6,300.00)"}},
			{at: "2026-11-30 09:00", days: span("2026-11-23", "2026-11-27"), late: weekend("2026-11-21"), unplanned: []string{"EC2"}, says: []string{"told 1 week in a row before"}},
			{at: "2026-12-07 09:00", days: span("2026-11-30", "2026-12-04"), late: weekend("2026-11-28"), says: []string{"On a new level, told for two weeks"}},
		},
	},
}

// zoneScenarios: the week is the digest's zone's, days are UTC's.
var zoneScenarios = []scenario{
	{
		name: "Monday morning in Sydney reviews the week that ended on Sunday there",
		zone: "Australia/Sydney",
		bill: func(b *bill) { b.flat("AWS/111", "EC2", 100).spike("*/*/EC2", 900, on("2026-11-20")) },
		digests: []expected{
			{at: "2026-11-23 09:00", week: "2026-W47", days: span("2026-11-16", "2026-11-19")},
			{at: "2026-11-30 09:00", week: "2026-W48", days: span("2026-11-23", "2026-11-26"), late: []hole{{"*", span("2026-11-20", "2026-11-22")}}, says: []string{"expected on last week's Friday, settled since (+900.00)"}},
		},
	},
	{
		name: "Sunday evening in New York reviews the week before",
		zone: "America/New_York",
		bill: func(b *bill) { b.flat("AWS/111", "EC2", 100) },
		digests: []expected{
			{at: "2026-11-22 20:00", week: "2026-W46", days: span("2026-11-09", "2026-11-15")},
			{at: "2026-11-23 09:00", week: "2026-W47", days: span("2026-11-16", "2026-11-20")},
			{at: "2026-11-29 20:00", week: "2026-W47", days: span("2026-11-16", "2026-11-22"), says: []string{"A digest of this week told 16 Nov to 20 Nov before."}},
			{at: "2026-12-06 20:00", week: "2026-W48", days: span("2026-11-23", "2026-11-29")},
		},
	},
	{
		name:     "nothing to settle",
		settings: report.Settings{Settle: -1},
		bill:     func(b *bill) { b.flat("AWS/111", "EC2", 100).spike("*/*/EC2", 900, on("2026-11-22")) },
		digests: []expected{
			{at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-22"), says: []string{"on Sunday (+900.00)"}},
			{at: "2026-11-30 09:00", days: span("2026-11-23", "2026-11-29")},
		},
	},
	{
		name:     "a week to settle",
		settings: report.Settings{Settle: 7 * 24 * time.Hour},
		bill: func(b *bill) {
			b.flat("AWS/111", "EC2", 100).spike("*/*/EC2", 900, some("2026-11-16", "2026-11-22")...)
		},
		digests: []expected{
			{at: "2026-11-23 09:00"}, // nothing of the week has settled
			{at: "2026-11-30 09:00"},
			{at: "2026-12-01 09:00", days: some("2026-11-23"), late: []hole{{"*", span("2026-11-16", "2026-11-22")}}, says: []string{"last week's Monday and Sunday, settled since (+1,800.00)"}},
			{at: "2026-12-07 09:00"},
			{at: "2026-12-13 09:00", days: span("2026-11-30", "2026-12-05"), late: []hole{{"*", span("2026-11-24", "2026-11-29")}}},
		},
	},
}

// missingScenarios: what is missing of a part of the bill is named, and nothing of it is
// taken for zero.
var missingScenarios = []scenario{
	{
		name: "one day is missing of one provider",
		bill: func(b *bill) {
			b.flat("AWS/111", "EC2", 100).flat("Microsoft/222", "AKS", 300).lacks("Microsoft", on("2026-11-18")).spike("*/*/EC2", 400, on("2026-11-18"))
		},
		digests: []expected{
			{
				at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20"), holes: []hole{{"Microsoft", some("2026-11-18")}}, least: true,
				missing: []string{"Microsoft lists nothing of 18 Nov: left out, which is not zero. The total in USD is at least what it says"}, says: []string{"on Wednesday (+400.00)"},
			},
			{
				// The week before lacks it still: this one is whole.
				at: "2026-11-30 09:00", days: span("2026-11-23", "2026-11-27"), late: weekend("2026-11-21"), holes: []hole{{"Microsoft", some("2026-11-18")}},
				missing: []string{"Microsoft lists nothing of 18 Nov: left out, which is not zero."},
				says:    []string{"2026-W47 with 2 late days: at least 2,900.00 USD"},
			},
		},
	},
	{
		name: "one billing account of a provider ends before the other",
		bill: func(b *bill) {
			b.flat("AWS/111", "EC2", 1000).flat("AWS/333", "EC2", 200).flat("AWS/333", "Lambda", 70)
			b.lacks("AWS/333", span("2026-11-19", "2026-11-25")...).spike("AWS/111/EC2", 800, on("2026-11-20"))
		},
		digests: []expected{{
			at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20"), holes: []hole{{"AWS/333", span("2026-11-19", "2026-11-25")}}, least: true,
			missing: []string{"AWS account 333 is there to 18 Nov only: 19 Nov and 20 Nov are left out"}, says: []string{"EC2: 1,800.00 USD against 1,000.00 expected on Friday"},
		}},
	},
	{
		name: "a part below any share is missing",
		bill: func(b *bill) {
			b.flat("AWS/111", "EC2", 10000).flat("Oracle/9", "COMPUTE", 1).lacks("Oracle", span("2026-11-17", "2026-12-13")...)
		},
		digests: []expected{{
			at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20"), holes: []hole{{"Oracle", span("2026-11-17", "2026-12-13")}}, least: true,
			missing: []string{"Oracle is there to 16 Nov only: 17 Nov to 20 Nov are left out, which is not zero."},
		}},
	},
	{
		name: "a provider is silent for two weeks, then it is back",
		bill: func(b *bill) {
			b.flat("AWS/111", "EC2", 100).flat("Microsoft/222", "AKS", 300).lacks("Microsoft", span("2026-11-12", "2026-11-26")...)
		},
		digests: []expected{
			{
				at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20"), holes: []hole{{"Microsoft", span("2026-11-12", "2026-11-26")}}, least: true,
				missing: []string{"nothing of Microsoft since 11 Nov: it is gone, or its figures are missing."},
			},
			{
				at: "2026-11-30 09:00", days: span("2026-11-23", "2026-11-27"), late: weekend("2026-11-21"), holes: []hole{{"Microsoft", span("2026-11-12", "2026-11-26")}}, least: true,
				missing: []string{"Microsoft lists nothing of 16 Nov to 26 Nov"},
			},
		},
	},
	{
		name: "a provider that is there no more",
		bill: func(b *bill) {
			b.flat("AWS/111", "EC2", 100).flat("Microsoft/222", "AKS", 300).lacks("Microsoft", span("2026-10-31", "2026-12-13")...)
		},
		digests: []expected{
			{
				at: "2026-11-16 09:00", days: span("2026-11-09", "2026-11-13"), holes: []hole{{"Microsoft", span("2026-10-31", "2026-11-30")}}, least: true,
				missing: []string{"nothing of Microsoft since 30 Oct: it is gone, or its figures are missing."},
			},
			{at: "2026-11-30 09:00", days: span("2026-11-23", "2026-11-27"), late: []hole{{"*", span("2026-11-14", "2026-11-22")}}},
		},
	},
	{
		name: "what charges now and then is not missing in between",
		bill: func(b *bill) {
			b.flat("AWS/111", "EC2", 100)
			for d := b.from; d <= b.to; d++ {
				if d.Time().Day()%3 == 0 {
					b.add(row{provider: "SaaS", billing: "7", service: "Seats", day: d, cents: 1234, billed: 1234})
				}
				if d%7 != (on("2026-11-21")%7) && d%7 != (on("2026-11-22")%7) {
					b.add(row{provider: "Oracle", billing: "8", service: "Jobs", day: d, cents: 5000, billed: 5000})
				}
				if d%7 != (on("2026-11-18") % 7) {
					b.add(row{provider: "Datadog", billing: "9", service: "Logs", day: d, cents: 700, billed: 700})
				}
			}
			b.add(row{provider: "Snowflake", billing: "6", service: "Warehouse", day: on("2026-11-17"), cents: 99900, billed: 99900})
		},
		digests: []expected{
			{at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20")},
			{at: "2026-11-30 09:00", days: span("2026-11-23", "2026-11-27"), late: weekend("2026-11-21")},
		},
	},
	{
		name: "the newest day of one provider is half written",
		bill: func(b *bill) {
			b.flat("AWS/111", "EC2", 100).flat("Microsoft/222", "AKS", 300).scale("Microsoft", 30, on("2026-11-20")).lacks("Microsoft", span("2026-11-21", "2026-11-23")...)
		},
		digests: []expected{{
			at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20"), holes: []hole{{"Microsoft", span("2026-11-20", "2026-11-23")}}, least: true,
			missing: []string{"20 Nov of Microsoft is still being written, 30 % of what such a day costs are there: left out."},
		}},
	},
	{
		name: "a fee does not say that the day's usage is there",
		bill: func(b *bill) {
			b.flat("AWS/111", "EC2", 100).flat("Microsoft/222", "AKS", 300).lacks("Microsoft", on("2026-11-18"))
			b.add(row{provider: "Microsoft", billing: "222", service: "Support", charge: "Purchase", day: on("2026-11-18"), cents: 10000, billed: 10000})
		},
		digests: []expected{{
			at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20"), holes: []hole{{"Microsoft/222/AKS", some("2026-11-18")}}, least: true,
			missing: []string{"Microsoft lists nothing of 18 Nov"}, uncompared: true, // the fee counts, and is compared with nothing
			says: []string{"Change 0.00 USD"},
		}},
	},
	{
		name: "an account that begins is no gap",
		bill: func(b *bill) {
			b.flat("AWS/111", "EC2", 100).flat("AWS/444", "Lambda", 20).lacks("AWS/444", span("2026-07-27", "2026-11-18")...)
		},
		digests: []expected{{at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20"), check: func(t *testing.T, r report.Report) {
			if m := r.Money[0]; len(m.New) != 1 || m.New[0].Service != "Lambda" {
				t.Errorf("got new %+v, want Lambda", m.New)
			}
		}}},
	},
	{
		name: "a series of Prometheus has a gap, another ends",
		read: asPrometheus,
		bill: func(b *bill) {
			b.flat("/", "checkout", 100).flat("/", "search", 50).flat("/", "mail", 30)
			b.lacks("//search", on("2026-11-17")).lacks("//mail", span("2026-11-19", "2026-12-13")...)
		},
		digests: []expected{
			{
				at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20"), least: true,
				holes:   []hole{{"//search", some("2026-11-17")}, {"//mail", span("2026-11-19", "2026-12-13")}},
				missing: []string{"search lists nothing of 17 Nov", "mail is there to 18 Nov only"},
			},
			// A service that is silent for more than a week may be gone; that it costs no more is
			// never a saving while nobody knows.
			{
				at: "2026-11-30 09:00", days: span("2026-11-23", "2026-11-27"), late: weekend("2026-11-21"), least: true,
				holes:   []hole{{"//search", some("2026-11-17")}, {"//mail", span("2026-11-19", "2026-11-29")}},
				missing: []string{"search lists nothing of 17 Nov", "nothing of mail since 18 Nov: it is gone, or its figures are missing."},
				silent:  []string{"mail  0.00"},
			},
			{
				at: "2026-12-07 09:00", days: span("2026-11-30", "2026-12-04"), late: weekend("2026-11-28"),
				says: []string{"nothing of mail since 18 Nov: it is taken to be gone, and costs nothing from here on."},
			},
			{at: "2026-12-14 09:00", days: span("2026-12-07", "2026-12-11"), late: weekend("2026-12-05"), silent: []string{"mail"}},
		},
	},
	{
		name: "two sources, of which one is two days behind",
		read: func(t *testing.T, rows []row, now time.Time) []money.Reading {
			var files, prometheus []row
			for _, r := range rows {
				if r.provider == "" {
					prometheus = append(prometheus, r)
				} else {
					files = append(files, r)
				}
			}
			return append(scenario{}.readings(t, files, now), asPrometheus(t, prometheus, now)...)
		},
		bill: func(b *bill) {
			b.flat("AWS/111", "EC2", 1000).flat("/", "checkout", 100).late("AWS", "2026-11-25 00:00", span("2026-11-19", "2026-11-24")...).spike("//checkout", 400, on("2026-11-20"))
		},
		digests: []expected{
			{
				at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20"), least: true, holes: []hole{{"AWS", span("2026-11-19", "2026-11-24")}},
				missing: []string{"FOCUS files *.csv: is there to 18 Nov only: 19 Nov and 20 Nov are left out, which is not zero. The total in USD is at least what it says"},
			},
			{at: "2026-11-30 09:00", days: span("2026-11-23", "2026-11-27"), late: []hole{weekend("2026-11-21")[0], {"AWS", span("2026-11-19", "2026-11-20")}}},
		},
	},
	{
		name: "an account that has no number on older days, as stored by an earlier version",
		bill: func(b *bill) {
			b.flat("AWS/111", "EC2", 1000).flat("AWS/333", "EC2", 200)
			for i := range b.rows {
				if b.rows[i].day < on("2026-11-10") {
					b.rows[i].billing = ""
				}
			}
		},
		digests: []expected{
			{at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20")},
			{at: "2026-11-30 09:00", days: span("2026-11-23", "2026-11-27"), late: weekend("2026-11-21")},
		},
	},
	{
		name:   "a digest of one provider says nothing of what another lacks",
		filter: money.Filter{"provider": "AWS"},
		bill: func(b *bill) {
			b.flat("AWS/111", "EC2", 100).flat("Microsoft/222", "AKS", 300).lacks("Microsoft", on("2026-11-18"))
		},
		digests: []expected{{at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20"), says: []string{"Total 500.00 USD"}, holes: []hole{{"Microsoft", wholeBill()}}}},
	},
	{
		name: "more parts are missing than can be named",
		bill: func(b *bill) {
			b.flat("AWS/1", "EC2", 100)
			for k := range 15 {
				b.flat("AWS/"+fmt.Sprint(20+k), "S3", 10)
				b.lacks("AWS/"+fmt.Sprint(20+k), on("2026-11-18")+money.Day(k%2))
			}
		},
		digests: []expected{{
			at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20"), least: true, holes: manyHoles(),
			missing: []string{"AWS account 20 lists nothing of 18 Nov", "5 more parts of the bill in USD lack days, too."},
		}},
	},
}

// wholeBill are all days that a digest of these bills may look at.
func wholeBill() []money.Day { return span("2026-07-27", "2026-12-13") }

func manyHoles() (holes []hole) {
	for k := range 15 {
		holes = append(holes, hole{"AWS/" + fmt.Sprint(20+k), []money.Day{on("2026-11-18") + money.Day(k%2)}})
	}
	return holes
}

// asPrometheus reads rows as the answer to a query by service.
func asPrometheus(t *testing.T, rows []row, now time.Time) []money.Reading {
	t.Helper()
	r := money.Reading{Source: "prometheus-1", Name: "Prometheus: cost", Origin: money.Prometheus, At: now, Days: money.Days{}, Lacks: []string{"ChargeCategory"}}
	for _, row := range rows {
		amount, err := money.ParseMoney(decimal(row.cents))
		if err != nil {
			t.Fatal(err)
		}
		r.Days.Add(row.day, money.Group{Service: row.service, Currency: row.currency, Kind: money.Usage}, money.Cost{Amount: amount, Billed: amount})
	}
	r.Newest, r.Known = r.Days.Newest()
	return []money.Reading{r}
}
