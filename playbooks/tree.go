package playbooks

import "text/template/parse"

// calls visits every call of a function or a method with arguments in a template,
// wherever it stands. What a pipeline hands on is the last argument.
func calls(list *parse.ListNode, visit func(name string, args []parse.Node, method bool)) {
	pipes(list, func(p *parse.PipeNode) {
		for k, c := range p.Cmds {
			args := c.Args[1:]
			if k > 0 {
				before := &parse.PipeNode{NodeType: parse.NodePipe, Pos: p.Pos, Line: p.Line, Cmds: p.Cmds[:k]}
				args = append(args[:len(args):len(args)], before)
			}
			switch f := c.Args[0].(type) {
			case *parse.IdentifierNode:
				visit(f.Ident, args, false)
			case *parse.FieldNode, *parse.VariableNode, *parse.ChainNode:
				if path := idents(f); len(path) > 0 && len(args) > 0 {
					visit(path[len(path)-1], args, true)
				}
			}
		}
	})
}

// pipes visits every pipeline in a template, those in brackets too.
func pipes(list *parse.ListNode, visit func(*parse.PipeNode)) {
	if list == nil {
		return
	}
	branch := func(b *parse.BranchNode) {
		pipesIn(b.Pipe, visit)
		pipes(b.List, visit)
		pipes(b.ElseList, visit)
	}
	for _, node := range list.Nodes {
		switch n := node.(type) {
		case *parse.ActionNode:
			pipesIn(n.Pipe, visit)
		case *parse.IfNode:
			branch(&n.BranchNode)
		case *parse.WithNode:
			branch(&n.BranchNode)
		case *parse.RangeNode:
			branch(&n.BranchNode)
		}
	}
}

func pipesIn(n parse.Node, visit func(*parse.PipeNode)) {
	switch n := n.(type) {
	case *parse.PipeNode:
		visit(n)
		for _, c := range n.Cmds {
			for _, arg := range c.Args {
				pipesIn(arg, visit)
			}
		}
	case *parse.ChainNode:
		pipesIn(n.Node, visit)
	}
}

// idents is the way that a node names: .Labels.pod, $a.Labels.pod, (...).Labels.pod.
func idents(n parse.Node) []string {
	switch n := n.(type) {
	case *parse.FieldNode:
		return n.Ident
	case *parse.VariableNode:
		return n.Ident[1:]
	case *parse.ChainNode:
		return n.Field
	}
	return nil
}

// labelSet tells which of the two sets of names a node is, "Labels" or "Annotations";
// empty when it is neither.
func labelSet(n parse.Node) string {
	if path := idents(n); len(path) > 0 && (path[len(path)-1] == "Labels" || path[len(path)-1] == "Annotations") {
		return path[len(path)-1]
	}
	return ""
}

// labelNamed is the label or annotation that a node is.
func labelNamed(n parse.Node) (set, name string) {
	path := idents(n)
	if len(path) < 2 || path[len(path)-2] != "Labels" && path[len(path)-2] != "Annotations" {
		return "", ""
	}
	switch name = path[len(path)-1]; name {
	case "SortedPairs", "Names", "Values", "Remove": // methods of all of them
		return "", ""
	}
	return path[len(path)-2], name
}
