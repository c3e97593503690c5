package playbooks

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template/parse"

	"github.com/signalbook/signalbook/playbooks/shell"
)

// hint is what is known of a value before a command's template runs.
type hint struct {
	set     string // "Labels", "Annotations", or empty: something else
	name    string
	others  []string // of the same set, from which it may come too
	encoded bool     // urlquery has had it
	own     []string // what the author may print here instead of a value
}

// from is the hint for a value that is known: of several labels the first one that
// has it.
func (h hint) from(v view, value string) hint {
	values := map[string]kv{"Labels": v.Labels, "Annotations": v.Annotations}[h.set]
	for _, name := range h.others {
		if values[h.name] != value && values[name] == value {
			h.name = name
		}
	}
	return h
}

// String names the value in a sentence.
func (h hint) String() string {
	switch h.set {
	case "Labels":
		return "the label " + quotable(h.name)
	case "Annotations":
		return "the annotation " + quotable(h.name)
	}
	return "the value " + quotable(h.name)
}

// printedValue is a value that a command's template has printed.
type printedValue struct {
	text string
	hint int
}

// print makes an action of a command hand over its values one by one: the whole of
// what it prints, or what printf and print put into a text of the author's.
func (i *instrumenter) print(p *parse.PipeNode) {
	author := command(p.Pos, authorFunction)
	last := p.Cmds[len(p.Cmds)-1]
	switch {
	case !hasData(p):
		p.Cmds = append(p.Cmds, author)
		return
	case !composes(last, len(p.Cmds) > 1):
		p.Cmds = append(p.Cmds, i.value(p, nil))
		return
	}
	verbs := layoutVerbs(last)
	for k, arg := range last.Args {
		if k > 0 && hasData(arg) && verbs.shows(k) {
			last.Args[k] = &parse.PipeNode{NodeType: parse.NodePipe, Pos: p.Pos, Line: p.Line, Cmds: []*parse.CommandNode{i.value(arg, arg)}}
		}
	}
	if before := p.Cmds[:len(p.Cmds)-1]; len(before) > 0 && verbs.shows(len(last.Args)) {
		handed := &parse.PipeNode{NodeType: parse.NodePipe, Pos: p.Pos, Line: p.Line, Cmds: before}
		p.Cmds = append(slices.Clone(before), i.value(handed, nil), last)
	}
	p.Cmds = append(p.Cmds, author)
}

// value is the command that takes over the value of a node, given as its argument or
// by the pipeline.
func (i *instrumenter) value(of, argument parse.Node) *parse.CommandNode {
	h := i.hint(of)
	h.own = i.own
	i.budget.hints = append(i.budget.hints, h)
	c := command(of.Position(), string(inCommand), number(of.Position(), len(i.budget.hints)-1))
	if argument != nil {
		c.Args = append(c.Args, argument)
	}
	return c
}

// verbs are those of a layout of printf, in order; nil: of print, which has none.
type verbs []string

var verb = regexp.MustCompile(`%.`)

func layoutVerbs(c *parse.CommandNode) verbs {
	layout, ok := literal(c.Args, 1)
	if f := c.Args[0].(*parse.IdentifierNode); f.Ident != "printf" || !ok {
		return nil
	}
	return append(verbs{}, verb.FindAllString(strings.ReplaceAll(layout, "%%", ""), -1)...)
}

// shows reports whether an argument is put in as a text: numbers need no quotes.
func (v verbs) shows(argument int) bool {
	if v == nil {
		return true
	}
	k := argument - 2
	return k >= 0 && k < len(v) && (v[k] == "%s" || v[k] == "%v")
}

// composes reports whether a command puts values as they are into a text of the
// author's.
func composes(c *parse.CommandNode, piped bool) bool {
	f, ok := c.Args[0].(*parse.IdentifierNode)
	switch {
	case !ok:
		return false
	case f.Ident == "printf":
		_, ok := literal(c.Args, 1)
		return ok && !slices.ContainsFunc(layoutVerbs(c), func(v string) bool { return !strings.Contains("%s %v %d %t", v) })
	}
	return (f.Ident == "print" || f.Ident == "println") && (len(c.Args) > 2 || piped && len(c.Args) > 1)
}

// hasData reports whether anything of an alert is in a node.
func hasData(n parse.Node) (found bool) {
	switch n := n.(type) {
	case *parse.PipeNode:
		return slices.ContainsFunc(n.Cmds, func(c *parse.CommandNode) bool { return slices.ContainsFunc(c.Args, hasData) })
	case *parse.FieldNode, *parse.VariableNode, *parse.ChainNode, *parse.DotNode:
		return true
	}
	return false
}

// declare remembers what a pipeline puts into variables.
func (i *instrumenter) declare(p *parse.PipeNode) {
	for _, v := range p.Decl {
		if known := i.variables[v.Ident[0]]; known.name == "" {
			i.variables[v.Ident[0]] = i.hint(p)
		}
	}
}

// hint is the name of a node's value: that of the first label or annotation in it,
// else of what it is called in the template.
func (i *instrumenter) hint(n parse.Node) hint {
	switch n := n.(type) {
	case *parse.PipeNode:
		var first hint
		for _, c := range n.Cmds {
			if h := i.commandHint(c); first.name == "" || first.set == "" && h.set != "" {
				h.encoded = h.encoded || first.encoded
				first = h
			}
		}
		if f, ok := n.Cmds[len(n.Cmds)-1].Args[0].(*parse.IdentifierNode); ok && f.Ident == "urlquery" {
			first.encoded = true
		}
		return first
	case *parse.DotNode:
		return i.dot
	case *parse.VariableNode:
		if len(n.Ident) == 1 {
			if h := i.variables[n.Ident[0]]; h.name != "" {
				return h
			}
			return hint{name: strings.TrimPrefix(n.Ident[0], "$")}
		}
	}
	if set, name := labelNamed(n); name != "" {
		return hint{set: set, name: name}
	}
	if path := idents(n); len(path) > 0 {
		return hint{name: strings.ToLower(path[len(path)-1])}
	}
	return hint{}
}

func (i *instrumenter) commandHint(c *parse.CommandNode) (first hint) {
	if f, ok := c.Args[0].(*parse.IdentifierNode); ok && f.Ident == "index" && len(c.Args) == 3 {
		if name, ok := literal(c.Args, 2); ok && labelSet(c.Args[1]) != "" {
			return hint{set: labelSet(c.Args[1]), name: name}
		}
	}
	for _, arg := range c.Args {
		switch h := i.hint(arg); {
		case first.name == "" || first.set == "" && h.set != "":
			first = h
		case h.set == first.set && h.name != first.name:
			first.others = append(slices.Clip(first.others), h.name)
		}
	}
	return first
}

// ownWords are the texts that a template may print instead of a value: the choices
// of or, and what it puts into variables.
func ownWords(list *parse.ListNode) (own []string) {
	pipes(list, func(p *parse.PipeNode) {
		for _, c := range p.Cmds {
			f, ok := c.Args[0].(*parse.IdentifierNode)
			if !(ok && f.Ident == "or") && !(len(p.Decl) > 0 && len(c.Args) == 1) {
				continue
			}
			for k := range c.Args {
				if text, ok := literal(c.Args, k); ok && text != "" {
					own = append(own, text)
				}
			}
		}
	})
	return own
}

// commandValue takes over a value that a command's template prints, and prints a
// mark with its number.
func (b *budget) commandValue(number int, args ...any) (string, error) {
	s, err := b.print(args)
	if err != nil {
		return "", err
	}
	if slices.Contains(b.hints[number].own, s) {
		return b.result(s)
	}
	if b.held += len(s); b.held > maxOutput {
		return "", errOutput
	}
	b.values = append(b.values, printedValue{s, number})
	return b.result(string(valueBegins) + strconv.Itoa(len(b.values)-1) + string(valueEnds))
}

// said is a change that a value in a command needed, and what the value is called.
type said struct {
	hint hint
	shell.Change
}

// command fills a command: each value stays one value in it.
func (b *budget) command(source string, v view) (string, []said, error) {
	if !IsTemplate(source) {
		return source, nil, nil
	}
	marked, err := fill(source, inCommand, v, b)
	if err != nil {
		return "", nil, err
	}
	filled, changes := b.quoted(marked, v)
	if len(filled) > maxOutput {
		return "", nil, errOutput
	}
	return filled, changes, nil
}

// quoted puts the values in the places of their marks.
func (b *budget) quoted(marked string, v view) (string, []said) {
	var parts []shell.Part
	hints := map[shell.Part]hint{}
	for marked != "" {
		author, rest, found := strings.Cut(marked, string(valueBegins))
		parts = append(parts, shell.Part{Text: author})
		if !found {
			break
		}
		number, after, _ := strings.Cut(rest, string(valueEnds))
		if k, err := strconv.Atoi(number); err == nil && k >= 0 && k < len(b.values) {
			value := b.values[k]
			h := b.hints[value.hint]
			p := shell.Part{Text: value.text, Value: true, Name: h.name, Encoded: h.encoded}
			parts = append(parts, p)
			hints[p] = h
		}
		marked = after
	}
	filled, changes := shell.Fill(parts)
	var all []said
	for _, c := range changes {
		all = append(all, said{hints[c.Part].from(v, c.Part.Text), c})
	}
	return filled, all
}

// note is what people are told of a change; nothing of a placeholder for what is
// absent, which speaks for itself.
func (s said) note() string {
	did := ""
	switch s.Kind {
	case shell.Quoted:
		did = "quote"
	case shell.Encoded:
		did = "percent-encode"
	case shell.Escaped:
		did = "escape"
	case shell.LeftOut:
		return fmt.Sprintf("Commands show %s instead of %s, whose value is %q: %s.", shell.Placeholder(s.Part.Name), s.hint, quotable(s.Part.Text), s.Why)
	default:
		return ""
	}
	return fmt.Sprintf("Commands %s %s, whose value is %q.", did, s.hint, quotable(s.Part.Text))
}
