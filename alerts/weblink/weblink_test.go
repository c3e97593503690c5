package weblink_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/alerts/weblink"
)

// TestLinksAsPeopleWriteThem: what is one is found, whatever stands around it.
func TestLinksAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"https://wiki.example/db":                                          "https://wiki.example/db",
		"  https://wiki.example/db\n":                                      "https://wiki.example/db",
		"https://wiki.example/My Runbook":                                  "https://wiki.example/My%20Runbook",
		"https://wiki.example/My Runbook.md?title=a \"b\" 'c'#The end\r\n": "https://wiki.example/My%20Runbook.md?title=a%20%22b%22%20%27c%27#The%20end",
		"https://wiki.example/My%20Runbook":                                "https://wiki.example/My%20Runbook",
		"https://wiki.example/100%/x?at=95%&b=%zz":                         "https://wiki.example/100%25/x?at=95%25&b=%25zz",
		"https://wiki.example/<db>|{x}\\^`":                                "https://wiki.example/%3Cdb%3E%7C%7Bx%7D%5C%5E%60",
		"https://wiki.example/größe?q=日本":                                  "https://wiki.example/größe?q=日本",
		"https://wiki.example/a\u00a0b\u200b":                              "https://wiki.example/a%20b",
		"HTTPS://Wiki.example/DB":                                          "https://Wiki.example/DB",
		"\"https://wiki.example/db\"":                                      "https://wiki.example/db",
		"'https://wiki.example/db'":                                        "https://wiki.example/db",
		"`https://wiki.example/db`":                                        "https://wiki.example/db",
		"<https://wiki.example/db>":                                        "https://wiki.example/db",
		"<https://wiki.example/db|the runbook>":                            "https://wiki.example/db",
		"[Runbook](https://wiki.example/db)":                               "https://wiki.example/db",
		"[Run book](https://wiki.example/a_(b)?c=(d) \"the title\") first": "https://wiki.example/a_(b)?c=(d)",
		"[https://wiki.example/db](https://wiki.example/db)":               "https://wiki.example/db https://wiki.example/db",
		"See https://wiki.example/db.":                                     "https://wiki.example/db",
		"Runbook: https://wiki.example/db, then call Anna":                 "https://wiki.example/db",
		"https://a.example/1 https://b.example/2":                          "https://a.example/1 https://b.example/2",
		"https://a.example/1, https://b.example/2":                         "https://a.example/1 https://b.example/2",
		"https://a.example/1\nhttps://b.example/2 3\nand so on\n":          "https://a.example/1 https://b.example/2%203",
		"https://a.example/to?url=https://b.example/2":                     "https://a.example/to?url=https://b.example/2",
		"https://web.archive.example/https://b.example/2":                  "https://web.archive.example/https://b.example/2",
		"https://[2001:db8::1]:3000/d/x":                                   "https://[2001:db8::1]:3000/d/x",
		"http://prometheus:9090/graph?g0.expr=up+%3D%3D+0&g0.tab=1":        "http://prometheus:9090/graph?g0.expr=up+%3D%3D+0&g0.tab=1",
	} {
		got, why := weblink.Find(text)
		if strings.Join(got, " ") != want || why != "" {
			t.Errorf("%q:\n got %q (%s)\nwant %q", text, got, why, want)
		}
		for _, address := range got {
			if again, why := weblink.Clean(address); again != address || why != "" {
				t.Errorf("%q is clean and becomes %q (%s), want it as it is", address, again, why)
			}
		}
	}
}

// TestNoLinks: what leads nowhere is named, not shown.
func TestNoLinks(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]weblink.Why{
		"":                                     "",
		" \n":                                  "",
		"runbooks/db.md":                       weblink.NoAddress,
		"/runbooks/db.md":                      weblink.NoAddress,
		"wiki.example/db":                      weblink.NoAddress,
		"//wiki.example/db":                    weblink.NoAddress,
		"TBD":                                  weblink.NoAddress,
		"https://":                             weblink.NoAddress,
		"https:///db":                          weblink.NoAddress,
		"http://:9090/graph":                   weblink.NoAddress,
		"https:// wiki.example/db":             weblink.NoAddress,
		"https://wiki example/db":              weblink.NoAddress,
		"https://good.example\\@evil.example/": weblink.NoAddress,
		"https://wiki.example:port/db":         weblink.NoAddress,
		"javascript:alert(1)":                  weblink.NoAddress,
		"file:///etc/passwd":                   weblink.NoAddress,
		"<no value>":                           weblink.Hole,
		"https://wiki.example/<no value>":      weblink.Hole,
		"https://wiki.example/d?i=%3Cno%20value%3E": weblink.Hole,
		"https://wiki.example/d?i=%3Cno+value%3E":   weblink.Hole,
		"https://wiki.example/{{ $labels.x }}":      weblink.Hole,
		"https://wiki.example/%!s(<nil>)":           weblink.Hole,
	} {
		if got, why := weblink.Find(text); len(got) > 0 || why != want {
			t.Errorf("%q: got %q (%q), want none (%q)", text, got, why, want)
		}
	}
}

// TestCredentialsLeave: the link stays, what opens a door does not.
func TestCredentialsLeave(t *testing.T) {
	t.Parallel()
	for address, want := range map[string][2]string{
		"https://anna:hunter2@wiki.example/db":                     {"https://wiki.example/db", "https://***@wiki.example/db"},
		"https://anna:hun@ter2@wiki.example/db":                    {"https://wiki.example/db", "https://***@wiki.example/db"},
		"https://ghp_123@git.example/r.git?a=b@c":                  {"https://git.example/r.git?a=b@c", "https://***@git.example/r.git?a=b@c"},
		"https://g.example/d/x?token=hunter2":                      {"https://g.example/d/x", "https://g.example/d/x?token=***"},
		"https://g.example/d/x?a=1&access_token=hunter2&b=2#c":     {"https://g.example/d/x?a=1&b=2#c", "https://g.example/d/x?a=1&access_token=***&b=2#c"},
		"https://g.example/d/x?api_key=hunter2&password=hunter2&c": {"https://g.example/d/x?c", "https://g.example/d/x?api_key=***&password=***&c"},
		"https://g.example/cb#id_token=hunter2":                    {"https://g.example/cb", "https://g.example/cb#id_token=***"},
		"https://s3.example/x?X-Amz-Signature=hunter2&a=1":         {"https://s3.example/x?a=1", "https://s3.example/x?X-Amz-Signature=***&a=1"},
		"https://g.example/?to=https://anna:hunter2@wiki.example":  {"https://g.example/?to=https://wiki.example", "https://g.example/?to=https://***@wiki.example"},
		"https://g.example/d/x?tokens=5&passenger=anna":            {"https://g.example/d/x?tokens=5&passenger=anna", "https://g.example/d/x?tokens=5&passenger=anna"},
	} {
		for _, from := range []string{address, weblink.Redact(address)} {
			if got, why := weblink.Clean(from); got != want[0] || why != "" {
				t.Errorf("%s: got %s (%s), want %s", from, got, why, want[0])
			}
		}
		text := "it hangs at " + address
		if got := weblink.Redact(text); got != "it hangs at "+want[1] {
			t.Errorf("in words: got %s, want %s", got, want[1])
		}
	}
	for _, text := range []string{"mail anna@example.com", "a://b c@d", "ratio=token=5", "https://x.example/@anna"} {
		if got := weblink.Redact(text); got != text {
			t.Errorf("got %s, want %s as it is", got, text)
		}
	}
	if got := weblink.Redact("postgres://app:hunter2@db-7:5432/orders is full"); got != "postgres://***@db-7:5432/orders is full" {
		t.Errorf("got %s, want the database's address without its password", got)
	}
}

// TestOneTarget: addresses that differ in nothing that matters are one.
func TestOneTarget(t *testing.T) {
	t.Parallel()
	groups := [][]string{
		{"https://wiki.example/db", "https://WIKI.example/db/", "https://wiki.example:443/db"},
		{"https://wiki.example/DB"},
		{"http://wiki.example/db", "http://wiki.example:80/db"},
		{"https://wiki.example", "https://wiki.example/"},
		{"https://wiki.example/db?a=1"},
		{"https://wiki.example/db#a"},
		{"https://wiki.example:8443/db"},
	}
	var keys []string
	for _, group := range groups {
		for _, address := range group {
			if got, want := weblink.Key(address), weblink.Key(group[0]); got != want {
				t.Errorf("%s: got %s, want %s", address, got, want)
			}
		}
		if slices.Contains(keys, weblink.Key(group[0])) {
			t.Errorf("%s counts as another target's", group[0])
		}
		keys = append(keys, weblink.Key(group[0]))
	}
}

// FuzzFind: whatever is written, a link holds nothing that ends it early, hides
// another, or logs in; and stays what it is when cleaned once more.
func FuzzFind(f *testing.F) {
	for _, seed := range []string{"https://a:b@c.example/d e", "[x](https://a.example \"b\")", "<https://a|b>", "https://a.example/%?token=1&", "x https://\u202ea\\@b", "https://a?&&token=b;;#;token=c"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		found, why := weblink.Find(text)
		if len(found) > 0 && why != "" {
			t.Errorf("%q: found %q and yet %q", text, found, why)
		}
		for _, address := range found {
			authority, _, _ := strings.Cut(strings.SplitN(address, "://", 2)[1], "/")
			if strings.ContainsAny(address, " \t\r\n\"'<>`|\\") || strings.Contains(authority, "@") && !strings.ContainsAny(authority, "?#") {
				t.Errorf("%q: got %q", text, address)
			}
			if again, why := weblink.Clean(address); again != address || why != "" {
				t.Errorf("%q: %q becomes %q (%s)", text, address, again, why)
			}
			if redacted := weblink.Redact(address); redacted != address {
				t.Errorf("%q: %q still holds %q", text, address, redacted)
			}
		}
	})
}
