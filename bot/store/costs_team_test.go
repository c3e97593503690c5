package store

import (
	"testing"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// TestStoredGroupsKeepTheirTeam: and those that an earlier binary stored have none.
func TestStoredGroupsKeepTheirTeam(t *testing.T) {
	t.Parallel()
	for _, g := range []money.Group{
		{Service: "EC2", Kind: money.Usage}, {Service: "EC2", Team: "checkout"}, {Service: "EC2", Spread: true},
		{Service: "EC2", Team: "a, \"b\"", Spread: true, BillingAccount: "1"}, {Team: money.OtherTeams}, {Region: "eu", SKU: "m"}, {SKU: "m", Spread: true, Unused: true},
		{Service: "EC2", Eligibility: money.Eligible},
	} {
		field, err := groupField(g)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := parseGroup(field); err != nil || got != g {
			t.Errorf("%+v is stored as %s and comes back as %+v, %v", g, field, got, err)
		}
	}
	if got, err := parseGroup(`["AWS","EC2","","","USD","usage","","","1"]`); err != nil || got.Team != "" {
		t.Errorf("a group of an earlier binary: %+v, %v", got, err)
	}
}
