package playbooktest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/playbooktest"
)

// FuzzPlay: whatever a test file holds, it is refused or played.
func FuzzPlay(f *testing.F) {
	files, err := filepath.Glob(libraryTests)
	if err != nil || len(files) == 0 {
		f.Fatalf("no test file to begin with: %v", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		_, text, _ := strings.Cut(string(data), "playbooks: ")
		_, text, _ = strings.Cut(text, "\n") // the built-in ones
		f.Add(text)
	}
	path := filepath.Join(f.TempDir(), "fuzz_test.yml")
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "playbooks") {
			return // it would open files of this machine
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		file, problems := playbooktest.Load(path, playbooktest.Base{})
		if problems.Err() != nil {
			return
		}
		for k := range file.Tests {
			file.Play(k)
		}
	})
}
