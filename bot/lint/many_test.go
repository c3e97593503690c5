//go:build !race

package lint_test

import (
	"fmt"
	"runtime"
	"testing"
)

// TestManyPlaybooks: of 10,000 playbooks for one alert, none is compared with all
// others, and no document is kept.
func TestManyPlaybooks(t *testing.T) {
	const many = 10_000
	files := map[string]string{}
	for n := range many {
		files[fmt.Sprintf("p%05d.yml", n)] = fmt.Sprintf("name: p%d\ntitle: One of many\nmatch: ['alertname=\"Same\",n=\"%d\"']\ntiers: [{name: immediate, within: 1h, steps: [{id: a, title: A}]}]\n", n, n%(many-1))
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	report, got := checked(t, files)
	runtime.GC()
	runtime.ReadMemStats(&after)
	want := `p09999.yml:3:9: warning: playbook "p9999" is never chosen by its match: whatever it matches, an earlier one does too ("p0" with alertname="Same",n="0"): put it first, or narrow the other`
	if len(got) != 1 || got[0] != want {
		t.Errorf("problems: got %d, the first %.1q, want %q", len(got), got, want)
	}
	if each := (int64(after.HeapAlloc) - int64(before.HeapAlloc)) / many; each > 8_000 {
		t.Errorf("%d bytes are kept of each playbook, want a few thousand", each)
	}
	runtime.KeepAlive(report)
}
