package importer

import (
	"bytes"
	"fmt"
	"regexp"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	emojiast "github.com/yuin/goldmark-emoji/ast"
	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// page is one parsed Markdown text and what its nodes become: Slack's mrkdwn,
// or plain text.
type page struct {
	src      []byte
	doc      ast.Node
	ends     []int // offsets of the line ends
	above    int   // lines of the file above the text
	lose     func(line int, what, text string)
	collect  bool // commands are collected, in commands
	commands []string
	struck   bool // what is written now is struck out
	rich     bool // plain text was written of something that says more than its text
	crowded  [128]bool
}

func parse(src string, lose func(line int, what, text string)) *page {
	p := &page{src: []byte(src), lose: lose}
	for i, c := range p.src {
		if c == '\n' {
			p.ends = append(p.ends, i)
		}
	}
	p.doc = markdown.Parse(text.NewReader(p.src))
	return p
}

var label = regexp.MustCompile(`\[([^\[\]]+)\]`)

// unused tells of the link definitions that no link uses. People write
// comments that way too: [//]: # (like this).
func (p *page) unused() {
	named := map[string]int{}
	for _, m := range label.FindAllSubmatch(p.src, -1) {
		named[strings.ToLower(string(m[1]))]++
	}
	var all []*ast.LinkReferenceDefinition
	_ = ast.Walk(p.doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the function returns no error
		if d, ok := n.(*ast.LinkReferenceDefinition); ok && entering {
			all = append(all, d)
			named[strings.ToLower(string(d.Label))]--
		}
		return ast.WalkContinue, nil
	})
	first := map[string]bool{} // of several, a link uses the first
	for _, d := range all {
		key := strings.ToLower(string(d.Label))
		if named[key] < 1 || first[key] {
			p.lose(p.line(d), "a link definition that no link uses", oneLine(fmt.Sprintf("[%s]: %s %s", d.Label, d.Destination, d.Title)))
		}
		first[key] = true
	}
}

// line is where a node begins, from 1.
func (p *page) line(n ast.Node) int {
	for ; n != nil; n = n.Parent() {
		if at := n.Pos(); at >= 0 && n.Parent() != nil {
			return p.above + 1 + sort.SearchInts(p.ends, at)
		}
	}
	return p.above + 1
}

// plain is the text of inline nodes without any formatting, on one line.
func (p *page) plain(n ast.Node) string {
	var b strings.Builder
	was := p.struck
	p.struck = false
	p.inline(n, &b, true)
	p.struck = was
	return oneLine(b.String())
}

// mrkdwn is the text of inline nodes as Slack shows it.
func (p *page) mrkdwn(n ast.Node) string {
	// A sign of formatting that stands alone in a block does nothing in Slack.
	if n.Type() == ast.TypeBlock && n.Lines() != nil {
		source := n.Lines().Value(p.src)
		for _, c := range "*_~" {
			p.crowded[c] = bytes.Count(source, []byte{byte(c)}) > 1
		}
	}
	var b strings.Builder
	p.inline(n, &b, false)
	p.struck = false
	return strings.TrimSpace(b.String())
}

// inline writes the children of a node.
func (p *page) inline(parent ast.Node, b *strings.Builder, plain bool) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		if _, isTag := n.(*ast.RawHTML); plain && p.struck && !isTag {
			continue
		}
		switch n := n.(type) {
		case *ast.Text:
			p.text(b, p.unescape(n.Value(p.src), n.IsRaw()), p.next(n), plain)
			switch {
			case n.HardLineBreak():
				b.WriteByte('\n')
			case n.SoftLineBreak():
				b.WriteByte(' ')
			}
		case *ast.String:
			p.text(b, string(n.Value), p.next(n), plain)
		case *ast.CodeSpan:
			said := oneLine(p.raw(n))
			if p.collect && !plain && !p.struck && !forbids.MatchString(b.String()) {
				if kind, typed := prompted(said); kind != "" && isCommand(typed, false) {
					p.command(typed)
				} else if isCommand(said, true) {
					p.command(said)
				}
			}
			code(b, said, plain)
		case *ast.Emphasis:
			mark := "_"
			if n.Level > 1 {
				mark = "*"
			}
			p.emphasis(b, n, mark, plain)
		case *extast.Strikethrough:
			if plain {
				p.rich = true
				continue
			}
			was := p.struck
			p.struck = true
			p.emphasis(b, n, "~", plain)
			p.struck = was
		case *ast.Link:
			p.tooltip(n.Title, p.line(parent))
			p.pictures(n)
			p.link(b, p.unescape(n.Destination, false), p.plain(n), plain)
		case *ast.Image:
			p.tooltip(n.Title, p.line(parent))
			p.link(b, p.unescape(n.Destination, false), p.plain(n), plain)
		case *ast.AutoLink:
			url := string(n.URL(p.src))
			if n.AutoLinkType == ast.AutoLinkEmail && !strings.HasPrefix(strings.ToLower(url), "mailto:") {
				url = "mailto:" + url
			}
			if label := string(n.Label(p.src)); plain {
				b.WriteString(label)
			} else {
				p.link(b, url, label, false)
			}
		case *ast.RawHTML:
			if m := strikeTag.FindSubmatch(n.Segments.Value(p.src)); m != nil {
				p.struck, p.rich = len(m[1]) == 0, true
				if !plain {
					b.WriteByte('~')
				}
				continue
			}
			p.html(b, string(n.Segments.Value(p.src)), p.line(parent), plain)
		case *emojiast.Emoji:
			if n.Value.IsUnicode() {
				b.WriteString(string(n.Value.Unicode))
			} else {
				p.text(b, ":"+string(n.ShortName)+":", ' ', plain)
			}
		case *extast.TaskCheckBox:
			if n.IsChecked {
				p.lose(p.line(parent), "a ticked box: every step begins open", "")
			}
		default:
			p.inline(n, b, plain)
		}
	}
}

// pictures tells of the pictures inside a link, of which only their text is shown.
func (p *page) pictures(n ast.Node) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if i, ok := c.(*ast.Image); ok {
			p.lose(p.line(n), "a picture in a link", p.unescape(i.Destination, false))
			p.tooltip(i.Title, p.line(n))
		}
		p.pictures(c)
	}
}

// raw is the text of a node's children as it stands in the source.
func (p *page) raw(n ast.Node) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			b.Write(c.Value(p.src))
			if c.SoftLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(c.Value)
		}
	}
	return b.String()
}

func (p *page) unescape(s []byte, raw bool) string {
	if !raw {
		s = util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations(s)))
	}
	return clean(string(s)) // a reference can name any character
}

var entities = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// next is the first character of the text after a node on the same line.
func (p *page) next(n ast.Node) rune {
	if t, ok := n.(*ast.Text); ok && (t.SoftLineBreak() || t.HardLineBreak()) {
		return ' '
	}
	if t, ok := n.NextSibling().(*ast.Text); ok {
		r, _ := utf8.DecodeRune(t.Value(p.src))
		return r
	}
	return ' '
}

// text writes running text, which the character follows. Signs that would be formatting in Slack, and were
// none in Markdown, are replaced by signs that look alike.
func (p *page) text(b *strings.Builder, s string, follows rune, plain bool) {
	if plain {
		b.WriteString(s)
		return
	}
	before, _ := utf8.DecodeLastRuneInString(b.String()[max(0, b.Len()-utf8.UTFMax):])
	runes := []rune(s)
	var out strings.Builder
	for i, r := range runes {
		after := follows
		if i+1 < len(runes) {
			after = runes[i+1]
		}
		inside := wordy(before) && wordy(after)
		alone := unicode.IsSpace(before) && unicode.IsSpace(after)
		before = r
		switch {
		case r == '`':
			r = 'ˋ'
		case r < 128 && p.crowded[r] && !inside && !alone:
			r = map[rune]rune{'*': '∗', '_': 'ˍ', '~': '∼'}[r]
		}
		out.WriteRune(r)
	}
	b.WriteString(entities.Replace(out.String()))
}

func wordy(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }

func code(b *strings.Builder, s string, plain bool) {
	switch {
	case s == "":
	case plain:
		b.WriteString(s)
	default:
		b.WriteString("`" + entities.Replace(strings.ReplaceAll(s, "`", "ˋ")) + "`")
	}
}

// emphasis formats where Slack would: not in the middle of a word, nor over
// the end of a line.
func (p *page) emphasis(b *strings.Builder, n ast.Node, mark string, plain bool) {
	var inner strings.Builder
	p.inline(n, &inner, plain)
	before, _ := utf8.DecodeLastRuneInString(b.String()[max(0, b.Len()-utf8.UTFMax):])
	after := p.next(n)
	s := strings.TrimSpace(inner.String())
	if plain || s == "" || wordy(before) || wordy(after) || strings.Contains(s, "\n") {
		b.WriteString(inner.String())
		return
	}
	b.WriteString(mark + s + mark)
}

// tooltip tells of what a link shows under the mouse: Slack has no place for it.
func (p *page) tooltip(title []byte, line int) {
	if said := oneLine(p.unescape(title, false)); said != "" {
		p.lose(line, "the title of a link", said)
	}
}

var linkSafe = strings.NewReplacer("<", "%3C", ">", "%3E", "|", "%7C", " ", "%20", "\n", "", "\t", "%09", "`", "%60", `"`, "%22", "{{", "%7B%7B")

// link writes a link, or, where Slack could not open it, its text and target.
func (p *page) link(b *strings.Builder, to, label string, plain bool) {
	if plain {
		p.rich = true
		b.WriteString(label)
		return
	}
	label = strings.NewReplacer("|", "∣", "`", "ˋ").Replace(oneLine(label))
	switch lower := strings.ToLower(to); {
	case !strings.HasPrefix(lower, "http://") && !strings.HasPrefix(lower, "https://") && !strings.HasPrefix(lower, "mailto:"):
		if to != "" && to != label {
			label = strings.TrimSpace(label + " (" + oneLine(strings.ReplaceAll(to, "`", "ˋ")) + ")")
		}
		b.WriteString(entities.Replace(label))
	case label == "" || label == to:
		b.WriteString("<" + entities.Replace(linkSafe.Replace(to)) + ">")
	default:
		b.WriteString("<" + entities.Replace(linkSafe.Replace(to)) + "|" + entities.Replace(label) + ">")
	}
}

// bold and fenced are a plain text in Slack's bold, and as a block of code.
func bold(s string) string { return "*" + entities.Replace(strings.ReplaceAll(s, "*", "∗")) + "*" }
func fenced(s string) string {
	return "```\n" + entities.Replace(strings.ReplaceAll(s, "```", "ˋˋˋ")) + "\n```"
}
