package blockkit

import (
	"fmt"
	"maps"
)

// Identify copies checked blocks and gives ids to what has none, as Slack does. next
// gives a number that was never given before.
func Identify(list []any, next func() int) []Block {
	var blocks []Block
	for _, o := range Items(list) {
		b := maps.Clone(o)
		if id, _ := b["block_id"].(string); id == "" {
			b["block_id"] = fmt.Sprintf("b%04d", next())
		}
		switch Kind(b) {
		case "actions":
			var elements []any
			for _, e := range Items(b["elements"]) {
				elements = append(elements, identifyElement(e, next))
			}
			b["elements"] = elements
		case "section":
			if e, ok := b["accessory"].(map[string]any); ok {
				b["accessory"] = identifyElement(e, next)
			}
		case "input":
			if e, ok := b["element"].(map[string]any); ok {
				b["element"] = identifyElement(e, next)
			}
		}
		blocks = append(blocks, b)
	}
	return blocks
}

func identifyElement(e Block, next func() int) Block {
	e = maps.Clone(e)
	if id, _ := e["action_id"].(string); id == "" && Kind(e) != "image" {
		e["action_id"] = fmt.Sprintf("a%04d", next())
	}
	return e
}
