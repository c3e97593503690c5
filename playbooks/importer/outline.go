package importer

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"

	"github.com/signalbook/signalbook/playbooks"
)

// part is a heading and the blocks below it, up to the next heading.
type part struct {
	heading ast.Node // nil above the first one
	title   string
	level   int
	blocks  []ast.Node
	above   []string // titles of the headings that it is below, the nearest first
	struck  bool     // its heading, or one above, is struck out
}

// outer are the titles that a part stands under, from the top.
func (p *part) outer() []string {
	outer := slices.DeleteFunc(slices.Clone(p.above), func(s string) bool { return s == "" })
	slices.Reverse(outer)
	return outer
}

// path is a part's title below those that it stands under.
func (p *part) path() string {
	if p.title == "" {
		return ""
	}
	return strings.Join(append(p.outer(), p.title), " / ")
}

// tier is what the title says, or else the nearest above it that says any.
func (p *part) tier() playbooks.TierName {
	for _, title := range append([]string{p.title}, p.above...) {
		if t := tierOf(title); t != "" {
			return t
		}
	}
	return ""
}

// adopt moves what is indented below a list into the list's last item: people
// indent by two where Markdown asks for three.
func (p *page) adopt() {
	var lists []*ast.List
	_ = ast.Walk(p.doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the function returns no error
		if list, ok := n.(*ast.List); ok && entering {
			lists = append(lists, list)
		}
		return ast.WalkContinue, nil
	})
	for _, list := range lists {
		for n := list.NextSibling(); n != nil && p.indented(n); n = list.NextSibling() {
			last := list.LastChild()
			last.AppendChild(last, n)
		}
	}
}

// indented tells whether code, or text, begins with blanks of its own.
func (p *page) indented(n ast.Node) bool {
	switch n.(type) {
	case *ast.FencedCodeBlock, *ast.Paragraph:
	default:
		return false
	}
	if n.Pos() < 0 || n.Parent() != p.doc {
		return false
	}
	line := p.src[:n.Pos()]
	line = line[bytes.LastIndexByte(line, '\n')+1:]
	if _, isText := n.(*ast.Paragraph); isText && len(line) < 2 {
		return false
	}
	return len(line) > 0 && len(bytes.TrimSpace(line)) == 0
}

// notHeading are bold lines that say something, and head nothing.
var notHeading = regexp.MustCompile(`(?i)^(warning|note|important|caution|danger|attention|hint|tip|never|do not|don't|always)\b|[.!,;]$`)

// boldHeading is the title of a paragraph that is one bold line and heads
// what follows.
func (p *page) boldHeading(n ast.Node) string {
	if _, ok := n.(*ast.Paragraph); !ok || n.NextSibling() == nil || n.ChildCount() != 1 {
		return ""
	}
	bold, ok := n.FirstChild().(*ast.Emphasis)
	if !ok || bold.Level != 2 {
		return ""
	}
	title := strings.TrimRight(p.plain(n), ": ")
	if len([]rune(title)) > 60 || notHeading.MatchString(title) {
		return ""
	}
	return title
}

// split cuts the page at its headings.
func (r *runbook) split() {
	r.parts = []part{{}}
	var open []part // the headings that the next one can be below
	for _, n := range children(r.doc) {
		if _, ok := n.(*ast.LinkReferenceDefinition); ok {
			continue // seen where it is used
		}
		if r.contents(n) {
			continue
		}
		next := part{heading: n}
		if h, ok := n.(*ast.Heading); ok {
			next.title, next.level, next.struck = r.plain(h), h.Level, r.isStruck(h)
		} else if next.title = r.boldHeading(n); next.title != "" {
			next.level = 7
		} else {
			last := &r.parts[len(r.parts)-1]
			last.blocks = append(last.blocks, n)
			continue
		}
		for len(open) > 0 && open[len(open)-1].level >= next.level {
			open = open[:len(open)-1]
		}
		for i := len(open) - 1; i >= 0; i-- {
			next.above = append(next.above, open[i].title)
			next.struck = next.struck || open[i].struck
		}
		open = append(open, next)
		r.parts = append(r.parts, next)
	}
	r.takeTitle()
}

// saysNothing are headings that any runbook may begin with.
var saysNothing = regexp.MustCompile(`(?i)^(summary|overview|description|introduction|intro|runbooks?|playbooks?|read ?me|alerts?|meaning|background|purpose|about|general|context|contents|table of contents|details|information|info|documentation|impact|symptoms?|steps|what (happens|happened)|actions?|procedure)$`)

// takeTitle makes the page's title of the first heading, when it heads the page
// rather than a section.
func (r *runbook) takeTitle() {
	if len(r.parts) < 2 || r.hasSteps(r.parts[0].blocks) {
		return
	}
	first, alone := &r.parts[1], true
	for _, p := range r.parts[2:] {
		if p.level < first.level {
			return
		}
		alone = alone && (p.level > first.level || numbered.MatchString(p.title))
	}
	title := strings.TrimSpace(numbered.ReplaceAllString(first.title, ""))
	switch {
	case first.struck, first.level > 6, saysNothing.MatchString(title), title != first.title && !alone,
		tierOf(title) != "" && len(r.parts) == 2,
		!alone && (tierOf(title) != "" || r.hasSteps(first.blocks) || len(codes(first.blocks)) > 0):
		return
	}
	r.title = first.title
	for i := range r.parts[2:] {
		if above := r.parts[2+i].above; len(above) > 0 && above[len(above)-1] == first.title {
			r.parts[2+i].above = above[:len(above)-1]
		}
	}
	if more := r.more(first.heading); more != "" && !r.say("", more) {
		r.draft.lose(r.line(first.heading), "the first heading", more)
	}
	first.heading, first.title = nil, ""
}

var contentsTitle = regexp.MustCompile(`(?i)^(table of )?contents:?$`)

// contents tells whether a block is a table of contents, which a playbook has
// no use for.
func (r *runbook) contents(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.Paragraph:
		if !contentsTitle.MatchString(r.plain(n)) {
			return false
		}
		r.draft.lose(r.line(n), "a table of contents", r.plain(n))
		return true
	case *ast.List:
		anchors, others := 0, 0
		_ = ast.Walk(n, func(c ast.Node, entering bool) (ast.WalkStatus, error) { // the function returns no error
			switch c := c.(type) {
			case *ast.List, *ast.ListItem, *ast.Paragraph, *ast.TextBlock:
			case *ast.Link:
				if strings.HasPrefix(string(c.Destination), "#") {
					anchors++
				} else {
					others++
				}
				return ast.WalkSkipChildren, nil
			default:
				others++
			}
			return ast.WalkContinue, nil
		})
		if anchors > 1 && others == 0 {
			r.draft.lose(r.line(n), "a table of contents", r.detail([]ast.Node{n}))
			return true
		}
	}
	return false
}

// isSteps tells whether a block is a numbered or checkbox list.
func isSteps(n ast.Node) bool {
	list, ok := n.(*ast.List)
	if !ok {
		return false
	}
	if list.IsOrdered() {
		return true
	}
	for item := list.FirstChild(); item != nil; item = item.NextSibling() {
		if box(item) != nil {
			return true
		}
	}
	return false
}

func (r *runbook) hasSteps(blocks []ast.Node) bool {
	return slices.ContainsFunc(blocks, isSteps)
}

// codes are the code blocks among blocks.
func codes(blocks []ast.Node) []ast.Node {
	var all []ast.Node
	for _, n := range blocks {
		switch n.(type) {
		case *ast.FencedCodeBlock, *ast.CodeBlock:
			all = append(all, n)
		}
	}
	return all
}

var strikeTag = regexp.MustCompile(`(?i)^<(/?)(?:del|s|strike)>$`)

// isStruck tells whether all that a node says is struck out.
func (p *page) isStruck(n ast.Node) bool {
	struck, inTag := false, false
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *extast.Strikethrough:
			struck = true
		case *extast.TaskCheckBox:
		case *ast.RawHTML:
			if m := strikeTag.FindSubmatch(c.Segments.Value(p.src)); m != nil {
				inTag = len(m[1]) == 0
				struck = true
			} else if !inTag {
				return false
			}
		case *ast.Text:
			if !inTag && strings.Trim(string(c.Value(p.src)), " .:,;") != "" {
				return false
			}
		default:
			if !inTag {
				return false
			}
		}
	}
	return struck
}
