package playbooktest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFits(t *testing.T) {
	const got = "a\nb\nc\nb\nd"
	for name, c := range map[string]struct {
		want string
		fits bool
	}{
		"whole":              {got, true},
		"anything":           {"...", true},
		"beginning":          {"a\nb\n...", true},
		"end":                {"...\nb\nd", true},
		"middle":             {"...\nc\n...", true},
		"both ends":          {"a\n...\nd", true},
		"nothing between":    {"a\nb\n...\nc\nb\nd", true},
		"twice":              {"...\nb\n...\nb\n...", true},
		"the last b":         {"...\nb\n...\nd", true},
		"too short":          {"a\nb\nc", false},
		"too long":           {got + "\ne", false},
		"other order":        {"...\nc\n...\na\n...", false},
		"three times":        {"...\nb\n...\nb\n...\nb\n...", false},
		"not adjacent":       {"...\na\nc\n...", false},
		"beginning twice":    {"a\nb\n...\na\n...", false},
		"ends overlap":       {"a\nb\nc\nb\n...\nc\nb\nd", false},
		"dots inside a line": {"a...\n...", false},
		"end is not the end": {"...\nc", false},
	} {
		t.Run(name, func(t *testing.T) {
			if fits := fits(textLines(c.want), textLines(got)); fits != c.fits {
				t.Errorf("%q against %q: got %v, want %v", c.want, got, fits, c.fits)
			}
		})
	}
}

func TestElide(t *testing.T) {
	got := strings.Split("head\none\ntwo\nthree\nfour\nfive\nsix\ntail", "\n")
	for name, c := range map[string]struct{ want, shown string }{
		"only dots":   {"head\n...\nend", " head\n-...\n-end\n+one\n+two\n+three\n+(4 more lines)"},
		"dots inside": {"start\n...\nfive\nsix\ntail", "-start\n-...\n+head\n+one\n+two\n+(2 more lines)\n five\n six\n tail"},
		"all right":   {"head\n...\nsix\ntail\nmore", " head\n ...\n six\n tail\n-more"},
		"no dots":     {"head\ntail", " head\n+one\n+two\n+three\n+four\n+five\n+six\n tail"},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.shown, elide(difference(textLines(c.want), got))); diff != "" {
				t.Errorf("shown (-want +got):\n%s", diff)
			}
		})
	}
}
