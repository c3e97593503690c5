package archive_test

import (
	"errors"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/bot/archive"
)

// TestNoRoom: what did not fit is taken back, and said.
func TestNoRoom(t *testing.T) {
	folder := archive.Folder(t.TempDir())
	if err := folder.Append(record(t, 1, at)); err != nil {
		t.Fatal(err)
	}
	before := read(t, folder.File(at))
	limitFileSize(t, uint64(len(before[0])+100))
	err := folder.Append(record(t, 2, at))
	if !errors.Is(err, syscall.EFBIG) || !strings.Contains(err.Error(), "archive incidents in "+string(folder)) {
		t.Errorf("got %v, want it said that the file may not grow", err)
	}
	if diff := cmp.Diff(before, read(t, folder.File(at))); diff != "" {
		t.Errorf("the file (-before +after):\n%s", diff)
	}
}

// limitFileSize makes every file of this process end at a size, as a full disk
// would.
func limitFileSize(t *testing.T, size uint64) {
	t.Helper()
	signal.Ignore(syscall.SIGXFSZ)
	var was syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: size, Max: was.Max}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
			t.Error(err)
		}
	})
}
