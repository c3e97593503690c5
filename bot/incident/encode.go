package incident

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/signalbook/signalbook/alerts"
)

// Encode writes the event as it lies in the inbox. A Body is kept as it came:
// writing it anew would cost a door more than all its other work.
func (ev Event) Encode() ([]byte, error) {
	if ev.Body == nil {
		return json.Marshal(ev)
	}
	data := make([]byte, 0, len(ev.Body)+len(ev.Source)+80)
	data = append(data, `{"at":"`...)
	data = ev.At.AppendFormat(data, time.RFC3339Nano)
	data = append(data, `","source":`...)
	data = strconv.AppendQuote(data, ev.Source) // a-z, 0-9, _ and -
	data = append(data, `,"body":`...)
	data = append(data, ev.Body...)
	return append(data, '}'), nil
}

// DecodeEvent reads what Encode wrote.
func DecodeEvent(data []byte) (Event, error) {
	var stored struct {
		Event
		Source string          `json:"source"`
		Body   json.RawMessage `json:"body"`
	}
	if err := json.Unmarshal(data, &stored); err != nil {
		return Event{}, err
	}
	ev := stored.Event
	if stored.Body == nil {
		return ev, nil
	}
	n, err := alerts.Decode(bytes.NewReader(stored.Body), stored.Source)
	if err != nil {
		return Event{}, fmt.Errorf("read the notification: %w", err)
	}
	ev.Notification = &n
	return ev, nil
}
