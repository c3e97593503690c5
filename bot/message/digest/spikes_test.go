package digest

import (
	"slices"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/testkit/blocktest"
)

// TestASpikeThatWasToldNamesItsIncident, and asks for no second one.
func TestASpikeThatWasToldNamesItsIncident(t *testing.T) {
	r := richReport(t)
	v := View{Report: r, Command: "/playbook", Number: 7}
	series := r.Money[0].Spikes[0].Series
	button := func(v View) bool {
		return slices.ContainsFunc(buttons(t, Render(v)[0].Message), func(b string) bool { return strings.HasPrefix(b, "digest:investigate") && strings.HasSuffix(b, series) })
	}
	if !button(v) {
		t.Fatal("a spike that nobody was told has no button for an incident")
	}
	r.Money[0].Spikes[0].Incident = 151
	if button(v) {
		t.Error("a spike that is an incident has a button for another one")
	}
	if said := blocktest.Readable(t, Render(v)[0].Message); !strings.Contains(said, "INC-151 is about it") {
		t.Errorf("the incident is not named:\n%s", said)
	}
	v.Marks = []Mark{{Series: series, Kind: MarkInvestigated, Incident: 151}}
	if said := blocktest.Readable(t, Render(v)[0].Message); strings.Count(said, "INC-151") != 1 {
		t.Errorf("the incident that somebody opened is named twice:\n%s", said)
	}
}
