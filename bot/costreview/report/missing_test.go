package report

import (
	"testing"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// TestMissing: all that is missing is named in a sentence.
func TestMissing(t *testing.T) {
	t.Parallel()
	l := newLedger(t).put(monday-70, sunday, group("EC2"), "100")
	l.Lacks = []string{"ChargeCategory", "PricingCategory", "Tags"}
	l.Broken = 3
	l.Notes = []money.Note{{Text: "costs.csv has no PricingCategory column: committed and spot prices cannot be told from list prices"}}
	in := l.input()
	in.Readings = append(in.Readings, money.Reading{Source: "o", Name: "OpenCost http://opencost:9003", Origin: money.OpenCost, Notes: []money.Note{{Text: "cloud costs are not configured.", Partial: true}}},
		money.Reading{Source: "p", Name: "Prometheus", Origin: money.Prometheus})
	in.Absent = []string{"Redis is not asked: no incidents"}
	in.Incidents = nil
	r := Judge(in)
	same(t, "missing", r.Missing, []string{
		"Redis is not asked: no incidents.",
		"OpenCost http://opencost:9003: cloud costs are not configured.",
		"Prometheus: has no figures at all, so none of it is in here.",
		"FOCUS files: costs.csv has no PricingCategory column: committed and spot prices cannot be told from list prices.",
		"FOCUS files: no ChargeCategory column: month-start charges, credits and taxes cannot be told from usage.",
		"FOCUS files: 3 rows could not be read and were left out, the totals are at least what they say.",
		"No cost per user, no thresholds: nothing of the organisation is configured.",
		"The week's incidents cannot be read here.",
	})
	if !r.Money[0].Partial {
		t.Error("got a whole total, want it marked: rows are missing")
	}
	holds(t, Judge(Input{Week: in.Week, Now: in.Now}).Missing, "No cost source is configured: there are no figures of money.")
}
