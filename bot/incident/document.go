package incident

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"strings"
	"sync"
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

// Decode reads an incident document.
func Decode(data []byte) (Incident, error) {
	var i Incident
	if err := json.Unmarshal(data, &i); err != nil {
		return Incident{}, fmt.Errorf("decode incident document: %w", err)
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(data, &all); err != nil {
		return Incident{}, fmt.Errorf("decode incident document: %w", err)
	}
	maps.DeleteFunc(all, func(name string, _ json.RawMessage) bool { return knownFields()[name] })
	if len(all) > 0 {
		i.unknown = all
	}
	return i, nil
}

// Encode writes the incident document.
func (i Incident) Encode() ([]byte, error) {
	var out bytes.Buffer
	to := json.NewEncoder(&out)
	to.SetEscapeHTML(false) // \u003c takes six bytes of Redis for every <
	if err := to.Encode(i); err != nil {
		return nil, err
	}
	data := bytes.TrimSuffix(out.Bytes(), []byte("\n"))
	if len(i.unknown) == 0 {
		return data, nil
	}
	rest, err := json.Marshal(i.unknown)
	if err != nil {
		return nil, err
	}
	// Both are objects: {…} and {…} become one.
	return append(append(data[:len(data)-1], ','), rest[1:]...), nil
}
