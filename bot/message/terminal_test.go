package message

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/blockkit"
)

func TestTerminal(t *testing.T) {
	var b strings.Builder
	for _, name := range []string{"half done", "overdue", "by hand"} {
		view, ok := situations(t)[name]
		if !ok {
			t.Fatalf("there is no situation %q any more", name)
		}
		for _, slot := range Render(view) {
			fmt.Fprintf(&b, "######## %s: %s\n%s", name, slot.Name, blockkit.Terminal(slot.Message))
		}
	}
	golden(t, "terminal", b.String())
}

// TestTerminalLeavesNothingOut looks for every text of every message, hostile
// ones too, and for signs that a terminal would obey.
func TestTerminalLeavesNothingOut(t *testing.T) {
	seen := 0
	for name, view := range situations(t) {
		for _, slot := range Render(view) {
			got := blockkit.Terminal(slot.Message)
			if i := strings.IndexFunc(got, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }); i >= 0 {
				t.Errorf("%s, %s: control character %q", name, slot.Name, got[i])
			}
			flat := strings.Join(strings.Fields(got), "")
			for _, text := range texts(t, slot.Message) {
				for word := range strings.FieldsSeq(blockkit.Terminal(blockkit.Message{Blocks: []slack.Block{blockkit.Section("one", blockkit.Escape(text))}})) {
					seen++
					if !strings.Contains(flat, word) {
						t.Errorf("%s, %s: %q is missing", name, slot.Name, word)
					}
				}
			}
		}
	}
	if seen < 1000 {
		t.Errorf("looked for %d words, want at least 1000: does texts still find them?", seen)
	}
}

// texts returns what every value of a "text" key in the blocks' JSON says.
func texts(t *testing.T, m blockkit.Message) []string {
	t.Helper()
	data, err := json.Marshal(m.Blocks)
	if err != nil {
		t.Fatal(err)
	}
	var blocks any
	if err := json.Unmarshal(data, &blocks); err != nil {
		t.Fatal(err)
	}
	var all []string
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if text, ok := v["text"].(string); ok {
				if v["type"] == "mrkdwn" {
					text = strings.TrimSuffix(blockkit.Terminal(blockkit.Message{Blocks: []slack.Block{blockkit.Section("one", text)}}), "\n")
				}
				all = append(all, text)
			}
			for key, value := range v {
				if key == "options" && v["type"] == "static_select" {
					continue // a menu that is not open
				}
				walk(value)
			}
		case []any:
			for _, value := range v {
				walk(value)
			}
		}
	}
	walk(blocks)
	return all
}
