package storm

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/action"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/testkit/blocktest"
)

var (
	night = time.Date(2026, 11, 23, 2, 14, 0, 0, time.UTC)
	anna  = incident.User{ID: "U0ANNA", Name: "anna"}
	ben   = incident.User{ID: "U0BEN", Name: "ben"}
)

// directory is whom the configured names mention.
var directory = message.Names{"@db-oncall": "<!subteam^S0DB>", "@db-leads": "<!subteam^S0LEADS>", "carla@example.com": "<@U0CARLA>", "@broken": "<!channel>"}

// stormOf is a storm of that many incidents from INC-100 on, the first ten with
// threads, one in 40 critical.
func stormOf(count int) View {
	titles := []string{"Node is not ready", "Database is at 90% CPU", "Queue grows: payments", "Pod restarts all the time", "Node is not ready", "HTTP errors at the gateway"}
	v := View{
		Storm: incident.Storm{
			Number: 110, Channel: "#incidents", Above: 10, Per: "1m", StartedAt: night, BelowAt: night.Add(time.Minute),
			Owners: []string{"@db-oncall", "@nobody"},
			Calls: []incident.StormCall{
				{Kind: incident.KindEscalated, Level: 1, Mention: []string{"@db-leads", "carla@example.com"}, At: night.Add(10 * time.Minute)},
				{Kind: incident.KindDeadline, Mention: []string{"@db-oncall"}, At: night.Add(time.Hour)},
			},
		},
		Names: directory, Command: "/playbook",
	}
	for k := range count {
		e := incident.Entry{Number: 100 + k, Title: titles[k%len(titles)], Severity: "warning", State: incident.Open, OpenedAt: night.Add(time.Duration(k) * time.Second)}
		if k >= 10 {
			e.Show = incident.ShowListed
		}
		if k%40 == 20 {
			e.Severity, e.Critical, e.Show = "critical", true, incident.ShowUrgent
		}
		switch k % 7 {
		case 1:
			e.State, e.Lead, e.Show = incident.Acknowledged, anna, incident.ShowAll
		case 2:
			e.State = incident.Resolved
		case 3:
			e.State = incident.Closed
		case 4:
			e.Overdue = k%14 == 4
		}
		v.Entries = append(v.Entries, e)
	}
	return v
}

// over is the storm after it.
func over(v View) View {
	v.Storm.EndedAt = night.Add(20 * time.Minute)
	return v
}

// worstStorm has every text as long as it can be; numbers of that many digits.
func worstStorm(number int, title, severity string, lead incident.User) View {
	v := over(stormOf(0))
	v.Storm.Number = number
	for k := range maxStormOwnersNamed {
		v.Storm.Owners = append(v.Storm.Owners, fmt.Sprintf("%d%s", k, strings.Repeat("&<", 60)))
	}
	v.Storm.Calls = append(v.Storm.Calls, incident.StormCall{Kind: incident.KindEscalated, Level: 2, Mention: v.Storm.Owners})
	for k := range 3 * pageEntries {
		v.Entries = append(v.Entries, incident.Entry{
			Number: number + k, Title: fmt.Sprintf("%d %s", k, title), Severity: fmt.Sprintf("%d%s", k%9, severity), Critical: k%2 == 0,
			State: incident.Acknowledged, Overdue: true, Lead: lead, OpenedAt: night, Show: incident.ShowListed,
		})
	}
	return v
}

const maxStormOwnersNamed = 10

// storms are storms at their main moments.
func storms() map[string]View {
	cjk := strings.Repeat("資料庫處理器使用率過高", 40)
	long := incident.User{ID: "U" + strings.Repeat("9", 30), Name: strings.Repeat("界", 90)}
	return map[string]View{
		"storm":            stormOf(100),
		"storm over":       over(stormOf(100)),
		"storm began":      stormOf(11),
		"storm empty":      stormOf(0),
		"storm empty over": over(stormOf(0)),
		"storm of 1,000":   stormOf(1_000),
		"storm long":       worstStorm(1_000_000, cjk, "catastrophic", anna),
		"storm emoji":      worstStorm(999_000_000, strings.Repeat("🔥", 300), strings.Repeat("🔥", 40), long),
		"storm hostile":    worstStorm(1_000, blocktest.Hostile, blocktest.Hostile, incident.User{ID: blocktest.Hostile, Name: blocktest.Hostile}),
		"storm extreme":    worstStorm(math.MaxInt-1_000, strings.Repeat("<!here>", 90), strings.Repeat("W", 90), long),
	}
}

func TestStorms(t *testing.T) {
	all := storms()
	for _, name := range []string{"storm", "storm over"} {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			for _, slot := range Render(all[name]) {
				fmt.Fprintf(&b, "=== %s%s\n%s\n", slot.Name, blocktest.Flags(slot.Thread, slot.Once, slot.Broadcast), blocktest.Readable(t, slot.Message))
			}
			blocktest.Golden(t, name, b.String())
		})
	}
}

// pageOf says on which page each incident stands.
func pageOf(t testing.TB, v View) map[string]string {
	t.Helper()
	places := map[string]string{}
	for _, s := range Render(v) {
		if !strings.HasPrefix(s.Name, "page:") {
			continue
		}
		for _, id := range regexp.MustCompile(`(?m)^  • (INC-[0-9]+) `).FindAllStringSubmatch(blocktest.Readable(t, s.Message), -1) {
			if places[id[1]] != "" {
				t.Errorf("%s stands on %s and on %s", id[1], places[id[1]], s.Name)
			}
			places[id[1]] = s.Name
		}
	}
	return places
}

func TestEveryIncidentOfAStormIsListedOnce(t *testing.T) {
	for name, v := range storms() {
		if got, want := len(pageOf(t, v)), len(v.Entries); got != want {
			t.Errorf("%s: got %d incidents listed, want %d", name, got, want)
		}
	}
}

func TestIncidentsStayOnTheirPage(t *testing.T) {
	v := stormOf(200)
	before := pageOf(t, v)
	hash := map[string]string{}
	for _, s := range Render(v) {
		hash[s.Name] = s.Message.Hash()
	}
	grown := stormOf(300)
	after := pageOf(t, grown)
	for id, page := range before {
		if after[id] != page {
			t.Errorf("%s moved from %s to %q", id, page, after[id])
		}
	}
	for _, s := range Render(grown) {
		if (s.Name == "page:1" || s.Name == "page:2") && s.Message.Hash() != hash[s.Name] {
			t.Errorf("%s is full, and changed when another incident came", s.Name)
		}
		if s.Name == "page:3" && s.Message.Hash() == hash[s.Name] {
			t.Error("the last page did not grow")
		}
	}
}

func TestTheSameStormHasTheSameHash(t *testing.T) {
	v := stormOf(300)
	first := Render(v)
	for seed := range uint64(5) {
		rand.New(rand.NewPCG(seed, 1)).Shuffle(len(v.Entries), func(a, b int) { v.Entries[a], v.Entries[b] = v.Entries[b], v.Entries[a] })
		for k, s := range Render(v) {
			if s.Name != first[k].Name || s.Message.Hash() != first[k].Message.Hash() {
				t.Fatalf("%s depends on the order in which entries come", s.Name)
			}
		}
	}
}

func find(t testing.TB, slots []message.Slot, name string) message.Slot {
	t.Helper()
	at := slices.IndexFunc(slots, func(s message.Slot) bool { return s.Name == name })
	if at < 0 {
		t.Fatalf("there is no %s", name)
	}
	return slots[at]
}

var namedWorst = regexp.MustCompile(`(?m)^\s*• \**(INC-[0-9]+)\b`)

func TestTheWorstAreNamed(t *testing.T) {
	for name, v := range storms() {
		root := blocktest.Readable(t, Render(v)[0].Message)
		got := len(namedWorst.FindAllString(root, -1))
		want := min(len(v.Entries), maxWorst)
		if name == "storm extreme" || name == "storm emoji" || name == "storm hostile" {
			want = 18 // with ids of 23 or names of 30 characters there is no room for all
		}
		if name == "storm long" {
			want = 20 // with the longest owners and titles counted there is no room for all
		}
		if got < want {
			t.Errorf("%s: got %d incidents named, want %d", name, got, want)
		}
	}
	v := stormOf(0)
	at := func(minutes int) time.Time { return night.Add(time.Duration(minutes) * time.Minute) }
	v.Entries = []incident.Entry{
		{Number: 1, State: incident.Closed, Critical: true, OpenedAt: at(0)},
		{Number: 2, State: incident.Resolved, OpenedAt: at(0)},
		{Number: 3, State: incident.Acknowledged, OpenedAt: at(0)},
		{Number: 4, State: incident.Open, OpenedAt: at(2)},
		{Number: 5, State: incident.Open, OpenedAt: at(1)},
		{Number: 6, State: incident.Acknowledged, OpenedAt: at(9), Overdue: true},
		{Number: 7, State: incident.Acknowledged, OpenedAt: at(9), Critical: true},
		{Number: 8, State: incident.Open, OpenedAt: at(9), Critical: true},
	}
	var got []string
	for _, m := range namedWorst.FindAllStringSubmatch(blocktest.Readable(t, Render(v)[0].Message), -1) {
		got = append(got, m[1])
	}
	if want := "INC-8 INC-7 INC-6 INC-5 INC-4 INC-3 INC-2 INC-1"; strings.Join(got, " ") != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestTitlesAreShortenedEvenly: whatever the texts, a page tells incidents apart.
func TestTitlesAreShortenedEvenly(t *testing.T) {
	v := storms()["storm long"]
	v.Entries[7].Title = "Short"
	page := blocktest.Readable(t, find(t, Render(v), "page:1").Message)
	lengths := map[int]int{}
	for _, m := range regexp.MustCompile(`(?m) · overdue · (.*)$`).FindAllStringSubmatch(page, -1) {
		if m[1] != "Short" {
			lengths[blocktest.Units(m[1])]++
		}
	}
	if shortest := slices.Min(slices.Collect(maps.Keys(lengths))); len(lengths) > 2 || shortest < 12 {
		t.Errorf("got titles of %v characters (length: how often), want even ones of at least 12", lengths)
	}
	if !strings.Contains(page, "Short\n") {
		t.Error("a short title was cut")
	}
}

func TestWhoIsNotifiedOfAStorm(t *testing.T) {
	v := stormOf(100)
	var names []string
	for _, s := range Render(v) {
		names = append(names, s.Name)
		if got := blocktest.Notified(t, s.Message); !s.Once && s.Name != "root" && len(got) > 0 {
			t.Errorf("%s mentions %v, want nobody: pages are edited all the time", s.Name, got)
		}
	}
	if got, want := strings.Join(names, " "), "root escalation:1:77a97b4c deadline:5293f9d6 page:1 page:2"; got != want {
		t.Errorf("got slots %s, want %s: other names would be posted again", got, want)
	}
	root := find(t, Render(v), "root").Message
	if !strings.Contains(blocktest.Readable(t, root), "*Owners:* <!subteam^S0DB> @nobody") {
		t.Error("the root does not mention its owners")
	}
	for name, mentions := range map[string]string{"escalation:1:77a97b4c": "<!subteam^S0LEADS> <@U0CARLA>: ", "deadline:5293f9d6": "<!subteam^S0DB>: "} {
		s := find(t, Render(v), name)
		if got := blocktest.Readable(t, s.Message); !s.Once || !s.Thread || !strings.Contains(got, "| "+mentions) {
			t.Errorf("%s: got %+v, want a ping for %s", name, s, mentions)
		}
	}
}

func TestACallIsMootWhenNobodyIsLeftToCallFor(t *testing.T) {
	v := stormOf(60)
	calls := func() string {
		var names []string
		for _, s := range Render(v) {
			if s.Once {
				name, _, _ := strings.Cut(s.Name, ":")
				names = append(names, name)
			}
		}
		return strings.Join(names, " ")
	}
	if got, want := calls(), "escalation deadline"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for k := range v.Entries {
		if v.Entries[k].State == incident.Open && v.Entries[k].Show == incident.ShowListed {
			v.Entries[k].State, v.Entries[k].Lead = incident.Acknowledged, ben
		}
	}
	if got, want := calls(), "deadline"; got != want {
		t.Errorf("all acknowledged: got %s, want %s", got, want)
	}
	for k := range v.Entries {
		v.Entries[k].Show = incident.ShowAll
	}
	if got := calls(); got != "" {
		t.Errorf("all have threads that call for themselves: got %s, want none", got)
	}
	reopened := stormOf(20)
	for k := range reopened.Entries {
		reopened.Entries[k].Lead = ben
	}
	if got := blocktest.Notified(t, find(t, Render(reopened), "escalation:1:77a97b4c").Message); slices.Contains(got, "<@U0BEN>") {
		t.Errorf("got %v notified, want only those who are called", got)
	}
	v = over(v)
	if got := calls(); got != "calm" {
		t.Errorf("the storm is over: got %s, want calm", got)
	}
}

func TestCallsAreCounted(t *testing.T) {
	v := stormOf(60)
	concerned := 0
	for _, e := range v.Entries {
		if e.Show == incident.ShowListed && e.State == incident.Open {
			concerned++
		}
	}
	got := blocktest.Readable(t, find(t, Render(v), "escalation:1:77a97b4c").Message)
	if want := fmt.Sprintf("nobody has acknowledged %d incidents of this storm", concerned); !strings.Contains(got, want) {
		t.Errorf("got %s, want %q in it", got, want)
	}
	for k := range v.Entries {
		v.Entries[k].Overdue = k == 18
	}
	got = blocktest.Readable(t, find(t, Render(v), "deadline:5293f9d6").Message)
	if want := "1 incident of this storm without a thread has immediate steps that are overdue"; !strings.Contains(got, want) {
		t.Errorf("got %s, want %q in it", got, want)
	}
}

func TestTitlesAreCounted(t *testing.T) {
	v := stormOf(600)
	for k := range v.Entries {
		if k%2 == 0 {
			v.Entries[k].Title = fmt.Sprintf("Only once %d", k)
		}
	}
	all := byTitle(stormRows(v.Entries, nil))
	if !slices.IsSortedFunc(all, func(a, b *tally) int {
		return cmp.Or(cmp.Compare(min(b.critical, 1), min(a.critical, 1)), cmp.Compare(b.count, a.count))
	}) {
		t.Error("titles do not come worst and most frequent first")
	}
	sum := 0
	for _, c := range all {
		sum += c.count
	}
	root := blocktest.Readable(t, Render(v)[0].Message)
	if want := fmt.Sprintf("and %d more titles", len(all)-maxTitles); sum != 600 || !strings.Contains(root, want) {
		t.Errorf("got %d counted and no %q in\n%s", sum, want, root)
	}
}

// TestAnyStormIsWithinSlacksLimits tries entries at random, long and odd ones.
func TestAnyStormIsWithinSlacksLimits(t *testing.T) {
	texts := []string{"", "a", "資料庫", "🔥", "&", "<!channel>", "*", "W", blocktest.Hostile}
	states := []incident.State{incident.Open, incident.Acknowledged, incident.Resolved, incident.Closed, "of_a_newer_binary_" + incident.State(strings.Repeat("x", 50))}
	for seed := range uint64(25) {
		r := rand.New(rand.NewPCG(seed, 2))
		some := func(most int) string { return strings.Repeat(texts[r.IntN(len(texts))], r.IntN(most)) }
		v := stormOf(0)
		if r.IntN(2) == 0 {
			v = over(v)
		}
		v.Storm.Per, v.Storm.Owners = some(40), []string{some(100), some(100)}
		long := r.IntN(200) + 1
		for k := range r.IntN(300) {
			v.Entries = append(v.Entries, incident.Entry{
				Number: k + 1 + r.IntN(2)*math.MaxInt32, Title: some(long), Severity: some(long), Critical: r.IntN(3) == 0, State: states[r.IntN(len(states))],
				Show: []incident.Show{incident.ShowAll, incident.ShowUrgent, incident.ShowListed}[r.IntN(3)], OpenedAt: night.Add(time.Duration(r.IntN(99)) * time.Second),
				Lead: []incident.User{{}, anna, {Name: some(100)}, {ID: some(50)}}[r.IntN(4)], Overdue: r.IntN(2) == 0,
			})
		}
		checkStorm(t, fmt.Sprintf("seed %d", seed), v)
	}
}

func checkStorm(t *testing.T, name string, v View) {
	t.Helper()
	for _, s := range Render(v) {
		for _, problem := range blocktest.Problems(t, s.Message) {
			t.Errorf("%s, %s: %s", name, s.Name, problem)
		}
		if n := blockkit.Size(s.Message.Blocks...); n > blockkit.MaxTotal {
			t.Errorf("%s, %s: weighs %d, Slack may refuse more than %d", name, s.Name, n, blockkit.MaxTotal)
		}
	}
	options := Options(v.Entries, "")
	if got, want := len(options), min(100, len(v.Entries)); got != want {
		t.Errorf("%s: got %d options, want %d", name, got, want)
	}
	for _, o := range options {
		if blocktest.Units(o.Text.Text) > 75 || blocktest.Units(o.Text.Text) == 0 || blocktest.Units(o.Value) > 75 {
			t.Errorf("%s: option %q, %q", name, o.Text.Text, o.Value)
		}
	}
}

func FuzzStorm(f *testing.F) {
	f.Add("Node is not ready", "warning", "open", 300, uint64(1), true)
	f.Add(blocktest.Hostile, blocktest.Hostile, "resolved", 95, uint64(7), false)
	f.Add(strings.Repeat("資", 500), "🔥🔥🔥🔥🔥🔥🔥", "acknowledged", 90, uint64(math.MaxInt64), true)
	f.Fuzz(func(t *testing.T, title, severity, state string, count int, first uint64, flag bool) {
		v := stormOf(0)
		v.Storm.Number = int(first % 1_000_000_000)
		for k := range min(max(count, 0), 200) {
			v.Entries = append(v.Entries, incident.Entry{
				Number: v.Storm.Number + k, Title: title, Severity: severity, State: incident.State(state), Critical: flag, Overdue: flag,
				Show: incident.ShowListed, Lead: incident.User{ID: title, Name: severity},
			})
		}
		checkStorm(t, "fuzz", v)
	})
}

func TestStormOptions(t *testing.T) {
	v := stormOf(1_000)
	v.Entries = append(v.Entries,
		incident.Entry{Number: 7, Title: "Ångström disk full: ORDERS-db", Severity: "info", State: incident.Closed, OpenedAt: night},
		incident.Entry{Number: 57, Title: "INC-7 again", Severity: "page me", State: incident.Open, OpenedAt: night})
	tests := []struct {
		query string
		first string
		count int
	}{
		{"", "INC-160", 100},    // open, critical, overdue
		{"inc-7", "INC-7", 100}, // the one that was typed in full, though it is closed
		{"57", "INC-57", 21},    // and INC-157, INC-257, 357, ... and 570 to 579
		{"ångSTRÖM orders", "INC-7", 1},
		{"page me", "INC-57", 1},
		{"CLOSED info", "INC-7", 1},
		{"node  warning open overdue", "INC-104", 45},
		{"nothing like this", "", 0},
		{blocktest.Hostile, "", 0},
	}
	for _, test := range tests {
		got := Options(v.Entries, test.query)
		first := ""
		if len(got) > 0 {
			first = got[0].Value
		}
		if first != test.first || len(got) != test.count {
			t.Errorf("%q: got %d options, first %s, want %d, first %s", test.query, len(got), first, test.count, test.first)
		}
	}
	closed := false
	for _, o := range Options(stormOf(60).Entries, "") {
		n := 0
		if _, err := fmt.Sscanf(o.Value, "INC-%d", &n); err != nil {
			t.Fatal(err)
		}
		is := stormOf(60).Entries[n-100].State == incident.Closed
		if closed && !is {
			t.Errorf("%s is not closed, and comes after one that is", o.Value)
		}
		closed = closed || is
	}
	if Options(nil, "") == nil {
		t.Error("got nil, want an empty list: Slack wants one")
	}
}

func BenchmarkRenderStorm(b *testing.B) {
	for _, count := range []int{1_000, 10_000} {
		v := stormOf(count)
		b.Run(fmt.Sprint(count), func(b *testing.B) {
			for b.Loop() {
				Render(v)
			}
		})
		b.Run(fmt.Sprintf("%d with hashes", count), func(b *testing.B) {
			for b.Loop() {
				for _, s := range Render(v) {
					s.Message.Hash()
				}
			}
		})
		b.Run(fmt.Sprintf("%d as options", count), func(b *testing.B) {
			for b.Loop() {
				Options(v.Entries, "node warn")
			}
		})
	}
}

func TestAStormOfTenThousand(t *testing.T) {
	v := stormOf(10_000)
	slots := Render(v)
	pages := slices.DeleteFunc(slices.Clone(slots), func(s message.Slot) bool { return !strings.HasPrefix(s.Name, "page:") })
	if len(pages) != 112 {
		t.Errorf("got %d pages, want 112", len(pages))
	}
	if got := len(pageOf(t, v)); got != 10_000 {
		t.Errorf("got %d incidents listed, want 10,000", got)
	}
	for _, s := range slots {
		if n := blockkit.Size(s.Message.Blocks...); n > blockkit.MaxTotal || n < blockkit.MaxTotal/10 {
			t.Errorf("%s weighs %d, want at most %d, and something in it", s.Name, n, blockkit.MaxTotal)
		}
	}
}

// TestCountedByWhatTheyAre: what tells one group from another does not keep them
// from being counted together; a title of its own stays whole.
func TestCountedByWhatTheyAre(t *testing.T) {
	v := stormOf(0)
	for n, title := range []string{"InstanceDown: shard-1", "InstanceDown: shard-2", "InstanceDown", "Queue grows: payments", "Queue grows: payments", "Disk full: db-1"} {
		v.Entries = append(v.Entries, incident.Entry{Number: n + 1, Title: title, Severity: "warning", State: incident.Open, OpenedAt: night})
	}
	root := blocktest.Readable(t, Render(v)[0].Message)
	for _, want := range []string{"**3 ×** InstanceDown ·", "**2 ×** Queue grows: payments ·", "**1 ×** Disk full: db-1 ·"} {
		if !strings.Contains(root, want) {
			t.Errorf("the storm does not say %q:\n%s", want, root)
		}
	}
}

// TestStormNamesTheWorst: those that are worse by the configured severities stand
// first, whatever came first.
func TestStormNamesTheWorst(t *testing.T) {
	v := stormOf(60)
	v.Severities = []string{"critical", "warning", "info"}
	for k := range v.Entries {
		v.Entries[k].State, v.Entries[k].Overdue = incident.Open, false
	}
	v.Entries[0].Severity, v.Entries[1].Severity, v.Entries[2].Severity = "info", "strange", "warning"
	var got []string
	for _, r := range slices.SortedFunc(slices.Values(stormRows(v.Entries, v.Severities)), worse) {
		got = append(got, r.Severity)
	}
	want := slices.Concat([]string{"critical"}, slices.Repeat([]string{"warning"}, 57), []string{"info", "strange"})
	if !slices.Equal(got, want) {
		t.Errorf("severities, the worst first: got %q, want %q", got, want)
	}
}

// TestSlackTakesEveryStorm: and every message that is edited has the rich_text block that
// Slack would miss.
func TestSlackTakesEveryStorm(t *testing.T) {
	all := map[string]blockkit.Message{}
	for name, view := range storms() {
		for _, slot := range Render(view) {
			all[name+"/"+slot.Name] = slot.Message
			if !slot.Once && !slices.ContainsFunc(slot.Message.Blocks, blockkit.IsRichText) {
				t.Errorf("%s/%s: no rich_text block", name, slot.Name)
			}
		}
	}
	blocktest.Takes(t, all)
}

// TestLongTitlesStayOnTheirPage: whatever titles are made of, each incident is named.
func TestLongTitlesStayOnTheirPage(t *testing.T) {
	for kind, sign := range map[string]string{"CJK": "界", "emoji": "🔥", "escaped": "&", "tags": "<", "quotes": `"`, "words": "long words "} {
		v := stormOf(90)
		for k := range v.Entries {
			v.Entries[k].Title = strings.Repeat(sign, 3_000)
		}
		for _, slot := range Render(v) {
			fitted := blockkit.Fit(slot.Message)
			for _, problem := range blocktest.Problems(t, fitted) {
				t.Errorf("%s, %s: %s", kind, slot.Name, problem)
			}
			for _, e := range v.Entries {
				if slot.Name == "page:1" && !strings.Contains(blocktest.Readable(t, fitted), incident.ID(e.Number)+" ") {
					t.Errorf("%s: %s is not on its page", kind, incident.ID(e.Number))
				}
			}
		}
	}
}

// TestNobodyReadsIDsInAStorm: of owners, and of those who lead.
func TestNobodyReadsIDsInAStorm(t *testing.T) {
	for name, view := range storms() {
		for k := range view.Entries {
			if e := &view.Entries[k]; e.Lead != (incident.User{}) {
				e.Lead = incident.User{ID: blocktest.UnknownUser}
			}
		}
		view.Storm.Owners = []string{blocktest.UnknownGroup, blocktest.UnknownUser}
		for _, slot := range Render(view) {
			for _, text := range blocktest.IDsRead(t, slot.Message) {
				t.Errorf("%s/%s reads %q", name, slot.Name, textutil.CutUnits(text, 200))
			}
		}
	}
}

// TestEveryActionOfAStormIsShown: what is shown is on the list of actions, and nothing on
// the list is shown nowhere.
func TestEveryActionOfAStormIsShown(t *testing.T) {
	shown, listed := map[string]bool{}, map[string]bool{}
	for _, view := range storms() {
		for _, slot := range Render(view) {
			blocktest.ActionIDs(shown, blocktest.Generic(t, slot.Message.Blocks))
		}
	}
	for _, a := range action.All() {
		if strings.HasPrefix(a.ID, "storm:") {
			listed[a.ID] = true
		}
	}
	if !maps.Equal(shown, listed) {
		t.Errorf("shown are %v, listed %v", shown, listed)
	}
}

func TestGoldenFilesOfStormsAreUsed(t *testing.T) {
	blocktest.GoldenFilesAreUsed(t, []string{"storm", "storm over"})
}
