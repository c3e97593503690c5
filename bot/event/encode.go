package event

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
	"github.com/signalbook/signalbook/bot/access"
	"github.com/signalbook/signalbook/bot/compat"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/topic"
)

// form is an event in Redis. Its members keep their names and places, because replicas
// of two versions work side by side.
type form struct {
	Op           string               `json:"op,omitempty"`
	At           time.Time            `json:"at"`
	Schema       int                  `json:"schema,omitempty"`
	Access       access.Facts         `json:"access,omitzero"`
	Notification *alerts.Notification `json:"notification,omitempty"`
	Source       string               `json:"source,omitempty"`
	Body         json.RawMessage      `json:"body,omitempty"`
	Act          *actForm             `json:"act,omitempty"`
	Start        *startForm           `json:"start,omitempty"`
	Digest       *digestForm          `json:"review,omitempty"`
	Timer        *timerForm           `json:"timer,omitempty"`
	Diverted     *incident.Diverted   `json:"diverted,omitempty"`
	Paged        *incident.Paged      `json:"paged,omitempty"`
}

type actForm struct {
	incident.Act
	From  *originForm `json:"from,omitempty"`
	Reply Reply       `json:"reply,omitzero"`
}

type startForm struct {
	incident.Start
	Reply Reply `json:"reply,omitzero"`
}

type digestForm struct {
	DigestAct
	From  *originForm `json:"from,omitempty"`
	Reply Reply       `json:"reply,omitzero"`
}

type timerForm struct {
	Topic topic.ID `json:"incident"`
}

// originForm leaves out what the act says already: the thread is that of its incident or
// of its digest unless it is a storm's.
type originForm struct {
	Channel string `json:"channel"`
	TS      string `json:"ts"`
	Storm   int    `json:"storm,omitempty"`
}

func formOf(from *Origin) *originForm {
	if from == nil {
		return nil
	}
	f := originForm{Channel: from.Channel, TS: from.TS}
	if from.Thread.Kind == topic.OfStorm {
		f.Storm = from.Thread.Number
	}
	return &f
}

func (f *originForm) origin(usual topic.ID) *Origin {
	switch {
	case f == nil:
		return nil
	case f.Storm > 0:
		usual = topic.Storm(f.Storm)
	}
	return &Origin{Channel: f.Channel, TS: f.TS, Thread: usual}
}

// Encode writes the event as it lies in the inbox. A Body is kept as it came:
// writing it anew would cost an endpoint more than all its other work.
func (ev Event) Encode() ([]byte, error) {
	if ev.Body == nil {
		return json.Marshal(ev.form())
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

func (ev Event) form() form {
	f := form{Op: ev.Op, At: ev.At, Schema: ev.Schema, Access: ev.Access, Notification: ev.Notification, Diverted: ev.Diverted, Paged: ev.Paged}
	switch {
	case ev.Act != nil:
		if len(ev.Act.More) > 0 {
			f.Schema = max(f.Schema, severalSteps)
		}
		if ev.Act.Answer != nil {
			f.Schema = max(f.Schema, answers)
		}
		f.Act = &actForm{*ev.Act, formOf(ev.From), ev.Reply}
	case ev.Start != nil:
		f.Start = &startForm{*ev.Start, ev.Reply}
	case ev.Digest != nil:
		f.Digest = &digestForm{*ev.Digest, formOf(ev.From), ev.Reply}
	case ev.Timer != nil || ev.StormTimer != nil:
		f.Timer = &timerForm{ev.Due()}
	}
	return f
}

func (f form) event() Event {
	ev := Event{Op: f.Op, At: f.At, Schema: f.Schema, Access: f.Access, Notification: f.Notification, Diverted: f.Diverted, Paged: f.Paged}
	switch {
	case f.Act != nil:
		ev.Act, ev.From, ev.Reply = &f.Act.Act, f.Act.From.origin(topic.Incident(f.Act.Incident)), f.Act.Reply
	case f.Start != nil:
		ev.Start, ev.Reply = &f.Start.Start, f.Start.Reply
	case f.Digest != nil:
		ev.Digest, ev.From, ev.Reply = &f.Digest.DigestAct, f.Digest.From.origin(topic.Digest(f.Digest.Digest)), f.Digest.Reply
	case f.Timer != nil:
		due := NewTimer(f.Timer.Topic, f.At)
		ev.Timer, ev.StormTimer = due.Timer, due.StormTimer
	}
	return ev
}

// Decode reads what Encode wrote. An event that only a newer binary can handle
// is compat.ErrNewer; the event beside the error is what can be read of it.
func Decode(data []byte) (Event, error) {
	var stored form
	if err := json.Unmarshal(data, &stored); err != nil {
		if newer := compat.Decode(data, Schema, &struct{}{}); errors.Is(newer, compat.ErrNewer) {
			return Event{}, newer
		}
		return Event{}, err
	}
	ev := stored.event()
	if err := compat.CheckSchema(ev.Schema, Schema); err != nil {
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
	case ev.Act != nil && !ev.Act.Verb.Known():
		return fmt.Errorf("the act %q: %w", ev.Act.Verb, compat.ErrNewer)
	case ev.Digest != nil && !ev.Digest.Verb.Known():
		return fmt.Errorf("the act %q on a digest: %w", ev.Digest.Verb, compat.ErrNewer)
	case ev.Notification != nil || ev.Act != nil || ev.Start != nil || ev.Digest != nil || ev.Timer != nil || ev.StormTimer != nil || ev.Diverted != nil || ev.Paged != nil:
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
