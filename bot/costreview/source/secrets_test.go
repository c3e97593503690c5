package source_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	promconfig "github.com/prometheus/common/config"

	"github.com/signalbook/signalbook/bot/costreview/source"
)

// TestOpenCostIsShownWithoutSecrets: neither its address nor what it repeats of a
// request holds any.
func TestOpenCostIsShownWithoutSecrets(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "no:\n"+r.Header.Get("Authorization"), http.StatusForbidden)
	}))
	t.Cleanup(server.Close)
	o, err := source.NewOpenCost(strings.Replace(server.URL, "://", "://anna:hunter2@", 1), promconfig.DefaultHTTPClientConfig)
	if err != nil {
		t.Fatal(err)
	}
	read := o.Read(t.Context(), between(17, 17), at(19, 9))
	wantNotes(t, read, "no: Basic <secret>")
	if strings.Contains(read.Name, "hunter2") {
		t.Errorf("the name is %q", read.Name)
	}
}
