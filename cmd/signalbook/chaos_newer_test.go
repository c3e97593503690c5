package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/signalbook/signalbook/bot/pause"
)

// newerDocument is a document as a newer signalbook writes it: one that this binary
// cannot read. It is the next version of it, as that of any other writer.
var newerDocument = redis.NewScript(`
local document = redis.call('GET', KEYS[1])
local version = document and string.match(document, '"version":(%d+)')
if not version or not string.find(document, ARGV[1], 1, true) then
  return 0
end
document = string.gsub(document, ARGV[1], ARGV[2], 1)
redis.call('SET', KEYS[1], (string.gsub(document, '"version":%d+', '"version":' .. (version + 1), 1)))
return 1
`)

const ownSchema, newerSchema = `"schema":1,`, `"schema":99,`

// newer are the documents that are of a newer schema at the moment, by key.
type newer struct{ sync.Map }

// writeNewer makes an incident's document one of a newer binary for a while, as the
// replicas of a rolling upgrade do that goes back and forth. Nothing of it may be
// lost, and nobody else's incident may wait for it.
func (w *world) writeNewer(random *rand.Rand) {
	newest, err := w.store.Newest(w.over)
	if err != nil || newest == 0 {
		return
	}
	key := fmt.Sprintf("signalbook:{%s}:inc:%d", team, 1+random.IntN(newest))
	if _, taken := w.newer.LoadOrStore(key, true); taken {
		return
	}
	if !w.rewrite(key, ownSchema, newerSchema) {
		w.newer.Delete(key)
		return
	}
	w.count("newer-document", "%s", key)
	pause.For(w.hurting, within(random, time.Second, 5*time.Second))
	w.readable(key)
}

// readable brings a document back to the schema of this binary, however long that
// takes: the primary may be gone, and a failover may bring the other schema back.
func (w *world) readable(key string) {
	for pause.For(w.over, 50*time.Millisecond) {
		node, ok := w.redis.Primary(key)
		if !ok {
			continue
		}
		if w.rewrite(key, newerSchema, ownSchema) {
			continue // and looked at again
		}
		if text, err := node.Client().Get(w.over, key).Result(); err == nil && !strings.Contains(text, newerSchema) {
			return
		}
	}
}

// rewrite reports whether it has changed the schema of a document.
func (w *world) rewrite(key, from, to string) bool {
	node, ok := w.redis.Primary(key)
	if !ok {
		return false
	}
	changed, err := newerDocument.Run(w.over, node.Client(), []string{key}, from, to).Int()
	return err == nil && changed == 1
}
