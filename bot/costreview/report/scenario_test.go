package report_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/costreview/source"
	"github.com/signalbook/signalbook/bot/message/digest"
)

// scenario is a bill and the digests of it, one after the other. To add one, append
// it to a list of a file of its own (scenarios_<topic>_test.go) and name the list in
// allScenarios.
type scenario struct {
	name string
	bill func(b *bill)
	// settings of the digest; zero: its defaults.
	settings report.Settings
	filter   money.Filter
	only     func(r row) bool // which rows the filter lets through; nil: all
	// organisation is what the team told about itself.
	organisation report.Organisation
	zone         string // of the digest; empty: Europe/Berlin
	// write puts the rows into a folder all files of which are read as FOCUS; nil: writeFOCUS.
	write func(t *testing.T, dir string, rows []row)
	// read makes the readings instead, of any other source; nil: the folder is read.
	read    func(t *testing.T, rows []row, now time.Time) []money.Reading
	digests []expected
}

// expected is when a digest runs and what it has to say. Sums are not written down:
// truthOf finds them.
type expected struct {
	at   string // 2026-11-23 09:00, in the digest's zone
	week string // under review, 2026-W47; empty: not looked at
	days []money.Day
	// notCompared are those of days that the week before lacks altogether.
	notCompared []money.Day
	// late are days of earlier weeks that are judged here for the first time: of all (part "*"), or of a part.
	late []hole
	// holes are what is missing: a part of the bill on days of this week or the one before.
	holes []hole
	// least: "at least" stands before the total.
	least bool
	// uncompared: there is nothing to compare with.
	uncompared bool
	currency   string   // empty: USD
	missing    []string // parts of sentences that name what is missing; none: nothing may be named as missing
	says       []string // printed
	silent     []string // not printed
	// unplanned are services that may be told although nothing was planted in them.
	unplanned []string
	// root is what the digest's first message says.
	root []string
	// adopt are cost steps that people adopt two days after this digest.
	adopt []string
	// check looks at what else a scenario is about.
	check func(t *testing.T, r report.Report)
	// beside holds what else is said against the rows that are there at the moment.
	beside func(t *testing.T, rows []row, x expected, r report.Report)
	only   func(r row) bool // the scenario's
}

func (x expected) money() string {
	if x.currency == "" {
		return "USD"
	}
	return x.currency
}

func (x expected) compares(d money.Day) bool { return !slices.Contains(x.notCompared, d) }

// allScenarios are the lists of all topics.
func allScenarios() []scenario {
	return slices.Concat(plainScenarios, onceScenarios, zoneScenarios, missingScenarios, renamedScenarios, sourceScenarios, headlineScenarios, growthScenarios,
		messageScenarios, formScenarios, currencyScenarios, budgetScenarios, teamScenarios, commitmentScenarios, savingScenarios)
}

// TestScenarios: each digest of each synthetic bill prints the figures that the bill
// has, judges the days that it has to, and names what is missing.
func TestScenarios(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	if n := len(allScenarios()); n < 40 {
		t.Errorf("got %d scenarios, want 40", n)
	}
	for n, s := range allScenarios() {
		if seen[s.name] {
			t.Errorf("two scenarios are named %q", s.name)
		}
		seen[s.name] = true
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			s.run(t, uint64(n))
		})
	}
}

func (s scenario) run(t *testing.T, seed uint64) {
	b := newBill(t, seed)
	s.bill(b)
	if s.zone == "" {
		s.zone = "Europe/Berlin"
	}
	zone, err := time.LoadLocation(s.zone)
	if err != nil {
		t.Fatal(err)
	}
	var posted []report.Report
	adopted := map[string]report.Adoption{}
	for k, x := range s.digests {
		now := moment(x.at, zone)
		in := report.Input{
			Name: "weekly", Week: report.WeekBefore(now), Now: now, Readings: s.readings(t, b.at(now), now),
			Incidents: &report.Incidents{}, Settings: s.settings, Filter: s.filter, Organisation: s.organisation, Adoptions: maps.Clone(adopted),
		}
		x.only = s.only
		in.Posted, in.Again = report.Earlier(posted, in.Week)
		r := report.Judge(in)
		posted = append(posted, r)
		if k > 0 && len(x.late) > 0 && len(x.days) > 0 && len(s.digests[k-1].days) > 0 && money.WeekOf(s.digests[k-1].days[0]) == in.Week.Add(-1) {
			x.says = append(slices.Clone(x.says), shown(weekBefore(b, now, s.digests[k-1], x))+" "+x.money()+"; told as ")
		}
		x.hold(t, b, now, r)
		for _, step := range x.adopt {
			_, out := report.Document{Number: 1, Report: r}.Do(report.Act{Verb: report.VerbAdopt, Subject: step, By: "Ana", ByID: "U1", At: now.AddDate(0, 0, 2)})
			if out.Refusal != report.Applied {
				t.Fatalf("adopt %s: %s", step, out.Refusal)
			}
			adopted[step] = *out.Adoption
		}
	}
}

// readings reads the rows as the digest's source does.
func (s scenario) readings(t *testing.T, rows []row, now time.Time) []money.Reading {
	t.Helper()
	if s.read != nil {
		return s.read(t, rows, now)
	}
	write := s.write
	if write == nil {
		write = writeFOCUS
	}
	dir := t.TempDir()
	write(t, dir, rows)
	files := source.Files{Patterns: []string{filepath.Join(dir, "*")}, Written: []string{"*.csv"}, By: s.settings.By}
	reading, _, err := files.Read(t.Context(), now, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return []money.Reading{reading}
}

// hold compares a digest with what it has to say.
func (x expected) hold(t *testing.T, b *bill, now time.Time, r report.Report) {
	t.Helper()
	text := report.Text(r)
	wrong := func(format string, args ...any) {
		t.Helper()
		t.Errorf("the digest of %s: %s", x.at, fmt.Sprintf(format, args...))
	}
	if x.week != "" && r.Week.String() != x.week {
		wrong("got %s, want %s", r.Week, x.week)
	}
	i := slices.IndexFunc(r.Money, func(m report.CurrencyReport) bool { return m.Currency == x.money() })
	switch {
	case i < 0 && len(x.days) > 0:
		wrong("got nothing in %s, want %v\n%s", x.money(), x.days, text)
		return
	case i >= 0 && len(x.days) == 0:
		wrong("got %v, want nothing judged", r.Money[i].Days)
	}
	says := slices.Clone(x.says)
	if i >= 0 {
		m := r.Money[i]
		want := truthOf(b, now, x)
		if diff := cmp.Diff(x.days, m.Days); diff != "" {
			wrong("days that count (-want +got):\n%s", diff)
		}
		x.judgedLate(m, wrong)
		least := ""
		if x.least {
			least = "at least "
		}
		says = append(says, "Total "+least+shown(want.total)+" "+x.money()+" over ")
		if !x.uncompared {
			sign := ""
			if want.now > want.was {
				sign = "+"
			}
			x.parts(m, text, want, wrong)
			says = append(says, "Change "+sign+shown(want.now-want.was)+" "+x.money()+" ", " against "+shown(want.was)+" "+x.money()+" on the same weekdays")
		}
		x.spikes(m, want, wrong)
		x.chart(m, want, wrong)
	}
	x.firstMessage(r, wrong)
	for _, want := range slices.Concat(says, x.missing) {
		if !strings.Contains(text, want) {
			wrong("the text lacks %q", want)
		}
	}
	if len(x.missing) == 0 {
		for _, word := range []string{"lists nothing of", "there to", "is gone", "still being written", "at least"} {
			if strings.Contains(text, word) {
				wrong("the text names something missing (%q)", word)
			}
		}
	}
	for _, unwanted := range x.silent {
		if strings.Contains(text, unwanted) {
			wrong("the text says %q", unwanted)
		}
	}
	if x.check != nil {
		x.check(t, r)
	}
	if x.beside != nil {
		x.beside(t, b.at(now), x, r)
	}
	if t.Failed() {
		t.Logf("the digest of %s says:\n%s", x.at, text)
	}
}

// judgedLate: the days of earlier weeks that are judged are those that have to be.
func (x expected) judgedLate(m report.CurrencyReport, wrong func(string, ...any)) {
	var got, want []string
	for _, part := range m.Late {
		name := part.Name
		if part.Stream == "" {
			name = "*"
		}
		got = append(got, fmt.Sprint(name, part.Days))
	}
	for _, h := range x.late {
		want = append(want, fmt.Sprint(h.name(), h.days))
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		wrong("days of earlier weeks that are judged (-want +got):\n%s", diff)
	}
}

// parts: the change is split by kind of charge, as the rows have it and to the cent, and
// the services have all of what usage changed.
func (x expected) parts(m report.CurrencyReport, text string, want truth, wrong func(string, ...any)) {
	got := map[string]int64{}
	var moved []string
	for _, p := range m.Parts {
		got[p.Name()] = cents(p.Change)
		if !p.Change.IsZero() {
			moved = append(moved, p.Name())
		}
	}
	if diff := cmp.Diff(want.parts, got); diff != "" {
		wrong("what the change is made of (-want +got):\n%s", diff)
	}
	for _, name := range moved {
		change := shown(want.parts[name])
		if want.parts[name] > 0 {
			change = "+" + change
		}
		line := regexp.MustCompile(`(?m)^    ` + name + ` +` + regexp.QuoteMeta(change) + `$`)
		switch {
		case len(moved) == 1 && !strings.Contains(text, "All of the change is "+name+"."):
			wrong("the text does not say that all of the change is %s", name)
		case len(moved) > 1 && !line.MatchString(text):
			wrong("the text does not say that %s has %s of the change", name, change)
		}
	}
	var services int64
	for _, mover := range slices.Concat(m.Up, m.Down, m.New) {
		services += cents(mover.Change)
	}
	if m.Folded != nil {
		services += cents(m.Folded.Change)
	}
	if services != want.parts["usage"] {
		wrong("the services changed by %s, usage by %s", shown(services), shown(want.parts["usage"]))
	}
}

// chart: the week's bar is as high as the usage that the total has.
func (x expected) chart(m report.CurrencyReport, want truth, wrong func(string, ...any)) {
	if len(m.Chart.Weeks) == 0 {
		return
	}
	bar := m.Chart.Weeks[len(m.Chart.Weeks)-1]
	high := bar.Above
	for _, v := range bar.Values {
		high += v
	}
	if math.Abs(high-float64(want.usage)/100) > 0.005 {
		wrong("the week's bar is %.2f high, want %s", high, shown(want.usage))
	}
}

// firstMessage: people read in the channel what they have to.
func (x expected) firstMessage(r report.Report, wrong func(string, ...any)) {
	if len(x.root) == 0 {
		return
	}
	root, err := json.Marshal(digest.Render(digest.View{Report: r, Command: "/playbook", Number: 7})[0].Message)
	if err != nil {
		wrong("the first message has no JSON: %v", err)
	}
	var all []string
	for _, text := range regexp.MustCompile(`"text":("(?:[^"\\]|\\.)*")`).FindAllSubmatch(root, -1) {
		var s string
		if err := json.Unmarshal(text[1], &s); err != nil {
			wrong("%s: %v", text[1], err)
		}
		all = append(all, s)
	}
	said := strings.Join(all, "")
	for _, want := range x.root {
		if !strings.Contains(said, want) {
			wrong("the first message lacks %q:\n%s", want, said)
		}
	}
}

// cents are those of an amount, all of which has at most two decimals here.
func cents(a money.Amount) int64 { return int64(math.Round(100 * a.Float64())) }

// spikes: what was planted on judged days is told, with its amount, and nothing else.
func (x expected) spikes(m report.CurrencyReport, want truth, wrong func(string, ...any)) {
	got := map[string]float64{}
	for _, a := range m.Spikes {
		got[a.Service] += a.Excess
	}
	for service, cents := range want.excess {
		// What is expected of a day with noise is known to a few percent only.
		if excess, ok := got[service]; !ok || math.Abs(excess-float64(cents)/100) > 0.1*float64(cents)/100 {
			wrong("%s: got an excess of %.2f (told: %t), want %s", service, excess, ok, shown(cents))
		}
		delete(got, service)
	}
	for service, excess := range got {
		if !slices.Contains(x.unplanned, service) {
			wrong("%s is told with %.2f, and nothing was planted there", service, excess)
		}
	}
}
