package handbook

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// CostGroup is a third of the cost playbook with its header's saving.
type CostGroup struct {
	Name       string `yaml:"name"` // quick, medium, big
	Title      string `yaml:"title"`
	Months     Months `yaml:"months"`
	Saving     Share  `yaml:"saving"`     // as the header has it; the steps have ranges of their own
	Additional bool   `yaml:"additional"` // on top of the groups before
}

// CostStep is one step of the cost playbook (C1 to C9). Its saving is a share
// of the spend that Base describes, never of the total.
type CostStep struct {
	ID            string  `yaml:"id"`
	Name          string  `yaml:"name"`
	Group         string  `yaml:"group"`
	Saving        Saving  `yaml:"saving"`
	Of            string  `yaml:"of"` // what it is a share of, in words
	Effort        string  `yaml:"effort"`
	EffortNote    string  `yaml:"effort_note"`
	Tool          string  `yaml:"tool"`
	Capex         Dollars `yaml:"capex"`
	PaybackMonths int     `yaml:"payback_months"`
	MinimumUsers  Users   `yaml:"minimum_users"` // 0: any scale
	MinimumTB     float64 `yaml:"minimum_tb"`    // or that much CDN traffic a month
	MinimumFrom   string  `yaml:"minimum_from"`  // the fact that the minimum is from
	Base          Base    `yaml:"base"`
}

// Base says which rows of a FOCUS file a step's saving is a share of.
type Base struct {
	All        bool     `yaml:"all"`
	Pricing    []string `yaml:"pricing"`    // values of PricingCategory; none: any
	Categories []string `yaml:"categories"` // values of ServiceCategory
	Batch      bool     `yaml:"batch"`      // rows tagged as batch count like a category
	CDN        bool     `yaml:"cdn"`        // rows whose service is a CDN
}

// Row is what of a FOCUS row a Base looks at. An empty PricingCategory (the
// column is missing) is in no base that asks for one.
type Row struct {
	ServiceName     string
	ServiceCategory string
	PricingCategory string
	Batch           bool // tagged as batch work
}

// CostGroups returns the three groups: quick, medium, big.
func (h *Handbook) CostGroups() []CostGroup { return slices.Clone(h.sheet.Costs.Groups) }

// CostSteps returns C1 to C9.
func (h *Handbook) CostSteps() []CostStep { return slices.Clone(h.sheet.Costs.Steps) }

// Matches tells whether the row's cost belongs to the base.
func (b Base) Matches(r Row) bool {
	if b.All {
		return true
	}
	if len(b.Pricing) > 0 && !slices.Contains(b.Pricing, r.PricingCategory) {
		return false
	}
	return b.CDN && IsCDN(r.ServiceName) || b.Batch && r.Batch || slices.Contains(b.Categories, r.ServiceCategory)
}

// String says it in words: "Standard-priced spend on Compute and Databases".
func (b Base) String() string {
	if b.All {
		return "all spend"
	}
	what := slices.Clone(b.Categories)
	if b.Batch {
		what = append(what, "rows tagged batch")
	}
	if b.CDN {
		what = append(what, "CDN services")
	}
	text := "spend on " + strings.Join(what, " and ")
	if len(b.Pricing) > 0 {
		text = strings.Join(b.Pricing, " or ") + "-priced " + text
	}
	return text
}

// IsCDN tells whether a service, named as a bill names it, delivers content:
// "Amazon CloudFront", "Azure Front Door Service", "CDN77".
func IsCDN(service string) bool {
	if len(service) > 200 {
		return false
	}
	for _, w := range words(service) {
		if strings.HasSuffix(w, "cdn") {
			return true
		}
	}
	joined := strings.Join(words(service), "")
	return slices.ContainsFunc(builtIn().sheet.Costs.CDNServices, func(name string) bool {
		return strings.Contains(joined, name)
	})
}

// words cuts a name into its words, in small letters.
func words(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
}

// Applicability says whether a cost step makes sense for an organisation, and
// why not.
type Applicability struct {
	Applies bool
	Reason  string // a sentence without full stop; empty when it applies at any scale
}

// Applies tells whether the organisation is large enough for the step. What is
// not known of it does not make it large enough.
func (s CostStep) Applies(org Organisation) Applicability {
	if s.MinimumUsers == 0 && s.MinimumTB == 0 {
		return Applicability{Applies: true}
	}
	needs := s.MinimumUsers.String() + " users"
	if s.MinimumTB > 0 {
		needs += fmt.Sprintf(" or %s TB a month from the CDN", number(s.MinimumTB, 6))
	}
	needs = fmt.Sprintf("%s (%s)", needs, s.MinimumFrom)
	switch {
	case org.Users != nil && Users(*org.Users) >= s.MinimumUsers:
		return Applicability{true, fmt.Sprintf("%s users, needs %s", Users(*org.Users), needs)}
	case s.MinimumTB > 0 && org.CDNTerabytes != nil && *org.CDNTerabytes >= s.MinimumTB:
		return Applicability{true, fmt.Sprintf("%s TB a month, needs %s", number(*org.CDNTerabytes, 4), needs)}
	case org.Users == nil && (s.MinimumTB == 0 || org.CDNTerabytes == nil):
		return Applicability{false, "needs " + needs + ", and how many you have is not known"}
	case org.Users == nil:
		return Applicability{false, fmt.Sprintf("needs %s; you have %s TB, your users are not known", needs, number(*org.CDNTerabytes, 4))}
	}
	return Applicability{false, fmt.Sprintf("needs %s; you have %s users", needs, Users(*org.Users))}
}
