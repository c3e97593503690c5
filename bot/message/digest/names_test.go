package digest

import (
	"strings"
	"testing"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/testkit/blocktest"
)

// TestNamesAreNotCutWhereThereIsRoom: a name that is longer than a phone's line goes on
// in the next, below its beginning; lines are never longer than that.
func TestNamesAreNotCutWhereThereIsRoom(t *testing.T) {
	rows := func(names ...string) (all []line) {
		for _, name := range names {
			all = append(all, line{amounts: []string{"+$2,922", "+63 %"}, name: name})
		}
		return all
	}
	got := aligned(folded(rows("Amazon CloudFront", "Amazon Elastic Compute Cloud", "Amazon Relational Database Service", strings.Repeat("word ", 30), strings.Repeat("x", 60), "")))
	want := `+$2,922  +63 %  Amazon CloudFront
+$2,922  +63 %  Amazon Elastic Compute
                Cloud
+$2,922  +63 %  Amazon Relational
                Database Service
+$2,922  +63 %  word word word word
                word word word word wo…
+$2,922  +63 %  ` + strings.Repeat("x", 22) + `…
+$2,922  +63 %  (no name)`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for l := range strings.SplitSeq(got, "\n") {
		if textutil.Units(l) > phoneLine {
			t.Errorf("%q has %d letters, a phone shows %d", l, textutil.Units(l), phoneLine)
		}
	}
	text := blocktest.Readable(t, Render(digests(t)["digest"])[0].Message)
	if _, table, _ := strings.Cut(text, "**What moved**"); strings.Contains(table[:strings.Index(table, "\n|")], "…") {
		t.Errorf("a name is cut:\n%s", text)
	}
}
