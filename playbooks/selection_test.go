package playbooks_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/playbooks"
)

func book(name string, match ...string) *playbooks.Playbook {
	return &playbooks.Playbook{Name: name, Title: name, Match: match}
}

// notification makes a group of firing alerts a minute apart, each given as
// "label=value label=value"; names that begin with @ are annotations, and
// "resolved" is a status.
func notification(specs ...string) alerts.Notification {
	n := alerts.Notification{Status: alerts.Firing}
	for i, spec := range specs {
		a := alerts.Alert{Status: alerts.Firing, StartsAt: opened.Add(time.Duration(i) * time.Minute), Labels: map[string]string{}, Annotations: map[string]string{}}
		for word := range strings.FieldsSeq(spec) {
			name, value, _ := strings.Cut(word, "=")
			switch {
			case word == "resolved":
				a.Status = alerts.Resolved
			case strings.HasPrefix(name, "@"):
				a.Annotations[name[1:]] = value
			default:
				a.Labels[name] = value
			}
		}
		n.Alerts = append(n.Alerts, a)
	}
	return n
}

func TestSelect(t *testing.T) {
	set, warnings := playbooks.NewSet(
		[]*playbooks.Playbook{book("mine", `team="a"`), book("late", `team=~"a|b"`), book("cdn-cost", `alertname="Mine"`)},
		[]*playbooks.Playbook{book("database-cpu", `alertname="DB"`, `alertname="HighCPU",tier="database"`), book("cdn-cost", `alertname="CDN"`), book("triage")})
	if want := []string{`playbooks "mine" and "late" both match team="a": the first one is chosen`}; !slices.Equal(warnings, want) {
		t.Errorf("warnings: got %q, want %q", warnings, want)
	}
	older := notification("alertname=CDN", "alertname=DB")
	older.Alerts[1].StartsAt = opened.Add(-time.Hour)
	common := notification("alertname=DB")
	common.CommonLabels = map[string]string{"playbook": "late"}
	commonAnnotation := notification("alertname=DB")
	commonAnnotation.CommonAnnotations = map[string]string{"playbook": "late"}
	for name, c := range map[string]struct {
		n                    alerts.Notification
		want, reason, remark string
	}{
		"first file":         {notification("team=a alertname=DB"), "mine", `The alert "DB" matches team="a".`, ""},
		"second file":        {notification("team=b alertname=DB"), "late", "", ""},
		"built-in":           {notification("alertname=DB"), "database-cpu", `The alert "DB" matches alertname="DB".`, ""},
		"second entry":       {notification("alertname=HighCPU tier=database"), "database-cpu", "", ""},
		"half an entry":      {notification("alertname=HighCPU tier=web"), "triage", "No playbook matches, so it is triage.", ""},
		"replaced built-in":  {notification("alertname=CDN"), "triage", "", ""},
		"replacement":        {notification("alertname=Mine"), "cdn-cost", "", ""},
		"nothing":            {notification("x=y"), "triage", "", ""},
		"no alerts":          {alerts.Notification{}, "triage", "", ""},
		"mixed":              {notification("x=y", "alertname=DB", "team=a"), "database-cpu", "", ""},
		"earliest":           {older, "database-cpu", "", ""},
		"firing first":       {notification("alertname=DB resolved", "team=a"), "mine", "", ""},
		"all resolved":       {notification("alertname=DB resolved"), "database-cpu", "", ""},
		"label":              {notification("team=a", "playbook=database-cpu alertname=Z"), "database-cpu", `The label playbook="database-cpu" of the alert "Z" names it.`, ""},
		"annotation":         {notification("team=a @playbook=late"), "late", `The annotation playbook="late" of the alert {team="a"} names it.`, ""},
		"label first":        {notification("playbook=mine @playbook=late"), "mine", "", ""},
		"earliest annotated": {notification("@playbook=late", "playbook=mine"), "late", "", ""},
		"triage by name":     {notification("team=a playbook=triage"), "triage", "", ""},
		"resolved names":     {notification("playbook=mine resolved", "alertname=DB"), "database-cpu", "", ""},
		"common label":       {common, "late", `The common label playbook="late" names it.`, ""},
		"common annotation":  {commonAnnotation, "late", `The common annotation playbook="late" names it.`, ""},
		"unknown":            {notification("team=a playbook=nothing-like-it"), "triage", "names a playbook that does not exist", `There is no playbook "nothing-like-it".`},
		"almost":             {notification("playbook=database_cpu"), "triage", "", `There is no playbook "database_cpu": did you mean "database-cpu"?`},
		"hostile":            {notification("playbook=<!channel>\x07" + strings.Repeat("x", 500)), "triage", "", `There is no playbook "<!channel>` + strings.Repeat("x", 69) + `…".`},
	} {
		t.Run(name, func(t *testing.T) {
			got := set.Select(c.n)
			if got.Playbook.Name != c.want {
				t.Errorf("playbook: got %s (%s), want %s", got.Playbook.Name, got.Reason, c.want)
			}
			if !strings.Contains(got.Reason, c.reason) || got.Reason == "" {
				t.Errorf("reason: got %q, want it with %q", got.Reason, c.reason)
			}
			if got.Note != c.remark {
				t.Errorf("note: got %q, want %q", got.Note, c.remark)
			}
		})
	}
}

func TestSetOrderAndFind(t *testing.T) {
	mine := book("database-cpu")
	set, _ := playbooks.NewSet([]*playbooks.Playbook{book("b"), mine, book("b", "x=y")}, []*playbooks.Playbook{book("database-cpu"), book("triage"), book("cdn-cost")})
	var names []string
	for _, p := range set.All() {
		names = append(names, p.Name)
	}
	if diff := cmp.Diff([]string{"b", "database-cpu", "triage", "cdn-cost"}, names); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
	if got, ok := set.Find("database-cpu"); !ok || got != mine {
		t.Errorf("find: got %v, want the file's", got)
	}
	if got, ok := set.Find("nobody"); ok {
		t.Errorf("find nobody: got %v, want nothing", got)
	}
}

func TestSetWithoutTriage(t *testing.T) {
	set, warnings := playbooks.NewSet(nil, nil)
	if len(warnings) != 1 || !strings.Contains(warnings[0], `no playbook "triage"`) {
		t.Errorf("warnings: got %q, want one about triage", warnings)
	}
	choice := set.Select(notification("x=y"))
	if choice.Playbook == nil || choice.Playbook.Name != "triage" || len(choice.Playbook.Steps()) != 1 {
		t.Errorf("chosen: got %+v, want a bare triage", choice.Playbook)
	}
	if p, ok := set.Find("triage"); !ok || p != choice.Playbook {
		t.Errorf("find triage: got %v, want the bare one", p)
	}
}

func TestClashesAreWarnings(t *testing.T) {
	never := func(matcher string) string {
		return `playbook "b" is never chosen by its match: whatever it matches, an earlier one does too ("a" with ` + matcher + `): put it first, or narrow the other`
	}
	for name, c := range map[string]struct {
		a, b string
		want string
	}{
		"equal entries":    {`team=~"a|b"`, `{team=~"a|b"}`, never(`team=~"a|b"`)},
		"wider":            {`alertname="X"`, `alertname="X",tier="db"`, never(`alertname="X"`)},
		"wider expression": {`alertname=~"X.*",tier!="web"`, `alertname=~"X1|X2",tier="db"`, never(`alertname=~"X.*",tier!="web"`)},
		"every value":      {`team=~"a|b"`, `team="a",alertname="X"`, never(`team=~"a|b"`)},
		"not every value":  {`team=~"a|b"`, `team=~"b|c"`, `playbooks "a" and "b" both match team="b": the first one is chosen`},
		"narrower":         {`alertname="X",tier="db"`, `alertname="X"`, `playbooks "a" and "b" both match alertname="X": the first one is chosen`},
		"alternatives":     {`alertname=~"W|X"`, `alertname=~"X|Y"`, `playbooks "a" and "b" both match alertname="X": the first one is chosen`},
		"contradiction":    {`alertname="X",tier="web"`, `alertname="X",tier="db"`, ""},
		"other names":      {`alertname="X"`, `alertname="Y"`, ""},
		"other labels":     {`alertname="X"`, `team="db"`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, got := playbooks.NewSet([]*playbooks.Playbook{book("a", c.a), book("b", c.b)}, []*playbooks.Playbook{book("triage")})
			if text := strings.Join(got, "\n"); text != c.want {
				t.Errorf("warnings: got %q, want %q", text, c.want)
			}
			_, got = playbooks.NewSet([]*playbooks.Playbook{book("a", c.a)}, []*playbooks.Playbook{book("triage"), book("b", c.b)})
			if len(got) > 0 {
				t.Errorf("a file before a built-in: warnings: got %q, want none", got)
			}
		})
	}
}

// TestClashesTellTheFirst: of an entry the first clash, of a playbook whose every
// entry is covered just that.
func TestClashesTellTheFirst(t *testing.T) {
	files := []*playbooks.Playbook{
		book("one", `alertname="A",x="1"`), book("two", `alertname="A"`, `alertname="B"`), book("three", `alertname="A"`, `alertname="C"`),
		book("four", `alertname="B"`, `alertname=~"A|B",x="1"`, `alertname="A",y="2"`), book("five", `alertname="A",x="1"`), book("triage", `alertname="A"`), book("six"),
	}
	set, _ := playbooks.NewSet(files, nil)
	var got []string
	for _, c := range set.Clashes(files) {
		got = append(got, fmt.Sprintf("%s %s %d %s %v", c.First.Name, c.Second.Name, c.Entry, c.Matcher, c.Unreachable))
	}
	want := []string{
		`one two 0 alertname="A" false`,
		`one three 0 alertname="A" false`,
		`two four 0 alertname="B" true`,
		`one five 0 alertname="A",x="1" true`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("clashes (-want +got):\n%s", diff)
	}
}

// TestOverlapsByRegularExpressionAreWarnings: what both match is made up, and shadows
// are told as such; what shares nothing is left alone.
func TestOverlapsByRegularExpressionAreWarnings(t *testing.T) {
	both := func(what string) string {
		return `playbooks "a" and "b" both match ` + what + `: the first one is chosen`
	}
	never := func(matcher string) string {
		return `playbook "b" is never chosen by its match: whatever it matches, an earlier one does too ("a" with ` + matcher + `): put it first, or narrow the other`
	}
	hardly := func(n int, example string) string {
		return fmt.Sprintf(`playbook "b" is hardly ever chosen by its match: all %d alerts made up for it go to earlier ones, such as %s to "a": put it first, or narrow the others`, n, example)
	}
	sample := func(example string) string {
		return `an alert made up for playbook "b" goes to "a", which stands before it: ` + example + `: put "b" first, or narrow the other`
	}
	for name, c := range map[string]struct{ a, b, want string }{
		"one of many":             {`alertname="X1"`, `alertname=~"X.*"`, both(`alertname="X1"`)},
		"listed beside":           {`alertname="X",tier=~"db|web"`, `alertname="X"`, both(`alertname="X"`)},
		"ends and begins":         {`alertname=~"Database.*"`, `alertname=~".*CPU"`, both(`alertname="DatabaseCPU"`)},
		"optional parts":          {`alertname=~"Database(High)?CPU(Usage)?"`, `alertname=~"(Postgres|Database)CPU.+"`, both(`alertname="DatabaseCPUUsage"`)},
		"without case":            {`alertname=~"(?i)disk.*"`, `alertname=~"DISK(Full|Slow)"`, never(`alertname=~"(?i)disk.*"`)},
		"shadow":                  {`alertname=~"Database.*"`, `alertname=~"Database(High|Low)?CPU"`, never(`alertname=~"Database.*"`)},
		"shadow of classes":       {`alertname=~"[A-Z]\\w+Full"`, `alertname=~"Disk[0-9]{1,3}Full"`, never(`alertname=~"[A-Z]\\w+Full"`)},
		"shadow beside a label":   {`alertname=~"Disk.*",team="db"`, `alertname=~"DiskFull.*",team="db",env="prod"`, never(`alertname=~"Disk.*",team="db"`)},
		"shadow by a denial":      {`alertname!~"Disk.*"`, `alertname=~"CPU.*"`, never(`alertname!~"Disk.*"`)},
		"another label":           {`job=~"mysql.*"`, `job=~".*-exporter"`, both(`job="mysql-exporter"`)},
		"by words":                {`alertname=~".*\\bDisk\\b.*"`, `alertname=~"Disk .+"`, hardly(2, `alertname="Disk x"`)},
		"a usual alert":           {`tier!="web"`, `alertname="X"`, sample(`alertname="X",tier="backend"`)},
		"a usual severity":        {`severity="critical"`, `alertname=~"X|Y"`, sample(`alertname="X",severity="critical"`)},
		"all alternatives":        {`alertname!="Watchdog"`, `alertname=~"X|Y"`, never(`alertname!="Watchdog"`)},
		"all made up":             {`alertname=~"(X|Y).*\\b"`, `alertname=~"XA|YB"`, never(`alertname=~"(X|Y).*\\b"`)},
		"other ends":              {`alertname=~".*CPU"`, `alertname=~".*Disk"`, ""},
		"other beginnings":        {`alertname=~"Database.*"`, `alertname=~"Disk.*"`, ""},
		"contradiction":           {`alertname=~"Disk.*",team="web"`, `alertname=~".*Full",team="db"`, ""},
		"denied":                  {`alertname=~"Disk.*",team!="db"`, `alertname=~"Disk.*",team="db"`, ""},
		"denied by an expression": {`alertname=~"Disk.*"`, `alertname!~"Disk.*",alertname=~".*Full"`, ""},
		"case":                    {`alertname=~"disk.*"`, `alertname=~"Disk.*"`, ""},
		"only a common team":      {`alertname=~"Disk.*",team="db"`, `team="db"`, ""},
		"nothing in common":       {`namespace=~"shop-.*"`, `alertname=~"Disk.*"`, ""},
		"the empty value only":    {`alertname="X",env=~"|dev"`, `alertname="Y",env=~"|test"`, ""},
		"two together":            {`alertname=~"X.*"`, `alertname=~"X1|X2"`, never(`alertname=~"X.*"`)},
	} {
		t.Run(name, func(t *testing.T) {
			_, got := playbooks.NewSet([]*playbooks.Playbook{book("a", c.a), book("b", c.b)}, []*playbooks.Playbook{book("triage")})
			if text := strings.Join(got, "\n"); text != c.want {
				t.Errorf("warnings:\n got %s\nwant %s", text, c.want)
			}
		})
	}
}

// TestManyExpressionsEnd: hostile and many expressions are compared as far as there is
// time, not further.
func TestManyExpressionsEnd(t *testing.T) {
	var files []*playbooks.Playbook
	for k := range 400 {
		files = append(files, book(fmt.Sprintf("p%d", k), fmt.Sprintf(`alertname=~"(a|b)*a(a|b){12}%d\\pL*[^x]{3,40}"`, k), fmt.Sprintf(`alertname=~".*%d.*(?i:x{0,50}y?)+"`, k)))
	}
	set, _ := playbooks.NewSet(files, nil)
	if got := len(set.Clashes(files)); got == 0 {
		t.Error("400 playbooks of broad expressions: got no warning")
	}
}
