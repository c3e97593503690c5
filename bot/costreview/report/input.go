package report

import (
	"cmp"
	"time"

	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/playbooks/handbook"
)

// Input is all that a digest is judged from.
type Input struct {
	Name string     // the digest's name in the configuration
	Week money.Week // the week under review, which has ended
	Now  time.Time
	// Readings are what the cost sources told, with at least ten weeks before the end of Week where they have them.
	Readings []money.Reading
	// Restated are settled days that changed since they were first told.
	Restated []money.Restatement
	// Posted is what the newest digest of an earlier week said; nil: there was none.
	Posted *Posted
	// Again is what digests of the same week said before.
	Again []Posted
	// Expected are the spikes that people said are meant.
	Expected     []Expectation
	Organisation Organisation
	Units        []UnitCount // what costs are divided by, beside users
	// Adoptions are what people decided about cost steps, by the step's id (C1).
	Adoptions map[string]Adoption
	// Incidents are the week's; nil: they cannot be read here.
	Incidents *Incidents
	// Absent are sentences about what could not be asked at all.
	Absent   []string
	Settings Settings
	// Filter says which charges the digest is about; without one all.
	Filter money.Filter
	// Handbook is the scaling sheet, with the team's own facts; nil: as it was given.
	Handbook *handbook.Handbook

	// Watched is what the daily watch found, and Raised are the spikes that have incidents, by SeriesID.
	Watched Watched
	Raised  map[string]Raised

	currencies []string        // that readings tell of
	apart      map[string]bool // streams (StreamID) whose usage is needed apart
	renamed    []renaming      // series that were found to go on under another name
}

// Settings are what can be set about judging; the zero value of each means its
// default.
type Settings struct {
	Settle    time.Duration // a day counts once it is over so long; 48 h
	Floor     float64       // least excess of a day that is an anomaly, in the main currency, of others by Rates; max(50, 0.5 % of the average day)
	WeekFloor float64       // least excess of a week that is reported; Floor
	Top       int           // movers up and down that are named; 5
	// Currency is the main one; empty: that with most money at Rates.
	Currency string
	// Rates are what one unit of each currency is worth, all in the same one, which may be left out.
	Rates   map[string]float64
	Budgets []Budget     // in the currency that comes first
	By      string       // what names the teams that costs are shown by; empty: they are not
	Links   []money.Link // of services

	amounts func() amounts // of Floor, WeekFloor and what is watched for; found once, when something asks: that takes every charge
}

func (s Settings) settle() time.Duration { return cmp.Or(s.Settle, 48*time.Hour) }

// Posted is what a digest said, for the next one to compare with.
type Posted struct {
	Week   money.Week             `json:"week"`
	Totals map[string]PostedTotal `json:"totals"` // by currency
	// Open are the days that no digest has judged yet, by currency.
	Open map[string][]PartDays `json:"open,omitempty"`
}

// PostedTotal is a week's total in one currency, over the days up to Until.
type PostedTotal struct {
	Total  money.Amount `json:"total"`
	Column string       `json:"column"`
	Days   []money.Day  `json:"days"`
	Late   []PartDays   `json:"late,omitempty"` // of earlier weeks, that it judged
	// Judged are the week's days that this digest or another one of the week judged; nil: Days.
	Judged []money.Day `json:"judged,omitempty"`
	// Told are the series whose level shift was reported, by SeriesID, and in how many digests in a row.
	Told map[string]int `json:"told,omitempty"`
}

// Expectation is a person's word that a series' spike is meant. Until it ends,
// days below Level are not reported again.
type Expectation struct {
	Series string     `json:"series"` // SeriesID
	By     string     `json:"by"`     // a name for people
	ByID   string     `json:"by_id"`  // Slack's
	At     time.Time  `json:"at"`
	Reason string     `json:"reason"`
	Week   money.Week `json:"week"`
	Level  float64    `json:"level"` // a day's cost that is meant, 25 % above the spike's highest
	Until  money.Day  `json:"until"` // six weeks later the weekday median knows it
}

// AdoptionState is where a cost step stands.
type AdoptionState string

// The states of a cost step.
const (
	StepOpen    AdoptionState = "open"
	StepAdopted AdoptionState = "adopted"
	StepSnoozed AdoptionState = "snoozed"
)

// Adoption is what somebody decided about a cost step.
type Adoption struct {
	State AdoptionState `json:"state"`
	By    string        `json:"by"`
	ByID  string        `json:"by_id"`
	At    time.Time     `json:"at"`
	Until time.Time     `json:"until,omitzero"` // snoozed: shown again then
	Note  string        `json:"note,omitempty"`
	// From is the digest that it was adopted in, and Before what the step's rows cost by then. An adoption of before this
	// was kept has neither.
	From   string  `json:"from,omitempty"`
	Before []Spend `json:"before,omitempty"`
}

// Figure is a number of the organisation, or why it is not known.
type Figure struct {
	Value  float64 `json:"value"`
	Known  bool    `json:"known"`
	Source string  `json:"source,omitempty"` // "configured", "measured by Prometheus"
	Why    string  `json:"why,omitempty"`    // not known: a sentence
	Absent string  `json:"-"`                // not known because this key is not configured
}

// Organisation is what the team told about itself. Growth and International are
// fractions (0.026 for 2.6 %).
type Organisation struct {
	Users, WeeklyGrowth, Teams, International, CDNBandwidthTB Figure
	GlobalConsistency                                         *bool // whether it is needed; nil: not known
	// UsersByWeek are the stored weeks, which growth is measured from when it was not given.
	UsersByWeek map[money.Week]float64
}

// Incidents are the facts of the week's incidents and of what is overdue now.
type Incidents struct {
	Opened  []Incident // opened or reopened in the week, drills included
	Overdue []Overdue  // steps whose deadline has passed at Input.Now
}

// Incident is one incident of the week. Zero times mean "not yet".
type Incident struct {
	ID                            string
	Alert                         string // the alert's name; empty: started by hand
	Playbook                      string
	Severity                      string
	Drill                         bool
	Reason                        string // chosen at Resolve: fixed, false_alarm, noise, expected; empty: none
	OpenedAt, AckedAt, ResolvedAt time.Time
	StepsLate                     int // ended after their deadline, or past it and not ended
}

// Overdue is a step past its deadline that nobody ended.
type Overdue struct {
	Incident string // INC-142
	Step     string // its title
	Tier     string // immediate, short_term, long_term
	Owner    string // who holds it, else who owns its tier
	Due      time.Time
}
