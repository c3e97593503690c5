package source

import (
	"encoding/binary"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// sheet is a bill as a spreadsheet saves it: its rows with another delimiter.
func sheet(delimiter string, rows ...string) string {
	return strings.Join(append([]string{"Provider;ServiceName;BilledCost;EffectiveCost;BillingCurrency;ChargePeriodStart;ChargePeriodEnd;Region"}, rows...), "\n") + "\n"
}

func inUTF16(text string, order binary.AppendByteOrder, mark bool) []byte {
	var data []byte
	if mark {
		data = order.AppendUint16(data, 0xFEFF)
	}
	for _, unit := range utf16.Encode([]rune(text)) {
		data = order.AppendUint16(data, unit)
	}
	return data
}

// TestForms: what spreadsheets and older exports write is read where there is one way
// to, and the way is named; what may be read in two is refused, and both are said.
func TestForms(t *testing.T) {
	row := func(cost, start string) string {
		return "AWS;EC2;" + cost + ";" + cost + ";USD;" + start + ";;us-east-1"
	}
	april := func(days map[string]string) (want []string) {
		for day, cost := range days {
			want = append(want, "2025-"+day+" AWS|EC2|||USD|usage| "+cost+" "+cost)
		}
		slices.Sort(want)
		return want
	}
	for name, test := range map[string]struct {
		text  string
		want  []string
		notes []string // beside those of the columns that are not there
	}{
		"month first": {sheet(";", row("1", "4/1/25"), row("2", "4/30/25")), april(map[string]string{"04-01": "1", "04-30": "2"}),
			[]string{"a.csv: dates such as 4/1/25 are read as month, day and year: see that this is right"}},
		"month first, with a time": {sheet(";", row("1", "4/1/2025 12:00:00 AM"), row("2", "4/30/2025 11:00 PM")), april(map[string]string{"04-01": "1", "04-30": "2"}),
			[]string{"dates such as 4/1/2025 12:00:00 AM are read as month, day and year"}},
		"day first": {sheet(";", row("1", "1/4/25"), row("2", "30/4/25")), april(map[string]string{"04-01": "1", "04-30": "2"}),
			[]string{"dates such as 1/4/25 are read as day, month and year"}},
		"day first, with points": {sheet(";", row("1", "01.04.2025"), row("2", "30.04.2025 00:00")), april(map[string]string{"04-01": "1", "04-30": "2"}),
			[]string{"dates such as 01.04.2025 are read as day, month and year"}},
		"year first": {sheet(";", row("1", "2025/4/1")), april(map[string]string{"04-01": "1"}), nil},
		"dates that may be either": {sheet(";", row("1", "4/1/25"), row("2", "5/1/25")), nil,
			[]string{"a.csv: none of its rows can be used, so nothing of it is counted", `2 rows are left out, because they cannot be read: a.csv:2: ChargePeriodStart "4/1/25" may begin with the month or with the day, and no date of the file tells which: write dates like 2025-04-01 (2 rows).`}},
		"dates in both orders": {sheet(";", row("1", "4/30/25"), row("2", "30/4/25"), row("3", "2025-04-01")), april(map[string]string{"04-01": "3"}),
			[]string{`ChargePeriodStart "4/30/25" cannot be read, because in some rows the month comes first and in some the day`}},
		"dollars": {sheet(";", row("$10,000.00 ", "2025-04-01"), row("-$1,000", "2025-04-01"), row("($500.00)", "2025-04-01"), row("0.00 ", "2025-04-02")),
			[]string{"2025-04-01 AWS|EC2|||USD|credit| -1500 -1500", "2025-04-01 AWS|EC2|||USD|usage| 10000 10000", "2025-04-02 AWS|EC2|||USD|usage| 0 0"},
			[]string{"numbers such as $10,000.00 have a point before their decimals"}},
		"decimal commas": {sheet(";", row("1.234,50 €", "2025-04-01"), row("1.234", "2025-04-02"), row("7", "2025-04-03")),
			april(map[string]string{"04-01": "1234.5", "04-02": "1234", "04-03": "7"}), []string{"have a comma before their decimals"}},
		"thousands by blanks": {sheet(";", row("1\u202f234,5", "2025-04-01"), row("12 000", "2025-04-02")),
			april(map[string]string{"04-01": "1234.5", "04-02": "12000"}), []string{"have a comma before their decimals"}},
		"numbers that may be either": {sheet(";", row("10,000", "2025-04-01"), row("7", "2025-04-02")), april(map[string]string{"04-02": "7"}),
			[]string{`EffectiveCost "10,000" may be "10000" or "10.000", and no number of the file tells which`}},
		"a comma among points": {sheet(";", row("1,25", "2025-04-01"), row("7.25", "2025-04-02")), april(map[string]string{"04-02": "7.25"}),
			[]string{`EffectiveCost "1,25" is not a number`}},
		"groups that are none":    {sheet(";", row("1,00,0.5", "2025-04-01"), row("7.25", "2025-04-02")), april(map[string]string{"04-02": "7.25"}), []string{`"1,00,0.5" is not a number`}},
		"a line for spreadsheets": {"sep=;\r\n" + sheet(";", row("1", "2025-04-01")), april(map[string]string{"04-01": "1"}), nil},
		"an empty line before":    {"\r\n" + sheet(";", row("1", "2025-04-01")), april(map[string]string{"04-01": "1"}), nil},
		"a workbook":              {"PK\x03\x04...", nil, []string{"it is a zip archive or an Excel workbook: unpack it, or save it as CSV"}},
		"a page":                  {"<html>Access denied</html>", nil, []string{"it is a web page or XML"}},
		"JSON":                    {`{"error":"expired"}`, nil, []string{"it is JSON"}},
	} {
		t.Run(name, func(t *testing.T) {
			for encoding, data := range map[string][]byte{
				"as it is":                    []byte(test.text),
				"with tabs":                   []byte(strings.ReplaceAll(test.text, ";", "\t")),
				"in gzip":                     gzipOf(t, []byte(test.text)),
				"in UTF-16":                   inUTF16(test.text, binary.LittleEndian, true),
				"in UTF-16, big end":          inUTF16(test.text, binary.BigEndian, true),
				"in UTF-16, without its mark": inUTF16(test.text, binary.LittleEndian, false),
			} {
				path := filepath.Join(t.TempDir(), "a.csv")
				write(t, path, data)
				r := read(t, Files{Patterns: []string{path}})
				if diff := gocmp.Diff(test.want, described(r.Days)); diff != "" {
					t.Errorf("%s: want, got:\n%s", encoding, diff)
				}
				r.Notes = slices.DeleteFunc(r.Notes, func(n money.Note) bool { return strings.Contains(n.Text, "there is no ") })
				for _, want := range test.notes {
					if !slices.ContainsFunc(r.Notes, func(n money.Note) bool { return strings.Contains(n.Text, want) }) {
						t.Errorf("%s: no note says %q: %v", encoding, want, r.Notes)
					}
				}
				if len(test.notes) == 0 && len(r.Notes) > 0 {
					t.Errorf("%s: notes %v", encoding, r.Notes)
				}
			}
		})
	}
}

// TestPeriodsProveTheOrder: none ends before it begins.
func TestPeriodsProveTheOrder(t *testing.T) {
	for period, want := range map[string]order{
		"1/4/25;2/3/25": monthFirst, // else 1 April to 2 March
		"4/1/25;3/2/25": dayFirst,
		"4/1/25;5/1/25": orderUnknown,
	} {
		f, named, err := prove(strings.NewReader(sheet(";", "AWS;EC2;1;1;USD;"+period+";x")))
		if err != nil || f.dates != want || (named == "") != (want == orderUnknown) {
			t.Errorf("%s: got order %d, %q, %v, want %d", period, f.dates, named, err, want)
		}
	}
}

// TestFormsAreKept: a file whose form had to be proven tells the same when it is not
// read again, and one that ends early tells why.
func TestFormsAreKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.csv")
	write(t, path, []byte(strings.ReplaceAll(wide, ",", ";")+strings.Join([]string{"1;1;4/1/26;4/2/26;USD;EC2;AWS;1;Compute;Usage;;;Standard;", "1;1;4/30/26;5/1/26;usd;EC2;AWS;1;Compute;Usage;;;Standard;"}, "\n")+"\n"))
	a := again{Files: Files{Patterns: []string{path}}}
	first := a.read(t)
	second := a.read(t)
	wantDays(t, second, described(first.Days)...)
	wantDays(t, first, "2026-04-01 AWS|EC2|Compute|1|USD|usage|Standard 1 1", "2026-04-30 AWS|EC2|Compute|1|USD|usage|Standard 1 1")
	wantNotes(t, second, "a.csv: dates such as 4/1/26 are read as month, day and year")
	if a.bytes != 0 {
		t.Errorf("%d bytes are read again", a.bytes)
	}
}

// TestNumbers: a number has one value, or none.
func TestNumbers(t *testing.T) {
	for text, want := range map[string][2]string{ // with a point, with a comma before decimals
		"10,000.00":  {"10000", ""},
		"1.234,5":    {"", "1234.5"},
		"1'234.5":    {"1234.5", ""},
		"12":         {"12", "12"},
		"-$12.50":    {"-12.5", ""},
		"$-12.50":    {"-12.5", ""},
		"(1,000)":    {"-1000", "-1"},
		"£1,234,567": {"1234567", ""},
		"":           {"", ""},
		"$":          {"", ""},
		"--1":        {"", ""},
		"1,,000":     {"", ""},
		",5":         {"", ""},
		"1,5,":       {"", ""},
		"0x10,000":   {"", ""},
	} {
		for k, d := range []decimals{decimalPoint, decimalComma} {
			got, err := form{proven: true, decimals: d}.number(text)
			if shown := got.String(); (err == nil) != (want[k] != "") || err == nil && shown != want[k] {
				t.Errorf("%q, form %d: got %s, %v, want %q", text, d, shown, err, want[k])
			}
		}
	}
}
