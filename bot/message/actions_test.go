package message

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/action"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
)

// actionIDs adds the action_ids of everything that can be clicked, not of what is filled
// in.
func actionIDs(into map[string]bool, v any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			actionIDs(into, e)
		}
	case map[string]any:
		if v["type"] == "input" {
			return
		}
		if id, ok := v["action_id"].(string); ok && v["url"] == nil {
			into[id] = true
		}
		for _, e := range v {
			actionIDs(into, e)
		}
	}
}

// TestEveryActionIsShown: what is shown is on the list of actions, and nothing on the list
// is shown nowhere.
func TestEveryActionIsShown(t *testing.T) {
	shown := map[string]bool{}
	for _, view := range situations(t) {
		for _, slot := range Render(view) {
			actionIDs(shown, generic(t, slot.Message.Blocks))
		}
	}
	for _, view := range storms() {
		for _, slot := range RenderStorm(view) {
			actionIDs(shown, generic(t, slot.Message.Blocks))
		}
	}
	views := digests(t)
	views["marked"] = clicked(richReport(t), "words", incident.User{ID: "U1", Name: "anna"})
	for _, view := range views {
		for _, slot := range RenderDigest(view) {
			actionIDs(shown, generic(t, slot.Message.Blocks))
		}
	}
	actionIDs(shown, generic(t, Told(event.Answer{Digest: event.DigestAnswer{Kind: event.DigestSecond, Verb: report.VerbPost, State: "DIG-7", Title: "weekly"}}, "/playbook").Blocks))
	for _, view := range forms(t) {
		shown[view.CallbackID] = true
	}
	var listed []string
	for _, a := range action.All() {
		listed = append(listed, a.ID)
	}
	slices.Sort(listed)
	if diff := cmp.Diff(listed, slices.Sorted(maps.Keys(shown))); diff != "" {
		t.Errorf("listed, shown:\n%s", diff)
	}
}

// forms are all that can be filled in.
func forms(t *testing.T) []slack.ModalViewRequest {
	t.Helper()
	digest := DigestView{Report: richReport(t), Number: 1, Command: "/playbook"}
	return []slack.ModalViewRequest{
		SkipModal(incident.Incident{Number: 1}, incident.Step{ID: "one", Number: 1}), NoteModal(incident.Incident{Number: 1}),
		DigestExpectedModal(digest, digest.Report.Money[0].Spikes[0]), DigestSnoozeModal(digest, digest.Report.Steps[0]),
	}
}
