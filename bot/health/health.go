// Package health knows what is wrong at the moment, for /-/ready and the metrics. It
// decides nothing and mends nothing.
package health

import (
	"slices"
	"strings"
	"sync"
)

// Health is what is wrong at the moment, by what it is about: its first word is
// slack, channel, message, picture, names, redis, archive, document, timer, inbox,
// digests, aside or behind. The zero value is of a bot that lacks nothing.
type Health struct {
	mu   sync.Mutex
	what map[string]string
}

// Set says what is wrong with something, in a sentence for people.
func (h *Health) Set(about, sentence string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.what == nil {
		h.what = map[string]string{}
	}
	h.what[about] = sentence
}

// Clear says that nothing is wrong with something any more.
func (h *Health) Clear(about string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.what, about)
}

// Reset forgets all but what is about the things given.
func (h *Health) Reset(but ...string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for about := range h.what {
		if !slices.Contains(but, about) {
			delete(h.what, about)
		}
	}
}

// List returns the sentences, sorted by what they are about.
func (h *Health) List() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var abouts, all []string
	for about := range h.what {
		abouts = append(abouts, about)
	}
	slices.Sort(abouts)
	for _, about := range abouts {
		all = append(all, h.what[about])
	}
	return all
}

// Count says how many things are wrong, by the first word of what they are
// about. The archive is no Slack call that waits: it has a metric of its own.
func (h *Health) Count() map[string]int {
	h.mu.Lock()
	defer h.mu.Unlock()
	counts := map[string]int{"slack": 0, "channel": 0, "message": 0, "picture": 0, "names": 0, "redis": 0}
	for about := range h.what {
		kind, _, _ := strings.Cut(about, " ")
		if _, known := counts[kind]; known {
			counts[kind]++
		}
	}
	return counts
}
