package message_test

import (
	"fmt"

	"github.com/signalbook/signalbook/bot/message"
)

// What comes from outside pings nobody and formats nothing.
func ExampleHarmless() {
	fmt.Println(message.Harmless("*disk* is full"))
	fmt.Println(message.Escape("a <b> & c"))
	// Output:
	// ∗disk∗ is full
	// a &lt;b&gt; &amp; c
}

// A text is cut to a length that Slack takes, as Slack counts.
func ExampleCut() {
	fmt.Println(message.Cut("The disk of db-7 is full", 12))
	fmt.Println(message.Length("🟥"))
	// Output:
	// The disk of…
	// 2
}
