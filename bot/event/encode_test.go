package event_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/event"
)

// TestBodyInTheInbox: a notification that is kept as it came is read as one that
// is kept in its own form, whatever the sender wrote.
func TestBodyInTheInbox(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../alerts/testdata/payloads/*.json")
	if err != nil || len(files) < 20 {
		t.Fatalf("found %d payloads: %v", len(files), err)
	}
	bodies := map[string][]byte{
		"hostile": []byte("{\"version\":\"4\",\"groupKey\":\"k\",\"groupKey\":\"twice\",\"status\":\"firing\",\"receiver\":\"\xff\",\"alerts\":[{\"status\":\"firing\",\"labels\":{\"a\":\"<b>\\u2028\\ud800\"},\"startsAt\":\"2026-11-23T09:00:00Z\",\"fingerprint\":\"f\"}]}\n"),
	}
	for _, file := range files {
		if bodies[file], err = os.ReadFile(file); err != nil {
			t.Fatal(err)
		}
	}
	at := time.Date(2026, 11, 23, 9, 0, 0, 123e6, time.UTC)
	for name, body := range bodies {
		n, err := alerts.Decode(bytes.NewReader(body), "eu-1")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		read := map[string]event.Event{}
		for form, ev := range map[string]event.Event{
			"as it came":      {At: at, Body: body, Source: "eu-1"},
			"in its own form": {At: at, Notification: &n},
		} {
			data, err := ev.Encode()
			if err != nil {
				t.Fatalf("%s %s: %v", name, form, err)
			}
			if read[form], err = event.Decode(data); err != nil {
				t.Fatalf("%s %s: %v", name, form, err)
			}
		}
		if diff := cmp.Diff(read["in its own form"], read["as it came"]); diff != "" {
			t.Errorf("%s differs (-own form +as it came):\n%s", name, diff)
		}
	}
}
