package slackapi

import (
	"math"
	"sync"
	"time"
)

// Budgets are the token buckets that keep one workspace inside Slack's limits
// before Slack has to say so. Each bucket's burst and a minute's refill together
// stay at or below the method's limit a minute, so that no window of a minute can
// hold more. All start empty: whoever held the workspace before may have spent
// everything a moment ago.
type Budgets struct {
	mu       sync.Mutex
	started  time.Time
	full     bool // new buckets are
	methods  map[string]*bucket
	patient  *bucket              // chat.update for edits that nobody waits for
	channels map[string]time.Time // when the next post may go to a channel
	blocked  map[string]time.Time // methods that Slack limited, until when
}

// Call is one call about to be made. Channel matters for chat.postMessage.
// Urgent marks an edit that somebody waits for: others leave half of the
// chat.update budget to these.
type Call struct {
	Method, Channel string
	Urgent          bool
}

const (
	// channelGap is Slack's one post a second a channel, and a little. Nobody knows
	// when within a call Slack counted it: answerGap is kept from its end.
	channelGap, answerGap = 1050 * time.Millisecond, 1010 * time.Millisecond
	// postsAMinute is less than Slack's "several hundred a minute a workspace".
	postsAMinute = 240
	// maxChannels bounds the memory for channels not posted to lately.
	maxChannels = 1000
)

// NewBudgets starts all buckets empty at now: for a coordinator that took over.
func NewBudgets(now time.Time) *Budgets {
	return &Budgets{
		started: now, methods: map[string]*bucket{}, patient: newBucket(25, now),
		channels: map[string]time.Time{}, blocked: map[string]time.Time{},
	}
}

// NewFullBudgets starts all buckets full at now: for the first coordinator of a
// workspace, whose Slack nobody has called yet.
func NewFullBudgets(now time.Time) *Budgets {
	b := NewBudgets(now)
	b.full, b.started = true, now.Add(-channelGap)
	b.patient.fill()
	return b
}

// Take spends one call: 0 means go, else nothing was spent and it is worth asking
// again after so long.
func (b *Budgets) Take(now time.Time, c Call) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	if wait := b.wait(now, c); wait > 0 {
		return wait
	}
	b.method(c.Method).take(now)
	if c.patient() {
		b.patient.take(now)
	}
	if c.posting() {
		b.forgetIdle(now)
		b.channels[c.Channel] = now.Add(channelGap)
	}
	return 0
}

// Wait is what Take would say; it spends nothing.
func (b *Budgets) Wait(now time.Time, c Call) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.wait(now, c)
}

func (c Call) posting() bool { return c.Method == "chat.postMessage" && c.Channel != "" }
func (c Call) patient() bool { return c.Method == "chat.update" && !c.Urgent }

func (b *Budgets) wait(now time.Time, c Call) time.Duration {
	wait := max(b.blocked[c.Method].Sub(now), 0)
	if c.posting() {
		next, ok := b.channels[c.Channel]
		if !ok {
			next = b.started.Add(channelGap)
		}
		wait = max(wait, next.Sub(now))
	}
	wait = max(wait, b.method(c.Method).wait(now))
	if c.patient() {
		wait = max(wait, b.patient.wait(now))
	}
	return wait
}

// posted notes when a post to a channel was answered, or given up.
func (b *Budgets) posted(now time.Time, channel string) {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if next := now.Add(answerGap); next.After(b.channels[channel]) {
		b.forgetIdle(now)
		b.channels[channel] = next
	}
}

// Block notes that Slack limited the method: nothing of it goes before
// retryAfter has passed, and its bucket is empty then.
func (b *Budgets) Block(now time.Time, method string, retryAfter time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	until := now.Add(retryAfter)
	if until.After(b.blocked[method]) {
		b.blocked[method] = until
	}
	b.method(method).empty(until)
}

func (b *Budgets) method(name string) *bucket {
	have, ok := b.methods[name]
	if !ok {
		have = newBucket(perMinute(name), b.started)
		if b.full {
			have.fill()
		}
		b.methods[name] = have
	}
	return have
}

func (b *Budgets) forgetIdle(now time.Time) {
	if len(b.channels) < maxChannels {
		return
	}
	for channel, next := range b.channels {
		if now.After(next) {
			delete(b.channels, channel)
		}
	}
}

// perMinute is Slack's limit for a method (tiers: 20, 50 and 100 a minute).
func perMinute(method string) float64 {
	switch method {
	case "chat.postMessage":
		return postsAMinute
	case "chat.update", "chat.delete", "conversations.info", "conversations.history",
		"conversations.replies", "conversations.join", "reactions.add", "users.lookupByEmail", "files.delete":
		return 50
	case "chat.postEphemeral", "views.open", "views.push", "views.update", "views.publish",
		"users.info", "conversations.members", "auth.test", "files.getUploadURLExternal", "files.completeUploadExternal", "files.info":
		return 100
	}
	return 20
}

// bucket holds up to a fifth of a minute's limit and refills at the other four
// fifths a minute: for 50 a minute a burst of 10 and 40 a minute.
type bucket struct {
	tokens, burst, perSecond float64
	at                       time.Time
}

func newBucket(limit float64, now time.Time) *bucket {
	return &bucket{burst: limit / 5, perSecond: limit * 4 / 5 / 60, at: now}
}

// refill adds what time brought. A clock that went back brings nothing.
func (k *bucket) refill(now time.Time) {
	if passed := now.Sub(k.at); passed > 0 {
		k.tokens = min(k.burst, k.tokens+passed.Seconds()*k.perSecond)
		k.at = now
	}
}

// wait is how long until a token is there, rounded up to a millisecond so that
// asking again then succeeds.
func (k *bucket) wait(now time.Time) time.Duration {
	k.refill(now)
	const whole = 1 - 1e-9
	if k.tokens >= whole {
		return 0
	}
	short := time.Duration(math.Ceil((1-k.tokens)/k.perSecond*1000)) * time.Millisecond
	return max(k.at.Sub(now), 0) + short
}

func (k *bucket) take(now time.Time) {
	k.refill(now)
	k.tokens = max(k.tokens-1, 0)
}

func (k *bucket) fill() { k.tokens = k.burst }

// empty takes everything, from then on.
func (k *bucket) empty(from time.Time) {
	k.tokens, k.at = 0, from
}
