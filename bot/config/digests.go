package config

import (
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // a static binary on an empty image has no other time zones

	"github.com/robfig/cron/v3"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// Digest is one message that is posted on schedule.
type Digest struct {
	Name     string       `yaml:"name"`
	Schedule string       `yaml:"schedule"`  // cron, five fields
	TimeZone string       `yaml:"time_zone"` // IANA name; UTC when the file gives none
	Channel  string       `yaml:"channel"`
	Costs    []CostSource `yaml:"costs"`
	// Floor is the least excess of a day that counts as an anomaly, in the main currency, of others by Rates as far as
	// they say it; 0: 50, or half a percent of the average day when that is more.
	Floor float64 `yaml:"floor"`
	// Settle is how long after its end a day counts as complete.
	Settle Duration `yaml:"settle"`
	// Currency is the main one, of the headline and the chart; empty: that with most money at Rates.
	Currency string `yaml:"currency"`
	// Rates are what one unit of a currency is worth, all in the same one: {EUR: 1.08} in dollars. They order, and never add.
	Rates   map[string]float64 `yaml:"rates"`
	Budgets []Budget           `yaml:"budgets"`
	Units   []Unit             `yaml:"units"`
	// By is what teams are known by: a tag, FOCUS' SubAccountName, or a label of the query; empty: nothing is.
	By string `yaml:"by"`
	// Filter says which charges the digest is about; absent: all.
	Filter money.Filter `yaml:"filter"`
	Links  []CostLink   `yaml:"links"` // from a service's costs to a console
	// Anomalies are watched daily; absent: the digest alone tells them.
	Anomalies *Anomalies `yaml:"anomalies"`
}

// Next returns the first time after another at which the digest is due, in its own
// time zone. A time that does not come, because the clock is put forward over it, is
// when the clock has been put forward; one that comes twice, because it is put back,
// counts once. Zero: never.
func (d Digest) Next(after time.Time) time.Time {
	schedule, err := cron.ParseStandard(d.Schedule)
	zone, errZone := time.LoadLocation(d.TimeZone)
	if err != nil || errZone != nil {
		return time.Time{} // the file was checked
	}
	// Cron steps over hours that a zone skips, up to the next week's. So it is asked
	// about a clock on the wall that never jumps.
	for wall := wallOf(after.In(zone)); ; {
		if wall = schedule.Next(wall); wall.IsZero() {
			return time.Time{}
		}
		if at := onWall(wall, zone); at.After(after) {
			return at
		}
	}
}

// In is the time on the clock of the digest's zone.
func (d Digest) In(t time.Time) time.Time {
	zone, err := time.LoadLocation(d.TimeZone)
	if err != nil {
		return t.UTC() // the file was checked
	}
	return t.In(zone)
}

// wallOf is what the clock on the wall shows, as if it were UTC.
func wallOf(t time.Time) time.Time {
	_, offset := t.Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// onWall is when the clock on the wall of a zone shows a time for the first time, or
// when it is put forward over it.
func onWall(wall time.Time, zone *time.Location) time.Time {
	// The offset of a zone is less than a day: the clock is put forward or back, if at
	// all, between these, and no two times within two days.
	before, behind := wall.Add(-24*time.Hour).In(zone), wall.Add(24*time.Hour).In(zone)
	_, early := before.Zone()
	if at := wall.Add(-time.Duration(early) * time.Second).In(zone); wallOf(at).Equal(wall) {
		return at
	}
	_, late := behind.Zone()
	at := wall.Add(-time.Duration(late) * time.Second).In(zone)
	if wallOf(at).Equal(wall) {
		return at
	}
	_, change := at.ZoneBounds() // at is before it, because the clock is put forward
	return change
}

// CostSource is where cost figures come from: exactly one of its fields is set.
type CostSource struct {
	FOCUS      *FOCUSFiles `yaml:"focus"`
	Prometheus *CostQuery  `yaml:"prometheus"`
	OpenCost   *Service    `yaml:"opencost"`
}

// FOCUSFiles are cost exports in FinOps' common format.
type FOCUSFiles struct {
	Files []string `yaml:"files"` // glob patterns; usable from the working directory once loaded
	// Written are the patterns as they stand in the file: replicas know a source by them.
	Written []string `yaml:"-"`
	// Cost is the column that counts; empty: EffectiveCost, and BilledCost where that is empty or rounded.
	Cost string `yaml:"cost"`
}

// CostQuery asks Prometheus for costs.
type CostQuery struct {
	Query        string `yaml:"query"`
	ServiceLabel string `yaml:"service_label"`
	Unit         string `yaml:"unit"` // USD_per_day and the like
}

var (
	digestName = regexp.MustCompile(`^[a-z0-9-]{1,60}$`)
	costUnit   = regexp.MustCompile(`^[A-Z]{3}_(per_hour|per_day|per_month|month_to_date)$`)
)

// costColumns are the four cost columns of FOCUS.
var costColumns = [...]string{"EffectiveCost", "BilledCost", "ListCost", "ContractedCost"}

func (c *Config) checkDigests(p place) {
	names := map[string]bool{}
	for i := range c.Digests {
		d := &c.Digests[i]
		at := p.at(i)
		d.check(at)
		switch {
		case d.Name == "":
			at.at("name").missing("what tells this digest from others")
		case !digestName.MatchString(d.Name):
			at.at("name").problem("%q is not a name: 1 to 60 of a-z, 0-9 and -", d.Name)
		case names[d.Name]:
			at.at("name").problem("%q is given twice", d.Name)
		}
		names[d.Name] = true
		for j := range d.Costs {
			d.Costs[j].check(at.at("costs", j), c.Prometheus != nil)
		}
		checkBy(at.at("by"), d.By)
		checkFilter(at.at("filter"), d.Filter, d.By)
		checkCostLinks(at.at("links"), d.Links, d.By)
		checkBudgets(at.at("budgets"), d.Budgets, d.By)
		checkUnits(at.at("units"), d.Units, d.By, c.Prometheus != nil)
	}
}

func (d *Digest) check(p place) {
	checkSchedule(p.at("schedule"), d.Schedule)
	checkTimeZone(p.at("time_zone"), &d.TimeZone)
	setDefault(&d.Settle, Duration(48*time.Hour))
	if d.Floor < 0 || math.IsNaN(d.Floor) || math.IsInf(d.Floor, 0) {
		p.at("floor").problem("floor is an amount of money such as 50, got %v", d.Floor)
	}
	d.checkCurrencies(p)
	if d.Anomalies != nil {
		d.Anomalies.check(p.at("anomalies"))
	}
	if d.Channel == "" {
		p.at("channel").missing("where the digest is posted")
	} else {
		p.at("channel").channel(d.Channel)
	}
}

// checkTimeZone fills in UTC where the file gives no zone.
func checkTimeZone(p place, name *string) {
	if *name == "" {
		*name = "UTC"
	}
	if _, err := time.LoadLocation(*name); err != nil || *name == "Local" {
		p.problem("%q is not a time zone: write it like Europe/Berlin", *name)
	}
}

func checkSchedule(p place, schedule string) {
	const example = `"0 9 * * MON" (minute, hour, day of the month, month, day of the week)`
	switch {
	case schedule == "":
		p.missing("when the digest is posted, such as " + example)
		return
	case strings.Contains(schedule, "TZ="):
		p.problem("write the time zone in time_zone")
		return
	case strings.HasPrefix(schedule, "@every"):
		p.problem("@every has no fixed times: write it like %s", example)
		return
	}
	parsed, err := cron.ParseStandard(schedule)
	if err != nil {
		p.problem("%q is not a schedule: %v: write it like %s", schedule, err, example)
		return
	}
	// Next looks five years ahead, from any day.
	if parsed.Next(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		p.problem("%q never comes", schedule)
	}
}

func (s *CostSource) check(p place, hasPrometheus bool) {
	given := 0
	if s.FOCUS != nil {
		given++
		s.FOCUS.check(p.at("focus"))
	}
	if s.Prometheus != nil {
		given++
		s.Prometheus.check(p.at("prometheus"), hasPrometheus)
	}
	if s.OpenCost != nil {
		given++
		s.OpenCost.check(p.at("opencost"))
	}
	if given != 1 {
		p.problem("a cost source is one of focus, prometheus and opencost, got %d", given)
	}
}

func (f *FOCUSFiles) check(p place) {
	if len(f.Files) == 0 {
		p.at("files").missing("patterns such as [/var/lib/focus/*.csv.gz]")
	}
	f.Written = slices.Clone(f.Files)
	for i, pattern := range f.Files {
		if _, err := filepath.Match(pattern, ""); err != nil {
			p.at("files", i).problem("%q is not a file pattern", pattern)
		}
		f.Files[i] = p.resolve(pattern)
	}
	if f.Cost != "" && !slices.Contains(costColumns[:], f.Cost) {
		p.at("cost").problem("%q is not a cost column of FOCUS: one of %s", f.Cost, strings.Join(costColumns[:], ", "))
	}
}

func (q *CostQuery) check(p place, hasPrometheus bool) {
	if q.Query == "" {
		p.at("query").missing("the PromQL that gives the costs")
	} else if !hasPrometheus {
		p.at("query").problem("nobody to ask: prometheus.url is missing")
	}
	if q.ServiceLabel == "" {
		p.at("service_label").missing("the label that names the service")
	}
	if !costUnit.MatchString(q.Unit) {
		p.at("unit").problem("%q is not a unit: a currency and _per_hour, _per_day, _per_month or _month_to_date, such as USD_per_day", q.Unit)
	}
}
