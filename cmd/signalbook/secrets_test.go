package main

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/app"
	"github.com/signalbook/signalbook/bot/foreign"
)

// TestLogHoldsNoSecrets, whatever it is in which they come.
func TestLogHoldsNoSecrets(t *testing.T) {
	foreign.Hide("secret-of-the-log")
	for _, format := range []string{"logfmt", "json"} {
		var out bytes.Buffer
		log := logFlags{Level: "info", Format: format}.logger(streams{err: &out})
		log.With("from", "secret-of-the-log").Warn("it says secret-of-the-log", "error", fmt.Errorf("sent: %w", errors.New("secret-of-the-log")), "n", 7)
		if got := out.String(); strings.Contains(got, "of-the-log") || strings.Count(got, "secret") != 3 {
			t.Errorf("%s: got %s", format, got)
		}
	}
}

// TestFireShowsNoSecrets: the answer of whoever stands at the address is shown
// without the token that was sent.
func TestFireShowsNoSecrets(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "wrong:\n"+r.Header.Get("Authorization")+strings.Repeat(" x", 3000), http.StatusForbidden)
	}))
	t.Cleanup(server.Close)
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("token-of-fire\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	code := run([]string{"fire", "--url=" + server.URL, "--credentials-file=" + file, "triage"}, streams{os.Stdin, &said, &said}, app.Timing{})
	if got := said.String(); code != exitFindings || !strings.Contains(got, "wrong: Bearer <secret>") || len(got) > 1500 {
		t.Errorf("got %d, %s", code, got)
	}
}
