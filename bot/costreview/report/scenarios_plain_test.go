package report_test

import "github.com/signalbook/signalbook/bot/costreview/money"

// plainScenarios are bills on which nothing is out of the ordinary, or one thing is.
var plainScenarios = []scenario{
	{
		name: "steady",
		bill: func(b *bill) { b.flat("AWS/111", "EC2", 100).flat("AWS/111", "S3", 40) },
		digests: []expected{
			{at: "2026-11-23 09:00", week: "2026-W47", days: span("2026-11-16", "2026-11-20")},
		},
	},
	{
		name: "noise and cheap weekends",
		bill: func(b *bill) {
			b.daily("AWS/111", "EC2", 1000, 40, 50).daily("AWS/111", "S3", 400, 20, 90).daily("Microsoft/222", "AKS", 300, 50, 60)
		},
		digests: []expected{
			{at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20")},
		},
	},
	{
		name: "a spike on three days of the week",
		bill: func(b *bill) {
			b.flat("AWS/111", "EC2", 100).flat("AWS/111", "CloudFront", 500).spike("*/*/CloudFront", 900, span("2026-11-17", "2026-11-19")...)
		},
		digests: []expected{
			{at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20"), says: []string{"on Tuesday to Thursday (+2,700.00)"}},
		},
	},
	{
		name: "all days settled on Wednesday",
		bill: func(b *bill) {
			b.flat("AWS/111", "EC2", 100).spike("*/*/EC2", 20000, some("2026-11-21", "2026-11-22")...)
		},
		digests: []expected{
			{at: "2026-11-25 09:00", days: span("2026-11-16", "2026-11-22"), says: []string{"on Saturday and Sunday (+40,000.00)"}},
		},
	},
	{
		name: "the first week of all",
		bill: func(b *bill) { b.from = on("2026-11-16"); b.flat("AWS/111", "EC2", 100) },
		digests: []expected{
			{at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20"), uncompared: true, says: []string{"Nothing is known of the week before"}},
		},
	},
	{
		name: "fees, taxes and credits",
		bill: func(b *bill) {
			b.flat("AWS/111", "EC2", 100)
			for _, charge := range []row{{charge: "Purchase", cents: 90000}, {charge: "Tax", cents: 1900}, {charge: "Credit", cents: -5000}, {charge: "Usage", class: "Correction", cents: -333}} {
				charge.provider, charge.billing, charge.service, charge.day, charge.billed = "AWS", "111", "EC2", on("2026-11-18"), charge.cents
				b.add(charge)
			}
		},
		digests: []expected{{at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20")}},
	},
	{
		name: "a day that nobody has",
		bill: func(b *bill) { b.flat("AWS/111", "EC2", 100).lacks("*", on("2026-11-18")) },
		digests: []expected{{
			at: "2026-11-23 09:00", days: []money.Day{on("2026-11-16"), on("2026-11-17"), on("2026-11-19"), on("2026-11-20")},
			missing: []string{"lists nothing of 18 Nov"},
		}},
	},
	{
		name: "a day that nobody has of the week before",
		bill: func(b *bill) { b.flat("AWS/111", "EC2", 100).lacks("*", on("2026-11-11")) },
		digests: []expected{{
			at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20"), notCompared: some("2026-11-18"),
		}},
	},
	{
		name: "one day of data",
		bill: func(b *bill) { b.from, b.to = on("2026-11-18"), on("2026-11-18"); b.flat("AWS/111", "EC2", 100) },
		digests: []expected{{
			at: "2026-11-23 09:00", days: some("2026-11-18"), uncompared: true,
			says: []string{"Data to 18 Nov, 6 days left out.", "Nothing is known of the week before"},
		}},
	},
	{
		name: "nine days of data",
		bill: func(b *bill) { b.from, b.to = on("2026-11-10"), on("2026-11-18"); b.flat("AWS/111", "EC2", 100) },
		digests: []expected{{
			at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-18"), notCompared: some("2026-11-16"), missing: []string{"is there to 18 Nov only"},
		}},
	},
	{
		name: "two currencies, never added",
		bill: func(b *bill) {
			b.flat("AWS/111", "EC2", 100).flat("OVH/5", "Cloud", 70)
			for _, i := range b.of("OVH") {
				b.rows[i].currency = "EUR"
			}
		},
		digests: []expected{
			{at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20"), says: []string{"Total 350.00 EUR over "}},
			{at: "2026-11-30 09:00", days: span("2026-11-23", "2026-11-27"), late: weekend("2026-11-21"), currency: "EUR", says: []string{"Total 500.00 USD over "}},
		},
	},
	{
		name: "a credit is more than the week",
		bill: func(b *bill) {
			b.flat("AWS/111", "EC2", 100).add(row{provider: "AWS", billing: "111", service: "EC2", charge: "Credit", day: on("2026-11-17"), cents: -123456, billed: -123456})
		},
		digests: []expected{
			{at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20"), says: []string{"Total -734.56 USD"}},
			{at: "2026-11-30 09:00", days: span("2026-11-23", "2026-11-27"), late: weekend("2026-11-21")},
		},
	},
	{
		name:    "nothing of the week",
		bill:    func(b *bill) { b.flat("AWS/111", "EC2", 100).lacks("AWS", span("2026-11-14", "2026-12-13")...) },
		digests: []expected{{at: "2026-11-23 09:00", missing: []string{"its USD end on 13 Nov, nothing of 2026-W47"}}},
	},
}
