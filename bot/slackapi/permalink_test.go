package slackapi

import "testing"

// TestPermalinkIsSlacksOwnForm: of what is known, without a call; of what is not, none.
func TestPermalinkIsSlacksOwnForm(t *testing.T) {
	t.Parallel()
	c := mustClient(t, "")
	if got := c.Permalink("C0DB", "1700000000.123456", ""); got != "" {
		t.Errorf("before Slack told the address: %q", got)
	}
	for _, odd := range []string{"https://evil.example/", "https://user@acme.slack.com/", "acme.slack.com", "https://acme.slack.com:8/", "%"} {
		c := mustClient(t, "")
		c.Remember(Identity{TeamID: "T1", URL: odd})
		if got := c.Permalink("C0DB", "1700000000.123456", ""); got != "" {
			t.Errorf("%q was believed: %q", odd, got)
		}
	}
	c = mustClient(t, "")
	c.Remember(Identity{TeamID: "T1", URL: "https://acme.slack.com/a|b?c#d"}) // a link is never broken by it
	for _, test := range []struct{ channel, ts, root, want string }{
		{"C0DB", "1700000000.123456", "", "https://acme.slack.com/archives/C0DB/p1700000000123456"},
		{"C0DB", "1700000000.123456", "1700000000.123456", "https://acme.slack.com/archives/C0DB/p1700000000123456"},
		{"C0DB", "1700000001.000200", "1700000000.123456", "https://acme.slack.com/archives/C0DB/p1700000001000200?cid=C0DB&thread_ts=1700000000.123456"},
		{"#db", "1700000000.123456", "", ""},
		{"C0DB", "", "", ""},
		{"C0DB", "1700000000.123456|x>", "", ""},
		{"C0DB", "1700000000.123456", "x", ""},
	} {
		if got := c.Permalink(test.channel, test.ts, test.root); got != test.want {
			t.Errorf("%q, %q in %q: got %q, want %q", test.channel, test.ts, test.root, got, test.want)
		}
	}
}
