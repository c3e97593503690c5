package main

import (
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/app"
	"github.com/signalbook/signalbook/bot/coordinator"
)

// The chaos suite: random faults against random work, and then a look whether
// anything was lost or doubled. Each run is one seed. `make test` runs short
// seeds, `make chaos` long ones. These variables of the environment steer it:
//
//	CHAOS_SEED=7        that seed alone, as the failed run had it
//	CHAOS_SEEDS=100     how many seeds, counted from CHAOS_FIRST (1)
//	CHAOS_LENGTH=3m     how long the faults of one seed go on
//	CHAOS_REDIS=single  one kind of Redis for all seeds (single, sentinel, cluster)
//	CHAOS_LOGS=folder   keeps the journals and the replicas' logs there
//
// A seed decides everything that is random: the installation, the work, the
// faults, and their order. What it cannot decide is how the machine's processes
// run beside each other; so a failure mostly comes again with its seed, and not
// always at the first try.
//
// A replica of these tests is the real `signalbook serve` as a process of its
// own, with shorter waits for what Slack may still do (app.Timing): else each seed
// would wait for minutes after its last fault.

// The waits of such a replica. As in production, a message of unknown outcome
// is looked for when its request cannot arrive any more (the client's timeout and
// a bit), and copies are looked for until lateMost after that.
const (
	impatientSlack   = 2500 * time.Millisecond
	impatientUnknown = impatientSlack + 500*time.Millisecond
	lateMost         = 4 * time.Second
)

func hasty() {
	timing := app.Timing{Slack: impatientSlack, Clock: skewedClock()}
	timing.Coordinator = coordinator.Timing{Unknown: impatientUnknown, Parked: 3 * time.Second, Root: 2 * time.Second}
	timing.Coordinator.Sweeps[0], timing.Coordinator.Sweeps[1] = 2*time.Second, lateMost+2*time.Second
	start(timing)
}

// plan is what a seed decides at the start.
type plan struct {
	seed     uint64
	length   time.Duration // of the faults
	every    time.Duration // between two faults, about
	replicas int
	channels int
	groups   int
	people   int    // who act at the same time
	socket   bool   // Socket Mode, else signed HTTP
	redis    string // single, sentinel or cluster
	wait     int    // redis.wait_replicas
	storm    int    // incidents.storm.above
	reopen   string // incidents.reopen_within
	skewed   bool   // the replicas' clocks are wrong, each by an amount of its own
}

// random is the plan's own source of randomness for one purpose, so that one
// purpose's numbers do not depend on how many the others took.
func (p plan) random(purpose string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(purpose)) // never fails
	return rand.New(rand.NewPCG(p.seed, h.Sum64()))
}

func planFor(seed uint64, length time.Duration) plan {
	p := plan{seed: seed, length: length}
	r := p.random("plan")
	p.every = within(r, 700*time.Millisecond, 1500*time.Millisecond)
	p.replicas = 2 + r.IntN(2)
	p.channels = 3 + r.IntN(4)
	p.groups = p.channels + r.IntN(4)
	p.people = 2 + r.IntN(3)
	p.socket = r.IntN(3) == 0
	p.redis = []string{"single", "single", "sentinel", "cluster"}[r.IntN(4)]
	p.reopen = []string{"4h", "4h", "3s"}[r.IntN(3)]
	p.storm = 1000
	if r.IntN(4) == 0 {
		p.storm, p.channels, p.groups = 2, 1+r.IntN(2), 8
	}
	p.skewed = p.random("clocks").IntN(2) == 0
	if kind := os.Getenv("CHAOS_REDIS"); kind != "" {
		p.redis = kind
	}
	switch p.redis {
	case "sentinel":
		p.wait = 1 + r.IntN(2) // of two
	case "cluster":
		p.wait = 1 // of one
	}
	return p
}

func environment[T any](t *testing.T, name string, otherwise T, parse func(string) (T, error)) T {
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	value, err := parse(text)
	if err != nil {
		t.Fatalf("%s=%s: %v", name, text, err)
	}
	return value
}

// TestChaos hurts installations at random while people and alerts work with them.
func TestChaos(t *testing.T) {
	t.Parallel()
	number := func(text string) (uint64, error) { return strconv.ParseUint(text, 10, 64) }
	length := environment(t, "CHAOS_LENGTH", 10*time.Second, time.ParseDuration)
	first := environment(t, "CHAOS_FIRST", 1, number)
	last := first + environment(t, "CHAOS_SEEDS", 20, number) - 1
	if only := environment(t, "CHAOS_SEED", 0, number); only > 0 {
		first, last = only, only
	}
	sum := newTable()
	t.Cleanup(func() {
		t.Logf("%d seeds (%d to %d, faults for %s each)\n%s", sum.seeds, first, last, length, sum)
	})
	for seed := first; seed <= last; seed++ {
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) {
			t.Parallel()
			chaos(t, planFor(seed, length), sum)
		})
	}
}

func chaos(t *testing.T, p plan, sum *table) {
	t.Logf("%+v", p)
	w := startWorld(t, p)
	m := newWitness(w)
	var work, eyes sync.WaitGroup
	eyes.Go(m.watch)
	for n := range p.groups {
		work.Go(m.groups[n].live)
	}
	for n := range p.people {
		work.Go(func() { m.act(n) })
	}
	w.hurt()
	w.healAll()
	work.Wait()
	m.settle()
	w.heal()
	m.stopWatching()
	eyes.Wait()
	m.check()
	sum.add(w, m)
	if len(w.problems) > 0 {
		t.Errorf("seed %d: %d problems (CHAOS_SEED=%d repeats the run):\n%s", p.seed, len(w.problems), p.seed, strings.Join(w.problems, "\n"))
	}
	w.tell()
}

// tell keeps what happened, or shows its end when the test failed.
func (w *world) tell() {
	text := strings.Join(w.journal, "\n") + "\n\n" + strings.Join(w.problems, "\n") + "\n\n" + w.sim.Dump()
	writeFile(w.t, w.logs, "journal.txt", text)
	if !w.t.Failed() {
		return
	}
	w.t.Logf("what was done:\n%s", strings.Join(w.journal, "\n"))
	for _, r := range w.replicas {
		w.t.Logf("%s said:\n%s", r.name, tail(mustRead(w.t, w.logs+"/"+r.name+".log"), 3000))
	}
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
