package report

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// TestRestated: a week that was told is compared with what the same days are now,
// in the same column; else it is said that this cannot be.
func TestRestated(t *testing.T) {
	t.Parallel()
	build := func() *ledger { return newLedger(t).put(monday-70, sunday, group("EC2"), "104") }
	told := func() *Posted {
		return &Posted{Week: money.Week(monday).Add(-1), Totals: map[string]PostedTotal{
			"USD": {Total: mustMoney(t, "500"), Column: effective, Days: days(monday-7, friday-7)},
		}}
	}
	in := build().input()
	in.Posted = told()
	m := judged(t, in)
	want := &Restated{Week: money.Week(monday).Add(-1), Compared: Compared{Was: mustMoney(t, "500"), Change: mustMoney(t, "20"), Percent: 4, Sayable: true}, Late: mustMoney(t, "208"), Days: 2}
	same(t, "restated", m.Restated, want)

	in.Posted.Totals["USD"] = PostedTotal{Total: mustMoney(t, "520"), Column: effective, Days: days(monday-7, friday-7)}
	if m := judged(t, in); m.Restated == nil || !m.Restated.Change.IsZero() || m.Restated.Late.String() != "208" {
		t.Errorf("got %+v of a week that only its weekend joined, want 208 more and no change", m.Restated)
	}
	in.Posted.Totals["USD"] = PostedTotal{Total: mustMoney(t, "728"), Column: effective, Days: days(monday-7, monday-1)}
	if m := judged(t, in); m.Restated != nil {
		t.Errorf("got %+v of an unchanged week, want nothing", m.Restated)
	}
	in.Posted = told()
	total := in.Posted.Totals["USD"]
	total.Column = billed
	in.Posted.Totals["USD"] = total
	m = judged(t, in)
	holds(t, m.Notes, "2026-W46 was told in BilledCost, this week in EffectiveCost: whether it was restated cannot be said.")
	if m.Restated != nil {
		t.Errorf("got %+v, want nothing of another column", m.Restated)
	}
	l := build()
	delete(l.Days, monday-6)
	in = l.input()
	in.Posted = told()
	m = judged(t, in)
	holds(t, m.Notes, "Not all days of 2026-W46 that were told are there now: whether it was restated cannot be said.")

	in = build().input()
	in.Posted = told()
	change := func(d money.Day, at time.Time, was, now string) money.Restatement {
		return money.Restatement{At: at, Day: d, Currency: "USD", Was: mustMoney(t, was), Now: mustMoney(t, now)}
	}
	in.Restated = []money.Restatement{
		change(monday-20, review.AddDate(0, 0, -3), "100", "104"), change(monday-21, review.AddDate(0, 0, -2), "110", "104"),
		change(monday-7, review.AddDate(0, 0, -2), "100", "104"), // told by the line above
		change(monday-40, review.AddDate(0, 0, -9), "1", "104"),  // an earlier digest's
	}
	m = judged(t, in)
	holds(t, m.Notes, "Earlier days were restated this week (26 Oct and 27 Oct): together -2.00 USD.")
}

// TestPosted: what one digest says is all that the next one needs, through JSON.
func TestPosted(t *testing.T) {
	t.Parallel()
	in := newLedger(t).put(monday-70, monday-1, group("EC2"), "100").put(monday, sunday, group("EC2"), "300").input()
	r := Judge(in)
	data, err := json.Marshal(r.Posted())
	if err != nil {
		t.Fatal(err)
	}
	var got Posted
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	want := Posted{Week: in.Week, Open: map[string][]PartDays{"USD": {{Days: days(friday+1, sunday)}}}, Totals: map[string]PostedTotal{
		"USD": {Total: mustMoney(t, "1500"), Column: effective, Days: days(monday, friday), Told: map[string]int{SeriesID("AWS", "EC2", "USD"): 1}},
	}}
	same(t, "posted", got, want)
	if spikes := spikesOf(r, SeriesID("AWS", "EC2", "USD")); len(spikes) != 1 || spikes[0].Excess != 1000 {
		t.Errorf("got %+v, want the one anomaly", spikes)
	}
}
