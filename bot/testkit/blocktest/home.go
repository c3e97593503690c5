package blocktest

import (
	"encoding/json"
	"testing"

	"github.com/slack-go/slack"

	simblocks "github.com/signalbook/signalbook/bot/slacksim/blockkit"
)

// HomeProblems says why Slack would not take a Home.
func HomeProblems(t testing.TB, view slack.HomeTabViewRequest) []string {
	t.Helper()
	data, err := json.Marshal(view)
	if err != nil {
		t.Fatal(err)
	}
	var body simblocks.Block
	if err := json.Unmarshal(data, &body); err != nil {
		t.Fatal(err)
	}
	return simblocks.CheckHome(body, func(simblocks.Block) bool { return false })
}
