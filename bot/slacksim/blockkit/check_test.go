package blockkit_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/slacksim/blockkit"
)

func x(n int) string { return strings.Repeat("x", n) }

func repeated(n int, item string) string {
	var all []string
	for i := range n {
		all = append(all, strings.ReplaceAll(item, "%d", fmt.Sprint(i)))
	}
	return strings.Join(all, ",")
}

func TestBlockLimits(t *testing.T) {
	nothing := func(blockkit.Block) bool { return false }
	plain := func(n int) string { return `{"type":"plain_text","text":"` + x(n) + `"}` }
	mrkdwn := func(n int) string { return `{"type":"mrkdwn","text":"` + x(n) + `"}` }
	actions := func(elements string) string { return `[{"type":"actions","elements":[` + elements + `]}]` }
	button := func(more string) string {
		return `{"type":"button","text":{"type":"plain_text","text":"b"}` + more + `}`
	}
	option := `{"text":{"type":"plain_text","text":"o"},"value":"v%d"}`
	rich := func(element string) string {
		return `[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[` + element + `]}]}]`
	}
	for _, test := range []struct{ name, blocks, want string }{
		{"header 150", `[{"type":"header","text":` + plain(150) + `}]`, "ok"},
		{"header 151", `[{"type":"header","text":` + plain(151) + `}]`, "must be less than 151 characters [json-pointer:/blocks/0/text/text]"},
		{"header mrkdwn", `[{"type":"header","text":` + mrkdwn(1) + `}]`, "must be one of: plain_text"},
		{"section 3000", `[{"type":"section","text":` + mrkdwn(3000) + `}]`, "ok"},
		{"section 3001", `[{"type":"section","text":` + mrkdwn(3001) + `}]`, "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"},
		{"characters are UTF-16 units", `[{"type":"header","text":{"type":"plain_text","text":"` + strings.Repeat("🔥", 76) + `"}}]`, "must be less than 151"},
		{"characters, not bytes", `[{"type":"section","text":{"type":"plain_text","text":"` + strings.Repeat("語", 3000) + `"}}]`, "ok"},
		{"section empty", `[{"type":"section","text":` + mrkdwn(0) + `}]`, "must be more than 0 characters"},
		{"section of nothing", `[{"type":"section"}]`, "must define either `text` or `fields`"},
		{"10 fields", `[{"type":"section","fields":[` + repeated(10, mrkdwn(1)) + `]}]`, "ok"},
		{"11 fields", `[{"type":"section","fields":[` + repeated(11, mrkdwn(1)) + `]}]`, "no more than 10 items allowed [json-pointer:/blocks/0/fields]"},
		{"field 2001", `[{"type":"section","fields":[` + mrkdwn(2001) + `]}]`, "must be less than 2001"},
		{"context 10", `[{"type":"context","elements":[` + repeated(10, mrkdwn(1)) + `]}]`, "ok"},
		{"context 11", `[{"type":"context","elements":[` + repeated(11, mrkdwn(1)) + `]}]`, "no more than 10 items"},
		{"context with button", `[{"type":"context","elements":[` + button("") + `]}]`, "unsupported type: button"},
		{"actions 25", actions(repeated(25, button(`,"action_id":"a%d"`))), "ok"},
		{"actions 26", actions(repeated(26, button(`,"action_id":"a%d"`))), "no more than 25 items"},
		{"actions 0", actions(""), "must contain at least 1 items"},
		{"button text 76", actions(`{"type":"button","text":` + plain(76) + `}`), "must be less than 76"},
		{"button value 2000", actions(button(`,"value":"` + x(2000) + `"`)), "ok"},
		{"button value 2001", actions(button(`,"value":"` + x(2001) + `"`)), "must be less than 2001"},
		{"button url 3001", actions(button(`,"url":"https://` + x(3000) + `"`)), "must be less than 3001"},
		{"button url scheme", actions(button(`,"url":"javascript:alert(1)"`)), "invalid url"},
		{"button style", actions(button(`,"style":"big"`)), "must be one of: primary, danger"},
		{"action_id 255", actions(button(`,"action_id":"` + x(255) + `"`)), "ok"},
		{"action_id 256", actions(button(`,"action_id":"` + x(256) + `"`)), "must be less than 256"},
		{"action_id twice in a block", actions(repeated(2, button(`,"action_id":"a"`))), `action_id "a" already exists`},
		{"action_id in two blocks", `[{"type":"actions","elements":[` + button(`,"action_id":"a"`) + `]},{"type":"actions","elements":[` + button(`,"action_id":"a"`) + `]}]`, "ok"},
		{"block_id twice", `[{"type":"divider","block_id":"b"},{"type":"divider","block_id":"b"}]`, `block_id "b" already exists`},
		{"block_id 256", `[{"type":"divider","block_id":"` + x(256) + `"}]`, "must be less than 256"},
		{"50 blocks", `[` + repeated(50, `{"type":"divider"}`) + `]`, "ok"},
		{"51 blocks", `[` + repeated(51, `{"type":"divider"}`) + `]`, "no more than 50 items allowed [json-pointer:/blocks]"},
		{"overflow 5", actions(`{"type":"overflow","options":[` + repeated(5, option) + `]}`), "ok"},
		{"overflow 6", actions(`{"type":"overflow","options":[` + repeated(6, option) + `]}`), "no more than 5 items allowed [json-pointer:/blocks/0/elements/0/options]"},
		{"option value twice", actions(`{"type":"overflow","options":[` + repeated(2, `{"text":{"type":"plain_text","text":"o"},"value":"v"}`) + `]}`), "already exists"},
		{"option value 76", actions(`{"type":"overflow","options":[{"text":` + plain(1) + `,"value":"` + x(76) + `"}]}`), "must be less than 76"},
		{"option text 76", actions(`{"type":"overflow","options":[{"text":` + plain(76) + `,"value":"v"}]}`), "must be less than 76"},
		{"select 100", actions(`{"type":"static_select","options":[` + repeated(100, option) + `]}`), "ok"},
		{"select 101", actions(`{"type":"static_select","options":[` + repeated(101, option) + `]}`), "no more than 100 items"},
		{"select of nothing", actions(`{"type":"static_select"}`), "must define either `options` or `option_groups`"},
		{"select with a strange initial option", actions(`{"type":"static_select","options":[` + repeated(2, option) + `],"initial_option":{"text":` + plain(1) + `,"value":"z"}}`), "must be one of the provided options"},
		{"placeholder 151", actions(`{"type":"users_select","placeholder":` + plain(151) + `}`), "must be less than 151"},
		{"radio buttons 11", actions(`{"type":"radio_buttons","options":[` + repeated(11, option) + `]}`), "no more than 10 items"},
		{"confirm", actions(button(`,"confirm":{"title":` + plain(100) + `,"text":` + mrkdwn(300) + `,"confirm":` + plain(30) + `,"deny":` + plain(30) + `}`)), "ok"},
		{"confirm title 101", actions(button(`,"confirm":{"title":` + plain(101) + `,"text":` + plain(1) + `,"confirm":` + plain(1) + `,"deny":` + plain(1) + `}`)), "must be less than 101"},
		{"confirm text 301", actions(button(`,"confirm":{"title":` + plain(1) + `,"text":` + plain(301) + `,"confirm":` + plain(1) + `,"deny":` + plain(1) + `}`)), "must be less than 301"},
		{"confirm button 31", actions(button(`,"confirm":{"title":` + plain(1) + `,"text":` + plain(1) + `,"confirm":` + plain(31) + `,"deny":` + plain(1) + `}`)), "must be less than 31"},
		{"image", `[{"type":"image","image_url":"https://example.com/a.png","alt_text":"a"}]`, "ok"},
		{"image without alt", `[{"type":"image","image_url":"https://example.com/a.png"}]`, "missing required field: alt_text"},
		{"image of nothing", `[{"type":"image","alt_text":"a"}]`, "must define either `image_url` or `slack_file`"},
		{"alt 2001", `[{"type":"image","image_url":"https://example.com/a.png","alt_text":"` + x(2001) + `"}]`, "must be less than 2001"},
		{"unknown block", `[{"type":"heading"}]`, "unsupported type: heading [json-pointer:/blocks/0/type]"},
		{"unknown element", actions(`{"type":"slider"}`), "unsupported type: slider"},
		{"unknown field", `[{"type":"divider","colour":"red"}]`, "invalid additional property: colour"},
		{"emoji in mrkdwn", `[{"type":"section","text":{"type":"mrkdwn","text":"x","emoji":true}}]`, "invalid additional property: emoji"},
		{"plain_text_input in actions", actions(`{"type":"plain_text_input"}`), "unsupported type: plain_text_input"},
		{"markdown 12000 together", `[{"type":"markdown","text":"` + x(7000) + `"},{"type":"markdown","text":"` + x(5001) + `"}]`, "markdown blocks must be less than 12001"},
		{"two tables", `[{"type":"table","rows":[[{"type":"raw_text","text":"a"}]]},{"type":"table","rows":[[{"type":"raw_text","text":"a"}]]}]`, "only_one_table_allowed"},
		{"rich text", rich(`{"type":"text","text":"a","style":{"bold":true}},{"type":"user","user_id":"U1"},{"type":"usergroup","usergroup_id":"S1"},` +
			`{"type":"date","timestamp":1790000000,"format":"{date_short_pretty} {time}","fallback":"f"},{"type":"link","url":"https://example.com","text":"e"},` +
			`{"type":"emoji","name":"fire"},{"type":"broadcast","range":"here"}`), "ok"},
		{"rich text list", `[{"type":"rich_text","elements":[{"type":"rich_text_list","style":"ordered","indent":1,"border":0,"offset":2,"elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"a"}]}]}]}]`, "ok"},
		{"rich text list indent 9", `[{"type":"rich_text","elements":[{"type":"rich_text_list","style":"bullet","indent":9,"elements":[{"type":"rich_text_section","elements":[]}]}]}]`, "must be an integer between 0 and 8"},
		{"rich text empty text", rich(`{"type":"text","text":""}`), "must be more than 0 characters"},
		{"rich text date without token", rich(`{"type":"date","timestamp":1790000000,"format":"soon"}`), "must contain at least one date token"},
		{"rich text date with a strange token", rich(`{"type":"date","timestamp":1790000000,"format":"{when}"}`), "invalid date token: {when}"},
		{"rich text user in code", `[{"type":"rich_text","elements":[{"type":"rich_text_preformatted","elements":[{"type":"user","user_id":"U1"}]}]}]`, "unsupported type: user"},
		{"rich text style", rich(`{"type":"text","text":"a","style":{"blink":true}}`), "invalid additional property: blink"},
		{"no object", `["divider"]`, "unsupported type: "},
	} {
		decoder := json.NewDecoder(strings.NewReader(test.blocks))
		decoder.UseNumber()
		var blocks []any
		if err := decoder.Decode(&blocks); err != nil {
			t.Fatalf("%s: %v", test.name, err)
		}
		got := "ok"
		if problems := blockkit.Check(blocks, nothing); len(problems) > 0 {
			got = problems[0]
		}
		if test.want == "ok" && got != "ok" || !strings.Contains(got, test.want) {
			t.Errorf("%s: got %.200s, want %s", test.name, got, test.want)
		}
	}
}
