package slacksim_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/slacksim"
)

// postBlocks posts blocks as raw JSON and gives Slack's first complaint, or "ok".
func postBlocks(t *testing.T, api *slack.Client, blocks string) string {
	t.Helper()
	_, _, err := api.PostMessageContext(within(t), "incidents", slack.MsgOptionText("x", false), rawBlocks(blocks))
	return complaint(err)
}

// rawBlocks passes JSON through, which slack-go's types could not express.
func rawBlocks(text string) slack.MsgOption {
	var raw []json.RawMessage
	if err := json.Unmarshal([]byte(text), &raw); err != nil {
		panic(err)
	}
	var blocks []slack.Block
	for _, r := range raw {
		blocks = append(blocks, rawBlock{r})
	}
	return slack.MsgOptionBlocks(blocks...)
}

type rawBlock struct{ json.RawMessage }

func (rawBlock) BlockType() slack.MessageBlockType { return "raw" }
func (rawBlock) ID() string                        { return "" }

func complaint(err error) string {
	refused, ok := err.(slack.SlackErrorResponse)
	if !ok || len(refused.ResponseMetadata.Messages) == 0 {
		return code(err)
	}
	return refused.Err + ": " + refused.ResponseMetadata.Messages[0]
}

func x(n int) string { return strings.Repeat("x", n) }

func repeated(n int, item string) string {
	var all []string
	for i := range n {
		all = append(all, strings.ReplaceAll(item, "%d", fmt.Sprint(i)))
	}
	return strings.Join(all, ",")
}

func TestAllProblemsAreReported(t *testing.T) {
	_, api := start(t, slacksim.Options{})
	_, _, err := api.PostMessageContext(within(t), "incidents", rawBlocks(`[{"type":"header"},{"type":"section"},{"type":"divider","x":1}]`))
	refused, ok := err.(slack.SlackErrorResponse)
	if !ok || len(refused.ResponseMetadata.Messages) != 3 || len(refused.Errors) != 3 {
		t.Errorf("got %+v, want three messages and three errors", err)
	}
}

func TestViewLimits(t *testing.T) {
	_, api := start(t, slacksim.Options{})
	for _, test := range []struct {
		name, want string
		change     func(*slack.ModalViewRequest)
	}{
		{"title 25", "must be less than 25 characters [json-pointer:/view/title/text]", func(v *slack.ModalViewRequest) { v.Title = words(x(25)) }},
		{"submit 25", "must be less than 25", func(v *slack.ModalViewRequest) { v.Submit = words(x(25)) }},
		{"close 25", "must be less than 25", func(v *slack.ModalViewRequest) { v.Close = words(x(25)) }},
		{"private_metadata 3001", "must be less than 3001", func(v *slack.ModalViewRequest) { v.PrivateMetadata = x(3001) }},
		{"callback_id 256", "must be less than 256", func(v *slack.ModalViewRequest) { v.CallbackID = x(256) }},
		{"input without submit", "must define `submit`", func(v *slack.ModalViewRequest) { v.Submit = nil }},
		{"no title", "missing required field: title", func(v *slack.ModalViewRequest) { v.Title = nil }},
		{"home tab", "must be one of: modal", func(v *slack.ModalViewRequest) { v.Type = slack.VTHomeTab }},
		{"101 blocks", "no more than 100 items", func(v *slack.ModalViewRequest) {
			for range 101 {
				v.Blocks.BlockSet = append(v.Blocks.BlockSet, slack.NewDividerBlock())
			}
		}},
		{"markdown block", "unsupported type: markdown", func(v *slack.ModalViewRequest) {
			v.Blocks.BlockSet = append(v.Blocks.BlockSet, slack.NewMarkdownBlock("", "x"))
		}},
		{"legal, but no trigger", "invalid_trigger_id", func(*slack.ModalViewRequest) {}},
	} {
		view := skipModal()
		test.change(&view)
		_, err := api.OpenViewContext(within(t), "1.2.3", view)
		if got := complaint(err); !strings.Contains(got, test.want) {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}

func TestBlocksGetIDs(t *testing.T) {
	_, api := start(t, slacksim.Options{})
	_, _, m, err := api.PostMessageWithResponseContext(within(t), "incidents",
		rawBlocks(`[{"type":"divider"},{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"b"}}]}]`))
	if err != nil {
		t.Fatal(err)
	}
	action := m.Blocks.BlockSet[1].(*slack.ActionBlock)
	if action.BlockID == "" || action.Elements.ElementSet[0].(*slack.ButtonBlockElement).ActionID == "" {
		t.Errorf("got %+v, want ids", action)
	}
}
