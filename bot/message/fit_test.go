package message

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
)

// TestAnyMessageOfAnyLengthFits: whatever kind of message grows to whatever length, in
// signs of whatever size, it is within Slack's bytes, it is no other message, and it
// keeps the rich_text block that Slack would miss in an edit.
func TestAnyMessageOfAnyLengthFits(t *testing.T) {
	for kind, sign := range map[string]string{"emoji": "🔥", "tags": "<"} {
		for name, m := range everything(t) {
			long := grown(t, m, sign)
			before := len(long.Text) + blockkit.Size(long.Blocks...)
			fitted := blockkit.Fit(long)
			if sent, err := json.Marshal(fitted.Blocks); err != nil || len(sent) > 11_000+2 {
				t.Errorf("%s, %s: %d bytes of JSON, %v", name, kind, len(sent), err)
			}
			if len(fitted.Text) > 3_800 || fitted.Text == "" {
				t.Errorf("%s, %s: %d bytes of text", name, kind, len(fitted.Text))
			}
			if len(m.Blocks) > 0 && len(fitted.Blocks) == 0 {
				t.Errorf("%s, %s: nothing is left", name, kind)
			}
			if slices.ContainsFunc(m.Blocks, blockkit.IsRichText) && !slices.ContainsFunc(fitted.Blocks, blockkit.IsRichText) {
				t.Errorf("%s, %s: the rich_text block is gone", name, kind)
			}
			if len(long.Text)+blockkit.Size(long.Blocks...) != before {
				t.Errorf("%s, %s: the message that was given has changed", name, kind)
			}
		}
	}
}

// grown is a message whose texts are as long as Slack takes each of them, or a good
// deal too long together when they are many.
func grown(t *testing.T, m blockkit.Message, sign string) blockkit.Message {
	t.Helper()
	most := min(2_990, 12_000/max(len(texts(t, m)), 1))
	fill := func(n int) string { return strings.Repeat(sign, n/units(sign)) }
	var walk func(block string, v any)
	walk = func(block string, v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				walk(block, e)
			}
		case map[string]any:
			if _, ok := v["text"].(string); ok && block != "actions" {
				switch {
				case v["type"] == "mrkdwn":
					v["text"] = textutil.CutUnits(blockkit.Escape(fill(most)), most)
				case block == "header":
					v["text"] = fill(150)
				default:
					v["text"] = fill(most)
				}
			}
			for _, e := range v {
				walk(block, e)
			}
		}
	}
	blocks := generic(t, m.Blocks)
	for _, b := range blocks {
		walk(fmt.Sprint(b.(map[string]any)["type"]), b)
	}
	data, err := json.Marshal(blocks)
	if err != nil {
		t.Fatal(err)
	}
	var all slack.Blocks
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	return blockkit.Message{Text: blockkit.Escape(fill(8_000)), Blocks: all.BlockSet}
}
