package yamlfile

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/signalbook/signalbook/alerts/textutil"
)

// decoder gathers the problems of one file.
type decoder struct {
	doc      *Document
	lines    [][]byte
	problems Problems
	dropped  int
}

// errReported tells a type's own UnmarshalYAML that its fields have problems
// which are in the list already.
var errReported = errors.New("yamlfile: problems are reported")

// funcUnmarshaler is the older form of yaml.Unmarshaler, which the
// Prometheus libraries use.
type funcUnmarshaler interface {
	UnmarshalYAML(unmarshal func(any) error) error
}

func (d *decoder) addf(n *yaml.Node, format string, args ...any) {
	if len(d.problems) >= maxProblems {
		d.dropped++
		return
	}
	d.problems = append(d.problems, Problem{File: d.doc.file, Line: n.Line, Column: n.Column, Text: fmt.Sprintf(format, args...)})
}

func (d *decoder) found() int { return len(d.problems) + d.dropped }

// value decodes a node into a settable value.
func (d *decoder) value(n *yaml.Node, v reflect.Value) {
	at := n
	n = behindAlias(n)
	if v.Type() == reflect.TypeFor[yaml.Node]() {
		v.Set(reflect.ValueOf(*n))
		return
	}
	if isNull(n) {
		d.null(at, v)
		return
	}
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		d.value(at, v.Elem())
		return
	}
	if d.custom(at, v) {
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		if n.Kind != yaml.MappingNode {
			d.addf(at, "expected key: value pairs, got %s", describe(n))
			return
		}
		d.structure(n, v)
	case reflect.Map:
		if n.Kind != yaml.MappingNode {
			d.addf(at, "expected key: value pairs, got %s", describe(n))
			return
		}
		d.mapping(n, v)
	case reflect.Slice:
		d.list(at, v)
	case reflect.Interface:
		if loose := d.loose(n); loose != nil {
			v.Set(reflect.ValueOf(loose))
		}
	default:
		d.scalar(at, v)
	}
}

// null leaves what was there (the zero value, or a default), as if the key
// were absent; a "#" that was meant to be part of the value is told.
func (d *decoder) null(at *yaml.Node, v reflect.Value) {
	if v.Kind() != reflect.String || at.Line < 1 || at.Line > len(d.lines) {
		return
	}
	line := []rune(string(d.lines[at.Line-1]))
	if at.Column < 1 || at.Column-1 > len(line) {
		return
	}
	rest := strings.TrimSpace(string(line[at.Column-1:]))
	rest = strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(rest, ":"), "-"))
	if word, ok := strings.CutPrefix(rest, "#"); ok && word != "" && word[0] != ' ' && word[0] != '#' {
		word, _, _ = strings.Cut(word, " ")
		d.addf(at, `no value: an unquoted "#" begins a comment, write "#%s"`, strings.TrimRight(word, "]},"))
	}
}

// custom lets a type read itself. It returns false when the type has no
// reading of its own.
func (d *decoder) custom(at *yaml.Node, v reflect.Value) bool {
	if !v.CanAddr() {
		return false
	}
	n := behindAlias(at)
	var err error
	switch u := v.Addr().Interface().(type) {
	case yaml.Unmarshaler:
		err = guard(func() error { return u.UnmarshalYAML(n) })
	case funcUnmarshaler:
		err = guard(func() error {
			return u.UnmarshalYAML(func(into any) error {
				target := reflect.ValueOf(into)
				if target.Kind() != reflect.Pointer || target.IsNil() {
					return errors.New("not a pointer")
				}
				before := d.found()
				d.value(at, target.Elem())
				if d.found() > before {
					return errReported
				}
				return nil
			})
		})
	case encoding.TextUnmarshaler:
		if n.Kind != yaml.ScalarNode {
			d.addf(at, "expected one value, got %s", describe(n))
			return true
		}
		err = guard(func() error { return u.UnmarshalText([]byte(n.Value)) })
	default:
		return false
	}
	if err != nil && !errors.Is(err, errReported) {
		d.addf(at, "%s", strings.TrimPrefix(err.Error(), "yaml: "))
	}
	return true
}

// guard keeps a panic inside somebody else's UnmarshalYAML from taking the
// process down: the file comes from outside.
func guard(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("cannot be read: %v", r)
		}
	}()
	return f()
}

func (d *decoder) list(at *yaml.Node, v reflect.Value) {
	n := behindAlias(at)
	if n.Kind != yaml.SequenceNode {
		d.addf(at, "expected a list, got %s: write [ ] around it, or lines that begin with -", describe(n))
		return
	}
	out := reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content))
	for i, c := range n.Content {
		before := d.found()
		d.value(c, out.Index(i))
		if isNull(behindAlias(c)) && d.found() == before {
			d.addf(c, "this list entry is empty")
		}
	}
	v.Set(out)
}

func (d *decoder) scalar(at *yaml.Node, v reflect.Value) {
	n := behindAlias(at)
	want := wanted(v.Kind())
	if n.Kind != yaml.ScalarNode {
		d.addf(at, "expected %s, got %s", want, describe(n))
		return
	}
	if v.Kind() == reflect.String {
		if n.Tag == "!!binary" {
			d.addf(at, "expected text, got base64 (!!binary): write the text itself")
			return
		}
		v.SetString(n.Value)
		return
	}
	if err := guard(func() error { return n.Decode(v.Addr().Interface()) }); err != nil {
		d.addf(at, "expected %s, got %q", want, textutil.Cut(n.Value, 60))
	}
}

// loose decodes into what encoding/json would make of the same value.
func (d *decoder) loose(n *yaml.Node) any {
	n = behindAlias(n)
	switch n.Kind {
	case yaml.MappingNode:
		out := reflect.ValueOf(map[string]any{})
		d.mapping(n, out)
		return out.Interface()
	case yaml.SequenceNode:
		out := make([]any, len(n.Content))
		for i, c := range n.Content {
			out[i] = d.loose(c)
		}
		return out
	case yaml.ScalarNode:
		var out any
		if err := guard(func() error { return n.Decode(&out) }); err != nil {
			d.addf(n, "cannot be read: %s", strings.TrimPrefix(err.Error(), "yaml: "))
		}
		return out
	}
	return nil
}

func isNull(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.Tag == "!!null"
}

func wanted(k reflect.Kind) string {
	switch k {
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return "a whole number"
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "a whole number, not negative"
	case reflect.Float32, reflect.Float64:
		return "a number"
	}
	return "text"
}

func describe(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "key: value pairs"
	case yaml.SequenceNode:
		return "a list"
	case yaml.ScalarNode:
		return fmt.Sprintf("%q", textutil.Cut(n.Value, 60))
	}
	return "nothing"
}
