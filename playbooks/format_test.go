package playbooks_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/playbooks"
)

// checkedStep is what reading and trying say of a playbook with one step.
func checkedStep(rest string) string {
	const head = "name: p\ntitle: P\nmatch: ['alertname=\"X\"']\ntiers:\n  - name: immediate\n    within: 1h\n    steps:\n      - id: a\n        title: A\n"
	source, problems := playbooks.Read("p.yml", []byte(head+rest))
	var got []string
	for _, p := range source.Try(problems) {
		got = append(got, p.String())
	}
	return strings.Join(got, "\n")
}

// TestPrintfWithWrongVerbsIsFound: also where no sample alert leads, and at its line.
func TestPrintfWithWrongVerbsIsFound(t *testing.T) {
	for in, want := range map[string]string{
		`{{ printf "%d" .Labels.x }}`:                                          `11:21: bad template: printf "%d": %d is not for text: write %s`,
		"two\n{{ .Labels.x | printf \"%.2f\" }}":                               `12:33: bad template: printf "%.2f": %f is not for text: write %s`,
		`{{ if eq .Labels.rare "never" }}{{ printf "%d" .Labels.x }}{{ end }}`: `11:53: bad template: printf "%d": %d is not for text: write %s`,
		`{{ range .Alerts }}{{ printf "%d" .Labels.x }}{{ end }}`:              `11:40: bad template: printf "%d": %d is not for text: write %s`,
		`{{ printf "%d" (index .Labels "x") }}`:                                `11:21: bad template: printf "%d": %d is not for text: write %s`,
		`{{ printf "%t" (index .Alerts 0).Annotations.x }}`:                    `11:21: bad template: printf "%t": %t is not for text: write %s`,
		`{{ $x := printf "%s %s" .Labels.x }}{{ $x }}`:                         `11:27: bad template: printf "%s %s": there is no value for %s; a percent sign is written %%`,
		`{{ with printf "%s" .Labels.x .Labels.y }}{{ . }}{{ end }}`:           `11:26: bad template: printf "%s": there are more values than verbs such as %s`,
		`{{ printf "x" (printf "%s") }}`:                                       `11:21: bad template: printf "x": there are more values than verbs such as %s`,
		`{{ printf "%s 90%" .Labels.x }}`:                                      `11:21: bad template: printf "%s 90%": it ends in a % without a verb; a percent sign is written %%`,
		`{{ printf "%s is 90% full" .Labels.x }}`:                              `11:21: bad template: printf "%s is 90% full": there is no value for %f; a percent sign is written %%`,
		`{{ printf "%y" .Labels.x }}`:                                          `11:21: bad template: printf "%y": there is no verb %y; a percent sign is written %%`,
		`{{ printf "%s" 3 }}`:                                                  `11:21: bad template: printf "%s": %s is not for a number: write %v`,
		`{{ printf "%s" (len .Alerts) }}`:                                      `11:21: bad template: printf "%s": %s is not for a number: write %v`,
		`{{ printf "%[3]s" .Labels.x }}`:                                       `11:21: bad template: printf "%[3]s": it asks for a value by its number, and there is none`,
		`{{ $x := 1 }}{{ printf "%s" $x }}`:                                    `11:27: the template fails for every sample alert: at <printf "%s" $x>: error calling printf: printf "%s": %s is not for a number: write %v`,
		`{{ $l := "%d" }}{{ printf $l .Labels.x }}`:                            `11:30: the template fails for every sample alert: at <printf $l .Labels.x>: error calling printf: printf "%d": %d is not for text: write %s`,
		`{{ .StartsAt.Format "YYYY-MM-DD" }}`:                                  `10:17: warning: the time layout "YYYY-MM-DD" shows no time: Go writes layouts as 2006-01-02 15:04 MST`,
		`{{ date "%H:%M" .StartsAt }}`:                                         `10:17: warning: the time layout "%H:%M" shows no time: Go writes layouts as 2006-01-02 15:04 MST`,
		`{{ .StartsAt | tz "UTC" | date "Monday" }}`:                           "",
		`{{ printf "%s %-8s|%q %v %d %.1f %% %x %t" .Labels.x .Labels.y .Labels.z .StartsAt (len .Alerts) 1.5 .Labels.x true }}`: "",
		`{{ .Labels.x | toUpper | printf "%[2]s %[1]s" "a" }}`:                                                                   "",
		`{{ $x := 1 }}{{ printf "%d" $x }}`:                                                                                      "",
		`{{ printf "100%%" }}`:                                                                                                   "",
	} {
		if want != "" {
			want = "p.yml:" + want
		}
		got := checkedStep("        detail: |\n          " + strings.ReplaceAll(in, "\n", "\n          ") + "\n")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: (-want +got):\n%s", in, diff)
		}
	}
}

// TestPrintfWithWrongVerbsIsNotShown: an incident shows the author's template, and a
// note says why.
func TestPrintfWithWrongVerbsIsNotShown(t *testing.T) {
	filled, notes := one(playbooks.Step{Commands: []string{`sleep {{ printf "%d" .Labels.db }}`}}).Fill(data())
	if got, want := filled.Steps[0].Commands[0], `sleep {{ printf "%d" .Labels.db }}`; got != want {
		t.Errorf("command: got %q, want %q", got, want)
	}
	want := []string{`step 1 (one): a template could not be filled: printf "%d": %d is not for text: write %s`}
	if diff := cmp.Diff(want, notes); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
}
