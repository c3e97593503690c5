package config

import (
	"testing"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// TestFilterCallsTeamsWhatTheyAreKnownBy: a filter may name the tag; what charges are
// matched by is the team.
func TestFilterCallsTeamsWhatTheyAreKnownBy(t *testing.T) {
	filter := money.Filter{"costcenter": "4711", "provider": "AWS"}
	checkFilter(place{}, filter, "CostCenter")
	if !filter.Matches(money.Group{Provider: "aws", Team: "4711"}) || filter.Matches(money.Group{Provider: "AWS", Team: "4712"}) || filter.Matches(money.Group{Provider: "AWS"}) {
		t.Errorf("got %v, want one that only lets the team 4711 of AWS through", filter)
	}
}
