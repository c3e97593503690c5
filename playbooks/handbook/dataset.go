package handbook

import (
	"time"

	"github.com/prometheus/common/model"
)

// dataset is everything, as the embedded files hold it.
type dataset struct {
	Scale struct {
		Sheet        Edition        `yaml:"sheet"`
		Tiers        []Tier         `yaml:"tiers"`
		Thresholds   []Threshold    `yaml:"thresholds"`
		Latency      []Latency      `yaml:"latency"`
		Availability []Availability `yaml:"availability"`
	}
	Building struct {
		Stack    []Technology `yaml:"stack"`
		Patterns []Pattern    `yaml:"patterns"`
	}
	Costs struct {
		Groups      []CostGroup `yaml:"groups"`
		Steps       []CostStep  `yaml:"steps"`
		CDNServices []string    `yaml:"cdn_services"`
	}
	Answers struct {
		OneLiners   []OneLiner  `yaml:"one_liners"`
		Emergencies []Emergency `yaml:"emergencies"`
	}
	Doubts struct {
		Contradictions []Contradiction `yaml:"contradictions"`
	}
}

// Edition says which sheet this is.
type Edition struct {
	Title   string `yaml:"title"`
	Version string `yaml:"version"`
	Updated string `yaml:"updated"` // 2025-12-06
}

// Tier is a row of the table by scale (T1 to T6).
type Tier struct {
	ID          string  `yaml:"id"`
	Users       Band    `yaml:"users"`
	Database    string  `yaml:"database"`
	Caching     string  `yaml:"caching"`
	CDN         string  `yaml:"cdn"`
	MLInference string  `yaml:"ml_inference"`
	MonthlyCost Dollars `yaml:"monthly_cost"`
}

// Threshold is a move and what makes it due (M1 to M4). An arm that the move
// does not have is zero.
type Threshold struct {
	ID                string  `yaml:"id"`
	Name              string  `yaml:"name"`
	Users             Users   `yaml:"users"`
	Teams             int     `yaml:"teams"`         // that many or more
	International     Share   `yaml:"international"` // more than this share of the users
	BandwidthTB       float64 `yaml:"bandwidth_tb"`  // that many TB a month or more
	GlobalConsistency bool    `yaml:"global_consistency"`
	Why               string  `yaml:"why"`
	AddedCost         Dollars `yaml:"added_cost"` // a month
	Capex             Dollars `yaml:"capex"`
	CostBefore        Dollars `yaml:"cost_before"` // a month
	CostAfter         Dollars `yaml:"cost_after"`  // a month
	EffortMonths      float64 `yaml:"effort_months"`
	Effort            string  `yaml:"effort"`
	UntilThen         string  `yaml:"until_then"` // what buys time
}

// Technology is one choice of the stack (S1 to S10).
type Technology struct {
	ID          string   `yaml:"id"`
	Name        string   `yaml:"name"`
	Group       string   `yaml:"group"` // must-have or ML
	Choice      string   `yaml:"choice"`
	Why         string   `yaml:"why"`
	Alternative string   `yaml:"alternative"`
	Aliases     []string `yaml:"aliases"`
}

// Pattern is a kind of product (P1 to P4).
type Pattern struct {
	ID         string   `yaml:"id"`
	Name       string   `yaml:"name"`
	Title      string   `yaml:"title"`
	Aliases    []string `yaml:"aliases"`
	Character  string   `yaml:"character"`
	Stack      []string `yaml:"stack"` // "technology: what for"
	How        []string `yaml:"how"`
	Cost       Dollars  `yaml:"cost"` // a month at 100M users
	CostDriver string   `yaml:"cost_driver"`
}

// Latency is the budget of a scale (L1 to L3). The ML budgets are zero where
// the sheet has none.
type Latency struct {
	ID         string        `yaml:"id"`
	Users      Band          `yaml:"users"`
	APIP95     time.Duration `yaml:"api_p95"`
	PageLoad   time.Duration `yaml:"page_load"`
	DBQuery    time.Duration `yaml:"db_query"`
	MLRegional time.Duration `yaml:"ml_regional"`
	MLEdge     time.Duration `yaml:"ml_edge"`
}

// Availability is the target of a scale (A1 to A3).
type Availability struct {
	ID       string `yaml:"id"`
	Users    Band   `yaml:"users"`
	SLO      Share  `yaml:"slo"` // 0.999
	Strategy string `yaml:"strategy"`
}

// OneLiner is a common question with its answer (Q1 to Q8). Q5 alone has what
// a user may cost a month, at two scales.
type OneLiner struct {
	ID         string      `yaml:"id"`
	Question   string      `yaml:"question"`
	Answer     string      `yaml:"answer"`
	SmallUsers Band        `yaml:"small_users"`
	SmallCost  DollarRange `yaml:"small_cost"`
	LargeUsers Band        `yaml:"large_users"`
	LargeCost  DollarRange `yaml:"large_cost"`
}

// Emergency is one of the three (E1 to E3).
type Emergency struct {
	ID       string          `yaml:"id"`
	Title    string          `yaml:"title"`
	Playbook string          `yaml:"playbook"` // the built-in playbook that holds the same steps
	Tiers    []EmergencyTier `yaml:"tiers"`
	Steps    []EmergencyStep `yaml:"-"` // numbered through the tiers
}

// EmergencyTier is the part of an emergency with one deadline.
type EmergencyTier struct {
	Name   string         `yaml:"name"`
	Within model.Duration `yaml:"within"` // from the opening
	Titles []string       `yaml:"steps"`
}

// EmergencyStep is one step (E1-1 to E3-9).
type EmergencyStep struct {
	ID     string         `yaml:"-"`
	Number int            `yaml:"-"`
	Title  string         `yaml:"title"`
	Tier   string         `yaml:"-"`
	Within model.Duration `yaml:"within"`
}

// Contradiction is a place where the sheet disagrees with itself (X1 to X17).
type Contradiction struct {
	ID    string `yaml:"id"`
	Title string `yaml:"title"`
	Notes []Note `yaml:"notes"`
}

// Note is what an answer appends when it uses one of the facts in Touches.
type Note struct {
	Text     string   `yaml:"text"`      // the other number, in one line
	Touches  []string `yaml:"touches"`   // ids, or fields of them as in "T4.monthly_cost"
	Users    Band     `yaml:"users"`     // the scale at which it matters; empty: any
	AtBounds bool     `yaml:"at_bounds"` // only where two bands meet, or beyond the last
	Changes  []string `yaml:"changes"`   // fields whose number it puts another one beside, as in Touches
	At       Users    `yaml:"at"`        // so many users alone change the number; 0: any
}
