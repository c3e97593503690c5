package postmortem_test

import (
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/postmortem"
	"github.com/signalbook/signalbook/bot/testkit/blocktest"
	"github.com/signalbook/signalbook/playbooks"
)

// TestAnswers: what was answered stands below its step, and both who did what takes two.
func TestAnswers(t *testing.T) {
	t.Parallel()
	in := hot(asIs)
	steps := in.Incident.Steps
	steps[0].Ask, steps[0].Answer = &playbooks.Ask{ID: "lag", Text: "How is the lag?"}, "high"
	steps[0].First, steps[0].FirstAt = chris, after(20)
	steps[4].First, steps[4].FirstAt = ben, after(41)
	got := string(postmortem.Of(in).Markdown())
	for _, want := range []string{
		"done by chris and ben (held by anna) at", "  - How is the lag? **high**\n", "**5. Review slow queries**: done, says ben; a second person has to confirm it",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
	data, err := postmortem.Of(in).JSON()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"question": "How is the lag?"`, `"answer": "high"`, `"first_by": "chris"`} {
		if !strings.Contains(string(data), want) {
			t.Errorf("%s is not in\n%s", want, data)
		}
	}
	shaped := shape([]byte(got))
	steps[0].Ask.Text, steps[0].Answer, steps[0].First = blocktest.Hostile, blocktest.Hostile+"** | x", incident.User{ID: "x", Name: blocktest.Hostile}
	if hostile := shape(postmortem.Of(in).Markdown()); len(hostile) != len(shaped) {
		t.Errorf("the document has %d lines with hostile words, want %d", len(hostile), len(shaped))
	}
}
