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

func TestNearestName(t *testing.T) {
	t.Parallel()
	h := Default()
	for _, c := range []struct{ kind, name, nearest, says string }{
		{"stack", "cahce", "cache", `did you mean "cache"?`},
		{"stack", "kubernets", "kubernetes", `did you mean "kubernetes"?`},
		{"stack", "toaster", "", "there are: compute, transactional_db"},
		{"stack", "", "", "there are: compute"},
		{"stack", strings.Repeat("x", 5000), "", "there are: compute"},
		{"pattern", "socail", "social", `did you mean "social"?`},
		{"pattern", "banking", "", "there are: social, e-commerce, video, recommendation"},
	} {
		var err error
		if c.kind == "stack" {
			_, _, err = h.Stack(c.name)
		} else {
			_, _, err = h.Pattern(c.name)
		}
		e, ok := errors.AsType[*NotFound](err)
		if !ok || e.Nearest != c.nearest || !strings.Contains(err.Error(), c.says) || len(err.Error()) > 400 {
			t.Errorf("%s %q: got error %v, want nearest %q and %q", c.kind, c.name, err, c.nearest, c.says)
		}
	}
}
