package desk

import (
	"context"
	"time"

	"github.com/signalbook/signalbook/bot/chat"
	"github.com/signalbook/signalbook/bot/message"
)

const (
	// gatherAtOnce is how long an answer that others have to be asked for is waited for; a later one follows by itself.
	gatherAtOnce = 700 * time.Millisecond
	gatherWithin = time.Minute
)

// textGathering answers at once when the answer itself is not there yet.
const textGathering = "Gathering the figures; they follow in a moment."

// soon answers at once when that is fast, else it says that the answer follows.
func (d *Desk) soon(ctx context.Context, to chat.Private, answer func(context.Context) message.Message) message.Message {
	answers := make(chan message.Message, 1)
	late := make(chan struct{})
	work := func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, gatherWithin)
		defer cancel()
		answers <- answer(ctx)
		select {
		case <-late:
		default:
			return // somebody waits for it
		}
		select {
		case said := <-answers: // nobody took it: it follows
			to.Text, to.Blocks = said.Text, said.Blocks
			d.whisper(ctx, to)
		default:
		}
	}
	select {
	case d.slow <- work:
	default:
		return message.Text(textFull)
	}
	select {
	case said := <-answers:
		return said
	case <-ctx.Done():
	case <-time.After(gatherAtOnce):
	}
	close(late)
	select {
	case said := <-answers:
		return said
	default:
		return message.Text(textGathering)
	}
}
