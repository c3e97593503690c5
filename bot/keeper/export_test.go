package keeper

import (
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/store"
)

// RenderWith makes a keeper that does not run yet show what a test wants to see.
func (k *Keeper) RenderWith(render func(message.View) []message.Slot) { k.render = render }

// PastPings are the slots of an incident's ledger that are forgotten.
func PastPings(i incident.Incident, ledger store.Ledger) []string {
	return pastPings(sight{subject: subject{incident: &i}, ledger: ledger})
}
