package alerts

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"
)

// maxKept is the promise that every kept notification is held to, in bytes of JSON.
const maxKept = 1_050_000

func keptSize(t testing.TB, n Notification) int {
	t.Helper()
	data, err := json.Marshal(n)
	if err != nil {
		t.Fatal(err)
	}
	return len(data)
}

// manyAlerts writes a notification with count alerts, an alert at a time.
func manyAlerts(count int, one func(i int) string) io.Reader {
	read, write := io.Pipe()
	go func() {
		head, tail, _ := strings.Cut(body(map[string]string{"alerts": "[@]"}), "@")
		_, err := io.WriteString(write, head)
		for i := 0; i < count && err == nil; i++ {
			if i > 0 {
				_, err = io.WriteString(write, ",")
			}
			if err == nil {
				_, err = io.WriteString(write, one(i))
			}
		}
		if err == nil {
			_, err = io.WriteString(write, tail)
		}
		write.CloseWithError(err)
	}()
	return read
}

func TestDecodeKeepsFirstAlerts(t *testing.T) {
	n, err := Decode(manyAlerts(4_000, func(i int) string {
		status := `"firing"`
		if i%4 == 0 {
			status = `"resolved"`
		}
		return alert(map[string]string{"status": status, "labels": fmt.Sprintf(`{"alertname":"A","pod":"pod-%d"}`, i)})
	}), "default")
	if err != nil {
		t.Fatal(err)
	}
	if len(n.Alerts) != MaxAlerts || n.Firing != 3_000 || n.Resolved != 1_000 || n.Omitted() != 3_500 {
		t.Errorf("got %d kept, %d firing, %d resolved, %d omitted, want 500, 3000, 1000, 3500",
			len(n.Alerts), n.Firing, n.Resolved, n.Omitted())
	}
	if got, want := n.Alerts[499].Labels["pod"], "pod-499"; got != want {
		t.Errorf("last kept alert: got %s, want %s", got, want)
	}
}

// TestDecodeMemory holds the streaming to its promise: a body of some 15 MB
// leaves no more behind, and needs no more on the way, than a small multiple of
// what is kept.
func TestDecodeMemory(t *testing.T) {
	text := strings.Repeat("x", 10_000)
	one := alert(map[string]string{"annotations": `{"description":"` + text + `"}`})
	runtime.GC()
	var before, during runtime.MemStats
	runtime.ReadMemStats(&before)
	most := uint64(0)
	n, err := Decode(manyAlerts(1_500, func(i int) string {
		if i%300 == 299 {
			runtime.GC()
			runtime.ReadMemStats(&during)
			most = max(most, during.HeapAlloc)
		}
		return one
	}), "default")
	if err != nil {
		t.Fatal(err)
	}
	if got := int64(most) - int64(before.HeapAlloc); got > 6<<20 {
		t.Errorf("got %d bytes held while reading, want at most 6 MiB", got)
	}
	if got := keptSize(t, n); got > maxKept {
		t.Errorf("got %d bytes kept, want at most %d", got, maxKept)
	}
	if n.Firing != 1_500 || len(n.Alerts) < 100 {
		t.Errorf("got %d firing and %d kept, want 1500 and at least 100", n.Firing, len(n.Alerts))
	}
}

func TestDecodeBoundsHostileAlert(t *testing.T) {
	pairs := func(count, length int) string {
		var parts []string
		for i := range count {
			parts = append(parts, fmt.Sprintf(`"l%04d%s":"%s"`, i, strings.Repeat("&", length), strings.Repeat("<", length)))
		}
		return "{" + strings.Join(parts, ",") + `,"severity":"critical"}`
	}
	long := `"http://x/` + strings.Repeat("&", MaxURL-20) + `"`
	n := mustDecode(t, body(map[string]string{
		"groupKey": `"` + strings.Repeat("<", 100_000) + `"`, "receiver": `"` + strings.Repeat("<", 100_000) + `"`, "externalURL": long,
		"groupLabels": pairs(100, 1200), "commonLabels": pairs(100, 1200), "commonAnnotations": pairs(100, 5000),
		"alerts": "[" + alert(map[string]string{"labels": pairs(1100, 1200), "annotations": pairs(100, 5000), "generatorURL": long}) + "]",
	}))
	if got := keptSize(t, n); got > maxKept {
		t.Errorf("got %d bytes kept, want at most %d", got, maxKept)
	}
	if len(n.Alerts) != 1 {
		t.Fatalf("got %d alerts kept, want 1", len(n.Alerts))
	}
	if got := n.CommonLabels["severity"]; got != "critical" {
		t.Errorf("well-known label: got %q, want critical", got)
	}
}

func TestDecodeCutsWithEllipsis(t *testing.T) {
	var parts []string
	for i := range 200 {
		parts = append(parts, fmt.Sprintf(`"z%03d":"v"`, i))
	}
	parts = append(parts, `"severity":"critical"`, `"a":"`+strings.Repeat("ü", MaxLabelValue+1)+`"`, `"b":"`+strings.Repeat("ü", MaxLabelValue)+`"`)
	n := mustDecode(t, withOnly(map[string]string{
		"labels":      "{" + strings.Join(parts, ",") + "}",
		"annotations": `{"long":"` + strings.Repeat("é", MaxAnnotation+7) + `"}`,
	}))
	labels := n.Alerts[0].Labels
	if len(labels) != MaxLabels {
		t.Errorf("got %d labels, want %d", len(labels), MaxLabels)
	}
	if got, want := labels["a"], strings.Repeat("ü", MaxLabelValue-1)+"…"; got != want {
		t.Errorf("long label: got %d characters that end in %q", utf8.RuneCountInString(got), got[len(got)-3:])
	}
	if got, want := labels["b"], strings.Repeat("ü", MaxLabelValue); got != want {
		t.Errorf("label of the right length was cut to %d characters", utf8.RuneCountInString(got))
	}
	if labels["severity"] != "critical" || labels["z000"] != "v" || labels["z199"] != "" {
		t.Errorf("got %v, want severity and the first labels by name", labels)
	}
	if got, want := n.Alerts[0].Annotations["long"], strings.Repeat("é", MaxAnnotation-1)+"…"; got != want {
		t.Errorf("long annotation: got %d characters", utf8.RuneCountInString(got))
	}
}

func TestDecodeFingerprints(t *testing.T) {
	long := strings.Repeat("x", 2000)
	labels := func(end string) map[string]string {
		return map[string]string{"labels": `{"alertname":"A","trace":"` + long + end + `"}`}
	}
	one, two := mustDecode(t, withOnly(labels("1"))).Alerts[0], mustDecode(t, withOnly(labels("2"))).Alerts[0]
	if one.Fingerprint == two.Fingerprint {
		t.Errorf("alerts whose labels differ after the cut share the fingerprint %s", one.Fingerprint)
	}
	fields := `{"fingerprint":"%s","status"`
	for given, want := range map[string]string{
		"0465767be238e35c":      "0465767be238e35c",
		"ABCdef123":             "ABCdef123",
		"":                      "d2c6efc389df0927",
		"a:b}":                  "d2c6efc389df0927",
		strings.Repeat("a", 65): "d2c6efc389df0927",
	} {
		one := strings.Replace(alert(nil), `{"status"`, fmt.Sprintf(fields, given), 1)
		if got := mustDecode(t, body(map[string]string{"alerts": "[" + one + "]"})).Alerts[0].Fingerprint; got != want {
			t.Errorf("fingerprint %q: got %s, want %s", given, got, want)
		}
	}
}

func TestLongGroupKeysStayApart(t *testing.T) {
	key := func(end string) Notification {
		return mustDecode(t, body(map[string]string{"groupKey": `"` + strings.Repeat("k", 50_000) + end + `"`}))
	}
	one, two := key("1"), key("2")
	if one.GroupID() == two.GroupID() {
		t.Error("two groups with long keys got one identity")
	}
	if got := utf8.RuneCountInString(one.GroupKey); got > MaxAnnotation {
		t.Errorf("got a group key of %d characters, want at most %d", got, MaxAnnotation)
	}
}

func TestDecodeDropsLongURLs(t *testing.T) {
	n := mustDecode(t, withOnly(map[string]string{"generatorURL": `"http://p/` + strings.Repeat("x", MaxURL) + `"`}))
	if got := n.Alerts[0].GeneratorURL; got != "" {
		t.Errorf("got a URL of %d bytes, want none", len(got))
	}
}
