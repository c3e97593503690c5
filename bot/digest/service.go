package digest

import (
	"cmp"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/bot/spend"
	"github.com/signalbook/signalbook/playbooks/yamlfile"
)

// maxServices bounds how many services are listed one by one.
const maxServices = 30

// ServiceReport is the last eight weeks of one service, or of all of them.
type ServiceReport struct {
	Asked string     `json:"asked,omitempty"` // the service's name; empty: all
	Week  spend.Week `json:"week"`            // the newest of the eight
	// Services are those that have the name, of whatever provider and currency; of all, the costliest.
	Services []ServiceWeeks `json:"services,omitempty"`
	More     int            `json:"more,omitempty"` // services that are not listed
	Missing  []string       `json:"missing,omitempty"`
}

// ServiceWeeks are eight weeks of a service, oldest first.
type ServiceWeeks struct {
	Series   string        `json:"series"` // SeriesID
	Provider string        `json:"provider,omitempty"`
	Service  string        `json:"service"`
	Category string        `json:"category,omitempty"`
	Currency string        `json:"currency"`
	Weeks    []ServiceWeek `json:"weeks"`
	// Spikes are the anomalies of each week, judged with what lies before it, oldest
	// first. Why is what people said who expected them.
	Spikes []Anomaly `json:"anomalies,omitempty"`
	Judged bool      `json:"judged"` // false: its history is too short to tell anomalies
}

// ServiceWeek is what a service cost in a week, over the days that are known.
type ServiceWeek struct {
	Week  spend.Week  `json:"week"`
	Total spend.Money `json:"total"` // fixed charges, credits and corrections included
	Usage spend.Money `json:"usage"`
	Days  int         `json:"days"` // with data; 0: nothing is known, which is not zero
}

// Service tells the last eight weeks of a service, up to Input.Week; of every
// service when name is empty. When no service has the name the report has none,
// and suggestions are the nearest names there are.
func Service(in Input, name string) (r ServiceReport, suggestions []string) {
	in = arranged(in)
	name = clean(name)
	r = ServiceReport{Asked: name, Week: in.Week, Missing: lacking(in.Readings)}
	var names []string
	for _, currency := range currencies(in.Readings) {
		b, missing := open(in, currency)
		r.Missing = append(r.Missing, missing...)
		if b == nil {
			continue
		}
		f := b.floors(in.Settings)
		for _, s := range b.series {
			service := orUnnamed(s.service, noService)
			names = append(names, service)
			if name == "" || strings.EqualFold(name, service) || strings.EqualFold(name, s.name()) {
				r.Services = append(r.Services, b.weeks(s, f, in.Expected))
			}
		}
	}
	slices.SortStableFunc(r.Services, func(x, y ServiceWeeks) int {
		return cmp.Or(last(y).Total.Cmp(last(x).Total), cmp.Compare(x.Service, y.Service), cmp.Compare(x.Provider, y.Provider))
	})
	if name == "" && len(r.Services) > maxServices {
		r.More = len(r.Services) - maxServices
		r.Services = r.Services[:maxServices]
	}
	if len(r.Services) > 0 || name == "" {
		return r, nil
	}
	return r, nearest(name, unique(names))
}

func last(s ServiceWeeks) ServiceWeek { return s.Weeks[len(s.Weeks)-1] }

func (b *book) weeks(s *series, f floors, all []Expectation) ServiceWeeks {
	out := ServiceWeeks{
		Series: SeriesID(s.provider, s.service, b.currency), Provider: clean(s.provider),
		Service: orUnnamed(s.service, noService), Category: clean(s.category), Currency: clean(b.currency),
	}
	for back := chartWeeks - 1; back >= 0; back-- {
		w := b.week.Add(-back)
		var days []spend.Day
		for d := w.Monday(); d < w.Add(1).Monday(); d++ {
			if b.told[d] {
				days = append(days, d)
			}
		}
		usage := s.of(spend.Usage, days)
		total := usage
		for kind := range s.others {
			total = total.Add(s.of(kind, days))
		}
		out.Weeks = append(out.Weeks, ServiceWeek{w, total, usage, len(days)})
		over, judged := s.excesses(days, f.day, 0)
		out.Judged = out.Judged || judged > 0
		over, meant, why := expected(over, out.Series, all)
		over, recurring := s.recurring(over)
		for _, part := range []struct {
			days       []excess
			label, why string
		}{{days: over}, {days: recurring, label: "recurring"}, {days: meant, why: why}} {
			if a, ok := s.spike(b.currency, part.days, f.week); ok {
				a.Label, a.Why = part.label, part.why
				out.Spikes = append(out.Spikes, a)
			}
		}
	}
	return out
}

// nearest are names that hold what was asked for, else the one that is spelt most
// alike: as a whole, or one of its words ("cloudfrnt": Amazon CloudFront).
func nearest(name string, names []string) (found []string) {
	const most = 5
	for _, candidate := range names {
		if strings.Contains(strings.ToLower(candidate), strings.ToLower(name)) && len(found) < most {
			found = append(found, candidate)
		}
	}
	if len(found) > 0 {
		return found
	}
	holders := map[string][]string{} // names by their spelling, and by each of their words
	spelt := slices.Clone(names)
	for _, candidate := range names {
		holders[candidate] = []string{candidate}
	}
	for _, candidate := range names {
		for word := range strings.FieldsSeq(candidate) {
			if len(word) >= leastWord {
				spelt = append(spelt, word)
				holders[word] = append(holders[word], candidate)
			}
		}
	}
	near, _ := yamlfile.Nearest(name, spelt)
	found = slices.Compact(holders[near])
	return found[:min(len(found), most)]
}

// leastWord is how long a word of a name is, in bytes, to be taken for what was
// asked for: of shorter ones too many are alike.
const leastWord = 4
