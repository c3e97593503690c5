package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPaint: only who sits before a terminal sees colours. The null device stands
// for one: it is a character device too.
func TestPaint(t *testing.T) {
	t.Setenv("NO_COLOR", "")
	t.Setenv("TERM", "xterm")
	terminal, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer terminal.Close()
	file, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	got := map[string]bool{"terminal": newPaint(terminal).on, "file": newPaint(file).on, "buffer": newPaint(&bytes.Buffer{}).on}
	t.Setenv("TERM", "dumb")
	got["dumb"] = newPaint(terminal).on
	t.Setenv("TERM", "xterm")
	t.Setenv("NO_COLOR", "1")
	got["NO_COLOR"] = newPaint(terminal).on
	if diff := cmp.Diff(map[string]bool{"terminal": true, "file": false, "buffer": false, "dumb": false, "NO_COLOR": false}, got); diff != "" {
		t.Errorf("colours (-want +got):\n%s", diff)
	}
}

func TestPaintFailure(t *testing.T) {
	const text = "f:1:2: differs\n    want: a\n    got:  b\n     same\n    -lost\n    +new"
	want := "f:1:2: differs\n\x1b[31m    want: a\x1b[0m\n\x1b[32m    got:  b\x1b[0m\n     same\n\x1b[31m    -lost\x1b[0m\n\x1b[32m    +new\x1b[0m"
	if diff := cmp.Diff(want, colour{on: true}.failure(text)); diff != "" {
		t.Errorf("in colours (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(text, colour{}.failure(text)); diff != "" {
		t.Errorf("without colours (-want +got):\n%s", diff)
	}
}
