package alerts

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/alerts/textutil"
)

// glanced fails when Glance is certain of what Decode or the coordinator's
// encoding/json refuses, or counts otherwise. It returns how certain Glance is.
func glanced(t *testing.T, data []byte) bool {
	t.Helper()
	counts, certain := Glance(data)
	if !certain {
		if counts != (Counts{}) {
			t.Errorf("got %+v of a body that it is not certain of, want nothing", counts)
		}
		return false
	}
	n, err := Decode(bytes.NewReader(data), "default")
	if err != nil {
		t.Errorf("Glance is certain of what Decode refuses: %v", err)
		return true
	}
	if want := (Counts{Firing: n.Firing, Resolved: n.Resolved}); counts != want {
		t.Errorf("got %+v, want %+v as Decode", counts, want)
	}
	if n.Omitted() != 0 {
		t.Errorf("%d alerts of a body that is stored whole are not kept", n.Omitted())
	}
	if !json.Valid(data) {
		t.Error("encoding/json cannot read what is to be stored")
	}
	return true
}

// TestGlanceKnowsItsSenders: what Alertmanager and Grafana send is not decoded at
// the endpoint.
func TestGlanceKnowsItsSenders(t *testing.T) {
	files, err := filepath.Glob("testdata/*/*.json")
	if err != nil || len(files) < 20 {
		t.Fatalf("found %d payloads: %v", len(files), err)
	}
	for _, file := range append(files, "testdata/grafana-v1-two-alerts.json", "testdata/grafana-v1-test.json") {
		data := mustRead(t, file)
		if got, want := glanced(t, data), len(data) <= MaxGlance; got != want {
			t.Errorf("%s: certain is %v, want %v", file, got, want)
		}
	}
}

func TestGlanceLeavesTheRestToDecode(t *testing.T) {
	for name, body := range doubtful() {
		t.Run(name, func(t *testing.T) {
			if glanced(t, []byte(body)) {
				t.Errorf("certain of %s, want not", textutil.Cut(body, 400))
			}
		})
	}
}

func TestGlanceTakesWhatDecodeTakes(t *testing.T) {
	for name, body := range map[string]string{
		"plain":                    body(nil),
		"white space around":       " \n" + body(nil) + " \r\n\t",
		"receiver twice":           strings.Replace(body(nil), "{", `{"receiver":"other",`, 1),
		"unknown fields":           strings.Replace(body(nil), "{", `{"new":[{"a":[null,1e9,"\ud800"]}],`, 1),
		"deepest nesting":          strings.Replace(body(nil), "{", `{"deep":`+strings.Repeat("[", 7_000)+strings.Repeat("]", 7_000)+`,`, 1),
		"invalid UTF-8":            withOnly(map[string]string{"labels": "{\"alertname\":\"A\xff\",\"n\xff\":\"x\"}"}),
		"escapes in labels":        withOnly(map[string]string{"labels": `{"\u0061":"\u0000\ud800"}`}),
		"status twice":             withOnly(map[string]string{"status": `"firing","status":"resolved"`}),
		"offset":                   withOnly(map[string]string{"startsAt": `"2026-11-23T14:30:00+05:30"`}),
		"an alert with an end":     withOnly(map[string]string{"endsAt": `"2026-11-23T19:00:00Z"`}),
		"a label without value":    withOnly(map[string]string{"labels": `{"alertname":"A","pod":""}`}),
		"alerts that were cut off": body(map[string]string{"truncatedAlerts": "10000000"}),
		"most alerts":              body(map[string]string{"alerts": "[" + strings.Repeat(tiny+",", 200) + tiny + "]"}),
	} {
		t.Run(name, func(t *testing.T) {
			if !glanced(t, []byte(body)) {
				t.Errorf("not certain of %s", textutil.Cut(body, 400))
			}
		})
	}
}

// tiny is an alert as short as they come.
const tiny = `{"status":"firing","labels":{"a":"b"},"startsAt":"2026-11-23T09:00:00Z"}`

// doubtful are bodies of which only Decode can tell, or which it refuses.
func doubtful() map[string]string {
	bodies := map[string]string{
		"empty":                      "",
		"null":                       "null",
		"array":                      "[" + body(nil) + "]",
		"cut short":                  body(nil)[:len(body(nil))-1],
		"two bodies":                 body(nil) + body(nil),
		"garbage after":              body(nil) + "x",
		"alerts twice":               strings.Replace(body(nil), "{", `{"alerts":[`+tiny+`],`, 1),
		"an escape in a name":        strings.Replace(body(nil), "{", `{"al\u0065rts":[`+tiny+`],`, 1),
		"receiver twice, then empty": strings.TrimSuffix(body(nil), "}") + `,"receiver":""}`,
		"no fingerprint but a null":  withOnly(map[string]string{"endsAt": `"0001-01-01T00:00:00Z","fingerprint":null`}),
		"longer than a glance":       body(nil) + strings.Repeat(" ", MaxGlance),
	}
	for field, values := range map[string][]string{
		"version":         {`""`, `"5"`, `4`, "null", `"\u0034"`},
		"receiver":        {`""`, "1", "null"},
		"status":          {`""`, `"pending"`, "null", `"firin\u0067"`},
		"groupKey":        {`""`, "{}", "null"},
		"externalURL":     {"1", "null"},
		"groupLabels":     {"[]", "null", `{"a":1}`, `{"a":null}`},
		"truncatedAlerts": {"-1", "1.0", "1e1", "10000001", `"1"`, "null"},
		"alerts":          {"[]", "null", "{}", "[null]", "[1]", "[" + tiny + ",]", "[" + tiny + " " + tiny + "]"},
	} {
		for _, value := range values {
			bodies[field+" is "+value] = body(map[string]string{field: value})
		}
	}
	for field, values := range map[string][]string{
		"status":       {`""`, `"pending"`, "null"},
		"labels":       {"{}", `{"a":""}`, "null", `{"a":1}`},
		"annotations":  {"null", `{"a":null}`},
		"startsAt":     {`""`, `"0001-01-01T00:00:00Z"`, `"1969-12-31T23:59:59Z"`, `"9999-12-31T23:59:59-01:00"`, `"2026-11-23T24:00:00Z"`, `"yesterday"`, "null", "1"},
		"endsAt":       {`"1969-12-31T23:59:59Z"`, "null"},
		"generatorURL": {"null", "1"},
	} {
		for _, value := range values {
			bodies["an alert's "+field+" is "+value] = withOnly(map[string]string{field: value})
		}
	}
	return bodies
}

func FuzzGlance(f *testing.F) {
	files, _ := filepath.Glob("testdata/*/*.json")
	for _, file := range append(files, "testdata/grafana-v1-two-alerts.json") {
		if data := mustRead(f, file); len(data) <= MaxGlance {
			f.Add(data)
		}
	}
	f.Add([]byte(body(nil)))
	f.Add([]byte(withOnly(nil)))
	for _, text := range doubtful() {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) { glanced(t, data) })
}

func BenchmarkGlance(b *testing.B) {
	data := mustRead(b, "testdata/payloads/v0.34.0-e2e-1-database-high-cpu-firing.json")
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, certain := Glance(data); !certain {
			b.Fatal("Glance is not certain of what Alertmanager sends")
		}
	}
}
