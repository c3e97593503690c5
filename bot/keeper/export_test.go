package keeper

import (
	"github.com/signalbook/signalbook/bot/message"
)

// RenderWith makes a keeper that does not run yet show what a test wants to see.
func (k *Keeper) RenderWith(render func(message.View) []message.Slot) { k.render = render }
