package message

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/testkit/blocktest"
	"github.com/signalbook/signalbook/playbooks"
)

// TestLosses: what is told as lost is what the messages do not show, and the rest
// is whole in them.
func TestLosses(t *testing.T) {
	if got := Losses(opened(t).view()); len(got) > 0 {
		t.Errorf("a usual incident loses %+v, want nothing", got)
	}
	p := triage()
	p.Title = strings.Repeat("Title ", 24)
	for k := range 8 {
		p.Links = append(p.Links, playbooks.Link{Title: fmt.Sprintf("Page %d", k), URL: fmt.Sprintf("https://wiki.example/%d", k) + strings.Repeat("x", 9+1_995*(k%2))})
	}
	p.Tiers[0].Steps = append(p.Tiers[0].Steps,
		playbooks.Step{ID: "signs", Title: "Signs", Detail: strings.Repeat("🔥", 1_451)},
		playbooks.Step{ID: "escaped", Title: "Escaped", Detail: strings.Repeat("x", 2_900)},
		playbooks.Step{ID: "commands", Title: "Commands", Commands: []string{strings.Repeat("a", 2_900), strings.Repeat("b", 1_601), strings.Repeat("c", 1_600)}})
	view := newScene(t, p).hears(database(night, alerts.Firing)).view()
	want := []Loss{
		{Part: "links", Index: 1, Length: 2_026, Limit: 2_000}, {Part: "links", Index: 3, Length: 2_026, Limit: 2_000},
		{Part: "links", Index: 5, Length: 2_026, Limit: 2_000}, {Part: "links", Index: 7, Length: 2_026, Limit: 2_000},
		{Step: "signs", Part: "detail", Length: 2_902, Limit: 2_100},
		{Step: "commands", Part: "commands", Index: 1, Length: 1_601, Limit: 1_600},
		{Part: "title", Length: 143, Limit: 121},
	}
	if diff := cmp.Diff(want, Losses(view)); diff != "" {
		t.Errorf("losses (-want +got):\n%s", diff)
	}
	var shown strings.Builder
	view.Full = true
	for _, slot := range Render(view) {
		fmt.Fprintln(&shown, blocktest.Generic(t, slot.Message.Blocks))
	}
	for text, whole := range map[string]bool{
		strings.Repeat("🔥", 1_451): false, strings.Repeat("x", 2_900): true,
		strings.Repeat("a", 2_900): true, strings.Repeat("b", 1_601): false, strings.Repeat("c", 1_600): true,
		"Page 6": true, "https://wiki.example/7x": false, strings.TrimSpace(p.Title): false,
	} {
		if got := strings.Contains(shown.String(), text); got != whole {
			t.Errorf("%.20q… stands whole in a message: %v, want %v", text, got, whole)
		}
	}
}
