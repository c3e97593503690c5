package keeper

import (
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/message"
)

// RenderWith makes a keeper that does not run yet show what a test wants to see.
func (k *Keeper) RenderWith(render func(message.View) []message.Slot) { k.render = render }

// PastPings are the slots of an incident's ledger that are forgotten.
func PastPings(i incident.Incident, has ledger.Ledger) []string {
	return pastPings(sight{subject: subject{incident: &i}, ledger: has})
}
