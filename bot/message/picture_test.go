package message

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/testkit/blocktest"
)

// TestWithPicture: the picture stands where it is to, and the message it is put
// into stays as it was.
func TestWithPicture(t *testing.T) {
	t.Parallel()
	m := blockkit.Message{Text: "costs", Blocks: []slack.Block{blockkit.Header("a", "Costs"), blockkit.Section("b", "up"), blockkit.Divider("c")}}
	for at, want := range map[int]string{0: "picture:h a b c", 1: "a picture:h b c", 3: "a b c picture:h", 99: "a b c picture:h", -1: "picture:h a b c"} {
		p := Picture{Name: "costs.png", Alt: "Costs\nrise", Title: "Costs", Hash: "h", At: at}
		if got := blocktest.BlockIDs(withPicture(m, p, "F1")); got != want {
			t.Errorf("at %d: got %s, want %s", at, got, want)
		}
	}
	if got := blocktest.BlockIDs(m); got != "a b c" {
		t.Errorf("the message itself is %s now", got)
	}
	got := withPicture(m, Picture{Name: "costs.png", Alt: "Costs\nrise", Title: "Costs", Hash: "h", At: 1}, "F0SIM00001").Blocks[1]
	want := &slack.ImageBlock{Type: slack.MBTImage, SlackFile: &slack.SlackFileObject{ID: "F0SIM00001"}, AltText: "Costs rise", BlockID: "picture:h",
		Title: slack.NewTextBlockObject(slack.PlainTextType, "Costs", false, false)}
	if !cmp.Equal(got, slack.Block(want)) {
		t.Error(cmp.Diff(slack.Block(want), got))
	}
}

// TestPictureWithinLimits: hostile descriptions are cut, and a picture never makes
// a message too large.
func TestPictureWithinLimits(t *testing.T) {
	t.Parallel()
	m := blockkit.Message{Text: "costs", Blocks: []slack.Block{blockkit.Header("a", "Costs")}}
	p := Picture{Name: "costs.png", Alt: strings.Repeat("🔥", 3000), Title: strings.Repeat("<!channel>", 1000), Hash: "h"}
	image := withPicture(m, p, "F1").Blocks[0].(*slack.ImageBlock)
	if a, b := blocktest.Units(image.AltText), blocktest.Units(image.Title.Text); a > 2000 || b > 2000 || image.Title.Type != slack.PlainTextType {
		t.Errorf("got %d and %d characters in %s, want at most 2000 in plain text", a, b, image.Title.Type)
	}
	if got := withPicture(m, Picture{Name: "costs.png"}, "F1").Blocks[0].(*slack.ImageBlock); got.AltText != "costs.png" || got.Title != nil {
		t.Errorf("got %+v, want the file's name as description, and no title", got)
	}
	full := blockkit.Message{Text: "x"}
	for n := range blockkit.MaxBlocks {
		full.Blocks = append(full.Blocks, blockkit.Divider(fmt.Sprint(n)))
	}
	if got := withPicture(full, p, "F1"); len(got.Blocks) != blockkit.MaxBlocks {
		t.Errorf("got %d blocks", len(got.Blocks))
	}
	heavy := blockkit.Message{Text: "x"}
	for n := range 4 {
		heavy.Blocks = append(heavy.Blocks, blockkit.Section(fmt.Sprint(n), strings.Repeat("x", blockkit.MaxSection-200)))
	}
	if got := withPicture(heavy, p, "F1"); len(got.Blocks) != 4 {
		t.Error("a picture made a message too long")
	}
}

// TestSlotHash: what a picture shows decides whether a message differs, and not the
// file that Slack has of it.
func TestSlotHash(t *testing.T) {
	t.Parallel()
	m := blockkit.Message{Text: "costs", Blocks: []slack.Block{blockkit.Header("a", "Costs")}}
	slot := func(hash, alt, file string) Slot {
		return Slot{Message: m, Picture: &Picture{Name: "costs.png", Alt: alt, Hash: hash}, File: file}
	}
	base := slot("h1", "alt", "F1")
	for name, test := range map[string]struct {
		slot Slot
		same bool
	}{
		"another file":        {slot("h1", "alt", "F2"), true},
		"another content":     {slot("h2", "alt", "F1"), false},
		"another description": {slot("h1", "other", "F1"), false},
		"no file yet":         {slot("h1", "alt", ""), false},
	} {
		if got := test.slot.Hash() == base.Hash(); got != test.same {
			t.Errorf("%s: same hash %t, want %t", name, got, test.same)
		}
	}
	if slot("h1", "alt", "").Hash() != m.Hash() || (Slot{Message: m}).Hash() != m.Hash() {
		t.Error("without its file a slot is its message alone")
	}
	if len(base.Shown().Blocks) != 2 || len(slot("h1", "alt", "").Shown().Blocks) != 1 {
		t.Error("a picture is shown when its file is there, and not before")
	}
}
