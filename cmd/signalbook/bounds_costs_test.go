package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
)

// largest runs signalbook to its end and returns what it said, and the most memory
// that it was seen to take.
func largest(t *testing.T, dir string, args ...string) (said string, code int) {
	t.Helper()
	command := exec.Command("signalbook", args...)
	command.Dir = dir
	p := startProcess(t, command)
	peak, ticker := 0.0, time.NewTicker(10*time.Millisecond)
	defer ticker.Stop()
	deadline := time.After(2 * patience)
	for running := true; running; {
		select {
		case <-p.done:
			running = false
		case <-ticker.C:
			if seen, ok := p.seen("VmHWM"); ok {
				peak = max(peak, seen)
			}
		case <-deadline:
			t.Fatalf("signalbook %v goes on and on", args)
		}
	}
	t.Logf("at most %.0f MB", peak)
	if peak == 0 || peak > memoryBound {
		t.Errorf("signalbook %v took %.0f MB, want at most %d", args, peak, memoryBound)
	}
	return p.logged(), command.ProcessState.ExitCode()
}

const billHeader = "EffectiveCost,BilledCost,ChargePeriodStart,BillingCurrency,ServiceName,ChargeCategory\n"

// charged is a row of a bill as Parquet has it.
type charged struct {
	EffectiveCost, BilledCost float64
	ChargePeriodStart         time.Time `parquet:",timestamp(millisecond)"`
	BillingCurrency           string    `parquet:",dict"`
	ServiceName               string
}

// parquetBill writes rows whose services have the names given.
func parquetBill(t *testing.T, day time.Time, rows int, name func(k int) string, options ...parquet.WriterOption) []byte {
	t.Helper()
	var out bytes.Buffer
	w := parquet.NewGenericWriter[charged](&out, options...)
	for k := range rows {
		if _, err := w.Write([]charged{{1, 1, day, "USD", name(k)}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// forge makes the first page of a file claim to unpack to size bytes. A page's
// description begins with thrift's numbers: its type, two sizes and a checksum, in
// whose place the longer claim goes. A checksum of 0 is none.
func forge(t *testing.T, file []byte, size uint64) []byte {
	t.Helper()
	const field = 0x15                                         // the next one, a number
	begin := bytes.Index(file, []byte{field, 0x06, field}) + 3 // a data page of version 2
	unpacked, n := binary.Uvarint(file[begin:])
	packed, m := binary.Uvarint(file[begin+n+1:])
	_, k := binary.Uvarint(file[begin+n+1+m+1:])
	end := begin + n + 1 + m + 1 + k
	if begin < 3 || unpacked == 0 || packed == 0 || file[begin+n] != field || file[begin+n+1+m] != field {
		t.Fatal("there is no page as expected")
	}
	forged := append(bytes.Clone(file[:begin]), binary.AppendUvarint(nil, 2*size)...)
	forged = append(append(forged, field), binary.AppendUvarint(nil, packed)...)
	forged = append(forged, field)
	for len(forged) < end-1 {
		forged = append(forged, 0x80)
	}
	return append(append(forged, 0), file[end:]...)
}

// TestMemoryUnderCostImports reads bills that no cloud writes. What they cost is
// either counted to the last cent or said to be missing.
func TestMemoryUnderCostImports(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 11, 18, 0, 0, 0, 0, time.UTC)
	long := strings.Repeat("n", 2000)
	rows := func(n int, service func(k int) string) func(io.Writer) {
		return func(to io.Writer) {
			fmt.Fprint(to, billHeader)
			for k := range n {
				fmt.Fprintf(to, "1,1,2026-11-18T00:00:00Z,USD,%s,Usage\n", service(k))
			}
		}
	}
	packed := func(write func(io.Writer)) func(io.Writer) {
		return func(to io.Writer) {
			z := gzip.NewWriter(to)
			write(z)
			z.Close()
		}
	}
	bytesOf := func(data []byte) func(io.Writer) { return func(to io.Writer) { to.Write(data) } }
	numbered := func(k int) string { return fmt.Sprintf("service-%d", k) }
	const tooMany = "it has too many different services, providers and days to be a bill"
	for name, test := range map[string]struct {
		file  string
		write func(io.Writer)
		want  string
	}{
		"500,000 services": {"a.csv", rows(500_000, numbered), tooMany},
		"90,000 services":  {"a.csv", rows(90_000, numbered), "90,000"},
		"long names":       {"a.csv.gz", packed(rows(20_000, func(k int) string { return fmt.Sprint(k) + long + long })), "20,000"},
		"an endless row":   {"a.csv.gz", packed(func(to io.Writer) { fmt.Fprint(to, billHeader); io.CopyN(to, zeros{}, 64<<20) }), "it has a row of more than 4 MB"},
		"a bomb of rows": {"a.csv.gz", func(to io.Writer) {
			var member bytes.Buffer // gzip files may follow each other
			packed(rows(200_000, func(int) string { return "EC2" }))(&member)
			for range 40 {
				to.Write(member.Bytes())
			}
		}, "it unpacks to more than 200 times its size"},
		"a page of long names": {"a.parquet", bytesOf(parquetBill(t, day, 15_000, func(k int) string { return fmt.Sprint(k) + long }, parquet.PageBufferSize(64<<20))), "15,000"},
		"packed long names": {"a.parquet", bytesOf(parquetBill(t, day, 70_000, func(k int) string { return fmt.Sprint(k) + long },
			parquet.PageBufferSize(256<<20), parquet.Compression(&parquet.Zstd))), "are the most that are read"},
		"a forged page": {"a.parquet", bytesOf(forge(t, parquetBill(t, day, 1000, numbered), 2_000_000_000)), "a page claims"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			out, err := os.Create(filepath.Join(dir, test.file))
			if err != nil {
				t.Fatal(err)
			}
			test.write(out)
			if err := out.Close(); err != nil {
				t.Fatal(err)
			}
			config := "digests: [{name: costs, schedule: \"0 9 * * MON\", time_zone: UTC, channel: \"#c\", costs: [{focus: {files: [\"a.*\"]}}]}]\n"
			if err := os.WriteFile(filepath.Join(dir, "signalbook.yml"), []byte(config), 0o600); err != nil {
				t.Fatal(err)
			}
			said, _ := largest(t, dir, "digest", "--config.file=signalbook.yml", "--week=2026-W47")
			if !strings.Contains(said, test.want) {
				t.Errorf("got:\n%s\nwant %q in it", tail(said, 3000), test.want)
			}
		})
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	for k := range p {
		p[k] = 'x'
	}
	return len(p), nil
}

// TestMemoryOfAnImport: the running bot stores a bill that is as large as any may
// be.
func TestMemoryOfAnImport(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	var bill strings.Builder
	bill.WriteString(billHeader)
	day := time.Now().UTC().AddDate(0, 0, -4).Format(time.DateOnly)
	for k := range 90_000 {
		fmt.Fprintf(&bill, "1,1,%sT00:00:00Z,USD,service-%d,Usage\n", day, k)
	}
	file := filepath.Join(folder, "a.csv")
	if err := os.WriteFile(file, []byte(bill.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	r := startRig(t, options{extra: "digests: [{name: costs, schedule: \"0 9 * * MON\", time_zone: UTC, channel: \"#incidents\", costs: [{focus: {files: [" + strconv.Quote(file) + "]}}]}]\n"})
	b := r.startBot()
	imported := func(n int) {
		eventually(t, fmt.Sprintf("import %d", n), func() bool { return strings.Count(b.logged(), "costs imported") >= n })
	}
	imported(1)
	b.staysBelow("an import of 90,000 services")
}
