package app

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

// TestReloadsMeet: whoever asks how the newest reload went never waits for one that
// ends at the same moment.
func TestReloadsMeet(t *testing.T) {
	t.Parallel()
	r := newReloads(prometheus.NewRegistry())
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 500 {
				r.ended(errors.New("signalbook.yml:1:1: bad"))
				r.degraded()
			}
		})
	}
	all.Wait()
	r.ended(errors.New(strings.Repeat("own/a.yml:1:1: bad\n", 40)))
	got := strings.Join(r.degraded(), "\n")
	if strings.Count(got, "own/a.yml:1:1: bad") != maxReloadProblems || !strings.HasSuffix(got, "; and 35 more lines") {
		t.Errorf("got %q, want the first problems and how many more", got)
	}
	if r.ended(nil); len(r.degraded()) != 0 {
		t.Error("a good reload still counts as degraded")
	}
}
