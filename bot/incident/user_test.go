package incident_test

import (
	"encoding/json"
	"testing"

	"github.com/signalbook/signalbook/bot/incident"
)

// TestUserAsJSON: a person is one text, and comes back whole; objects of earlier
// binaries are read, too.
func TestUserAsJSON(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]incident.User{
		`"U1 anna"`:                   {ID: "U1", Name: "anna"},
		`"U1"`:                        {ID: "U1"},
		`"U1 Anna \"A\" Arendt"`:      {ID: "U1", Name: `Anna "A" Arendt`},
		`" ghost"`:                    {Name: "ghost"},
		`{"id":"U1","name":"anna"}`:   {ID: "U1", Name: "anna"},
		`{"name":"anna","id":"U1 x"}`: {ID: "U1 x", Name: "anna"},
	} {
		var got incident.User
		if err := json.Unmarshal([]byte(text), &got); err != nil || got != want {
			t.Errorf("%s is read as %+v (%v), want %+v", text, got, err, want)
		}
		if text[0] == '{' {
			continue
		}
		if data, err := json.Marshal(want); err != nil || string(data) != text {
			t.Errorf("%+v is written as %s (%v), want %s", want, data, err, text)
		}
	}
	for _, broken := range []string{`7`, `{"id":7}`, `["U1"]`} {
		var got incident.User
		if err := json.Unmarshal([]byte(broken), &got); err == nil {
			t.Errorf("%s is read as %+v, want an error", broken, got)
		}
	}
}

// TestReadable: of an id in the configuration people read what it is one of.
func TestReadable(t *testing.T) {
	for name, want := range map[string]string{
		"U0SIM00002": "a person", "W012AB3CD": "a person", "S0DB1": "a group", "C0123456": "a channel", "GT4567890": "a channel",
		"@sre-oncall": "@sre-oncall", "carla@example.com": "carla@example.com", "#incidents": "#incidents", "SRE": "SRE", "CHECKOUT": "CHECKOUT", "U2": "U2", "": "",
	} {
		if got := incident.Readable(name); got != want {
			t.Errorf("Readable(%q): got %q, want %q", name, got, want)
		}
	}
}
