package handbook

import (
	"errors"
	"strings"
	"testing"
)

func TestStackAndPatternByName(t *testing.T) {
	t.Parallel()
	h := Default()
	for name, want := range map[string]string{
		"cache": "S4", "Cache": "S4", "s4": "S4", "redis": "S4", "object storage": "S5", "object-storage": "S5", "feature_store": "S9",
		"DB": "S2", "k8s": "S1", "A/B": "S10", "S1": "S1", "s10": "S10", " cdn ": "S6",
	} {
		got, a, err := h.Stack(name)
		if err != nil || got.ID != want || a.IDs[0] != want {
			t.Errorf("stack %q: got %s, %q, %v, want %s", name, got.ID, a.IDs, err, want)
		}
	}
	for name, want := range map[string]string{"social": "P1", "Feed": "P1", "ecommerce": "P2", "E-Commerce": "P2", "shop": "P2", "p3": "P3", "streaming": "P3", "ai": "P4", "social network": "P1"} {
		got, a, err := h.Pattern(name)
		if err != nil || got.ID != want || a.IDs[0] != want {
			t.Errorf("pattern %q: got %s, %q, %v, want %s", name, got.ID, a.IDs, err, want)
		}
	}
}

// TestTheNearestOrOnlyNameIsTaken: a slip of the finger or a part of a name is
// answered all the same, and the answer says what it was taken for.
func TestTheNearestOrOnlyNameIsTaken(t *testing.T) {
	t.Parallel()
	h := Default()
	stack := func(name string) (string, Entry, error) { row, a, err := h.Stack(name); return row.ID, a, err }
	pattern := func(name string) (string, Entry, error) { row, a, err := h.Pattern(name); return row.ID, a, err }
	for _, c := range []struct {
		look           func(string) (string, Entry, error)
		name, id, says string
	}{
		{stack, "cahce", "S4", "“cahce” was taken to mean cache."},
		{stack, "kubernets", "S1", "taken to mean kubernetes."},
		{stack, "feature", "S9", "“feature” was taken to mean feature_store."},
		{stack, "cache", "S4", ""},
		{stack, "toaster", "", "there are: compute, transactional_db"},
		{stack, "", "", "there are: compute"},
		{stack, strings.Repeat("x", 5000), "", "there are: compute"},
		{pattern, "socail", "P1", "taken to mean social."},
		{pattern, "banking", "", "there are: social, e-commerce, video, recommendation"},
	} {
		id, a, err := c.look(c.name)
		text := a.Text()
		if e, ok := errors.AsType[*NotFound](err); ok {
			text = e.Error()
		}
		if id != c.id || (err == nil) != (c.id != "") || !strings.Contains(text, c.says) || c.says == "" && strings.Contains(text, "taken") || len(text) > 800 {
			t.Errorf("%.40q: got %s, %v:\n%s\nwant %s and %q", c.name, id, err, text, c.id, c.says)
		}
	}
}
