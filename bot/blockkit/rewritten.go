package blockkit

import (
	"slices"

	"github.com/slack-go/slack"
)

// rewritten are copies of blocks with the text objects of sections and contexts, and the
// inline elements of rich text, as two functions give them. The blocks stay as they are,
// if the functions leave alone what they are given.
func rewritten(blocks []slack.Block, object func(*slack.TextBlockObject) *slack.TextBlockObject, inline func([]slack.RichTextSectionElement) []slack.RichTextSectionElement) []slack.Block {
	var walk func(elements []slack.RichTextElement) []slack.RichTextElement
	walk = func(elements []slack.RichTextElement) []slack.RichTextElement {
		out := slices.Clone(elements)
		for k, e := range out {
			switch e := e.(type) {
			case *slack.RichTextSection:
				c := *e
				c.Elements = inline(e.Elements)
				out[k] = &c
			case *slack.RichTextQuote:
				c := *e
				c.Elements = inline(e.Elements)
				out[k] = &c
			case *slack.RichTextList:
				c := *e
				c.Elements = walk(e.Elements)
				out[k] = &c
			}
		}
		return out
	}
	copies := slices.Clone(blocks)
	for k, b := range copies {
		switch b := b.(type) {
		case *slack.SectionBlock:
			c := *b
			c.Text = object(b.Text)
			copies[k] = &c
		case *slack.ContextBlock:
			c := *b
			c.ContextElements.Elements = slices.Clone(b.ContextElements.Elements)
			for n, e := range c.ContextElements.Elements {
				if o, ok := e.(*slack.TextBlockObject); ok {
					c.ContextElements.Elements[n] = object(o)
				}
			}
			copies[k] = &c
		case *slack.RichTextBlock:
			c := *b
			c.Elements = walk(b.Elements)
			copies[k] = &c
		}
	}
	return copies
}
