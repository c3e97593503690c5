package report_test

import (
	"testing"

	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
)

// goesOn gives a part of the bill another provider and service from a day on.
func (b *bill) goesOn(part, provider, service string, since money.Day) *bill {
	for _, i := range b.of(part) {
		if b.rows[i].day >= since {
			b.rows[i].provider, b.rows[i].service = provider, service
		}
	}
	return b
}

// oneSeries: nothing is new, nothing lacks a history.
func oneSeries(t *testing.T, r report.Report) {
	for _, m := range r.Money {
		if len(m.New)+len(m.Unjudged) > 0 {
			t.Errorf("%s: new %+v, not judged %+v, want none", r.Week, m.New, m.Unjudged)
		}
	}
}

// renamedScenarios are bills on which the same charges come under other names.
var renamedScenarios = []scenario{
	{
		name: "renamed on a Wednesday, with a spike two days later and one a week later",
		bill: func(b *bill) {
			b.daily("AWS/111", "EC2", 1000, 40, 50).daily("AWS/111", "Elasticsearch", 600, 40, 80)
			b.goesOn("*/*/Elasticsearch", "AWS", "OpenSearch", on("2026-11-18"))
			b.spike("*/*/OpenSearch", 900, some("2026-11-20")...).spike("*/*/OpenSearch", 800, some("2026-11-26")...)
		},
		digests: []expected{
			{at: "2026-11-25 09:00", days: span("2026-11-16", "2026-11-22"), says: []string{"Renamed: AWS Elasticsearch is AWS OpenSearch since 18 Nov"}, check: oneSeries},
			{at: "2026-12-02 09:00", days: span("2026-11-23", "2026-11-29"), silent: []string{"Renamed"}, check: oneSeries},
		},
	},
	{
		name: "renamed on a Sunday",
		bill: func(b *bill) {
			b.daily("AWS/111", "EC2", 1000, 40, 50).daily("AWS/111", "Elasticsearch", 600, 40, 80)
			b.goesOn("*/*/Elasticsearch", "AWS", "OpenSearch", on("2026-11-15")).spike("*/*/OpenSearch", 900, some("2026-11-20")...)
		},
		digests: []expected{{at: "2026-11-25 09:00", days: span("2026-11-16", "2026-11-22"), check: oneSeries}},
	},
	{
		name: "a FOCUS version that names provider and services anew",
		bill: func(b *bill) {
			b.daily("AWS/111", "AmazonEC2", 1000, 40, 50).daily("AWS/111", "AmazonS3", 400, 20, 90).daily("AWS/111", "AmazonRDS", 250, 30, 100).daily("Microsoft/222", "AKS", 300, 50, 60)
			for from, to := range map[string]string{"AmazonEC2": "Amazon Elastic Compute Cloud", "AmazonS3": "Amazon Simple Storage Service", "AmazonRDS": "Amazon Relational Database Service"} {
				b.goesOn("*/*/"+from, "Amazon Web Services", to, on("2026-11-17"))
			}
			b.spike("*/*/Amazon Elastic Compute Cloud", 1500, some("2026-11-19")...)
		},
		digests: []expected{{at: "2026-11-25 09:00", days: span("2026-11-16", "2026-11-22"), says: []string{"Renamed: AWS is Amazon Web Services since 17 Nov"}, check: oneSeries}},
	},
	{
		name: "a provider renamed on a Saturday, with a spike on the Sunday that the next digest judges",
		bill: func(b *bill) {
			b.daily("AWS/111", "EC2", 1000, 40, 50).daily("AWS/111", "S3", 400, 20, 90).daily("Microsoft/222", "AKS", 300, 50, 60)
			b.goesOn("AWS/*/EC2", "Amazon Web Services", "EC2", on("2026-11-21")).goesOn("AWS/*/S3", "Amazon Web Services", "S3", on("2026-11-21"))
			b.late("Amazon Web Services", "2026-11-29 09:00", some("2026-11-22")...).spike("*/*/S3", 1500, some("2026-11-22")...)
		},
		digests: []expected{
			{at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20"), check: oneSeries},
			{at: "2026-11-30 09:00", days: span("2026-11-23", "2026-11-27"), late: []hole{{"*", span("2026-11-21", "2026-11-22")}}, check: oneSeries},
		},
	},
}
