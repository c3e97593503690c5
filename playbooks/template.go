package playbooks

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"strconv"
	"strings"
	"text/template"
	"text/template/parse"
)

// use says where a template's result goes, and so how the values in it are
// made harmless.
type use string

// The internal functions at the end of every action's pipeline, one for each
// use. Authors cannot call them: they are defined after parsing.
const (
	inMrkdwn  use = "signalbookMrkdwn"
	inTitle   use = "signalbookTitle"
	inCommand use = "signalbookCommand"
	inURL     use = "signalbookURL"

	tickFunction   = "signalbookTick"
	authorFunction = "signalbookAuthor" // prints what the author has written into an action of a command
)

// IsTemplate tells whether a text of a playbook has anything to fill in; one that
// has not is shown as it stands.
func IsTemplate(text string) bool { return strings.Contains(text, "{{") }

// compile parses a template and builds the bounds into its tree: every loop
// counts its rounds, and every printed value passes the function for its use,
// as html/template does it. The budget pays whenever the template runs. A text
// that it has compiled for this use before is not compiled again.
func compile(text string, where use, b *budget) (*template.Template, error) {
	if t := b.templates[templateKey{text, where}]; t != nil {
		return t, nil
	}
	trees, err := parse.Parse("", text, "", "", callable)
	if err != nil {
		return nil, placed(err, errors.New(parseErrorText(err)))
	}
	if len(trees) > 1 {
		return nil, errors.New("define and block are not allowed in a playbook's templates")
	}
	tree := trees[""]
	if tree == nil || tree.Root == nil {
		tree = &parse.Tree{Root: &parse.ListNode{NodeType: parse.NodeList}}
	}
	if err := checkPrintf(tree.Root, text); err != nil {
		return nil, err
	}
	if where == inURL || where == inMrkdwn {
		noteEncoded(tree.Root)
	}
	i := instrumenter{where: where, budget: b, own: ownWords(tree.Root), variables: map[string]hint{}}
	if _, err := i.list(tree.Root); err != nil {
		return nil, err
	}
	if b.base == nil {
		b.base = template.New("").Option("missingkey=zero").Funcs(functions(b)).Funcs(template.FuncMap{
			tickFunction:      b.tick,
			encodedFunction:   b.encoded,
			string(inMrkdwn):  b.marked,
			string(inTitle):   b.printed(cleanLine),
			string(inCommand): b.commandValue,
			string(inURL):     b.marked,
			authorFunction:    b.printed(func(s string) string { return s }),
		})
		b.templates = map[templateKey]*template.Template{}
	}
	t, err := b.base.AddParseTree(strconv.Itoa(len(b.templates)+1), tree)
	if err != nil {
		return nil, err
	}
	b.templates[templateKey{text, where}] = t
	return t, nil
}

// callable are the functions that authors may call: those of a budget, and
// text/template's own. Only the names matter for parsing.
var callable = func() map[string]any {
	all := map[string]any(functions(newBudget()))
	for _, own := range []string{"and", "or", "not", "len", "index", "slice", "call", "eq", "ne", "lt", "le", "gt", "ge"} {
		all[own] = true
	}
	return all
}()

// instrumenter rewrites the tree of one template.
type instrumenter struct {
	where  use
	budget *budget

	// Of commands only: what values are called.
	own       []string        // words of the author's that may be printed instead of a value
	dot       hint            // what the dot is inside a with or range
	variables map[string]hint // what was first put into a variable
}

// list rewrites a list of nodes in place and returns how many nodes one
// pass over it runs through, inner loops not counted.
func (i *instrumenter) list(list *parse.ListNode) (nodes int, err error) {
	if list == nil {
		return 0, nil
	}
	branch := func(b *parse.BranchNode) error {
		outer := i.dot
		if b.Type() == parse.NodeWith {
			i.dot = i.hint(b.Pipe)
		}
		i.declare(b.Pipe)
		for _, l := range []*parse.ListNode{b.List, b.ElseList} {
			n, err := i.list(l)
			if err != nil {
				return err
			}
			nodes += n
			i.dot = outer
		}
		return nil
	}
	for _, node := range list.Nodes {
		nodes++
		switch n := node.(type) {
		case *parse.ActionNode:
			nodes += len(n.Pipe.Cmds)
			i.declare(n.Pipe)
			switch {
			case len(n.Pipe.Decl) > 0:
			case i.where == inCommand:
				i.print(n.Pipe)
			default:
				n.Pipe.Cmds = append(n.Pipe.Cmds, command(n.Pos, string(i.where)))
			}
		case *parse.IfNode:
			err = branch(&n.BranchNode)
		case *parse.WithNode:
			err = branch(&n.BranchNode)
		case *parse.RangeNode:
			var inner int
			outer := i.dot
			i.dot = i.hint(n.Pipe)
			i.declare(n.Pipe)
			inner, err = i.list(n.List)
			i.dot = outer
			if err == nil {
				n.List.Nodes = append([]parse.Node{tick(n, inner)}, n.List.Nodes...)
				_, err = i.list(n.ElseList)
			}
		case *parse.TemplateNode:
			err = errors.New("template calls are not allowed in a playbook's templates")
		}
		if err != nil {
			return 0, err
		}
	}
	return nodes, nil
}

func tick(at *parse.RangeNode, nodes int) parse.Node {
	count := number(at.Pos, nodes)
	return &parse.ActionNode{NodeType: parse.NodeAction, Pos: at.Pos, Line: at.Line, Pipe: &parse.PipeNode{
		NodeType: parse.NodePipe, Pos: at.Pos, Line: at.Line,
		Cmds: []*parse.CommandNode{command(at.Pos, tickFunction, count)},
	}}
}

func number(pos parse.Pos, n int) *parse.NumberNode {
	return &parse.NumberNode{NodeType: parse.NodeNumber, Pos: pos, IsInt: true, Int64: int64(n), Text: strconv.Itoa(n)}
}

func command(pos parse.Pos, function string, args ...parse.Node) *parse.CommandNode {
	return &parse.CommandNode{NodeType: parse.NodeCommand, Pos: pos,
		Args: append([]parse.Node{parse.NewIdentifier(function).SetPos(pos)}, args...)}
}

// printed makes the last function of a pipeline: what text/template would
// print, made harmless.
func (b *budget) printed(harmless func(string) string) func(args ...any) (string, error) {
	return func(args ...any) (string, error) {
		s, err := b.print(args)
		if err != nil {
			return "", err
		}
		return b.result(harmless(s))
	}
}

// print is what text/template would print.
func (b *budget) print(args []any) (string, error) {
	s, ok := "", len(args) == 1
	if ok {
		s, ok = args[0].(string)
	}
	if !ok {
		var err error
		if s, err = b.format("", args, func() string { return fmt.Sprint(args...) }); err != nil {
			return "", err
		}
	}
	if len(s) > maxOutput {
		return "", errOutput
	}
	return s, nil
}

// marked prints a value between marks.
func (b *budget) marked(args ...any) (string, error) {
	if len(args) == 1 {
		if s, ok := args[0].(encodedValue); ok {
			return b.result(string(encodedBegins) + cleanLine(string(s)) + string(valueEnds))
		}
	}
	return b.printed(markValue)(args...)
}

// encoded is what would be printed, as a value that is encoded already.
func (b *budget) encoded(args ...any) (encodedValue, error) {
	s, err := b.printed(func(s string) string { return s })(args...)
	return encodedValue(s), err
}

// execute runs a compiled template. A panic inside text/template is an error
// like any other: the data come from outside.
func execute(t *template.Template, v view, b *budget) (out string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("cannot be filled: %v", r)
		}
	}()
	if t.Tree == nil || t.Root == nil {
		return "", nil
	}
	b.iterations, b.values, b.held = maxIterations, nil, 0
	w := &bounded{}
	if err := t.Execute(w, v); err != nil {
		return "", executionError(err)
	}
	return string(w.data), nil
}

// fill compiles and executes a text for one use; a text without a template
// comes back as it is.
func fill(text string, where use, v view, b *budget) (string, error) {
	if !IsTemplate(text) {
		return text, nil
	}
	t, err := compile(text, where, b)
	if err != nil {
		return "", err
	}
	return execute(t, v, b)
}

var (
	templatePrefix = regexp.MustCompile(`^template: [^ ]*?:(\d+)(?::(\d+))?: `)
	executing      = regexp.MustCompile(`^executing "[^"]*" at `)
	missingFunc    = regexp.MustCompile(`^function "([^"]*)" not defined`)
	missingField   = regexp.MustCompile(`can't evaluate field (\S+) in type \S+`)
	ourFunction    = regexp.MustCompile(`at <signalbook[^>]*>: |error calling signalbook\w+: `)
)

func parseErrorText(err error) string {
	text := templatePrefix.ReplaceAllString(err.Error(), "")
	if m := missingFunc.FindStringSubmatch(text); m != nil {
		if m[1] == "now" || m[1] == "since" {
			return fmt.Sprintf("function %q is not available: a playbook is filled once, when the incident opens, so an age would soon be wrong", m[1])
		}
		return fmt.Sprintf("function %q does not exist%s", m[1], didYouMean(m[1], maps.Keys(callable)))
	}
	if text == "unexpected EOF" {
		return "an if, range or with has no {{ end }}"
	}
	return text
}

// errField is the mistake of naming something that templates do not see.
var errField = errors.New("templates see .Labels, .Annotations, .Alerts and .StartsAt")

func executionError(err error) error {
	text := templatePrefix.ReplaceAllString(err.Error(), "")
	text = executing.ReplaceAllString(text, "at ")
	text = ourFunction.ReplaceAllString(text, "")
	if m := missingField.FindStringSubmatch(text); m != nil {
		return placed(err, fmt.Errorf("there is no .%s: %w", m[1], errField))
	}
	return placed(err, errors.New(text))
}

// placedError is what is wrong with a template and where in it.
type placedError struct {
	error
	line, column int // from 1; column 0: not known
}

func (e *placedError) Unwrap() error { return e.error }

// placed gives an error the place that one of text/template names: the line,
// and when it comes from running a column in bytes, which counts from 0.
func placed(from, err error) error {
	m := templatePrefix.FindStringSubmatch(from.Error())
	if m == nil {
		return err
	}
	e := &placedError{error: err}
	e.line, _ = strconv.Atoi(m[1])
	if column, bad := strconv.Atoi(m[2]); bad == nil {
		e.column = column + 1
	}
	return e
}
