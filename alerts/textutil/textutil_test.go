package textutil_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/alerts/textutil"
)

func TestTexts(t *testing.T) {
	for name, c := range map[string]struct{ got, want string }{
		"cut":                             {textutil.Cut("abcdef", 4), "abc…"},
		"not cut":                         {textutil.Cut("abcd", 4), "abcd"},
		"cut by characters":               {textutil.Cut("äöüß", 4), "äöüß"},
		"wide characters cut":             {textutil.Cut("🔥🔥🔥🔥🔥", 4), "🔥🔥🔥…"},
		"bytes":                           {textutil.CutBytes("abcdef", 5), "ab…"},
		"bytes that fit":                  {textutil.CutBytes("abcde", 5), "abcde"},
		"bytes, no half character":        {textutil.CutBytes("aäöü", 6), "aä…"},
		"bytes, room for nothing":         {textutil.CutBytes("abcdef", 1), "…"},
		"units":                           {textutil.CutUnits("abcdef", 4), "abc…"},
		"units that fit":                  {textutil.CutUnits("abcd", 4), "abcd"},
		"units, no half character":        {textutil.CutUnits("🔥🔥🔥", 4), "🔥…"},
		"units, no space before the mark": {textutil.CutUnits("abc def", 5), "abc…"},
		"head":                            {textutil.Head("a🔥b", 2), "a"},
		"thousands":                       {textutil.Thousands(1234567), "1,234,567"},
		"hundreds":                        {textutil.Thousands(999), "999"},
		"below zero":                      {textutil.Thousands(-1234), "-1,234"},
		"a hundred below zero":            {textutil.Thousands(-123), "-123"},
		"one":                             {textutil.Count(1, "alert"), "1 alert"},
		"none":                            {textutil.Count(0, "alert"), "0 alerts"},
		"many":                            {textutil.Count(1500, "alert"), "1,500 alerts"},
		"one is":                          {textutil.CountIs(1, "step"), "1 step is"},
		"two are":                         {textutil.CountIs(2, "step"), "2 steps are"},
		"list":                            {textutil.List([]string{"2", "5", "7"}), "2, 5 and 7"},
		"list of one":                     {textutil.List([]string{"2"}), "2"},
		"list of none":                    {textutil.List(nil), ""},
		"more":                            {textutil.More(1200), " and 1,200 more"},
		"no more":                         {textutil.More(0), ""},
		"a sentence":                      {textutil.Sentence("done"), "done."},
		"a capital letter":                {textutil.Capital("über 5"), "Über 5"},
		"a capital letter of nothing":     {textutil.Capital(""), ""},
		"a question":                      {textutil.Sentence("done?"), "done?"},
		"seconds":                         {textutil.Span(31 * time.Second), "31 s"},
		"minutes":                         {textutil.Span(4 * time.Minute), "4 min"},
		"hours":                           {textutil.Span(2 * time.Hour), "2 h"},
		"hours and minutes":               {textutil.Span(5*time.Hour + 12*time.Minute), "5 h 12 min"},
		"days and hours":                  {textutil.Span(76 * time.Hour), "3 d 4 h"},
		"a span below zero":               {textutil.Span(-1), "0 s"},
		"did you mean":                    {textutil.DidYouMean("chanel", []string{"channel"}), `: did you mean "channel"?`},
		"nothing near":                    {textutil.DidYouMean("x", []string{"channel"}), ""},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %q, want %q", name, c.got, c.want)
		}
	}
	if got := textutil.Units("a🔥"); got != 3 {
		t.Errorf("got %d units, want 3", got)
	}
}

func TestNearest(t *testing.T) {
	known := []string{"channel", "owners", "route", "for", "match"}
	for word, want := range map[string]string{
		"chanel": "channel", "Channel": "channel", "ownres": "owners", "fro": "for", "mtach": "match",
		"x": "", "completely": "", strings.Repeat("route", 99): "",
	} {
		if got, _ := textutil.Nearest(word, known); got != want {
			t.Errorf("nearest to %q: got %q, want %q", word, got, want)
		}
	}
}

// A text is cut to a length that Slack takes, as Slack counts.
func ExampleCutUnits() {
	fmt.Println(textutil.CutUnits("The disk of db-7 is full", 12))
	fmt.Println(textutil.Units("🟥"))
	// Output:
	// The disk of…
	// 2
}
