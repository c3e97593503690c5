package blockkit

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"

	"github.com/slack-go/slack"
)

// Terminal is a message as plain text, for a terminal and for golden texts: a
// block a paragraph, headings between ===, buttons in [ ], code indented by four
// spaces and never broken, times in UTC. Nothing wraps, so that what is copied is
// whole. The text holds no control character but line breaks and tabs, whatever
// the message holds.
func Terminal(m Message) string {
	var all []string
	for _, b := range m.Blocks {
		all = append(all, terminalBlock(b))
	}
	lines := strings.Split(strings.Map(printable, strings.Join(all, "\n")), "\n")
	for k, l := range lines {
		lines[k] = strings.TrimRight(l, " \t")
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n") + "\n"
}

// printable leaves out what a terminal would obey, and the sign with which Neutralise
// keeps Slack from doing so.
func printable(r rune) rune {
	if r == '\u2060' || unicode.IsControl(r) && r != '\n' && r != '\t' {
		return -1
	}
	return r
}

func terminalBlock(b slack.Block) string {
	switch b := b.(type) {
	case *slack.HeaderBlock:
		return "=== " + terminalText(b.Text) + " ==="
	case *slack.SectionBlock:
		var text strings.Builder
		text.WriteString(terminalText(b.Text))
		for _, f := range b.Fields {
			text.WriteString("\n" + terminalText(f))
		}
		if a := b.Accessory; a != nil && a.ButtonElement != nil {
			text.WriteString("  " + terminalElement(a.ButtonElement))
		} else if a != nil && a.OverflowElement != nil {
			text.WriteString("  " + terminalElement(a.OverflowElement))
		}
		return text.String()
	case *slack.ContextBlock:
		var parts []string
		for _, e := range b.ContextElements.Elements {
			if t, ok := e.(*slack.TextBlockObject); ok {
				parts = append(parts, terminalText(t))
			}
		}
		return strings.Join(parts, " · ")
	case *slack.ActionBlock:
		var parts []string
		for _, e := range b.Elements.ElementSet {
			parts = append(parts, terminalElement(e))
		}
		return strings.Join(parts, " ")
	case *slack.RichTextBlock:
		if b.BlockID == HeadBlock {
			return terminalHead(b.Elements)
		}
		return terminalRich(b.Elements)
	case *slack.ImageBlock:
		return "[picture: " + b.AltText + "]"
	case *slack.DividerBlock:
		return ""
	}
	return fmt.Sprintf("[%s]", b.BlockType())
}

// terminalHead is a headline of rich text: its bold beginning as one, the rest below it.
func terminalHead(elements []slack.RichTextElement) string {
	line, ok := elements[0].(*slack.RichTextSection)
	if !ok {
		return terminalRich(elements)
	}
	bold := 0
	for bold < len(line.Elements) {
		if text, ok := line.Elements[bold].(*slack.RichTextSectionTextElement); !ok || text.Style == nil || !text.Style.Bold {
			break
		}
		bold++
	}
	head := "=== " + strings.ReplaceAll(terminalInline(line.Elements[:bold]), "*", "") + " ==="
	if rest := strings.TrimPrefix(terminalInline(line.Elements[bold:]), " · "); rest != "" {
		head += "\n" + rest
	}
	return head
}

func terminalText(t *slack.TextBlockObject) string {
	switch {
	case t == nil:
		return ""
	case t.Type == slack.MarkdownType:
		return terminalMarkup(t.Text)
	}
	return t.Text
}

func terminalElement(e slack.BlockElement) string {
	switch e := e.(type) {
	case *slack.ButtonBlockElement:
		return "[" + terminalText(e.Text) + "]"
	case *slack.SelectBlockElement:
		if e.InitialOption != nil {
			return "[" + terminalText(e.Placeholder) + " " + terminalText(e.InitialOption.Text) + " ▾]"
		}
		return "[" + terminalText(e.Placeholder) + " ▾]"
	case *slack.OverflowBlockElement:
		var options []string
		for _, o := range e.Options {
			options = append(options, terminalText(o.Text))
		}
		return "[⋯ " + strings.Join(options, ", ") + "]"
	}
	return fmt.Sprintf("[%s]", e.ElementType())
}

func terminalRich(elements []slack.RichTextElement) string {
	var all []string
	for _, e := range elements {
		switch e := e.(type) {
		case *slack.RichTextSection:
			all = append(all, terminalInline(e.Elements))
		case *slack.RichTextList:
			for _, item := range e.Elements {
				all = append(all, "• "+strings.ReplaceAll(terminalRich([]slack.RichTextElement{item}), "\n", "\n  "))
			}
		case *slack.RichTextQuote:
			all = append(all, "> "+strings.ReplaceAll(terminalInline(e.Elements), "\n", "\n> "))
		case *slack.RichTextPreformatted:
			all = append(all, "    "+strings.ReplaceAll(terminalInline(e.Elements), "\n", "\n    "))
		}
	}
	return strings.Join(all, "\n")
}

func terminalInline(elements []slack.RichTextSectionElement) string {
	var b strings.Builder
	for _, e := range elements {
		switch e := e.(type) {
		case *slack.RichTextSectionTextElement:
			if e.Style != nil && e.Style.Code {
				b.WriteString("`" + e.Text + "`")
				continue
			}
			b.WriteString(e.Text)
		case *slack.RichTextSectionLinkElement:
			b.WriteString(terminalLink(e.URL, e.Text))
		case *slack.RichTextSectionUserElement:
			b.WriteString("@" + e.UserID)
		case *slack.RichTextSectionDateElement:
			b.WriteString(utc(time.Unix(int64(e.Timestamp), 0)))
		}
	}
	return b.String()
}

func terminalLink(url, label string) string {
	if label == "" || label == url {
		return url
	}
	return label + " (" + url + ")"
}

var markupToken = regexp.MustCompile(`<([^<>|\n]+)(?:\|([^<>\n]*))?>`)

// terminalMarkup is mrkdwn with its links, mentions and dates written out. The
// signs for bold and code stay: they read well.
func terminalMarkup(s string) string {
	s = markupToken.ReplaceAllStringFunc(s, func(t string) string {
		parts := markupToken.FindStringSubmatch(t)
		target, label := parts[1], parts[2]
		switch {
		case !strings.ContainsAny(target[:1], "@!#"):
			return terminalLink(target, label)
		case label != "":
			return label
		}
		return strings.TrimLeft(strings.Replace(target, "subteam^", "@", 1), "!")
	})
	return signs.Replace(s)
}
