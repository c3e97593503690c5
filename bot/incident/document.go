package incident

import (
	"encoding/json"
	"fmt"

	"github.com/signalbook/signalbook/bot/compat"
)

// Decode reads an incident document: the short form that Encode writes, and the
// whole one of Export, in which earlier binaries kept incidents, too. Members that
// this binary does not know, at every depth, stay with the incident.
func Decode(data []byte) (Incident, error) {
	head := struct {
		Schema int `json:"schema"`
	}{Schema}
	if err := json.Unmarshal(data, &head); err != nil {
		return Incident{}, fmt.Errorf("decode incident document: %w", err)
	}
	var i Incident
	var err error
	switch {
	case head.Schema <= Schema:
		err = json.Unmarshal(data, &i)
	case head.Schema == shortSchema:
		i, err = decodeShort(data)
	default:
		err = compat.CheckSchema(head.Schema, shortSchema)
	}
	if err != nil {
		return Incident{}, fmt.Errorf("decode incident document: %w", err)
	}
	i.unknown = compat.Keep[written](data, i.plain)
	return i, nil
}

// Encode writes the incident document as Redis keeps it: what can be told from the
// rest of it is left out, and times are numbers of milliseconds.
func (i Incident) Encode() ([]byte, error) {
	data, err := compact(compactOf(&i))
	if err != nil {
		return nil, err
	}
	return i.unknown.In(data, i.plain)
}

// Export writes the whole document with every word, for those who read it without
// this package.
func (i Incident) Export() ([]byte, error) { return i.unknown.Encode(i.plain) }

// plain is the whole document without what this binary does not know.
func (i Incident) plain() ([]byte, error) {
	i.Schema = Schema
	return compact(i)
}
