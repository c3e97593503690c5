package convert

import (
	"fmt"
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
)

// detail writes blocks as mrkdwn. With commands, code blocks go to p.commands;
// without, they stay in the text.
func (p *page) detail(blocks []ast.Node, commands bool) string {
	var parts []string
	for _, n := range blocks {
		if s := strings.TrimRight(p.block(n, commands, 0), " \n"); s != "" {
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

func (p *page) block(n ast.Node, commands bool, depth int) string {
	switch n := n.(type) {
	case *ast.Paragraph, *ast.TextBlock:
		return p.mrkdwn(n)
	case *ast.Heading:
		if s := p.plain(n); s != "" {
			return "*" + entities.Replace(strings.ReplaceAll(s, "*", "∗")) + "*"
		}
		return ""
	case *ast.List:
		return p.list(n, commands, depth)
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		s := p.code(n)
		p.info(n)
		switch {
		case s == "":
			return ""
		case commands:
			p.commands = append(p.commands, s)
			return ""
		}
		return "```\n" + entities.Replace(strings.ReplaceAll(s, "```", "ˋˋˋ")) + "\n```"
	case *ast.Blockquote:
		return indent(p.detail(children(n), commands), "> ", "> ")
	case *ast.HTMLBlock:
		source := string(n.Lines().Value(p.src))
		if n.HasClosure() {
			source += string(n.ClosureLine.Value(p.src))
		}
		var b strings.Builder
		p.htmlBlock(&b, source, p.line(n))
		return strings.TrimSpace(b.String())
	case *extast.Table:
		return p.table(n)
	case *ast.ThematicBreak, *ast.LinkReferenceDefinition:
		return ""
	}
	return p.detail(children(n), commands)
}

func (p *page) list(n *ast.List, commands bool, depth int) string {
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
		var parts []string
		for c := item.FirstChild(); c != nil; c = c.NextSibling() {
			if s := p.block(c, commands, depth+1); s != "" {
				parts = append(parts, s)
			}
		}
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

// code is a code block's text. What every line begins with, spaces or a
// prompt, is not part of the commands.
func (p *page) code(n ast.Node) string {
	lines := strings.Split(strings.Trim(string(n.Lines().Value(p.src)), "\n"), "\n")
	prompts, common := true, len(lines[0])
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " \t")
		if lines[i] != "" {
			common = min(common, len(lines[i])-len(strings.TrimLeft(lines[i], " ")))
		}
	}
	for i := range lines {
		lines[i] = lines[i][min(common, len(lines[i])):]
		prompts = prompts && (lines[i] == "" || strings.HasPrefix(lines[i], "$ "))
	}
	if prompts {
		for i := range lines {
			lines[i] = strings.TrimPrefix(lines[i], "$ ")
		}
	}
	return strings.TrimRight(strings.Join(lines, "\n"), " \n\t")
}

// info tells of what stands after the language of a code block.
func (p *page) info(n ast.Node) {
	f, ok := n.(*ast.FencedCodeBlock)
	if !ok || f.Info == nil {
		return
	}
	if _, more, found := strings.Cut(oneLine(string(f.Info.Value(p.src))), " "); found {
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
