package message

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/action"
	"github.com/signalbook/signalbook/bot/incident"
)

// dateFormat is how times are shown: Slack writes "today", "yesterday" and the
// reader's own time.
const dateFormat = "{date_short_pretty} {time}"

// date is a time in mrkdwn, in the reader's time zone.
func date(t time.Time) string {
	if !sane(t) {
		return unknownTime
	}
	return fmt.Sprintf("<!date^%d^%s|%s>", t.Unix(), dateFormat, utc(t))
}

// utc is a time where Slack cannot show the reader's own.
func utc(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

const unknownTime = "an unknown time"

// sane reports whether a time can be meant: senders write year 1 for none, and
// Slack takes no negative ones.
func sane(t time.Time) bool { return t.Year() >= 1970 && t.Year() < 2200 && t.Unix() > 0 }

func plain(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, s, false, false)
}

// markup is a mrkdwn text object. Verbatim: Slack makes no links or mentions of
// its own out of what it finds.
func markup(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.MarkdownType, s, false, true)
}

func header(id, s string) slack.Block {
	return slack.NewHeaderBlock(plain(textutil.CutUnits(Line(s), MaxHeader)), slack.HeaderBlockOptionBlockID(id))
}

func section(id, mrkdwn string) slack.Block {
	return slack.NewSectionBlock(markup(mrkdwn), nil, nil, slack.SectionBlockOptionBlockID(id))
}

// full is a section that Slack shows whole, without "see more".
func full(id, mrkdwn string) slack.Block {
	s := slack.NewSectionBlock(markup(mrkdwn), nil, nil, slack.SectionBlockOptionBlockID(id))
	s.Expand = true
	return s
}

func divider(id string) slack.Block {
	return &slack.DividerBlock{Type: slack.MBTDivider, BlockID: id}
}

// small is a context block: small grey text.
func small(id string, texts ...*slack.TextBlockObject) slack.Block {
	elements := make([]slack.MixedElement, len(texts))
	for k, t := range texts {
		elements[k] = t
	}
	return slack.NewContextBlock(id, elements...)
}

func button(a action.Action, value, label string) *slack.ButtonBlockElement {
	return slack.NewButtonBlockElement(a.ID, value, plain(label))
}

// paragraph is one line of rich text, in which Slack interprets nothing but
// what the elements say.
type paragraph []slack.RichTextSectionElement

func (p *paragraph) styled(s string, style *slack.RichTextSectionTextStyle) *paragraph {
	if s != "" {
		*p = append(*p, slack.NewRichTextSectionTextElement(s, style))
	}
	return p
}

// joinedText is the paragraph with texts that follow one another made one, which is
// less JSON.
func (p *paragraph) joinedText() *paragraph {
	joined := &paragraph{}
	for _, e := range *p {
		text, ok := e.(*slack.RichTextSectionTextElement)
		if n := len(*joined); ok && text.Style == nil && n > 0 {
			if last, ok := (*joined)[n-1].(*slack.RichTextSectionTextElement); ok && last.Style == nil {
				(*joined)[n-1] = slack.NewRichTextSectionTextElement(last.Text+text.Text, nil)
				continue
			}
		}
		*joined = append(*joined, e)
	}
	return joined
}

func (p *paragraph) text(s string) *paragraph { return p.styled(s, nil) }

func (p *paragraph) bold(s string) *paragraph {
	return p.styled(s, &slack.RichTextSectionTextStyle{Bold: true})
}

func (p *paragraph) italic(s string) *paragraph {
	return p.styled(s, &slack.RichTextSectionTextStyle{Italic: true})
}

func (p *paragraph) code(s string) *paragraph {
	return p.styled(s, &slack.RichTextSectionTextStyle{Code: true})
}

func (p *paragraph) date(t time.Time) *paragraph {
	if !sane(t) {
		return p.text(unknownTime)
	}
	fallback := utc(t)
	*p = append(*p, slack.NewRichTextSectionDateElement(t.Unix(), dateFormat, nil, &fallback))
	return p
}

// user shows a person by Slack's own name for him; in a post it notifies him.
func (p *paragraph) user(u incident.User) *paragraph {
	if !slackID.MatchString(u.ID) {
		return p.text(name(u))
	}
	*p = append(*p, slack.NewRichTextSectionUserElement(u.ID, nil))
	return p
}

func (p *paragraph) link(url, label string) *paragraph {
	*p = append(*p, slack.NewRichTextSectionLinkElement(url, label, nil))
	return p
}

func (p *paragraph) section() *slack.RichTextSection {
	return slack.NewRichTextSection([]slack.RichTextSectionElement(*p)...)
}

// rich is a rich_text block of its parts.
func rich(id string, parts ...slack.RichTextElement) slack.Block {
	return slack.NewRichTextBlock(id, parts...)
}

func isRich(b slack.Block) bool { return b.BlockType() == slack.MBTRichText }

// belongs says that something is shown in another channel than its own, and what to
// do about that.
func belongs(channel, why string) *paragraph {
	p := (&paragraph{}).text("📍 ").bold("Belongs in ")
	if channelID.MatchString(channel) {
		*p = append(*p, slack.NewRichTextSectionChannelElement(channel, nil))
	} else {
		p.bold(textutil.CutUnits(Line(channel), 80))
	}
	p.text(", which the bot cannot write to")
	if why = textutil.CutUnits(Line(why), 300); why != "" {
		p.text(": " + why)
	}
	return p.text(". This stays here.")
}

// keepRich adds a rich_text block to a message that changes and has none at the
// moment: Slack refuses an edit that takes rich text away (chat.update, block_mismatch).
func keepRich(blocks []slack.Block, says string) []slack.Block {
	if slices.ContainsFunc(blocks, isRich) {
		return blocks
	}
	return append(blocks, lines("left", []*paragraph{(&paragraph{}).text(says)}))
}

// lines is a rich_text block of one section with a line break between lines.
func lines(id string, all []*paragraph) slack.Block {
	var joined paragraph
	for k, l := range all {
		if k > 0 {
			joined.text("\n")
		}
		joined = append(joined, *l...)
	}
	return rich(id, joined.section())
}

func bullets(items []*paragraph) *slack.RichTextList {
	elements := make([]slack.RichTextElement, len(items))
	for k, item := range items {
		elements[k] = item.section()
	}
	return slack.NewRichTextList(slack.RTEListBullet, 0, elements...)
}

func quote(p *paragraph) slack.RichTextElement {
	return &slack.RichTextQuote{Type: slack.RTEQuote, Elements: []slack.RichTextSectionElement(*p)}
}

func preformatted(s string) slack.RichTextElement {
	return &slack.RichTextPreformatted{Type: slack.RTEPreformatted, Elements: []slack.RichTextSectionElement{slack.NewRichTextSectionTextElement(s, nil)}}
}

var (
	slackID   = regexp.MustCompile(`^[UW][A-Z0-9]{1,30}$`)
	channelID = regexp.MustCompile(`^[CG][A-Z0-9]{5,20}$`)
	word      = regexp.MustCompile(`[^\s,;:.]+`)
	mention   = regexp.MustCompile(`^<(@[UW][A-Z0-9]{1,30}|!subteam\^S[A-Z0-9]{1,30})>$`)
)

// user is a person in mrkdwn; in a post it notifies him.
func user(u incident.User) string {
	if slackID.MatchString(u.ID) {
		return "<@" + u.ID + ">"
	}
	return EscapeMrkdwn(name(u))
}

// name is a person in words, which notify nobody.
func name(u incident.User) string {
	switch {
	case u.Name != "":
		return textutil.CutUnits(Line(u.Name), 80)
	case u.ID != "" && !slackID.MatchString(u.ID):
		return textutil.CutUnits(Line(u.ID), 80)
	}
	return "somebody" // an id tells people nothing
}

// configured is a name of the configuration as plain text.
func configured(name string) string { return textutil.CutUnits(Line(incident.Readable(name)), 80) }

// mentioned writes ids among the words of a private answer (mrkdwn, escaped) as
// Slack shows them; it notifies nobody there.
func mentioned(text string) string {
	return word.ReplaceAllStringFunc(text, func(w string) string {
		switch {
		case incident.Readable(w) == w:
			return w
		case w[0] == 'S':
			return "<!subteam^" + w + ">"
		case w[0] == 'C', w[0] == 'G':
			return "<#" + w + ">"
		}
		return "<@" + w + ">"
	})
}

// maxNames bounds how many owners a message names.
const maxNames = 20

// notify writes configured names in mrkdwn so that they are notified when the
// message is posted.
func (n Names) notify(names []string) string {
	written := make([]string, 0, len(names))
	for _, name := range names[:min(len(names), maxNames)] {
		if m := n[name]; mention.MatchString(m) {
			written = append(written, m)
			continue
		}
		written = append(written, EscapeMrkdwn(configured(name)))
	}
	return strings.Join(written, " ") + more(len(names)-maxNames)
}

// plainNames writes configured names as plain text, which notifies nobody.
func plainNames(names []string) string {
	written := make([]string, 0, len(names))
	for _, name := range names[:min(len(names), maxNames)] {
		written = append(written, configured(name))
	}
	return strings.Join(written, ", ") + more(len(names)-maxNames)
}

func more(n int) string {
	if n <= 0 {
		return ""
	}
	return " and " + textutil.Thousands(n) + " more"
}
