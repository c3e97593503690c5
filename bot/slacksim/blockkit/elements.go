package blockkit

import (
	"encoding/json"
	"slices"
	"strings"
)

// Number is a whole number of decoded JSON; 0 when it is none.
func Number(v any) int64 {
	n, _ := v.(json.Number)
	i, _ := n.Int64() // 0 when it is no number, which integer has reported
	return i
}

// OptionValues are the values an element lets one choose from.
func OptionValues(o Block) []string {
	var values []string
	for _, opt := range Options(o) {
		if v, ok := opt["value"].(string); ok {
			values = append(values, v)
		}
	}
	return values
}

// Options are an element's option objects, of its groups too.
func Options(o Block) []Block {
	all := slices.Clone(Items(o["options"]))
	for _, g := range Items(o["option_groups"]) {
		all = append(all, Options(g)...)
	}
	return all
}

// Items are the objects of a list.
func Items(v any) []Block {
	switch v := v.(type) {
	case []Block:
		return v
	case []any:
		var all []Block
		for _, item := range v {
			if o, ok := item.(map[string]any); ok {
				all = append(all, o)
			}
		}
		return all
	}
	return nil
}

// Kind is the type of a block or element; empty when it has none.
func Kind(v any) string {
	o, _ := v.(map[string]any)
	k, _ := o["type"].(string)
	return k
}

// Block is a Block Kit block or anything inside one, as sent.
type Block = map[string]any

// Placed is an interactive element and the block it stands in.
type Placed struct {
	Block, Element Block
}

// Elements are the interactive elements of blocks, in the order shown.
func Elements(blocks []Block) []Placed {
	var all []Placed
	for _, b := range blocks {
		switch Kind(b) {
		case "actions":
			for _, e := range Items(b["elements"]) {
				all = append(all, Placed{b, e})
			}
		case "section":
			if e, ok := b["accessory"].(map[string]any); ok && Kind(e) != "image" {
				all = append(all, Placed{b, e})
			}
		case "input":
			if e, ok := b["element"].(map[string]any); ok {
				all = append(all, Placed{b, e})
			}
		}
	}
	return all
}

// Field is the text at a key; empty when there is none.
func Field(o Block, key string) string { s, _ := o[key].(string); return s }

// TextOf is the text of the text object at a key.
func TextOf(o Block, key string) string {
	t, _ := o[key].(map[string]any)
	return Field(t, "text")
}

// Initial is what an input holds before anybody touches it.
func Initial(e Block) string {
	if o, ok := e["initial_option"].(map[string]any); ok {
		return Field(o, "value")
	}
	if list := Items(e["initial_options"]); len(list) > 0 {
		var values []string
		for _, o := range list {
			values = append(values, Field(o, "value"))
		}
		return strings.Join(values, ",")
	}
	for _, key := range []string{"initial_value", "initial_user", "initial_conversation", "initial_channel", "initial_date", "initial_time"} {
		if text := Field(e, key); text != "" {
			return text
		}
	}
	return ""
}

const (
	// defaultMinQuery is how much one must type into an external_select before
	// Slack asks the app, when the select does not say.
	defaultMinQuery = 3
)

// LeastQuery is how much must be typed before Slack asks the app.
func LeastQuery(e Block) int {
	if e["min_query_length"] == nil {
		return defaultMinQuery
	}
	return int(Number(e["min_query_length"]))
}
