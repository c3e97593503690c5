package incident

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Encode writes the change as an entry of the timeline in Redis: a JSON list of
// kind, time, who, from where, step, alert, the other incident's number, text and who
// leads from then on, without the empty ones at its end. An incident has dozens of entries, and names
// would be half of each. New fields go to the end.
func (c Change) Encode() ([]byte, error) {
	fields := []any{c.Kind, moment{c.At}, c.By, c.Via, c.Step, c.Alert, c.Other, c.Text, c.Whom}
	empty := []bool{false, false, c.By == User{}, c.Via == "", c.Step == "", c.Alert == "", c.Other == 0, c.Text == "", c.Whom == User{}}
	for empty[len(fields)-1] {
		fields = fields[:len(fields)-1]
	}
	return compact(fields)
}

// DecodeChange reads what Encode wrote, and the object with names that earlier
// binaries wrote.
func DecodeChange(data []byte) (c Change, err error) {
	if bytes.HasPrefix(data, []byte("{")) {
		err = json.Unmarshal(data, &c)
		return c, err
	}
	var at moment
	fields := []any{&c.Kind, &at, &c.By, &c.Via, &c.Step, &c.Alert, &c.Other, &c.Text, &c.Whom}
	if err := json.Unmarshal(data, &fields); err != nil {
		return Change{}, fmt.Errorf("decode timeline entry: %w", err)
	}
	if len(fields) < 2 {
		return Change{}, fmt.Errorf("decode timeline entry: %s has no kind and time", data)
	}
	c.At = at.Time
	return c, nil
}

// compact is JSON without escapes that only a web page needs: \u003c takes six
// bytes of Redis for every <.
func compact(v any) ([]byte, error) {
	var out bytes.Buffer
	to := json.NewEncoder(&out)
	to.SetEscapeHTML(false)
	if err := to.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}
