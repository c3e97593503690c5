package playbooks_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/signalbook/signalbook/playbooks"
	"github.com/signalbook/signalbook/playbooks/yamlfile"
)

// contract is a playbook with every field in use.
const contract = `name: database-cpu
title: Database is at 90% CPU
description: Too hot.
match:                                   # any entry
  - alertname=~"DatabaseHighCPU|PostgresHighCPU|RDSHighCPU"
  - alertname="HighCPU",tier="database"
links: [{title: Dashboard, url: "https://grafana.example/d/db?var-instance={{ .Labels.instance }}"}]
tiers:
  - name: immediate
    within: 1h
    owners: ["@db-oncall", ann@example.com, U012ABCDEF]
    steps:
      - id: add-read-replicas
        title: Add read replicas
        detail: Route reads to them...
        commands: ["psql -h {{ .Labels.instance }}"]
        applies: ['engine=~"postgres|mysql"']
        verify:
          expr: 'avg(instance:cpu:ratio{instance="{{ .Labels.instance }}"})'
          below: 0.8
          for: 5m
        run:
          http: {url: "https://ci.example/hooks/scale-up", body: '{"instance":"{{ .Labels.instance }}"}', http_config: {basic_auth: {username: x}}}
  - {name: short_term, within: 1w, steps: [{id: a, title: A}]}
  - {name: long_term, within: 30d, steps: [{id: b, title: B}, {id: c, title: C}]}
`

func TestParseContract(t *testing.T) {
	got, problems := playbooks.Parse("db.yml", []byte(contract))
	if len(problems) > 0 {
		t.Fatalf("problems:\n%v", problems)
	}
	below := 0.8
	want := &playbooks.Playbook{
		Name: "database-cpu", Title: "Database is at 90% CPU", Description: "Too hot.",
		Match: []string{`alertname=~"DatabaseHighCPU|PostgresHighCPU|RDSHighCPU"`, `alertname="HighCPU",tier="database"`},
		Links: []playbooks.Link{{Title: "Dashboard", URL: "https://grafana.example/d/db?var-instance={{ .Labels.instance }}"}},
		Tiers: []playbooks.Tier{
			{
				Name: playbooks.Immediate, Within: playbooks.Duration(time.Hour), Owners: []string{"@db-oncall", "ann@example.com", "U012ABCDEF"},
				Steps: []playbooks.Step{{
					ID: "add-read-replicas", Title: "Add read replicas", Detail: "Route reads to them...",
					Commands: []string{"psql -h {{ .Labels.instance }}"},
					Applies:  []string{`engine=~"postgres|mysql"`},
					Verify: &playbooks.Verify{Expr: `avg(instance:cpu:ratio{instance="{{ .Labels.instance }}"})`, Below: &below,
						For: playbooks.Duration(5 * time.Minute)},
					Run: &playbooks.Run{HTTP: &playbooks.HTTPCall{URL: "https://ci.example/hooks/scale-up",
						Body: `{"instance":"{{ .Labels.instance }}"}`, HTTPConfig: map[string]any{"basic_auth": map[string]any{"username": "x"}}}},
				}},
			},
			{Name: playbooks.ShortTerm, Within: playbooks.Duration(7 * 24 * time.Hour), Steps: []playbooks.Step{{ID: "a", Title: "A"}}},
			{Name: playbooks.LongTerm, Within: playbooks.Duration(30 * 24 * time.Hour), Steps: []playbooks.Step{{ID: "b", Title: "B"}, {ID: "c", Title: "C"}}},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("playbook (-want +got):\n%s", diff)
	}
	var numbers []string
	for _, s := range got.Steps() {
		numbers = append(numbers, fmt.Sprintf("%d %s %s", s.Number, s.Tier.Title(), s.Step.ID))
	}
	if diff := cmp.Diff([]string{"1 Immediate add-read-replicas", "2 Short-term a", "3 Long-term b", "4 Long-term c"}, numbers); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
}

func TestJSONRoundTripAndHash(t *testing.T) {
	p, _ := playbooks.Parse("db.yml", []byte(contract))
	data, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var back playbooks.Playbook
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(p, &back); diff != "" {
		t.Errorf("after JSON (-want +got):\n%s", diff)
	}
	if got := p.Hash(); got != back.Hash() || len(got) != 16 {
		t.Errorf("hash: got %s and %s, want the same 16 digits", got, back.Hash())
	}
	again, _ := playbooks.Parse("other.yml", []byte("# a comment\n"+contract))
	if p.Hash() != again.Hash() {
		t.Errorf("hash of another file with the same content: got %s, want %s", again.Hash(), p.Hash())
	}
	changed, _ := playbooks.Parse("db.yml", []byte(strings.Replace(contract, "title: C", "title: D", 1)))
	if p.Hash() == changed.Hash() {
		t.Errorf("hash of a changed playbook: got %s, want another", changed.Hash())
	}
}

func TestDurationWritesAsPrometheusDoes(t *testing.T) {
	for in, want := range map[string]string{"1h": "1h", "60m": "1h", "7d": "1w", "30d": "30d", "180d": "180d", "90s": "1m30s", "0": "0s"} {
		var d playbooks.Duration
		if err := d.UnmarshalText([]byte(in)); err != nil || d.String() != want {
			t.Errorf("duration %q: got %s (error %v), want %s", in, d, err, want)
		}
		out, err := yaml.Marshal(map[string]playbooks.Duration{"d": d})
		if err != nil || !strings.Contains(string(out), want) {
			t.Errorf("duration %q in YAML: got %q (error %v), want %s", in, out, err, want)
		}
	}
	for _, in := range []string{"", "1 hour", "-1h", "1.5h", "1month", "99999999999999y"} {
		var d playbooks.Duration
		if err := d.UnmarshalText([]byte(in)); err == nil {
			t.Errorf("duration %q: got %s, want an error", in, d)
		}
	}
}

func TestParseTellsEveryProblemAtOnce(t *testing.T) {
	const text = `name: Data Base
title: "{{ .Labels.x }}"
match:
  - alertname=
  - ""
  - a=~"("
  - team="db"
  - team="db"
links:
  - {title: X, url: "javascript:alert(1)"}
  - {url: "ftp://{{ .Labels.x }}"}
tiers:
  - name: short-term
    within: 1 week
    steps: []
  - name: long_term
    within: 30d
    owners: ["@here", "bob", "@db", "@db"]
    steps:
      - id: one
        titel: One
      - id: one
        title: ["two"]
        detail: "{{ .Lables.x }} <!channel>"
        commands: ["{{ nowhere }}", ""]
        verify: {expr: up, below: 1, above: 2}
        run: {}
      - id: "7"
        title: "a\nb"
        detail: "{{ if }}"
        applies: ["engine=="]
        verify: {expr: "", above: .nan}
        run: {http: {url: "{{ .Labels.hook }}", method: post}}
  - name: immediate
    within: 1d
    steps:
      - id: ok
        title: "{{ now }} \x07"
`
	_, problems := playbooks.Parse("db.yml", []byte(text))
	var got []string
	for _, p := range problems {
		got = append(got, p.String())
	}
	want := []string{
		`db.yml:1:7: "Data Base" cannot name a playbook: use 1 to 60 small letters, digits and dashes`,
		`db.yml:2:8: the title of a playbook is no template: it is shown in lists, without an alert`,
		"db.yml:4:5: `alertname=` is no matcher: end of input: expected label value: write it as Alertmanager does: team=\"db\",severity!=\"info\" (operators = != =~ !~)",
		`db.yml:5:5: an empty matcher: write it as Alertmanager does: team="db",severity!="info" (operators = != =~ !~)`,
		"db.yml:6:5: `a=~\"(\"` is no matcher: failed to create matcher: error parsing regexp: missing closing ): `^(?:()$`: write it as Alertmanager does: team=\"db\",severity!=\"info\" (operators = != =~ !~)",
		"db.yml:8:5: warning: `team=\"db\"` stands here twice",
		`db.yml:10:21: "javascript:alert(1)" is no http or https URL`,
		`db.yml:11:5: the link title is missing`,
		`db.yml:11:11: "ftp://{{ .Labels.x }}" must begin with http:// or https://, or be one value that does`,
		`db.yml:13:5: the tier has no steps: give it one, or leave the tier out`,
		`db.yml:13:11: "short-term" is no tier: it is immediate, short_term or long_term`,
		`db.yml:14:13: "1 week" is not a duration: write it like 10m, 1h, 1w or 30d`,
		`db.yml:18:14: @here pings everybody: name a user group such as "@db-oncall"`,
		`db.yml:18:23: "bob" is nobody's name: write a user group as "@db-oncall", a person by e-mail, or a Slack id (U… or S…)`,
		`db.yml:18:37: warning: @db stands here twice`,
		`db.yml:20:9: the title is missing`,
		`db.yml:21:9: unknown key "titel": did you mean "title"?`,
		`db.yml:22:13: step id "one" is taken by step 1: ids are unique in a playbook`,
		`db.yml:23:16: expected text, got a list`,
		`db.yml:24:17: bad template: there is no .Lables: templates see .Labels, .Annotations, .Alerts and .StartsAt`,
		`db.yml:24:17: warning: <!channel> notifies everybody whenever this thread opens`,
		`db.yml:25:20: bad template: function "nowhere" does not exist`,
		`db.yml:25:37: the command is missing`,
		`db.yml:26:45: verify takes below or above, not both`,
		`db.yml:27:14: run needs http: the request that runs the step`,
		`db.yml:28:13: "7" looks like a step's number: use a word`,
		`db.yml:29:16: the title must be one line`,
		`db.yml:30:17: bad template: missing value for if`,
		"db.yml:31:19: `engine==` is no matcher: 7:8: unexpected =: expected label value: write it as Alertmanager does: team=\"db\",severity!=\"info\" (operators = != =~ !~)",
		`db.yml:32:24: the expr (PromQL) is missing`,
		`db.yml:32:35: above must be a finite number`,
		`db.yml:33:57: "post" is no method for it: use GET, POST, PUT, PATCH, DELETE`,
		`db.yml:34:11: tier immediate stands after long_term: the order is immediate, short_term, long_term`,
		`db.yml:35:13: within 1d is shorter than the 30d of the tier before: deadlines run from the opening and must not shrink`,
		`db.yml:38:16: the title holds a control character: remove it`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

// minimal is a right playbook with room for one thing more.
func minimal(top, step string) string {
	return "name: x\ntitle: X\n" + top + "tiers:\n- name: immediate\n  within: 1h\n  steps:\n  - id: a\n    title: A\n" + step
}

func TestParseBounds(t *testing.T) {
	list := func(n int, entry string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.ReplaceAll(entry, "#", fmt.Sprint(i)))
		}
		return b.String()
	}
	for name, c := range map[string]struct{ text, want string }{
		"none":              {minimal("", ""), ""},
		"empty":             {"", "the file is empty"},
		"no tiers":          {"name: x\ntitle: X\n", "the playbook has no steps: give it at least one tier with one step"},
		"title":             {minimal("", "    detail: ok\n") + "  - {id: b, title: " + strings.Repeat("ü", 151) + "}\n", "the title has 151 characters, at most 150"},
		"title fits":        {minimal("", "    detail: ok\n") + "  - {id: b, title: " + strings.Repeat("ü", 150) + "}\n", ""},
		"detail":            {minimal("", "    detail: "+strings.Repeat("x", 2501)+"\n"), "the detail has 2501 characters, at most 2500"},
		"command":           {minimal("", "    commands: ["+strings.Repeat("x", 1501)+"]\n"), "the command has 1501 characters, at most 1500"},
		"commands":          {minimal("", "    commands: ["+list(11, "c#,")+"]\n"), "11 commands, at most 10"},
		"links":             {minimal("links: ["+list(11, `{title: a, url: "https://x/#"},`)+"]\n", ""), "11 links, at most 10"},
		"steps":             {minimal("", "") + list(50, "  - {id: s#, title: S}\n"), "51 steps, at most 50: split the playbook"},
		"steps fit":         {minimal("", "") + list(49, "  - {id: s#, title: S}\n"), ""},
		"owners":            {minimal("", "") + "  owners: [" + list(21, `"@g#",`) + "]\n", "21 owners, at most 20: name a user group"},
		"match":             {minimal("match: ["+list(51, `a=b#,`)+"]\n", ""), "51 entries, at most 50"},
		"applies":           {minimal("", "    applies: ["+list(11, `a=b#,`)+"]\n"), "11 entries, at most 10"},
		"id":                {minimal("", "") + "  - {id: " + strings.Repeat("x", 61) + ", title: B}\n", "cannot name a step"},
		"tier twice":        {minimal("", "") + "- {name: immediate, within: 2h, steps: [{id: b, title: B}]}\n", "tier immediate is given twice: put all its steps into one"},
		"within zero":       {minimal("", "") + "- {name: long_term, within: 0s, steps: [{id: b, title: B}]}\n", "the tier has no deadline"},
		"same within":       {minimal("", "") + "- {name: long_term, within: 1h, steps: [{id: b, title: B}]}\n", ""},
		"verify":            {minimal("", "    verify: {expr: up}\n"), "verify needs below or above"},
		"run method":        {minimal("", "    run: {http: {url: \"https://x/\", method: GET}}\n"), ""},
		"json":              {minimal("", "    run: {http: {url: \"https://x/\", http_config: {a: .inf}}}\n"), "JSON cannot keep"},
		"match of triage":   {strings.Replace(minimal("match: [a=b]\n", ""), "name: x", "name: triage", 1), "warning: triage is for alerts that match nothing: its match is never looked at"},
		"data-dependent":    {minimal("", "    detail: '{{ slice .Labels.pod 0 3 }}'\n"), "warning: the template fails for an alert without labels, and is shown unfilled then: "},
		"large regexp":      {minimal("match: ['a=~\"(?:abcdef){1000}\"']\n", ""), "the regular expression is too large"},
		"all matchers":      {minimal("match: ["+list(20, "a#="+strings.Repeat("x", 1000)+",")+"]\n", ""), "more than 20000 bytes of matchers in one playbook: split it"},
		"long matcher":      {minimal("match: [a="+strings.Repeat("x", 2000)+"]\n", ""), "2002 bytes of matchers, more than 2000"},
		"10 MB":             {minimal("", "") + strings.Repeat("# long\n", 1_500_000), "split it"},
		"two documents":     {minimal("", "") + "---\n" + minimal("", ""), "a second document begins here"},
		"yaml bomb":         {"a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ntiers: [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\n", "values once its aliases are written out"},
		"not UTF-8":         {"name: \xff\n", "not valid UTF-8"},
		"BOM":               {"\ufeff" + minimal("", ""), ""},
		"tab":               {minimal("", "\tdetail: x\n"), "a tab is used for indentation"},
		"duplicate key":     {minimal("title: Y\n", ""), `key "title" is given twice, first on line 2`},
		"links of a value":  {minimal("links: [{title: a, url: '{{ .Annotations.runbook_url }}'}]\n", ""), ""},
		"unquoted owner":    {minimal("", "") + "  owners: [@db]\n", "put a value that begins with @"},
		"many tiers":        {"name: x\ntitle: X\ntiers: [" + strings.Repeat("{},", 20_000) + "]\n", "the tier has no name"},
		"many bad matchers": {minimal("match: ["+strings.Repeat("'=',", 50)+"]\n", ""), "is no matcher"},
	} {
		t.Run(name, func(t *testing.T) {
			p, problems := playbooks.Parse("x.yml", []byte(c.text))
			if c.want == "" && len(problems) > 0 {
				t.Fatalf("problems: got %q, want none", problems)
			}
			if c.want != "" && (len(problems) == 0 || !contains(problems, c.want)) {
				t.Errorf("problems: got %q, want one with %q", problems, c.want)
			}
			if bad := problems.Err() != nil; bad != (p == nil) {
				t.Errorf("playbook: got %v with problems %v", p, problems)
			}
			if len(problems) > 101 {
				t.Errorf("problems: got %d, want at most 101", len(problems))
			}
		})
	}
}

func contains(ps yamlfile.Problems, text string) bool {
	for _, p := range ps {
		if strings.Contains(p.String(), text) {
			return true
		}
	}
	return false
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(contract))
	f.Add([]byte(minimal("match: ['a=~\"x{9}\"']\n", "    detail: '{{ range 1000000000 }}{{ . }}{{ end }}'\n")))
	f.Add([]byte(minimal("", "    commands: ['{{ printf \"%99s\" .Labels.x | reReplaceAll \".\" \"$0$0\" }}']\n")))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, problems := playbooks.Parse("x.yml", data)
		if (p == nil) != (problems.Err() != nil) {
			t.Fatalf("playbook %v with problems %v", p, problems)
		}
		if p == nil {
			return
		}
		encoded, err := json.Marshal(p)
		if err != nil {
			t.Fatalf("JSON: %v", err)
		}
		var back playbooks.Playbook
		if err := json.Unmarshal(encoded, &back); err != nil {
			t.Fatalf("JSON back: %v", err)
		}
		if back.Hash() != p.Hash() {
			t.Errorf("hash after JSON: got %s, want %s", back.Hash(), p.Hash())
		}
		filled, _ := p.Fill(playbooks.Data{Labels: map[string]string{"x": "<!channel> *_~`", "instance": "http://a|b"}})
		for _, s := range filled.Steps {
			if strings.Contains(s.Detail, "<!channel> *") || strings.ContainsAny(s.Detail, "\x01\x02") {
				t.Errorf("detail: got %q, want the value made harmless", s.Detail)
			}
		}
	})
}
