package source

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// spreadOver is what each day has of an amount that is spread, and the sum of it.
func spreadOver(r money.Reading) (first, last money.Day, days int, sum money.Amount) {
	for day, groups := range r.Days {
		for g, c := range groups {
			if !g.Spread {
				continue
			}
			if days++; days == 1 || day < first {
				first = day
			}
			last = max(last, day)
			sum = sum.Add(c.Amount)
		}
	}
	return first, last, days, sum
}

// TestLongUsageIsSpread: over its days, exactly; what is no usage stays on its day.
func TestLongUsageIsSpread(t *testing.T) {
	for name, test := range map[string]struct {
		row         []string
		first, last string
		days        int
		sum         string
	}{
		"a month":                     {[]string{"ChargePeriodStart=2026-10-01", "ChargePeriodEnd=2026-11-01"}, "2026-10-01", "2026-10-31", 31, "100.01"},
		"a month of another zone":     {[]string{"ChargePeriodStart=2026-09-30T18:30:00Z", "ChargePeriodEnd=2026-10-31T18:30:00Z"}, "2026-09-30", "2026-10-30", 31, "100.01"},
		"its last second":             {[]string{"ChargePeriodStart=2026-10-01 00:00:00", "ChargePeriodEnd=2026-10-31 23:59:59"}, "2026-10-01", "2026-10-31", 31, "100.01"},
		"a week":                      {[]string{"ChargePeriodStart=2026-10-05", "ChargePeriodEnd=2026-10-12"}, "2026-10-05", "2026-10-11", 7, "100.01"},
		"two days":                    {[]string{"ChargePeriodStart=2026-10-05", "ChargePeriodEnd=2026-10-07"}, "2026-10-05", "2026-10-06", 2, "100.01"},
		"a quarter":                   {[]string{"ChargePeriodStart=2026-07-01", "ChargePeriodEnd=2026-10-01"}, "2026-07-01", "2026-09-30", 92, "100.01"},
		"a year":                      {[]string{"ChargePeriodStart=2025-07-01", "ChargePeriodEnd=2026-07-01"}, "2025-07-01", "2026-06-30", 365, "100.01"},
		"a refund of a month's usage": {[]string{"ChargePeriodStart=2026-10-01", "ChargePeriodEnd=2026-11-01", "EffectiveCost=-7"}, "2026-10-01", "2026-10-31", 31, "-7"},
		"a month that goes on":        {[]string{"ChargePeriodStart=2026-11-01", "ChargePeriodEnd=2026-12-01", "EffectiveCost=30"}, "2026-11-01", "2026-11-24", 24, "24"},
		"a day":                       {[]string{"ChargePeriodStart=2026-10-01", "ChargePeriodEnd=2026-10-02"}, "", "", 0, "0"},
		"a day of another zone":       {[]string{"ChargePeriodStart=2026-10-01T22:00Z", "ChargePeriodEnd=2026-10-02T22:00Z"}, "", "", 0, "0"},
		"a purchase":                  {[]string{"ChargePeriodStart=2026-10-01", "ChargePeriodEnd=2026-11-01", "ChargeCategory=Purchase"}, "", "", 0, "0"},
		"a tax":                       {[]string{"ChargePeriodStart=2026-10-01", "ChargePeriodEnd=2026-11-01", "ChargeCategory=Tax"}, "", "", 0, "0"},
		"a credit":                    {[]string{"ChargePeriodStart=2026-10-01", "ChargePeriodEnd=2026-11-01", "ChargeCategory=Credit", "EffectiveCost=-7"}, "", "", 0, "0"},
		"a fee":                       {[]string{"ChargePeriodStart=2026-10-01", "ChargePeriodEnd=2026-11-01", "ChargeFrequency=Recurring"}, "", "", 0, "0"},
		"an end before its start":     {[]string{"ChargePeriodStart=2026-10-01", "ChargePeriodEnd=2026-09-01"}, "", "", 0, "0"},
	} {
		records := [][]string{strings.Split(strings.TrimSpace(wide), ",")}
		records = append(records, strings.Split(strings.TrimSpace(line(append([]string{"EffectiveCost=100.01"}, test.row...)...)), ","))
		for form, data := range map[string][]byte{"a.csv": csvOf(t, records), "a.parquet": parquetOf(t, records, nil, 10, plain)} {
			path := filepath.Join(t.TempDir(), form)
			write(t, path, data)
			r := read(t, Files{Patterns: []string{path}})
			first, last, days, sum := spreadOver(r)
			if test.days == 0 {
				if days != 0 || len(r.Days) != 1 {
					t.Errorf("%s, %s: %d days are spread, of %d", name, form, days, len(r.Days))
				}
				continue
			}
			if got, want := fmt.Sprintf("%v %v %d %v", first, last, days, sum), fmt.Sprintf("%v %v %d %v", test.first, test.last, test.days, test.sum); got != want {
				t.Errorf("%s, %s: got %s, want %s %s %d %s", name, form, got, test.first, test.last, test.days, test.sum)
			}
			if len(r.Notes) > 0 {
				t.Errorf("%s, %s: notes %v", name, form, r.Notes)
			}
		}
	}
}

// TestSpreadUsageIsKept: what a file told of periods is what it tells again, and a
// month that goes on has a day more every day.
func TestSpreadUsageIsKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.csv")
	write(t, path, []byte(wide+line("ChargePeriodStart=2026-11-01", "ChargePeriodEnd=2026-12-01", "EffectiveCost=30")+line("EffectiveCost=5")))
	a := again{Files: Files{Patterns: []string{path}}}
	first := daysJSON(t, a.read(t))
	if r := a.read(t); a.bytes != 0 || daysJSON(t, r) != first {
		t.Errorf("%d bytes are read again, and tell %s, before %s", a.bytes, daysJSON(t, r), first)
	} else if r.Newest.String() != "2026-11-20" {
		t.Errorf("the newest day is %s: a month's charge tells of none", r.Newest)
	}
	r, _, err := a.Read(t.Context(), later.AddDate(0, 0, 30), a.known, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, last, days, sum := spreadOver(r); days != 30 || last.String() != "2026-11-30" || sum.String() != "30" {
		t.Errorf("a month later %d days are spread, to %s: %s", days, last, sum)
	}
}

// TestPeriodsAreBounded: each takes as much as its days do.
func TestPeriodsAreBounded(t *testing.T) {
	var rows strings.Builder
	rows.WriteString(wide)
	for k := range 50 {
		rows.WriteString(line("ChargePeriodStart=2023-10-01", "ChargePeriodEnd=2026-09-30", fmt.Sprintf("ServiceName=s%d", k)))
	}
	path := filepath.Join(t.TempDir(), "a.csv")
	write(t, path, []byte(rows.String()))
	r, _, err := Files{Patterns: []string{path}}.read(t.Context(), later, nil, newMeter(nil, 20_000))
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Days) != 0 || len(r.Notes) != 1 || !strings.Contains(r.Notes[0].Text, errGroups.Error()) {
		t.Errorf("got %d days, notes %v", len(r.Days), r.Notes)
	}
}
