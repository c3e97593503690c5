package handbook

import "math"

// Horizon is how many weeks a forecast looks ahead at most: growth a year from
// now is not known from the last weeks.
const Horizon = 52.0

// weeksPerMonth makes 3 months 13 weeks.
const weeksPerMonth = 52.0 / 12

// Outcome says what kind of answer a forecast is.
type Outcome string

// The outcomes of a forecast.
const (
	Passed     Outcome = "passed"      // the threshold is reached already
	Expected   Outcome = "expected"    // Weeks says when
	NotGrowing Outcome = "not_growing" // no growth, or a decline
	TooFar     Outcome = "too_far"     // beyond Horizon
	Unknown    Outcome = "unknown"     // users or growth are not known
)

// Forecast is when a threshold is reached, and when work on it has to start.
type Forecast struct {
	Outcome   Outcome
	Weeks     float64 // until the threshold; 0 unless Outcome is Expected
	LeadWeeks float64 // how long the move takes
}

// StartsIn is in how many weeks the work has to start; negative: so many weeks
// ago it was due. It means something for Expected only.
func (f Forecast) StartsIn() float64 { return f.Weeks - f.LeadWeeks }

// Predict tells when users who grow by weeklyGrowth (0.026 is 2.6% a week)
// reach threshold. With the logarithmic growth r = ln(1 + weeklyGrowth) that is
// ln(threshold/users) / r weeks: 44M at 2.6% reach 50M in 4.98. The lead is a
// move's effort, 3 months being 13 weeks. Users or growth that are not numbers
// are not known.
func Predict(users, threshold Users, weeklyGrowth, leadMonths float64) Forecast {
	f := Forecast{Outcome: Unknown, LeadWeeks: leadMonths * weeksPerMonth}
	if users >= threshold {
		f.Outcome = Passed
		return f
	}
	r := math.Log1p(weeklyGrowth)
	if !(users > 0) || math.IsNaN(r) {
		return f
	}
	if r <= 0 {
		f.Outcome = NotGrowing
		return f
	}
	weeks := math.Log(float64(threshold/users)) / r
	if weeks > Horizon {
		f.Outcome = TooFar
		return f
	}
	f.Outcome, f.Weeks = Expected, weeks
	return f
}
