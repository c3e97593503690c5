package report

import (
	"time"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// Schema is the version of the report that this binary writes.
const Schema = 1

// Report is what a week was. It is stored as JSON with the digest that was posted,
// so that clicks on an old digest still find what they are about.
type Report struct {
	Schema int        `json:"schema"`
	Digest string     `json:"digest"`
	Week   money.Week `json:"week"`
	MadeAt time.Time  `json:"made_at"`
	// Filter says of which charges all figures are; empty: of all.
	Filter string `json:"filter,omitempty"`
	// Money has one entry a billing currency, the main one first; they are never summed.
	Money []CurrencyReport `json:"money,omitempty"`
	// Equal: nothing tells which currency is the main one, so that all have lines of one rank.
	Equal        bool       `json:"equal,omitempty"`
	Units        []UnitCost `json:"units,omitempty"` // what one costs, of the first currency
	Organisation *Organised `json:"organisation,omitempty"`
	Steps        []CostStep `json:"steps,omitempty"`
	// Savings are what all open steps save a month together, one a currency: each of what the adopted ones and the
	// others leave.
	Savings []Saving `json:"savings,omitempty"`
	// Spend is what adoptions keep to measure by, and Saved what the adopted steps saved together; one a currency.
	Spend     []Spend       `json:"spend,omitempty"`
	Saved     []Saved       `json:"saved,omitempty"`
	Incidents *WeekOfAlerts `json:"incidents,omitempty"`
	// Notice makes the document a word about one budget, beside any schedule: nothing else is in it.
	Notice *Notice `json:"notice,omitempty"`
	// Missing are sentences: what is missing, and what is lost by it.
	Missing []string `json:"missing,omitempty"`
	// Open are the days that no digest has judged yet, by currency: they had not settled, or were not there. The next
	// digest judges those that are there by then.
	Open map[string][]PartDays `json:"open,omitempty"`
}

// PartDays are days of the whole bill, or of a part of it that comes by itself: a
// billing account of a provider, a series.
type PartDays struct {
	Stream string      `json:"stream,omitempty"` // StreamID; empty: the whole bill
	Name   string      `json:"name,omitempty"`   // of the part, for people
	Days   []money.Day `json:"days"`
}

// CurrencyReport is the week in one currency. Comparisons are over Days and the same
// weekdays of the week before: equal weekdays, settled days only.
type CurrencyReport struct {
	Currency string       `json:"currency"`
	Days     []money.Day  `json:"days"`               // that count
	LeftOut  int          `json:"left_out,omitempty"` // of the week's seven: not settled, or not there
	Until    money.Day    `json:"until"`              // data to that day
	Partial  bool         `json:"partial,omitempty"`  // a source could not be read whole: the total is at least this
	Column   string       `json:"column"`             // EffectiveCost, BilledCost, ...: what Total is
	Total    money.Amount `json:"total"`
	Billed   money.Amount `json:"billed"` // the same days as the invoice will have them
	Usage    money.Amount `json:"usage"`  // Total without fixed charges, credits and corrections
	// UsageMonth is what usage costs a month of 30.4 days, by UsageMonthDays settled days: the newest of each weekday,
	// so that a week that lacks its weekend does not make the month dearer.
	UsageMonth     float64   `json:"usage_month,omitempty"`
	UsageMonthDays int       `json:"usage_month_days,omitempty"`
	Before         *Compared `json:"before,omitempty"`
	// Parts are what Before.Change is made of, to the last digit, by kind of charge;
	// the usage is that of Up, Down, Folded and New.
	Parts []Part `json:"parts,omitempty"`
	// Alike are those of Days whose weekday the week before has too, when it lacks some: comparisons are over these.
	Alike []money.Day `json:"alike,omitempty"`
	// Late are days of earlier weeks that are judged here: they had not settled, or were not there, when their week was told.
	Late []PartDays `json:"late,omitempty"`
	// Again are those of all judged days that another digest of this week judged before.
	Again    []money.Day `json:"again,omitempty"`
	Restated *Restated   `json:"restated,omitempty"`
	// Months are how the month ends, of everything and of each budget.
	Months  []MonthEnd `json:"months,omitempty"`
	Sources []Share    `json:"sources,omitempty"` // when there is more than one
	// Showback is the cost by team; nil: nothing says by what to know them, or all is one team's.
	Showback    *Showback    `json:"showback,omitempty"`
	Commitments *Commitments `json:"commitments,omitempty"`
	AI          *AISpend     `json:"ai,omitempty"`

	Up      []Mover   `json:"up,omitempty"`
	Down    []Mover   `json:"down,omitempty"`
	Folded  *Mover    `json:"folded,omitempty"`  // all others together
	New     []Mover   `json:"new,omitempty"`     // services without a history
	Renames []Rename  `json:"renames,omitempty"` // since the last digest
	Spikes  []Anomaly `json:"anomalies,omitempty"`
	Meant   []Anomaly `json:"meant,omitempty"` // that people said are expected
	// Judged is how much of this was judged; nil: a report of before does not know.
	Judged *Judged `json:"judged,omitempty"`
	// Growing doubled within weeks without a spike.
	Growing []Growth `json:"growing,omitempty"`
	// Shifted were told for two weeks: their new level is what is usual by now.
	Shifted []Anomaly `json:"shifted,omitempty"`
	// Unjudged are services whose history is too short, by their cost.
	Unjudged []Share `json:"unjudged,omitempty"`

	// By service, those of the week before that are gone included.
	Fixed       []Share `json:"fixed,omitempty"` // purchases, recurring fees, tax
	Credits     []Share `json:"credits,omitempty"`
	Corrections []Share `json:"corrections,omitempty"`

	Chart Chart    `json:"chart"`
	Notes []string `json:"notes,omitempty"` // about this currency's figures
}

// Compared is a change against the same weekdays of the week before.
type Compared struct {
	Was    money.Amount `json:"was"`
	Change money.Amount `json:"change"`
	// Percent is the change of Was in percent; Sayable is false when Was is negative or next to nothing.
	Percent float64 `json:"percent"`
	Sayable bool    `json:"sayable"`
}

// Restated says that a week which was told before is another one by now. Compared is
// over what was told then.
type Restated struct {
	Week money.Week `json:"week"`
	Compared
	// Late is what has settled or come since, and belongs to the week's total, too; Days is of how many days that is.
	Late money.Amount `json:"late,omitzero"`
	Days int          `json:"days,omitempty"`
	// Partial: the week still lacks something.
	Partial bool `json:"partial,omitempty"`
}

// Total is what the week costs by now.
func (r Restated) Total() money.Amount { return r.Was.Add(r.Change).Add(r.Late) }

// Part is what one kind of charge has of a change.
type Part struct {
	Kind money.Kind `json:"kind"`
	Compared
}

// Share is one named part of the total.
type Share struct {
	Name  string       `json:"name"`
	Total money.Amount `json:"total"`
	Note  string       `json:"note,omitempty"` // why it stands here
	// Before is the week before; nil: there is no comparison.
	Before *Compared `json:"before,omitempty"`
}

// Mover is a service whose cost changed.
type Mover struct {
	Provider string       `json:"provider,omitempty"`
	Service  string       `json:"service"`
	Total    money.Amount `json:"total"`
	Compared
	Services int `json:"services,omitempty"` // of a folded entry: how many
	// Causes are whose the change is.
	Causes []Cause `json:"causes,omitempty"`
}

// Rename is a service, or a whole provider, that ended while another began with about
// its cost: they are one series under the new name.
type Rename struct {
	From  string       `json:"from"`
	To    string       `json:"to"`
	Since money.Day    `json:"since,omitzero"`
	Was   money.Amount `json:"was"` // usage of a week before the days of Now
	Now   money.Amount `json:"now"` // usage of up to a week from Since on

	service string // of From, as the source names it
}

// Anomaly is a series whose days exceeded what their weekday's median and trend
// let expect.
type Anomaly struct {
	Series   string      `json:"series"` // SeriesID
	Provider string      `json:"provider,omitempty"`
	Service  string      `json:"service"`
	Days     []money.Day `json:"days"` // of the excess
	// Late are those of Days that are of earlier weeks, and Week is the one under review when there are such.
	Late     []money.Day `json:"late,omitempty"`
	Week     money.Week  `json:"week,omitzero"`
	Actual   float64     `json:"actual"`   // over Days
	Expected float64     `json:"expected"` // over Days
	Excess   float64     `json:"excess"`
	Highest  float64     `json:"highest"`         // the costliest of Days
	Again    int         `json:"again,omitempty"` // digests in a row that told it before: a level shift
	Label    string      `json:"label,omitempty"` // "recurring": on the same day of earlier months too
	CDN      bool        `json:"cdn,omitempty"`   // the CDN playbook is about it
	Category string      `json:"category,omitempty"`
	Why      string      `json:"why,omitempty"` // of a meant one: the reason, by whom
	// Incident is what was opened about it before; 0: none was.
	Incident int `json:"incident,omitempty"`
	// Causes are where the excess is: the largest team, account, region and SKU.
	Causes []Cause `json:"causes,omitempty"`
}

// Chart is eight weeks, stacked by service: the five largest and the rest, oldest
// week first.
type Chart struct {
	Weeks  []ChartWeek `json:"weeks"`
	Series []string    `json:"series"` // names, largest first; the last may be "other"
}

// ChartWeek is one bar. Values stand in the order of Chart.Series and are below
// what was expected; Above is what exceeded it, drawn on top in red with Label.
type ChartWeek struct {
	Week   money.Week `json:"week"`
	Values []float64  `json:"values"`
	Above  float64    `json:"above,omitempty"`
	// Over is which part of Above each series has: with Values it is what the series cost. Empty: there is no Above.
	Over []float64 `json:"over,omitempty"`
	Days int       `json:"days"` // with data; fewer than 7: said under the bar
	// Same is what the week cost on the weekdays that the newest one has, when that is not whole: the two can be
	// compared. 0: the newest is whole, or this week lacks one of them.
	Same float64 `json:"same,omitempty"`
}

// Organised is what the week's cost means for the organisation, by the sheet.
type Organised struct {
	Users Figure `json:"users"`
	// Growth a week as a fraction; Measured is over how many stored weeks, 0: configured.
	Growth   Figure   `json:"growth"`
	Measured int      `json:"measured,omitempty"`
	PerUser  *PerUser `json:"per_user,omitempty"`
	// Moves are the sheet's thresholds that are due, passed or foreseeable, the most urgent first.
	Moves []Move `json:"moves,omitempty"`
	// SLO is the availability that the sheet wants at this scale, as a sentence with its id.
	SLO   string   `json:"slo,omitempty"`
	Notes []string `json:"notes,omitempty"`
}

// PerUser is a month's cost of one user beside both of the sheet's yardsticks,
// which disagree (X1, X2).
type PerUser struct {
	Currency string  `json:"currency"`
	Month    float64 `json:"month"` // CurrencyReport.UsageMonth
	Value    float64 `json:"value"` // a user
	// The sheet's band (Q5) and table (T), each of a user and month; zero: the sheet gives none here.
	BandLow  float64 `json:"band_low,omitempty"`
	BandHigh float64 `json:"band_high,omitempty"`
	Table    float64 `json:"table,omitempty"`
	// Yardsticks are both in one line, with their ids; Disagree is the id of what the handbook says about their
	// contradiction.
	Yardsticks string   `json:"yardsticks,omitempty"`
	Disagree   string   `json:"disagree,omitempty"`
	Sentences  []string `json:"sentences"` // how Month is reckoned, and Yardsticks
}

// Move is one of the sheet's thresholds as it concerns this organisation.
type Move struct {
	ID       string   `json:"id"` // M1
	Title    string   `json:"title"`
	Sentence string   `json:"sentence"`        // the honest one, with lead time
	Weeks    *float64 `json:"weeks,omitempty"` // until the threshold; nil: passed, or not foreseeable
	Late     float64  `json:"late,omitempty"`  // weeks since its start was due
	IDs      []string `json:"ids,omitempty"`   // facts and contradictions that it touches
}

// CostStep is one of the sheet's wins beside the spend that it applies to.
type CostStep struct {
	ID       string   `json:"id"` // C1
	Title    string   `json:"title"`
	Group    string   `json:"group"` // "quick win, 0-3 months"
	Effort   string   `json:"effort"`
	Adoption Adoption `json:"adoption"`
	Applies  bool     `json:"applies"`
	Why      string   `json:"why,omitempty"` // it does not apply, or its saving is not known
	// Savings a month, one a currency: the step's range times the spend it applies to, never times the total.
	Savings []Saving `json:"savings,omitempty"`
	// Measured is what an adopted one saved since, one a currency; Unmeasured is why that is not known.
	Measured   []Saved `json:"measured,omitempty"`
	Unmeasured string  `json:"unmeasured,omitempty"`
}

// Saving is a range of money a month, of Base: what the rows that the step applies
// to cost a month, and Rows says which they are. Adopted steps come off first.
type Saving struct {
	Currency string  `json:"currency"`
	Low      float64 `json:"low"`
	High     float64 `json:"high"`
	Base     float64 `json:"base"`
	Rows     string  `json:"rows"`
	// After are adopted steps that save on the same rows, and Left is what they leave of Base.
	After    []string `json:"after,omitempty"`
	LeftLow  float64  `json:"left_low,omitempty"`
	LeftHigh float64  `json:"left_high,omitempty"`
	// With are other open steps that count the same rows. Together all of them save that, and not the sum of what each does.
	With         []string `json:"with,omitempty"`
	TogetherLow  float64  `json:"together_low,omitempty"`
	TogetherHigh float64  `json:"together_high,omitempty"`
}

// WeekOfAlerts is how the week's incidents went. Drills are counted apart.
type WeekOfAlerts struct {
	Count      int         `json:"count"`
	Drills     int         `json:"drills,omitempty"`
	ByPlaybook []Count     `json:"by_playbook,omitempty"`
	BySeverity []Count     `json:"by_severity,omitempty"`
	False      []Count     `json:"false,omitempty"` // closed as false alarm or noise, by alert
	Ack        *Times      `json:"ack,omitempty"`
	Resolve    *Times      `json:"resolve,omitempty"`
	StepsLate  int         `json:"steps_late,omitempty"`
	Overdue    []OwnerLate `json:"overdue,omitempty"` // the latest first
}

// Count is a name and how often it came.
type Count struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
}

// Times are the median and the worst of how long something took, and of how many.
type Times struct {
	Median time.Duration `json:"median"`
	Worst  time.Duration `json:"worst"`
	Of     int           `json:"of"`
	Open   int           `json:"open,omitempty"` // for which it has not happened yet
}

// OwnerLate are the overdue steps of one owner.
type OwnerLate struct {
	Owner string     `json:"owner"`
	Steps []LateStep `json:"steps"`
}

// LateStep is an overdue step and by how many whole days.
type LateStep struct {
	Incident string `json:"incident"`
	Step     string `json:"step"`
	Tier     string `json:"tier"`
	Days     int    `json:"days"`
}

// SeriesID names a cost series for buttons and memory: 16 hex digits of provider,
// service and currency. It fits into Slack's 75 characters whatever the names are.
func SeriesID(provider, service, currency string) string {
	return seriesID(provider, service, currency)
}
