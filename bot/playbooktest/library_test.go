package playbooktest_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/playbooktest"
	"github.com/signalbook/signalbook/playbooks"
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
			book := f.Play(slices.IndexFunc(f.Tests, func(other playbooktest.Test) bool { return other.Name == test.Name })).Playbook
			looks := []playbooktest.Overdue{}
			if o := test.Expect.Overdue; o != nil {
				looks = append(looks, *o)
			}
			for _, m := range test.Expect.Moments {
				if m.Overdue != nil {
					looks = append(looks, playbooktest.Overdue{At: m.At, Steps: *m.Overdue})
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

// TestBuiltInTiersAreOneMessageEach: whatever the alert says of itself, a tier of
// a built-in playbook is not spread over two messages, and nothing of it is cut.
func TestBuiltInTiersAreOneMessageEach(t *testing.T) {
	set, _ := playbooks.NewSet(nil, library.All())
	for _, book := range library.All() {
		for _, labels := range []map[string]string{
			{"alertname": "Some"},
			{"alertname": "Some", "engine": "aurora-mysql", "dbidentifier": strings.Repeat("orders-", 9), "region": "ap-southeast-3"},
			{"alertname": "Some", "source": "cloudflare"}, {"alertname": "Some", "source": "yace", "dimension_DistributionId": "E2QWRTY8ABCDEF"},
			{"alertname": "Some", "namespace": strings.Repeat("n", 63), "pod": strings.Repeat("p", 63), "container": "database", "deployment": strings.Repeat("d", 63), "model_name": "org/" + strings.Repeat("m", 60)},
		} {
			labels["playbook"] = book.Name
			stage := playbooktest.NewStage(playbooktest.Settings{
				Rules: incident.Rules{SeverityLabel: "severity"}, Playbooks: set, Command: "/playbook",
				Route: func(map[string]string) incident.Target {
					return incident.Target{Channel: "#c", Owners: []string{"@db-oncall"}}
				},
			})
			n := playbooktest.Gather(alerts.Notification{GroupKey: "k", Alerts: []alerts.Alert{
				{Status: alerts.Firing, Labels: labels, StartsAt: playbooktest.Start, Fingerprint: playbooktest.Fingerprint(labels)},
			}}, nil)
			stage.Handle(incident.Event{At: playbooktest.Start, Notification: &n})
			i, ok := stage.Newest()
			if !ok {
				t.Fatalf("%s: no incident", book.Name)
			}
			for _, slot := range stage.Messages(i) {
				if strings.HasSuffix(slot.Name, ":2") {
					t.Errorf("%s %v: there is a %s", book.Name, labels, slot.Name)
				}
			}
			for _, loss := range message.Losses(message.View{Incident: i, Playbook: book, Command: "/playbook"}) {
				t.Errorf("%s %v: cut: %+v", book.Name, labels, loss)
			}
		}
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

func load(t *testing.T, path string) *playbooktest.File {
	t.Helper()
	f, problems := playbooktest.Load(path, playbooktest.Base{})
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return f
}
