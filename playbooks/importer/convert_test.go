package importer_test

import (
	"flag"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/playbooks"
	"github.com/signalbook/signalbook/playbooks/importer"
)

var update = flag.Bool("update", false, "rewrite the golden files of testdata")

// seeds reads the sources in testdata.
func seeds(tb testing.TB, pattern string) map[string][]byte {
	tb.Helper()
	files, err := filepath.Glob("testdata/" + pattern)
	if err != nil || len(files) == 0 {
		tb.Fatalf("no testdata/%s: %v", pattern, err)
	}
	all := map[string][]byte{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			tb.Fatal(err)
		}
		all[filepath.Base(file)] = data
	}
	return all
}

func read(file string, data []byte) (*importer.Draft, error) {
	if strings.HasSuffix(file, ".json") {
		return importer.Mattermost(file, data)
	}
	return importer.Markdown(file, data)
}

// TestGolden: every source gives the playbook beside it, which passes the
// check without as much as a warning, and the list of what is lost.
func TestGolden(t *testing.T) {
	sources := seeds(t, "*.md")
	maps.Copy(sources, seeds(t, "*.json"))
	for file, data := range sources {
		t.Run(file, func(t *testing.T) {
			draft, err := read(file, data)
			if err != nil {
				t.Fatal(err)
			}
			result, err := draft.Playbook()
			if err != nil {
				t.Fatal(err)
			}
			if _, problems := playbooks.Parse(result.Name+".yml", result.YAML); len(problems) > 0 {
				t.Errorf("problems:\n%v", problems)
			}
			var lost strings.Builder
			for _, p := range result.Lost {
				lost.WriteString(p.String() + "\n")
			}
			golden(t, "testdata/"+file+".yml", string(result.YAML))
			golden(t, "testdata/"+file+".lost", lost.String())
			if got, want := result.Decide, strings.Count(string(result.YAML), "decide: "); got != want {
				t.Errorf("got %d places to decide, want %d as in the text", got, want)
			}
		})
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}
