// Package yamlfile reads one strict YAML file into a struct and tells every
// problem at once, with line and column. It never opens files, and never
// guesses: what it does not know is a problem, not ignored.
package yamlfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// What a file written by hand never reaches, and a file written to do harm
// (a "billion laughs") does at once.
const (
	// MaxSize is the largest file that is read, in bytes.
	MaxSize = 1 << 20
	// maxDepth is how deep lists and mappings may be nested.
	maxDepth = 64
	// maxNodes is how many keys and values a file may have once its aliases
	// are written out.
	maxNodes = 100_000
)

// Decode reads data, one YAML document, into a pointer to a struct with
// `yaml:"name"` tags; file is only the name used in problems. Unknown and
// duplicate keys, wrong types and values that a type refuses are all reported
// together. Types may implement yaml.Unmarshaler (both forms) or
// encoding.TextUnmarshaler. What could be read is in into even when there are
// problems; the Document is never nil.
func Decode(file string, data []byte, into any) (*Document, Problems) {
	d := &decoder{doc: &Document{file: file}}
	target := reflect.ValueOf(into)
	if target.Kind() != reflect.Pointer || target.IsNil() {
		panic("yamlfile: Decode needs a pointer to a struct")
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if p, bad := d.unreadable(data); bad {
		return d.doc, Problems{p}
	}
	d.lines = bytes.Split(data, []byte("\n"))
	root, problem := d.parse(data)
	if problem != nil {
		return d.doc, Problems{*problem}
	}
	if root == nil {
		return d.doc, Problems{{File: file, Line: 1, Column: 1, Text: "the file is empty"}}
	}
	if !d.bounded(root) {
		return d.doc, d.problems
	}
	d.doc.root, d.doc.text = root, data
	d.value(root, target.Elem())
	d.problems.Sort()
	if d.dropped > 0 {
		last := d.problems[len(d.problems)-1]
		last.Text = fmt.Sprintf("%d more problems are not shown: mend these first", d.dropped)
		d.problems = append(d.problems, last)
	}
	return d.doc, d.problems
}

// unreadable finds what keeps a file from being text at all.
func (d *decoder) unreadable(data []byte) (Problem, bool) {
	p := Problem{File: d.doc.file, Line: 1, Column: 1}
	if len(data) > MaxSize {
		p.Line, p.Column = 0, 0
		p.Text = fmt.Sprintf("the file has %d bytes, more than the %d that are read: split it", len(data), MaxSize)
		return p, true
	}
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			p.Text = fmt.Sprintf("byte %#02x is not valid UTF-8: save the file as UTF-8", data[i])
			return p, true
		case r == '\n':
			p.Line, p.Column = p.Line+1, 0
		case !printable(r):
			p.Text = fmt.Sprintf("character %U is not allowed in YAML: remove it, or write it as an escape in double quotes", r)
			return p, true
		}
		p.Column++
		i += size
	}
	return Problem{}, false
}

// printable is YAML 1.2's c-printable, without the byte order mark.
func printable(r rune) bool {
	switch {
	case r == '\t', r == '\n', r == '\r', r == 0x85:
		return true
	case r < 0x20, r >= 0x7f && r < 0xa0, r == 0xfeff, r == 0xfffe, r == 0xffff:
		return false
	}
	return true
}

// parse returns the top node of the only document, nil when there is none.
func (d *decoder) parse(data []byte) (*yaml.Node, *Problem) {
	var doc, next yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(data))
	if err := decodeNode(dec, &doc); errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		return nil, d.syntaxProblem(data, err)
	}
	switch err := decodeNode(dec, &next); {
	case err == nil:
		return nil, &Problem{File: d.doc.file, Line: max(next.Line, 1), Column: max(next.Column, 1),
			Text: `a second document begins here: write one document a file, without "---" between`}
	case !errors.Is(err, io.EOF):
		return nil, d.syntaxProblem(data, err)
	}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) == 0 {
		return nil, nil
	}
	root := doc.Content[0]
	if root.Kind == yaml.ScalarNode && root.Tag == "!!null" && root.Value == "" {
		return nil, nil
	}
	return root, nil
}

// decodeNode turns a panic of the YAML library into an error: it gives up on
// some broken files that way.
func decodeNode(dec *yaml.Decoder, into *yaml.Node) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("yaml: cannot be read: %v", r)
		}
	}()
	return dec.Decode(into)
}

// bounded walks the whole tree, aliases written out, and stops at the first
// bound that is passed.
func (d *decoder) bounded(root *yaml.Node) bool {
	nodes := 0
	var walk func(n *yaml.Node, depth int) bool
	walk = func(n *yaml.Node, depth int) bool {
		if nodes++; nodes > maxNodes {
			d.addf(n, "the file has more than %d values once its aliases are written out: use fewer aliases (*name)", maxNodes)
			return false
		}
		if depth > maxDepth {
			d.addf(n, "nested deeper than %d levels, or an alias inside what it names", maxDepth)
			return false
		}
		for _, c := range behindAlias(n).Content {
			if !walk(c, depth+1) {
				return false
			}
		}
		return true
	}
	return walk(root, 1)
}
