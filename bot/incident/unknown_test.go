package incident_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/bot/incident"
)

// tomorrow puts members into objects of a document, at random depth; it returns
// where, by path.
func tomorrow(r *rand.Rand, value any, path string, marks *[]string) {
	switch value := value.(type) {
	case map[string]any:
		var names []string
		for name := range value {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			if name != "labels" && name != "links" { // links are told anew by each notification
				tomorrow(r, value[name], path+"."+name, marks)
			}
		}
		if r.IntN(3) == 0 {
			value["of_tomorrow"] = map[string]any{"n": len(*marks), "version": 7, "id": "x"}
			*marks = append(*marks, path)
		}
	case []any:
		for k, elem := range value {
			tomorrow(r, elem, fmt.Sprintf("%s[%d]", path, k), marks)
		}
	}
}

// found takes the members of tomorrow out again; it returns where they stood.
func found(value any, path string, marks map[string]any) {
	switch value := value.(type) {
	case map[string]any:
		if mark, ok := value["of_tomorrow"]; ok {
			marks[path] = mark
			delete(value, "of_tomorrow")
		}
		for name, inner := range value {
			found(inner, path+"."+name, marks)
		}
	case []any:
		for k, elem := range value {
			found(elem, fmt.Sprintf("%s[%d]", path, k), marks)
		}
	}
}

// TestMembersOfTomorrowSurviveAStep: members that a newer binary put anywhere into a
// document are where they were after this one stepped the incident. Only what the step
// replaced takes its members along.
func TestMembersOfTomorrowSurviveAStep(t *testing.T) {
	t.Parallel()
	rules := incident.Rules{ReopenWithin: time.Hour, StaleAfter: time.Hour, SeverityLabel: "severity"}
	checked := 0
	for seed := range uint64(600) {
		r := rand.New(rand.NewPCG(seed, 17))
		document, err := odd{r}.incident().Encode()
		if err != nil {
			t.Fatal(err)
		}
		var tree any
		if err := json.Unmarshal(document, &tree); err != nil {
			t.Fatal(err)
		}
		var marks []string
		tomorrow(r, tree, "", &marks)
		marked, err := json.Marshal(tree)
		if err != nil {
			t.Fatal(err)
		}
		read, err := incident.Decode(marked)
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, marked)
		}
		step := ""
		if len(read.Steps) > 0 {
			step = fmt.Sprint(read.Steps[0].Number)
		}
		_, at, _ := read.FindStep(step)
		replaced := fmt.Sprintf(".steps[%d].before", at)
		next, _, _ := rules.Transition(read, incident.Event{Act: &incident.Act{Verb: incident.VerbAcknowledge, Step: step, User: incident.User{ID: "U9"}}}, epoch)
		next.Version++
		written, err := next.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if m := versionOfScript.FindSubmatch(written); m == nil || string(m[1]) != fmt.Sprint(next.Version) {
			t.Fatalf("seed %d: the script finds %q in %s", seed, m, written)
		}
		if err := json.Unmarshal(written, &tree); err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, written)
		}
		got := map[string]any{}
		found(tree, "", got)
		for n, path := range marks {
			mark, ok := got[path].(map[string]any)
			switch {
			case strings.HasPrefix(path, replaced):
				continue // the step may have replaced it
			case !ok:
				t.Fatalf("seed %d: the member at %q is gone\nfrom %s\nto   %s", seed, path, marked, written)
			case mark["n"] != float64(n):
				t.Fatalf("seed %d: at %q stands the member of another object: %v", seed, path, mark)
			}
			checked++
		}
		plain, err := json.Marshal(tree)
		if err != nil {
			t.Fatal(err)
		}
		back, err := incident.Decode(plain)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(next, back, alike); diff != "" {
			t.Fatalf("seed %d (-want +got):\n%s", seed, diff)
		}
	}
	if checked < 2_000 {
		t.Errorf("only %d members were looked at", checked)
	}
}
