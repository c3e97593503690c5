package incident_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strconv"
	"testing"

	"github.com/signalbook/signalbook/bot/incident"
)

// TestEveryVerbIsKnown: no verb of this binary's own is taken for a newer one's.
func TestEveryVerbIsKnown(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("verb.go")
	if err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), "verb.go", source, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		kind, _ := spec.Type.(*ast.Ident)
		literal, _ := spec.Values[0].(*ast.BasicLit)
		if kind == nil || kind.Name != "Verb" || literal == nil {
			return true
		}
		verb, err := strconv.Unquote(literal.Value)
		if err != nil {
			t.Fatal(err)
		}
		found++
		if !incident.Verb(verb).Known() {
			t.Errorf("%s: say in verbs who may", spec.Names[0].Name)
		}
		return true
	})
	if found < 10 {
		t.Errorf("found %d verbs in verb.go, want all", found)
	}
}
