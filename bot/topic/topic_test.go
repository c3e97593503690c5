package topic_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/signalbook/signalbook/bot/topic"
)

// TestForms: the form in Redis is the one that earlier versions wrote.
func TestForms(t *testing.T) {
	for key, want := range map[string]struct {
		id   topic.ID
		name string
	}{
		"1":           {topic.Incident(1), "INC-1"},
		"999999999":   {topic.Incident(999_999_999), "INC-999999999"},
		"-7":          {topic.Storm(7), "storm of INC-7"},
		"-999999999":  {topic.Storm(999_999_999), "storm of INC-999999999"},
		"-1000000003": {topic.Digest(3), "DIG-3"},
	} {
		if got, ok := topic.ParseKey(key); !ok || got != want.id {
			t.Errorf("%s: got %+v, %t", key, got, ok)
		}
		if got := want.id.Key(); got != key {
			t.Errorf("%v: got the key %s, want %s", want.id, got, key)
		}
		if got := want.id.String(); got != want.name {
			t.Errorf("%s: got the name %q, want %q", key, got, want.name)
		}
		data, err := json.Marshal(want.id)
		if err != nil || string(data) != key {
			t.Errorf("%v: got %s, %v", want.id, data, err)
		}
		var back topic.ID
		if err := json.Unmarshal(data, &back); err != nil || back != want.id {
			t.Errorf("%s: read %+v, %v", data, back, err)
		}
	}
	for _, key := range []string{"", "x", "0", "-1000000000", "1.5"} {
		if got, ok := topic.ParseKey(key); ok {
			t.Errorf("%q is %v", key, got)
		}
	}
	if err := new(topic.ID).UnmarshalJSON([]byte(`"x"`)); err == nil {
		t.Error("a text was read")
	}
	if got := (topic.ID{}).String(); got != "nothing" {
		t.Errorf("got %q", got)
	}
}

func TestParse(t *testing.T) {
	for name, want := range map[string]topic.ID{
		"INC-7": topic.Incident(7), "DIG-7": topic.Digest(7), "INC-": {}, "INC-0": {}, "INC--7": {}, "7": {}, "XYZ-7": {}, "storm of INC-7": {},
	} {
		if got, ok := topic.Parse(name); got != want || ok == want.IsZero() {
			t.Errorf("%q: got %v, %t, want %v", name, got, ok, want)
		}
	}
}

func TestCompare(t *testing.T) {
	all := []topic.ID{topic.Incident(2), topic.Storm(1), topic.Incident(1), topic.Digest(9)}
	slices.SortFunc(all, topic.ID.Compare)
	if want := []topic.ID{topic.Digest(9), topic.Storm(1), topic.Incident(1), topic.Incident(2)}; !slices.Equal(all, want) {
		t.Errorf("got %v, want %v", all, want)
	}
}
