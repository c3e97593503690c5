package action_test

import (
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/action"
)

// TestList: ids say what they are about, and nothing stands there twice or means nothing.
func TestList(t *testing.T) {
	seen := map[string]bool{}
	for _, a := range action.All() {
		prefix := map[action.Value][]string{action.OfIncident: {"incident:", "storm:"}, action.OfStep: {"step:"}, action.OfDigest: {"digest:"}}[a.Value]
		named := false
		for _, p := range prefix {
			named = named || strings.HasPrefix(a.ID, p)
		}
		if seen[a.ID] || !named || a.Act != "" && a.Review != "" || a.Via == "" && a.Form.IsZero() {
			t.Errorf("%+v is there twice, or does not say what it is", a)
		}
		seen[a.ID] = true
		if got, ok := action.Find(a.ID); !ok || got != a {
			t.Errorf("%s: found %+v, %t", a.ID, got, ok)
		}
	}
	if _, ok := action.Find("step:nonsense"); ok {
		t.Error("found what is not there")
	}
}
