package playbooks_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/playbooks"
)

var opened = time.Date(2026, 11, 23, 9, 10, 5, 0, time.UTC)

// data is what the templates of these tests see.
func data() playbooks.Data {
	return playbooks.Data{
		Labels: map[string]string{"alertname": "HighCPU", "db": "orders_primary", "host": "db-1:5432", "evil": "<!channel> *b* _i_ ~s~ `c` & <http://x|y>",
			"mention": "!channel", "shell": "-x; rm -rf $(pwd) `id` \"'", "größe": "XL", "turn": "a\u202eb\x07c\nd", "quote": "> q", "slash": "a/b c?d"},
		Annotations: map[string]string{"runbook_url": "https://runbooks.example/a_b?x=1&y=<2>|3", "bad_url": "javascript:alert(1)"},
		Alerts: []alerts.Alert{
			{Status: alerts.Firing, Labels: map[string]string{"pod": "a", "alertname": "X"}, StartsAt: opened},
			{Status: alerts.Resolved, Labels: map[string]string{"pod": "b"}, StartsAt: opened},
		},
		StartsAt: opened,
	}
}

func one(s playbooks.Step) *playbooks.Playbook {
	s.ID, s.Title = "one", "One"
	return &playbooks.Playbook{Name: "x", Title: "X", Tiers: []playbooks.Tier{{Name: playbooks.Immediate, Steps: []playbooks.Step{s}}}}
}

func TestFillDetail(t *testing.T) {
	for in, want := range map[string]string{
		"plain *bold* <https://x|y> & all":                          "plain *bold* <https://x|y> & all",
		"*{{ .Labels.db }}*":                                        "*orders_primary*",
		"{{ .Labels.evil }}":                                        "&lt;!channel&gt; ∗b∗ ˍiˍ ∼s∼ ˋcˋ &amp; &lt;http://x|y&gt;",
		"`{{ .Labels.evil }}`":                                      "`&lt;!channel&gt; *b* _i_ ~s~ ˋcˋ &amp; &lt;http://x|y&gt;`",
		"<{{ .Labels.mention }}>":                                   "&lt;!channel&gt;",
		"<!{{ .Labels.host }}> <https://x|z>":                       "&lt;!db-1:5432&gt; <https://x|z>",
		"<!sub{{ .Labels.mention }}|all>":                           "&lt;!sub!channel|all&gt;",
		"<@{{ .Labels.alertname }}>":                                "&lt;@HighCPU&gt;",
		"CPU < 80 {{ .Labels.db }} > 3":                             "CPU &lt; 80 orders_primary &gt; 3",
		"<https://x?h={{ .Labels.slash }}|{{ .Labels.evil }}>":      "<https://x?h=a%2Fb+c%3Fd|&lt;!channel&gt; ∗b∗ ˍiˍ ∼s∼ ˋcˋ &amp; &lt;http://x|y&gt;>",
		"<https://x/{{ .Labels.slash }}>":                           "<https://x/a%2Fb%20c%3Fd>",
		"<{{ .Annotations.runbook_url }}|runbook>":                  "<https://runbooks.example/a_b?x=1&amp;y=%3C2%3E%7C3|runbook>",
		"<{{ .Annotations.bad_url }}|runbook>":                      "&lt;javascript:alert(1)|runbook&gt;",
		"{{ .Labels.quote }}":                                       "\u2060&gt; q",
		"{{ .Labels.turn }}":                                        "abc d",
		"{{ .Labels.missing }}|{{ .Annotations.missing }}":          "|",
		"{{ index .Labels \"größe\" }}{{ .Labels.größe }}":          "XLXL",
		"{{ .Labels.db | toUpper | printf \"%-16s|\" }}":            "ORDERS_PRIMARY  |",
		"{{ title \"hello wORLD\" }} {{ trimSpace \" x \" }}":       "Hello World x",
		"{{ stringSlice \"a\" \"b\" | join \", \" }}":               "a, b",
		`{{ reReplaceAll "([a-z]+)-(\\d)" "$2-$1" .Labels.host }}`:  "1-db:5432",
		`{{ if match "^db" .Labels.host }}yes{{ else }}no{{ end }}`: "yes",
		`{{ range .Labels.Remove (stringSlice "evil" "shell" "turn" "quote" "slash" "mention" "host" "db") }}{{ . }},{{ end }}`:                "HighCPU,XL,",
		`{{ range (.Alerts.Firing) }}{{ .Labels.pod }}{{ .Status }}{{ range .Labels.SortedPairs }} {{ .Name }}={{ .Value }}{{ end }}{{ end }}`: "afiring alertname=X pod=a",
		`{{ len .Alerts }} {{ len .Alerts.Resolved }} {{ (index .Alerts 1).Labels.pod }}`:                                                      "2 1 b",
		`{{ range $i, $a := .Alerts }}{{ if $i }}, {{ end }}{{ $a.Labels.pod }}{{ end }}`:                                                      "a, b",
		`{{ .StartsAt.Format "15:04" }} {{ date "2006-01-02" .StartsAt }} {{ .StartsAt | tz "Europe/Berlin" | date "15:04 MST" }}`:             "09:10 2026-11-23 10:10 CET",
		`{{ humanizeDuration 3661 }} {{ urlUnescape "a%20b" }} {{ safeHtml "<b>" }} {{ html "<" }} {{ urlquery "a b" }} {{ js "'" }}`:          `1h 1m 1s a b &lt;b&gt; &amp;lt; a+b \'`,
		`{{ $x := .Labels.db }}{{ with $x }}{{ . }}{{ end }}{{ range stringSlice }}{{ else }}none{{ end }}`:                                    "orders_primarynone",
		`{{ print 1 true .Labels.db }} {{ 3 }} {{ println "x" }}`:                                                                              "1 trueorders_primary 3 x ",
		`{{/* nothing */}}`: "",
		`{{ range $i := 3 }}{{ if eq $i 1 }}{{ continue }}{{ end }}{{ $i }}{{ end }}`: "02",
	} {
		filled, notes := one(playbooks.Step{Detail: in}).Fill(data())
		if len(notes) > 0 {
			t.Errorf("%s: notes: got %q, want none", in, notes)
		}
		if got := filled.Steps[0].Detail; got != want {
			t.Errorf("%s:\n got %q\nwant %q", in, got, want)
		}
		if got := filled.Steps[0].Templated; got != strings.Contains(in, "{{") {
			t.Errorf("%s: templated: got %v", in, got)
		}
	}
}

// TestHostileTemplates: each fails quickly, is shown as its author wrote it,
// and says why.
func TestHostileTemplates(t *testing.T) {
	double := `{{ $x := "aaaaaaaa" }}{{ range 40 }}{{ $x = printf "%s%s" $x $x }}{{ end }}`
	for in, want := range map[string]string{
		"{{ range 1000000000 }}{{ end }}":                  "more than 10000 loop rounds",
		"{{ range 1000000000 }}x{{ end }}":                 "more than 10000 loop rounds",
		"{{ range 200 }}{{ range 200 }}{{ end }}{{ end }}": "more than 10000 loop rounds",
		"{{ range 9000 }}{{ range 1 }}{{ end }}{{ end }}":  "more than 10000 loop rounds",
		"{{ range 9999 }}xxxxxxxxxx{{ end }}":              "the result is longer than 16384 bytes",
		double:                                             "the result is longer than 16384 bytes",
		`{{ printf "%1000000d" 1 }}`:                       "widths above 99",
		`{{ printf "%.500f" 1.0 }}`:                        "widths above 99",
		`{{ printf "%*d" 1000000 1 }}`:                     "widths above 99",
		`{{ printf "%[1]*d" 1000000 }}`:                    "widths above 99",
		`{{ printf "%-0999d" 1 }}`:                         "widths above 99",
		`{{ printf "%3.*f" 5000 1.0 }}`:                    "widths above 99",
		`{{ $x := "` + strings.Repeat("a", 1000) + `" }}{{ reReplaceAll "." "$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0" $x }}`: "the result is longer than 16384 bytes",
		`{{ reReplaceAll "(?:abcdefgh){900}" "" "x" }}`:                                                                 "the regular expression is too large",
		`{{ reReplaceAll "(" "" "x" }}`:                                                                                 "missing closing )",
		`{{ match "` + strings.Repeat("(a)", 30) + `" "x" }}`:                                                           "30 groups, at most 20",
		`{{ $x := "a" }}{{ range 9000 }}{{ $y := join "` + strings.Repeat("s", 1500) + `" (stringSlice "a" "b" "c" "d" "e" "f" "g" "h" "i") }}{{ end }}`:                                                   "too much work",
		`{{ range 9000 }}{{ $y := match "(x+x+x+x+)+y" (printf "%99s" "xxxxxx") }}{{ $z := match ".*.*.*.*.*.*.*.*" (printf "%99v%99v%99v%99v%99v%99v%99v%99v%99v" 1 2 3 4 5 6 7 8 9 | print) }}{{ end }}`: "too much work",
		`{{ define "a" }}{{ template "a" }}{{ end }}{{ template "a" }}`: "not allowed",
		`{{ block "a" . }}x{{ end }}`:                                   "not allowed",
		`{{ template "a" }}`:                                            "template calls are not allowed",
		`{{ tz "../../etc/passwd" .StartsAt }}`:                         "time zone",
		`{{ tz "Nowhere/City" .StartsAt }}`:                             "time zone",
		`{{ index .Alerts 99 }}`:                                        "out of range",
		`{{ .Labels.db.x }}`:                                            "there is no .x",
		`{{ slice .Labels.db 0 99 }}`:                                   "out of range",
		`{{ signalbookMrkdwn "x" }}`:                                    `function "signalbookMrkdwn" does not exist`,
		`{{ signalbookTick -1000000 }}`:                                 "does not exist",
		`{{ now }}`:                                                     "is not available: a playbook is filled once",
		`{{ since .StartsAt }}`:                                         "is not available",
		`{{ toUper .Labels.db }}`:                                       `function "toUper" does not exist: did you mean "toUpper"?`,
		`{{ call .Labels.db }}`:                                         "call",
		`{{`:                                                            "unclosed action",
	} {
		source := "*" + in
		filled, notes := one(playbooks.Step{Detail: source, Commands: []string{source}}).Fill(data())
		if len(notes) != 2 || !strings.Contains(notes[0], want) {
			t.Errorf("%.80s: notes: got %q, want two with %q", in, notes, want)
			continue
		}
		if got := filled.Steps[0].Commands[0]; got != source {
			t.Errorf("%.80s: command: got %q, want the template itself", in, got)
		}
		if got := filled.Steps[0].Detail; !strings.HasPrefix(got, "∗{{") {
			t.Errorf("%.80s: detail: got %q, want the template itself as plain text", in, got)
		}
	}
}

// TestBudgetIsShared: many costly templates cost no more than one.
func TestBudgetIsShared(t *testing.T) {
	costly := `{{ range 9000 }}{{ $y := match ".*.*.*.*.*.*.*.*" (printf "%99v%99v%99v%99v%99v%99v%99v%99v%99v" 1 2 3 4 5 6 7 8 9) }}{{ end }}`
	p := one(playbooks.Step{})
	for range 50 {
		p.Tiers[0].Steps = append(p.Tiers[0].Steps, playbooks.Step{ID: "s", Title: "S", Detail: costly, Commands: []string{costly, costly}})
	}
	_, notes := p.Fill(data())
	if len(notes) != 150 {
		t.Errorf("notes: got %d, want 150", len(notes))
	}
}

func TestFillCommandsAndTitles(t *testing.T) {
	p := one(playbooks.Step{Commands: []string{
		"psql -h {{ .Labels.host }} '{{ .Labels.db }}' > <file>",
		"run {{ .Labels.shell }}",
		"echo {{ .Labels.turn }} && true",
	}})
	p.Tiers[0].Steps[0].Title = "Look at {{ .Labels.evil }}{{ .Labels.turn }}"
	filled, notes := p.Fill(data())
	told := []string{
		"Commands show <shell> instead of the label shell, whose value is \"-x; rm -rf $(pwd) `id` \\\"'\": a command would take it for an option.",
		"Commands quote the label turn, whose value is \"abc d\".",
	}
	if diff := cmp.Diff(told, notes); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
	want := playbooks.FilledStep{
		ID: "one", Number: 1, Tier: playbooks.Immediate, Applies: true, Templated: true,
		Title: "Look at <!channel> *b* _i_ ~s~ `c` & <http://x|y>abc d",
		Commands: []string{
			"psql -h db-1:5432 'orders_primary' > <file>",
			"run <shell>",
			`echo $'a\342\200\256b\007c\nd' && true`,
		},
	}
	if diff := cmp.Diff(want, filled.Steps[0]); diff != "" {
		t.Errorf("step (-want +got):\n%s", diff)
	}
}

func TestFillLinks(t *testing.T) {
	p := one(playbooks.Step{})
	for _, u := range []string{
		"https://g/d?var-db={{ .Labels.slash }}&x=1",
		"https://g/{{ .Labels.slash }}#{{ .Labels.host }}",
		"{{ .Annotations.runbook_url }}",
		"{{ .Annotations.missing }}",
		"{{ .Annotations.bad_url }}",
		"{{ if .Labels.missing }}https://x{{ end }}",
		"https://{{ .Labels.missing }}",
		"https://g/{{ index .Alerts 99 }}",
		"https://g/" + strings.Repeat("{{ .Labels.slash }}", 300),
		"https://static/",
	} {
		p.Links = append(p.Links, playbooks.Link{Title: "T {{ .Labels.db }}", URL: u})
	}
	filled, notes := p.Fill(data())
	var got []string
	for _, l := range filled.Links {
		got = append(got, l.Title+" "+l.URL)
	}
	want := []string{
		"T orders_primary https://g/d?var-db=a%2Fb+c%3Fd&x=1",
		"T orders_primary https://g/a%2Fb%20c%3Fd#db-1%3A5432",
		"T orders_primary https://runbooks.example/a_b?x=1&y=%3C2%3E%7C3",
		"T orders_primary https://static/",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
	if len(notes) != 4 {
		t.Errorf("notes: got %q, want four (bad URL, no host, index, too long)", notes)
	}
}

func TestAppliesHidesButCounts(t *testing.T) {
	p := one(playbooks.Step{Applies: []string{`db="orders_primary"`, `alertname=~"Low.*"`}})
	p.Tiers[0].Steps = append(p.Tiers[0].Steps, playbooks.Step{ID: "two", Title: "T", Applies: []string{`db="orders_primary"`, `engine=~"postgres|"`}})
	filled, _ := p.Fill(data())
	var got []string
	for _, s := range filled.Steps {
		got = append(got, fmt.Sprint(s.Number, " ", s.ID, " ", s.Applies, " ", s.Templated))
	}
	if diff := cmp.Diff([]string{"1 one false false", "2 two true false"}, got); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
}

func TestDataForTakesWhatFiringAlertsShare(t *testing.T) {
	alert := func(s alerts.Status, minute int, labels ...string) alerts.Alert {
		a := alerts.Alert{Status: s, StartsAt: opened.Add(time.Duration(minute) * time.Minute), Labels: map[string]string{}, Annotations: map[string]string{"all": "same"}}
		for i := 0; i < len(labels); i += 2 {
			a.Labels[labels[i]] = labels[i+1]
		}
		return a
	}
	n := alerts.Notification{Alerts: []alerts.Alert{
		alert(alerts.Resolved, -9, "team", "db", "pod", "0"),
		alert(alerts.Firing, 5, "team", "db", "engine", "postgres", "pod", "a"),
		alert(alerts.Firing, 1, "team", "db", "engine", "postgres", "pod", "b", "extra", ""),
	}}
	d := playbooks.DataFor(n)
	if diff := cmp.Diff(map[string]string{"team": "db", "engine": "postgres"}, d.Labels); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
	if !d.StartsAt.Equal(opened.Add(time.Minute)) || len(d.Alerts) != 3 || d.Annotations["all"] != "same" {
		t.Errorf("data: got %+v, want the earliest firing start and all three alerts", d)
	}
	if n.Alerts[2].Labels["pod"] != "b" {
		t.Error("the notification's own labels were changed")
	}
	n.Alerts = n.Alerts[:1]
	if d := playbooks.DataFor(n); d.Labels["pod"] != "0" {
		t.Errorf("nothing fires: labels: got %v, want those of the resolved alert", d.Labels)
	}
	if d := playbooks.DataFor(alerts.Notification{}); d.Labels == nil || !d.StartsAt.IsZero() {
		t.Errorf("no alerts: got %+v, want empty data", d)
	}
}
