package handbook

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/alerts/textutil"
)

// Organisation is what thresholds are compared with. nil is not known.
type Organisation struct {
	Users             *float64
	WeeklyGrowth      *float64 // 0.026 is 2.6% a week
	Teams             *float64
	International     *float64 // share of the users, 0.35
	CDNTerabytes      *float64 // a month
	GlobalConsistency *bool    // whether the team needs it
}

// Arm is one of the conditions that make a move due.
type Arm struct {
	Field  string // users, teams, international, bandwidth_tb, global_consistency
	Limit  string // "50M users", "3 or more teams"
	Have   string // what the organisation has, in words; empty: not known
	Passed bool
}

// Move is a threshold as an organisation stands to it.
type Move struct {
	Threshold
	Arms     []Arm
	Forecast Forecast // of the user count
}

// Due tells whether the move should be under way: an arm is passed, or it has
// to start before users get there.
func (m Move) Due() bool {
	return slices.ContainsFunc(m.Arms, func(a Arm) bool { return a.Passed }) ||
		m.Forecast.Outcome == Expected && m.Forecast.StartsIn() <= 0
}

// Thresholds is every move, and how near the organisation is to it.
type Thresholds struct {
	Moves []Move
	Entry
}

// Thresholds tells all moves with trigger, cost, effort and lead time, and for
// an organisation which arm is passed or when its users will be there.
func (h *Handbook) Thresholds(org Organisation) Thresholds {
	var out Thresholds
	for _, t := range h.sheet.Scale.Thresholds {
		out.Moves = append(out.Moves, h.Move(t, org))
	}
	due := 0
	for _, m := range out.Moves {
		if m.Due() {
			due++
		}
	}
	b := h.answer(fmt.Sprintf("%s, %d due for you", textutil.Count(len(out.Moves), "move"), due))
	known := org != (Organisation{})
	if !known {
		b.a.Title = textutil.Count(len(out.Moves), "move") + "; of your organisation nothing is known, so none is judged"
	}
	for _, m := range out.Moves {
		if label := m.ID + " " + m.Name; known {
			b.move(label, "when "+m.Trigger(), m)
		} else {
			b.moveInShort(label, m)
		}
	}
	out.Entry = b.done()
	return out
}

// Move compares one threshold with an organisation.
func (h *Handbook) Move(t Threshold, org Organisation) Move {
	m := Move{Threshold: t, Forecast: Forecast{Outcome: Unknown, LeadWeeks: t.EffortMonths * weeksPerMonth}}
	arm := func(field, limit string, have *float64, words func(float64) string, passed func(float64) bool) {
		a := Arm{Field: field, Limit: limit}
		if have != nil && !math.IsNaN(*have) {
			a.Have, a.Passed = words(*have), passed(*have)
		}
		m.Arms = append(m.Arms, a)
	}
	if t.Users > 0 {
		arm("users", t.Users.String()+" users", org.Users,
			func(v float64) string { return Users(v).String() + " users" },
			func(v float64) bool { return Users(v) >= t.Users })
		if org.Users != nil {
			growth := math.NaN()
			if org.WeeklyGrowth != nil {
				growth = *org.WeeklyGrowth
			}
			m.Forecast = Predict(Users(*org.Users), t.Users, growth, t.EffortMonths)
		}
	}
	if t.BandwidthTB > 0 {
		arm("bandwidth_tb", number(t.BandwidthTB, 6)+" TB or more a month", org.CDNTerabytes,
			func(v float64) string { return number(v, 4) + " TB a month" },
			func(v float64) bool { return v >= t.BandwidthTB })
	}
	if t.Teams > 0 {
		arm("teams", fmt.Sprintf("%d or more teams", t.Teams), org.Teams,
			func(v float64) string { return number(v, 4) + " teams" },
			func(v float64) bool { return v >= float64(t.Teams) })
	}
	if t.International > 0 {
		arm("international", "more than "+t.International.String()+" international", org.International,
			func(v float64) string { return Share(v).String() + " international" },
			func(v float64) bool { return v > float64(t.International) })
	}
	if t.GlobalConsistency {
		a := Arm{Field: "global_consistency", Limit: "global consistency is needed"}
		if need := org.GlobalConsistency; need != nil {
			a.Passed = *need
			a.Have = map[bool]string{true: "global consistency is needed", false: "global consistency is not needed"}[*need]
		}
		m.Arms = append(m.Arms, a)
	}
	return m
}

// Trigger is what makes the move due: "50M users or global consistency is needed".
func (m Move) Trigger() string {
	var limits []string
	for _, a := range m.Arms {
		limits = append(limits, a.Limit)
	}
	if len(limits) == 0 {
		return "nothing: your own figures leave no trigger"
	}
	return strings.Join(limits, " or ")
}

// Cost is what the move costs: "+$30K a month".
func (t Threshold) Cost() string {
	var parts []string
	if t.Capex > 0 {
		parts = append(parts, t.Capex.String()+" once")
	}
	if t.CostAfter > 0 {
		parts = append(parts, fmt.Sprintf("then %s a month instead of %s", t.CostAfter, t.CostBefore))
	}
	if t.AddedCost > 0 {
		parts = append(parts, "+"+t.AddedCost.String()+" a month")
	}
	return strings.Join(parts, ", ")
}

// Standing says how the organisation stands to the move, in a sentence or two;
// empty when nothing of it is known.
func (m Move) Standing() string {
	var passed []string
	known := false
	for _, a := range m.Arms {
		known = known || a.Have != ""
		if a.Passed {
			passed = append(passed, fmt.Sprintf("%s (threshold: %s)", a.Have, a.Limit))
		}
	}
	switch {
	case len(passed) > 0:
		return "due: " + strings.Join(passed, ", ")
	case !known:
		return ""
	}
	return m.Forecast.sentence(m.Threshold)
}

// sentence is the forecast in words, as honest as it can be about a late start.
func (f Forecast) sentence(t Threshold) string {
	switch f.Outcome {
	case Expected:
		text := fmt.Sprintf("%s users in %s, the move takes %s: ", t.Users, weeks(f.Weeks), weeks(f.LeadWeeks))
		switch start := f.StartsIn(); {
		case math.Round(start) < 0:
			text += "its start was due " + weeks(-start) + " ago"
			if t.UntilThen != "" {
				text += "; " + t.UntilThen
			}
			return text
		case math.Round(start) == 0:
			return text + "start this week"
		default:
			return text + "start in " + weeks(start)
		}
	case NotGrowing:
		return "not due; users do not grow, so no date can be told"
	case TooFar:
		return fmt.Sprintf("not due; %s users are more than %.0f weeks away", t.Users, Horizon)
	case Passed:
		return "due: the users are there"
	}
	return "not due by what is known; without users and weekly growth no date can be told"
}

// weeks rounds for reading: "5 weeks".
func weeks(w float64) string { return textutil.Count(int(math.Round(w)), "week") }

// moveInShort adds a move as one line: trigger, cost and effort.
func (b *builder) moveInShort(label string, m Move) {
	text := fmt.Sprintf("when %s; %s; %s", m.Trigger(), m.Cost(), textutil.Count(int(m.EffortMonths), "month"))
	b.line(label, text, append(m.arms(), fields(m.ID, "added_cost", "capex", "cost_before", "cost_after", "effort_months")...)...)
}

// arms are the fields of a move that make it due; one that the team took away is told
// too.
func (m Move) arms() []string {
	return fields(m.ID, "users", "bandwidth_tb", "teams", "international", "global_consistency")
}

// move adds what the sheet says of a move and how the organisation stands; label and
// trigger are its first line.
func (b *builder) move(label, trigger string, m Move) {
	b.line(label, trigger, m.arms()...)
	b.line("Why", m.Why, m.ID+".why")
	b.line("Cost", m.Cost(), m.ID+".added_cost", m.ID+".capex", m.ID+".cost_before", m.ID+".cost_after")
	b.line("Effort", fmt.Sprintf("%s, so %s of lead (%s)", textutil.Count(int(m.EffortMonths), "month"), weeks(m.Forecast.LeadWeeks), m.Effort), m.ID+".effort_months", m.ID+".effort")
	if standing := m.Standing(); standing != "" {
		b.line("You", standing, m.ID+".until_then")
	}
}
