package coordinator

import (
	"github.com/signalbook/signalbook/bot/message"
)

// RenderWith makes a coordinator that does not run yet show what a test wants to see.
func (k *Coordinator) RenderWith(render func(message.View) []message.Slot) { k.render = render }
