package incident

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"strings"
	"sync"

	"github.com/signalbook/signalbook/bot/compat"
)

// unknownFields are the top-level fields of a document that a newer binary
// wrote: they are kept, so that old and new binaries can run side by side.
type unknownFields map[string]json.RawMessage

var knownFields = sync.OnceValue(func() map[string]bool {
	names := map[string]bool{}
	t := reflect.TypeFor[Incident]()
	for field := range t.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name != "" {
			names[name] = true
		}
	}
	return names
})

// Decode reads an incident document: the short form that Encode writes, and the
// whole one of Export, in which earlier binaries kept incidents, too.
func Decode(data []byte) (Incident, error) {
	var all unknownFields
	if err := json.Unmarshal(data, &all); err != nil {
		return Incident{}, fmt.Errorf("decode incident document: %w", err)
	}
	schema := Schema
	if text, ok := all["schema"]; ok {
		if err := json.Unmarshal(text, &schema); err != nil {
			return Incident{}, fmt.Errorf("decode incident document: schema: %w", err)
		}
	}
	var i Incident
	var err error
	switch {
	case schema <= Schema:
		err = json.Unmarshal(data, &i)
	case schema == shortSchema:
		i, err = decodeShort(data)
	default:
		err = compat.CheckSchema(schema, shortSchema)
	}
	if err != nil {
		return Incident{}, fmt.Errorf("decode incident document: %w", err)
	}
	maps.DeleteFunc(all, func(name string, _ json.RawMessage) bool { return knownFields()[name] })
	if len(all) > 0 {
		i.unknown = all
	}
	return i, nil
}

// Encode writes the incident document as Redis keeps it: what can be told from the
// rest of it is left out, and times are numbers of milliseconds.
func (i Incident) Encode() ([]byte, error) { return i.with(short(&i)) }

// Export writes the whole document with every word, for those who read it without
// this package.
func (i Incident) Export() ([]byte, error) {
	i.Schema = Schema
	return i.with(i)
}

// with is a form of the document, and the fields that this binary does not know.
func (i Incident) with(form any) ([]byte, error) {
	data, err := compact(form)
	if err != nil || len(i.unknown) == 0 {
		return data, err
	}
	rest, err := json.Marshal(i.unknown)
	if err != nil {
		return nil, err
	}
	// Both are objects: {…} and {…} become one.
	return append(append(data[:len(data)-1], ','), rest[1:]...), nil
}
