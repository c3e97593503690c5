package compat

import (
	"bytes"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Fields are the members of a JSON document, at every depth, that this binary does
// not know: a newer one wrote them. They are kept while the document is read, changed
// and written, each with the object that it stood in: an object of a list is found
// again by its key (id, fingerprint, number, name …), any other by its content. With
// an object that is replaced they go, because they told of the old one.
//
// Nearly every document has none: then Keep costs one pass without allocations, and
// Encode nothing.
type Fields struct {
	shape *shape
	root  *node
}

// node is one object, list or dict with unknown members in it.
type node struct {
	same  string // what tells the object from others; empty: this binary writes nothing of it
	extra []member
	under map[string]*node // by member's name; in a list by what tells the object, and its turn
}

type member struct{ name, value jsontext.Value }

// Keep finds the members of a T, as it was read from data, that this binary does not
// know; nil when there are none. Plain writes the value that was read as this binary
// does.
func Keep[T any](data []byte, plain func() ([]byte, error)) *Fields {
	s := shapeOf(reflect.TypeFor[T]())
	if s.knows(decoder(data)) {
		return nil
	}
	reference, err := plain()
	if err != nil {
		return nil // it cannot be written again either
	}
	root := s.collect(data, reference)
	if root == nil {
		return nil
	}
	return &Fields{s, root}
}

// Encode writes the value with its members put back, where plain is what this binary
// writes; plain as it was for Keep.
func (f *Fields) Encode(plain func() ([]byte, error)) ([]byte, error) {
	data, err := plain()
	if err != nil || f == nil {
		return data, err
	}
	return f.shape.merge(data, f.root), nil
}

func decoder(data []byte) *jsontext.Decoder {
	return jsontext.NewDecoder(bytes.NewBuffer(data), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

// knows reads one value, and reports whether all its members are known. What is no
// JSON has none that are not.
func (s *shape) knows(dec *jsontext.Decoder) bool {
	open := dec.PeekKind()
	if s.kind == leaf || (open == '{') != (s.kind != list) || open != '{' && open != '[' {
		_ = dec.SkipValue()
		return true
	}
	if _, err := dec.ReadToken(); err != nil {
		return true
	}
	for end := open + 2; dec.PeekKind() != end; { // } follows { by two, and ] follows [
		inner := s.elem
		if open == '{' {
			name, err := dec.ReadValue()
			if err != nil {
				return true
			}
			if s.kind == object {
				known, ok := s.fields[string(name)]
				if !ok {
					return false
				}
				inner = known
			}
		}
		if dec.PeekKind() == 0 {
			return true
		}
		if !inner.knows(dec) {
			return false
		}
	}
	_, _ = dec.ReadToken()
	return true
}

// members are those of an object, in their order, or the elements of a list.
func members(value jsontext.Value) (all []member) {
	dec := decoder(value)
	open, err := dec.ReadToken()
	if err != nil {
		return nil
	}
	for end := open.Kind() + 2; dec.PeekKind() != end; {
		var m member
		if open.Kind() == '{' {
			name, err := dec.ReadValue()
			if err != nil {
				return all
			}
			m.name = name.Clone()
			_ = m.name.Canonicalize() // so that one that is written with escapes is found, too
		}
		v, err := dec.ReadValue()
		if err != nil {
			return all
		}
		m.value = v.Clone()
		all = append(all, m)
	}
	return all
}

func lookUp(all []member, name string) jsontext.Value {
	for _, m := range all {
		if string(m.name) == name {
			return m.value
		}
	}
	return nil
}

// fits reports whether a value is what the shape says.
func (s *shape) fits(value jsontext.Value) bool {
	if s.kind == list {
		return value.Kind() == '['
	}
	return s.kind != leaf && value.Kind() == '{'
}

// same is what tells an object, as this binary writes it, from others beside it.
func (s *shape) same(reference jsontext.Value) string {
	if s.kind == object && s.key != "" {
		if key := lookUp(members(reference), s.key); key != nil {
			return string(key)
		}
	}
	return string(reference)
}

// reads reports whether decoding takes a member for one that is known, by a name of
// other case: kept, it would come back over the one that is written.
func (s *shape) reads(name string) bool {
	for known := range s.fields {
		if strings.EqualFold(known, name) {
			return true
		}
	}
	return false
}

// turns tells the objects of a list apart that are the same.
type turns map[string]int

func (t turns) of(same string) string {
	t[same]++
	return fmt.Sprint(same, " ", t[same])
}

// part is the k-th member of an object, or element of a list: its shape (nil: not
// known), what it is found again by, and what this binary writes of it.
func (s *shape) part(k int, m member, known []member, t turns) (inner *shape, name string, ref jsontext.Value) {
	inner, name = s.elem, string(m.name)
	switch s.kind {
	case list:
		ref = known[k].value
		return inner, t.of(inner.same(ref)), ref
	case object:
		inner = s.fields[name]
	}
	return inner, name, lookUp(known, name)
}

// collect finds what is not known in a value; nil when there is nothing.
func (s *shape) collect(value, reference jsontext.Value) *node {
	if !s.fits(value) {
		return nil
	}
	n := &node{under: map[string]*node{}}
	if s.fits(reference) {
		n.same = s.same(reference)
	}
	known, found := members(reference), members(value)
	if s.kind == list && len(known) != len(found) {
		return nil
	}
	t := turns{}
	for k, m := range found {
		inner, name, ref := s.part(k, m, known, t)
		if inner == nil {
			if !s.reads(name) {
				n.extra = append(n.extra, m)
			}
			continue
		}
		if child := inner.collect(m.value, ref); child != nil {
			n.under[name] = child
		}
	}
	if len(n.extra) == 0 && len(n.under) == 0 {
		return nil
	}
	return n
}

// merge writes a value with what stood in n.
func (s *shape) merge(value jsontext.Value, n *node) jsontext.Value {
	if !s.fits(value) {
		return value
	}
	written := members(value)
	var out []member
	t, there := turns{}, map[string]bool{}
	for k, m := range written {
		inner, name, _ := s.part(k, m, written, t)
		there[name] = true
		if child := n.under[name]; child != nil && inner != nil && (inner.kind != object || child.same == inner.same(m.value)) {
			m.value = inner.merge(m.value, child)
		}
		out = append(out, m)
	}
	if s.kind != list {
		for _, name := range slices.Sorted(maps.Keys(n.under)) {
			if child := n.under[name]; child.same == "" && !there[name] && len(child.extra) > 0 {
				// This binary writes nothing of the object, as before.
				out = append(out, member{jsontext.Value(name), join('{', child.extra)})
			}
		}
		out = append(out, n.extra...)
		return join('{', out)
	}
	return join('[', out)
}

// join writes an object or a list.
func join(open byte, all []member) jsontext.Value {
	out := []byte{open}
	for k, m := range all {
		if k > 0 {
			out = append(out, ',')
		}
		if open == '{' {
			out = append(append(out, m.name...), ':')
		}
		out = append(out, m.value...)
	}
	return append(out, open+2)
}
