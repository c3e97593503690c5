package report

import (
	"slices"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

const (
	// A spike is over when usualDays days in a row after it cost no more than usual, so that one of every weekday is one, or
	// when nothing is known of it for more than unknownFor days.
	usualDays, unknownFor = 3, 7
	// muchWorse is how many times as far above what was expected a day lies that is another spike than the one that was told.
	muchWorse = 2
)

// WatchedSpike is a spike as far as its days have settled.
type WatchedSpike struct {
	Days []money.Day `json:"days"`
	// What its days cost, until it is told; Highest is the dearest of them, and Usual what was expected of that one.
	Actual   float64 `json:"actual"`
	Expected float64 `json:"expected"`
	Highest  float64 `json:"highest"`
	Usual    float64 `json:"usual,omitempty"`
	Told     bool    `json:"told,omitempty"` // it has an incident
	// Quiet is how many days in a row after it were as usual.
	Quiet int `json:"quiet,omitempty"`
}

// goesOn reports whether a day that exceeds what is expected belongs to the spike.
func (s WatchedSpike) goesOn(d money.Day) bool {
	last := slices.Max(s.Days)
	return d-last <= unknownFor && slices.Min(s.Days)-d <= unknownFor && (d-last <= usualDays || s.Quiet < usualDays)
}

// exceeded reports whether a day is so much worse than what was told that nobody knows of it, in money and in percent.
// What was told by a binary that did not keep Usual is exceeded by nothing.
func (s WatchedSpike) exceeded(e excess) bool {
	was, is := s.Highest-s.Usual, e.actual-e.expected
	return s.Told && s.Usual > 0 && is >= muchWorse*was && is*s.Usual >= muchWorse*was*e.expected
}

// meet takes the spikes that have an incident for told: a person may have opened it, or a
// coordinator that died before it could remember that.
func (w *watch) meet(raised map[string]Raised) {
	for id, r := range raised {
		switch spike, known := w.Spikes[id]; {
		case len(r.Days) == 0 || spike.Told && r.Has(spike.Days):
		case known && r.Has(spike.Days):
			spike.Told = true
			w.Spikes[id] = spike
		case !known || slices.Min(r.Days) > slices.Max(spike.Days):
			w.Spikes[id] = WatchedSpike{Days: slices.Sorted(slices.Values(r.Days)), Highest: r.Highest, Usual: r.Usual, Told: true}
		}
	}
}

// usual counts a day that was as usual after a spike.
func (w *watch) usual(id string, d money.Day) {
	if spike, ok := w.Spikes[id]; ok && d > slices.Max(spike.Days) {
		spike.Quiet++
		w.Spikes[id] = spike
	}
}

// add counts a day to the spike that it belongs to.
func (w *watch) add(b *currencyLedger, s *series, id string, e excess) {
	spike, begun := w.Spikes[id]
	if begun && spike.Told && slices.Contains(spike.Days, e.day) {
		return // of a part that came late: the day is told
	}
	another := begun && (!spike.goesOn(e.day) || e.actual-e.expected >= w.least(b.currency) && spike.exceeded(e))
	if another {
		spike = WatchedSpike{}
	}
	if !slices.Contains(spike.Days, e.day) {
		spike.Days = append(spike.Days, e.day)
		slices.Sort(spike.Days)
		spike.Quiet = 0
	}
	if spike.Told {
		w.Spikes[id] = spike
		return
	}
	if spike.Actual, spike.Expected = spike.Actual+e.actual, spike.Expected+e.expected; e.actual > spike.Highest {
		spike.Highest, spike.Usual = e.actual, e.expected
	}
	w.Spikes[id] = spike
	a := s.anomaly(b.currency)
	a.Days, a.Actual, a.Expected, a.Excess, a.Highest = spike.Days, spike.Actual, spike.Expected, spike.Actual-spike.Expected, spike.Highest
	alarm := Alarm{Currency: clean(b.currency), Week: money.WeekOf(slices.Max(spike.Days)), Spike: a}
	if all := w.touched[id]; len(all) > 0 && !another {
		all[len(all)-1] = alarm
		return
	}
	w.touched[id] = append(w.touched[id], alarm)
}
