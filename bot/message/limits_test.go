package message

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/testkit/blocktest"
	"github.com/signalbook/signalbook/playbooks"
)

// everything is every message that the tests make, by name.
func everything(t testing.TB) map[string]blockkit.Message {
	all := map[string]blockkit.Message{}
	for name, view := range situations(t) {
		for _, slot := range Render(view) {
			all[name+"/"+slot.Name] = slot.Message
		}
		all[name+"/status"] = Status(view, night.Add(1000000))
	}
	maps.Copy(all, commands(t))
	return all
}

// TestSlackTakesEveryMessage: and a usual one is not cut for it.
func TestSlackTakesEveryMessage(t *testing.T) {
	all := everything(t)
	blocktest.Takes(t, all)
	for name, m := range all {
		if strings.HasPrefix(name, "opened/") && blockkit.Size(m.Blocks...) > blockkit.MaxTotal {
			t.Errorf("%s: a usual message is cut", name)
		}
	}
}

// TestLongTextOfAnyKindFits: whatever texts are made of, each message is within what
// Slack takes in bytes, and acts and commands are still in it.
func TestLongTextOfAnyKindFits(t *testing.T) {
	for kind, sign := range map[string]string{"CJK": "界", "emoji": "🔥", "escaped": "&", "tags": "<", "quotes": `"`, "words": "long words "} {
		long := strings.Repeat(sign, 3_000)
		s := opened(t)
		s.incident.Title, s.incident.Summary, s.incident.Note.Text, s.incident.Playbook.Note = long, long, long, long
		for k := range s.incident.Alerts {
			s.incident.Alerts[k].Summary, s.incident.Alerts[k].Labels = long, map[string]string{"instance": long, "job": long, "region": long, "pod": long}
		}
		for len(s.incident.Alerts) < 20 {
			s.incident.Alerts = append(s.incident.Alerts, s.incident.Alerts[0])
		}
		s.incident.Labels = map[string]string{"alertname": long, "service": long, "team": long}
		s.incident.Named = []incident.User{{ID: "U" + strings.Repeat("0", 30), Name: "a"}}
		s.incident.Note.Text = strings.Repeat("@a ", 20) + long
		for k := range s.incident.Steps {
			s.incident.Steps[k].Title, s.incident.Steps[k].Note = long, s.incident.Note.Text
			s.incident.Steps[k].Detail, s.incident.Steps[k].Commands = blockkit.Escape(long), []string{strings.Repeat(sign, 200/len(sign)), "kubectl get pods"}
		}
		for k := range s.incident.Tiers {
			s.incident.Tiers[k].Overdue, s.incident.Tiers[k].ToldIn = true, s.incident.Number
			if s.incident.Tiers[k].Name == playbooks.ShortTerm {
				s.incident.Tiers[k].Passed = incident.Reached{Opening: 1, At: s.incident.Tiers[k].Due}
			}
			if s.incident.Tiers[k].Name == playbooks.LongTerm {
				s.incident.Tiers[k].Near = incident.Reached{Opening: 1, At: s.incident.Tiers[k].Due}
			}
			for n := range 30 {
				s.incident.Tiers[k].Together = append(s.incident.Tiers[k].Together, incident.Neighbour{Number: n + 1, Title: long, Due: night, Left: 2})
			}
		}
		view := s.view()
		slots := Render(view)
		slots = append(slots, Slot{Name: "status", Message: Status(view, night)}, Slot{Name: "answer", Message: blockkit.TextMessage(blockkit.Escape(long))})
		for _, slot := range slots {
			fitted := blockkit.Fit(slot.Message)
			for _, problem := range blocktest.Problems(t, fitted) {
				t.Errorf("%s, %s: %s", kind, slot.Name, problem)
			}
			for _, form := range []blockkit.Form{blockkit.FormText, blockkit.FormRich, blockkit.FormBare} {
				short := slot.Message.Short(form, HowToAct(view.Incident, "/playbook"), "invalid_blocks")
				if len(short.Text) > blockkit.MaxTextBytes || !strings.Contains(short.Text, "/playbook ack "+view.Incident.ID()) || !strings.Contains(short.Text, "invalid_blocks") {
					t.Errorf("%s, %s: the short form %s is %d bytes: %.100s", kind, slot.Name, form, len(short.Text), short.Text)
				}
			}
		}
	}
}

// TestRichTextStays: Slack does not let a message that has a rich_text block lose it
// (chat.update, block_mismatch), so that a message which changes has one from the
// first version to the last.
func TestRichTextStays(t *testing.T) {
	byHand := opened(t)
	byHand.incident.Alerts, byHand.incident.Summary = nil, ""
	all := situations(t)
	all["by hand, without alerts"] = byHand.view()
	for name, view := range all {
		for _, slot := range Render(view) {
			if !slot.Once && !slices.ContainsFunc(slot.Message.Blocks, blockkit.IsRichText) {
				t.Errorf("%s/%s: no rich_text block", name, slot.Name)
			}
			if begins := blockkit.IsRichText(slot.Message.Blocks[0]); !slot.Once && begins != strings.HasPrefix(slot.Name, "tier:") {
				t.Errorf("%s/%s: it begins with a rich_text block: %t, others of its versions do not", name, slot.Name, begins)
			}
		}
	}
}

func TestWhoIsNotified(t *testing.T) {
	all := situations(t)
	tests := []struct {
		situation, slot string
		want            []string
	}{
		{"opened", "root", []string{"<!subteam^S0DB>"}},
		{"opened", "tier:immediate", nil},
		{"opened", "tier:short_term", nil},
		{"acknowledged", "root", []string{"<@U0ANNA>"}},
		{"assigned", "root", []string{"<@U0ANNA>"}},
		{"assigned", "assigned:1:1", []string{"<@U0ANNA>"}},
		{"escalated", "escalation:1:1", []string{"<!subteam^S0LEADS>", "<@U0CARLA>"}},
		{"overdue", "deadline:immediate:1", []string{"<!subteam^S0DB>"}},
		{"overdue together", "deadline:immediate:1", []string{"<!subteam^S0DB>"}},
		{"reopened", "reopened:2", []string{"<!subteam^S0DB>"}},
		{"resolved", "resolved:1", []string{"<@U0ANNA>"}},
		{"by hand", "resolved:1", nil},
		{"later near", "remind:short_term:1", []string{"<@U0ANNA>", "<@U0BEN>"}},
		{"later overdue", "deadline:short_term:1", []string{"<@U0ANNA>", "<@U0BEN>"}},
		{"hostile open", "root", nil},
		{"hostile open", "tier:immediate", nil},
	}
	for _, test := range tests {
		slots := Render(all[test.situation])
		at := slices.IndexFunc(slots, func(s Slot) bool { return s.Name == test.slot })
		if at < 0 {
			t.Errorf("%s: no %s", test.situation, test.slot)
			continue
		}
		if diff := cmp.Diff(test.want, blocktest.Notified(t, slots[at].Message)); diff != "" {
			t.Errorf("%s, %s notifies (-want +got):\n%s", test.situation, test.slot, diff)
		}
	}
}

func TestPingsThatCameTooLateAreNotSent(t *testing.T) {
	const escalated, late = "escalation:1:1", "deadline:immediate:1"
	slot := func(s *scene, name string) *Slot {
		slots := Render(s.view())
		at := slices.IndexFunc(slots, func(s Slot) bool { return s.Name == name })
		if at < 0 {
			return nil
		}
		return &slots[at]
	}
	s := opened(t).after(11 * 60e9).timer()
	if slot(s, escalated) == nil {
		t.Fatal("a level that has to be told is not")
	}
	s.act(anna, incident.VerbAcknowledge, "", "")
	if slot(s, escalated) != nil {
		t.Error("a level is told although somebody has acknowledged")
	}
	s.after(2 * 3600e9).timer()
	if slot(s, late) == nil {
		t.Fatal("a passed deadline is not told")
	}
	together := s.view()
	for _, step := range []string{"1", "2", "3", "4"} {
		s.act(anna, incident.VerbDone, step, "")
	}
	if slot(s, late) != nil {
		t.Error("a deadline is told although all steps are done")
	}
	for k := range together.Incident.Tiers {
		together.Incident.Tiers[k].Together = []incident.Neighbour{{Number: 7, Title: "Another", Due: night, Left: 2}}
	}
	together.Incident.State = incident.Resolved
	slots := Render(together)
	at := slices.IndexFunc(slots, func(s Slot) bool { return s.Name == late })
	if at < 0 {
		t.Fatal("the neighbours of a resolved incident are not told of")
	}
	encoded, err := json.Marshal(slots[at].Message.Blocks)
	if err != nil {
		t.Fatal(err)
	}
	told := string(encoded)
	if !strings.Contains(told, "INC-7") || !strings.Contains(told, "nothing is left to do here") || !slices.Contains(blocktest.Notified(t, slots[at].Message), "<!subteam^S0DB>") {
		t.Errorf("the ping for the neighbours reads\n%s", told)
	}
}

// TestPingOfAFormerOpeningTellsOfOthers: the ping that others rely on stands in its own
// slot after the incident began again, calls the owners, and speaks of the others
// alone.
func TestPingOfAFormerOpeningTellsOfOthers(t *testing.T) {
	s := opened(t)
	v := s.view()
	v.Incident.Opening = 3
	v.Incident.Tiers[0].Earlier = []incident.Told{
		{Opening: 1, Together: []incident.Neighbour{{Number: 7, Title: "Another", Due: night, Left: 2}}},
		{Opening: 2, Together: []incident.Neighbour{{Number: 8, Title: "A third", Due: night, Left: 1}, {Number: 9, Title: "A fourth", Due: night, Left: 1}}},
	}
	for state, says := range map[incident.State]string{incident.Open: ": immediate steps of other incidents are due.", incident.Resolved: "nothing is left to do here, but immediate steps of other incidents are due."} {
		v.Incident.State = state
		for opening, parts := range map[int][]string{1: {"INC-7", "Another · 2 steps", "And 1 more incident"}, 2: {"INC-8", "INC-9", "And 2 more incidents"}} {
			slots := Render(v)
			at := slices.IndexFunc(slots, func(s Slot) bool { return s.Name == fmt.Sprintf("deadline:immediate:%d", opening) })
			if at < 0 || !slots[at].Once || !slots[at].Thread || slots[at].InRoot {
				t.Fatalf("%s, opening %d: got slot %d of %+v", state, opening, at, slots)
			}
			reads := blocktest.Readable(t, slots[at].Message)
			for _, part := range append(parts, says, incident.ID(v.Incident.Number)) {
				if !strings.Contains(reads, part) {
					t.Errorf("%s, opening %d: %q is not in\n%s", state, opening, part, reads)
				}
			}
			if strings.Contains(reads, "Add read replicas") || !slices.Contains(blocktest.Notified(t, slots[at].Message), "<!subteam^S0DB>") {
				t.Errorf("%s, opening %d: the ping reads\n%s", state, opening, reads)
			}
			for _, problem := range blocktest.Problems(t, blockkit.Fit(slots[at].Message)) {
				t.Error(problem)
			}
		}
		if slots := Render(v); slices.ContainsFunc(slots, func(s Slot) bool { return s.Name == "deadline:immediate:3" }) {
			t.Errorf("%s: the deadline of this opening is told, and is ahead", state)
		}
	}
}

// TestPingsAreNamed: every slot that is posted once in an opening begins with one of the
// names by which ledgers are shortened, and ends with its opening. Those of later tiers,
// which are posted once in an incident's life, do not, and stay when it opens again.
func TestPingsAreNamed(t *testing.T) {
	for name, v := range situations(t) {
		v.Incident.Opening = 77
		for _, slot := range Render(v) {
			named := slices.ContainsFunc(Pings, func(kind string) bool { return strings.HasPrefix(slot.Name, kind+":") }) && strings.HasSuffix(slot.Name, ":77")
			later := slices.ContainsFunc(LaterPings, func(kind string) bool { return slot.Name == kind+":1" })
			if named != slot.Once && !later || named && later || later && !slot.Once {
				t.Errorf("%s: slot %s is posted once: %t", name, slot.Name, slot.Once)
			}
		}
	}
}

func TestQuietIncidentShowsNothing(t *testing.T) {
	if got := Render(View{Incident: incident.Incident{Quiet: true}}); len(got) != 0 {
		t.Errorf("got %d messages, want none", len(got))
	}
}

// placed says which steps stand in which slot.
func placed(slots []Slot) map[string]string {
	places := map[string]string{}
	for _, s := range slots {
		for _, b := range s.Message.Blocks {
			if step, ok := strings.CutPrefix(b.ID(), "step:"); ok {
				places[step] = s.Name
			}
		}
	}
	return places
}

func TestStepsStayInTheirMessage(t *testing.T) {
	all := situations(t)
	before, after := placed(Render(all["50 long steps"])), placed(Render(all["50 ended steps"]))
	if len(before) != 50 {
		t.Errorf("got %d steps shown, want 50", len(before))
	}
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("ending steps moved others to another message, which would leave old ones behind (-before +after):\n%s", diff)
	}
}

func TestTheSameIncidentHasTheSameHash(t *testing.T) {
	hashes := func(v View) map[string]string {
		all := map[string]string{}
		for _, s := range Render(v) {
			all[s.Name] = s.Message.Hash()
		}
		return all
	}
	for name, v := range situations(t) {
		first := hashes(v)
		for range 5 {
			if diff := cmp.Diff(first, hashes(v)); diff != "" {
				t.Fatalf("%s: rendered twice, differs:\n%s", name, diff)
			}
		}
	}
	s := opened(t)
	before := hashes(s.view())
	if len(before["root"]) != 16 {
		t.Errorf("got hash %q, want 16 digits", before["root"])
	}
	s.after(60e9).hears(database(night, "firing", "firing"))
	if diff := cmp.Diff(before, hashes(s.view())); diff != "" {
		t.Errorf("a repeat of the notification changed what is shown:\n%s", diff)
	}
	s.act(anna, incident.VerbDone, "1", "")
	after := hashes(s.view())
	if after["root"] == before["root"] || after["tier:immediate"] == before["tier:immediate"] {
		t.Error("a step that was done changed nothing")
	}
	if after["tier:long_term"] != before["tier:long_term"] {
		t.Error("a step of one tier changed another")
	}
}
