package alerts

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func clipped(t testing.TB, text string) string {
	t.Helper()
	whole, err := io.ReadAll(&clip{from: strings.NewReader(text)})
	if err != nil {
		t.Fatal(err)
	}
	bytewise, err := io.ReadAll(&clip{from: iotest.OneByteReader(strings.NewReader(text))})
	if err != nil || !bytes.Equal(whole, bytewise) {
		t.Errorf("byte by byte: got %d bytes, %v, want the same %d", len(bytewise), err, len(whole))
	}
	return string(whole)
}

// TestClipLeavesUsualJSONAlone but for blanks.
func TestClipLeavesUsualJSONAlone(t *testing.T) {
	for _, text := range []string{
		``, `{}`, `{"a":"b","c":[1,-2.5e3,true,null]}`, `{"a\"b":"\\","c\\\"":"\u00e9\ud83d\ude00"}`,
		`"` + strings.Repeat("x", maxText) + `"`, `{"a":"` + strings.Repeat("\\\\", maxText/2) + `"}`, `"not closed`, `"\`, `"\u12"`,
	} {
		if got := clipped(t, text); got != text {
			t.Errorf("%.80s: got %.80s", text, got)
		}
	}
}

func TestClip(t *testing.T) {
	hash := strings.Repeat("x", 64) // the length of one
	for _, test := range []struct {
		name, text string
		most       int
	}{
		{"a string", `{"a":"` + strings.Repeat("x", 10*maxText) + `","b":1}`, maxText + len(hash) + 100},
		{"of escapes", `{"a":"` + strings.Repeat(`\u00e9`, 10*maxText) + `","b":1}`, maxText + len(hash) + 100},
		{"of quotes", `{"a":"` + strings.Repeat(`\"`, 10*maxText) + `","b":1}`, maxText + len(hash) + 100},
		{"of wide characters", `{"a":"` + strings.Repeat(`😀`, 10*maxText) + `","b":1}`, maxText + len(hash) + 100},
		{"a name", `{"` + strings.Repeat("x", 10*maxText) + `":1}`, maxText + len(hash) + 100},
		{"a number", `{"a":` + strings.Repeat("1", 10*maxText) + `}`, maxLiteral + 20},
		{"blanks", strings.Repeat(" \n", 10*maxText) + `{"a":` + strings.Repeat("\t", 10*maxText) + `1}`, 20},
	} {
		got := clipped(t, test.text)
		if len(got) > test.most {
			t.Errorf("%s: got %d bytes, want at most %d", test.name, len(got), test.most)
		}
		if !json.Valid([]byte(got)) {
			t.Errorf("%s: got no JSON: %.80s … %s", test.name, got, got[max(0, len(got)-80):])
		}
	}
	same := strings.Repeat("x", 2*maxText)
	if one, other := clipped(t, `"`+same+`1"`), clipped(t, `"`+same+`2"`); one == other {
		t.Error("two texts that differ became one")
	}
	if got := clipped(t, `1 2`); got != `1 2` {
		t.Errorf("got %q: two numbers became one", got)
	}
}

// TestDecodeHoldsLittle: however the bytes of a body lie, little of them is held.
func TestDecodeHoldsLittle(t *testing.T) {
	const size = 8 << 20
	frame := func(alert string) io.Reader {
		return strings.NewReader(`{"version":"4","groupKey":"k","receiver":"r","status":"firing","alerts":[` + alert + `]}`)
	}
	long := strings.Repeat("x", size)
	for name, body := range map[string]io.Reader{
		"one label":      frame(`{"status":"firing","labels":{"alertname":"A","long":"` + long + `"},"startsAt":"2026-11-23T09:10:05Z"}`),
		"one label name": frame(`{"status":"firing","labels":{"alertname":"A","` + long + `":"x"},"startsAt":"2026-11-23T09:10:05Z"}`),
		"many labels": frame(`{"status":"firing","labels":{"alertname":"A"` + strings.Repeat(`,"`+long[:4000]+`":"`+long[:4000]+`"`, size/8000) +
			`},"startsAt":"2026-11-23T09:10:05Z"}`),
		"unknown": frame(`{"status":"firing","labels":{"alertname":"A"},"startsAt":"2026-11-23T09:10:05Z","x":["` + long + `"]}`),
	} {
		n, err := Decode(body, "default")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if n.Firing != 1 || len(n.Alerts) != 1 || n.Alerts[0].Labels["alertname"] != "A" {
			t.Errorf("%s: got %d firing, %d alerts, want the one", name, n.Firing, len(n.Alerts))
		}
		if got := encodedSize(n.Alerts[0]); got > maxAlertBytes {
			t.Errorf("%s: keeps %d bytes", name, got)
		}
	}
}
