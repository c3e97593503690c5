package source

import (
	"bytes"
	"encoding/csv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// sampleRecords is the sample as texts, its header first.
func sampleRecords(t testing.TB) [][]string {
	t.Helper()
	file, err := os.Open(sample)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	records, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return records
}

func write(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func csvOf(t testing.TB, records [][]string) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := csv.NewWriter(&out).WriteAll(records); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func gzipOf(t testing.TB, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// shape is how a column is written to Parquet; all others are texts.
type shape struct {
	node  parquet.Node
	value func(text string) parquet.Value
}

func instant(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.DateTime, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// unscaled is a decimal number times 10^11.
func unscaled(t testing.TB, text string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(strings.Replace(text, ".", "", 1), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	if _, fraction, _ := strings.Cut(text, "."); len(fraction) != 11 {
		t.Fatalf("%s has not 11 decimals", text)
	}
	return n
}

func double(t testing.TB) shape {
	return shape{parquet.Leaf(parquet.DoubleType), func(text string) parquet.Value {
		f, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		return parquet.DoubleValue(f)
	}}
}

// parquetOf writes records as Parquet, in row groups of so many rows.
func parquetOf(t testing.TB, records [][]string, shapes map[string]shape, perGroup int, wrap func(parquet.Node) parquet.Node, options ...parquet.WriterOption) []byte {
	t.Helper()
	group := parquet.Group{}
	for _, name := range records[0] {
		node := parquet.String()
		if s, ok := shapes[name]; ok {
			node = s.node
		}
		group[name] = wrap(parquet.Optional(node))
	}
	schema := parquet.NewSchema("focus", group)
	at := make([]int, len(records[0]))
	for k, name := range records[0] {
		leaf, _ := schema.Lookup(name)
		at[k] = leaf.ColumnIndex
	}
	var out bytes.Buffer
	w := parquet.NewWriter(&out, append(options, schema, parquet.Compression(&parquet.Snappy), parquet.PageBufferSize(16<<10))...)
	for n, record := range records[1:] {
		row := make(parquet.Row, len(record))
		for k, text := range record {
			value := parquet.ByteArrayValue([]byte(text))
			if s, ok := shapes[records[0][k]]; ok && !isNull(text) {
				value = s.value(text)
			}
			if isNull(text) {
				row[at[k]] = parquet.NullValue().Level(0, 0, at[k])
				continue
			}
			row[at[k]] = value.Level(0, 1, at[k])
		}
		if _, err := w.WriteRows([]parquet.Row{row}); err != nil {
			t.Fatal(err)
		}
		if (n+1)%perGroup == 0 {
			if err := w.Flush(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func plain(n parquet.Node) parquet.Node    { return parquet.Encoded(n, &parquet.Plain) }
func asIs(n parquet.Node) parquet.Node     { return n }
func withDict(n parquet.Node) parquet.Node { return parquet.Encoded(n, &parquet.RLEDictionary) }

// TestSameInAnyForm: whatever form the same rows come in, every sum is the same.
func TestSameInAnyForm(t *testing.T) {
	records := sampleRecords(t)
	var dates, decimals, wide, doubles, int96 = map[string]shape{}, map[string]shape{}, map[string]shape{}, map[string]shape{}, map[string]shape{}
	for _, name := range []string{"ChargePeriodStart", "ChargePeriodEnd"} {
		dates[name] = shape{parquet.Timestamp(parquet.Microsecond), func(text string) parquet.Value { return parquet.Int64Value(instant(t, text).UnixMicro()) }}
		decimals[name] = shape{parquet.Timestamp(parquet.Millisecond), func(text string) parquet.Value { return parquet.Int64Value(instant(t, text).UnixMilli()) }}
		wide[name] = shape{parquet.Timestamp(parquet.Nanosecond), func(text string) parquet.Value { return parquet.Int64Value(instant(t, text).UnixNano()) }}
		doubles[name] = shape{parquet.Date(), func(text string) parquet.Value { return parquet.Int32Value(int32(money.DayOf(instant(t, text)))) }}
		int96[name] = shape{parquet.Leaf(parquet.Int96Type), func(text string) parquet.Value {
			return parquet.Int96Value(deprecated.Int96{0, 0, uint32(julianEpoch + int64(money.DayOf(instant(t, text))))})
		}}
	}
	for _, name := range []string{"BilledCost", "EffectiveCost"} {
		decimals[name] = shape{parquet.Decimal(11, 18, parquet.Int64Type), func(text string) parquet.Value { return parquet.Int64Value(unscaled(t, text)) }}
		wide[name] = shape{parquet.Decimal(11, 38, parquet.FixedLenByteArrayType(16)), func(text string) parquet.Value {
			n := unscaled(t, text)
			data := bytes.Repeat([]byte{byte(n >> 63)}, 16)
			for k := range 8 {
				data[15-k] = byte(n >> (8 * k))
			}
			return parquet.FixedLenByteArrayValue(data)
		}}
		doubles[name] = double(t)
	}
	shuffled := slices.Clone(records)
	rand.New(rand.NewPCG(7, 7)).Shuffle(len(shuffled)-1, func(a, b int) { shuffled[a+1], shuffled[b+1] = shuffled[b+1], shuffled[a+1] })
	turned := make([][]string, len(records)) // columns from right to left
	for k, r := range records {
		turned[k] = slices.Clone(r)
		slices.Reverse(turned[k])
	}
	forms := map[string]map[string][]byte{
		"permuted":            {"a.csv": csvOf(t, shuffled)},
		"columns permuted":    {"a.csv": csvOf(t, turned)},
		"split":               {"a.csv": csvOf(t, records[:300]), "b.csv": csvOf(t, append([][]string{records[0]}, records[300:]...))},
		"gzip":                {"a.csv.gz": gzipOf(t, csvOf(t, records))},
		"gzip of two members": {"a.csv.gz": append(gzipOf(t, csvOf(t, records[:300])), gzipOf(t, csvOf(t, records[300:]))...)},
		"CRLF and BOM":        {"a.csv": append([]byte("\xEF\xBB\xBF"), bytes.ReplaceAll(csvOf(t, records), []byte("\n"), []byte("\r\n"))...)},
		"parquet of texts":    {"a.parquet": parquetOf(t, records, nil, 1000, asIs)},
		"dictionaries":        {"a.parquet": parquetOf(t, records, dates, 300, withDict)},
		"plain, decimals":     {"a.snappy.parquet": parquetOf(t, shuffled, decimals, 64, plain)},
		"wide decimals":       {"a.parquet": parquetOf(t, records, wide, 400, withDict)},
		"doubles, dates":      {"a.parquet": parquetOf(t, records, doubles, 500, asIs)},
		"INT96":               {"a.parquet": parquetOf(t, records, int96, 500, plain)},
		"mixed":               {"a.parquet": parquetOf(t, records[:500], dates, 100, asIs), "b.csv.gz": gzipOf(t, csvOf(t, append([][]string{records[0]}, records[500:]...)))},
	}
	for _, column := range []string{"EffectiveCost", "BilledCost"} {
		want := daysJSON(t, read(t, Files{Patterns: []string{sample}, Column: column}))
		for form, files := range forms {
			folder := t.TempDir()
			for name, data := range files {
				write(t, filepath.Join(folder, name), data)
			}
			r := read(t, Files{Patterns: []string{filepath.Join(folder, "*")}, Column: column})
			if diff := cmp.Diff(want, daysJSON(t, r)); diff != "" {
				t.Errorf("%s, %s: want, got:\n%s", form, column, diff)
			}
			if r.Rows != 1000 || r.Broken != 0 || len(r.Notes) != 0 {
				t.Errorf("%s: got %d rows, %d broken, notes %v", form, r.Rows, r.Broken, r.Notes)
			}
		}
	}
}

// TestNoCostFile: a reader that gives up early does not wait for what is unpacked.
func TestNoCostFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.csv.gz")
	write(t, path, gzipOf(t, append([]byte("no,such,columns\n"), bytes.Repeat([]byte("1,2,3\n"), 1<<20)...)))
	r := read(t, Files{Patterns: []string{path}})
	wantNotes(t, r, "its header has no EffectiveCost, no ChargePeriodStart, no ServiceName, no BillingCurrency, so nothing of it is counted")
	if r.Known {
		t.Error("something is known of a file that is not a cost file")
	}
}
