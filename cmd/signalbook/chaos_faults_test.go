package main

import (
	"math/rand/v2"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/signalbook/signalbook/bot/pause"
	"github.com/signalbook/signalbook/bot/slacksim/fault"
)

// The words that hurt chooses from, by what may go wrong. A word that stands
// twice comes twice as often.
var (
	replicaFaults = strings.Fields("kill kill kill kill-coordinator kill-coordinator kill-accepted kill-accepted kill-accepted term term freeze freeze")
	slackFaults   = strings.Fields("lost-answer lost-answer lost-request late late 429 429-bare 200-ratelimited internal_error fatal_error http-500 http-503 delay slack-500 slack-refuses clock")
	deliverFaults = strings.Fields("duplicate lost-ack disconnect")
	redisFaults   = strings.Fields("redis-kill redis-kill failover failover redis-full newer-document")
)

// hurt makes things go wrong, one after another in a random order, until the
// faults end. What takes a while goes on beside the next fault.
func (w *world) hurt() {
	r := w.plan.random("faults")
	var deck []string
	var lasting sync.WaitGroup
	defer lasting.Wait()
	if w.plan.length > 3*time.Minute {
		at := within(r, w.plan.length/5, w.plan.length/2)
		lasting.Go(func() {
			if pause.For(w.hurting, at) {
				w.slackDown("slack-minute", time.Minute)
			}
		})
	}
	for {
		if !pause.For(w.hurting, within(r, w.plan.every/2, w.plan.every*3/2)) {
			return
		}
		if len(deck) == 0 {
			for _, words := range [][]string{replicaFaults, slackFaults, deliverFaults, redisFaults} {
				deck = append(deck, words...)
			}
			r.Shuffle(len(deck), func(i, k int) { deck[i], deck[k] = deck[k], deck[i] })
		}
		kind := deck[0]
		deck = deck[1:]
		own := rand.New(rand.NewPCG(r.Uint64(), 1)) // so that what runs beside takes no numbers from the others
		lasting.Go(func() { w.strike(kind, own) })
	}
}

func (w *world) strike(kind string, r *rand.Rand) {
	switch kind {
	case "kill":
		w.kill(kind, w.replicas[r.IntN(len(w.replicas))], r)
	case "kill-coordinator":
		if coordinator := w.coordinator(); coordinator != nil {
			w.kill(kind, coordinator, r)
		}
	case "kill-accepted":
		w.killAccepted(r)
	case "term":
		w.terminate(w.replicas[r.IntN(len(w.replicas))], r)
	case "freeze":
		w.freeze(r)
	case "slack-500", "slack-refuses":
		w.slackDown(kind, within(r, time.Second, 4*time.Second))
	case "clock":
		skew := within(r, -4*time.Minute, 4*time.Minute)
		w.sim.Admin.SetSkew(skew)
		w.count(kind, "Slack's clock is %s ahead", skew.Round(time.Second))
	case "newer-document":
		w.writeNewer(r)
	case "disconnect":
		if w.plan.socket {
			reason := []string{"", "warning", "refresh_requested"}[r.IntN(3)]
			w.sim.Delivery.Disconnect(reason)
			w.count(kind, "%q", reason)
		}
	case "redis-kill", "failover", "redis-full":
		w.hurtRedis(kind, r)
	default:
		w.plant(kind, r)
	}
}

// slackKinds are the faults of single calls, as the simulator calls them.
var slackKinds = map[string]string{
	"lost-answer": fault.LostAnswer, "lost-request": fault.LostRequest, "late": fault.Late,
	"429": fault.RateLimited429, "429-bare": fault.RateLimited429Bare, "200-ratelimited": fault.RateLimited200,
	"internal_error": "error:internal_error", "fatal_error": "error:fatal_error",
	"http-500": fault.HTTP500, "http-503": fault.HTTP503, "delay": fault.Delay,
	"duplicate": fault.Duplicate, "lost-ack": fault.LostAck,
}

// plant makes the next calls of a method, or deliveries of a kind, go wrong. It
// counts when it strikes.
func (w *world) plant(kind string, r *rand.Rand) {
	methods := strings.Fields("chat.postMessage chat.postMessage chat.postMessage chat.update chat.delete conversations.replies conversations.history auth.test usergroups.list chat.postEphemeral response_url")
	if kind == "duplicate" || kind == "lost-ack" {
		methods = strings.Fields("events_api slash_commands interactive interactive")
	}
	f := fault.Fault{Method: methods[r.IntN(len(methods))], Kind: slackKinds[kind], Times: 1 + r.IntN(2), RetryAfter: 1 + r.IntN(3)}
	switch kind {
	case "late":
		f.Method, f.Times, f.Delay = "chat.postMessage", 1, within(r, 0, lateMost)
	case "delay":
		f.Delay = within(r, 100*time.Millisecond, 2*impatientSlack)
	}
	f.Then = func() { w.count(kind, "%s", f.Method) }
	if kind == "duplicate" || kind == "lost-ack" {
		f.Then = nil
		w.count(kind, "%s", f.Method)
	}
	w.sim.Faults.Fail(f)
}

// kill ends a replica without warning; another takes its place after a while.
func (w *world) kill(kind string, r *replica, random *rand.Rand) {
	if !r.hurt.TryLock() {
		return // something else happens to it at the moment
	}
	defer r.hurt.Unlock()
	w.count(kind, "%s", r.name)
	r.end(syscall.SIGKILL)
	pause.For(w.hurting, within(random, 0, 2*time.Second))
	r.start()
}

// killAccepted kills the coordinator right between Slack's acceptance of a message and
// our record of it.
func (w *world) killAccepted(r *rand.Rand) {
	own := rand.New(rand.NewPCG(r.Uint64(), 2))
	dead := make(chan struct{})
	w.sim.Faults.Fail(fault.Fault{Method: "chat.postMessage", Kind: fault.LostAnswer, Times: 1, After: r.IntN(3), Then: func() {
		coordinator := w.coordinator()
		if coordinator == nil || w.hurting.Err() != nil || !coordinator.hurt.TryLock() {
			close(dead)
			return
		}
		w.count("kill-accepted", "%s", coordinator.name)
		coordinator.end(syscall.SIGKILL)
		close(dead)
		go func() {
			defer coordinator.hurt.Unlock()
			pause.For(w.hurting, within(own, 0, 2*time.Second))
			coordinator.start()
		}()
	}})
}

// terminate ends a replica as an upgrade does.
func (w *world) terminate(r *replica, random *rand.Rand) {
	if !r.hurt.TryLock() {
		return
	}
	defer r.hurt.Unlock()
	w.count("term", "%s", r.name)
	if code := r.end(syscall.SIGTERM); code > 0 { // below zero: it had not begun to listen for signals
		w.problem("SIGTERM ended %s with %d, want 0", r.name, code)
	}
	pause.For(w.hurting, within(random, 0, time.Second))
	r.start()
}

// freeze stops the coordinator for longer than its lease, and lets it go on.
func (w *world) freeze(random *rand.Rand) {
	coordinator := w.coordinator()
	if coordinator == nil || !coordinator.hurt.TryLock() {
		return
	}
	defer coordinator.hurt.Unlock()
	coordinator.signal(syscall.SIGSTOP)
	w.count("freeze", "%s", coordinator.name)
	pause.For(w.hurting, within(random, 6*time.Second, 8*time.Second))
	coordinator.signal(syscall.SIGCONT)
}

// slackDown takes Slack away for a while: it answers nothing but errors, or its
// address refuses connections.
func (w *world) slackDown(kind string, long time.Duration) {
	if !slackTurn.lock(w) {
		return
	}
	defer slackTurn.unlock(w)
	w.count(kind, "for %s", long.Round(time.Millisecond))
	if kind == "slack-500" {
		w.sim.Faults.Fail(fault.Fault{Method: "*", Kind: fault.HTTP503})
		pause.For(w.hurting, long)
		w.sim.Faults.Clear()
		return
	}
	w.slack.shut()
	w.sim.Delivery.Disconnect("")
	pause.For(w.hurting, long)
	for w.slack.open() != nil {
		if !pause.For(w.over, 50*time.Millisecond) {
			return
		}
	}
}

// inboxKey is a key of the workspace's slot.
const inboxKey = "signalbook:{" + team + "}:inbox"

// hurtRedis kills the server, or the primary of a set, or asks a set to change
// its primary. A set is whole again before the next blow: two at once are more
// than it promises to bear.
func (w *world) hurtRedis(kind string, r *rand.Rand) {
	if !redisTurn.lock(w) {
		return
	}
	defer redisTurn.unlock(w)
	switch {
	case kind == "redis-full":
		w.count(kind, "")
		w.fillRedis(within(r, 500*time.Millisecond, 3*time.Second))
		return
	case w.plan.redis == "single":
		w.count("redis-kill", "")
		node := w.redis.KillPrimary(inboxKey)
		pause.For(w.hurting, within(r, 100*time.Millisecond, 2*time.Second))
		node.Start()
		return
	case kind == "failover" && w.plan.redis == "sentinel" && w.plan.wait < 2:
		// Sentinel's planned failover does not wait for the replica that it promotes, which need not be the one that has
		// confirmed: only writes that all replicas confirm outlive it.
	case kind == "failover":
		w.count(w.plan.redis+"-planned", "")
		w.redis.Failover(inboxKey)
	default:
		w.count(w.plan.redis+"-kill", "")
		node := w.redis.KillPrimary(inboxKey)
		w.redis.AwaitPrimary(inboxKey)
		pause.For(w.hurting, within(r, 100*time.Millisecond, 2*time.Second))
		node.Start()
	}
	w.redis.AwaitWhole()
}

// fillRedis takes Redis' memory away for a while: whatever needs more of it is
// refused, and what waits in the inbox stays there.
func (w *world) fillRedis(long time.Duration) {
	limit := func(bytes string) {
		for _, node := range w.redis.Nodes {
			eventually(w.t, "a node takes its limit of memory", func() bool {
				return node.Client().ConfigSet(w.over, "maxmemory", bytes).Err() == nil || w.over.Err() != nil
			})
		}
	}
	limit("1")
	defer limit("0")
	pause.For(w.hurting, long)
}

// turns lets one fault of a kind happen at a time in each world.
type turns struct{ taken sync.Map }

var redisTurn, slackTurn turns

func (q *turns) lock(w *world) bool {
	_, taken := q.taken.LoadOrStore(w, true)
	return !taken
}

func (q *turns) unlock(w *world) { q.taken.Delete(w) }

// unhurt waits for whatever happens to a replica to end.
func (r *replica) unhurt() {
	r.hurt.Lock()
	defer r.hurt.Unlock()
}

// healAll ends all faults and brings everybody back.
func (w *world) healAll() {
	w.sim.Faults.Clear()
	for _, r := range w.replicas {
		r.unhurt()
	}
	w.redis.StartAll()
	w.newer.Range(func(key, _ any) bool {
		w.readable(key.(string))
		return true
	})
}
