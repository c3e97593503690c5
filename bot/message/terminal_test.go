package message

import (
	"fmt"
	"strings"
	"testing"
	"unicode"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/testkit/blocktest"
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
	blocktest.Golden(t, "terminal", b.String())
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
			for _, text := range blocktest.Texts(t, slot.Message) {
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
