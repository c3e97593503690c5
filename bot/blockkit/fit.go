package blockkit

import (
	"slices"

	"github.com/slack-go/slack"
)

// minCut is the length below which Fit leaves a text as it is, in bytes of JSON.
const minCut = 60

// Fit is the message within what Slack takes of any: its text by bytes, its blocks by
// bytes of JSON. Renderers keep within both for all that people usually write; this
// cuts the longest texts first, and then lists from their ends. Commands are never
// cut: half of one is dangerous.
func Fit(m Message) Message {
	m.Text = cutMrkdwnTo(m.Text, MaxTextBytes, func(s string) int { return len(s) })
	if Size(m.Blocks...) <= MaxTotal {
		return m
	}
	for over := Size(m.Blocks...) - MaxTotal; over > 0; over = Size(m.Blocks...) - MaxTotal {
		var texts []piece
		m.Blocks, texts = cuttable(m.Blocks)
		if !cutTexts(texts, over) && !dropOne(m.Blocks) {
			m.Blocks = dropBlock(m.Blocks)
		}
	}
	return m
}

// cutTexts takes over bytes of JSON off the longest texts, or what they have above
// minCut; false when that is nothing.
func cutTexts(texts []piece, over int) (cut bool) {
	lengths := make([]int, len(texts))
	for k, t := range texts {
		lengths[k] = JSONLength(t.get())
	}
	for over > 0 && len(texts) > 0 {
		n := slices.Max(lengths)
		if n <= minCut {
			break
		}
		at := slices.Index(lengths, n)
		texts[at].set(max(n*7/10, n-over, minCut))
		lengths[at] = JSONLength(texts[at].get())
		over -= n - lengths[at]
		cut = true
	}
	return cut
}

// piece is a text that may be cut.
type piece struct {
	get func() string
	set func(limit int)
}

// cuttable are copies of blocks, and the texts in them that may be cut.
func cuttable(blocks []slack.Block) (copies []slack.Block, texts []piece) {
	object := func(o *slack.TextBlockObject) *slack.TextBlockObject {
		if o == nil {
			return nil
		}
		c := *o
		texts = append(texts, piece{func() string { return c.Text }, func(limit int) {
			if c.Type == slack.MarkdownType {
				c.Text = NotEmpty(CutMrkdwnJSON(c.Text, limit))
			} else {
				c.Text = NotEmpty(CutJSON(c.Text, limit))
			}
		}})
		return &c
	}
	inline := func(elements []slack.RichTextSectionElement) []slack.RichTextSectionElement {
		out := slices.Clone(elements)
		for k, e := range out {
			switch e := e.(type) {
			case *slack.RichTextSectionTextElement:
				c := *e
				texts = append(texts, piece{func() string { return c.Text }, func(limit int) { c.Text = NotEmpty(CutJSON(c.Text, limit)) }})
				out[k] = &c
			case *slack.RichTextSectionLinkElement:
				c := *e
				texts = append(texts, piece{func() string { return c.Text }, func(limit int) { c.Text = CutJSON(c.Text, limit) }})
				out[k] = &c
			}
		}
		return out
	}
	return rewritten(blocks, object, inline), texts
}

// dropOne takes the last entry from the longest list; false when none has two.
func dropOne(blocks []slack.Block) bool {
	var longest *slack.RichTextList
	for _, b := range blocks {
		block, ok := b.(*slack.RichTextBlock)
		if !ok {
			continue
		}
		for _, e := range block.Elements {
			if l, ok := e.(*slack.RichTextList); ok && len(l.Elements) > 2 && (longest == nil || len(l.Elements) > len(longest.Elements)) {
				longest = l
			}
		}
	}
	if longest == nil {
		return false
	}
	last := len(longest.Elements) - 1
	longest.Elements = append(longest.Elements[:last-1:last-1], (&Paragraph{}).Italic("and more, cut for Slack").Section())
	return true
}

// dropBlock takes out the last block that is not needed to act: no header, no buttons,
// no command.
func dropBlock(blocks []slack.Block) []slack.Block {
	for k, b := range slices.Backward(blocks) {
		switch b.(type) {
		case *slack.HeaderBlock, *slack.ActionBlock:
		default:
			if k > 0 && len(blocks) > 1 && !isRest(b) {
				return withoutBlock(blocks, k)
			}
		}
	}
	return withoutBlock(blocks, len(blocks)-1)
}

// withoutBlock takes a block out. The only rich_text block leaves a short one in its
// place: Slack takes no edit that has none any more (chat.update, block_mismatch).
func withoutBlock(blocks []slack.Block, k int) []slack.Block {
	without := slices.Delete(slices.Clone(blocks), k, k+1)
	if IsRichText(blocks[k]) && !slices.ContainsFunc(without, IsRichText) && !isRest(blocks[k]) {
		return slices.Insert(without, k, cutRest(blocks[k].ID()))
	}
	return without
}

// cutRest is what stays of a rich_text block.
func cutRest(id string) slack.Block {
	return RichText(id, (&Paragraph{}).Italic("More was cut for Slack.").Section())
}

// isRest reports whether a rich_text block is too small to be worth cutting.
func isRest(b slack.Block) bool {
	return IsRichText(b) && Size(b) <= Size(cutRest(b.ID()))
}
