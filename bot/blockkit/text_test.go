package blockkit

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/signalbook/signalbook/alerts/textutil"
)

func TestTexts(t *testing.T) {
	tests := []struct{ name, got, want string }{
		{"escape", Escape("<!here> & >"), "&lt;!here&gt; &amp; &gt;"},
		{"formatting is defused", EscapeMrkdwn("*a* _b_ ~c~ `d`"), "∗a∗ ˍbˍ ∼c∼ ˋdˋ"},
		{"names stay as they are", EscapeMrkdwn("orders_db 2*3"), "orders_db 2*3"},
		{"control and direction", Clean("a\x00\x1b[31m\u202eb\u2066c\r\n\td\u2028e"), "a[31mbc\n d e"},
		{"broken UTF-8", Clean("a\xffb"), "a\ufffdb"},
		{"one line", Line(" a \n\n b\t c "), "a b c"},
		{"a mention in plain text", Line("<!channel> <@U1> <#C1> a < b"), "<\u2060!channel> <\u2060@U1> <\u2060#C1> a < b"},
		{"spaces around and between", Line(" a") + Line("b ") + Line("c  d") + Line(" ") + Line(""), "abc d"},
		{"a line already", Line("Node a-1 (eu) is at 90% > 80%"), "Node a-1 (eu) is at 90% > 80%"},
		{"code keeps its tabs", CleanCode("a\tb\x07"), "a\tb"},
	}
	for _, test := range tests {
		if test.got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, test.got, test.want)
		}
	}
}

func TestCutMarkup(t *testing.T) {
	tests := []struct{ name, text string }{
		{"entities", strings.Repeat("&amp;", 100)},
		{"links", strings.Repeat("<https://x.example/|here>", 30)},
		{"code block", "```" + strings.Repeat("x", 400) + "```"},
		{"code", "`" + strings.Repeat("x", 400) + "`"},
		{"wide", strings.Repeat("🔥", 200)},
	}
	for _, test := range tests {
		for limit := 100; limit < 140; limit++ {
			got := CutMrkdwn(test.text, limit)
			if textutil.Units(got) > limit || !utf8.ValidString(got) || !strings.Contains(got, "characters in all)") {
				t.Errorf("%s at %d: got %q", test.name, limit, got)
			}
			if strings.Count(got, "<") != strings.Count(got, ">") || strings.Count(got, "&") != strings.Count(got, ";") || strings.Count(got, "`")%2 != 0 {
				t.Errorf("%s at %d: got %q, cut in the middle", test.name, limit, got)
			}
		}
	}
}
