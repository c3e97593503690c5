package source

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/common/model"

	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/foreign"
)

// Querier evaluates PromQL at a moment. Its answer holds numbers only; notes say
// in a sentence each why it may be incomplete.
type Querier interface {
	Query(ctx context.Context, expr string, at time.Time) (answer model.Vector, notes []string, err error)
}

// Series is a PromQL query that tells costs, one series a service.
type Series struct {
	Query        string
	ServiceLabel string
	// Unit is a currency and what the values are: USD_per_hour, USD_per_day,
	// USD_per_month or USD_month_to_date.
	Unit string
	// Team is the label that names the team; empty: none does.
	Team string
	From Querier
}

const (
	hoursOfDay = 24
	// leastHours is how many hours of a day a rate must be seen in: a day of which
	// less is known is not known.
	leastHours = 12
)

// maxAnswered bounds how many figures, of one group on one day each, are taken from
// a source that is asked: 112 days of 1,700 groups.
const maxAnswered = 200_000

var seriesUnit = regexp.MustCompile(`^([A-Z]{3})_(per_hour|per_day|per_month|month_to_date)$`)

// Source tells this series from others, for as long as it is configured as it is.
func (s Series) Source() string {
	id := s.Query + "\x00" + s.ServiceLabel + "\x00" + s.Unit
	if s.Team != "" {
		id += "\x00" + s.Team
	}
	return fmt.Sprintf("prometheus-%x", sha256.Sum256([]byte(id)))[:27]
}

// Name is what people know it by.
func (s Series) Name() string { return "Prometheus: " + labelText(s.Query) }

// Read asks for the costs of whole UTC days, newest first; a day that has not
// ended by now is not asked for. In the reading, a day that is not known is
// absent: Prometheus has forgotten it, or has fewer than 12 of its 24 hours.
// Newest and Known speak of the days that were asked for. Labels named provider
// and account are taken over.
//
// Rates are sums over 24 hourly points, whatever the scrape interval is; hours in
// which the query had no answer at all are counted like the others, and said. A
// service costs something only in the hours in which it has a series.
func (s Series) Read(ctx context.Context, days []money.Day, now time.Time) money.Reading {
	read := money.Reading{Source: s.Source(), Name: s.Name(), Origin: money.Prometheus, At: now, Days: money.Days{}, Lacks: []string{"ChargeCategory"}}
	var notes readingNotes
	unit := seriesUnit.FindStringSubmatch(s.Unit)
	if unit == nil {
		notes.add(true, "%q is not a unit of costs: write it like USD_per_day.", labelText(s.Unit))
		read.Notes = notes.all
		return read
	}
	asked := endedDays(days, now)
	reader := seriesReader{Series: s, currency: unit[1], per: unit[2], days: read.Days, notes: &notes, ends: map[money.Day]figures{}}
	cells := 0
	var failed failures
	for i, day := range asked {
		if err := reader.read(ctx, day); failed.met(err, asked[i:i+1]) {
			if failed.many() || ctx.Err() != nil {
				failed.met(err, asked[i+1:])
				break
			}
			continue
		}
		if cells += len(read.Days[day]); cells > maxAnswered && i+1 < len(asked) {
			notes.add(true, "Costs of %s are not known: the newer days alone have more than %d figures: aggregate the query, as in sum by (service) (...).", listDays(asked[i+1:]), maxAnswered)
			break
		}
	}
	failed.tell(&notes)
	if read.Newest, read.Known = read.Days.Newest(); read.Known {
		reader.warnOfCounter(ctx, read.Newest)
	}
	reader.tell(asked)
	read.Notes = notes.all
	return read
}

// endedDays are the days that are over, newest first, each once.
func endedDays(days []money.Day, now time.Time) []money.Day {
	ended := slices.DeleteFunc(slices.Clone(days), func(d money.Day) bool { return now.Before((d + 1).Time()) })
	slices.SortFunc(ended, func(a, b money.Day) int { return cmp.Compare(b, a) })
	return slices.Compact(ended)
}

// figures are values by group.
type figures map[money.Group]float64

// seriesReader is one reading of a series.
type seriesReader struct {
	Series
	currency, per string
	days          money.Days
	notes         *readingNotes
	ends          map[money.Day]figures // month to date, at the ends of days

	nothing, few, some []money.Day // without an answer, with too few hours, with some hours missing
	teamed             bool        // series with the team's label were met
	unnamed            bool        // series without the service's label were met
}

func (r *seriesReader) read(ctx context.Context, day money.Day) error {
	if r.per == "month_to_date" {
		return r.readMonthToDate(ctx, day)
	}
	return r.readRate(ctx, day)
}

// lastSecond is when a day's 24 hourly points are asked for: Prometheus 2 would
// count 25 at midnight itself, because its ranges include their beginning.
func lastSecond(day money.Day) time.Time { return (day + 1).Time().Add(-time.Second) }

func (r *seriesReader) readRate(ctx context.Context, day money.Day) error {
	// The query stands on a line of its own, so that it may end with a comment.
	sums, err := r.ask(ctx, fmt.Sprintf("sum_over_time((%s\n)[1d:1h])", r.Query), lastSecond(day))
	if err != nil {
		return err
	}
	if len(sums) == 0 {
		r.nothing = append(r.nothing, day)
		return nil
	}
	counted, _, err := r.From.Query(ctx, fmt.Sprintf("count_over_time((count(%s\n))[1d:1h])", r.Query), lastSecond(day))
	if err != nil {
		return err
	}
	hours := 0.0
	if len(counted) > 0 {
		hours = float64(counted[0].Value)
	}
	switch {
	case hours < leastHours:
		r.few = append(r.few, day)
		return nil
	case hours < hoursOfDay:
		r.some = append(r.some, day)
	}
	for g, sum := range sums {
		amount := sum // of 24 rates per hour
		switch r.per {
		case "per_hour":
			amount = sum / hours * hoursOfDay
		case "per_day":
			amount = sum / hours
		case "per_month":
			amount = sum / hours / float64(daysOfMonth(day))
		}
		r.count(day, g, amount)
	}
	return nil
}

func daysOfMonth(day money.Day) int {
	year, month, _ := day.Time().Date()
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// ask returns the answer's values by group; series of one group are added up.
func (r *seriesReader) ask(ctx context.Context, expr string, at time.Time) (figures, error) {
	answer, notes, err := r.From.Query(ctx, expr, at)
	if err != nil {
		return nil, err
	}
	for _, note := range notes {
		r.notes.add(true, "%s", note)
	}
	found := figures{}
	for _, sample := range answer {
		label := func(name string) string { return labelText(string(sample.Metric[model.LabelName(name)])) }
		g := money.Group{Provider: label("provider"), Service: label(r.ServiceLabel), Account: label("account"), Currency: r.currency, Kind: money.Usage}
		r.unnamed = r.unnamed || g.Service == ""
		if r.Team != "" {
			g.Team = clean(label(r.Team))
			r.teamed = r.teamed || g.Team != ""
		}
		found[g] += float64(sample.Value)
	}
	return found, nil
}

// count adds an amount to the reading, with 12 digits: the last ones of a float
// depend on the order in which Prometheus adds, and would restate days.
func (r *seriesReader) count(day money.Day, g money.Group, amount float64) {
	exact, err := money.ParseMoney(strconv.FormatFloat(amount, 'g', 12, 64))
	if err != nil {
		r.notes.add(true, "The cost of %q on %v is left out: %v: check the query and its unit.", g.Service, day, err)
		return
	}
	r.days.Add(day, g, money.Cost{Amount: exact, Billed: exact})
}

// tell notes what is not known of the days that were asked for. Days older than
// all that is known are forgotten, and those newer are not there yet: neither
// needs a word when something is known.
func (r *seriesReader) tell(asked []money.Day) {
	known := func(d money.Day) bool { return r.days[d] != nil }
	newest := slices.IndexFunc(asked, known)
	switch {
	case newest >= 0:
		oldest := newest
		for i, day := range asked {
			if known(day) {
				oldest = i
			}
		}
		forgotten := func(d money.Day) bool { return d < asked[oldest] }
		r.few = slices.DeleteFunc(r.few, forgotten)
		r.nothing = slices.DeleteFunc(r.nothing, func(d money.Day) bool { return forgotten(d) || d > asked[newest] })
		if len(r.nothing) > 0 {
			r.notes.add(true, "Prometheus has no costs of %s: they are not known.", listDays(r.nothing))
		}
	case len(asked) > 0 && len(r.notes.all) == 0 && len(r.few) == 0:
		r.notes.add(true, "Prometheus has no costs of %s: see whether the query still has an answer.", listDays(asked))
	}
	if len(r.few) > 0 {
		r.notes.add(true, "Prometheus has fewer than %d hours of %s: their costs are not known.", leastHours, listDays(r.few))
	}
	if len(r.some) > 0 {
		r.notes.add(true, "Prometheus lacks hours of %s: they are counted like the other hours of the day.", listDays(r.some))
	}
	if r.Team != "" && !r.teamed && len(r.days) > 0 {
		r.notes.add(false, "No costs from Prometheus have the label %q: all of them are untagged; keep the label in the query, as in sum by (%s, %s) (...).",
			labelText(r.Team), labelText(r.ServiceLabel), labelText(r.Team))
	}
	if r.unnamed {
		r.notes.add(false, "Some costs from Prometheus have no label %q: they stand under no service; keep the label in the query, as in sum by (%s) (...).",
			labelText(r.ServiceLabel), labelText(r.ServiceLabel))
	}
}

// labelText is somebody else's text, made fit to be stored and shown.
func labelText(text string) string {
	const most = 200 // bytes
	return foreign.Text(text, most)
}
