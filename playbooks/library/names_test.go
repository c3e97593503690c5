package library

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/playbooks"
)

// TestAlertNamesChooseTheirPlaybook measures the built-in matchers on alert names as
// people write them: public rules, and names that were written down before the
// matchers were. The files say which playbook each name wants.
func TestAlertNamesChooseTheirPlaybook(t *testing.T) {
	set, _ := playbooks.NewSet(nil, All())
	for _, file := range []string{"alert-names.tsv", "alert-names-own.tsv", "alert-names-seen.tsv"} {
		wanted, right, chosen := map[string]int{}, map[string]int{}, map[string]int{}
		var wrong []string
		for _, n := range readAlertNames(t, "testdata/"+file) {
			got := set.Select(alerts.Notification{Alerts: []alerts.Alert{{Status: alerts.Firing, Labels: n.labels}}}).Playbook.Name
			if got == "cost-optimisation" {
				got = "cost?"
			}
			wanted[n.playbook]++
			chosen[got]++
			if got == n.playbook {
				right[got]++
			} else {
				wrong = append(wrong, fmt.Sprintf("%v: got %s, want %s", n.labels, got, n.playbook))
			}
		}
		t.Logf("%s:\n%s", file, strings.Join(wrong, "\n"))
		for _, name := range slices.Sorted(maps.Keys(wanted)) {
			recall := float64(right[name]) / float64(wanted[name])
			precision := float64(right[name]) / float64(max(chosen[name], 1))
			t.Logf("%s: %s: recall %.2f (%d of %d), precision %.2f (%d of %d)", file, name, recall, right[name], wanted[name], precision, right[name], chosen[name])
			if name != playbooks.Triage && (recall < 0.9 || precision < 0.97) {
				t.Errorf("%s: %s: recall %.2f and precision %.2f, want 0.9 and 0.97 at least", file, name, recall, precision)
			}
		}
	}
}

type named struct {
	playbook string
	labels   map[string]string
}

func readAlertNames(t *testing.T, path string) []named {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var all []named
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Split(strings.TrimSpace(line), "\t")
		if len(fields) != 3 {
			t.Fatalf("%s: a line of %d fields: %q", path, len(fields), line)
		}
		n := named{playbook: fields[0]}
		if err := json.Unmarshal([]byte(fields[2]), &n.labels); err != nil {
			t.Fatalf("%s: labels of %q: %v", path, line, err)
		}
		n.labels["alertname"] = fields[1]
		all = append(all, n)
	}
	return all
}
