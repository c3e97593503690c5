package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/playbooks/handbook"
)

const (
	growthWeeks  = 8 // weekly ratios that growth is measured from
	growthNeeded = 3 // of them, else it is not known
)

// rate is how much users grow a week, as a fraction: the middle and the quartiles.
type rate struct {
	Figure
	low, high float64 // quartiles; equal to Value when it was configured
	weeks     int     // it was measured over; 0: configured
}

// growth is what was configured, else the median of the last eight weekly
// logarithmic ratios of the stored weeks.
func (o Organisation) growth(w money.Week) rate {
	if f := sound(o.WeeklyGrowth); f.Known {
		return rate{Figure: f, low: f.Value, high: f.Value}
	}
	var ratios []float64
	for back := range growthWeeks {
		now, before := o.UsersByWeek[w.Add(-back)], o.UsersByWeek[w.Add(-back-1)]
		if r := math.Log(now / before); now > 0 && before > 0 && !math.IsInf(r, 0) && !math.IsNaN(r) {
			ratios = append(ratios, r)
		}
	}
	if len(ratios) < growthNeeded {
		why := o.WeeklyGrowth.Why
		if why == "" {
			why = fmt.Sprintf("it is not configured, and measuring it takes %d pairs of stored weeks: there are %d", growthNeeded, len(ratios))
		}
		return rate{Figure: Figure{Why: why}}
	}
	slices.Sort(ratios)
	return rate{
		Figure: Figure{Value: math.Expm1(median(ratios)), Known: true, Source: fmt.Sprintf("measured over %d stored weeks", len(ratios))},
		low:    math.Expm1(quantile(ratios, 0.25)), high: math.Expm1(quantile(ratios, 0.75)), weeks: len(ratios),
	}
}

// quantile interpolates between sorted values.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	low := int(at)
	high := min(low+1, len(sorted)-1)
	return sorted[low] + (at-float64(low))*(sorted[high]-sorted[low])
}

// sound is a figure that can be counted with: queries can answer NaN and infinity.
func sound(f Figure) Figure {
	if f.Known && (math.IsNaN(f.Value) || math.IsInf(f.Value, 0)) {
		return Figure{Source: f.Source, Why: "its value is not a number"}
	}
	return f
}

func pointer(f Figure) *float64 {
	if f = sound(f); !f.Known {
		return nil
	}
	return &f.Value
}

// sheet is what the handbook knows of the organisation.
func (o Organisation) sheet(growth Figure) handbook.Organisation {
	return handbook.Organisation{
		Users: pointer(o.Users), WeeklyGrowth: pointer(growth), Teams: pointer(o.Teams),
		International: pointer(o.International), CDNTerabytes: pointer(o.CDNBandwidthTB), GlobalConsistency: o.GlobalConsistency,
	}
}

// Sheet is what the handbook knows of the organisation in a week; growth that was
// not configured is measured from the stored weeks up to it.
func (o Organisation) Sheet(w money.Week) handbook.Organisation { return o.sheet(o.growth(w).Figure) }

// organise says what the week means for the organisation; nil when nothing of it
// is known, and then why.
func organise(in Input, currencies []CurrencyReport, book *handbook.Handbook) (*Organised, string) {
	org := in.Organisation
	growth := org.growth(in.Week)
	told := org.sheet(growth.Figure)
	if told == (handbook.Organisation{}) {
		why := "nothing of the organisation is configured"
		if org.Users.Why != "" {
			why = "how many users there are is not known: " + org.Users.Why
		}
		return nil, "No cost per user, no thresholds: " + sentence(why)
	}
	out := &Organised{Users: sound(org.Users), Growth: growth.Figure, Measured: growth.weeks}
	for _, f := range []struct {
		name string
		Figure
	}{{"Users", out.Users}, {"Weekly growth", growth.Figure}, {"Teams", sound(org.Teams)}, {"International share", sound(org.International)}, {"CDN bandwidth", sound(org.CDNBandwidthTB)}} {
		if !f.Known && f.Why != "" {
			out.Notes = append(out.Notes, f.name+" not known: "+sentence(f.Why))
		}
	}
	out.moves(book, told, growth)
	if u := out.Users; u.Known && u.Value > 0 {
		a := book.AvailabilityFor(handbook.Users(u.Value))
		out.SLO = fmt.Sprintf("%s availability at this scale: %s, %s (%s)", a.SLO, a.Downtime(), a.Strategy, a.ID)
		if len(in.Filter) > 0 { // the sheet's yardsticks are of everything
			return out, ""
		}
		out.PerUser = perUser(currencies, handbook.Users(u.Value), book)
	}
	return out, ""
}

// moves are the thresholds that are due or foreseeable; of the others the notes
// tell why there is no date.
func (o *Organised) moves(book *handbook.Handbook, told handbook.Organisation, growth rate) {
	for _, m := range book.Thresholds(told).Moves {
		standing := m.Standing()
		if standing == "" {
			continue
		}
		move := Move{ID: m.ID, Title: m.Name, Sentence: standing, IDs: ids(book, m.ID)}
		passed := slices.ContainsFunc(m.Arms, func(a handbook.Arm) bool { return a.Passed })
		switch {
		case passed:
		case m.Forecast.Outcome == handbook.Expected:
			weeks := m.Forecast.Weeks
			move.Weeks, move.Late = &weeks, max(0, -m.Forecast.StartsIn())
			if growth.weeks > 0 {
				early := handbook.Predict(handbook.Users(*told.Users), m.Users, growth.high, m.EffortMonths)
				late := handbook.Predict(handbook.Users(*told.Users), m.Users, growth.low, m.EffortMonths)
				move.Sentence += fmt.Sprintf(" (between %s, by the quartiles of %d weeks' growth)", between(early, late), growth.weeks)
			}
		default:
			o.Notes = append(o.Notes, fmt.Sprintf("%s (%s): %s", m.Name, m.ID, sentence(standing)))
			continue
		}
		o.Moves = append(o.Moves, move)
	}
	// First what starts too late, then what comes next; what has long been passed is last.
	slices.SortStableFunc(o.Moves, func(x, y Move) int {
		switch {
		case (x.Weeks == nil) != (y.Weeks == nil):
			return map[bool]int{true: 1, false: -1}[x.Weeks == nil]
		case x.Weeks == nil:
			return 0
		}
		return cmp.Or(cmp.Compare(y.Late, x.Late), cmp.Compare(*x.Weeks, *y.Weeks))
	})
}

func between(early, late handbook.Forecast) string {
	from, to := "now", fmt.Sprintf("more than %.0f weeks", handbook.Horizon)
	if early.Outcome == handbook.Expected {
		from = one(early.Weeks)
	}
	switch late.Outcome {
	case handbook.Expected:
		to = one(late.Weeks) + " weeks"
	case handbook.NotGrowing:
		to = "never"
	}
	return from + " and " + to
}

// ids are a fact and the contradictions that touch it.
func ids(book *handbook.Handbook, fact string) []string {
	all := []string{fact}
	if answer, ok := book.Fact(fact); ok {
		for _, d := range answer.Disagreements {
			all = append(all, d.ID)
		}
	}
	return unique(all)
}
