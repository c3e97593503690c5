package paging_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/paging"
)

// TestSigned: whoever knows the secret can check who sent an entry, as Standard Webhooks
// has it, and a secret with whsec_ is read as it writes it.
func TestSigned(t *testing.T) {
	t.Parallel()
	key := []byte("0123456789abcdef01234567")
	i := hot()
	i.Steps = []incident.Step{{ID: "pool", Number: 2, Title: "Pool connections"}}
	anna := incident.User{ID: "U1", Name: "anna"}
	e := paging.EntryOf(i, "17-1", incident.Change{Kind: incident.KindStepDone, At: since, By: anna, Via: "button", Step: "pool", Text: "it holds"}, "https://acme.slack.com/archives/C1/p1")
	for _, secret := range []string{string(key), "whsec_" + base64.StdEncoding.EncodeToString(key)} {
		f, err := paging.NewFeed("https://audit.example/hook?tenant=1", secret, []incident.Kind{incident.KindStepDone})
		if err != nil {
			t.Fatal(err)
		}
		if !f.Takes(incident.KindStepDone) || f.Takes(incident.KindNoted) || f.Name() != "audit.example" {
			t.Errorf("%s takes the wrong entries", f.Name())
		}
		r, headers, err := f.Signed(e, since)
		if err != nil {
			t.Fatal(err)
		}
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte("INC-142/17-1." + "1796007720" + "." + string(r.Body)))
		want := map[string]string{"webhook-id": "INC-142/17-1", "webhook-timestamp": "1796007720", "webhook-signature": "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))}
		if diff := cmp.Diff(want, headers); diff != "" {
			t.Errorf("headers (-want +got):\n%s", diff)
		}
		var got map[string]any
		if err := json.Unmarshal(r.Body, &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[string]any{
			"id": "INC-142/17-1", "type": "step_done", "at": "2026-11-30T03:02:00Z", "via": "button", "text": "it holds",
			"by": map[string]any{"id": "U1", "name": "anna"}, "step": map[string]any{"id": "pool", "number": 2.0, "title": "Pool connections"},
			"incident": map[string]any{
				"id": "INC-142", "title": `Database is at 90% CPU: "orders"`, "state": "open", "severity": "Critical", "playbook": "database-cpu",
				"labels": map[string]any{"instance": "orders-0", "team": "db"}, "link": "https://acme.slack.com/archives/C1/p1",
			},
		}, got); diff != "" {
			t.Errorf("body (-want +got):\n%s", diff)
		}
	}
	for name, tt := range map[string]struct{ url, secret, want string }{
		"no address":     {"audit.example", string(key), "http://"},
		"a short secret": {"https://audit.example", "short", "at least 16"},
		"no base64":      {"https://audit.example", "whsec_!", "base64"},
	} {
		if _, err := paging.NewFeed(tt.url, tt.secret, nil); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", name, err, tt.want)
		}
	}
}

func TestAfter(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		id, other string
		want      bool
	}{{"1-1", "", true}, {"2-1", "1-9", true}, {"10-1", "9-1", true}, {"2-10", "2-9", true}, {"2-1", "2-1", false}, {"1-9", "2-1", false}} {
		if got := paging.After(tt.id, tt.other); got != tt.want {
			t.Errorf("%q after %q is %t", tt.id, tt.other, got)
		}
	}
}
