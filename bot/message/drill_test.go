package message

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
)

// drill is an exercise that was fired, with drills and real incidents before it.
func drill(t testing.TB) *scene {
	n := database(night, alerts.Firing, alerts.Firing)
	n.CommonLabels[incident.DrillLabel] = "true"
	for _, a := range n.Alerts {
		a.Labels[incident.DrillLabel] = "true"
	}
	return newScene(t, hotDatabase(t)).hears(n)
}

// lateDrill is one that nobody took for long.
func lateDrill(t testing.TB) *scene {
	return drill(t).after(11 * time.Minute).timer().after(50 * time.Minute).timer()
}

// scoredDrill is one whose immediate steps are all ended.
func scoredDrill(t testing.TB) *scene {
	minutes := func(ack, resolve time.Duration, inTime int) incident.Run {
		return incident.Run{Ack: ack * time.Minute, Resolve: resolve * time.Minute, InTime: inTime, Left: 3 - inTime}
	}
	s := drill(t)
	s.history = incident.History{
		Drills: []incident.Run{minutes(4, 30, 2), minutes(6, 45, 3), minutes(3, 20, 1)},
		Real:   []incident.Run{{Ack: incident.Never, Resolve: 95 * time.Minute, Left: 3}},
	}
	s.after(2*time.Minute).act(anna, incident.VerbDone, "1", "two replicas added").act(incident.User{ID: "U0CHRIS"}, incident.VerbAcknowledge, "2", "")
	return s.after(10*time.Minute).act(anna, incident.VerbDone, "2", "").act(anna, incident.VerbSkip, "3", "no larger size")
}

// overDrill is one that was resolved after its score was told.
func overDrill(t testing.TB) *scene {
	s := scoredDrill(t)
	s.history = incident.History{} // what is remembered by then is not asked again
	return s.after(3*time.Minute).act(ben, incident.VerbResolve, "", "well done")
}

// drillViews are the drills among the situations.
func drillViews(t testing.TB) map[string]View {
	drills := map[string]View{}
	for name, view := range situations(t) {
		if strings.HasPrefix(name, "drill") {
			drills[name] = view
		}
	}
	return drills
}

// TestDrillCallsNobody: no message of a drill holds anything that could notify, when
// it is first posted or posted again, and none is shown in the channel too.
func TestDrillCallsNobody(t *testing.T) {
	mention := regexp.MustCompile(`<[@!](U|W|subteam|channel|here|everyone)|"type":"(user|usergroup|broadcast)"`)
	views := drillViews(t)
	if len(views) < 5 {
		t.Fatalf("got %d drills to look at, want 5", len(views))
	}
	pings := 0
	for name, view := range views {
		for _, slot := range Render(view) {
			data, err := json.Marshal(slot.Message.Blocks)
			if err != nil {
				t.Fatal(err)
			}
			all := strings.ReplaceAll(strings.ReplaceAll(string(data), `\u003c`, "<"), `\u003e`, ">")
			if found := mention.FindString(slot.Message.Text + all); found != "" {
				t.Errorf("%s, %s: holds %q", name, slot.Name, found)
			}
			if slot.Broadcast {
				t.Errorf("%s, %s: is shown in the channel too", name, slot.Name)
			}
			if slot.Once {
				pings++
			}
		}
	}
	if pings < 4 {
		t.Errorf("got %d pings, want escalation, deadline and resolutions: a drill goes the real way", pings)
	}
}

// TestDrillIsMarked: every message about a drill says so, to eyes and ears, and none
// about a real incident does.
func TestDrillIsMarked(t *testing.T) {
	drills := drillViews(t)
	said := func(m blockkit.Message) (text, blocks bool) {
		data, err := json.Marshal(m.Blocks)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Contains(m.Text, drillWord), strings.Contains(string(data), drillMark)
	}
	for name, m := range everything(t) {
		situation, _, _ := strings.Cut(name, "/")
		_, want := drills[situation]
		want = want || strings.HasSuffix(name, " drill")
		if strings.HasPrefix(name, "digest") {
			continue // counts drills apart
		}
		if text, blocks := said(m); text != want || blocks != want {
			t.Errorf("%s: says that it is a drill: text %v, blocks %v, want %v", name, text, blocks, want)
		}
	}
	i := drills["drill"].Incident
	s, _, _ := i.FindStep("1")
	for name, m := range map[string]blockkit.Message{"skip": {Text: drillWord, Blocks: skipModal(i, s).Blocks.BlockSet}, "note": {Text: drillWord, Blocks: noteModal(i).Blocks.BlockSet}} {
		if _, blocks := said(m); !blocks {
			t.Errorf("the form %s does not say that it is a drill", name)
		}
	}
	for _, kind := range answerKinds {
		if got := Answer(incident.Answer{Kind: kind, Incident: 142, Drill: true}, "/playbook"); !strings.HasPrefix(got, drillMark) {
			t.Errorf("the answer %s reads %q, want the mark first", kind, got)
		}
	}
}

// TestScoreStays: the score of a drill that is over reads the same whatever happens
// afterwards.
func TestScoreStays(t *testing.T) {
	s := overDrill(t)
	told := func() string {
		for _, slot := range Render(s.view()) {
			if slot.Name == "score:1" {
				return slot.Message.Hash()
			}
		}
		return ""
	}
	want := told()
	if want == "" {
		t.Fatal("there is no score")
	}
	s.history.Drills = []incident.Run{{Ack: time.Second, Resolve: time.Second}}
	s.after(time.Hour).act(anna, incident.VerbUndo, "1", "").act(anna, incident.VerbNote, "", "what a drill")
	if got := told(); got != want {
		t.Errorf("got another score after an undo and a note")
	}
}
