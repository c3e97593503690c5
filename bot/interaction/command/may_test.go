package command

import (
	"testing"

	"github.com/signalbook/signalbook/bot/access"
)

// TestEveryVerbSaysWhoMay: what changes an incident is for those for whom the act is, what
// only reads says itself for whom it is, and the decision follows it.
func TestEveryVerbSaysWhoMay(t *testing.T) {
	t.Parallel()
	guest := access.Facts{Member: access.Yes, Person: access.PersonGuest}
	member := access.Facts{Member: access.Yes, Person: access.PersonOurs}
	for _, e := range entries() {
		act, acts := e.verb.Act()
		if acts && (e.may != "" || e.verb.May() != act.May()) {
			t.Errorf("%s is for %q, and the act %q for %q", e.verb, e.verb.May(), act, act.May())
		}
		// An export tells what there is, to those who may see it.
		changes := acts && e.verb != VerbExport || e.verb == VerbStart || e.verb == VerbDrill
		decide := func(facts access.Facts, responders ...string) bool {
			return access.Question{Right: e.verb.May(), Facts: facts, Responders: responders, Responder: access.No}.Decide().Allowed
		}
		if !decide(member) {
			t.Errorf("%s is refused to a member of an open channel", e.verb)
		}
		if got := decide(member, "@db"); got == changes {
			t.Errorf("%s where only @db may act: allowed is %t", e.verb, got)
		}
		if got, want := decide(guest), e.verb.May() == access.Reader || e.verb == VerbHelp; got != want {
			t.Errorf("%s by a guest in the channel: allowed is %t, want %t", e.verb, got, want)
		}
	}
}
