package playbooks_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/playbooks"
)

// TestACommandsValuesAreWords: what comes from the alert is quoted, and what the
// author wrote stands, wherever in the action it does.
func TestACommandsValuesAreWords(t *testing.T) {
	d := data()
	d.Labels = map[string]string{"ns": "x --all --force", "ok": "orders", "dash": "-rf", "quote": "it's", "odd-name": "a b", "five": "5"}
	d.Annotations = map[string]string{"summary": "too hot"}
	d.Alerts = []alerts.Alert{{Status: alerts.Firing, Labels: map[string]string{"pod": "a b"}}, {Status: alerts.Firing, Labels: map[string]string{"pod": "c"}}}
	for in, want := range map[string]string{
		"kubectl -n {{ .Labels.ns }} get pods":                                                  "kubectl -n 'x --all --force' get pods",
		"kubectl -n {{ .Labels.ok }} get pods":                                                  "kubectl -n orders get pods",
		`echo "{{ .Labels.ns }}: {{ .Labels.quote }}"`:                                          `echo "x --all --force: it's"`,
		`echo '{{ .Labels.quote }}'`:                                                            `echo ''"it's"''`,
		"kubectl{{ with .Labels.ns }} -n {{ . }}{{ end }}":                                      "kubectl -n 'x --all --force'",
		"kubectl{{ with .Labels.none }} -n {{ . }}{{ end }} get":                                "kubectl get",
		"{{ range .Alerts }}kubectl delete pod {{ .Labels.pod }}\n{{ end }}":                    "kubectl delete pod 'a b'\nkubectl delete pod c\n",
		"{{ range $a := .Alerts }}{{ $a.Labels.pod }} {{ end }}":                                "'a b' c ",
		`ls {{ index .Labels "odd-name" }}`:                                                     "ls 'a b'",
		`ls {{ (index .Alerts 0).Labels.pod }}`:                                                 "ls 'a b'",
		"{{ $n := .Labels.ns }}ls {{ $n }}":                                                     "ls 'x --all --force'",
		`curl "http://p?q={{ urlquery .Labels.ns }}"`:                                           `curl "http://p?q=x+--all+--force"`,
		`{{ $i := urlquery .Labels.ns }}curl "http://p?q={{ $i }}"`:                             `curl "http://p?q=x+--all+--force"`,
		`{{ with urlquery .Labels.ns }}curl "http://p?q={{ . }}"{{ end }}`:                      `curl "http://p?q=x+--all+--force"`,
		`ls {{ .Labels.ns | toUpper }}`:                                                         "ls 'X --ALL --FORCE'",
		`aws{{ printf " --region %s" .Labels.ok }} x`:                                           "aws --region orders x",
		`aws {{ printf "--region=%s" .Labels.ns }} x`:                                           "aws --region='x --all --force' x",
		`aws {{ .Labels.ns | printf "--region=%s" }} x`:                                         "aws --region='x --all --force' x",
		`aws {{ printf "--n=%d --x=%v" (len .Alerts) .Labels.ns }}`:                             "aws --n=2 --x='x --all --force'",
		`aws {{ len .Alerts | printf "--n=%d" }}`:                                               "aws --n=2",
		`aws {{ print "--region " .Labels.ns }} x`:                                              "aws --region 'x --all --force' x",
		`ls {{ printf "%-20s|" .Labels.ok }}`:                                                   "ls 'orders              |'",
		`ls {{ printf "%q" .Labels.ok }}`:                                                       `ls '"orders"'`,
		`ls {{ .Labels.Values | join " " }}`:                                                    "ls <values>",
		`ls {{ stringSlice "-a" "b c" | join " " }}`:                                            "ls -a b c",
		`docker ps --format '{{ "{{" }}.Names}}'`:                                               "docker ps --format '{{.Names}}'",
		`{{/* nothing */}}ls {{ "-la" }} {{ print "x" " y" }}`:                                  "ls -la x y",
		`kubectl -n {{ or .Labels.none "<the namespace>" }} get`:                                "kubectl -n <the namespace> get",
		`kubectl {{ or .Labels.none "-n shop" }} get`:                                           "kubectl -n shop get",
		`{{ $n := "-n shop" }}{{ if .Labels.ns }}{{ $n = .Labels.ns }}{{ end }}ls {{ $n }}`:     "ls 'x --all --force'",
		`{{ $n := "-n shop" }}{{ if .Labels.none }}{{ $n = .Labels.none }}{{ end }}ls {{ $n }}`: "ls -n shop",
		`curl "http://p/api?query={{ .Labels.ns | urlquery }}"`:                                 `curl "http://p/api?query=x+--all+--force"`,
		`curl "http://p/api?query={{ .Labels.ns }}"`:                                            `curl "http://p/api?query=x+--all+--force"`,
		`date -d {{ .StartsAt.Format "2006-01-02 15:04" }}`:                                     "date -d '2026-11-23 09:10'",
		`date -d "{{ .StartsAt.Format "2006-01-02 15:04" }}"`:                                   `date -d "2026-11-23 09:10"`,
		"head -{{ .Labels.five }} {{ .Annotations.summary }}":                                   "head -5 'too hot'",
		// An absent label.
		"kubectl -n {{ .Labels.namespace }} get pods":                             "kubectl -n <namespace> get pods",
		`psql -c "SELECT '{{ .Labels.datname }}'"`:                                `psql -c "SELECT '<datname>'"`,
		"aws --id {{ or .Labels.distribution .Labels.dimension_DistributionId }}": "aws --id <distribution>",
		`ls {{ index .Labels "no-such.label" }} {{ .Annotations.path }}`:          "ls <no-such.label> <path>",
		"{{ $n := .Labels.namespace }}ls {{ $n }}":                                "ls <namespace>",
		`ls {{ .Labels.namespace | toUpper | trimSpace }}`:                        "ls <namespace>",
		`ls {{ printf "%s/%s" .Labels.namespace .Labels.ok }}`:                    "ls <namespace>/orders",
		"{{ range .Alerts }}ls {{ .Labels.node }}\n{{ end }}":                     "ls <node>\nls <node>\n",
		`ls {{ reReplaceAll ":.*" "" .Labels.instance }}`:                         "ls <instance>",
		"{{ with .Labels }}ls {{ .pod }}{{ end }}":                                "ls <pod>",
		"ls {{ .Labels.dash }}":                                                   "ls <dash>",
		"ls -- {{ .Labels.dash }}":                                                "ls -- -rf",
	} {
		filled, _ := one(playbooks.Step{Commands: []string{in}}).Fill(d)
		if got := filled.Steps[0].Commands[0]; got != want {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
	}
}

// TestWhatCommandsChangeIsSaid: once for each value, and not for a step that is hidden.
func TestWhatCommandsChangeIsSaid(t *testing.T) {
	d := data()
	d.Labels = map[string]string{"ns": "x --all --force", "ok": "orders", "dash": "-rf", "db": "it's", "model": "a/b c", "evil": "<!channel>\u202e" + strings.Repeat("x", 200)}
	d.Annotations = map[string]string{"summary": "too hot"}
	p := one(playbooks.Step{Commands: []string{"ls {{ .Labels.ns }} {{ .Labels.ns }} {{ .Labels.ok }}", "ls {{ .Labels.ns }} {{ .Labels.absent }}", "ls {{ .Labels.dash }}"}})
	p.Tiers[0].Steps = append(p.Tiers[0].Steps,
		playbooks.Step{ID: "two", Title: "Two", Commands: []string{"ls {{ .Labels.ns }}", `psql -c "SELECT '{{ .Labels.db }}'"`, "curl http://h/{{ .Labels.model }}", "ls {{ .Annotations.summary }} {{ .Labels.evil }}"}},
		playbooks.Step{ID: "three", Title: "Three", Commands: []string{"ls {{ .Labels.ok }} {{ .Labels.db }}"}, Applies: []string{`ok="no"`}})
	_, got := p.Fill(d)
	want := []string{
		`Commands quote the label ns, whose value is "x --all --force".`,
		`Commands show <dash> instead of the label dash, whose value is "-rf": a command would take it for an option.`,
		`Commands escape the label db, whose value is "it's".`,
		`Commands percent-encode the label model, whose value is "a/b c".`,
		`Commands quote the annotation summary, whose value is "too hot".`,
		`Commands quote the label evil, whose value is "<!channel>` + strings.Repeat("x", 69) + `…".`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
}

// TestCommandsAreBounded: many and long values cost no more than others.
func TestCommandsAreBounded(t *testing.T) {
	d := data()
	d.Labels["long"] = strings.Repeat("'", 10_000)
	for _, in := range []string{"{{ range 2 }}{{ $.Labels.long }}{{ end }}", "ls {{ .Labels.long }}{{ .Labels.long }}", "sh -c \"sh -c '{{ .Labels.long }}'\""} {
		filled, notes := one(playbooks.Step{Commands: []string{in}}).Fill(d)
		if len(notes) != 1 || !strings.Contains(notes[0], "longer than 16384 bytes") || filled.Steps[0].Commands[0] != in {
			t.Errorf("%s: got %.80q, notes %q, want the template and a word about its length", in, filled.Steps[0].Commands[0], notes)
		}
	}
	filled, notes := one(playbooks.Step{Commands: []string{"{{ range 4000 }}{{ $.Labels.db }} '{{ end }}"}}).Fill(d)
	if len(notes) > 0 && len(filled.Steps[0].Commands[0]) > 16<<10 {
		t.Errorf("got %d bytes, notes %.200q", len(filled.Steps[0].Commands[0]), notes)
	}
}
