// Package blocktest checks messages in tests, apart from the code that makes them: whether
// Slack takes them, what readers see of them, and whom they notify. It knows nothing of
// incidents, and makes no messages of its own.
package blocktest

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/alerts/textutil"
)

var update = flag.Bool("update", false, "write testdata/*.golden anew; commit only what you have read")

// Golden compares with testdata; goldens of messages that are long by intent keep
// their beginning and end.
func Golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", strings.ReplaceAll(name, " ", "-")+".golden")
	all := strings.SplitAfter(got, "\n")
	for k, line := range all {
		if n := len([]rune(line)); n > 800 {
			all[k] = textutil.CutUnits(line, 200) + fmt.Sprintf(" [%d characters] ", n) + line[len(line)-80:]
		}
	}
	if len(all) > 400 {
		all = slices.Concat(all[:200], []string{fmt.Sprintf("[%d lines]\n", len(all)-300)}, all[len(all)-100:])
	}
	got = strings.Join(all, "")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v: run go test -update", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", path, diff)
	}
}

// GoldenFilesAreUsed reports goldens of testdata that belong to no test: their names, with
// blanks.
func GoldenFilesAreUsed(t *testing.T, names []string) {
	t.Helper()
	files, err := filepath.Glob("testdata/*.golden")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".golden")
		if !slices.ContainsFunc(names, func(n string) bool { return strings.ReplaceAll(n, " ", "-") == name }) {
			t.Errorf("%s belongs to no test", f)
		}
	}
}

// Flags is how golden texts write what kind of message one is.
func Flags(thread, once, broadcast bool) string {
	var out strings.Builder
	for _, f := range []struct {
		set  bool
		name string
	}{{thread, "thread"}, {once, "once"}, {broadcast, "broadcast"}} {
		if f.set {
			out.WriteString(" (" + f.name + ")")
		}
	}
	return out.String()
}
