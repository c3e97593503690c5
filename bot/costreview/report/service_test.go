package report

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/alerts/textutil"
)

// TestServiceTakesTheOnlyMatch, and names the nearest when several might be meant.
func TestServiceTakesTheOnlyMatch(t *testing.T) {
	t.Parallel()
	l := newLedger(t)
	for _, name := range []string{"Amazon CloudFront", "Amazon Relational Database Service", "AWS Database Migration Service", "Cloud Run"} {
		l.put(monday, sunday, group(name), "1")
	}
	for asked, want := range map[string][]string{ // one: it is told of
		"cloudfrnt":        {"Amazon CloudFront"},
		"Amazon Cloudfrnt": {"Amazon CloudFront"},
		"front":            {"Amazon CloudFront"},
		"databse":          {"AWS Database Migration Service", "Amazon Relational Database Service"},
		"Cloud Rum":        {"Cloud Run"},
		"rum":              nil, // words of three letters are alike by chance
		"kubernetes":       nil,
	} {
		r, got := Service(l.input(), asked, "")
		for _, s := range r.Services {
			got = append(got, s.Service)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: want, got:\n%s", asked, diff)
		}
		if took := len(r.Services) > 0; took != (r.Typed == asked) {
			t.Errorf("%s: %d services, typed %q", asked, len(r.Services), r.Typed)
		}
	}
	if r, _ := Service(l.input(), "amazon cloudfront", ""); r.Typed != "" {
		t.Errorf("the name itself was taken for another: %q", r.Typed)
	}
}

// serviceText is a service's report as a person reads it; suggestions are the names that
// [Service] gave for one that there is none of.
func serviceText(r ServiceReport, suggestions []string) string {
	var p page
	switch {
	case len(r.Services) == 0 && r.Asked != "" && len(suggestions) > 0:
		p.head("No service is called %q. Nearest: %s.", r.Asked, strings.Join(suggestions, ", "))
	case len(r.Services) == 0 && r.Asked != "":
		p.head("No service is called %q.", r.Asked)
	case len(r.Services) == 0:
		p.head("No figures of any service.")
	case r.Asked == "":
		p.head("Services by cost in %s, and the week before", r.Week)
		var rows [][]string
		for _, s := range r.Services {
			name := fullName(s.Provider, s.Service)
			rows = append(rows, []string{name, s.cell(1), s.cell(2), s.Currency})
		}
		p.table(rows)
		if r.More > 0 {
			p.line("  and %d more", r.More)
		}
	default:
		for _, s := range r.Services {
			p.service(s)
		}
	}
	if len(r.Missing) > 0 {
		p.head("Missing")
		p.list(r.Missing)
	}
	return p.b.String()
}

// cell is the total of the week so many from the end.
func (s ServiceWeeks) cell(fromEnd int) string {
	w := s.Weeks[len(s.Weeks)-fromEnd]
	switch {
	case w.Days == 0:
		return "not known"
	case w.Days < 7:
		return fmt.Sprintf("%s (%s)", amount(w.Total.Float64()), textutil.Count(w.Days, "day"))
	}
	return amount(w.Total.Float64())
}

func (p *page) service(s ServiceWeeks) {
	p.head("%s, %s by week", fullName(s.Provider, s.Service), s.Currency)
	var rows [][]string
	for i, w := range s.Weeks {
		rows = append(rows, []string{w.Week.String(), s.cell(len(s.Weeks) - i)})
	}
	p.table(rows)
	if !s.Judged {
		p.line("  Its history is too short to tell anomalies.")
	}
	p.spikes("Above what was expected", s.Spikes, s.Currency)
}
