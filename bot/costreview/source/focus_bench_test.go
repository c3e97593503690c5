package source

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/parquet-go/parquet-go"
)

// benchSize is how large the benchmarks' CSV is, in bytes: FOCUS_BENCH_MB, or 100 MB.
func benchSize(b *testing.B) int64 {
	b.Helper()
	text := os.Getenv("FOCUS_BENCH_MB")
	if text == "" {
		return 100e6
	}
	mb, err := strconv.Atoi(text)
	if err != nil || mb < 1 {
		b.Fatalf("FOCUS_BENCH_MB=%s is not a number of megabytes", text)
	}
	return int64(mb) * 1e6
}

// resample draws rows of the sample until their CSV has the size, the same ones
// for one seed. Ids, quantities and billed costs differ from row to row, as in an
// export: else gzip and dictionaries would look too good.
func resample(b *testing.B, seed uint64, size int64, row func(record []string)) {
	b.Helper()
	records := sampleRecords(b)
	at := map[string]int{}
	for k, name := range records[0] {
		at[name] = k
	}
	random := rand.New(rand.NewPCG(1, seed))
	var out bytes.Buffer
	count := csv.NewWriter(&out)
	drawn := records[0]
	for {
		out.Reset()
		if err := count.Write(drawn); err != nil {
			b.Fatal(err)
		}
		count.Flush()
		if size -= int64(out.Len()); size < 0 {
			return
		}
		row(drawn)
		drawn = slices.Clone(records[1+random.IntN(len(records)-1)])
		drawn[at["Id"]] = strconv.Itoa(random.IntN(1e9))
		drawn[at["ConsumedQuantity"]] = strconv.FormatFloat(random.Float64()*100, 'f', 9, 64)
		if id := drawn[at["ResourceId"]]; len(id) > 12 {
			drawn[at["ResourceId"]] = id[:len(id)-12] + fmt.Sprintf("%012x", random.Int64N(1<<48))
		}
		cost := drawn[at["BilledCost"]]
		drawn[at["BilledCost"]] = cost[:len(cost)-4] + fmt.Sprintf("%04d", random.IntN(1e4))
	}
}

// benchCSV writes the resampled CSV, and as gzip when the path ends so.
func benchCSV(b *testing.B, path string, seed uint64, size int64) {
	b.Helper()
	file, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	var out io.Writer = file
	if strings.HasSuffix(path, ".gz") {
		packed := gzip.NewWriter(file)
		defer packed.Close()
		out = packed
	}
	records := csv.NewWriter(out)
	defer records.Flush()
	resample(b, seed, size, func(record []string) {
		if err := records.Write(record); err != nil {
			b.Fatal(err)
		}
	})
}

// benchParquet writes the same rows as providers do: snappy, texts with
// dictionaries, timestamps, and costs as binary fractions of which too many differ
// for a dictionary.
func benchParquet(b *testing.B, path string, size int64) {
	b.Helper()
	names := sampleRecords(b)[0]
	group := parquet.Group{}
	for _, name := range names {
		group[name] = withDict(parquet.Optional(parquet.String()))
	}
	for _, name := range []string{"Id", "ConsumedQuantity", "ResourceId"} {
		group[name] = plain(parquet.Optional(parquet.String()))
	}
	shapes := map[string]shape{}
	for _, name := range []string{"ChargePeriodStart", "ChargePeriodEnd", "BillingPeriodStart", "BillingPeriodEnd"} {
		shapes[name] = shape{withDict(parquet.Optional(parquet.Timestamp(parquet.Millisecond))), func(text string) parquet.Value {
			return parquet.Int64Value(instant(b, text).UnixMilli())
		}}
	}
	for _, name := range costColumns {
		shapes[name] = shape{plain(parquet.Optional(parquet.Leaf(parquet.DoubleType))), double(b).value}
	}
	for name, s := range shapes {
		group[name] = s.node
	}
	schema := parquet.NewSchema("focus", group)
	at := make([]int, len(names))
	for k, name := range names {
		leaf, _ := schema.Lookup(name)
		at[k] = leaf.ColumnIndex
	}
	file, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	w := parquet.NewWriter(file, schema, parquet.Compression(&parquet.Snappy), parquet.MaxRowsPerRowGroup(256<<10))
	row, header := make(parquet.Row, len(names)), true
	resample(b, 1, size, func(record []string) {
		if header {
			header = false
			return
		}
		for k, text := range record {
			switch s, ok := shapes[names[k]]; {
			case isNull(text):
				row[at[k]] = parquet.NullValue().Level(0, 0, at[k])
			case ok:
				row[at[k]] = s.value(text).Level(0, 1, at[k])
			default:
				row[at[k]] = parquet.ByteArrayValue([]byte(text)).Level(0, 1, at[k])
			}
		}
		if _, err := w.WriteRows([]parquet.Row{row}); err != nil {
			b.Fatal(err)
		}
	})
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
}

// bareCSV is what encoding/csv alone takes.
func bareCSV(b *testing.B, path string) time.Duration {
	b.Helper()
	begin := time.Now()
	file, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	records := csv.NewReader(file)
	records.ReuseRecord = true
	for {
		if _, err := records.Read(); errors.Is(err, io.EOF) {
			return time.Since(begin)
		} else if err != nil {
			b.Fatal(err)
		}
	}
}

func benchRead(b *testing.B, pattern string) time.Duration {
	b.Helper()
	begin := time.Now()
	r := read(b, Files{Patterns: []string{pattern}, Column: "BilledCost"})
	took := time.Since(begin)
	if !r.Known || r.Broken > 0 || len(r.Notes) > 0 {
		b.Fatalf("%d rows are broken, and there are notes: %v", r.Broken, r.Notes)
	}
	return took
}

// compare runs both in turn, and reports the ratio of their fastest runs: what
// else the machine does slows single runs.
func compare(b *testing.B, size int64, unit string, ours, other func() time.Duration) {
	b.Helper()
	b.SetBytes(size)
	best, bestOther := time.Duration(1<<62), time.Duration(1<<62)
	for b.Loop() {
		b.StopTimer()
		bestOther = min(bestOther, other())
		runtime.GC()
		b.StartTimer()
		best = min(best, ours())
	}
	b.ReportMetric(float64(best)/float64(bestOther), unit)
}

func BenchmarkCSV(b *testing.B) {
	size, path := benchSize(b), filepath.Join(b.TempDir(), "a.csv")
	benchCSV(b, path, 1, size)
	compare(b, size, "x-encoding/csv", func() time.Duration { return benchRead(b, path) }, func() time.Duration { return bareCSV(b, path) })
}

func BenchmarkCSVGzip(b *testing.B) {
	size, path := benchSize(b), filepath.Join(b.TempDir(), "a.csv.gz")
	benchCSV(b, path, 1, size)
	compare(b, size, "x-gunzip", func() time.Duration { return benchRead(b, path) }, func() time.Duration {
		begin := time.Now()
		file, err := os.Open(path)
		if err != nil {
			b.Fatal(err)
		}
		defer file.Close()
		unpacked, err := gzip.NewReader(file)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, unpacked); err != nil {
			b.Fatal(err)
		}
		return time.Since(begin)
	})
}

// BenchmarkParquet reports how many times as long the same rows take as CSV.
func BenchmarkParquet(b *testing.B) {
	folder, size := b.TempDir(), benchSize(b)
	inCSV, inParquet := filepath.Join(folder, "a.csv"), filepath.Join(folder, "a.parquet")
	benchCSV(b, inCSV, 1, size)
	benchParquet(b, inParquet, size)
	compare(b, size, "x-csv", func() time.Duration { return benchRead(b, inParquet) }, func() time.Duration { return benchRead(b, inCSV) })
}

// BenchmarkPeak reports the most memory that reading takes, for ten files of the
// benchmarks' size beside each other.
func BenchmarkPeak(b *testing.B) {
	folder, size := b.TempDir(), benchSize(b)
	for k := range 10 { // no two alike: else one would count
		benchCSV(b, filepath.Join(folder, fmt.Sprintf("%d.csv", k)), uint64(k), size)
	}
	b.SetBytes(10 * size)
	for b.Loop() {
		debug.FreeOSMemory()
		forgetPeak(b)
		benchRead(b, filepath.Join(folder, "*.csv"))
	}
	b.ReportMetric(peak(b), "MB-peak")
}

// forgetPeak and peak are Linux's: the largest resident size since it was forgotten.
func forgetPeak(b *testing.B) {
	b.Helper()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
		b.Logf("the peak counts since the start: %v", err)
	}
}

func peak(b *testing.B) float64 {
	b.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Log(err)
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	kB, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
	if err != nil {
		b.Fatal(err)
	}
	return kB / 1000
}
