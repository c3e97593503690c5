package keeper

import (
	"slices"
	"strings"
	"sync"
)

// health is what is wrong at the moment, by what it is about: its first word is
// slack, channel, message, picture, names, redis, archive, document, timer, inbox,
// digests, aside or behind.
type health struct {
	mu   sync.Mutex
	what map[string]string
}

func (h *health) set(about, sentence string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.what == nil {
		h.what = map[string]string{}
	}
	h.what[about] = sentence
}

func (h *health) clear(about string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.what, about)
}

// reset forgets what a reign found out: the next keeper, here or on another
// replica, finds out for itself.
func (h *health) reset() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for about := range h.what {
		if about != "redis" && about != aboutBehind {
			delete(h.what, about)
		}
	}
}

// list returns the sentences, sorted by what they are about.
func (h *health) list() []string {
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

// count says how many things are wrong, by the first word of what they are
// about. The archive is no Slack call that waits: it has a metric of its own.
func (h *health) count() map[string]int {
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
