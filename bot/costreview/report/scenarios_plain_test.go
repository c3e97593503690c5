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
}
