package playbooks

import "text/template/parse"

// encodedFunction stands at the end of a pipeline in which the author has encoded a
// value with urlquery: in a link that is not done once more.
const encodedFunction = "signalbookEncoded"

// encodedValue is what such a pipeline makes.
type encodedValue string

// noteEncoded finds the pipelines that urlquery is a part of, also by way of a
// variable or the dot.
func noteEncoded(root *parse.ListNode) { encoded{}.list(root, false) }

// encoded are the variables that hold an encoded value.
type encoded map[string]bool

// list walks through a list in which the dot is encoded, or not.
func (e encoded) list(list *parse.ListNode, dot bool) {
	if list == nil {
		return
	}
	branch := func(b *parse.BranchNode, dot, inside bool) {
		e.declare(b.Pipe, e.pipe(b.Pipe, dot))
		e.list(b.List, inside)
		e.list(b.ElseList, dot)
	}
	for _, node := range list.Nodes {
		switch n := node.(type) {
		case *parse.ActionNode:
			found := e.pipe(n.Pipe, dot)
			if e.declare(n.Pipe, found); found && len(n.Pipe.Decl) == 0 {
				n.Pipe.Cmds = append(n.Pipe.Cmds, command(n.Pos, encodedFunction))
			}
		case *parse.IfNode:
			branch(&n.BranchNode, dot, dot)
		case *parse.WithNode:
			branch(&n.BranchNode, dot, e.pipe(n.Pipe, dot))
		case *parse.RangeNode:
			branch(&n.BranchNode, dot, e.pipe(n.Pipe, dot))
		}
	}
}

func (e encoded) declare(p *parse.PipeNode, found bool) {
	for _, v := range p.Decl {
		e[v.Ident[0]] = found
	}
}

func (e encoded) pipe(p *parse.PipeNode, dot bool) bool {
	for _, c := range p.Cmds {
		for _, arg := range c.Args {
			if e.node(arg, dot) {
				return true
			}
		}
	}
	return false
}

func (e encoded) node(node parse.Node, dot bool) bool {
	switch n := node.(type) {
	case *parse.IdentifierNode:
		return n.Ident == "urlquery"
	case *parse.VariableNode:
		return e[n.Ident[0]]
	case *parse.DotNode:
		return dot
	case *parse.PipeNode:
		return e.pipe(n, dot)
	case *parse.ChainNode:
		return e.node(n.Node, dot)
	}
	return false
}
