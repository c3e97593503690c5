package event_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/compat"
	"github.com/signalbook/signalbook/bot/event"
)

// TestNewerEventIsTold: what only a newer binary can handle is told from what is
// broken, and from what merely has a field more.
func TestNewerEventIsTold(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		`{"at":"2026-11-23T09:00:00Z","timer":{"incident":1},"more":1}`:                                 "",
		`{"at":"2026-11-23T09:00:00Z","schema":1,"timer":{"incident":1,"more":1}}`:                      "",
		`{"at":"2026-11-23T09:00:00Z"}`:                                                                 "",
		`{"at":"2026-11-23T09:00:00Z","merge":{}}`:                                                      "newer: an event of kind \"merge\"",
		`{"at":"2026-11-23T09:00:00Z","act":{"verb":"merge","incident":1,"user":"U1"}}`:                 "newer: the act \"merge\"",
		`{"at":"2026-11-23T09:00:00Z","review":{"verb":"adopt","digest":1,"subject":"C1","user":"U1"}}`: "",
		`{"at":"2026-11-23T09:00:00Z","review":{"verb":"merge","digest":1,"subject":"C1","user":"U1"}}`: "newer: the act \"merge\" on a digest",
		`{"at":"2026-11-23T09:00:00Z","schema":2,"timer":{"incident":1}}`:                               "newer: schema 2",
		`{"at":{"of":"tomorrow"},"schema":2}`:                                                           "newer: schema 2",
		`{"at":"2026-11-23T09:00:00Z","schema":2,"source":"default","body":{"of":2}}`:                   "newer: schema 2",
		`{"at":"yesterday","merge":{}}`:                                                                 "broken",
		`no JSON`:                                                                                       "broken",
		`{"at":"2026-11-23T09:00:00Z","source":"default","body":{"version":"4"}}`:                       "broken",
	} {
		_, err := event.Decode([]byte(raw))
		got := ""
		switch {
		case errors.Is(err, compat.ErrNewer):
			got = "newer: " + err.Error()
		case err != nil:
			got = "broken"
		}
		if (want == "") != (got == "") || !strings.HasPrefix(got, want) {
			t.Errorf("%s: got %q (%v), want %q", raw, got, err, want)
		}
	}
}
