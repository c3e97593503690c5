package workspace_test

import (
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/slacksim/mrkdwn"
	"github.com/signalbook/signalbook/bot/slacksim/workspace"
)

func TestPlainText(t *testing.T) {
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	w := workspace.New(workspace.Options{Now: func() time.Time { return now }, Location: time.UTC})
	anna, channel := w.AddUser("anna", "", ""), w.AddChannel("incidents")
	group := w.AddGroup("db-oncall", []string{"anna"})
	for _, test := range []struct{ mrkdwn, want string }{
		{"*bold* _italic_ ~struck~ `code`", "bold italic struck code"},
		{"2*3*4 a_b_c", "2*3*4 a_b_c"},
		{"*_both_* and * no *", "both and * no *"},
		{"a &lt;!channel&gt; &amp;amp; b", "a <!channel> &amp; b"},
		{"<@" + anna.ID + "> <!subteam^" + group.ID + "> <!here> <#" + channel.ID + ">", "@anna @db-oncall @here #incidents"},
		{"<https://example.com/?a=1&amp;b=2|Dash &lt;board&gt;> <https://example.com>", "Dash <board> https://example.com"},
		{"<!date^1795176000^{date_short_pretty} at {time}|soon>", "today at 12:00 PM"},
		{"<!date^1795089600^{date_short_pretty} {ago}|f>", "yesterday 1 day ago"},
		{"<!date^1790000000^{date_num} {time_secs}|f>", "2026-09-21 2:13:20 PM"},
		{"<!date^1790000000^{nonsense}|the fallback>", "the fallback"},
		{":fire: :no_such_emoji: 09:04:11", "🔥 :no_such_emoji: 09:04:11"},
		{"```\nx &lt; y\n*not bold*\n```", "x < y\n*not bold*"},
		{"before\n&gt; quoted\n&gt; more\nafter", "before\n> quoted\nmore\nafter"},
		{"`<https://example.com|a link>`", "a link"},
		{"unclosed *bold and <angle and `tick", "unclosed *bold and <angle and `tick"},
	} {
		if got := w.PlainText(mrkdwn.Parse(test.mrkdwn)); got != test.want {
			t.Errorf("%q: got %q, want %q", test.mrkdwn, got, test.want)
		}
	}
}
