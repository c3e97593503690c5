package lint_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/signalbook/signalbook/bot/lint"
)

// FuzzPlaybooks: whatever a file holds, the check ends, with places inside it.
func FuzzPlaybooks(f *testing.F) {
	for _, pattern := range []string{"../../playbooks/library/*.yml", "../../cmd/signalbook/testdata/broken/*.yml"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatalf("%s: %d files, %v", pattern, len(files), err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		report := lint.Playbooks([]string{"f.yml"}, func(string) ([]byte, error) { return data, nil }, nil)
		for _, p := range report.Problems {
			if p.Line < 0 || p.Column < 0 || p.Line > 0 && p.Column == 0 || p.Text == "" {
				t.Errorf("a problem without a place: %+v", p)
			}
		}
	})
}
