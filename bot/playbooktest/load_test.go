package playbooktest_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/bot/playbooktest"
)

// TestHostileFiles: bounded, and a clear word.
func TestHostileFiles(t *testing.T) {
	const alert = `alerts: [{labels: {a: b}}], expect: {playbook: x}`
	many := func(n int, entry string) string { return strings.TrimSuffix(strings.Repeat(entry+", ", n), ", ") }
	tests := make([]string, 501)
	for k := range tests {
		tests[k] = fmt.Sprintf("{name: t%d, %s}", k, alert)
	}
	for name, c := range map[string]struct{ text, want string }{
		"10 MB":       {strings.Repeat("tests: [] # long\n", 700_000), "x_test.yml: the test file cannot be read: it is larger than 1048576 bytes: split it"},
		"empty":       {"", "x_test.yml:1:1: the file is empty"},
		"no mapping":  {"[1]", "x_test.yml:1:1: expected key: value pairs, got a list"},
		"no tests":    {"playbooks: [built-in]", "x_test.yml:1:1: there are no tests: give tests, a list of name, alerts and expect"},
		"many tests":  {"tests: [" + strings.Join(tests, ", ") + "]", "x_test.yml:1:8: 501 tests, at most 500: split the file"},
		"many alerts": {"tests: [{name: a, alerts: [" + many(501, "{labels: {a: b}}") + "], expect: {playbook: x}}]", "x_test.yml:1:27: 501 alerts, at most 500"},
		"many events": {"tests: [{name: a, " + alert + ", events: [" + many(201, "{at: 1m, by: a, note: x}") + "]}]", "x_test.yml:1:78: 201 events, at most 200"},
		"centuries":   {"tests: [{name: a, " + alert + ", until: 200y}]", "x_test.yml:1:77: 200y is too late: tests are played for at most 1100d"},
		"early":       {"tests: [{name: a, alerts: [{labels: {a: b}, starts: 1h}], events: [{at: 1m, by: a, resolve: }], expect: {overdue: {at: 2m, steps: []}}}]", "x_test.yml:1:73: 1m is before the first alert, which starts at 1h: there is nothing to act on"},
		"latin1":      {"tests: \xfc", "x_test.yml:1:8: byte 0xfc is not valid UTF-8: save the file as UTF-8"},
		"pattern":     {"{playbooks: ['[a'], tests: [{name: a, " + alert + "}]}", `x_test.yml:1:14: "[a" is not a file pattern`},
	} {
		t.Run(name, func(t *testing.T) {
			problems := inFolder(t, c.text)
			if diff := cmp.Diff(c.want, problems[0]); diff != "" {
				t.Errorf("first problem (-want +got):\n%s", diff)
			}
		})
	}
}

// inFolder loads a test file, and returns its problems with its own name only.
func inFolder(t *testing.T, text string) []string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x_test.yml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	_, problems := playbooktest.Load(path, playbooktest.Base{})
	var texts []string
	for _, p := range problems {
		texts = append(texts, strings.TrimPrefix(p.String(), filepath.Dir(path)+"/"))
	}
	if len(texts) == 0 {
		t.Fatal("no problem was found")
	}
	return texts
}
