package yamlfile

import (
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Document remembers where every key and value of a file stands, so that what
// is found wrong after decoding can still be pointed at.
type Document struct {
	file string
	root *yaml.Node // the top value; nil when the file could not be read as YAML
	text []byte
}

// Readable tells whether the file was YAML within the bounds, so that what was
// decoded is worth checking further.
func (d *Document) Readable() bool { return d.root != nil }

// Problem returns a problem placed at the value that path leads to: strings
// are keys, ints are list positions from 0, as in ("tiers", 0, "steps", 1,
// "id"). Where the path does not exist, the nearest ancestor that does is
// pointed at.
func (d *Document) Problem(text string, path ...any) Problem {
	line, column := d.position(path)
	return Problem{File: d.file, Line: line, Column: column, Text: text}
}

// Warning is Problem for what may be right but is worth a look.
func (d *Document) Warning(text string, path ...any) Problem {
	p := d.Problem(text, path...)
	p.Warning = true
	return p
}

// Inside moves a problem from the beginning of the text that path leads to, to
// a line and a column (both from 1; column 0 is the line's first sign) of that
// text. Only the lines of a literal block ("|") stand in the file as they are:
// in a text of another form the problem stays where it is.
func (d *Document) Inside(p Problem, line, column int, path ...any) Problem {
	node := d.root
	for _, step := range path {
		if node == nil {
			return p
		}
		node = child(node, step)
	}
	if node == nil || node.Kind != yaml.ScalarNode || node.Style&yaml.LiteralStyle == 0 {
		return p
	}
	own, inFile := nth(node.Value, line), nth(string(d.text), node.Line+line)
	indent := strings.Index(inFile, own)
	if strings.TrimSpace(own) == "" || indent < 0 {
		return p
	}
	if column == 0 {
		column = len(own) - len(strings.TrimLeft(own, " \t")) + 1
	}
	before := inFile[:min(indent+column-1, len(inFile))]
	p.Line, p.Column = node.Line+line, utf8.RuneCountInString(before)+1
	return p
}

// nth returns a line of a text, counted from 1, without its end; an empty one
// when there is none.
func nth(text string, line int) string {
	for l := range strings.Lines(text) {
		if line--; line == 0 {
			return strings.TrimRight(l, "\r\n")
		}
	}
	return ""
}

func (d *Document) position(path []any) (line, column int) {
	line, column = 1, 1
	node := d.root
	for i := 0; node != nil; i++ {
		if node.Line > 0 {
			line, column = node.Line, node.Column
		}
		if i == len(path) {
			break
		}
		node = child(node, path[i])
	}
	return line, column
}

// child returns the value of a key or the entry of a list, or nil.
func child(node *yaml.Node, step any) *yaml.Node {
	node = behindAlias(node)
	switch step := step.(type) {
	case string:
		if node.Kind != yaml.MappingNode {
			return nil
		}
		var merged *yaml.Node
		for i := 0; i+1 < len(node.Content); i += 2 {
			key, value := node.Content[i], node.Content[i+1]
			if isMerge(key) {
				for _, m := range mergeSources(value) {
					if merged == nil {
						merged = ownChild(m, step)
					}
				}
			} else if key.Value == step {
				return value
			}
		}
		return merged
	case int:
		if node.Kind == yaml.SequenceNode && step >= 0 && step < len(node.Content) {
			return node.Content[step]
		}
	}
	return nil
}

// ownChild looks a key up without following merges, which may point in a
// circle.
func ownChild(node *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == key {
			return node.Content[i+1]
		}
	}
	return nil
}

// behindAlias returns what an alias stands for. An alias never stands for an
// alias in YAML, so one step is enough.
func behindAlias(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode && node.Alias != nil {
		return node.Alias
	}
	return node
}

// isMerge tells whether a key is YAML's "<<".
func isMerge(key *yaml.Node) bool {
	return key.Kind == yaml.ScalarNode && key.Value == "<<" && (key.Tag == "!!merge" || key.Tag == "")
}

// mergeSources returns the mappings that a "<<" key names: one, or a list of
// them, the first of which wins.
func mergeSources(value *yaml.Node) []*yaml.Node {
	value = behindAlias(value)
	switch value.Kind {
	case yaml.MappingNode:
		return []*yaml.Node{value}
	case yaml.SequenceNode:
		var out []*yaml.Node
		for _, v := range value.Content {
			if v = behindAlias(v); v.Kind == yaml.MappingNode {
				out = append(out, v)
			}
		}
		return out
	}
	return nil
}
