package postmortem

import (
	"bytes"
	"encoding/json"
)

// JSON writes the report for programs, indented. The members are those of [Report].
func (r Report) JSON() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	err := e.Encode(r)
	return b.Bytes(), err
}
