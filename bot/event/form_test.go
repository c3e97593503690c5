package event_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/bot/access"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/topic"
)

// TestForms: the form in Redis is the one that earlier versions wrote and read.
func TestForms(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	anna := incident.User{ID: "U1", Name: "anna"}
	reply := event.Reply{ResponseURL: "https://x", Channel: "C1", Thread: "1.2", Always: true}
	for form, ev := range map[string]event.Event{
		`{"op":"o","at":"2026-11-23T09:00:00Z","access":{"person":"ours","member":"yes"},"act":{"verb":"skip","incident":7,"step":"pool","user":"U1 anna","text":"why","via":"button","from":{"channel":"C1","ts":"1.3"},"reply":{"response_url":"https://x","channel":"C1","thread":"1.2","always":true}}}`: {
			Op: "o", At: at, Access: access.Facts{Person: access.PersonOurs, Member: access.Yes}, Reply: reply,
			From: &event.Origin{Channel: "C1", TS: "1.3", Thread: topic.Incident(7)},
			Act:  &incident.Act{Verb: incident.VerbSkip, Incident: 7, Step: "pool", User: anna, Text: "why", Via: "button"},
		},
		`{"op":"o","at":"2026-11-23T09:00:00Z","act":{"verb":"show","incident":7,"user":"U1 anna","via":"menu","from":{"channel":"C1","ts":"1.3","storm":5}}}`: {
			Op: "o", At: at, From: &event.Origin{Channel: "C1", TS: "1.3", Thread: topic.Storm(5)},
			Act: &incident.Act{Verb: incident.VerbShow, Incident: 7, User: anna, Via: "menu"},
		},
		`{"op":"o","at":"2026-11-23T09:00:00Z","start":{"playbook":"triage","title":"slow","labels":{"a":"b"},"user":"U1 anna","via":"thread","reply":{"channel":"C1"}}}`: {
			Op: "o", At: at, Reply: event.Reply{Channel: "C1"},
			Start: &incident.Start{Playbook: "triage", Title: "slow", Labels: map[string]string{"a": "b"}, User: anna, Via: "thread"},
		},
		`{"op":"o","at":"2026-11-23T09:00:00Z","review":{"verb":"snooze","digest":3,"subject":"C1","user":"U1 anna","text":"later","until":"2026-11-23T09:00:00Z","from":{"channel":"C1","ts":"1.3"}}}`: {
			Op: "o", At: at, From: &event.Origin{Channel: "C1", TS: "1.3", Thread: topic.Digest(3)},
			Digest: &event.DigestAct{Verb: report.VerbSnooze, Digest: 3, Subject: "C1", User: anna, Text: "later", Until: at},
		},
		`{"op":"o","at":"2026-11-23T09:00:00Z","review":{"verb":"post","digest":3,"name":"weekly","again":true,"user":"U1 anna","reply":{"channel":"C1","always":true}}}`: {
			Op: "o", At: at, Reply: event.Reply{Channel: "C1", Always: true},
			Digest: &event.DigestAct{Verb: report.VerbPost, Digest: 3, Name: "weekly", Again: true, User: anna},
		},
		`{"at":"2026-11-23T09:00:00Z","timer":{"incident":7}}`:  event.NewTimer(topic.Incident(7), at),
		`{"at":"2026-11-23T09:00:00Z","timer":{"incident":-7}}`: {At: at, StormTimer: &incident.StormTimer{Storm: 7}},
		`{"at":"2026-11-23T09:00:00Z","diverted":{"incident":-7,"channel":"#a","to":"#b","why":"archived"}}`: {
			At: at, Diverted: &incident.Diverted{Topic: topic.Storm(7), Channel: "#a", To: "#b", Why: "archived"},
		},
	} {
		data, err := ev.Encode()
		if err != nil || string(data) != form {
			t.Errorf("got  %s, %v\nwant %s", data, err, form)
		}
		back, err := event.Decode([]byte(form))
		if diff := cmp.Diff(ev, back); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", form, err, diff)
		}
	}
}

// TestAnswerForms: answers are written as earlier versions wrote them, and read for what
// they are about.
func TestAnswerForms(t *testing.T) {
	t.Parallel()
	anna := incident.User{ID: "U1", Name: "anna"}
	for form, a := range map[string]event.Answer{
		`{}`: {},
		`{"kind":"applied","verb":"undo","incident":7,"step":2,"title":"Pool","state":"open"}`: {
			Incident: incident.Answer{Kind: incident.AnswerApplied, Verb: incident.VerbUndo, Incident: 7, Step: 2, Title: "Pool", State: "open"},
		},
		`{"kind":"applied","verb":"undo","title":"Reserve"}`:                          {Digest: event.DigestAnswer{Kind: event.DigestApplied, Verb: report.VerbUndo, Title: "Reserve"}},
		`{"kind":"taken","verb":"adopt","title":"R","state":"adopt","who":"U1 anna"}`: {Digest: event.DigestAnswer{Kind: event.DigestTaken, Verb: report.VerbAdopt, Title: "R", State: "adopt", Who: anna}},
		`{"kind":"second","verb":"post","title":"weekly","state":"DIG-1"}`:            {Digest: event.DigestAnswer{Kind: event.DigestSecond, Verb: report.VerbPost, Title: "weekly", State: "DIG-1"}},
		`{"kind":"no_digest","verb":"expected"}`:                                      {Digest: event.DigestAnswer{Kind: event.DigestGone, Verb: report.VerbExpected}},
		`{"kind":"started","incident":7,"title":"CDN"}`:                               {Incident: incident.Answer{Kind: incident.AnswerStarted, Incident: 7, Title: "CDN"}},
		`{"kind":"applied","verb":"done","incident":7,"step":2,"more":[{"kind":"no_step","verb":"done","incident":7,"text":"9"}]}`: {Incident: incident.Answer{Kind: incident.AnswerApplied, Verb: incident.VerbDone, Incident: 7, Step: 2,
			More: []incident.Answer{{Kind: incident.AnswerNoStep, Verb: incident.VerbDone, Incident: 7, Text: "9"}}}},
		`{"kind":"failed","text":"w"}`: {Incident: incident.Answer{Kind: incident.AnswerFailed, Text: "w"}},
	} {
		data, err := json.Marshal(a)
		if err != nil || string(data) != form {
			t.Errorf("got  %s, %v\nwant %s", data, err, form)
		}
		var back event.Answer
		if err := json.Unmarshal([]byte(form), &back); err != nil || !reflect.DeepEqual(back, a) {
			t.Errorf("%s: got %+v, %v", form, back, err)
		}
		if none := form == `{}`; a.None() != none {
			t.Errorf("%s: none is %t", form, a.None())
		}
	}
}

// TestParts: of an event the state machine of incidents gets what is about them, and the
// person who acted is found in every kind of act.
func TestParts(t *testing.T) {
	t.Parallel()
	anna := incident.User{ID: "U1", Name: "anna"}
	act, start := incident.Act{User: anna}, incident.Start{User: anna}
	for name, ev := range map[string]event.Event{"act": {Act: &act}, "start": {Start: &start}, "digest": {Digest: &event.DigestAct{User: anna}}} {
		if got := ev.User(); got != anna {
			t.Errorf("%s: got %v", name, got)
		}
		if got := ev.Incident(); got.Act != ev.Act || got.Start != ev.Start {
			t.Errorf("%s: got %+v", name, got)
		}
		if got := ev.Due(); !got.IsZero() {
			t.Errorf("%s: %v is due", name, got)
		}
	}
	for _, about := range []topic.ID{topic.Incident(7), topic.Storm(7)} {
		if got := event.NewTimer(about, time.Time{}).Due(); got != about {
			t.Errorf("got %v, want %v", got, about)
		}
	}
}
