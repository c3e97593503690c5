package compat

import (
	"encoding"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"sync"
)

// shape is what this binary knows of a type's JSON: the names of its members, at
// every depth. A leaf is a value that has none, or that reads itself.
type shape struct {
	kind   kind
	fields map[string]*shape // of an object, by name as it stands in JSON, with its quotes
	elem   *shape            // of a list or a dict
	key    string            // the member that tells one object of a list from the others; empty: its whole content does
}

type kind int

const (
	leaf   kind = iota
	object      // of a struct
	list
	dict // a map of objects or lists
)

// keys are the names of members that tell an object from others beside it, the
// most telling first.
var keys = []string{"id", "fingerprint", "number", "series", "name", "url"}

var (
	shapes    sync.Map // reflect.Type -> *shape
	marshaler = reflect.TypeFor[json.Marshaler]()
	textual   = reflect.TypeFor[encoding.TextMarshaler]()
)

func shapeOf(t reflect.Type) *shape {
	if known, ok := shapes.Load(t); ok {
		return known.(*shape)
	}
	s := build(t, map[reflect.Type]*shape{})
	shapes.Store(t, s)
	return s
}

// build makes the shape of a type; types that hold themselves are found in done.
func build(t reflect.Type, done map[reflect.Type]*shape) *shape {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if s, ok := done[t]; ok {
		return s
	}
	s := &shape{}
	done[t] = s
	if p := reflect.PointerTo(t); p.Implements(marshaler) || p.Implements(textual) {
		return s
	}
	switch t.Kind() {
	case reflect.Struct:
		s.kind, s.fields = object, map[string]*shape{}
		s.add(t, done)
		for _, name := range keys {
			if _, ok := s.fields[strconv.Quote(name)]; ok {
				s.key = strconv.Quote(name)
				break
			}
		}
	case reflect.Slice, reflect.Array, reflect.Map:
		elem := build(t.Elem(), done)
		if elem.kind == leaf {
			break
		}
		s.kind, s.elem = list, elem
		if t.Kind() == reflect.Map {
			s.kind = dict
		}
	}
	return s
}

// add adds the members that a struct has in JSON; those of embedded structs are its
// own.
func (s *shape) add(t reflect.Type, done map[reflect.Type]*shape) {
	for field := range t.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		inner := field.Type
		for inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		switch {
		case name == "-":
		case field.Anonymous && name == "" && inner.Kind() == reflect.Struct:
			s.add(inner, done)
		case field.IsExported():
			if name == "" {
				name = field.Name
			}
			s.fields[strconv.Quote(name)] = build(field.Type, done)
		}
	}
}
