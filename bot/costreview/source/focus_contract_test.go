package source

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// contractRows are a file of FOCUS 1.4's Contract Commitment dataset.
func contractRows(rows ...[]string) [][]string {
	return append([][]string{{"BillingCurrency", "ContractCommitmentCost", "ContractCommitmentId", "ContractCommitmentDescription", "ContractCommitmentType", "ContractCommitmentLifecycleStatus",
		"ContractCommitmentPeriodStart", "ContractCommitmentPeriodEnd", "ContractCommitmentLastUpdated", "ServiceProviderName", "ContractCommitmentApplicability"}}, rows...)
}

func contractRow(id, description, status, start, end string) []string {
	return []string{"usd", "250000.00", id, description, "Reserved Instance", status, start, end, "2026-02-01T08:00:00Z", "AWS", `{"IsGlobalScope": true}`}
}

func ofContract(id, name string, first, end money.Day) money.Commitment {
	return money.Commitment{ID: id, Name: name, Provider: "AWS", First: first, End: end, Contract: true, Currency: "USD"}
}

func dayIn(text string) money.Day { d, _ := money.ParseDay(text); return d }

// TestContractCommitments: what contracts say of their ends is read from FOCUS' dataset of
// them, in any form, and none of it is cost.
func TestContractCommitments(t *testing.T) {
	rows := contractRows(
		contractRow("ri-2", "m5 in us-east-1", "Active", "2025-12-01T00:00:00Z", "2026-12-01T00:00:00Z"),
		contractRow("ri-1", "NULL", "Pending", "2026-12-01", "2027-12-01"),
		contractRow("noon", "Ends at noon", "Exhausted", "2025-12-01T00:00:00Z", "2026-12-24T12:00:00Z"),
		contractRow("open", "Until somebody ends it", "Active", "2025-12-01T00:00:00Z", "9999-12-31T00:00:00Z"),
		contractRow("no-1", "Negotiated", "Proposed", "2026-12-01T00:00:00Z", "2026-12-20T00:00:00Z"),
		contractRow("no-2", "Ended by us", "canceled", "2025-12-01T00:00:00Z", "2026-12-20T00:00:00Z"),
		contractRow("no-3", "Replaced", "Superseded", "2025-12-01T00:00:00Z", "2026-12-20T00:00:00Z"),
	)
	december := dayIn("2025-12-01")
	want := []money.Commitment{
		ofContract("noon", "Ends at noon", december, dayIn("2026-12-24")),
		ofContract("open", "Until somebody ends it", december, 0),
		ofContract("ri-1", "Reserved Instance ri-1", dayIn("2026-12-01"), dayIn("2027-11-30")),
		ofContract("ri-2", "m5 in us-east-1", december, dayIn("2026-11-30")),
	}
	stamp := shape{parquet.Timestamp(parquet.Microsecond), func(text string) parquet.Value {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			at = dayIn(text).Time()
		}
		return parquet.Int64Value(at.UnixMicro())
	}}
	stamped := map[string]shape{"ContractCommitmentPeriodStart": stamp, "ContractCommitmentPeriodEnd": stamp, "ContractCommitmentLastUpdated": stamp}
	spreadsheet := strings.NewReplacer("2026-12-01T00:00:00Z", "12/1/2026", "2025-12-01T00:00:00Z", "12/1/2025", "2026-12-24T12:00:00Z", "12/24/2026 12:00", "2026-12-20T00:00:00Z", "12/20/2026",
		"2026-02-01T08:00:00Z", "2/1/2026", "2026-12-01", "12/1/2026", "2027-12-01", "12/1/2027", ",", ";", `{"IsGlobalScope": true}`, "x")
	for name, data := range map[string][]byte{
		"c.csv": csvOf(t, rows), "c.csv.gz": gzipOf(t, csvOf(t, rows)), "c.parquet": parquetOf(t, rows, nil, 3, plain), "typed.parquet": parquetOf(t, rows, stamped, 3, withDict),
		"sheet.csv": []byte(strings.ReplaceAll(spreadsheet.Replace(string(csvOf(t, rows))), `"`, "")),
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			write(t, filepath.Join(folder, name), data)
			write(t, filepath.Join(folder, "costs.csv"), []byte(wide+line()))
			a := again{Files: Files{Patterns: []string{filepath.Join(folder, "*")}}}
			for range 2 {
				r := a.read(t)
				if diff := cmp.Diff(want, r.Commitments); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
				wantDays(t, r, one)
				if r.Rows != 1 || r.Broken != 0 {
					t.Errorf("got %d rows and %d that cannot be read: contracts are counted as costs", r.Rows, r.Broken)
				}
				wantNotes(t, r)
			}
			if a.bytes != 0 {
				t.Errorf("%d bytes are read again", a.bytes)
			}
			os.Remove(filepath.Join(folder, "costs.csv"))
			if r := read(t, Files{Patterns: []string{filepath.Join(folder, "*")}}); len(r.Commitments) != 4 || len(r.Days) != 0 || len(r.Notes) != 0 {
				t.Errorf("alone: got %d, %d days, notes %v", len(r.Commitments), len(r.Days), r.Notes)
			}
		})
	}
}

// TestTheNewestWordOnAContractCounts: whatever the order of the files.
func TestTheNewestWordOnAContractCounts(t *testing.T) {
	at := func(updated string, row []string) []string {
		row[8] = updated
		return row
	}
	old := contractRows(at("2026-02-01T08:00:00Z", contractRow("a", "A", "Active", "2025-12-01", "2026-12-01")), at("2026-02-01T08:00:00Z", contractRow("b", "B", "Active", "2025-12-01", "2026-12-01")))
	now := contractRows(at("2026-11-01T08:00:00Z", contractRow("a", "A", "Active", "2025-12-01", "2026-12-20")), at("2026-11-01T08:00:00Z", contractRow("b", "B", "Canceled", "2025-12-01", "2026-12-01")))
	for _, files := range [][2][][]string{{old, now}, {now, old}} {
		folder := t.TempDir()
		write(t, filepath.Join(folder, "1.csv"), csvOf(t, files[0]))
		write(t, filepath.Join(folder, "2.csv"), csvOf(t, files[1]))
		r := read(t, Files{Patterns: []string{filepath.Join(folder, "*")}})
		if diff := cmp.Diff([]money.Commitment{ofContract("a", "A", dayIn("2025-12-01"), dayIn("2026-12-19"))}, r.Commitments); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	}
}

// TestContractsThatCannotBeRead are named, bounded, and no reason to call a total
// incomplete.
func TestContractsThatCannotBeRead(t *testing.T) {
	good := contractRow("a", "A", "Active", "2025-12-01", "2026-12-01")
	many := contractRows()
	for k := range 100_000 {
		many = append(many, contractRow(fmt.Sprint("c", k), strings.Repeat("x", 300), "Active", "2025-12-01", "2026-12-01"))
	}
	cut := gzipOf(t, csvOf(t, many[:5000]))
	joined := []byte(strings.Replace(wide, "\n", ",ContractCommitmentId,ContractCommitmentPeriodEnd\n", 1) + strings.Replace(line(), "\n", ",a,2026-12-01\n", 1))
	for name, test := range map[string]struct {
		files map[string][]byte
		ends  int
		rows  int64
		notes []string
	}{
		"broken rows": {map[string][]byte{"c.csv": csvOf(t, contractRows(contractRow("", "", "", "", ""), contractRow("x", "X", "Active", "", "soon"), contractRow("y", "Y", "Active", "nonsense", ""), good))}, 1, 0,
			[]string{"c.csv: 3 rows of contract commitments cannot be read, the first because of row 1: ContractCommitmentId is empty"}},
		"a quote too many":   {map[string][]byte{"c.csv": append(csvOf(t, contractRows(good)), []byte("a\"b,c\n")...)}, 1, 0, []string{"c.csv: 1 row of contract commitments cannot be read"}},
		"no rows":            {map[string][]byte{"c.csv": csvOf(t, contractRows())}, 0, 0, nil},
		"a hundred thousand": {map[string][]byte{"c.csv": csvOf(t, many)}, 0, 0, []string{"c.csv: there are more than 20000 contract commitments"}},
		"too many together": {map[string][]byte{"1.csv": csvOf(t, many[:15_000]), "2.csv": csvOf(t, slices.Concat(many[:1], many[20_000:30_000]))}, 0, 0,
			[]string{"1.csv: there are more than 20000", "2.csv: there are more than 20000"}},
		"too many that end soon":             {map[string][]byte{"c.csv": csvOf(t, many[:5000])}, 0, 0, []string{"There are more than 2000 contract commitments that end soon"}},
		"cut":                                {map[string][]byte{"c.csv.gz": cut[:len(cut)-500]}, 0, 0, []string{"c.csv.gz: it ends in the middle of its compressed data, so it is not known of all commitments when they end", "more than 2000"}},
		"a zone before its days":             {map[string][]byte{"c.csv": csvOf(t, contractRows(contractRow("a", "a\u202eb\x00c", "", "", "2026-12-01T00:00:00+02:00")))}, 1, 0, nil},
		"costs that contracts are joined to": {map[string][]byte{"j.csv": joined}, 0, 1, nil},
		"invoices": {map[string][]byte{"i.csv": []byte("InvoiceDetailId,InvoiceId,BilledCost,BillingCurrency,ChargeCategory\nd,i,100,USD,Usage\n")}, 0, 0,
			[]string{"i.csv: it is of FOCUS' dataset Invoice Detail, not costs, so nothing of it is counted"}},
		"invoices in Parquet": {map[string][]byte{"i.parquet": parquetOf(t, [][]string{{"InvoiceDetailId", "BilledCost"}, {"d", "100"}}, nil, 10, plain)}, 0, 0, []string{"i.parquet: it is of FOCUS' dataset Invoice Detail"}},
		"billing periods":     {map[string][]byte{"p.csv": []byte("InvoiceIssuerName,BillingPeriodStart,BillingPeriodEnd,BillingPeriodStatus\nAWS,2026-11-01,2026-12-01,Open\n")}, 0, 0, []string{"p.csv: it is of FOCUS' dataset Billing Period"}},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			for name, data := range test.files {
				write(t, filepath.Join(folder, name), data)
			}
			r := read(t, Files{Patterns: []string{filepath.Join(folder, "*")}})
			if len(r.Commitments) != test.ends || r.Rows != test.rows || r.Broken != 0 {
				t.Errorf("got %d ends, %d rows, %d broken, want %d and %d", len(r.Commitments), r.Rows, r.Broken, test.ends, test.rows)
			}
			wantNotes(t, r, test.notes...)
			if k := slices.IndexFunc(r.Notes, func(n money.Note) bool { return n.Partial }); k >= 0 {
				t.Errorf("the total is called incomplete: %s", r.Notes[k].Text)
			}
		})
	}
}

// TestEligibility: what commitments could cover is told the same by CSV and Parquet, and
// what cannot be read is counted, and is neither.
func TestEligibility(t *testing.T) {
	programs := `{"CommitmentPrograms": [{"ProgramType": "FlexibleSpendPlan"}, {"ProgramType": "ResourceReservation"}]}`
	big := `{"x_filler": "` + strings.Repeat("x", 1<<20) + `", "CommitmentPrograms": [{"ProgramType": "a"}]}`
	cells := []struct {
		service, text string
		want          money.Eligibility
	}{
		{"a", programs, money.Eligible}, {"b", "", money.Ineligible}, {"c", "NULL", money.Ineligible}, {"d", `{"CommitmentPrograms": []}`, money.Ineligible}, {"e", "{}", money.Ineligible},
		{"f", `{"CommitmentPrograms": [{"ProgramType"`, ""}, {"g", big, ""}, {"h", `[1, 2]`, ""}, {"i", `{"CommitmentPrograms": "all"}`, ""}, {"j", strings.Repeat("[", 100_000), ""},
		{"k", `{"x_Region": {"a": [1]}, "CommitmentPrograms": [{"ProgramType": "a", "x_Level": 2}]}`, money.Eligible}, {"l", `"\ud800"`, ""}, {"m", programs, money.Eligible},
	}
	records := [][]string{append(strings.Split(strings.TrimSpace(wide), ","), "CommitmentProgramEligibilityDetails")}
	want := map[string]money.Eligibility{"tax": ""}
	for _, c := range cells {
		records = append(records, append(strings.Split(strings.TrimSpace(line("ServiceName="+c.service)), ","), c.text))
		want[c.service] = c.want
	}
	records = append(records, append(strings.Split(strings.TrimSpace(line("ServiceName=tax", "ChargeCategory=Tax")), ","), ""))
	for name, data := range map[string][]byte{"a.csv": csvOf(t, records), "a.parquet": parquetOf(t, records, nil, 4, plain)} {
		path := filepath.Join(t.TempDir(), name)
		write(t, path, data)
		r := read(t, Files{Patterns: []string{path}})
		got := map[string]money.Eligibility{}
		for g := range r.Days[dayIn("2026-11-20")] {
			got[g.Service] = g.Eligibility
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: -want +got:\n%s", name, diff)
		}
		wantNotes(t, r, "6 rows have CommitmentProgramEligibilityDetails that cannot be read, so whether a commitment could cover them is not known.")
	}
	// Without the column nothing tells; a column of lists is none.
	list := struct {
		BilledCost                                                    float64
		ChargePeriodStart, BillingCurrency, ServiceName, ProviderName string
		CommitmentProgramEligibilityDetails                           []string
	}{1, "2026-11-20", "USD", "EC2", "AWS", []string{"a"}}
	path := filepath.Join(t.TempDir(), "a.parquet")
	if err := parquet.WriteFile(path, []any{list}, parquet.SchemaOf(list)); err != nil {
		t.Fatal(err)
	}
	plainPath := filepath.Join(t.TempDir(), "a.csv")
	write(t, plainPath, []byte(wide+line()))
	for _, path := range []string{path, plainPath} {
		r := read(t, Files{Patterns: []string{path}})
		for g := range r.Days[dayIn("2026-11-20")] {
			if g.Eligibility != "" || r.Rows != 1 {
				t.Errorf("%s: got %q of %d rows", path, g.Eligibility, r.Rows)
			}
		}
	}
}

// TestOfAnotherVersionOfFOCUS: a file that says what is eligible and one that does not are
// still known to tell the same.
func TestOfAnotherVersionOfFOCUS(t *testing.T) {
	with := billOf(1, 10, nil)
	with[0] = append(slices.Clone(with[0]), "CommitmentProgramEligibilityDetails")
	for k := range with[1:] {
		with[k+1] = append(with[k+1], []string{"", `{"CommitmentPrograms": [{"ProgramType": "a"}]}`}[k%2])
	}
	folder := t.TempDir()
	write(t, filepath.Join(folder, "a.csv"), csvOf(t, with))
	write(t, filepath.Join(folder, "b.parquet"), parquetOf(t, billOf(1, 10, nil), nil, 9, plain))
	r := read(t, Files{Patterns: []string{filepath.Join(folder, "*")}})
	if got := totalOf(r); got != sumOf(1, 10) {
		t.Errorf("got %s, want %s", got, sumOf(1, 10))
	}
}
