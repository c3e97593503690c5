package message

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/action"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/testkit/blocktest"
)

// TestEveryActionIsShown: what is shown is on the list of actions, and nothing on the list
// is shown nowhere.
func TestEveryActionIsShown(t *testing.T) {
	shown := map[string]bool{}
	for _, view := range situations(t) {
		for _, slot := range Render(view) {
			blocktest.ActionIDs(shown, blocktest.Generic(t, slot.Message.Blocks))
		}
	}
	blocktest.ActionIDs(shown, blocktest.Generic(t, Told(event.Answer{Digest: event.DigestAnswer{Kind: event.DigestSecond, Verb: report.VerbPost, State: "DIG-7", Title: "weekly"}}, "/playbook").Blocks))
	pages := Timeline(incident.Incident{Number: 1}, make([]incident.Change, 300), 300, 0)
	blocktest.ActionIDs(shown, blocktest.Generic(t, pages.Blocks))
	blocktest.ActionIDs(shown, blocktest.Generic(t, Home(HomeView{}).Blocks.BlockSet))
	for _, view := range forms(t) {
		shown[view.CallbackID] = true
	}
	var listed []string
	for _, a := range action.All() {
		if !strings.HasPrefix(a.ID, "storm:") && !strings.HasPrefix(a.ID, "digest:") || a == action.DigestAgain {
			listed = append(listed, a.ID) // the others are shown by the rooms of that name
		}
	}
	slices.Sort(listed)
	if diff := cmp.Diff(listed, slices.Sorted(maps.Keys(shown))); diff != "" {
		t.Errorf("listed, shown:\n%s", diff)
	}
}

// forms are all that can be filled in.
func forms(t *testing.T) []slack.ModalViewRequest {
	t.Helper()
	var all []slack.ModalViewRequest
	for _, a := range action.All() {
		if a.Value == action.OfDigest || a.Form.IsZero() {
			continue
		}
		view, ok := Form(a, View{Incident: incident.Incident{Number: 1}}, incident.Step{ID: "one", Number: 1})
		if !ok || view.CallbackID != a.ID {
			t.Errorf("the form of %s is %q", a.ID, view.CallbackID)
		}
		all = append(all, view)
	}
	return all
}
