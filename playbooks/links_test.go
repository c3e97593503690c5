package playbooks_test

import (
	"strings"
	"testing"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/playbooks"
)

// TestLinkValuesAreEncodedOnce: by urlquery or by us, never by both, in links and in
// the links of a detail; and a value's line breaks and blanks around it reach none.
func TestLinkValuesAreEncodedOnce(t *testing.T) {
	d := playbooks.Data{Labels: map[string]string{"i": "a b&c/d", "nl": "db-7\n", "host": "evil.example/x", "pct": "95%"},
		Annotations: map[string]string{"runbook": " https://wiki.example/My Runbook\n", "md": "[Runbook](https://wiki.example/db)", "relative": "wiki/db",
			"password": "https://anna:hunter2@wiki.example/db?token=hunter2", "novalue": "https://wiki.example/<no value>"}}
	for url, want := range map[string]string{
		`https://g.example/d?i={{ .Labels.i }}`:                                                      "https://g.example/d?i=a+b%26c%2Fd",
		`https://g.example/d?i={{ .Labels.i | urlquery }}`:                                           "https://g.example/d?i=a+b%26c%2Fd",
		`https://g.example/d?i={{ urlquery .Labels.i }}&x=1`:                                         "https://g.example/d?i=a+b%26c%2Fd&x=1",
		`https://g.example/d?{{ printf "i=%s&j=%s" (urlquery .Labels.i) (.Labels.pct | urlquery) }}`: "https://g.example/d?i=a+b%26c%2Fd&j=95%25",
		`{{ $i := .Labels.i | urlquery }}https://g.example/d?i={{ $i }}`:                             "https://g.example/d?i=a+b%26c%2Fd",
		`{{ $i := "" }}{{ $i = urlquery .Labels.i }}https://g.example/d?i={{ $i }}`:                  "https://g.example/d?i=a+b%26c%2Fd",
		`https://g.example/d?i={{ with .Labels.i | urlquery }}{{ . }}{{ end }}&j={{ .Labels.i }}`:    "https://g.example/d?i=a+b%26c%2Fd&j=a+b%26c%2Fd",
		`https://g.example/{{ urlquery .Labels.i }}/x`:                                               "https://g.example/a+b%26c%2Fd/x",
		`{{ printf "https://g.example/d?i=%s" (urlquery .Labels.i) }}`:                               "https://g.example/d?i=a+b%26c%2Fd",
		`https://g.example/d?i={{ .Labels.pct | urlquery }}`:                                         "https://g.example/d?i=95%25",
		`https://g.example/d?i={{ .Labels.pct }}`:                                                    "https://g.example/d?i=95%25",
		`https://g.example/d?i={{ .Labels.nl }}`:                                                     "https://g.example/d?i=db-7",
		`https://g.example/d?i={{ .Labels.nl | urlquery }}`:                                          "https://g.example/d?i=db-7",
		`https://g.example/d?i={{ .Labels.nl }}&j={{ printf "%s" .Labels.nl }}`:                      "https://g.example/d?i=db-7&j=db-7",
		`https://g.example/{{ .Labels.nl }}/x`:                                                       "https://g.example/db-7/x",
		`https://{{ printf "%s%s" .Labels.host (urlquery "") }}/x`:                                   "",
		`{{ .Annotations.runbook }}`:                                                                 "https://wiki.example/My%20Runbook",
		`{{ .Annotations.md }}`:                                                                      "https://wiki.example/db",
		`{{ .Annotations.password }}`:                                                                "https://wiki.example/db",
		`{{ .Annotations.relative }}`:                                                                "",
		`{{ .Annotations.novalue }}`:                                                                 "",
		`https://g.example/My Dashboard?x="{{ .Labels.i }}"`:                                         "https://g.example/My%20Dashboard?x=%22a+b%26c%2Fd%22",
	} {
		p := one(playbooks.Step{Detail: "<" + url + "|here>"})
		p.Links = []playbooks.Link{{Title: "Here", URL: url}}
		filled, _ := p.Fill(d)
		var got strings.Builder
		for _, l := range filled.Links {
			got.WriteString(l.URL)
		}
		if got.String() != want {
			t.Errorf("%s:\n got %s\nwant %s", url, got.String(), want)
		}
		inDetail := strings.ReplaceAll("<"+want+"|here>", "&", "&amp;")
		if want != "" && !strings.Contains(url, "My Dashboard") && !strings.Contains(strings.ReplaceAll(filled.Steps[0].Detail, "&amp;", "&"), strings.ReplaceAll(inDetail, "&amp;", "&")) {
			t.Errorf("%s: in a detail\n got %s\nwant %s", url, filled.Steps[0].Detail, inDetail)
		}
	}
}

// TestAlertLinks: what alerts do not share is filled for each of them, and nothing is
// said of a link that the whole group has no value for.
func TestAlertLinks(t *testing.T) {
	p := one(playbooks.Step{})
	p.Links = []playbooks.Link{
		{Title: "Wiki", URL: "https://wiki.example/db"},
		{Title: "Host {{ .Labels.host }}", URL: "https://{{ .Labels.host }}/"},
		{Title: "Logs", URL: "{{ .Annotations.logs }}"},
	}
	group := []alerts.Alert{
		{Status: alerts.Firing, Labels: map[string]string{"alertname": "A", "host": "db-1"}, Annotations: map[string]string{"logs": "https://logs.example/1"}},
		{Status: alerts.Firing, Labels: map[string]string{"alertname": "A", "host": "db-2"}},
	}
	filled, notes := p.Fill(playbooks.DataFor(alerts.Notification{Alerts: group}))
	if len(notes) > 0 || len(filled.Links) != 1 || filled.Links[0].Own != 1 {
		t.Errorf("the group's: got %+v, notes %q, want the first link and no notes", filled.Links, notes)
	}
	links := p.AlertLinks(group)
	for k, want := range []string{
		"1 Wiki https://wiki.example/db, 2 Host db-1 https://db-1/, 3 Logs https://logs.example/1",
		"1 Wiki https://wiki.example/db, 2 Host db-2 https://db-2/",
	} {
		var got []string
		for _, l := range links.Of(group[k]) {
			got = append(got, strings.Join([]string{string(rune('0' + l.Own)), l.Title, l.URL}, " "))
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("alert %d: got %q, want %s", k+1, got, want)
		}
	}
	p.Links = p.Links[:1]
	if p.AlertLinks(group) != nil {
		t.Error("links without templates are filled for each alert, want once")
	}
}
