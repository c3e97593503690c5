package playbooks_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/playbooks"
	"github.com/signalbook/signalbook/playbooks/library"
)

// TestSamplesMatch: an alert is made up for every kind of entry, and it matches.
func TestSamplesMatch(t *testing.T) {
	for _, entry := range []string{
		`alertname="X"`, `alertname=~"DatabaseHighCPU|PostgresHighCPU"`, `alertname=~"Disk.*Full",team!="shop"`, `team=~"[a-c]+-[0-9]{3}"`,
		`"my label"="ü",severity!~"critical|warning"`, `alertname=~"(?i)cpu(High|Hot)?",instance=~".+:9187"`, `namespace=""`, `job!="node",env=~"prod.*"`,
		`path=~"^/api/v\\d/\\w+$"`, `x=~"a|",y!=""`,
		`__alertname_words__=~".*\\b(high|hot)\\b.*",__alert_words__=~".*\\bcpu\\b.*",__alertname_words__!~".*\\bexporter\\b.*"`, `__alertname_words__="disk is full"`,
	} {
		ms, err := playbooks.ParseMatchers(entry)
		if err != nil {
			t.Fatal(err)
		}
		samples := book("p", entry).Samples()
		if got := samples[0].Notification.Alerts[0].Labels; !samples[0].Typical || !ms.Match(got) {
			t.Errorf("%s: sample %q does not match: %v", entry, samples[0].Name, got)
		}
	}
}

func TestSamples(t *testing.T) {
	p := book("p", `alertname="X",engine=~"mysql|postgres"`, `alertname="Y"`)
	p.Links = []playbooks.Link{{Title: "Dashboard", URL: "{{ .Annotations.grafana }}"}}
	p.Tiers = []playbooks.Tier{{Name: playbooks.Immediate, Steps: []playbooks.Step{
		{ID: "a", Title: `{{ .Labels.shard }} {{ index .Labels "node-pool" }}`, Applies: []string{`engine="postgres"`}},
		{ID: "b", Title: "B", Applies: []string{`engine="oracle"`, `size="xl"`}, Commands: []string{"{{ range .Alerts }}.{{ end }}"}},
	}}}
	var names []string
	for _, s := range p.Samples() {
		names = append(names, fmt.Sprintf("%s: %d, %v", s.Name, len(s.Notification.Alerts), s.Typical))
	}
	want := []string{
		"an alert that matches `alertname=\"X\",engine=~\"mysql|postgres\"`: 1, true", "an alert that matches `alertname=\"Y\"`: 1, true",
		"a group of 500 alerts: 500, false", "a start by hand, without alerts: 0, false",
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("samples (-want +got):\n%s", diff)
	}
	first := p.Samples()[0].Notification.Alerts[0]
	got := fmt.Sprintf("%s %s %s %s %s", first.Labels["engine"], first.Labels["size"], first.Labels["shard"], first.Labels["node-pool"], first.Annotations["grafana"])
	if want := "postgres xl some-shard some-node-pool some-grafana"; got != want {
		t.Errorf("labels that match, applies and templates ask for: got %q, want %q", got, want)
	}
}

// TestTry: what fails for every typical alert is an error, in the place of the
// warning that reading gives; what fails for some group is a warning.
func TestTry(t *testing.T) {
	const head = "name: p\ntitle: P\nmatch: ['alertname=\"X\"']\ntiers:\n  - name: immediate\n    within: 1h\n    steps:\n      - id: a\n        title: A\n        detail: |\n"
	for name, c := range map[string]struct{ detail, want string }{
		"fine":          {"{{ .Labels.instance }}", ""},
		"always":        {"Look:\n{{ slice .Labels.instance 0 400 }}", "p.yml:12:14: the template fails for every sample alert: at <slice .Labels.instance 0 400>: error calling slice: index out of range: 400"},
		"other types":   {"{{ if gt .Labels.instance 3 }}x{{ end }}", "p.yml:11:17: the template fails for every sample alert: at <gt .Labels.instance 3>: error calling gt: incompatible types for comparison: string and int"},
		"no labels":     {"{{ slice .Labels.instance 0 3 }}", "p.yml:11:14: warning: the template fails for an alert without labels, and is shown unfilled then: at <slice .Labels.instance 0 3>: error calling slice: index out of range: 3"},
		"many alerts":   {"{{ range .Alerts }}{{ range $.Alerts }}{{ end }}{{ end }}", "p.yml:11:39: warning: the template fails for a group of 500 alerts, and is shown unfilled then: more than 10000 loop rounds"},
		"no alerts":     {"ü {{ (index .Alerts 0).Status }}", "p.yml:11:17: warning: the template fails for a start by hand, without alerts, and is shown unfilled then: at <index .Alerts 0>: error calling index: reflect: slice index out of range"},
		"long":          {"{{ range .Alerts }}{{ .Annotations.description }}{{ end }}", "p.yml:10:17: warning: the template fails for a group of 500 alerts, and is shown unfilled then: the result is longer than 16384 bytes"},
		"unknown field": {"{{ .Labls }}", "p.yml:11:14: bad template: there is no .Labls: templates see .Labels, .Annotations, .Alerts and .StartsAt"},
	} {
		t.Run(name, func(t *testing.T) {
			source, problems := playbooks.Read("p.yml", []byte(head+"          "+strings.ReplaceAll(c.detail, "\n", "\n          ")+"\n"))
			var got []string
			for _, p := range source.Try(problems) {
				got = append(got, p.String())
			}
			if diff := cmp.Diff(c.want, strings.Join(got, "\n")); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

// TestSourceFill: the templates of a Source fill as those of its Playbook do,
// again and again.
func TestSourceFill(t *testing.T) {
	for _, p := range library.All() {
		source, problems := playbooks.Read("p.yml", []byte(contract))
		if err := source.Try(problems).Err(); err != nil {
			t.Fatal(err)
		}
		for _, sample := range p.Samples() {
			d := playbooks.DataFor(sample.Notification)
			want, wantNotes := source.Playbook.Fill(d)
			got, gotNotes := source.Fill(d)
			if diff := cmp.Diff(want, got) + cmp.Diff(wantNotes, gotNotes); diff != "" {
				t.Errorf("%s (-want +got):\n%s", sample.Name, diff)
			}
		}
	}
}
