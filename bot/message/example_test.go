package message_test

import (
	"fmt"

	"github.com/signalbook/signalbook/bot/message"
)

// What comes from outside pings nobody and formats nothing.
func ExampleEscapeMrkdwn() {
	fmt.Println(message.EscapeMrkdwn("*disk* is full"))
	fmt.Println(message.Escape("a <b> & c"))
	// Output:
	// ∗disk∗ is full
	// a &lt;b&gt; &amp; c
}
