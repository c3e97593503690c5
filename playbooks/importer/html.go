package importer

import (
	"regexp"
	"strings"
)

var (
	// htmlToken is a comment, or a tag: 1 the slash, 2 the name, 3 the attributes.
	htmlToken = regexp.MustCompile(`(?s)<!--.*?-->|<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:\s[^<>]*)?)/?>`)
	// htmlTags are the tags that people write in Markdown. Any other, such as
	// <pod-name>, is a place to fill in and stays.
	htmlTags = regexp.MustCompile(`(?i)^(a|abbr|b|big|blockquote|body|br|button|center|code|col|dd|del|details|div|dl|dt|em|embed|figcaption|figure|font|footer|form|h[1-6]|head|header|hr|html|i|iframe|img|input|ins|kbd|label|li|link|main|mark|meta|nav|object|ol|p|pre|q|s|samp|script|section|small|span|strike|strong|style|sub|summary|sup|svg|table|tbody|td|tfoot|th|thead|title|tr|tt|u|ul|var|video)$`)
	htmlLine = regexp.MustCompile(`(?i)^(br|p|div|li|tr|h[1-6]|hr|summary|dt|dd|ul|ol|dl|table|blockquote|section|details|figure|figcaption)$`)
	htmlCell = regexp.MustCompile(`(?i)^(td|th)$`)
	htmlPre  = regexp.MustCompile(`(?is)<pre\b[^>]*>.*?</pre\s*>`)
	htmlAny  = regexp.MustCompile(`<[^<>]*>`)
	// htmlHidden is what no reader sees.
	htmlHidden = regexp.MustCompile(`(?is)<(script|style)\b.*?(</(script|style)\s*>|$)`)
)

// html writes one piece of HTML inside a line.
func (p *page) html(b *strings.Builder, source string, line int, plain bool) {
	m := htmlToken.FindStringSubmatch(source)
	switch {
	case strings.HasPrefix(source, "<!--"):
		p.loseHTML(line, "an HTML comment", strings.TrimSuffix(strings.TrimPrefix(source, "<!--"), "-->"))
	case m == nil || !htmlTags.MatchString(m[2]):
		p.text(b, source, ' ', plain)
	default:
		p.tag(b, m, line)
	}
}

// tag writes what a tag means for the text around it: a line end or nothing.
func (p *page) tag(b *strings.Builder, m []string, line int) {
	switch {
	case htmlLine.MatchString(m[2]):
		b.WriteByte('\n')
	case htmlCell.MatchString(m[2]) && m[1] == "":
		b.WriteString(" | ")
	}
	if strings.Trim(m[3], " /\n\t") != "" {
		p.loseHTML(line, "an HTML tag", m[0])
	}
}

// htmlBlock writes the text of a block of HTML.
func (p *page) htmlBlock(b *strings.Builder, source string, line int) {
	source = htmlHidden.ReplaceAllStringFunc(source, func(hidden string) string {
		p.loseHTML(line, "an HTML script or style", hidden)
		return ""
	})
	var out strings.Builder
	last := 0
	for _, at := range htmlToken.FindAllStringSubmatchIndex(source, -1) {
		p.text(&out, source[last:at[0]], ' ', false)
		last = at[1]
		p.html(&out, source[at[0]:at[1]], line, false)
	}
	p.text(&out, source[last:], ' ', false)
	for l := range strings.Lines(out.String()) {
		if l = strings.TrimPrefix(oneLine(l), "| "); l != "" && l != "|" {
			b.WriteString(l + "\n")
		}
	}
}

func (p *page) loseHTML(line int, what, text string) {
	if text = strings.TrimSpace(text); text != "" {
		p.lose(line, what, text)
	}
}
