package blocktest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/slacksim"
)

// Takes checks that Slack takes all of these messages, apart from the code that made them:
// as they are, when their texts grow to any length, and by posting them to a Slack that is
// as strict as the real one.
func Takes(t *testing.T, all map[string]blockkit.Message) {
	t.Helper()
	post := poster(t)
	for name, m := range all {
		for _, problem := range Problems(t, blockkit.Fit(m)) {
			t.Errorf("%s: %s", name, problem)
		}
		for kind, sign := range map[string]string{"emoji": "🔥", "tags": "<"} {
			grownFits(t, name+", "+kind, m, grown(t, m, sign))
		}
		if err := post(m); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// grownFits checks a message that has grown: it is within Slack's bytes, it is no other message,
// and it keeps the rich_text block that Slack would miss in an edit.
func grownFits(t *testing.T, name string, m, long blockkit.Message) {
	t.Helper()
	before := len(long.Text) + blockkit.Size(long.Blocks...)
	fitted := blockkit.Fit(long)
	if sent, err := json.Marshal(fitted.Blocks); err != nil || len(sent) > 11_000+2 {
		t.Errorf("%s: %d bytes of JSON, %v", name, len(sent), err)
	}
	if len(fitted.Text) > 3_800 || fitted.Text == "" {
		t.Errorf("%s: %d bytes of text", name, len(fitted.Text))
	}
	if len(m.Blocks) > 0 && len(fitted.Blocks) == 0 {
		t.Errorf("%s: nothing is left", name)
	}
	if slices.ContainsFunc(m.Blocks, blockkit.IsRichText) && !slices.ContainsFunc(fitted.Blocks, blockkit.IsRichText) {
		t.Errorf("%s: the rich_text block is gone", name)
	}
	if len(long.Text)+blockkit.Size(long.Blocks...) != before {
		t.Errorf("%s: the message that was given has changed", name)
	}
}

// poster posts to a Slack that is as strict as the real one; at the end of the test nobody
// may have been notified by @channel and its like.
func poster(t *testing.T) func(blockkit.Message) error {
	t.Helper()
	sim := slacksim.New(slacksim.Options{FileProcessing: time.Nanosecond})
	t.Cleanup(sim.Close)
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	client := slack.New("xoxb-sim", slack.OptionAPIURL(server.URL+"/api/"))
	channel, _ := sim.Channel("incidents")
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	file, err := client.UploadFileContext(t.Context(), slack.UploadFileParameters{Filename: "picture.png", Reader: &picture, FileSize: picture.Len(), AltTxt: "picture"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, n := range sim.Notifications() {
			if n.Mention == "@channel" || n.Mention == "@here" || n.Mention == "@everyone" {
				t.Errorf("%s was notified", n.Mention)
			}
		}
	})
	return func(m blockkit.Message) error {
		for _, b := range m.Blocks {
			if image, ok := b.(*slack.ImageBlock); ok {
				image.SlackFile.ID = file.ID
			}
		}
		_, _, err := client.PostMessageContext(t.Context(), channel.ID, slack.MsgOptionText(m.Text, false), slack.MsgOptionBlocks(m.Blocks...))
		return err
	}
}

// grown is a message whose texts are as long as Slack takes each of them, or a good
// deal too long together when they are many.
func grown(t *testing.T, m blockkit.Message, sign string) blockkit.Message {
	t.Helper()
	most := min(2_990, 12_000/max(len(Texts(t, m)), 1))
	fill := func(n int) string { return strings.Repeat(sign, n/Units(sign)) }
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
	blocks := Generic(t, m.Blocks)
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
