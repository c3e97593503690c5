package message

import "github.com/slack-go/slack"

// weight is how much of MaxTotal blocks take: all text that people see, link
// targets, and a little for every date and mention.
func weight(blocks ...slack.Block) int {
	n := 0
	for _, b := range blocks {
		switch b := b.(type) {
		case *slack.HeaderBlock:
			n += Length(b.Text.Text)
		case *slack.SectionBlock:
			n += Length(b.Text.Text)
			if b.Accessory != nil && b.Accessory.ButtonElement != nil {
				n += buttonWeight
			}
		case *slack.ContextBlock:
			for _, e := range b.ContextElements.Elements {
				if t, ok := e.(*slack.TextBlockObject); ok {
					n += Length(t.Text)
				}
			}
		case *slack.ActionBlock:
			n += buttonWeight * len(b.Elements.ElementSet)
		case *slack.RichTextBlock:
			n += richWeight(b.Elements...)
		}
	}
	return n
}

const (
	buttonWeight  = 20 // label
	elementWeight = 80 // a date with its format and fallback
)

func richWeight(elements ...slack.RichTextElement) int {
	n := 0
	for _, e := range elements {
		switch e := e.(type) {
		case *slack.RichTextSection:
			n += inlineWeight(e.Elements)
		case *slack.RichTextList:
			n += richWeight(e.Elements...)
		case *slack.RichTextQuote:
			n += inlineWeight(e.Elements)
		case *slack.RichTextPreformatted:
			n += inlineWeight(e.Elements)
		}
	}
	return n
}

func inlineWeight(elements []slack.RichTextSectionElement) int {
	n := 0
	for _, e := range elements {
		switch e := e.(type) {
		case *slack.RichTextSectionTextElement:
			n += Length(e.Text)
		case *slack.RichTextSectionLinkElement:
			n += Length(e.Text) + Length(e.URL)
		default:
			n += elementWeight
		}
	}
	return n
}
