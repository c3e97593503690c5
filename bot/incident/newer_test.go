package incident_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/compat"
	"github.com/signalbook/signalbook/bot/incident"
)

// TestEveryVerbIsKnown: an act with any of this binary's own verbs is no newer
// binary's.
func TestEveryVerbIsKnown(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("event.go")
	if err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), "event.go", source, 0)
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
		if _, err := incident.DecodeEvent(fmt.Appendf(nil, `{"at":"2026-11-23T09:00:00Z","act":{"verb":%q,"incident":1,"user":"U1"}}`, verb)); err != nil {
			t.Errorf("%s: %v: add it to Verb.known", spec.Names[0].Name, err)
		}
		return true
	})
	if found < 10 {
		t.Errorf("found %d verbs in event.go, want all", found)
	}
}

// TestNewerEventIsTold: what only a newer binary can handle is told from what is
// broken, and from what merely has a field more.
func TestNewerEventIsTold(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		`{"at":"2026-11-23T09:00:00Z","timer":{"incident":1},"more":1}`:                 "",
		`{"at":"2026-11-23T09:00:00Z","schema":1,"timer":{"incident":1,"more":1}}`:      "",
		`{"at":"2026-11-23T09:00:00Z"}`:                                                 "",
		`{"at":"2026-11-23T09:00:00Z","merge":{}}`:                                      "newer: an event of kind \"merge\"",
		`{"at":"2026-11-23T09:00:00Z","act":{"verb":"merge","incident":1,"user":"U1"}}`: "newer: the act \"merge\"",
		`{"at":"2026-11-23T09:00:00Z","schema":2,"timer":{"incident":1}}`:               "newer: schema 2",
		`{"at":{"of":"tomorrow"},"schema":2}`:                                           "newer: schema 2",
		`{"at":"2026-11-23T09:00:00Z","schema":2,"source":"default","body":{"of":2}}`:   "newer: schema 2",
		`{"at":"yesterday","merge":{}}`:                                                 "broken",
		`no JSON`:                                                                       "broken",
		`{"at":"2026-11-23T09:00:00Z","source":"default","body":{"version":"4"}}`:       "broken",
	} {
		_, err := incident.DecodeEvent([]byte(raw))
		got := ""
		switch {
		case errors.Is(err, compat.ErrNewer):
			got = "newer: " + err.Error()
		case err != nil:
			got = "broken"
		}
		if (want == "") != (got == "") || !strings.HasPrefix(got, want) {
			t.Errorf("%s: got %q (%v), want %q", raw, got, err, want)
		}
	}
}
