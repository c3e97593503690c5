package yamlfile

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/signalbook/signalbook/alerts/textutil"
)

// fieldSet is what a struct takes: its keys, those of inlined structs, and
// perhaps an inlined map for all others.
type fieldSet struct {
	byKey map[string]reflect.Value
	rest  reflect.Value
}

func fieldsOf(v reflect.Value, into *fieldSet) {
	t := v.Type()
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() && !f.Anonymous {
			continue
		}
		name, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if name == "-" {
			continue
		}
		field := v.Field(i)
		if strings.Contains(","+options+",", ",inline,") {
			switch field.Kind() {
			case reflect.Struct:
				fieldsOf(field, into)
			case reflect.Map:
				into.rest = field
			}
			continue
		}
		if !f.IsExported() {
			continue
		}
		if name == "" {
			name = strings.ToLower(f.Name)
		}
		into.byKey[name] = field
	}
}

// pair is one key of a mapping and its value.
type pair struct{ key, value *yaml.Node }

// pairs returns the keys of a mapping without duplicates, merged ones ("<<")
// last and only where the mapping does not say otherwise itself.
func (d *decoder) pairs(n *yaml.Node) []pair {
	var out []pair
	first := map[string]*yaml.Node{}
	var merges []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if isMerge(key) {
			sources := mergeSources(value)
			if len(sources) == 0 {
				d.addf(value, "<< takes an alias (*name) of key: value pairs, or a list of them")
			}
			merges = append(merges, sources...)
			continue
		}
		key = behindAlias(key)
		if key.Kind != yaml.ScalarNode {
			d.addf(n.Content[i], "a key must be plain text, got %s", describe(key))
			continue
		}
		if earlier, twice := first[key.Value]; twice {
			d.addf(n.Content[i], "key %q is given twice, first on line %d", textutil.Cut(key.Value, 60), earlier.Line)
			continue
		}
		first[key.Value] = n.Content[i]
		out = append(out, pair{n.Content[i], value})
	}
	for _, m := range merges {
		for i := 0; i+1 < len(m.Content); i += 2 {
			key := m.Content[i]
			if isMerge(key) {
				d.addf(key, "<< inside what another << names is not supported: name both in a list")
				continue
			}
			if key.Kind != yaml.ScalarNode || first[key.Value] != nil {
				continue
			}
			first[key.Value] = key
			out = append(out, pair{key, m.Content[i+1]})
		}
	}
	return out
}

func (d *decoder) structure(n *yaml.Node, v reflect.Value) {
	fields := fieldSet{byKey: map[string]reflect.Value{}}
	fieldsOf(v, &fields)
	for _, p := range d.pairs(n) {
		key := behindAlias(p.key).Value
		switch field, known := fields.byKey[key]; {
		case known:
			d.value(p.value, field)
		case fields.rest.IsValid():
			d.entry(p, fields.rest)
		default:
			d.addf(p.key, "unknown key %q: %s", textutil.Cut(key, 60), suggestion(key, fields.byKey))
		}
	}
}

func (d *decoder) mapping(n *yaml.Node, v reflect.Value) {
	if v.Kind() == reflect.Map && v.IsNil() {
		v.Set(reflect.MakeMap(v.Type()))
	}
	for _, p := range d.pairs(n) {
		d.entry(p, v)
	}
}

// entry sets one key of a map; only maps with text keys are read.
func (d *decoder) entry(p pair, m reflect.Value) {
	if m.IsNil() {
		m.Set(reflect.MakeMap(m.Type()))
	}
	value := reflect.New(m.Type().Elem()).Elem()
	d.value(p.value, value)
	key := reflect.New(m.Type().Key()).Elem()
	if key.Kind() != reflect.String {
		panic(fmt.Sprintf("yamlfile: keys of %s are not text", m.Type()))
	}
	key.SetString(behindAlias(p.key).Value)
	m.SetMapIndex(key, value)
}

// suggestion names the known key that is written most alike, or all of them.
func suggestion(key string, fields map[string]reflect.Value) string {
	known := make([]string, 0, len(fields))
	for k := range fields {
		known = append(known, k)
	}
	slices.Sort(known)
	if best, ok := textutil.Nearest(key, known); ok {
		return fmt.Sprintf("did you mean %q?", best)
	}
	if len(known) == 0 {
		return "nothing may be given here"
	}
	return "known here are " + strings.Join(known, ", ")
}
