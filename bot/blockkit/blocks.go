package blockkit

import (
	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
)

// PlainText is a plain_text object, in which Slack interprets nothing.
func PlainText(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, s, false, false)
}

// Mrkdwn is a mrkdwn object of what is escaped already. Verbatim: Slack makes no links
// or mentions of its own out of what it finds.
func Mrkdwn(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.MarkdownType, s, false, true)
}

// Header is a header block: one line, cut to [MaxHeader].
func Header(id, s string) slack.Block {
	return slack.NewHeaderBlock(PlainText(textutil.CutUnits(Line(s), MaxHeader)), slack.HeaderBlockOptionBlockID(id))
}

// HeadBlock is the block_id of a headline that is rich text: its bold beginning.
const HeadBlock = "head"

// Section is a section block of mrkdwn, which Slack folds when it is long.
func Section(id, mrkdwn string) slack.Block {
	return slack.NewSectionBlock(Mrkdwn(mrkdwn), nil, nil, slack.SectionBlockOptionBlockID(id))
}

// ExpandedSection is a section that Slack shows whole, without "see more".
func ExpandedSection(id, mrkdwn string) slack.Block {
	s := slack.NewSectionBlock(Mrkdwn(mrkdwn), nil, nil, slack.SectionBlockOptionBlockID(id))
	s.Expand = true
	return s
}

// Divider is a line across.
func Divider(id string) slack.Block {
	return &slack.DividerBlock{Type: slack.MBTDivider, BlockID: id}
}

// Context is a context block: small grey text, one element for each text.
func Context(id string, texts ...*slack.TextBlockObject) slack.Block {
	elements := make([]slack.MixedElement, len(texts))
	for k, t := range texts {
		elements[k] = t
	}
	return slack.NewContextBlock(id, elements...)
}

// Button is a button with that action_id and that value, which comes back with a click.
func Button(id, value, label string) *slack.ButtonBlockElement {
	return slack.NewButtonBlockElement(id, value, PlainText(label))
}

// RichText is a rich_text block of its parts: sections, lists, quotes, code.
func RichText(id string, parts ...slack.RichTextElement) slack.Block {
	return slack.NewRichTextBlock(id, parts...)
}

// IsRichText reports whether a block is a rich_text block. A message that has one must
// keep one: Slack refuses an edit that takes it away (chat.update, block_mismatch).
func IsRichText(b slack.Block) bool { return b.BlockType() == slack.MBTRichText }

// Lines is a rich_text block of one section, with a line break between lines.
func Lines(id string, all []*Paragraph) slack.Block {
	var joined Paragraph
	for k, l := range all {
		if k > 0 {
			joined.Text("\n")
		}
		joined = append(joined, *l...)
	}
	return RichText(id, joined.Section())
}

// Bullets is a list, an item for each paragraph.
func Bullets(items []*Paragraph) *slack.RichTextList {
	elements := make([]slack.RichTextElement, len(items))
	for k, item := range items {
		elements[k] = item.Section()
	}
	return slack.NewRichTextList(slack.RTEListBullet, 0, elements...)
}

// Quote is a paragraph as a quotation, with a bar beside it.
func Quote(p *Paragraph) slack.RichTextElement {
	return &slack.RichTextQuote{Type: slack.RTEQuote, Elements: []slack.RichTextSectionElement(*p)}
}

// Preformatted is text in letters of one width, as it is, which people can copy.
func Preformatted(s string) slack.RichTextElement {
	return &slack.RichTextPreformatted{Type: slack.RTEPreformatted, Elements: []slack.RichTextSectionElement{slack.NewRichTextSectionTextElement(s, nil)}}
}
