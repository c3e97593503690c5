package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/playbooks/yamlfile"
)

const (
	// maxServices bounds how many services are listed one by one.
	maxServices = 30
	// maxSuggestions bounds how many names are offered.
	maxSuggestions = 5
	// maxSliced bounds how many of one name are told apart.
	maxSliced = 8
)

// ServiceReport is the last eight weeks of one service, or of all of them.
type ServiceReport struct {
	Asked string     `json:"asked,omitempty"` // the service's name; empty: all
	Typed string     `json:"typed,omitempty"` // what was taken to mean that name; empty: the name itself
	Week  money.Week `json:"week"`            // the newest of the eight
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
	// Renames are the names that it had before, oldest first.
	Renames []Rename `json:"renames,omitempty"`
	// Slices tell it apart, when that was asked for.
	Slices *Slices `json:"slices,omitempty"`
	// Links lead to where its costs can be looked at further.
	Links []Filled `json:"links,omitempty"`
}

// ServiceWeek is what a service cost in a week, over the days that are known.
type ServiceWeek struct {
	Week  money.Week   `json:"week"`
	Total money.Amount `json:"total"` // fixed charges, credits and corrections included
	Usage money.Amount `json:"usage"`
	Days  int          `json:"days"` // with data; 0: nothing is known, which is not zero
	// Change is against the week before, over the weekdays that both have; nil: none.
	Change *Compared `json:"change,omitempty"`
}

// Service tells the last eight weeks of a service, up to Input.Week; of every
// service when name is empty. With by, one of [SliceNames], it tells them apart. When no service has the name, the only one that is
// like it is taken; else the report has none, and suggestions are the nearest names.
func Service(in Input, name, by string) (r ServiceReport, suggestions []string) {
	in, name = arranged(in), clean(name)
	r, names := called(in, name, by)
	if len(r.Services) > 0 || name == "" {
		return r, nil
	}
	suggestions = yamlfile.Alike(name, names)
	if len(suggestions) != 1 {
		return r, suggestions[:min(len(suggestions), maxSuggestions)]
	}
	r, _ = called(in, suggestions[0], by)
	r.Typed = name
	return r, nil
}

// called tells of the services that have a name, and which names there are.
func called(in Input, name, by string) (r ServiceReport, names []string) {
	r = ServiceReport{Asked: name, Week: in.Week, Missing: lacking(in.Readings)}
	for _, currency := range in.currencies {
		b, missing, _ := open(in, currency)
		r.Missing = append(r.Missing, missing...)
		if b == nil {
			continue
		}
		f := b.floors(in.Settings)
		for _, s := range b.series {
			service := orUnnamed(s.service, noService)
			names = append(names, service)
			renames := in.formerly(seriesName{b.currency, s.provider, s.service})
			if name == "" || strings.EqualFold(name, service) || strings.EqualFold(name, s.name()) || slices.ContainsFunc(renames, func(r Rename) bool { return r.was(name) }) {
				weeks := b.weeks(s, f, in.Expected)
				weeks.Renames = renames
				if name != "" && len(r.Services) < maxSliced {
					weeks.Links = b.links(s, in)
					b.blameSpikes([][]Anomaly{weeks.Spikes}, in)
					if by != "" {
						weeks.Slices = b.slice(s, weeks.Weeks, in, by)
					}
				}
				r.Services = append(r.Services, weeks)
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
	return r, unique(names)
}

func last(s ServiceWeeks) ServiceWeek { return s.Weeks[len(s.Weeks)-1] }

func (b *currencyLedger) weeks(s *series, f floors, all []Expectation) ServiceWeeks {
	out := ServiceWeeks{
		Series: SeriesID(s.provider, s.service, b.currency), Provider: clean(s.provider),
		Service: orUnnamed(s.service, noService), Category: clean(s.category), Currency: clean(b.currency),
	}
	for back := chartWeeks - 1; back >= 0; back-- {
		w := b.week.Add(-back)
		days := b.toldIn(w)
		week := ServiceWeek{Week: w, Total: s.all(days), Usage: s.of(money.Usage, days), Days: len(days)}
		if now, was := b.pairedDays(w); len(was) > 0 {
			c := compared(s.all(now), s.all(was))
			week.Change = &c
		}
		out.Weeks = append(out.Weeks, week)
		over, judged := b.excesses(s, days, f.day, 0)
		out.Judged = out.Judged || judged > 0
		over, meant, why := expected(over, out.Series, all)
		over, recurring := s.recurring(over)
		for _, part := range []struct {
			days       []excess
			label, why string
		}{{days: over}, {days: recurring, label: "recurring"}, {days: meant, why: why}} {
			if a, ok := s.spike(b.currency, w, part.days, f.week); ok {
				a.Label, a.Why = part.label, part.why
				out.Spikes = append(out.Spikes, a)
			}
		}
	}
	return out
}
