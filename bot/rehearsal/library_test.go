package rehearsal_test

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/bot/rehearsal"
	"github.com/signalbook/signalbook/playbooks/library"
)

const libraryTests = "../../playbooks/library/tests/*_test.yml"

// TestLibrary plays the tests of the built-in playbooks.
func TestLibrary(t *testing.T) {
	for _, file := range libraryFiles(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			f := load(t, file)
			for k := range f.Tests {
				for _, failure := range f.Play(k).Failures {
					t.Error(failure)
				}
			}
		})
	}
}

// TestLibraryIsCovered looks for every step of the built-in playbooks in what
// their tests expect to apply and to be overdue: a step or a deadline that nobody
// tests is found.
func TestLibraryIsCovered(t *testing.T) {
	shown, overdue := map[string]bool{}, map[string]time.Duration{}
	for _, file := range libraryFiles(t) {
		f := load(t, file)
		for _, test := range f.Tests {
			for _, ids := range test.Expect.Steps {
				for _, id := range ids {
					shown[test.Expect.Playbook+"/"+id] = true
				}
			}
			book := f.Play(slices.IndexFunc(f.Tests, func(other rehearsal.Test) bool { return other.Name == test.Name })).Playbook
			looks := []rehearsal.Overdue{}
			if o := test.Expect.Overdue; o != nil {
				looks = append(looks, *o)
			}
			for _, m := range test.Expect.Moments {
				if m.Overdue != nil {
					looks = append(looks, rehearsal.Overdue{At: m.At, Steps: *m.Overdue})
				}
			}
			for _, o := range looks {
				for _, id := range o.Steps {
					if first, known := overdue[book+"/"+id]; !known || time.Duration(o.At) < first {
						overdue[book+"/"+id] = time.Duration(o.At)
					}
				}
			}
		}
	}
	steps := 0
	for _, book := range library.All() {
		within := map[string]time.Duration{}
		for _, tier := range book.Tiers {
			within[string(tier.Name)] = time.Duration(tier.Within)
		}
		for _, s := range book.Steps() {
			steps++
			key := book.Name + "/" + s.Step.ID
			if !shown[key] {
				t.Errorf("no test expects step %s", key)
			}
			if got, want := overdue[key], within[string(s.Tier)]; got < want || got > want+2*time.Hour {
				t.Errorf("step %s: first expected overdue at %s, want a test at its deadline %s", key, got, want)
			}
		}
	}
	if want := 9 + 8 + 9 + 9 + 9 + 8; steps != want {
		t.Errorf("steps of the built-in playbooks: got %d, want %d", steps, want)
	}
}

func libraryFiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(libraryTests)
	if err != nil {
		t.Fatal(err)
	}
	var names, want []string
	for _, file := range files {
		names = append(names, filepath.Base(file))
	}
	for _, book := range library.All() {
		want = append(want, book.Name+"_test.yml")
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("test files (-want +got):\n%s", diff)
	}
	return files
}

func load(t *testing.T, path string) *rehearsal.File {
	t.Helper()
	f, problems := rehearsal.Load(path, rehearsal.Base{})
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return f
}
