package incident

import (
	"encoding/json"
	"fmt"

	"github.com/signalbook/signalbook/bot/compat"
)

// Decode reads an incident document: what Encode writes, and the short form that
// earlier binaries wrote. Members that this binary does not know, at every depth, stay
// with the incident.
func Decode(data []byte) (Incident, error) {
	head := struct {
		Schema int `json:"schema"`
	}{Schema}
	err := json.Unmarshal(data, &head)
	if err == nil {
		err = compat.CheckSchema(head.Schema, max(Schema, shortSchema))
	}
	if err == nil && head.Schema == shortSchema {
		data, err = lengthen(data)
	}
	var i Incident
	if err == nil {
		err = json.Unmarshal(data, &i)
	}
	if err != nil {
		return Incident{}, fmt.Errorf("decode incident document: %w", err)
	}
	i.Schema = Schema
	i.unknown = compat.Keep[Incident](data, i.plain)
	return i, nil
}

// Encode writes the incident document, with every word.
func (i Incident) Encode() ([]byte, error) { return i.unknown.Encode(i.plain) }

// plain is the document without what this binary does not know.
func (i Incident) plain() ([]byte, error) {
	i.Schema = Schema
	return compact(i)
}
