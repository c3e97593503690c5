package digest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/action"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/testkit/blocktest"
)

// digestMessages is every message that the digests make, by name.
func digestMessages(t testing.TB) map[string]blockkit.Message {
	all := map[string]blockkit.Message{}
	for name, v := range digests(t) {
		for _, slot := range Render(v) {
			slot.File = "F1"
			if slot.Picture != nil && slot.Shown().Hash() == slot.Message.Hash() {
				t.Errorf("%s: its %s has no room for its picture", name, slot.Name)
			}
			all[name+"/"+slot.Name] = slot.Message
			all[name+"/"+slot.Name+" shown"] = slot.Shown()
		}
		all[name+"/preview"] = Preview(v)
	}
	maps.Copy(all, costs(t))
	return all
}

// costs are the answers about single services.
func costs(t testing.TB) map[string]blockkit.Message {
	series := func(provider, service, currency string, totals ...string) report.ServiceWeeks {
		s := report.ServiceWeeks{Series: "s", Provider: provider, Service: service, Currency: currency, Judged: true}
		for k, total := range totals {
			w := report.ServiceWeek{Week: week47.Add(k - len(totals) + 1)}
			if total != "" {
				w.Total, w.Days = amount(t, total), 7
			}
			s.Weeks = append(s.Weeks, w)
		}
		return s
	}
	front := series("AWS", "Amazon CloudFront", "USD", "6100.2", "6200", "", "6300", "4600", "6500", "6600", "12112.4")
	front.Weeks[4].Days = 5
	front.Spikes = []report.Anomaly{richMoney(t).Spikes[0], {Service: "Amazon CloudFront", Days: daysOf(-20, 1), Actual: 2000, Expected: 900, Excess: 1100, Why: "a launch, by anna"}}
	front.Renames = []report.Rename{{From: "AWS CloudFront CDN", To: "AWS Amazon CloudFront", Since: week47.Monday() - 20}}
	accounts := func(values ...string) (all []money.Amount) {
		for _, v := range values {
			all = append(all, amount(t, v))
		}
		return all
	}
	up := comparedTo(t, "6000", "5400")
	front.Weeks[7].Change = &up
	front.Links = []report.Filled{{Title: "Cost Explorer <!here>", URL: "https://c.example/?s=Amazon%20CloudFront"}}
	front.Slices = &report.Slices{By: "account", Values: []report.Slice{
		{Name: "<!here> 4711", Values: 1, Weeks: accounts("6000", "6000", "0", "6000", "4500", "6000", "6000", "11400"), Change: &up},
		{Name: "without account", Values: 1, Weeks: accounts("100.2", "200", "0", "300", "100", "500", "600", "700")},
	}, Rest: &report.Slice{Name: "others", Values: 1200, Weeks: accounts("0", "0", "0", "0", "0", "0", "0", "12.4")}}
	young := series("AWS", "Amazon Bedrock", "tokens", "", "", "", "", "", "", "-3", "812.4")
	young.Judged = false
	young.Slices = &report.Slices{By: "team", Why: "no cost of it names its team"}
	bad := hostileReport(t).Money[0].Spikes[0]
	var many []report.ServiceWeeks
	for k := range 60 {
		s := series(blocktest.Hostile, []string{blocktest.Hostile, "", strings.Repeat("算", 300)}[k%3], []string{"USD", blocktest.Hostile, ""}[k%3], "1000000000000", "-999999999999.5", "0.0000001")
		for range 30 {
			s.Spikes = append(s.Spikes, bad)
		}
		many = append(many, s)
	}
	missing := []string{"OpenCost did not answer.", blocktest.Hostile, strings.Repeat("long ", 300), "a fourth"}
	return map[string]blockkit.Message{
		"cost":          CostAnswer(report.ServiceReport{Asked: "cloudfront", Week: week47, Services: []report.ServiceWeeks{front, young}, Missing: missing[:1]}, nil, "/playbook"),
		"cost all":      CostAnswer(report.ServiceReport{Week: week47, Services: []report.ServiceWeeks{front, young, series("AWS", "Amazon RDS", "USD", "8000", "8100")}, More: 3}, nil, "/playbook"),
		"cost typo":     CostAnswer(report.ServiceReport{Asked: "cloudfrnt*`", Week: week47}, []string{"Amazon CloudFront", "Cloud*Front"}, "/playbook"),
		"cost unknown":  CostAnswer(report.ServiceReport{Asked: blocktest.Hostile, Week: week47, Missing: missing}, nil, "/playbook"),
		"cost nothing":  CostAnswer(report.ServiceReport{Week: week47}, nil, "/playbook"),
		"cost hostile":  CostAnswer(report.ServiceReport{Asked: blocktest.Hostile, Week: week47, Services: many, Missing: missing}, nil, "/playbook"),
		"cost many":     CostAnswer(report.ServiceReport{Week: week47, Services: many, Missing: missing}, nil, "/playbook"),
		"cost no weeks": CostAnswer(report.ServiceReport{Asked: "x", Week: week47, Services: []report.ServiceWeeks{{Service: "x"}}}, nil, "/playbook"),
	}
}

func TestCostAnswer(t *testing.T) {
	all := costs(t)
	var b strings.Builder
	for _, name := range []string{"cost", "cost all", "cost typo", "cost nothing"} {
		fmt.Fprintf(&b, "=== %s\n%s\n", name, blocktest.Readable(t, all[name]))
	}
	blocktest.Golden(t, "cost", b.String())
}

func TestRenderDigest(t *testing.T) {
	for _, name := range []string{"digest", "digest poor", "digest currencies", "digest virtual", "digest clicked", "digest quiet", "digest teams"} {
		t.Run(name, func(t *testing.T) {
			v := digests(t)[name]
			var b strings.Builder
			for _, slot := range Render(v) {
				fmt.Fprintf(&b, "=== %s%s\n%s\n", slot.Name, blocktest.Flags(slot.Thread, slot.Once, slot.Broadcast), blocktest.Readable(t, slot.Message))
			}
			if name == "digest" {
				fmt.Fprintf(&b, "=== preview\n%s\n", blocktest.Readable(t, Preview(v)))
			}
			blocktest.Golden(t, name, b.String())
		})
	}
}

// TestADigestPingsNobody: not even with names that are mentions, or by those who
// clicked.
func TestADigestPingsNobody(t *testing.T) {
	for name, m := range digestMessages(t) {
		if got := blocktest.Notified(t, m); len(got) > 0 {
			t.Errorf("%s notifies %v", name, got)
		}
	}
}

// blocks are the ids of a digest's blocks by slot, without those of buttons.
func blocks(v View) map[string][]string {
	ids := map[string][]string{}
	for _, s := range Render(v) {
		for _, b := range s.Message.Blocks {
			if !strings.HasPrefix(b.ID(), "act:") {
				ids[s.Name] = append(ids[s.Name], b.ID())
			}
		}
	}
	return ids
}

func TestClicksMoveNothing(t *testing.T) {
	long := strings.Repeat("because ", 90)
	for name, r := range map[string]report.Report{"rich": richReport(t), "hostile": hostileReport(t)} {
		before := blocks(View{Report: r, Command: "/playbook", Number: 7, Adoptions: map[string]report.Adoption{}})
		after := blocks(clicked(r, long, anna))
		if diff := cmp.Diff(before, after); diff != "" {
			t.Errorf("%s: clicks moved parts to other messages, or out of them (-before +after):\n%s", name, diff)
		}
		for _, want := range []string{"movers", "spike:1", "spike:2", "organisation", "steps", "incidents", "missing"} {
			if name == "hostile" && (want == "movers" || want == "spike:2") {
				continue // in the thread: names all of signs that JSON escapes leave no room for them
			}
			if !slices.Contains(before["root"], want) {
				t.Errorf("%s: the root has no room for %s", name, want)
			}
		}
	}
}

func TestDigestPicture(t *testing.T) {
	r := richReport(t)
	root := Render(View{Report: r, Command: "/playbook", Number: 7})[0]
	p := root.Picture
	if p == nil || p.Name != "costs-2026-W47.png" || !strings.Contains(p.Alt, "$5.51k above expected") {
		t.Fatalf("got %+v", p)
	}
	root.File = "F1"
	if got, want := blocktest.BlockIDs(root.Shown()), regexp.MustCompile(`^head origin months totals picture:\w+ movers`); !want.MatchString(got) {
		t.Errorf("got blocks %s, want %s", got, want)
	}
	data, err := p.PNG()
	if err != nil || !strings.HasPrefix(string(data), "\x89PNG") {
		t.Errorf("got %d bytes, %v", len(data), err)
	}
	if marked := Render(clicked(r, "why", anna))[0]; marked.Picture.Hash != p.Hash {
		t.Error("clicks changed the picture")
	}
	r.Money[0].Chart.Weeks[7].Above++
	if other := Render(View{Report: r, Command: "/playbook", Number: 7})[0]; other.Picture.Hash == p.Hash {
		t.Error("another chart has the same hash")
	}
	if poor := Render(View{Report: poorReport(), Command: "/playbook", Number: 7})[0]; poor.Picture != nil {
		t.Error("there is a picture of nothing")
	}
}

// buttons are action and value of each button of a message.
func buttons(t testing.TB, m blockkit.Message) []string {
	t.Helper()
	var all []string
	for _, b := range m.Blocks {
		if a, ok := b.(*slack.ActionBlock); ok {
			for _, e := range a.Elements.ElementSet {
				press := e.(*slack.ButtonBlockElement)
				all = append(all, press.ActionID+" "+press.Value)
			}
		}
	}
	return all
}

func TestDigestButtons(t *testing.T) {
	cloudfront, lambda := report.SeriesID("AWS", "Amazon CloudFront", "USD"), report.SeriesID("AWS", "AWS Lambda", "USD")
	slots := Render(digests(t)["digest"])
	want := []string{
		"digest:expected DIG-7/" + cloudfront, "digest:investigate DIG-7/" + cloudfront,
		"digest:expected DIG-7/" + lambda, "digest:investigate DIG-7/" + lambda,
		"digest:adopt DIG-7/C1", "digest:snooze DIG-7/C1", "digest:adopt DIG-7/C5", "digest:snooze DIG-7/C5",
	}
	if diff := cmp.Diff(want, buttons(t, slots[0].Message)); diff != "" {
		t.Errorf("buttons of the root (-want +got):\n%s", diff)
	}
	at := slices.IndexFunc(slots, func(s message.Slot) bool { return s.Name == "detail:steps" })
	want = []string{
		"digest:adopt DIG-7/C1", "digest:snooze DIG-7/C1", "digest:adopt DIG-7/C2", "digest:snooze DIG-7/C2", "digest:undo DIG-7/C3", "digest:undo DIG-7/C4", "digest:adopt DIG-7/C5", "digest:snooze DIG-7/C5",
	}
	if diff := cmp.Diff(want, buttons(t, slots[at].Message)); diff != "" {
		t.Errorf("buttons of the steps (-want +got):\n%s", diff)
	}
	want = []string{"digest:expected DIG-7/" + lambda, "digest:investigate DIG-7/" + lambda, "digest:undo DIG-7/C1", "digest:undo DIG-7/C5"}
	if diff := cmp.Diff(want, buttons(t, Render(digests(t)["digest clicked"])[0].Message)); diff != "" {
		t.Errorf("buttons after clicks (-want +got):\n%s", diff)
	}
	if got := buttons(t, Preview(digests(t)["digest"])); len(got) > 0 {
		t.Errorf("a preview has buttons: %v", got)
	}
}

// TestNothingOfADigestIsLost: the root shows a part, its thread the rest.
func TestNothingOfADigestIsLost(t *testing.T) {
	r := richReport(t)
	m := &r.Money[0]
	for k := range 18 {
		a := m.Spikes[1]
		a.Service, a.Series, a.Excess = fmt.Sprintf("Spike %d", k), report.SeriesID("AWS", fmt.Sprint(k), "USD"), float64(100-k)
		m.Spikes = append(m.Spikes, a)
	}
	var all strings.Builder
	pressed := map[string]int{}
	for _, s := range Render(View{Report: r, Command: "/playbook", Number: 7}) {
		all.WriteString(blocktest.Readable(t, s.Message))
		for _, b := range buttons(t, s.Message) {
			pressed[b]++
		}
	}
	for _, a := range m.Spikes {
		if pressed["digest:expected DIG-7/"+a.Series] != 1 {
			t.Errorf("%s has %d buttons, want 1", a.Service, pressed["digest:expected DIG-7/"+a.Series])
		}
	}
	for _, want := range []string{"and 17 more services, in the thread", "Azure Managed Redis", "$3,000    $0  Amazon EC2 (purchase or recurring fee)", "$0.00   +$23  Amazon RDS (credit or refund)", "the yearly export, by carla", "Amazon SQS", "since 19 Nov", "M6 Multi-region", "HighLatency", "12 days  INC-142 Shard the database (long-term)", "$56,211"} {
		if !strings.Contains(all.String(), want) {
			t.Errorf("the digest does not say %q", want)
		}
	}
}

func TestDigestModals(t *testing.T) {
	v := digests(t)["digest"]
	r := hostileReport(t)
	for name, view := range map[string]slack.ModalViewRequest{
		"expected": ExpectedModal(View{Report: r, Number: 1_234_567_890}, r.Money[0].Spikes[0]),
		"snooze":   SnoozeModal(View{Report: r, Number: 1_234_567_890}, r.Steps[1]),
		"short":    blockkit.ShortModal(SnoozeModal(View{Report: r, Number: 1_234_567_890}, r.Steps[1]), "invalid_blocks"),
	} {
		for _, problem := range blocktest.Problems(t, blockkit.Message{Text: "a form", Blocks: view.Blocks.BlockSet}) {
			t.Errorf("%s: %s", name, problem)
		}
		if n := blocktest.Units(view.Title.Text); n > 24 {
			t.Errorf("%s: title of %d characters, Slack takes 24", name, n)
		}
	}
	expected, snooze := ExpectedModal(v, v.Report.Money[0].Spikes[0]), SnoozeModal(v, v.Report.Steps[0])
	if got, want := expected.CallbackID+" "+expected.PrivateMetadata, "digest:expected DIG-7/"+v.Report.Money[0].Spikes[0].Series; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := snooze.CallbackID+" "+snooze.PrivateMetadata, "digest:snooze DIG-7/C1"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	blocktest.Golden(t, "digest-modals", blocktest.Readable(t, blockkit.Message{Text: "expected", Blocks: expected.Blocks.BlockSet})+blocktest.Readable(t, blockkit.Message{Text: "snooze", Blocks: snooze.Blocks.BlockSet}))
}

func TestWordsOfADigest(t *testing.T) {
	for got, want := range map[string]string{
		percent(13.26): "+13 %", percent(-1.64): "-1.6 %", percent(0.04): "0 %", percent(-0.01): "0 %", percent(9.97): "+10 %", percent(459.7): "+460 %",
		weekDates(week47): "16 to 22 Nov 2026", weekDates(week47.Add(2)): "30 Nov to 6 Dec 2026", weekDates(week47.Add(6)): "28 Dec 2026 to 3 Jan 2027",
		weekWord(week47.Add(6)):                        "week 53",
		dayRuns(daysOf(3, 3)):                          "Thu 19 to Sat 21 Nov",
		dayRuns(daysOf(12, 4)):                         "Sat 28 Nov to Tue 1 Dec",
		dayRuns(append(daysOf(4, 1), daysOf(0, 2)...)): "Mon 16 to Tue 17 Nov and Fri 20 Nov",
		people(44e6):                                   "44M", people(850_000): "850,000",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	table := aligned([]line{{[]string{"+$5,512", "+84 %"}, "CloudFront"}, {[]string{"-$1"}, "計算"}, {[]string{"$812", "new"}, ""}})
	if want := "+$5,512  +84 %  CloudFront\n    -$1         計算\n   $812    new  (no name)"; table != want {
		t.Errorf("got\n%s\nwant\n%s", table, want)
	}
}

// TestAnyDigestIsWithinSlacksLimits: of reports with any number of anything, some
// of it clicked.
func TestAnyDigestIsWithinSlacksLimits(t *testing.T) {
	worst := hostileReport(t)
	random := rand.New(rand.NewPCG(4, 7))
	for n := range 25 {
		r := worst
		r.Money = slices.Clone(some(random, worst.Money))
		for k := range r.Money {
			m := &r.Money[k]
			m.Up, m.Down, m.New, m.Spikes, m.Meant = some(random, m.Up), some(random, m.Down), some(random, m.New), some(random, m.Spikes), some(random, m.Meant)
			m.Fixed, m.Unjudged, m.Renames, m.Notes = some(random, m.Fixed), some(random, m.Unjudged), some(random, m.Renames), some(random, m.Notes)
			m.Chart.Weeks = some(random, m.Chart.Weeks)
		}
		r.Steps, r.Missing = some(random, worst.Steps), some(random, worst.Missing)
		incidents, organisation := *worst.Incidents, *worst.Organisation
		incidents.Overdue, incidents.False = some(random, incidents.Overdue), some(random, incidents.False)
		organisation.Moves = some(random, organisation.Moves)
		r.Incidents, r.Organisation = &incidents, &organisation
		v := clicked(r, blocktest.Hostile, anna)
		v.Marks = some(random, v.Marks)
		for _, s := range Render(v) {
			s.File = "F1"
			for _, problem := range blocktest.Problems(t, s.Shown()) {
				t.Errorf("report %d, %s: %s", n, s.Name, problem)
			}
		}
	}
}

// some is a beginning of a list.
func some[T any](random *rand.Rand, all []T) []T { return all[:random.IntN(len(all)+1)] }

// TestSlackTakesEveryDigest: and every detail has the rich_text block that Slack would miss
// in an edit.
func TestSlackTakesEveryDigest(t *testing.T) {
	all := digestMessages(t)
	for name, m := range all {
		if strings.Contains(name, "/detail") && !slices.ContainsFunc(m.Blocks, blockkit.IsRichText) {
			t.Errorf("%s: no rich_text block", name)
		}
	}
	blocktest.Takes(t, all)
}

// TestNobodyReadsIDsInADigest: of those who marked something.
func TestNobodyReadsIDsInADigest(t *testing.T) {
	for _, slot := range Render(clicked(richReport(t), "words", incident.User{ID: blocktest.UnknownUser})) {
		for _, text := range blocktest.IDsRead(t, slot.Message) {
			t.Errorf("%s reads %q", slot.Name, textutil.CutUnits(text, 200))
		}
	}
}

// TestEveryActionOfADigestIsShown: what is shown is on the list of actions, and nothing on
// the list is shown nowhere.
func TestEveryActionOfADigestIsShown(t *testing.T) {
	shown, listed := map[string]bool{}, map[string]bool{}
	views := digests(t)
	views["marked"] = clicked(richReport(t), "words", anna)
	for _, view := range views {
		for _, slot := range Render(view) {
			blocktest.ActionIDs(shown, blocktest.Generic(t, slot.Message.Blocks))
		}
	}
	v := digests(t)["digest"]
	for _, form := range []slack.ModalViewRequest{ExpectedModal(v, v.Report.Money[0].Spikes[0]), SnoozeModal(v, v.Report.Steps[0])} {
		shown[form.CallbackID] = true
	}
	for _, a := range action.All() {
		if strings.HasPrefix(a.ID, "digest:") && a != action.DigestAgain { // an answer shows that one
			listed[a.ID] = true
		}
	}
	if !maps.Equal(shown, listed) {
		t.Errorf("shown are %v, listed %v", shown, listed)
	}
}

func TestGoldenFilesOfDigestsAreUsed(t *testing.T) {
	blocktest.GoldenFilesAreUsed(t, []string{"digest", "digest-poor", "digest-currencies", "digest-virtual", "digest-clicked", "digest-quiet", "digest-teams", "digest-modals", "cost", "notice"})
}

// TestLateDaysOfADigest: days of the week before that are judged with this one are told
// as such, beside what that week is by now.
func TestLateDaysOfADigest(t *testing.T) {
	v := View{Report: richReport(t), Command: "/playbook", Number: 7}
	m := &v.Report.Money[0]
	weekend := []money.Day{week47.Monday() - 2, week47.Monday() - 1}
	m.Late = []report.PartDays{{Days: weekend}, {Stream: "x", Name: "Microsoft <!channel>", Days: []money.Day{week47.Monday() - 4}}}
	m.Restated.Days, m.Restated.Late, m.Restated.Partial = 3, amount(t, "4000"), true
	m.Spikes[0].Late, m.Spikes[0].Week = weekend, week47
	m.Spikes[0].Days = append(slices.Clone(weekend), m.Spikes[0].Days...)
	said := blocktest.Readable(t, Render(v)[0].Message)
	for _, want := range []string{
		"Judged here, too: last week's Saturday and Sunday, settled since; Microsoft <\u2060!channel> on last week's Thursday, there since.",
		" with them: at least $56,010, told as $51,200, which was restated by +$810",
		"expected on Sat 14 to Sun 15 Nov, settled since, and Thu 19 to Sat 21 Nov: ",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("the root lacks %q:\n%s", want, said)
		}
	}
}
