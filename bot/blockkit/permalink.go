package blockkit

import (
	"regexp"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
)

// Permalinks are the addresses of threads in Slack, by what people call them.
type Permalinks map[string]string

// unlinked are the parts of mrkdwn in which there are no links: code, and what is markup
// already.
var unlinked = regexp.MustCompile("(?s)```.*?```|`[^`\n]*`|<[^<>]*>")

// Named are the threads, as names finds them, that a message names where a link may
// stand: each once, in the order in which they are read.
func (m Message) Named(names *regexp.Regexp) (found []string) {
	look := func(s string) {
		for _, at := range namesIn(s, names) {
			if name := s[at[0]:at[1]]; !slices.Contains(found, name) {
				found = append(found, name)
			}
		}
	}
	m.eachText(func(s string) string {
		look(s)
		return s
	}, func(e *slack.RichTextSectionTextElement) []slack.RichTextSectionElement {
		look(e.Text)
		return nil
	})
	return found
}

// namesIn are where a text names threads; in an address, or as the end of a longer name,
// they are others' names.
func namesIn(s string, names *regexp.Regexp) [][]int {
	return slices.DeleteFunc(names.FindAllStringIndex(s, -1), func(at []int) bool {
		before, after := s[:at[0]], s[at[1]:]
		return before != "" && strings.ContainsAny(before[len(before)-1:], "/=&?#.-") || after != "" && strings.ContainsAny(after[:1], "/-=")
	})
}

// Linked is the message with those of the names that have an address as links, as far as
// there is room for them. Its text stays as it is where blocks are shown in its place.
func (m Message) Linked(names *regexp.Regexp, to Permalinks) Message {
	if len(to) == 0 {
		return m
	}
	left := MaxTotal - Size(m.Blocks...)
	inText := func(s string) string {
		var b strings.Builder
		from := 0
		for _, at := range namesIn(s, names) {
			name := s[at[0]:at[1]]
			linked := "<" + Escape(to[name]) + "|" + name + ">"
			if to[name] == "" || JSONLength(linked) > left {
				continue
			}
			left -= JSONLength(linked)
			b.WriteString(s[from:at[0]])
			b.WriteString(linked)
			from = at[1]
		}
		return b.String() + s[from:]
	}
	if len(m.Blocks) == 0 {
		left = min(left, MaxTextBytes-len(m.Text))
	}
	return m.eachText(inText, func(e *slack.RichTextSectionTextElement) []slack.RichTextSectionElement {
		var parts []slack.RichTextSectionElement
		from := 0
		for _, at := range namesIn(e.Text, names) {
			name := e.Text[at[0]:at[1]]
			link := slack.NewRichTextSectionLinkElement(to[name], name, e.Style)
			w := sizeOf(link) + 1
			if name != e.Text {
				w += sizeOf(slack.NewRichTextSectionTextElement("", e.Style)) + 1 // it is in two then
			}
			if to[name] == "" || w > left {
				continue
			}
			left -= w
			parts = append(append(parts, *(&Paragraph{}).styled(e.Text[from:at[0]], e.Style)...), link)
			from = at[1]
		}
		if len(parts) == 0 {
			return nil
		}
		return append(parts, *(&Paragraph{}).styled(e.Text[from:], e.Style)...)
	})
}

// eachText gives the message with its mrkdwn and its rich text replaced: of code and of
// markup nothing is asked. A nil answer leaves a piece of rich text as it is.
func (m Message) eachText(mrkdwn func(string) string, piece func(*slack.RichTextSectionTextElement) []slack.RichTextSectionElement) Message {
	object := func(t *slack.TextBlockObject) *slack.TextBlockObject {
		if t == nil || t.Type != slack.MarkdownType {
			return t
		}
		copied := *t
		copied.Text = outside(unlinked, t.Text, mrkdwn)
		if textutil.Units(copied.Text) > MaxSection {
			return t
		}
		return &copied
	}
	inline := func(all []slack.RichTextSectionElement) (replaced []slack.RichTextSectionElement) {
		for _, e := range all {
			text, ok := e.(*slack.RichTextSectionTextElement)
			if ok && (text.Style == nil || !text.Style.Code) {
				if by := piece(text); by != nil {
					replaced = append(replaced, by...)
					continue
				}
			}
			replaced = append(replaced, e)
		}
		return replaced
	}
	if len(m.Blocks) == 0 {
		m.Text = outside(unlinked, m.Text, mrkdwn)
	}
	m.Blocks = rewritten(m.Blocks, object, inline)
	return m
}

// outside replaces what stands outside of all matches of an expression.
func outside(matches *regexp.Regexp, s string, replace func(string) string) string {
	var b strings.Builder
	from := 0
	for _, at := range matches.FindAllStringIndex(s, -1) {
		b.WriteString(replace(s[from:at[0]]))
		b.WriteString(s[at[0]:at[1]])
		from = at[1]
	}
	b.WriteString(replace(s[from:]))
	return b.String()
}
