package report_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/costreview/report"
)

// rewritten writes the rows as FOCUS files, and each file's lines in another way.
func rewritten(change func(header []string, line []string) []string, with rune) func(t *testing.T, dir string, rows []row) {
	return func(t *testing.T, dir string, rows []row) {
		t.Helper()
		writeFOCUS(t, dir, rows)
		paths, err := filepath.Glob(filepath.Join(dir, "*.csv"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			lines, err := csv.NewReader(strings.NewReader(string(data))).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			header := slices.Clone(lines[0])
			var text strings.Builder
			out := csv.NewWriter(&text)
			out.Comma = with
			for _, line := range lines {
				if err := out.Write(change(header, line)); err != nil {
					t.Fatal(err)
				}
			}
			out.Flush()
			if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// at is where a column stands.
func at(header []string, column string) int { return slices.Index(header, column) }

// withoutEffective empties EffectiveCost of rows, and BilledCost of those that bare says.
func withoutEffective(providers string, bare func(line []string, header []string) bool) func(t *testing.T, dir string, rows []row) {
	return rewritten(func(header, line []string) []string {
		if strings.Contains(providers, line[at(header, "ProviderName")]) {
			line[at(header, "EffectiveCost")] = ""
			if bare != nil && bare(line, header) {
				line[at(header, "BilledCost")] = ""
			}
		}
		return line
	}, ',')
}

// formScenarios are bills that are not written as FOCUS has it: the figures are those of
// the rows, and what cannot be read is named by its cause, once.
var formScenarios = []scenario{
	{
		name: "blanks, tabs, and columns as older exports name them",
		bill: threeServices,
		write: rewritten(func(header, line []string) []string {
			if slices.Equal(header, line) {
				line[at(header, "ProviderName")] = "Provider"
				return line
			}
			for _, column := range []string{"EffectiveCost", "BilledCost", "ChargePeriodStart", "ChargePeriodEnd"} {
				line[at(header, column)] = " " + strings.Replace(line[at(header, column)], "T00:00:00Z", "T00:00Z", 1) + "  "
			}
			return line
		}, '\t'),
		digests: []expected{{at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20"), says: []string{"AWS EC2"}}},
	},
	{
		name: "decimal commas and points between thousands",
		bill: threeServices,
		write: rewritten(func(header, line []string) []string {
			for _, column := range []string{"EffectiveCost", "BilledCost"} {
				whole, cents, ok := strings.Cut(line[at(header, column)], ".")
				if n := len(whole); n > 3 {
					whole = whole[:n-3] + "." + whole[n-3:]
				}
				if ok {
					line[at(header, column)] = whole + "," + cents + " €"
				}
			}
			return line
		}, ';'),
		digests: []expected{{at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20"), missing: []string{"have a comma before their decimals"}}},
	},
	{
		// No date of them tells whether 4/11 is in April or in November: they are refused, and why is said once.
		name: "three files the dates of which may be either",
		bill: func(b *bill) {
			b.flat("AWS/111", "EC2", 100)
			for k, provider := range []string{"Oracle", "Google", "OVH"} {
				for d := on("2026-11-02"); d <= on("2026-11-11"); d++ {
					b.add(row{provider: provider, billing: "9", service: "Compute", day: d, cents: 5000, file: fmt.Sprintf("other-%d.csv", k)})
				}
			}
		},
		write: func(t *testing.T, dir string, rows []row) {
			rewritten(func(header, line []string) []string {
				if line[at(header, "BillingAccountId")] == "9" {
					for _, column := range []string{"ChargePeriodStart", "ChargePeriodEnd"} {
						var year, month, date int
						if _, err := fmt.Sscanf(line[at(header, column)], "%d-%d-%d", &year, &month, &date); err != nil {
							t.Fatal(err)
						}
						line[at(header, column)] = fmt.Sprintf("%d/%d/%d", date, month, year%100)
					}
				}
				return line
			}, ',')(t, dir, rows)
		},
		digests: []expected{{
			at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20"), least: true,
			holes: []hole{{"Oracle", wholeBill()}, {"Google", wholeBill()}, {"OVH", wholeBill()}},
			missing: []string{
				"other-0.csv and 2 more: none of its rows can be used, so nothing of it is counted",
				`30 rows are left out, because they cannot be read: other-0.csv:2: ChargePeriodStart "2/11/26" may begin with the month or with the day, and no date of the file tells which: write dates like 2025-04-01 (30 rows).`,
			},
			check: func(t *testing.T, r report.Report) {
				if n := strings.Count(report.Text(r), "may begin with"); n != 1 {
					t.Errorf("the cause is said %d times", n)
				}
			},
		}},
	},
	{
		name:    "EffectiveCost is empty of one of two providers",
		bill:    func(b *bill) { b.daily("AWS/111", "EC2", 1000, 40, 50).daily("Microsoft/222", "AKS", 300, 50, 60) },
		write:   withoutEffective("Microsoft", nil),
		digests: []expected{{at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20"), says: []string{"(Microsoft: BilledCost)"}, silent: []string{"at least", "nothing is counted"}}},
	},
	{
		name: "EffectiveCost is empty of one of two providers, and on a day BilledCost, too",
		bill: func(b *bill) {
			b.daily("AWS/111", "EC2", 1000, 40, 50).daily("Microsoft/222", "AKS", 300, 50, 60).daily("Microsoft/222", "Blob", 200, 0, 100)
		},
		write: withoutEffective("Microsoft", func(line, header []string) bool {
			return line[at(header, "ServiceName")] == "Blob" && strings.HasPrefix(line[at(header, "ChargePeriodStart")], "2026-11-18")
		}),
		digests: []expected{{
			at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20"), least: true, uncompared: true, holes: []hole{{"Microsoft/222/Blob", some("2026-11-18")}},
			missing: []string{"1 row of Microsoft has no EffectiveCost and no BilledCost: nothing is counted there"}, silent: []string{"has no EffectiveCost: "},
		}},
	},
	{
		name: "EffectiveCost is empty of few rows of a provider: nothing stands in for these",
		bill: func(b *bill) {
			b.daily("AWS/111", "EC2", 1000, 40, 50).daily("Microsoft/222", "AKS", 300, 50, 60).flat("Microsoft/222", "DNS", 1)
		},
		write: rewritten(func(header, line []string) []string {
			if line[at(header, "ServiceName")] == "DNS" {
				line[at(header, "EffectiveCost")] = "NULL"
			}
			return line
		}, ','),
		digests: []expected{{
			at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20"), least: true, holes: []hole{{"Microsoft/222/DNS", wholeBill()}},
			missing: []string{"rows of Microsoft have no EffectiveCost: nothing is counted there, so choose a column that the export fills"},
		}},
	},
}

// inCurrency makes the charges of a part another currency's.
func (b *bill) inCurrency(part, currency string) *bill {
	for _, i := range b.of(part) {
		b.rows[i].currency = currency
	}
	return b
}

// currencyScenarios: which of several currencies comes first.
var currencyScenarios = []scenario{
	{
		name: "the main currency is that with most money at the rates, one of which need not be given",
		bill: func(b *bill) {
			b.flat("AWS/111", "EC2", 1000).flat("IIJ/7", "Servers", 90000).inCurrency("IIJ", "jpy").flat("OVH/5", "Cloud", 950).inCurrency("OVH", "EUR")
		},
		settings: report.Settings{Rates: map[string]float64{"EUR": 1.08, "JPY": 0.0066}},
		digests: []expected{
			{at: "2026-11-23 09:00", currency: "EUR", days: span("2026-11-16", "2026-11-20"), beside: func(t *testing.T, rows []row, x expected, r report.Report) {
				mainByWorth(t, rows, x, r, map[string]int64{"USD": 10000, "jpy": 66, "EUR": 10800})
			}, root: []string{"📊 €4,750 in 5 days of week 47"}},
			{at: "2026-11-30 09:00", currency: "USD", days: span("2026-11-23", "2026-11-27"), late: weekend("2026-11-21")},
		},
	},
	{
		name:     "currencies of one rank: nothing is set beside a budget, and what is of one alone says so",
		bill:     func(b *bill) { twoCurrencies(b) },
		settings: report.Settings{Budgets: []report.Budget{{Name: "all", Amount: 5000}}},
		digests: []expected{{
			at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20"), says: []string{"Nothing is set beside the budgets, because nothing tells which currency they are of", "Total 4,500.00 EUR over "},
			root: []string{"📊 €4,500 and $500.00 in week 47", "Chart, month and what moved are in EUR alone, the largest number"},
			check: func(t *testing.T, r report.Report) {
				if !r.Equal || slices.ContainsFunc(r.Money, func(m report.CurrencyReport) bool { return m.Months[0].Budget != 0 }) {
					t.Errorf("equal %t, months %+v", r.Equal, r.Money[0].Months)
				}
			},
		}},
	},
	{
		name:     "the chosen currency is in none of the figures",
		bill:     func(b *bill) { b.flat("AWS/111", "EC2", 100) },
		settings: report.Settings{Currency: "CHF"},
		digests:  []expected{{at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20"), says: []string{"No cost of the week is in CHF, which `currency` names as the main one."}}},
	},
}
