package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/message/storm"
	"github.com/signalbook/signalbook/bot/pause"
	"github.com/signalbook/signalbook/bot/slacksim/snapshot"
	"github.com/signalbook/signalbook/bot/topic"
	"github.com/signalbook/signalbook/playbooks"
)

// witness is what the test knows to have happened, beside what the bot says.
type witness struct {
	w      *world
	groups []*alertGroup

	mu   sync.Mutex
	acts []*act
	seen map[string]bool // marks and names of people that Slack ever showed in a message

	watching context.Context
	blink    context.CancelFunc
}

// act is one thing that one person did.
type act struct {
	m      *witness
	user   string // nobody else's name
	id     string // of the user
	mark   string // what he wrote, nobody else's words
	what   string // a button's action_id, command:VERB or mention:VERB
	value  string // INC-1 or INC-1/step
	answer string // what he was told at once
}

func newWitness(w *world) *witness {
	m := &witness{w: w, seen: map[string]bool{}}
	m.watching, m.blink = context.WithCancel(w.over)
	for n := range w.plan.groups {
		m.groups = append(m.groups, newGroup(m, n))
	}
	return m
}

func (m *witness) newAct(what, value string) *act {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := len(m.acts)
	who := m.w.people[n] // more do not act in the longest run
	a := &act{m: m, user: who.Name, id: who.ID, mark: fmt.Sprintf("m%03dx", n), what: what, value: value}
	m.acts = append(m.acts, a)
	return a
}

func (a *act) answered(text string) {
	a.m.mu.Lock()
	defer a.m.mu.Unlock()
	a.answer = text
}

var (
	traces   = regexp.MustCompile(`\b[pm]\d{3,}x\b`)
	numbered = regexp.MustCompile(`\bINC-(\d+)\b`)
	ownLine  = regexp.MustCompile(`(?m)^INC-(\d+)\b`)
)

// numberOn reads the number of the incident that a root shows: its own begins a line, and
// others may be named before it. A short form has its own alone.
func numberOn(root snapshot.Message) (int, bool) {
	found := ownLine.FindStringSubmatch(root.PlainText())
	if found == nil {
		found = numbered.FindStringSubmatch(root.PlainText())
	}
	if found == nil {
		return 0, false
	}
	n, err := strconv.Atoi(found[1])
	return n, err == nil
}

// watch notes whose acts Slack shows: those are confirmed, whatever comes.
func (m *witness) watch() {
	for pause.For(m.watching, 300*time.Millisecond) {
		m.look()
	}
}

func (m *witness) stopWatching() {
	m.blink()
	m.look()
}

func (m *witness) look() {
	for _, shown := range m.everything() {
		for _, trace := range traces.FindAllString(shown.PlainText(), -1) {
			m.mu.Lock()
			m.seen[trace] = true
			m.mu.Unlock()
		}
	}
}

// everything is every message of the bot, roots and replies.
func (m *witness) everything() []snapshot.Message {
	var all []snapshot.Message
	for n := range m.w.plan.channels {
		for _, shown := range m.w.sim.Messages(channelName(n)) {
			if shown.Thread != "" {
				continue // a broadcast: it comes with its thread
			}
			if shown.Bot && !shown.Tombstone {
				all = append(all, shown)
			}
			for _, reply := range m.w.sim.Thread(shown.Channel, shown.TS) {
				if reply.Bot && reply.TS != shown.TS {
					all = append(all, reply)
				}
			}
		}
	}
	return all
}

// settle waits until the state has everything and Slack shows it. What was
// accepted is judged before the groups tell once more how they stand: that ends
// the doubts that late copies leave, but for an alert that such a copy ended while it
// fires: that is held for a minute.
func (m *witness) settle() {
	m.await("the inbox is empty", m.judged)
	m.checkAccepted()
	var all sync.WaitGroup
	for _, g := range m.groups {
		all.Go(func() { g.tell(true) })
	}
	all.Wait()
	m.await("no alert is held any more", m.decided)
	m.await("the inbox is empty and Slack shows everything", m.still)
}

// decided reports whether it is decided of every alert whether it fires.
func (m *witness) decided() bool {
	held := func(a incident.Alert) bool { return !a.HeldUntil.IsZero() }
	return m.judged() && !slices.ContainsFunc(m.records(), func(r record) bool { return slices.ContainsFunc(r.Alerts, held) })
}

// judged reports whether the inbox is empty.
func (m *witness) judged() bool {
	room, err := m.w.store.Room(m.w.over)
	return err == nil && room.Events == 0
}

// still reports whether Slack shows everything, too.
func (m *witness) still() bool {
	if !m.judged() {
		return false
	}
	numbers, err := m.w.store.Dirty(m.w.over)
	return err == nil && len(numbers) == 0
}

// moment reads every incident and every message as they are at one moment: when a deadline passes
// meanwhile, all is read again once Slack shows it.
func (m *witness) moment() (all []record, shown []snapshot.Message) {
	for {
		known := len(m.w.problems)
		all, shown = m.records(), m.everything()
		if m.still() && !slices.ContainsFunc(all, m.moved) {
			return all, shown
		}
		m.w.problems = m.w.problems[:known]
		m.await("Slack shows what happened while everything was read", m.still)
		if len(m.w.problems) > known {
			return all, shown
		}
	}
}

// moved reports whether an incident has changed since it was read.
func (m *witness) moved(r record) bool {
	if r.Number == 0 {
		return false // a storm: it changes with its incidents
	}
	now, err := asked(func() (i incident.Incident, err error) {
		i, _, err = m.w.store.Incident(context.Background(), r.Number)
		return i, err
	})
	return err != nil || now.Version != r.Version
}

// settleWithin is how long a world may take to come to rest, beside the time that it was hurt: Slack takes some forty
// edits a minute.
const settleWithin = 10 * time.Minute

func (m *witness) await(what string, holds func() bool) {
	ctx, cancel := context.WithTimeout(m.w.over, settleWithin+m.w.plan.length)
	defer cancel()
	for !holds() {
		if !pause.For(ctx, 100*time.Millisecond) {
			dirty, _ := m.w.store.Dirty(m.w.over)
			m.w.problem("in vain: %s (dirty: %v)", what, dirty)
			return
		}
	}
}

// record is one incident as it is stored, or a storm: then it has no number.
type record struct {
	incident.Incident
	name   string
	log    []incident.Change
	ledger ledger.Ledger
	slots  []message.Slot
}

// asked asks Redis until it answers: on a busy machine that can take longer than production allows.
func asked[T any](ask func() (T, error)) (T, error) {
	for began := time.Now(); ; {
		got, err := ask()
		if late, ok := errors.AsType[net.Error](err); !ok || !late.Timeout() || time.Since(began) > patience {
			return got, err
		}
	}
}

// farAbove is said when Redis is new and Slack, which a busy machine makes slow, does not
// say in time which incidents it shows.
var farAbove = regexp.MustCompile(`numbers begin far above".* first=(\d+)`)

// begins is where numbers of incidents began, first and last.
func (m *witness) begins() (first, last int) {
	first, last = 1, 1
	logs, err := filepath.Glob(filepath.Join(m.w.logs, "*.log"))
	if err != nil || len(logs) == 0 {
		m.w.problem("no logs in %s: %v", m.w.logs, err)
	}
	for _, file := range logs {
		text, err := os.ReadFile(file)
		if err != nil {
			m.w.problem("%v", err)
		}
		for _, said := range farAbove.FindAllSubmatch(text, -1) {
			n, _ := strconv.Atoi(string(said[1]))
			if last == 1 || n < first {
				first = n
			}
			last = max(last, n)
		}
	}
	return first, last
}

// records reads every incident.
func (m *witness) records() []record {
	ctx := context.Background()
	newest, err := asked(func() (int, error) { return m.w.store.Newest(ctx) })
	if err != nil {
		m.w.problem("%v", err)
	}
	var all []record
	first, last := m.begins()
	for n := first; n <= newest; n++ {
		ok := false
		i, err := asked(func() (i incident.Incident, err error) { i, ok, err = m.w.store.Incident(ctx, n); return i, err })
		if err == nil && !ok && n < last {
			continue // numbers began anew above it
		}
		if err != nil || !ok {
			m.w.problem("INC-%d is not there: %v", n, err)
			continue
		}
		r := record{Incident: i, name: i.ID()}
		if r.log, err = asked(func() ([]incident.Change, error) { return m.w.store.Timeline(ctx, n, 100_000) }); err != nil {
			m.w.problem("%v", err)
		}
		if r.ledger, err = asked(func() (ledger.Ledger, error) { return m.w.store.Ledger(ctx, topic.Incident(n)) }); err != nil {
			m.w.problem("%v", err)
		}
		if !i.Quiet {
			book, err := asked(func() (*playbooks.Playbook, error) { return m.w.store.Playbook(ctx, i.Playbook.Hash) })
			if err != nil {
				m.w.problem("%v", err)
			}
			r.slots = message.Render(message.View{Incident: i, Playbook: book, Names: m.names(), Command: "/playbook"})
		}
		all = append(all, r)
	}
	return append(all, m.storms(first, newest)...)
}

// storms reads every storm; each has the number of the incident that it began with.
func (m *witness) storms(first, newest int) []record {
	ctx := context.Background()
	var all []record
	for n := first; n <= newest; n++ {
		ok := false
		of, err := asked(func() (s incident.Storm, err error) { s, ok, err = m.w.store.Storm(ctx, n); return s, err })
		if err != nil {
			m.w.problem("%v", err)
		}
		if !ok {
			continue
		}
		r := record{name: of.ID()}
		if r.ledger, err = asked(func() (ledger.Ledger, error) { return m.w.store.Ledger(ctx, topic.Storm(n)) }); err != nil {
			m.w.problem("%v", err)
		}
		entries, err := asked(func() (all []incident.Entry, err error) {
			all, _, err = m.w.store.StormMembers(ctx, n)
			return all, err
		})
		if err != nil {
			m.w.problem("%v", err)
		}
		r.slots = storm.Render(storm.View{Storm: of, Entries: entries, Names: m.names(), Command: "/playbook", Severities: []string{"critical", "warning", "info"}})
		all = append(all, r)
	}
	return all
}

func (m *witness) names() message.Names {
	names := message.Names{}
	for _, handle := range []string{"sre-oncall", "db-leads", "db-oncall", "ml-oncall", "platform-oncall"} {
		g, _ := m.w.sim.Group(handle)
		names["@"+handle] = "<!subteam^" + g.ID + ">"
	}
	return names
}
