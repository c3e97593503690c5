package coordinator_test

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/coordinator"
	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/event"
)

// TestASpikeIsAnIncidentOnce: whoever dies after a spike was told and before its day was
// known to be judged finds it again, with more days maybe, and opens no second incident.
func TestASpikeIsAnIncidentOnce(t *testing.T) {
	t.Parallel()
	r := prepareReviewRig(t, tick.Add(-48*time.Hour))
	digest := every("weekly", "mondays", tick, week)
	digest.Watched, digest.Alarms = true, "#cost-review"
	r.configure(digest)
	day := money.DayOf(tick) - 5
	found := func(service string, cdn bool, days ...money.Day) report.Alarm {
		return report.Alarm{Digest: "weekly", Currency: "USD", Week: money.WeekOf(day), Spike: report.Anomaly{
			Series: report.SeriesID("AWS", service, "USD"), Provider: "AWS", Service: service, Days: days, Actual: 4000, Expected: 1000, Excess: 3000, Highest: 4000, CDN: cdn,
		}}
	}
	var looks atomic.Int64
	alarms := map[int64][]report.Alarm{
		2: {found("Amazon CloudFront", true, day)},
		3: {found("Amazon CloudFront", true, day, day+1)},        // the look before was not remembered
		4: {found("Amazon CloudFront", true, day-1, day, day+1)}, // likewise, and a late day came, so that nothing but the memory knows it
		5: {found("Amazon EC2", false, day)},                     // another one
		6: {found("Amazon CloudFront", true, day+20)},            // another spike
	}
	r.watch = func(d coordinator.Digest, known report.Watched) ([]report.Alarm, report.Watched, error) {
		look := looks.Add(1)
		if look == 1 {
			return nil, known, errors.New("the store does not answer")
		}
		known.Since = day - money.Day(look)
		return alarms[look], known, nil
	}
	r.begin(r.store)
	for look := int64(2); look <= 6; look++ {
		r.eventually("it is looked", func() bool { return looks.Load() >= look })
		r.now.Store(tick.Add(-48*time.Hour + time.Duration(look)*2*time.Hour).Unix())
	}
	r.eventually("it is looked", func() bool { return looks.Load() >= 7 })
	r.act("post", event.DigestAct{Verb: report.VerbPost, Name: "weekly", Again: true}) // all before it in the inbox is handled
	for number, want := range map[int]struct{ playbook, title string }{
		1: {"cdn-cost", "Amazon CloudFront cost 4000.00 USD instead of 1000.00 on 2026-11-18"},
		2: {"cost-optimisation", "Amazon EC2 cost 4000.00 USD instead of 1000.00 on 2026-11-18"},
		3: {"cdn-cost", "Amazon CloudFront cost 4000.00 USD instead of 1000.00 on 2026-12-08"},
	} {
		i, ok, err := r.store.Incident(t.Context(), number)
		if err != nil || !ok || i.Playbook.Name != want.playbook || i.Title != want.title || i.Channel != "#cost-review" || i.Drill || i.Lead.ID != "" {
			t.Errorf("INC-%d: got %t, %v, %s %q in %s, want %+v", number, ok, err, i.Playbook.Name, i.Title, i.Channel, want)
		}
	}
	if _, ok, err := r.store.Incident(t.Context(), 4); ok || err != nil {
		t.Errorf("a spike was told twice (%v)", err)
	}
	raised, err := r.store.Digests.Raised(t.Context())
	if got := raised[found("Amazon CloudFront", true).Key()]; err != nil || got.Incident != 3 || !got.Has([]money.Day{day + 20}) {
		t.Errorf("remembered: %+v, %v, want INC-3", raised, err)
	}
	if known, err := r.store.Digests.Watched(t.Context(), "weekly"); err != nil || known.Since >= day {
		t.Errorf("what the watch remembers: %+v, %v", known, err)
	}
}
