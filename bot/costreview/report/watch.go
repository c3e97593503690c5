package report

import (
	"cmp"
	"maps"
	"slices"
	"sync"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

const (
	// watchedDays is for how many days it is remembered what was judged, and spikesFor for how
	// many a spike: the digests that tell it look back as far.
	watchedDays = 28
	spikesFor   = 70
	// maxAlarms bounds the incidents of one look: of more the dearest are opened, and the
	// digest tells the others.
	maxAlarms = 5
)

// Watched is what a digest's daily watch remembers.
type Watched struct {
	// Since is the first day that is watched: when the watch began, it had not settled.
	Since money.Day `json:"since"`
	// Judged are the days that were, by currency, each with the streams (StreamID) that lacked it then.
	Judged map[string]map[money.Day][]string `json:"judged,omitempty"`
	// Spikes are the newest of each series, by SeriesID.
	Spikes map[string]WatchedSpike `json:"spikes,omitempty"`
}

// Alarm is a spike that is large enough for an incident on the day that it is settled.
type Alarm struct {
	Digest   string     `json:"digest"` // whose watch found it
	Currency string     `json:"currency"`
	Week     money.Week `json:"week"` // of its newest day
	Spike    Anomaly    `json:"spike"`
}

// Key names an alarm's series among those of all digests.
func (a Alarm) Key() string { return AlarmKey(a.Digest, a.Spike.Series) }

// AlarmKey names a series of a digest. Digests' names hold no slash.
func AlarmKey(digest, series string) string { return digest + "/" + series }

// Raised is a spike that has an incident, whoever opened it: the watch, or a person in a digest.
type Raised struct {
	Incident int         `json:"incident"`
	Days     []money.Day `json:"days"`
	// Highest is what the dearest of its days cost, and Usual about what was expected of that one.
	Highest float64 `json:"highest,omitempty"`
	Usual   float64 `json:"usual,omitempty"`
}

// RaisedAs is a spike whose incident was opened.
func RaisedAs(incident int, a Anomaly) *Raised {
	return &Raised{incident, a.Days, a.Highest, a.Expected / float64(max(1, len(a.Days)))}
}

// Has reports whether it was told with one of these days.
func (r Raised) Has(days []money.Day) bool {
	return slices.ContainsFunc(days, func(d money.Day) bool { return slices.Contains(r.Days, d) })
}

// Watch judges the days that have settled since it was asked last, each once, and finds
// what has to be told at once: spikes of least money in all, in the main currency, of others by the rates. Known is
// what it remembered, and the other result what to remember: a day that was judged stays
// so if it is restated, and what comes late is judged when it comes, up to two weeks. In
// tells costs, what people expect, what has an incident, and the digest before.
func Watch(in Input, known Watched, least float64) ([]Alarm, Watched) {
	newest := in.newestSettled()
	in.Settings.amounts = sync.OnceValue(in.amounts)
	w := watch{known.copy(), func(currency string) float64 { return in.Settings.amounts().least(least, currency) }, map[string][]Alarm{}}
	if known.Since == 0 {
		w.Since = newest + 1
		return nil, w.Watched
	}
	w.meet(in.Raised)
	names := currencies(in.Readings)
	for back := -1; back <= 0; back++ {
		week := in
		if week.Week = money.WeekOf(newest).Add(back); !w.done(names, week.Week, newest) {
			w.judge(week)
		}
	}
	w.forget(newest)
	var alarms []Alarm
	for _, all := range w.touched {
		for _, a := range all {
			if a.Spike.Excess >= w.least(a.Currency) {
				a.Digest = in.Name
				alarms = append(alarms, a)
			}
		}
	}
	slices.SortFunc(alarms, func(x, y Alarm) int {
		size := func(a Alarm) float64 { return a.Spike.Excess / in.Settings.amounts().times(a.Currency) } // in the main currency
		return cmp.Or(cmp.Compare(size(y), size(x)), cmp.Compare(x.Spike.Series, y.Spike.Series), slices.Compare(x.Spike.Days, y.Spike.Days))
	})
	alarms = alarms[:min(len(alarms), maxAlarms)]
	for _, a := range alarms {
		if s := w.Spikes[a.Spike.Series]; slices.Equal(s.Days, a.Spike.Days) {
			s.Told = true
			w.Spikes[a.Spike.Series] = s
		}
	}
	return alarms, w.Watched
}

// watch is one look.
type watch struct {
	Watched
	least   func(currency string) float64 // excess in all that is told
	touched map[string][]Alarm            // spikes that gained a day and were not told, by series; all but the newest are over
}

// done reports whether every settled day of a week was judged in some currencies, and whole.
func (w *watch) done(currencies []string, week money.Week, newest money.Day) bool {
	for _, name := range currencies {
		judged := w.Judged[money.Currency(name)]
		for d := max(w.Since, week.Monday()); d <= min(newest, week.Monday()+6); d++ {
			if lacks, seen := judged[d]; !seen || len(lacks) > 0 {
				return false
			}
		}
	}
	return true
}

// judge judges the days of a week that were not judged, or not whole.
func (w *watch) judge(in Input) {
	var told map[string]PostedTotal
	if p := in.Posted; p != nil && (p.Week == in.Week || p.Week == in.Week.Add(-1)) {
		told = p.Totals
	}
	in.Posted, in.Again = nil, nil
	in = arranged(in)
	for _, currency := range in.currencies {
		in.apart = w.lacked(currency)
		b, _, _ := open(in, currency)
		if b == nil {
			continue
		}
		f := b.floors(in.Settings)
		streams := b.streamsByID()
		for _, d := range b.days {
			if d < w.Since {
				continue
			}
			before, seen := w.Judged[currency][d]
			var lacks []string
			var came []*stream
			for p := range b.gaps[d] {
				if !seen || slices.Contains(before, p.id) {
					lacks = append(lacks, p.id)
				}
			}
			for _, id := range before {
				if p := streams[id]; p != nil && !p.absent && p.tells(d) {
					came = append(came, p)
				} else if !slices.Contains(lacks, id) {
					// The readings of this moment do not tell the day by it. It stays among what the day lacks, because the
					// day is judged by it as soon as they do.
					lacks = append(lacks, id)
				}
			}
			for _, s := range b.series {
				w.look(b, s, d, seen, came, f.day, told[currency].Told, in)
			}
			w.remember(currency, d, lacks)
		}
	}
}

// look judges a day of a series: as a whole, or by the streams that have come since it
// was judged.
func (w *watch) look(b *currencyLedger, s *series, d money.Day, seen bool, came []*stream, floor float64, told map[string]int, in Input) {
	id := SeriesID(s.provider, s.service, b.currency)
	var over []excess
	if t, ok := b.trackOn(s, d); ok && !seen {
		e, known, exceeds := t.excess(d, floor, b.shift(d, told[id]))
		if exceeds {
			over = append(over, e)
		} else if known && e.actual < (1+relative/2)*e.expected {
			w.usual(id, d)
		}
	}
	for _, p := range came {
		if s.has(p) {
			if e, _, exceeds := b.trackOf(s, p).excess(d, floor, b.shift(d, told[id])); exceeds {
				over = append(over, e)
			}
		}
	}
	over, _, _ = expected(over, id, in.Expected)
	over, _ = s.recurring(over)
	for _, e := range over {
		w.add(b, s, id, e)
	}
}

// lacked are the streams that some judged day of a currency lacked.
func (w *watch) lacked(currency string) map[string]bool {
	all := map[string]bool{}
	for _, ids := range w.Judged[currency] {
		for _, id := range ids {
			all[id] = true
		}
	}
	return all
}

func (w *watch) remember(currency string, d money.Day, lacks []string) {
	if w.Judged[currency] == nil {
		w.Judged[currency] = map[money.Day][]string{}
	}
	w.Judged[currency][d] = unique(lacks)
}

// forget lets go what nobody asks for any more.
func (w *watch) forget(newest money.Day) {
	for currency, days := range w.Judged {
		maps.DeleteFunc(days, func(d money.Day, _ []string) bool { return d <= newest-watchedDays })
		if len(days) == 0 {
			delete(w.Judged, currency)
		}
	}
	maps.DeleteFunc(w.Spikes, func(_ string, s WatchedSpike) bool {
		return slices.Max(s.Days) <= newest-spikesFor
	})
}

// copy is a value of its own.
func (w Watched) copy() Watched {
	judged := map[string]map[money.Day][]string{}
	for currency, days := range w.Judged {
		judged[currency] = maps.Clone(days)
	}
	spikes := map[string]WatchedSpike{}
	for id, s := range w.Spikes {
		if s.Days = slices.Clone(s.Days); len(s.Days) > 0 {
			spikes[id] = s
		}
	}
	return Watched{w.Since, judged, spikes}
}

// raised is the incident that some days of a series were told as already; 0: none.
func (in Input) raised(series string, days []money.Day) int {
	r, told := in.Raised[series]
	if !told {
		return 0
	}
	if s := in.Watched.Spikes[series]; s.Told && r.Has(s.Days) {
		r.Days = s.Days // with those that settled later
	}
	if !r.Has(days) {
		return 0
	}
	return r.Incident
}
