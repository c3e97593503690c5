package importer

import (
	"strings"

	"github.com/yuin/goldmark"
	emoji "github.com/yuin/goldmark-emoji"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// markdown is GitHub's, with emoji codes.
var markdown = goldmark.New(goldmark.WithExtensions(extension.Linkify, extension.Table, extension.Strikethrough),
	goldmark.WithParserOptions(parser.WithInlineParsers(
		util.Prioritized(boxParser{extension.NewTaskCheckBoxParser()}, 0), util.Prioritized(emojiParser{emoji.NewParser()}, 200)))).Parser()

// boxParser reads a box before an item, and leaves [x](https://x.example) a link.
type boxParser struct{ parser.InlineParser }

func (p boxParser) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	if line, _ := block.PeekLine(); len(line) > len("[x]") && strings.ContainsRune("([", rune(line[len("[x]")])) {
		return nil
	}
	return p.InlineParser.Parse(parent, block, pc)
}

// emojiParser reads codes such as :warning:, though not inside 10:100:20.
type emojiParser struct{ parser.InlineParser }

func (e emojiParser) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	if r := block.PrecendingCharacter(); wordy(r) || r == ':' {
		return nil
	}
	return e.InlineParser.Parse(parent, block, pc)
}
