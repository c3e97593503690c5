package playbooks

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"text/template/parse"
	"time"

	"github.com/signalbook/signalbook/alerts/textutil"
)

// misfit is what fmt writes where verbs and values do not go together.
var misfit = regexp.MustCompile(`%!(?:\((NOVERB|EXTRA|BADINDEX)|(.)\((MISSING|BADINDEX|\S+?=|<nil>))`)

// anything stands for a value whose type is not known before the template runs:
// it fits every verb.
type anything struct{}

func (anything) Format(fmt.State, rune) {}

// wrongVerbs says why a layout of printf does not fit the values, of which only
// the types count; nothing when it does.
func wrongVerbs(layout string, args []any) string {
	if layout == "" || wideVerb.MatchString(layout) {
		return "" // no layout at all, or one that is refused anyhow
	}
	zeros := make([]any, len(args))
	for k, a := range args {
		if a != nil {
			zeros[k] = reflect.Zero(reflect.TypeOf(a)).Interface()
		}
	}
	m := misfit.FindStringSubmatch(fmt.Sprintf(strings.ReplaceAll(layout, "%%", ""), zeros...))
	if m == nil {
		return ""
	}
	const percent = "; a percent sign is written %%"
	switch verb, what := m[2], m[3]; {
	case m[1] == "EXTRA":
		return "there are more values than verbs such as %s"
	case m[1] == "NOVERB":
		return "it ends in a % without a verb" + percent
	case m[1] == "BADINDEX" || what == "BADINDEX":
		return "it asks for a value by its number, and there is none"
	case what == "MISSING":
		return "there is no value for %" + verb + percent
	case !strings.Contains("vTtbcoOdqxXUeEfFgGsp", verb):
		return "there is no verb %" + verb + percent
	case what == "string=":
		return "%" + verb + " is not for text: write %s"
	case what == "int=" || what == "float64=":
		return "%" + verb + " is not for a number: write %v"
	default:
		return "%" + verb + " is not for such a value: write %v"
	}
}

// printfError is the error of a call of printf, as the author reads it.
func printfError(layout, why string) error {
	return fmt.Errorf("printf %q: %s", textutil.Cut(layout, 40), why)
}

// checkPrintf finds the calls of printf whose verbs do not fit their values,
// also where no sample alert leads.
func checkPrintf(list *parse.ListNode, text string) error {
	var wrong error
	calls(list, func(name string, args []parse.Node, _ bool) {
		layout, ok := literal(args, 0)
		if name != "printf" || !ok || wrong != nil {
			return
		}
		values := make([]any, len(args)-1)
		for k, arg := range args[1:] {
			values[k] = typical(arg)
		}
		if why := wrongVerbs(layout, values); why != "" {
			before := text[:min(int(args[0].Position()), len(text))]
			wrong = &placedError{error: printfError(layout, why),
				line: 1 + strings.Count(before, "\n"), column: len(before) - strings.LastIndexByte(before, '\n')}
		}
	})
	return wrong
}

// deadLayouts returns the layouts of times that show no time at all, such as
// "YYYY-MM-DD" or "%Y".
func deadLayouts(list *parse.ListNode) (dead []string) {
	at := []time.Time{time.Date(2001, 2, 3, 4, 5, 6, 7e8, time.UTC), time.Date(2019, 11, 28, 20, 39, 48, 9e8, time.UTC)}
	calls(list, func(name string, args []parse.Node, method bool) {
		layout, ok := literal(args, 0)
		if !ok || (name != "date" || method) && (name != "Format" || !method) {
			return
		}
		if at[0].Format(layout) == at[1].Format(layout) && !slices.Contains(dead, layout) {
			dead = append(dead, layout)
		}
	})
	return dead
}

// literal returns an argument that is a text.
func literal(args []parse.Node, k int) (string, bool) {
	if k >= len(args) {
		return "", false
	}
	s, ok := args[k].(*parse.StringNode)
	if !ok {
		return "", false
	}
	return s.Text, true
}

// typical is a value of the type that an argument has; anything when that is not
// known.
func typical(n parse.Node) any {
	switch n := n.(type) {
	case *parse.StringNode:
		return ""
	case *parse.BoolNode:
		return false
	case *parse.NumberNode:
		if n.IsInt {
			return 0
		}
		return 0.0
	case *parse.FieldNode, *parse.VariableNode, *parse.ChainNode:
		if _, name := labelNamed(n); name != "" {
			return ""
		}
	case *parse.PipeNode:
		if len(n.Cmds) == 1 && len(n.Cmds[0].Args) == 1 {
			return typical(n.Cmds[0].Args[0])
		}
		last := n.Cmds[len(n.Cmds)-1]
		if id, ok := last.Args[0].(*parse.IdentifierNode); ok {
			switch id.Ident {
			case "len":
				return 0
			case "print", "printf", "println", "toUpper", "toLower", "title", "trimSpace", "join", "reReplaceAll", "date", "urlquery", "humanizeDuration":
				return ""
			case "index":
				if len(last.Args) == 3 && labelSet(last.Args[1]) != "" {
					return ""
				}
			}
		}
	}
	return anything{}
}
