package coordinator_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/coordinator"
	"github.com/signalbook/signalbook/bot/costreview/report"
)

// TestABudgetIsToldOnce: owners are told of a level once, whatever is looked at how often
// and by which coordinator; what fails in between is tried again.
func TestABudgetIsToldOnce(t *testing.T) {
	t.Parallel()
	r := prepareReviewRig(t, tick.Add(-48*time.Hour))
	looks := 0
	notice := func(d coordinator.Digest, told map[string]report.Told, level report.Level) []report.Notice {
		key := report.BudgetKey(d.Name, "all")
		if slices.Contains(told[key]["2026-11"], level) {
			return nil
		}
		remembered := report.Told{"2026-11": append(append([]report.Level{}, told[key]["2026-11"]...), level)}
		return []report.Notice{{
			Digest: d.Name, Currency: "USD", Level: level, Told: remembered,
			Budget: report.MonthEnd{Name: "all", Budget: 200_000, Month: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), Owners: []string{"@finops"}, Why: "not yet"},
		}}
	}
	level := report.NearlyUsed
	r.notices = func(d coordinator.Digest, told map[string]report.Told) ([]report.Notice, error) {
		if looks++; looks == 1 {
			return nil, errors.New("the store does not answer")
		}
		return notice(d, told, level), nil
	}
	r.begin(r.store)
	if said := r.have(1).PlainText(); !strings.Contains(said, "Budget all: more than 80 % is spent") || !strings.Contains(said, "@finops") {
		t.Errorf("got:\n%s", said)
	}
	r.passes(tick.Add(-46 * time.Hour)) // looked again, with a digest that was asked for
	r.passes(tick.Add(-44 * time.Hour))
	stored, err := r.store.Digests.BudgetsTold(t.Context())
	if err != nil || len(stored["weekly/all"]["2026-11"]) != 1 {
		t.Errorf("remembered: %v, %v, want one level", stored, err)
	}
	if d, ok, err := r.store.Digests.Document(t.Context(), 1); err != nil || !ok || d.Report.Notice == nil || d.Report.Notice.Level != report.NearlyUsed {
		t.Errorf("the document: %+v, %t, %v", d.Report.Notice, ok, err)
	}
}
