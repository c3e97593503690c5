package main

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/slacksim"
	"github.com/signalbook/signalbook/bot/slacksim/fault"
	"github.com/signalbook/signalbook/bot/slacksim/people"
	"github.com/signalbook/signalbook/bot/slacksim/snapshot"
)

// TestAcknowledgedActsSurviveAKill kills the bot the moment that Slack hears of the
// first of many clicks, commands or forms that it is taken, while Slack delivers some
// of them twice: what was acknowledged is done afterwards, once, and what was said in
// a thread comes again until it is stored.
func TestAcknowledgedActsSurviveAKill(t *testing.T) {
	t.Parallel()
	patient := slacksim.Options{EventRetries: slices.Repeat([]time.Duration{time.Second}, 600)} // the bot is killed more often than Slack tries again
	for endpoint, o := range map[string]options{
		"http":   {http: true, sim: patient},
		"socket": {sim: patient},
	} {
		t.Run(endpoint, func(t *testing.T) {
			t.Parallel()
			r := startRig(t, o)
			const groups = 6
			rounds := []struct{ killedBy, step string }{{"click", "add-read-replicas"}, {"command", "pool-connections"}, {"form", "scale-up"}}
			for round := range rounds {
				for n := range groups {
					r.sim.Admin.AddUser(writer(round, n+1), "")
				}
			}
			b := r.startBot()
			for n := range groups {
				b.mustNotify(group(t, n))
			}
			eventually(t, "all incidents with their tiers", func() bool {
				roots := r.roots("incidents")
				return len(roots) == groups && !slices.ContainsFunc(roots, func(m snapshot.Message) bool { return len(r.replies(m)) < 3 })
			})
			b.settled()
			storm := &ackStorm{rig: r, acknowledged: map[string]bool{}}
			for n, round := range rounds {
				b = storm.run(b, n, round.killedBy, round.step)
			}
			b.settled()
			storm.check(len(rounds))
		})
	}
}

// writer is who fills in a form.
func writer(round, incident int) string { return fmt.Sprintf("writer%d%d", round, incident) }

// ackStorm is what many people do at once while the bot is killed again and again.
type ackStorm struct {
	*rig
	mu           sync.Mutex
	acknowledged map[string]bool // by what was clicked or written: false when Slack said that it did not work
}

// run lets people click a step of every incident, write notes by command and by form,
// and say something in the first one's thread, all at once; it kills the bot at the
// first acknowledgement of one kind and starts the next one.
func (s *ackStorm) run(b *process, round int, killedBy, step string) (next *process) {
	s.t.Helper()
	roots := s.roots("incidents")
	values := make([]string, len(roots))
	for k, root := range roots {
		for _, button := range s.replies(root)[0].Buttons() {
			if button.ActionID == "step:ack" && strings.HasSuffix(button.Value, "/"+step) {
				values[k] = button.Value
			}
		}
		n := s.number(values[k])
		if err := s.sim.People.Choose(s.t.Context(), people.Choice{User: writer(round, n), Channel: root.Channel, TS: root.TS, ActionID: "incident:menu", Value: fmt.Sprint("note/INC-", n)}); err != nil {
			s.t.Fatal(err)
		}
		s.modal(writer(round, n))
	}
	for _, what := range []string{"slash_commands", "interactive", "events_api"} {
		s.sim.Faults.Fail(fault.Fault{Method: what, Kind: fault.Duplicate, Times: 2})
	}
	kill := sync.OnceFunc(func() { b.end(syscall.SIGKILL) })
	var all sync.WaitGroup
	act := func(kind, what string, do func() bool) {
		all.Go(func() {
			taken := do()
			if taken && kind == killedBy {
				kill()
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			s.acknowledged[what] = taken
		})
	}
	for k, root := range roots {
		n, tier := s.number(values[k]), s.replies(root)[0]
		if n == 1 {
			if _, err := s.sim.People.Say("chris", "incidents", root.TS, "@signalbook note "+words("mention", round, n)); err != nil {
				s.t.Fatal(err)
			}
		}
		act("click", values[k], func() bool {
			began := time.Now()
			err := s.sim.People.Click(s.t.Context(), people.Click{User: "ben", Channel: tier.Channel, TS: tier.TS, ActionID: "step:ack", Value: values[k]})
			// Slack waits three seconds: a bot that has not stored the click by then says so afterwards, when it still runs.
			return err == nil && time.Since(began) < 2*time.Second
		})
		act("command", words("command", round, n), func() bool {
			reply, err := s.sim.People.Slash(s.t.Context(), "anna", "incidents", fmt.Sprintf("/playbook note INC-%d %s", n, words("command", round, n)))
			said := strings.ToLower(reply.Message.PlainText())
			return err == nil && !strings.Contains(said, "not known") && !strings.Contains(said, "not recorded") && !strings.Contains(said, "not* recorded")
		})
		act("form", words("form", round, n), func() bool {
			wrong, err := s.sim.People.SubmitView(s.t.Context(), writer(round, n), map[string]string{"note": words("form", round, n)})
			return err == nil && len(wrong) == 0
		})
	}
	go func() { // nothing was taken in time: it ends all the same
		all.Wait()
		kill()
	}()
	<-b.done
	next = s.startBot() // over a socket, what was not acknowledged comes again
	all.Wait()
	return next
}

// number is the incident's that a button is about.
func (s *ackStorm) number(value string) (n int) {
	s.t.Helper()
	if _, err := fmt.Sscanf(value, "INC-%d/", &n); err != nil {
		s.t.Fatalf("no button of the step: %q, %v", value, err)
	}
	return n
}

// words are written by nobody else.
func words(kind string, round, incident int) string {
	return fmt.Sprintf("%s of round %d about %d.", kind, round, incident)
}

// check compares what was acknowledged with the timelines and with what Slack shows.
func (s *ackStorm) check(rounds int) {
	s.t.Helper()
	held := func(value string) bool {
		for _, root := range s.roots("incidents") {
			for _, tier := range s.replies(root) {
				for _, button := range tier.Buttons() {
					if button.Value == value && button.ActionID == "step:release" {
						return true
					}
				}
			}
		}
		return false
	}
	counts := map[string]int{}
	for what, taken := range s.acknowledged {
		kind, _, written := strings.Cut(what, " of round ")
		if !written {
			kind = "click"
			if taken {
				eventually(s.t, "the acknowledged click on "+what+" is done", func() bool { return held(what) })
			}
		} else if got := s.told(what); got > 1 || taken && got != 1 {
			s.t.Errorf("%q (acknowledged: %t) is in the timeline %d times", what, taken, got)
		}
		if taken {
			counts[kind]++
		}
	}
	if len(counts) == 0 {
		s.t.Error("nothing was acknowledged at all")
	}
	for round := range rounds {
		what := words("mention", round, 1)
		eventually(s.t, "a mention comes again until it is stored", func() bool { return s.told(what) > 0 })
		if got := s.told(what); got != 1 {
			s.t.Errorf("%q is in the timeline %d times", what, got)
		}
	}
}

// told is how often something is in the timelines.
func (s *ackStorm) told(what string) (n int) {
	s.t.Helper()
	keys, err := s.redis.Keys(s.t.Context(), "*:log:[1-9]").Result()
	if err != nil || len(keys) == 0 {
		s.t.Fatalf("got timelines %v, %v", keys, err)
	}
	for _, key := range keys {
		entries, err := s.redis.LRange(s.t.Context(), key, 0, -1).Result()
		if err != nil {
			s.t.Fatal(err)
		}
		for _, entry := range entries {
			if strings.Contains(entry, what) {
				n++
			}
		}
	}
	return n
}
