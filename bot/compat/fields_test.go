package compat_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/compat"
)

type part struct {
	ID    string `json:"id"`
	State string `json:"state,omitempty"`
	inner
	Before *inner `json:"before,omitempty"`
}

type inner struct {
	At   time.Time `json:"at,omitzero"`
	Text string    `json:"text,omitempty"`
}

type whole struct {
	Version int               `json:"version"`
	Labels  map[string]string `json:"labels,omitempty"`
	Parts   []part            `json:"parts,omitempty"`
	Levels  []inner           `json:"levels,omitempty"`
	Note    inner             `json:"note,omitzero"`
	Marks   map[string]inner  `json:"marks,omitempty"`
	Self    *whole            `json:"self,omitempty"`
}

// through reads a document, changes it and writes it again.
func through(t *testing.T, data string, change func(*whole)) string {
	t.Helper()
	var w whole
	if err := json.Unmarshal([]byte(data), &w); err != nil {
		t.Fatal(err)
	}
	plain := func() ([]byte, error) { return json.Marshal(w) }
	kept := compat.Keep[whole]([]byte(data), plain)
	if change != nil {
		change(&w)
	}
	out, err := kept.Encode(plain)
	if err != nil {
		t.Fatal(err)
	}
	if !json.Valid(out) {
		t.Fatalf("got %s, which is no JSON", out)
	}
	return string(out)
}

func TestFieldsStayWithTheirObjects(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		data   string
		change func(*whole)
		want   string
	}{
		"nothing unknown": {`{"version":1,"labels":{"x":"y"}}`, nil, `{"version":1,"labels":{"x":"y"}}`},
		"at the top, the version stays first": {
			`{"version":1,"x":{"version":9},"note":{"text":"a","version":8}}`, func(w *whole) { w.Version = 2 },
			`{"version":2,"note":{"text":"a","version":8},"x":{"version":9}}`,
		},
		"in a list, by key, whatever comes before": {
			`{"version":1,"parts":[{"id":"a","x":1},{"id":"b","x":2}]}`,
			func(w *whole) { w.Parts = []part{{ID: "c"}, {ID: "b", State: "done"}, {ID: "a"}} },
			`{"version":1,"parts":[{"id":"c"},{"id":"b","state":"done","x":2},{"id":"a","x":1}]}`,
		},
		"twice the same key, in turn": {
			`{"version":1,"parts":[{"id":"a","x":1},{"id":"a"},{"id":"a","x":3}]}`, func(w *whole) { w.Parts[0].State = "done" },
			`{"version":1,"parts":[{"id":"a","state":"done","x":1},{"id":"a"},{"id":"a","x":3}]}`,
		},
		"in a list without keys, by content": {
			`{"version":1,"levels":[{"text":"a","x":1},{"text":"b","x":2}]}`, func(w *whole) { w.Levels = []inner{{Text: "b"}, {Text: "new"}} },
			`{"version":1,"levels":[{"text":"b","x":2},{"text":"new"}]}`,
		},
		"an object that is replaced takes them along": {
			`{"version":1,"note":{"text":"a","x":1},"parts":[{"id":"a","before":{"text":"a","x":1},"y":2}]}`,
			func(w *whole) { w.Note.Text, w.Parts[0].Before = "b", &inner{Text: "c"} },
			`{"version":1,"parts":[{"id":"a","before":{"text":"c"},"y":2}],"note":{"text":"b"}}`,
		},
		"in a map, by name": {
			`{"version":1,"marks":{"a":{"text":"1","x":1},"b":{"text":"2","x":2}}}`,
			func(w *whole) { w.Marks["b"] = inner{Text: "3"}; w.Marks["c"] = inner{} },
			`{"version":1,"marks":{"a":{"text":"1","x":1},"b":{"text":"3"},"c":{}}}`,
		},
		"deep": {
			`{"version":1,"self":{"version":1,"self":{"version":1,"parts":[{"id":"a","before":{"text":"t","x":[{"id":1}]}}]}}}`, func(w *whole) { w.Version = 5 },
			`{"version":5,"self":{"version":1,"self":{"version":1,"parts":[{"id":"a","before":{"text":"t","x":[{"id":1}]}}]}}}`,
		},
		"in an object of which this binary writes nothing": {
			`{"version":1,"note":{"x":1}}`, func(w *whole) { w.Version = 2 }, `{"version":2,"note":{"x":1}}`,
		},
		"that object gets something":                   {`{"version":1,"note":{"x":1}}`, func(w *whole) { w.Note.Text = "a" }, `{"version":1,"note":{"text":"a"}}`},
		"a known name of other case is read, not kept": {`{"version":1,"Note":{"text":"a"}}`, func(w *whole) { w.Note.Text = "b" }, `{"version":1,"note":{"text":"b"}}`},
		"a known name with escapes is read, not kept":  {`{"version":1,"\u006eote":{"text":"a","x":1}}`, func(w *whole) { w.Note.Text = "b" }, `{"version":1,"note":{"text":"b"}}`},
		"a name of a map with escapes":                 {`{"version":1,"marks":{"a\u0026b":{"text":"1","x":1}}}`, nil, `{"version":1,"marks":{"a&b":{"text":"1","x":1}}}`},
		"times written otherwise": {
			`{"version":1,"levels":[{"at":"2026-11-23T10:00:00.000+00:00","x":1}], "note": null}`, nil,
			`{"version":1,"levels":[{"at":"2026-11-23T10:00:00Z","x":1}]}`,
		},
	} {
		if got := through(t, test.data, test.change); got != test.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, test.want)
		}
	}
}

// TestKeptFieldsAreKeptAgain: what was put back is found again by the next reader.
func TestKeptFieldsAreKeptAgain(t *testing.T) {
	t.Parallel()
	data := `{"version":1,"parts":[{"id":"a","x":{"y":[1,{"z":null}]}}],"u":"\u2028<>"}`
	for k := range 3 {
		next := through(t, data, func(w *whole) { w.Version++ })
		if want := strings.Replace(data, fmt.Sprintf(`"version":%d`, k+1), fmt.Sprintf(`"version":%d`, k+2), 1); next != want {
			t.Fatalf("got %s, want %s", next, want)
		}
		data = next
	}
}

func TestCheckSchema(t *testing.T) {
	t.Parallel()
	var w whole
	if err := compat.Decode([]byte(`{"schema":3,"version":"another type"}`), 2, &w); err == nil || err.Error() != "schema 3, and this signalbook reads up to 2: a newer signalbook wrote it: run that one" {
		t.Errorf("got %v", err)
	}
	if err := compat.Decode([]byte(`{"schema":2,"version":4}`), 2, &w); err != nil || w.Version != 4 {
		t.Errorf("got %v and %+v", err, w)
	}
}
