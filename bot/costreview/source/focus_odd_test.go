package source

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// wide is a header with everything that a digest wants.
const wide = "BilledCost,EffectiveCost,ChargePeriodStart,ChargePeriodEnd,BillingCurrency,ServiceName,ProviderName,SubAccountId,ServiceCategory,ChargeCategory,ChargeClass,ChargeFrequency,PricingCategory,Tags\n"

// line is one row of wide, of which some fields are changed: "Field=value".
func line(changes ...string) string {
	names := strings.Split(strings.TrimSpace(wide), ",")
	values := []string{"1.5", "1.25", "2026-11-20T10:00:00Z", "2026-11-20T11:00:00Z", "USD", "EC2", "AWS", "111", "Compute", "Usage", "", "Usage-Based", "Standard", ""}
	for _, change := range changes {
		name, value, _ := strings.Cut(change, "=")
		values[slices.Index(names, name)] = value
	}
	return strings.Join(values, ",") + "\n"
}

// described is what days hold, a line for each sum.
func described(days money.Days) []string {
	var all []string
	for day, groups := range days {
		for g, c := range groups {
			batch := ""
			if g.Batch {
				batch = " batch"
			}
			if g.BillingAccount != "" {
				batch += " of " + g.BillingAccount
			}
			if g.Spread {
				batch += " spread"
			}
			all = append(all, fmt.Sprintf("%s %s|%s|%s|%s|%s|%s|%s%s %s %s", day, g.Provider, g.Service, g.Category, g.Account, g.Currency, g.Kind, g.Pricing, batch, c.Amount, c.Billed))
		}
	}
	slices.SortFunc(all, cmp.Compare[string])
	return all
}

// TestOddRows: what one row becomes.
func TestOddRows(t *testing.T) {
	const normal = "2026-11-20 AWS|EC2|Compute|111|USD|usage|Standard 1.25 1.5"
	for name, test := range map[string]struct{ row, want string }{
		"normal":                      {line(), normal},
		"E notation":                  {line("EffectiveCost=1.25E0", "BilledCost=15e-1"), normal},
		"E notation, small":           {line("EffectiveCost=-1.6059E-05", "BilledCost=0"), "2026-11-20 AWS|EC2|Compute|111|USD|credit|Standard -0.000016059 0"},
		"binary fraction":             {line("EffectiveCost=58.107420000000005"), "2026-11-20 AWS|EC2|Compute|111|USD|usage|Standard 58.107420000000005 1.5"},
		"no seconds":                  {line("ChargePeriodStart=2026-11-20T10:00Z"), normal},
		"space for T":                 {line("ChargePeriodStart=2026-11-20 10:00:00"), normal},
		"no zone":                     {line("ChargePeriodStart=2026-11-20T10:00:00"), normal},
		"fraction of a second":        {line("ChargePeriodStart=2026-11-20T10:00:00.000Z"), normal},
		"date alone":                  {line("ChargePeriodStart=2026-11-20"), normal},
		"zone ahead":                  {line("ChargePeriodStart=2026-11-21T05:00:00+05:30"), normal},
		"zone behind":                 {line("ChargePeriodStart=2026-11-19T20:00:00-0800"), normal},
		"UTC in words":                {line("ChargePeriodStart=2026-11-20 23:59:59 UTC"), normal},
		"leap day":                    {line("ChargePeriodStart=2024-02-29T00:00:00Z", "ChargePeriodEnd="), strings.Replace(normal, "2026-11-20", "2024-02-29", 1)},
		"newline in quotes":           {line("Tags=\"{\"\"a\"\":\n\"\"b\"\"}\""), normal},
		"null spelt NULL":             {line("ServiceCategory=NULL"), "2026-11-20 AWS|EC2||111|USD|usage|Standard 1.25 1.5"},
		"null spelt null":             {line("SubAccountId=null"), "2026-11-20 AWS|EC2|Compute||USD|usage|Standard 1.25 1.5"},
		"null spelt as databases do":  {line(`PricingCategory=\N`), "2026-11-20 AWS|EC2|Compute|111|USD|usage| 1.25 1.5"},
		"virtual currency":            {line("BillingCurrency=AI Tokens"), "2026-11-20 AWS|EC2|Compute|111|AI Tokens|usage|Standard 1.25 1.5"},
		"refund":                      {line("EffectiveCost=-2", "BilledCost=-2"), "2026-11-20 AWS|EC2|Compute|111|USD|credit|Standard -2 -2"},
		"refund on the invoice":       {line("EffectiveCost=0", "BilledCost=-2"), "2026-11-20 AWS|EC2|Compute|111|USD|credit|Standard 0 -2"},
		"correction":                  {line("ChargeClass=Correction", "EffectiveCost=-2"), "2026-11-20 AWS|EC2|Compute|111|USD|correction|Standard -2 1.5"},
		"purchase":                    {line("ChargeCategory=Purchase", "EffectiveCost=0"), "2026-11-20 AWS|EC2|Compute|111|USD|purchase|Standard 0 1.5"},
		"recurring fee":               {line("ChargeFrequency=Recurring"), "2026-11-20 AWS|EC2|Compute|111|USD|purchase|Standard 1.25 1.5"},
		"frequency in other letters":  {line("ChargeFrequency=Usage-based"), normal},
		"tax":                         {line("ChargeCategory=Tax"), "2026-11-20 AWS|EC2|Compute|111|USD|tax|Standard 1.25 1.5"},
		"credit":                      {line("ChargeCategory=Credit", "EffectiveCost=-3"), "2026-11-20 AWS|EC2|Compute|111|USD|credit|Standard -3 1.5"},
		"adjustment down":             {line("ChargeCategory=Adjustment", "EffectiveCost=-3"), "2026-11-20 AWS|EC2|Compute|111|USD|credit|Standard -3 1.5"},
		"adjustment up":               {line("ChargeCategory=Adjustment"), "2026-11-20 AWS|EC2|Compute|111|USD|purchase|Standard 1.25 1.5"},
		"batch by value":              {line(`Tags="{""workload"": ""Batch""}"`), "2026-11-20 AWS|EC2|Compute|111|USD|usage|Standard batch 1.25 1.5"},
		"batch by key":                {line(`Tags="{""aws:batch:queue"": ""q1""}"`), "2026-11-20 AWS|EC2|Compute|111|USD|usage|Standard batch 1.25 1.5"},
		"batch switched off":          {line(`Tags="{""batch"": ""false""}"`), normal},
		"batch inside a value":        {line(`Tags="{""name"": ""batchelor""}"`), normal},
		"batch outside of JSON":       {line("Tags=batch"), normal},
		"control characters":          {line("ServiceName=\"E\x1b[31mC\x00\u202e2\n\""), "2026-11-20 AWS|E [31mC 2|Compute|111|USD|usage|Standard 1.25 1.5"},
		"not UTF-8":                   {line("ServiceName=E\xff2"), "2026-11-20 AWS|E\ufffd2|Compute|111|USD|usage|Standard 1.25 1.5"},
		"long name":                   {line("ServiceName=" + strings.Repeat("é", 300)), "2026-11-20 AWS|" + strings.Repeat("é", 199) + "…|Compute|111|USD|usage|Standard 1.25 1.5"},
		"blanks around":               {line("EffectiveCost= 1.25 ", "BilledCost=1.5 ", "ChargePeriodStart= 2026-11-20 ", "BillingCurrency= USD ", "ChargeCategory=Usage ", "PricingCategory= NULL "), strings.Replace(normal, "Standard", "", 1)},
		"a null of blanks":            {line("SubAccountId=  "), strings.Replace(normal, "111", "", 1)},
		"a currency in other letters": {line("BillingCurrency=usd"), normal},
		"before FOCUS 1.0":            {line("PricingCategory=Commitment-Based"), strings.Replace(normal, "Standard", "Committed", 1)},
		"service empty":               {line("ServiceName="), "2026-11-20 AWS||Compute|111|USD|usage|Standard 1.25 1.5"},
	} {
		path := filepath.Join(t.TempDir(), "a.csv")
		write(t, path, []byte(wide+test.row))
		r := read(t, Files{Patterns: []string{path}})
		if diff := gocmp.Diff([]string{test.want}, described(r.Days)); diff != "" || len(r.Notes) > 0 {
			t.Errorf("%s: notes %v; want, got:\n%s", name, r.Notes, diff)
		}
	}
}

// TestOddRowsAreLeftOut: a row that cannot be used is named and counted, and the
// others count.
func TestOddRowsAreLeftOut(t *testing.T) {
	for row, want := range map[string]string{
		line("EffectiveCost=\"1,25\""):                      `a.csv:3: EffectiveCost "1,25" is not a number`,
		line("EffectiveCost=1e30"):                          `a.csv:3: EffectiveCost "1e30" is larger than 1,000,000,000,000`,
		line("BilledCost=abc"):                              `a.csv:3: BilledCost "abc" is not a number`,
		line("ChargePeriodStart=20.11.1926"):                `a.csv:3: ChargePeriodStart "20.11.1926" is not a date of this century`,
		line("ChargePeriodStart=2026/13/01"):                `a.csv:3: ChargePeriodStart "2026/13/01" is not a date of this century`,
		line("ChargePeriodStart=2026-02-29T00:00:00Z"):      `a.csv:3: ChargePeriodStart "2026-02-29T00:00:00Z" is not a date of this century`,
		line("ChargePeriodStart=1970-01-01"):                `a.csv:3: ChargePeriodStart "1970-01-01" is not a date of this century`,
		line("ChargePeriodStart="):                          `a.csv:3: ChargePeriodStart "" is not a date of this century`,
		line("BillingCurrency=NULL"):                        `a.csv:3: BillingCurrency is empty`,
		line("BillingCurrency=12.50"):                       `a.csv:3: BillingCurrency "12.50" is a number`,
		"1,2,3\n":                                           `a.csv:3: wrong number of fields`,
		strings.Replace(line(), "EC2", "E\"C2", 1):          `a.csv:3: bare " in non-quoted-field`,
		line("ChargePeriodStart=\x1b2026"):                  `ChargePeriodStart "\x1b2026" is not a date`,
		line("EffectiveCost=" + strings.Repeat("9", 100)):   `a.csv:3: EffectiveCost "99999999999999999999" is not a number`,
		line("ChargePeriodStart=2026-11-20T25:00:00Z"):      `"2026-11-20T25:00:00Z" is not a date`,
		line("ChargePeriodStart=2026-11-20T10:00:00+99:00"): `"2026-11-20T10:00:00+99:00" is not a date`,
	} {
		path := filepath.Join(t.TempDir(), "a.csv")
		write(t, path, []byte(wide+line()+row+line()))
		r := read(t, Files{Patterns: []string{path}})
		if r.Broken != 1 || r.Rows != 2 {
			t.Errorf("%q: got %d rows and %d broken, want 2 and 1", row, r.Rows, r.Broken)
		}
		wantNotes(t, r, want)
		if !slices.ContainsFunc(r.Notes, func(n money.Note) bool { return n.Partial }) {
			t.Errorf("%q: no note says that figures are incomplete", row)
		}
	}
}

// TestACauseIsSaidOnce: rows that are left out for one reason are counted, over all files,
// and the reason is said once, of the first of them; the five most frequent are named.
func TestACauseIsSaidOnce(t *testing.T) {
	folder := t.TempDir()
	write(t, filepath.Join(folder, "a.csv"), []byte(wide+line()+strings.Repeat(line("BilledCost=x"), 4)))
	write(t, filepath.Join(folder, "b.csv"), []byte(wide+line()+strings.Repeat(line("BilledCost=y"), 4)))
	r := read(t, Files{Patterns: []string{filepath.Join(folder, "*.csv")}})
	if r.Broken != 8 {
		t.Errorf("got %d broken rows, want 8", r.Broken)
	}
	wantNotes(t, r, `8 rows are left out, because they cannot be read: a.csv:3: BilledCost "x" is not a number (8 rows).`)

	// Files with nothing but dates that may be either say why once, too.
	folder = t.TempDir()
	for _, name := range []string{"a.csv", "b.csv", "c.csv"} {
		write(t, filepath.Join(folder, name), []byte(wide+line("ChargePeriodStart=4/1/25")+line("ChargePeriodStart=5/1/25")))
	}
	write(t, filepath.Join(folder, "d.csv"), []byte(wide+line()+line("BilledCost=\"a\"\"b\"")+line("EffectiveCost=z")+line("BillingCurrency=")+line("BillingCurrency=1")+
		line("ChargePeriodStart=x")+"1,2\n3\n"))
	r = read(t, Files{Patterns: []string{filepath.Join(folder, "*.csv")}})
	wantNotes(t, r, "a.csv and 2 more: none of its rows can be used, so nothing of it is counted",
		`13 rows are left out, because they cannot be read: a.csv:2: ChargePeriodStart "4/1/25" may begin with the month or with the day, and no date of the file tells which: write dates like 2025-04-01 (6 rows); `+
			`d.csv:3: BilledCost "a\"b" is not a number; d.csv:4: EffectiveCost "z" is not a number; d.csv:5: BillingCurrency is empty; d.csv:6: BillingCurrency "1" is a number; 3 rows for other reasons.`)
}

// TestColumns: files degrade by name, and say how.
func TestColumns(t *testing.T) {
	for name, test := range map[string]struct {
		file  string
		want  []string
		lacks []string
		notes []string
	}{
		"the least": {
			"ServiceName,BilledCost,BillingCurrency,ChargePeriodStart\nEC2,1,USD,2026-11-20\n",
			[]string{"2026-11-20 |EC2|||USD|usage| 1 1"},
			[]string{"EffectiveCost", "ChargeCategory", "ChargeClass", "ChargeFrequency", "ProviderName", "ServiceCategory", "SubAccountId", "PricingCategory", "Tags"},
			[]string{
				"a.csv: there is no EffectiveCost, so BilledCost is counted instead",
				"no ChargeCategory column, so month-start charges, credits and taxes cannot be told from usage.",
				"no ChargeClass column", "no ChargeFrequency column", "no ProviderName column", "no ServiceCategory column", "no SubAccountId column", "no PricingCategory column", "no Tags column",
			},
		},
		"1.3 and later": {
			"ServiceProviderName,ProviderName,PublisherName,HostProviderName," + strings.Replace(wide, "ProviderName,SubAccountId", "BillingAccountId,SubAccountId", 1) +
				"Databricks,AWS,AWS,AWS," + line("ProviderName=999") +
				"NULL,AWS,,AWS," + line("ProviderName=999", "SubAccountId=") +
				",,Canonical,AWS," + line("ProviderName=999"),
			[]string{
				"2026-11-20 AWS|EC2|Compute|999|USD|usage|Standard of 999 1.25 1.5",
				"2026-11-20 Canonical|EC2|Compute|111|USD|usage|Standard of 999 1.25 1.5",
				"2026-11-20 Databricks|EC2|Compute|111|USD|usage|Standard of 999 1.25 1.5",
			}, nil, nil,
		},
		"names in other letters, and twice": {
			strings.ToLower(strings.TrimSpace(wide)) + ",ServiceName\n" + strings.TrimSpace(line()) + ",Other\n",
			[]string{"2026-11-20 AWS|EC2|Compute|111|USD|usage|Standard 1.25 1.5"}, nil, nil,
		},
		"a category of its own": {
			wide + line("ChargeCategory=Zakat") + line("ChargeCategory=Alms"),
			[]string{"2026-11-20 AWS|EC2|Compute|111|USD|usage|Standard 2.5 3"}, nil,
			[]string{`ChargeCategory "Alms" is none that FOCUS has, and is judged as usage.`},
		},
		"years of usage": {
			wide + line("ChargePeriodStart=2020-10-01", "ChargePeriodEnd=2026-10-01") + line("ChargePeriodStart=2025-07-01", "ChargePeriodEnd=2026-07-01", "ChargeCategory=Purchase"),
			[]string{
				"2020-10-01 AWS|EC2|Compute|111|USD|usage|Standard 1.25 1.5",
				"2025-07-01 AWS|EC2|Compute|111|USD|purchase|Standard 1.25 1.5",
			}, nil,
			[]string{"1 row is usage for more than three years, and all of it is counted on the first day"},
		},
		"no amount": {
			wide + line("EffectiveCost=NULL") + line(),
			[]string{"2026-11-20 AWS|EC2|Compute|111|USD|usage|Standard 1.25 3"}, nil,
			[]string{"1 row of AWS has no EffectiveCost: nothing is counted there"},
		},
		"days to come": {
			wide + line() + line("ChargePeriodStart=2026-11-25") + line("ChargePeriodStart=2031-01-01"),
			[]string{"2026-11-20 AWS|EC2|Compute|111|USD|usage|Standard 1.25 1.5"}, nil,
			[]string{"a.csv: charges dated 2026-11-25 to 2031-01-01 are left out, because that is still to come"},
		},
		"amounts for a currency": {
			wide + strings.Repeat(line("BillingCurrency=12.5"), 3),
			nil, nil,
			[]string{
				`a.csv: none of its rows can be used, so nothing of it is counted`,
				`3 rows are left out, because they cannot be read`,
			},
		},
		"only a header":  {wide, nil, nil, nil},
		"nothing at all": {"", nil, nil, []string{"a.csv: it is empty, so nothing of it is counted"}},
		"another dataset": {
			"InvoiceId,BillingPeriodStart\n1,2026-11-01\n", nil, nil,
			[]string{"it is not a FOCUS cost file: its header has no EffectiveCost, no ChargePeriodStart, no ServiceName, no BillingCurrency, so nothing"},
		},
		"a header without end": {
			strings.Repeat("x,", 6000) + "y\n", nil, nil, []string{"its header has 6001 columns, and 5000 are the most that are read"},
		},
		"a row without end": {
			wide + line() + line("Tags=\""+strings.Repeat("x\n", 3<<20)), nil, nil, []string{"it has a row of more than 4 MB, as a quote that is not closed makes one, so only the rows before"},
		},
	} {
		path := filepath.Join(t.TempDir(), "a.csv")
		write(t, path, []byte(test.file))
		r := read(t, Files{Patterns: []string{path}})
		t.Run(name, func(t *testing.T) {
			if strings.Contains(name, "row without end") {
				test.want = []string{"2026-11-20 AWS|EC2|Compute|111|USD|usage|Standard 1.25 1.5"}
			}
			if diff := gocmp.Diff(test.want, described(r.Days)); diff != "" {
				t.Errorf("want, got:\n%s", diff)
			}
			if diff := gocmp.Diff(test.lacks, r.Lacks); diff != "" {
				t.Errorf("lacks: want, got:\n%s", diff)
			}
			if r.Known != (len(test.want) > 0) {
				t.Errorf("known is %t", r.Known)
			}
			wantNotes(t, r, test.notes...)
		})
	}
}
