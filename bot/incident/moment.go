package incident

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"
)

// moment is a time as Redis keeps it: a number of milliseconds since 1970, in half
// the bytes of a text. One that such a number cannot hold, with a finer fraction
// or of another zone, is the text: an alert is told by its exact startsAt.
type moment struct{ time.Time }

// MarshalJSON implements json.Marshaler.
func (m moment) MarshalJSON() ([]byte, error) {
	_, east := m.Zone()
	if year := m.Year(); east != 0 || m.Nanosecond()%int(time.Millisecond) != 0 || year < 0 || year > 9999 {
		return m.Time.MarshalJSON() // refuses years that no text can hold
	}
	return strconv.AppendInt(nil, m.UnixMilli(), 10), nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (m *moment) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(data, []byte(`"`)) {
		return m.Time.UnmarshalJSON(data)
	}
	var ms int64
	if err := json.Unmarshal(data, &ms); err != nil {
		return err
	}
	m.Time = time.UnixMilli(ms).UTC()
	return nil
}
