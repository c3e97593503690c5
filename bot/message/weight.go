package message

import "github.com/slack-go/slack"

// What counts besides text. Slack does not say how it counts; this is more than
// the text that people see.
const (
	objectWeight  = 24  // any object: a block, a text, a style
	buttonWeight  = 110 // label and value
	elementWeight = 80  // a date with its format and fallback, a mention
)

// weight is how much of MaxTotal blocks take.
func weight(blocks ...slack.Block) int {
	n := 0
	for _, b := range blocks {
		n += objectWeight
		switch b := b.(type) {
		case *slack.HeaderBlock:
			n += Length(b.Text.Text)
		case *slack.SectionBlock:
			n += Length(b.Text.Text)
			if b.Accessory != nil {
				n += buttonWeight
			}
		case *slack.ContextBlock:
			for _, e := range b.ContextElements.Elements {
				if t, ok := e.(*slack.TextBlockObject); ok {
					n += Length(t.Text) + objectWeight
				}
			}
		case *slack.ImageBlock:
			n += Length(b.AltText)
			if b.Title != nil {
				n += Length(b.Title.Text) + objectWeight
			}
		case *slack.ActionBlock:
			n += buttonWeight * len(b.Elements.ElementSet)
		case *slack.RichTextBlock:
			n += richWeight(b.Elements...)
		}
	}
	return n
}

func richWeight(elements ...slack.RichTextElement) int {
	n := 0
	for _, e := range elements {
		switch e := e.(type) {
		case *slack.RichTextSection:
			n += inlineWeight(e.Elements)
		case *slack.RichTextList:
			n += objectWeight + richWeight(e.Elements...)
		case *slack.RichTextQuote:
			n += inlineWeight(e.Elements)
		case *slack.RichTextPreformatted:
			n += inlineWeight(e.Elements)
		}
	}
	return n
}

// inlineWeight is the weight of one line.
func inlineWeight(elements []slack.RichTextSectionElement) int {
	n := objectWeight
	for _, e := range elements {
		switch e := e.(type) {
		case *slack.RichTextSectionTextElement:
			n += Length(e.Text) + objectWeight
		case *slack.RichTextSectionLinkElement:
			n += Length(e.Text) + Length(e.URL) + objectWeight
		default:
			n += elementWeight
		}
	}
	return n
}
