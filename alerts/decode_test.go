package alerts

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/common/model"
)

func mustRead(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func mustDecode(t testing.TB, body string) Notification {
	t.Helper()
	n, err := Decode(strings.NewReader(body), "default")
	if err != nil {
		t.Fatalf("Decode: %v", err)
	}
	return n
}

// TestDecodePayloads reads what real Alertmanagers sent; the expectations were
// written by hand from the files.
func TestDecodePayloads(t *testing.T) {
	type summary struct {
		Receiver                    string
		Status                      Status
		Firing, Resolved, Truncated int
		AllResolved                 bool
		First                       string // fingerprint of the first alert
	}
	want := map[string]summary{
		"v0.25.0-SingleFiring-F1R0":                      {"bot", Firing, 1, 0, 0, false, "0465767be238e35c"},
		"v0.34.0-TRUNCATED-status-resolved-while-firing": {"trunc", Resolved, 0, 3, 4, false, "224e3f48873aa224"},
		"v0.34.0-e2e-1-database-high-cpu-firing":         {"incident-bot", Firing, 2, 0, 0, false, "332b6dffb4b21031"},
		"v0.34.0-e2e-2-cdn-cost-spike-firing":            {"incident-bot", Firing, 1, 0, 0, false, "31cd9cb40244d18b"},
		"v0.34.0-e2e-3-inference-latency-firing":         {"incident-bot", Firing, 1, 0, 0, false, "33f78a2b1b8794be"},
		"v0.34.0-e2e-4-database-repeat":                  {"incident-bot", Firing, 2, 0, 0, false, "332b6dffb4b21031"},
		"v0.34.0-e2e-5-database-mixed":                   {"incident-bot", Firing, 1, 1, 0, false, "332b6dffb4b21031"},
		"v0.34.0-e2e-6-cdn-resolved":                     {"incident-bot", Resolved, 0, 1, 0, true, "31cd9cb40244d18b"},
		"v0.34.0-e2e-7-database-resolved":                {"incident-bot", Resolved, 0, 1, 0, true, "332b6dffb4b21031"},
		"v0.34.0-e2e-8-inference-resolved":               {"incident-bot", Resolved, 0, 1, 0, true, "33f78a2b1b8794be"},
		"v0.34.0-huge-2000-max_alerts-100":               {"bot-max100", Firing, 100, 0, 1900, false, "8d1af98ee5509cd9"},
		"v0.34.0-many-12-firing":                         {"bot", Firing, 12, 0, 0, false, "df94c8f3c90b039b"},
		"v0.34.0-mixed-7-firing-5-resolved":              {"bot", Firing, 7, 5, 0, false, "df94c8f3c90b039b"},
		"v0.34.0-no-annotations":                         {"bot", Firing, 1, 0, 0, false, "9c7efda960a21880"},
		"v0.34.0-sibling-route-same-groupkey-I1":         {"I", Firing, 1, 0, 0, false, "510b314d2560e30a"},
		"v0.34.0-sibling-route-same-groupkey-I2":         {"I2", Firing, 1, 0, 0, false, "510b314d2560e30a"},
		"v0.34.0-single-firing":                          {"bot", Firing, 1, 0, 0, false, "0465767be238e35c"},
		"v0.34.0-single-resolved":                        {"bot", Resolved, 0, 1, 0, true, "0465767be238e35c"},
		"v0.34.0-slack-hostile-annotations":              {"bot", Firing, 1, 0, 0, false, "0c44d29a9657ce5d"},
		"v0.34.0-utf8-labels":                            {"bot", Firing, 1, 0, 0, false, "b1d09c25148fac1d"},
	}
	files, err := filepath.Glob("testdata/payloads/*.json")
	if err != nil || len(files) != len(want) {
		t.Fatalf("found %d payloads (%v), want %d", len(files), err, len(want))
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(name, func(t *testing.T) {
			n := mustDecode(t, string(mustRead(t, file)))
			got := summary{n.Receiver, n.Status, n.Firing, n.Resolved, n.Truncated, n.AllResolved(), n.Alerts[0].Fingerprint}
			if diff := cmp.Diff(want[name], got); diff != "" {
				t.Errorf("notification (-want +got):\n%s", diff)
			}
			if n.Omitted() != 0 {
				t.Errorf("Omitted: got %d, want 0", n.Omitted())
			}
			for i, a := range n.Alerts {
				computed := model.Fingerprint(model.LabelsToSignature(a.Labels)).String()
				if a.Fingerprint != computed {
					t.Errorf("alert %d: got fingerprint %s, its labels give %s", i+1, a.Fingerprint, computed)
				}
				if a.StartsAt.Year() != 2026 || a.StartsAt.Location() != time.UTC {
					t.Errorf("alert %d: got startsAt %v, want a UTC time of 2026", i+1, a.StartsAt)
				}
				if (a.Status == Firing) != a.EndsAt.IsZero() {
					t.Errorf("alert %d: is %s and got endsAt %v", i+1, a.Status, a.EndsAt)
				}
			}
		})
	}
}

// TestDecodeWithoutFingerprints takes the fingerprints out of every payload and
// wants the same ones computed.
func TestDecodeWithoutFingerprints(t *testing.T) {
	files, _ := filepath.Glob("testdata/payloads/*.json")
	for _, file := range files {
		body := string(mustRead(t, file))
		given := mustDecode(t, body)
		computed := mustDecode(t, strings.ReplaceAll(body, `"fingerprint":`, `"finger":`))
		if diff := cmp.Diff(given, computed); diff != "" {
			t.Errorf("%s (-given +computed):\n%s", file, diff)
		}
	}
}

func TestDecodeWholeAlert(t *testing.T) {
	n := mustDecode(t, string(mustRead(t, "testdata/payloads/v0.34.0-utf8-labels.json")))
	want := "Größenüberschreitung 🔥"
	if got := n.GroupLabels["alertname"]; got != want {
		t.Errorf("group label: got %q, want %q", got, want)
	}
	if got, want := n.Alerts[0].Annotations["описание"], "русский текст"; got != want {
		t.Errorf("annotation: got %q, want %q", got, want)
	}

	n = mustDecode(t, string(mustRead(t, "testdata/payloads/v0.34.0-slack-hostile-annotations.json")))
	if got, want := n.GroupLabels["alertname"], "SlackHostile<!here>"; got != want {
		t.Errorf("group label: got %q, want %q", got, want)
	}
	for name, text := range n.Alerts[0].Annotations {
		if got := utf8.RuneCountInString(text); got > MaxAnnotation {
			t.Errorf("annotation %s: got %d characters, want at most %d", name, got, MaxAnnotation)
		}
	}
}

func TestDecodeGrafana(t *testing.T) {
	n, err := Decode(bytes.NewReader(mustRead(t, "testdata/grafana-v1-two-alerts.json")), "grafana")
	if err != nil {
		t.Fatal(err)
	}
	labels := func(zone string) map[string]string {
		return map[string]string{"alertname": "High memory usage", "grafana_folder": "Platform", "team": "blue", "zone": zone}
	}
	annotations := func(zone string) map[string]string {
		return map[string]string{"description": "The system has high memory usage", "summary": "This alert was triggered for zone " + zone}
	}
	starts := time.Date(2026, 11, 23, 9, 26, 27, 861839000, time.UTC)
	want := Notification{
		Source: "grafana", Receiver: "signalbook", Grafana: true, Status: Firing, ExternalURL: "https://grafana.example.com/",
		GroupKey:          `{}/{__grafana_autogenerated__="true"}:{alertname="High memory usage"}`,
		GroupLabels:       map[string]string{"alertname": "High memory usage"},
		CommonLabels:      map[string]string{"alertname": "High memory usage", "grafana_folder": "Platform", "team": "blue"},
		CommonAnnotations: map[string]string{"description": "The system has high memory usage"},
		Firing:            1, Resolved: 1,
		Alerts: []Alert{
			{
				Status: Firing, Labels: labels("us-1"), Annotations: annotations("us-1"), StartsAt: starts,
				GeneratorURL: "https://grafana.example.com/alerting/grafana/qPdEJzY4k/view?orgId=1", Fingerprint: "c6eadffa33fcdf37",
				SilenceURL:   "https://grafana.example.com/alerting/silence/new?alertmanager=grafana&matcher=zone%3Dus-1",
				DashboardURL: "https://grafana.example.com/d/mem?orgId=1", PanelURL: "https://grafana.example.com/d/mem?orgId=1&viewPanel=4",
			},
			{
				Status: Resolved, Labels: labels("eu-1"), Annotations: annotations("eu-1"), StartsAt: starts,
				EndsAt:       time.Date(2026, 11, 23, 9, 40, 0, 0, time.UTC),
				GeneratorURL: "https://grafana.example.com/alerting/grafana/qPdEJzY4k/view?orgId=1", Fingerprint: "bc4ccd6e2ff9f2c3",
			},
		},
	}
	if diff := cmp.Diff(want, n); diff != "" {
		t.Errorf("notification (-want +got):\n%s", diff)
	}
}

// TestGrafanaTestNamesNoReceiver: the button Test of a contact point sends one that is
// empty, in Grafana's version; from Alertmanager an empty one stays a mistake.
func TestGrafanaTestNamesNoReceiver(t *testing.T) {
	sent := string(mustRead(t, "testdata/grafana-v1-test.json"))
	for name, body := range map[string]string{
		"empty":   sent,
		"null":    strings.Replace(sent, `"receiver": ""`, `"receiver": null`, 1),
		"missing": strings.Replace(sent, `"receiver": "",`, "", 1),
	} {
		n := mustDecode(t, body)
		if !n.Grafana || n.Firing != 1 || n.Alerts[0].Labels["alertname"] != "TestAlert" {
			t.Errorf("%s: got %+v, want Grafana's test alert", name, n)
		}
		glanced(t, []byte(body))
	}
	if _, certain := Glance([]byte(sent)); !certain {
		t.Error("the endpoint decodes Grafana's test, want it taken at a glance")
	}
	if _, err := Decode(strings.NewReader(strings.Replace(sent, `"version": "1"`, `"version": "4"`, 1)), "default"); err == nil {
		t.Error("version 4 without a receiver was taken, want it refused")
	}
}

// TestCredentialsInAddressesAreNotKept: not in a label, an annotation, a common one or
// an address of the sender; all else stays as it was sent, and so does the identity.
func TestCredentialsInAddressesAreNotKept(t *testing.T) {
	const secret = "hunter2"
	one := alert(map[string]string{
		"labels":       `{"alertname":"A","instance":"https://probe:hunter2@shop.example/health","plain":"a@b:c"}`,
		"annotations":  `{"summary":"postgres://app:hunter2@db-7/orders is full","runbook_url":"https://wiki.example/db?token=hunter2&v=1"}`,
		"generatorURL": `"http://anna:hunter2@prometheus.example/graph?g0.expr=up"`,
	})
	sent := body(map[string]string{
		"alerts": "[" + one + "]", "externalURL": `"http://am:hunter2@am.example"`,
		"groupLabels": `{"instance":"https://probe:hunter2@shop.example/health"}`, "commonLabels": `{"instance":"https://probe:hunter2@shop.example/health"}`,
		"commonAnnotations": `{"summary":"postgres://app:hunter2@db-7/orders is full"}`,
	})
	n := mustDecode(t, sent)
	kept, err := json.Marshal(n)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(kept), secret) {
		t.Errorf("%s is kept in %s", secret, kept)
	}
	a := n.Alerts[0]
	for got, want := range map[string]string{
		a.Labels["instance"]:         "https://***@shop.example/health",
		a.Labels["plain"]:            "a@b:c",
		a.Annotations["summary"]:     "postgres://***@db-7/orders is full",
		a.Annotations["runbook_url"]: "https://wiki.example/db?token=***&v=1",
		a.GeneratorURL:               "http://***@prometheus.example/graph?g0.expr=up",
		n.ExternalURL:                "http://***@am.example",
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if other := mustDecode(t, strings.ReplaceAll(sent, secret, "other")).Alerts[0]; other.Fingerprint == a.Fingerprint {
		t.Error("alerts that differ in their passwords only became one")
	}
}

// TestGrafanaRuleIsKept: by the field of Grafana 12, or by the label that another
// Alertmanager passes on; what can be no UID is none.
func TestGrafanaRuleIsKept(t *testing.T) {
	for name, c := range map[string]struct{ labels, field, want string }{
		"the field":                {`{"alertname":"A"}`, `"ruleUID":"c_e-9K",`, "c_e-9K"},
		"the label":                {`{"alertname":"A","__alert_rule_uid__":"aa1"}`, "", "aa1"},
		"the field before a label": {`{"alertname":"A","__alert_rule_uid__":"aa1"}`, `"ruleUID":"bb2",`, "bb2"},
		"a path":                   {`{"alertname":"A"}`, `"ruleUID":"../../logout",`, ""},
		"null":                     {`{"alertname":"A"}`, `"ruleUID":null,`, ""},
	} {
		body := strings.Replace(withOnly(map[string]string{"labels": c.labels}), `"startsAt"`, c.field+`"startsAt"`, 1)
		if got := mustDecode(t, body).Alerts[0].RuleUID; got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

// body is a good notification of one alert whose fields a test may replace; an
// empty replacement leaves the field out.
func body(replace map[string]string) string {
	fields := []struct{ name, value string }{
		{"receiver", `"bot"`}, {"status", `"firing"`},
		{"alerts", `[` + alert(nil) + `]`},
		{"groupLabels", `{}`}, {"commonLabels", `{}`}, {"commonAnnotations", `{}`},
		{"externalURL", `"http://am.example:9093"`}, {"version", `"4"`}, {"groupKey", `"{}:{}"`}, {"truncatedAlerts", `0`},
	}
	return object(fields, replace)
}

func alert(replace map[string]string) string {
	fields := []struct{ name, value string }{
		{"status", `"firing"`}, {"labels", `{"alertname":"A"}`}, {"annotations", `{}`},
		{"startsAt", `"2026-11-23T09:00:00Z"`}, {"endsAt", `"0001-01-01T00:00:00Z"`}, {"generatorURL", `""`},
	}
	return object(fields, replace)
}

func object(fields []struct{ name, value string }, replace map[string]string) string {
	var parts []string
	for _, f := range fields {
		value, replaced := replace[f.name]
		if !replaced {
			value = f.value
		}
		if value != "" {
			parts = append(parts, fmt.Sprintf("%q:%s", f.name, value))
		}
	}
	return "{" + strings.Join(parts, ",") + "}"
}

func withAlert(replace map[string]string) string {
	return body(map[string]string{"alerts": "[" + alert(nil) + "," + alert(replace) + "]"})
}

func TestDecodeRefuses(t *testing.T) {
	tests := []struct{ name, body, want string }{
		{"empty", "", "the body is empty"},
		{"white space", " \n", "the body is empty"},
		{"text", "hello", "the body is not JSON: invalid character 'h' at start of value (near byte 0)"},
		{"null", "null", "the body is null, expected an object"},
		{"array", "[]", "the body is an array: Prometheus and vmalert post such to Alertmanager's API, only Alertmanager's own webhook belongs here"},
		{"cut short", `{"receiver":"bot"`, "the body ends in the middle, after 17 bytes"},
		{"cut in a string", `{"receiver":"bo`, "the body ends in the middle, after 11 bytes"},
		{"comma missing", `{"receiver":"bot" "status":"firing"}`, `the body is not JSON: invalid character '"' after object value (expecting ',' or '}') (near byte 18)`},
		{"trailing comma", `{"receiver":"bot",}`, "the body is not JSON: invalid character ',' at start of value (near byte 17)"},
		{"trailing garbage", body(nil) + "x", fmt.Sprintf("something follows the JSON object (near byte %d)", len(body(nil)))},
		{"two bodies", body(nil) + body(nil), fmt.Sprintf("something follows the JSON object (near byte %d)", len(body(nil))+1)},
		{"no version", body(map[string]string{"version": ""}), `version is missing: expected "4" (Alertmanager) or "1" (Grafana)`},
		{"wrong version", body(map[string]string{"version": `"3"`}), `version "3" is not known: expected "4" (Alertmanager) or "1" (Grafana)`},
		{"version a number", body(map[string]string{"version": `4`}), `version is a number, expected a text`},
		{"no alerts", body(map[string]string{"alerts": `[]`}), "there are no alerts in it"},
		{"alerts null", body(map[string]string{"alerts": `null`}), "there are no alerts in it"},
		{"alerts missing", body(map[string]string{"alerts": ""}), "there are no alerts in it"},
		{"alerts an object", body(map[string]string{"alerts": `{}`}), "alerts is an object, expected an array"},
		{"alerts twice", strings.Replace(body(nil), `"version"`, `"alerts":[],"version"`, 1), "alerts is given twice"},
		{"no group key", body(map[string]string{"groupKey": ""}), "groupKey is missing"},
		{"no receiver", body(map[string]string{"receiver": `""`}), "receiver is missing"},
		{"no status", body(map[string]string{"status": ""}), "status is missing"},
		{"bad status", body(map[string]string{"status": `"alerting"`}), `status of the notification is "alerting", expected firing or resolved`},
		{"alert a text", body(map[string]string{"alerts": `["x"]`}), "alert 1 is a text, expected an object"},
		{"alert without labels", withAlert(map[string]string{"labels": `{}`}), "alert 2 has no labels"},
		{"alert with empty labels", withAlert(map[string]string{"labels": `{"a":""}`}), "alert 2 has no labels"},
		{"label a number", withAlert(map[string]string{"labels": `{"code":500}`}), `"code" in the labels of alert 2 is a number, expected a text`},
		{"annotation an array", withAlert(map[string]string{"annotations": `{"a":["x"]}`}), `"a" in the annotations of alert 2 is an array, expected a text`},
		{"alert without startsAt", withAlert(map[string]string{"startsAt": ""}), "alert 2 has no startsAt"},
		{"alert of year 1", withAlert(map[string]string{"startsAt": `"0001-01-01T00:00:00Z"`}), "alert 2 has no startsAt"},
		{"alert of year 0 in UTC", withAlert(map[string]string{"startsAt": `"0001-01-01T00:00:00+05:00"`}), "alert 2 has no startsAt"},
		{"alert of year 10000 in UTC", withAlert(map[string]string{"startsAt": `"9999-12-31T23:00:00-05:00"`}), `startsAt of alert 2 is "9999-12-31T23:00:00-05:00", not a year to be believed`},
		{"startsAt no time", withAlert(map[string]string{"startsAt": `"yesterday"`}), `startsAt of alert 2 is "yesterday", expected a time such as 2026-11-23T09:10:05.286Z`},
		{"alert without status", withAlert(map[string]string{"status": ""}), "alert 2 has no status"},
		{"alert of bad status", withAlert(map[string]string{"status": `"pending"`}), `status of alert 2 is "pending", expected firing or resolved`},
		{"truncated negative", body(map[string]string{"truncatedAlerts": `-1`}), "truncatedAlerts is -1, expected a whole number from 0 to 10000000"},
		{"truncated absurd", body(map[string]string{"truncatedAlerts": `99999999999999999999`}), "truncatedAlerts is 99999999999999999999, expected a whole number from 0 to 10000000"},
		{"truncated a fraction", body(map[string]string{"truncatedAlerts": `1.5`}), "truncatedAlerts is 1.5, expected a whole number from 0 to 10000000"},
		{"truncated a text", body(map[string]string{"truncatedAlerts": `"4"`}), "truncatedAlerts is a text, expected a number"},
		{"legacy Grafana", `{"title":"[Alerting] CPU","ruleId":1,"ruleName":"CPU","state":"alerting","evalMatches":[{"value":100,"metric":"cpu","tags":null}],"message":"high"}`,
			"this is a body of Grafana's legacy alerting: use unified alerting (Grafana 8 or later) with a webhook contact point"},
		{"nested too deeply", `{"x":` + strings.Repeat("[", 10_001), "the body is not JSON: exceeded max depth (near byte 10004)"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			n, err := Decode(strings.NewReader(test.body), "default")
			wrong, ok := errors.AsType[*InvalidError](err)
			if !ok {
				t.Fatalf("got notification %+v and error %v, want an InvalidError", n, err)
			}
			if wrong.Reason != test.want {
				t.Errorf("reason:\n got %s\nwant %s", wrong.Reason, test.want)
			}
		})
	}
}

func TestDecodeTolerates(t *testing.T) {
	want := mustDecode(t, body(nil))
	tests := []struct{ name, body string }{
		{"truncatedAlerts missing", body(map[string]string{"truncatedAlerts": ""})},
		{"nulls", body(map[string]string{"truncatedAlerts": "null", "groupLabels": "null", "commonLabels": "null", "commonAnnotations": "null"})},
		{"unknown fields at any depth", strings.NewReplacer(
			`"status"`, `"extra":{"a":[{"b":[1,2,{"c":null}]}],"d":true},"status"`,
			`"groupLabels"`, `"notification_reason":"first notification","routeLabels":{},"groupLabels"`).Replace(body(nil))},
		{"fields in another order", `{"groupKey":"{}:{}","version":"4",` + strings.TrimPrefix(body(map[string]string{"groupKey": "", "version": ""}), "{")},
		{"offset", withOnly(map[string]string{"startsAt": `"2026-11-23T14:30:00+05:30"`})},
		{"null annotations", withOnly(map[string]string{"annotations": "null"})},
		{"firing alert with an end", withOnly(map[string]string{"endsAt": `"2026-11-23T19:00:00Z"`})},
		{"a label without value", withOnly(map[string]string{"labels": `{"alertname":"A","pod":""}`})},
		{"white space after", body(nil) + " \r\n\t"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(want, mustDecode(t, test.body)); diff != "" {
				t.Errorf("notification (-want +got):\n%s", diff)
			}
		})
	}
}

func withOnly(replace map[string]string) string {
	return body(map[string]string{"alerts": "[" + alert(replace) + "]"})
}

func TestDecodeMakesUTF8Valid(t *testing.T) {
	n := mustDecode(t, withOnly(map[string]string{"labels": "{\"alertname\":\"A\xff\xfe\",\"n\xff\":\"x\"}", "annotations": `{"a":"\ud800"}`}))
	want := map[string]string{"alertname": "A\uFFFD\uFFFD", "n\uFFFD": "x"}
	if diff := cmp.Diff(want, n.Alerts[0].Labels); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
	if got, want := n.Alerts[0].Annotations["a"], "\uFFFD"; got != want {
		t.Errorf("annotation: got %q, want %q", got, want)
	}
}

func TestDecodeReportsReadErrors(t *testing.T) {
	broken := errors.New("connection reset")
	_, err := Decode(io.MultiReader(strings.NewReader(body(nil)[:40]), iotest.ErrReader(broken)), "default")
	if !errors.Is(err, broken) {
		t.Errorf("got %v, want an error that wraps %v", err, broken)
	}
	if _, isInvalid := errors.AsType[*InvalidError](err); isInvalid {
		t.Errorf("got %v, want no InvalidError: the body was not at fault", err)
	}
}

func TestNotificationJSON(t *testing.T) {
	files, _ := filepath.Glob("testdata/*/*.json")
	for _, file := range append(files, "testdata/grafana-v1-two-alerts.json") {
		want := mustDecode(t, string(mustRead(t, file)))
		data, err := json.Marshal(want)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		var got Notification
		if err := json.Unmarshal(data, &got); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", file, diff)
		}
	}
}

func FuzzDecode(f *testing.F) {
	files, _ := filepath.Glob("testdata/*/*.json")
	for _, file := range append(files, "testdata/grafana-v1-two-alerts.json") {
		f.Add(mustRead(f, file))
	}
	f.Add([]byte(withAlert(map[string]string{"labels": "{\"\xff\":\"\u2028<&>\"}"})))
	f.Fuzz(func(t *testing.T, data []byte) {
		n, err := Decode(bytes.NewReader(data), "default")
		if err != nil {
			if _, ok := errors.AsType[*InvalidError](err); !ok {
				t.Fatalf("got error %v, want an InvalidError", err)
			}
			return
		}
		if len(n.Alerts) == 0 || len(n.Alerts) > MaxAlerts {
			t.Fatalf("got %d alerts kept", len(n.Alerts))
		}
		if n.Omitted() != n.Firing+n.Resolved-len(n.Alerts) || n.Truncated < 0 {
			t.Fatalf("got counts that do not add up: %+v", n)
		}
		kept, err := json.Marshal(n)
		if err != nil {
			t.Fatalf("encode: %v", err)
		}
		if !utf8.Valid(kept) || len(kept) > maxKept {
			t.Fatalf("got %d bytes kept, valid UTF-8: %v", len(kept), utf8.Valid(kept))
		}
		var again Notification
		if err := json.Unmarshal(kept, &again); err != nil {
			t.Fatalf("decode what was kept: %v", err)
		}
		if diff := cmp.Diff(n, again); diff != "" {
			t.Fatalf("JSON round trip (-before +after):\n%s", diff)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	data := mustRead(b, "testdata/payloads/v0.34.0-e2e-1-database-high-cpu-firing.json")
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode(bytes.NewReader(data), "default"); err != nil {
			b.Fatal(err)
		}
	}
}
