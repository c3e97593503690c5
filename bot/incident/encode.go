package incident

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/compat"
)

// Encode writes the event as it lies in the inbox. A Body is kept as it came:
// writing it anew would cost an endpoint more than all its other work.
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

// DecodeEvent reads what Encode wrote. An event that only a newer binary can handle
// is compat.ErrNewer; the event beside the error is what can be read of it.
func DecodeEvent(data []byte) (Event, error) {
	var stored struct {
		Event
		Source string          `json:"source"`
		Body   json.RawMessage `json:"body"`
	}
	if err := json.Unmarshal(data, &stored); err != nil {
		if newer := compat.Decode(data, EventSchema, &struct{}{}); errors.Is(newer, compat.ErrNewer) {
			return Event{}, newer
		}
		return Event{}, err
	}
	ev := stored.Event
	if err := compat.CheckSchema(ev.Schema, EventSchema); err != nil {
		return ev, err
	}
	if stored.Body == nil {
		return ev, ev.checkNewer(data)
	}
	n, err := alerts.Decode(bytes.NewReader(stored.Body), stored.Source)
	if err != nil {
		return Event{}, fmt.Errorf("read the notification: %w", err)
	}
	ev.Notification = &n
	return ev, nil
}

// checkNewer finds what this binary does not know in an event of its own schema without a body.
func (ev Event) checkNewer(data []byte) error {
	switch {
	case ev.Act != nil && !ev.Act.Verb.known():
		return fmt.Errorf("the act %q: %w", ev.Act.Verb, compat.ErrNewer)
	case ev.Notification != nil || ev.Act != nil || ev.Start != nil || ev.Review != nil || ev.Timer != nil || ev.Diverted != nil:
		return nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return err
	}
	for _, known := range []string{"op", "at", "schema", "source"} {
		delete(members, known)
	}
	if kinds := slices.Sorted(maps.Keys(members)); len(kinds) > 0 {
		return fmt.Errorf("an event of kind %q: %w", kinds[0], compat.ErrNewer)
	}
	return nil
}
