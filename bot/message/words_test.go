package message

import (
	"slices"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/testkit/blocktest"
)

// TestWhoIsMentionedIsShownAsPerson: in notes, reasons, the timeline and the status,
// where they are edited in or read in private. Nothing else in the words becomes one.
func TestWhoIsMentionedIsShownAsPerson(t *testing.T) {
	lee := incident.User{ID: "U0LEE", Name: "anna lee"}
	for _, c := range []struct {
		words  string
		people []incident.User
		want   []string // in the note
	}{
		{"ask @anna", []incident.User{anna}, []string{"ask ", "@U0ANNA"}},
		{"@anna and @ben: look", []incident.User{anna, ben}, []string{"@U0ANNA", " and ", "@U0BEN", ": look"}},
		{"(@anna)", []incident.User{anna}, []string{"(", "@U0ANNA", ")"}},
		{"@anna lee", []incident.User{anna, lee}, []string{"@U0LEE"}},
		{"@anna leery", []incident.User{anna, lee}, []string{"@U0ANNA", " leery"}},
		{"mail anna@anna or @annabel", []incident.User{anna}, []string{"mail anna@anna or @annabel"}},
		{"ask @ben", []incident.User{anna}, []string{"ask @ben"}},
		{"@anna.lee and @anna-x, not @anna. Or @anna's", []incident.User{anna}, []string{"@anna.lee and @anna-x, not ", "@U0ANNA", ". Or ", "@U0ANNA", "'s"}},
		{"ask @anna", []incident.User{{Name: "anna"}}, []string{"ask @anna"}},
		{"ask @channel, @here", []incident.User{{ID: "channel", Name: "channel"}, {ID: "!here", Name: "here"}}, []string{"ask @channel, @here"}},
		{strings.Repeat("@anna", 1) + strings.Repeat(" @anna", 6), []incident.User{anna}, []string{"@U0ANNA", " ", "@U0ANNA", " ", "@U0ANNA", " ", "@U0ANNA", " ", "@U0ANNA", " @anna @anna"}},
		{"@", []incident.User{anna, {ID: "U0X"}}, []string{"@"}},
	} {
		s := opened(t)
		s.act(ben, incident.VerbNote, "", c.words, c.people...)
		var got []string
		for _, e := range *addWords(&blockkit.Paragraph{}, s.incident.Note.Text, s.incident.Named) {
			switch e := e.(type) {
			case *slack.RichTextSectionTextElement:
				got = append(got, e.Text)
			case *slack.RichTextSectionUserElement:
				got = append(got, "@"+e.UserID)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q: got %q, want %q", c.words, got, c.want)
		}
	}
}

// TestMentionsPingNobody: they are people where Slack shows edits or answers, and words
// alone in everything that is posted.
func TestMentionsPingNobody(t *testing.T) {
	carla := incident.User{ID: "U0CARLA", Name: "carla"}
	s := opened(t).act(ben, incident.VerbNote, "", "ask @carla *now*", carla)
	s.act(ben, incident.VerbSkip, "scale-up", "@carla knows <why> & *when*", carla)
	v := s.view()
	slots := Render(v)
	shown := blocktest.Readable(t, slots[0].Message) + blocktest.Readable(t, slots[1].Message)
	if n := strings.Count(shown, "<@U0CARLA>"); n != 2 {
		t.Errorf("carla is shown %d times, want in the note and in the reason:\n%s", n, shown)
	}
	if want := "“<@U0CARLA> knows &lt;why&gt; &amp; ∗when∗”"; !strings.Contains(shown, want) {
		t.Errorf("the reason is not %s:\n%s", want, shown)
	}
	if !strings.Contains(slots[0].Message.Text+slots[1].Message.Text+shown, "ask ") || strings.Contains(slots[0].Message.Text+slots[1].Message.Text, "U0CARLA") {
		t.Error("a fallback text mentions somebody")
	}
	for name, m := range map[string]blockkit.Message{"status": Status(v, night), "timeline": Timeline(s.incident, s.changes, len(s.changes), 0)} {
		if !strings.Contains(blocktest.Readable(t, m), "<@U0CARLA>") {
			t.Errorf("the %s does not show carla:\n%s", name, blocktest.Readable(t, m))
		}
	}
	v.Uncalled = true
	for _, slot := range Render(v) {
		if slices.Contains(blocktest.Notified(t, slot.Message), "<@U0CARLA>") {
			t.Errorf("posted anew, %s pings carla", slot.Name)
		}
	}
	s.act(anna, incident.VerbResolve, "", "as @carla said", carla)
	for _, slot := range Render(s.view()) {
		if slot.Once && slices.Contains(blocktest.Notified(t, slot.Message), "<@U0CARLA>") {
			t.Errorf("the post %s pings carla", slot.Name)
		}
	}
}
