package incident_test

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/bot/incident"
)

// TestKindsAreAll: the list names every kind that the source declares.
func TestKindsAreAll(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("change.go")
	if err != nil {
		t.Fatal(err)
	}
	var want []incident.Kind
	for _, found := range regexp.MustCompile(`(?m)^\tKind\w+ +Kind = "(\w+)"`).FindAllSubmatch(source, -1) {
		want = append(want, incident.Kind(found[1]))
	}
	if diff := cmp.Diff(want, incident.Kinds()); diff != "" || len(want) < 40 || len(slices.Compact(slices.Sorted(slices.Values(want)))) != len(want) {
		t.Errorf("declared, listed (%d):\n%s", len(want), diff)
	}
}
