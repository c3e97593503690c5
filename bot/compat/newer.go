// Package compat lets binaries of two versions share one Redis: during a rolling
// upgrade, and after a downgrade. What the older one reads and does not know it
// keeps ([Fields]), and what it cannot read it leaves to the newer one ([ErrNewer]).
// It is pure: no Redis, no clock.
package compat

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Reads is what this binary can read of what others write: it is raised by one
// whenever documents or events change so that the binary before cannot read them.
// Replicas tell each other.
const Reads = 1

// ErrNewer says that a newer binary wrote something that this one cannot read. It
// is whole, and nothing for the dead letters: that binary can read it.
var ErrNewer = errors.New("a newer signalbook wrote it: run that one")

// Decode reads a JSON document into v, which has a schema of at most known. One of a
// newer schema is ErrNewer whatever else it holds: its fields may be of other types.
func Decode(data []byte, known int, v any) error {
	var d struct {
		Schema int `json:"schema"`
	}
	if json.Unmarshal(data, &d) == nil {
		if err := CheckSchema(d.Schema, known); err != nil {
			return err
		}
	}
	return json.Unmarshal(data, v)
}

// CheckSchema is ErrNewer, with both numbers, for a schema beyond what is known.
func CheckSchema(schema, known int) error {
	if schema <= known {
		return nil
	}
	return fmt.Errorf("schema %d, and this signalbook reads up to %d: %w", schema, known, ErrNewer)
}
