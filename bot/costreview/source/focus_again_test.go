package source

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// again is a source that is read more than once, its memory going through JSON as
// it does through the store.
type again struct {
	Files
	known map[string]File
	bytes int64 // that were to be read
}

func (a *again) read(t *testing.T) money.Reading {
	t.Helper()
	a.bytes = 0
	r, known, err := a.Read(t.Context(), later, a.known, func(_, total int64) { a.bytes = total })
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(known)
	if err != nil {
		t.Fatal(err)
	}
	a.known = nil
	if err := json.Unmarshal(data, &a.known); err != nil {
		t.Fatal(err)
	}
	once, err := json.Marshal(a.known)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(data), string(once)); diff != "" {
		t.Errorf("what files told changes when it is stored:\n%s", diff)
	}
	return r
}

func wantDays(t *testing.T, r money.Reading, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, described(r.Days)); diff != "" {
		t.Errorf("want, got:\n%s", diff)
	}
}

const (
	one = "2026-11-20 AWS|EC2|Compute|111|USD|usage|Standard 1.25 1.5"
	two = "2026-11-20 AWS|EC2|Compute|111|USD|usage|Standard 2.5 3"
)

func TestUnchangedFilesAreNotReadAgain(t *testing.T) {
	folder := t.TempDir()
	a := again{Files: Files{Patterns: []string{filepath.Join(folder, "*.csv")}}}
	first, second := filepath.Join(folder, "a.csv"), filepath.Join(folder, "b.csv")
	write(t, first, []byte(wide+line()))
	write(t, second, []byte(wide+line("BilledCost=x")+line()))
	r := a.read(t)
	wantDays(t, r, two)
	note := `1 row is left out, because it cannot be read: b.csv:2: BilledCost "x" is not a number.`
	wantNotes(t, r, note)

	r = a.read(t)
	wantDays(t, r, two)
	wantNotes(t, r, note) // what was wrong still is
	if a.bytes != 0 || r.Rows != 2 || r.Broken != 1 {
		t.Errorf("read %d bytes again; got %d rows, %d broken", a.bytes, r.Rows, r.Broken)
	}

	write(t, second, []byte(wide+line()+line("ServiceName=S3")))
	r = a.read(t)
	wantDays(t, r, two, "2026-11-20 AWS|S3|Compute|111|USD|usage|Standard 1.25 1.5")
	if info, err := os.Stat(second); err != nil || a.bytes != info.Size() {
		t.Errorf("read %d bytes, want only the changed file's %d, %v", a.bytes, info.Size(), err)
	}
	if err := os.Remove(second); err != nil {
		t.Fatal(err)
	}
	wantDays(t, a.read(t), one)

	a.Column = "BilledCost"
	wantDays(t, a.read(t), "2026-11-20 AWS|EC2|Compute|111|USD|usage|Standard 1.5 1.5")
}

// TestSizeAlikeButNewer: the time tells a file that was replaced by one as long.
func TestSizeAlikeButNewer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.csv")
	a := again{Files: Files{Patterns: []string{path}}}
	write(t, path, []byte(wide+line("EffectiveCost=1.24")))
	a.read(t)
	write(t, path, []byte(wide+line()))
	if err := os.Chtimes(path, later, later); err != nil {
		t.Fatal(err)
	}
	wantDays(t, a.read(t), one)
}

// TestDaysComeOfAge: a day that was still to come counts when it has come, though
// the file is unchanged.
func TestDaysComeOfAge(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.csv")
	write(t, path, []byte(wide+line()))
	f := Files{Patterns: []string{path}}
	early, known, err := f.Read(t.Context(), time.Date(2026, 11, 19, 23, 0, 0, 0, time.UTC), nil, nil)
	if err != nil || early.Known {
		t.Errorf("known is %t, %v", early.Known, err)
	}
	wantNotes(t, early, "a.csv: charges dated 2026-11-20 are left out")
	r, _, err := f.Read(t.Context(), later, known, nil)
	if err != nil {
		t.Fatal(err)
	}
	wantDays(t, r, one)
	wantNotes(t, r)
}

// TestTroubleKeepsWhatWasTold: a file that cannot be read now counts as before,
// and says so; a file that was never read whole counts as far as it goes.
func TestTroubleKeepsWhatWasTold(t *testing.T) {
	whole := wide + strings.Repeat(line(), 2000)
	packed := gzipOf(t, []byte(whole))
	table := parquetOf(t, sampleRecords(t), nil, 300, asIs)
	for name, test := range map[string]struct {
		file    string
		spoil   func(t *testing.T, path string)
		note    string
		unknown string // of the first time: what is counted
	}{
		"truncated gzip": {"a.csv.gz", func(t *testing.T, path string) { write(t, path, packed[:len(packed)-100]) }, "it ends in the middle of its compressed data", "only the rows before that are counted"},
		"not gzip after all": {"a.csv.gz", func(t *testing.T, path string) {
			write(t, path, append(slicesOf(packed[:60]), bytes.Repeat([]byte{0xff}, 60)...))
		}, "it cannot be unpacked", "counted"},
		"half-written row":    {"a.csv", func(t *testing.T, path string) { write(t, path, []byte(whole[:len(whole)-40])) }, "it ends in the middle of a row", "only the rows before that are counted"},
		"half-written quotes": {"a.csv", func(t *testing.T, path string) { write(t, path, []byte(whole+`1,1,2026-11-20,,USD,"EC`)) }, "it ends in the middle of a row", "only the rows before that are counted"},
		"emptied":             {"a.csv", func(t *testing.T, path string) { write(t, path, nil) }, "it is empty", "nothing of it is counted"},
		"half a parquet":      {"a.parquet", func(t *testing.T, path string) { write(t, path, table[:len(table)/2]) }, "it is not a whole Parquet file", "nothing of it is counted"},
		"damaged parquet": {"a.parquet", func(t *testing.T, path string) {
			bad := slicesOf(table)
			for k := 4; k < len(bad)/2; k += 7 {
				bad[k] ^= 0x55
			}
			write(t, path, bad)
		}, "it ", "counted"},
		"other columns":   {"a.csv", func(t *testing.T, path string) { write(t, path, []byte("a,b\n1,2\n")) }, "it is not a FOCUS cost file", "nothing of it is counted"},
		"all rows broken": {"a.csv", func(t *testing.T, path string) { write(t, path, []byte(wide+line("BillingCurrency=1"))) }, "none of its rows can be used", "nothing of it is counted"},
		"a socket in its place": {"a.csv", func(t *testing.T, path string) {
			_ = os.Remove(path)
			listener, err := net.Listen("unix", path)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { listener.Close() })
		}, "it is not a regular file", "nothing of it is counted"},
		"a link to itself": {"a.csv", func(t *testing.T, path string) {
			_ = os.Remove(path)
			if err := os.Symlink(path, path); err != nil {
				t.Fatal(err)
			}
		}, "it cannot be opened (too many levels of symbolic links)", "nothing of it is counted"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), test.file)
			a := again{Files: Files{Patterns: []string{path}}}
			good := map[string][]byte{"a.csv": []byte(whole), "a.csv.gz": packed, "a.parquet": table}[test.file]
			write(t, path, good)
			want := daysJSON(t, a.read(t))
			_ = os.Remove(path)
			test.spoil(t, path)
			r := a.read(t)
			if diff := cmp.Diff(want, daysJSON(t, r)); diff != "" {
				t.Errorf("want, got:\n%s", diff)
			}
			if len(r.Notes) == 0 || !strings.HasPrefix(r.Notes[0].Text, test.file+": ") || !strings.Contains(r.Notes[0].Text, test.note) || !strings.Contains(r.Notes[0].Text, "so what was read of it the last time is counted") || !r.Notes[0].Partial {
				t.Errorf("got notes %v, want %q", r.Notes, test.note)
			}
			// And once more: it is not forgotten by having been kept once.
			if diff := cmp.Diff(want, daysJSON(t, a.read(t))); diff != "" {
				t.Errorf("the second time: want, got:\n%s", diff)
			}

			fresh := again{Files: a.Files}
			r = fresh.read(t)
			if len(r.Notes) == 0 || !strings.Contains(r.Notes[0].Text, test.note) || !strings.Contains(r.Notes[0].Text, test.unknown) || !r.Notes[0].Partial {
				t.Errorf("the first time: got notes %v, want %q and %q", r.Notes, test.note, test.unknown)
			}
			_ = os.Remove(path)
			write(t, path, good)
			r = fresh.read(t)
			if diff := cmp.Diff(want, daysJSON(t, r)); diff != "" || len(r.Notes) > 0 && test.file != "a.parquet" {
				t.Errorf("mended: got notes %v; want, got:\n%s", r.Notes, diff)
			}
		})
	}
}

func slicesOf(data []byte) []byte { return append([]byte(nil), data...) }

func TestNothingThere(t *testing.T) {
	folder := t.TempDir()
	r := read(t, Files{Patterns: []string{filepath.Join(folder, "*.csv"), filepath.Join(folder, "gone", "*", "x.csv")}})
	if r.Known || len(r.Days) != 0 {
		t.Errorf("known is %t with %d days", r.Known, len(r.Days))
	}
	wantNotes(t, r, "*.csv: no file matches, so costs from there are missing", "the folder "+clean(filepath.Join(folder, "gone"))+" cannot be listed (no such file or directory)")
}

func TestOneFileByManyWays(t *testing.T) {
	folder := t.TempDir()
	write(t, filepath.Join(folder, "a.csv"), []byte(wide+line()))
	write(t, filepath.Join(folder, "notes.txt"), nil)
	write(t, filepath.Join(folder, "manifest.json"), []byte("{}"))
	if err := os.Symlink("a.csv", filepath.Join(folder, "b.csv")); err != nil {
		t.Fatal(err)
	}
	r := read(t, Files{Patterns: []string{filepath.Join(folder, "*"), filepath.Join(folder, "a.csv"), folder, filepath.Join(folder, ".", "*.csv")}})
	wantDays(t, r, one)
	wantNotes(t, r, "and 1 more are not read: a pattern should match files")
}

func TestSettings(t *testing.T) {
	for _, f := range []Files{{Patterns: []string{"[a"}}, {Patterns: []string{"*"}, Column: "AmortizedCost"}} {
		if _, _, err := f.Read(t.Context(), later, nil, nil); err == nil {
			t.Errorf("%+v was taken", f)
		}
	}
	a, b := read(t, Files{Patterns: []string{sample}}), read(t, Files{Patterns: []string{sample}, Column: "ListCost"})
	if a.Source == b.Source || a.Source != read(t, Files{Patterns: []string{sample}}).Source {
		t.Errorf("got sources %s and %s", a.Source, b.Source)
	}
}

func TestProgressAndEnd(t *testing.T) {
	var done, total int64
	f := Files{Patterns: []string{sample}}
	if _, _, err := f.Read(t.Context(), later, nil, func(d, t int64) { done, total = d, t }); err != nil {
		t.Fatal(err)
	}
	if done != total || total != 755423 {
		t.Errorf("got %d of %d bytes", done, total)
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, _, err := f.Read(ctx, later, nil, func(int64, int64) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want that it was cancelled", err)
	}
}

// TestTooManyGroups: past the limit accounts are folded, whatever the order of the
// rows, and sums stay exact.
func TestTooManyGroups(t *testing.T) {
	folder := t.TempDir()
	var forth, back strings.Builder
	for k := range 100 {
		forth.WriteString(line(fmt.Sprintf("SubAccountId=%d", k)))
		back.WriteString(line(fmt.Sprintf("SubAccountId=%d", 99-k)))
	}
	write(t, filepath.Join(folder, "forth.csv"), []byte(wide+forth.String()))
	write(t, filepath.Join(folder, "back.csv"), []byte(wide+back.String()))
	records := [][]string{strings.Split(strings.TrimSpace(wide), ",")}
	for row := range strings.Lines(forth.String()) {
		records = append(records, strings.Split(strings.TrimSpace(row), ","))
	}
	write(t, filepath.Join(folder, "forth.parquet"), parquetOf(t, records, nil, 30, asIs))
	for _, name := range []string{"forth.csv", "back.csv", "forth.parquet"} {
		f := Files{Patterns: []string{filepath.Join(folder, name)}}
		r, _, err := f.read(t.Context(), later, nil, newMeter(nil, 50))
		if err != nil {
			t.Fatal(err)
		}
		wantDays(t, r, "2026-11-20 AWS|EC2|Compute||USD|usage|Standard 125 150")
		wantNotes(t, r, "so accounts are not told apart")
	}
	// Split into files, each below the limit.
	f := Files{Patterns: []string{filepath.Join(folder, "split*.csv")}}
	lines := strings.SplitAfter(forth.String(), "\n")
	write(t, filepath.Join(folder, "split1.csv"), []byte(wide+strings.Join(lines[:40], "")))
	write(t, filepath.Join(folder, "split2.csv"), []byte(wide+strings.Join(lines[40:], "")))
	r, _, err := f.read(t.Context(), later, nil, newMeter(nil, 300))
	if err != nil {
		t.Fatal(err)
	}
	wantDays(t, r, "2026-11-20 AWS|EC2|Compute||USD|usage|Standard 125 150")
	wantNotes(t, r, "so accounts are not told apart")

	var services strings.Builder
	for k := range 100 {
		services.WriteString(line(fmt.Sprintf("ServiceName=s%d", k)))
	}
	write(t, filepath.Join(folder, "services.csv"), []byte(wide+services.String()))
	r, _, err = Files{Patterns: []string{filepath.Join(folder, "services.csv")}}.read(t.Context(), later, nil, newMeter(nil, 50))
	if err != nil || r.Known {
		t.Errorf("known is %t, %v", r.Known, err)
	}
	wantNotes(t, r, "it has too many different services, providers and days to be a bill, so nothing of it is counted")
}

// TestGzipBomb: what unpacks to one endless row is left after four megabytes.
func TestGzipBomb(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.csv.gz")
	bomb := gzipOf(t, make([]byte, 8<<20))
	data := gzipOf(t, []byte(wide+line()))
	for range 1000 {
		data = append(data, bomb...) // 8 GB
	}
	write(t, path, data)
	r := read(t, Files{Patterns: []string{path}})
	wantDays(t, r, one)
	wantNotes(t, r, "it has a row of more than 4 MB, as a quote that is not closed makes one, so only the rows before that are counted")
}
