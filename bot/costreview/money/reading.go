package money

import "time"

// Origin is the kind of a source.
type Origin string

// The origins of cost figures.
const (
	FOCUS      Origin = "focus"
	Prometheus Origin = "prometheus"
	OpenCost   Origin = "opencost"
)

// Reading is what one source told when it was read. What it lacks is named, never
// filled in.
type Reading struct {
	Source string    `json:"source"` // tells sources apart; stays the same while their configuration does
	Name   string    `json:"name"`   // for people: "FOCUS files /var/lib/focus/*.csv.gz"
	Origin Origin    `json:"origin"`
	At     time.Time `json:"at"`
	Days   Days      `json:"-"`
	// Newest is the last day of which the source has anything; Known is false when it has nothing at all.
	Newest Day  `json:"newest"`
	Known  bool `json:"known"`
	// Column is the cost column that Amount is, as asked for.
	Column string `json:"column,omitempty"`
	// Forced: somebody chose the column, so that no other stands in for it.
	Forced bool  `json:"-"`
	Rows   int64 `json:"rows,omitempty"`
	Broken int64 `json:"broken,omitempty"` // rows that were left out
	// MoreTeams are how many teams are not told apart.
	MoreTeams int      `json:"more_teams,omitempty"`
	Lacks     []string `json:"lacks,omitempty"` // columns that are not there, of those that a digest needs
	Notes     []Note   `json:"notes,omitempty"`
	// Measured and Commitments are what charges tell beside their costs, of the last weeks.
	Measured    []Measured   `json:"measured,omitempty"`
	Commitments []Commitment `json:"commitments,omitempty"`
	// Blind: no column tells what of commitments is unused.
	Blind bool `json:"blind,omitempty"`
}

// Note is something that people have to know about a reading.
type Note struct {
	Text string `json:"text"` // one sentence: what is wrong, what is lost by it, what to do
	// Partial: figures are incomplete for this reason.
	Partial bool `json:"partial,omitempty"`
	// Empty: it is that rows leave the column that counts empty, for which another may stand in.
	Empty bool `json:"empty,omitempty"`
	// Provider is whose rows these are; empty: those of any.
	Provider string `json:"provider,omitempty"`
}

// Restatement is a settled day whose total changed after it was first told.
type Restatement struct {
	Source   string    `json:"source,omitempty"` // [Reading.Source]; empty: told before this was kept
	At       time.Time `json:"at"`
	Day      Day       `json:"day"`
	Currency string    `json:"currency"`
	Was      Amount    `json:"was"`
	Now      Amount    `json:"now"`
}
