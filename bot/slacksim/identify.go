package slacksim

import (
	"fmt"
	"maps"
)

// identify copies checked blocks and gives ids to what has none, as Slack does.
// The caller holds the lock.
func (s *Sim) identify(list []any) []block {
	var blocks []block
	for _, o := range items(list) {
		b := maps.Clone(o)
		if id, _ := b["block_id"].(string); id == "" {
			b["block_id"] = fmt.Sprintf("b%04d", s.next())
		}
		switch kind(b) {
		case "actions":
			var elements []any
			for _, e := range items(b["elements"]) {
				elements = append(elements, s.identifyElement(e))
			}
			b["elements"] = elements
		case "section":
			if e, ok := b["accessory"].(map[string]any); ok {
				b["accessory"] = s.identifyElement(e)
			}
		case "input":
			if e, ok := b["element"].(map[string]any); ok {
				b["element"] = s.identifyElement(e)
			}
		}
		blocks = append(blocks, b)
	}
	return blocks
}

func (s *Sim) identifyElement(e block) block {
	e = maps.Clone(e)
	if id, _ := e["action_id"].(string); id == "" && kind(e) != "image" {
		e["action_id"] = fmt.Sprintf("a%04d", s.next())
	}
	return e
}

// placed is an interactive element and the block it stands in.
type placed struct {
	block, element block
}

// elementsOf are the interactive elements of blocks, in the order shown.
func elementsOf(blocks []block) []placed {
	var all []placed
	for _, b := range blocks {
		switch kind(b) {
		case "actions":
			for _, e := range items(b["elements"]) {
				all = append(all, placed{b, e})
			}
		case "section":
			if e, ok := b["accessory"].(map[string]any); ok && kind(e) != "image" {
				all = append(all, placed{b, e})
			}
		case "input":
			if e, ok := b["element"].(map[string]any); ok {
				all = append(all, placed{b, e})
			}
		}
	}
	return all
}

func str(o block, key string) string { s, _ := o[key].(string); return s }

// textOf is the text of the text object at a key.
func textOf(o block, key string) string {
	t, _ := o[key].(map[string]any)
	return str(t, "text")
}
