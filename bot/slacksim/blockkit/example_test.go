package blockkit_test

import (
	"fmt"

	"github.com/signalbook/signalbook/bot/slacksim/blockkit"
)

func ExampleCheck() {
	header := blockkit.Block{"type": "header", "text": blockkit.Block{"type": "mrkdwn", "text": "*Costs rise*"}}
	uploaded := func(blockkit.Block) bool { return false }
	for _, problem := range blockkit.Check([]any{header}, uploaded) {
		fmt.Println(problem)
	}
	// Output:
	// must be one of: plain_text [json-pointer:/blocks/0/text/type]
}
