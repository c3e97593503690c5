package playbooks_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/playbooks"
)

func TestMissed(t *testing.T) {
	ms, err := playbooks.ParseMatchers(`team="db",severity!="info",tier=~"a|b"`)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		labels map[string]string
		want   []string
	}{
		"all hold":  {map[string]string{"team": "db", "tier": "a"}, nil},
		"one":       {map[string]string{"team": "web", "tier": "b"}, []string{`team="db" does not hold: team is "web"`}},
		"none":      {map[string]string{"severity": "info", "tier": "c"}, []string{`team="db" does not hold: there is no label team`, `severity!="info" does not hold: severity is "info"`, `tier=~"a|b" does not hold: tier is "c"`}},
		"hostile":   {map[string]string{"team": "\x1b[31m\u202e\nx", "tier": "a"}, []string{`team="db" does not hold: team is "[31m x"`}},
		"no labels": {nil, []string{`team="db" does not hold: there is no label team`, `tier=~"a|b" does not hold: there is no label tier`}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, ms.Missed(c.labels)); diff != "" {
				t.Errorf("missed (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRejected(t *testing.T) {
	set, _ := playbooks.NewSet([]*playbooks.Playbook{
		book("disk", `alertname="DiskFull"`), book("half", `alertname="DiskFull",team="db"`), book("names", `alertname=~"DiskFul|DiskFuller"`),
		book("also", `alertname=~"Disk.*"`), book("far", `alertname="Elsewhere"`), book("triage", `a="b"`),
	}, nil)
	for name, c := range map[string]struct {
		n    alerts.Notification
		want []playbooks.Rejection
	}{
		"matched": {notification("alertname=DiskFull team=web"), []playbooks.Rejection{
			{Playbook: "half", Near: `for the alert "DiskFull" team="db" does not hold: team is "web"`},
			{Playbook: "names", Near: `the alert "DiskFull" is written almost like "DiskFul"`},
			{Playbook: "also", Near: `matches the alert "DiskFull" too, but disk stands before it`},
			{Playbook: "far"},
		}},
		"named": {notification("alertname=DiskFull playbook=far"), []playbooks.Rejection{
			{Playbook: "disk", Near: `matches the alert "DiskFull" too, but the playbook is named`},
			{Playbook: "half", Near: `for the alert "DiskFull" team="db" does not hold: there is no label team`},
			{Playbook: "names", Near: `the alert "DiskFull" is written almost like "DiskFul"`},
			{Playbook: "also", Near: `matches the alert "DiskFull" too, but the playbook is named`},
		}},
		"of an earlier alert": {notification("alertname=Elsewhere", "alertname=DiskFull"), []playbooks.Rejection{
			{Playbook: "disk", Near: `matches the alert "DiskFull" too, but far matches an earlier alert`},
			{Playbook: "half", Near: `for the alert "DiskFull" team="db" does not hold: there is no label team`},
			{Playbook: "names", Near: `the alert "DiskFull" is written almost like "DiskFul"`},
			{Playbook: "also", Near: `matches the alert "DiskFull" too, but far matches an earlier alert`},
		}},
		"nothing": {notification("alertname=Q"), []playbooks.Rejection{{Playbook: "disk"}, {Playbook: "half"}, {Playbook: "names"}, {Playbook: "also"}, {Playbook: "far"}}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, set.Rejected(c.n)); diff != "" {
				t.Errorf("rejected (-want +got):\n%s", diff)
			}
		})
	}
}
