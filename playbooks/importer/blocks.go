package importer

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
)

// detail writes blocks as mrkdwn. While commands are collected, those in code
// go to p.commands, and only what they print stays in the text.
func (p *page) detail(blocks []ast.Node) string {
	var parts []string
	for _, n := range blocks {
		if s := strings.TrimRight(p.block(n, 0), " \n"); s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, "\n")
}

func children(n ast.Node) []ast.Node {
	var all []ast.Node
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		all = append(all, c)
	}
	return all
}

func (p *page) block(n ast.Node, depth int) string {
	switch n := n.(type) {
	case *ast.Paragraph, *ast.TextBlock:
		return p.mrkdwn(n)
	case *ast.Heading:
		p.rich = false
		if s := p.plain(n); p.rich {
			return p.mrkdwn(n)
		} else if s != "" {
			return bold(s)
		}
		return ""
	case *ast.List:
		return p.list(n, depth)
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		p.info(n)
		return p.codeBlock(n, p.code(n))
	case *ast.Blockquote:
		return indent(p.detail(children(n)), "> ", "> ")
	case *ast.HTMLBlock:
		source := string(n.Lines().Value(p.src))
		if n.HasClosure() {
			source += string(n.ClosureLine.Value(p.src))
		}
		var b strings.Builder
		var code []string
		p.htmlBlock(&b, htmlPre.ReplaceAllStringFunc(source, func(pre string) string {
			text := htmlAny.ReplaceAllStringFunc(pre, func(tag string) string {
				if strings.Contains(tag, "=") {
					p.loseHTML(p.line(n), "an HTML tag", tag)
				}
				return ""
			})
			code = append(code, p.codeBlock(n, strings.Trim(p.unescape([]byte(text), false), "\n")))
			return "\n"
		}), p.line(n))
		return join(append([]string{strings.TrimSpace(b.String())}, code...)...)
	case *extast.Table:
		return p.table(n)
	case *ast.ThematicBreak, *ast.LinkReferenceDefinition:
		return ""
	}
	return p.detail(children(n))
}

func (p *page) list(n *ast.List, depth int) string {
	var lines []string
	number := n.Start
	for item := n.FirstChild(); item != nil; item = item.NextSibling() {
		bullet := "• "
		switch {
		case n.IsOrdered():
			bullet = fmt.Sprintf("%d. ", number)
			number++
		case box(item) != nil:
			bullet = "☐ "
		case depth > 0:
			bullet = "◦ "
		}
		was := p.collect
		p.collect = was && (item.FirstChild() == nil || !p.isStruck(item.FirstChild()))
		var parts []string
		for c := item.FirstChild(); c != nil; c = c.NextSibling() {
			if s := p.block(c, depth+1); s != "" {
				parts = append(parts, s)
			}
		}
		p.collect = was
		if len(parts) > 0 {
			lines = append(lines, indent(strings.Join(parts, "\n"), bullet, "    "))
		}
	}
	return strings.Join(lines, "\n")
}

// indent puts one text before the first line and another before the others.
func indent(s, first, others string) string {
	if s == "" {
		return ""
	}
	return first + strings.ReplaceAll(s, "\n", "\n"+others)
}

// box is the checkbox that a list item begins with, or nil.
func box(item ast.Node) *extast.TaskCheckBox {
	if item.FirstChild() == nil {
		return nil
	}
	b, _ := item.FirstChild().FirstChild().(*extast.TaskCheckBox)
	return b
}

// code is a code block's text, without what all its lines are indented by.
func (p *page) code(n ast.Node) string {
	lines := strings.Split(strings.Trim(string(n.Lines().Value(p.src)), "\n"), "\n")
	common := -1
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " \t")
		if indent := len(lines[i]) - len(strings.TrimLeft(lines[i], " \t")); lines[i] != "" && (common < 0 || indent < common) {
			common = indent
		}
	}
	for i := range lines {
		lines[i] = lines[i][min(max(common, 0), len(lines[i])):]
	}
	return strings.TrimRight(strings.Join(lines, "\n"), " \n\t")
}

// codeBlock collects the commands of a code block, and writes the rest.
func (p *page) codeBlock(n ast.Node, text string) string {
	output := []string{text}
	if text != "" && p.collect {
		var commands []string
		commands, output = p.commandsIn(n, text)
		p.command(commands...)
	}
	var all []string
	for _, s := range output {
		if s = strings.Trim(s, "\n"); s != "" {
			all = append(all, fenced(s))
		}
	}
	return strings.Join(all, "\n")
}

// command keeps commands, each once.
func (p *page) command(commands ...string) {
	for _, c := range commands {
		if c = strings.TrimRight(c, " \n"); c != "" && !slices.Contains(p.commands, c) {
			p.commands = append(p.commands, c)
		}
	}
}

// pandoc is how pandoc writes a language.
var pandoc = regexp.MustCompile(`^\{\s*\.([\w-]+)\s*\}$`)

// info tells of what stands after the language of a code block.
func (p *page) info(n ast.Node) {
	f, ok := n.(*ast.FencedCodeBlock)
	if !ok || f.Info == nil {
		return
	}
	if _, more, found := strings.Cut(oneLine(string(f.Info.Value(p.src))), " "); found && !pandoc.Match(f.Info.Value(p.src)) {
		p.lose(p.line(n), "what stands after the language of a code block", more)
	}
}

func (p *page) table(n *extast.Table) string {
	var lines []string
	for row := n.FirstChild(); row != nil; row = row.NextSibling() {
		var cells []string
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			cells = append(cells, strings.ReplaceAll(p.mrkdwn(cell), "\n", " "))
		}
		lines = append(lines, strings.Join(cells, " | "))
	}
	return strings.Join(lines, "\n")
}
