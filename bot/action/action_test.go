package action_test

import (
	"cmp"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/access"
	"github.com/signalbook/signalbook/bot/action"
)

// TestEveryActionSaysWhoMay: whoever does a thing by a click needs the right that its verb
// asks for, and the decision follows it.
func TestEveryActionSaysWhoMay(t *testing.T) {
	for _, a := range action.All() {
		if a.Value == action.OfNothing { // what it starts is judged where that goes
			if guest := (access.Question{Right: a.May, Facts: access.Facts{Person: access.PersonGuest}}).Decide(); a.May != access.Insider || guest.Allowed {
				t.Errorf("%s is for %q, and a guest is told %+v", a.ID, a.May, guest)
			}
			continue
		}
		want := cmp.Or(a.Act.May(), a.Digest.May(), access.Reader)
		if a.May != want {
			t.Errorf("%s is for %q, want %q", a.ID, a.May, want)
		}
		in, out := access.Facts{Member: access.Yes, Person: access.PersonOurs}, access.Facts{Member: access.No, Private: access.Yes, Person: access.PersonOurs}
		reserved := access.Question{Right: a.May, Facts: in, Responders: []string{"@db"}, Responder: access.No}.Decide().Allowed
		if open := (access.Question{Right: a.May, Facts: in}).Decide(); !open.Allowed {
			t.Errorf("%s is refused to a member of an open channel: %+v", a.ID, open)
		}
		if reads := a.May == access.Reader; reserved != reads {
			t.Errorf("%s where the channel is reserved for others: %t", a.ID, reserved)
		}
		if got := (access.Question{Right: a.May, Facts: out}).Decide(); got.Allowed || !got.Hidden {
			t.Errorf("%s by somebody who is not in its private channel: %+v", a.ID, got)
		}
	}
}

// TestList: ids say what they are about, and nothing stands there twice or means nothing.
func TestList(t *testing.T) {
	seen := map[string]bool{}
	for _, a := range action.All() {
		prefix := map[action.Value][]string{action.OfIncident: {"incident:", "storm:", "timeline:"}, action.OfStep: {"step:"}, action.OfDigest: {"digest:"}, action.OfNothing: {"home:", "incident:start"}}[a.Value]
		named := false
		for _, p := range prefix {
			named = named || strings.HasPrefix(a.ID, p)
		}
		if seen[a.ID] || !named || a.Act != "" && a.Digest != "" || a.Via == "" && a.Form.IsZero() {
			t.Errorf("%+v is there twice, or does not say what it is", a)
		}
		seen[a.ID] = true
		if got, ok := action.Find(a.ID); !ok || got != a {
			t.Errorf("%s: found %+v, %t", a.ID, got, ok)
		}
	}
	if _, ok := action.Find("step:nonsense"); ok {
		t.Error("found what is not there")
	}
}
