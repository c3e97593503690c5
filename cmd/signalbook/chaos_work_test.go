package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/pause"
	"github.com/signalbook/signalbook/bot/slacksim/blockkit"
	"github.com/signalbook/signalbook/bot/slacksim/people"
	"github.com/signalbook/signalbook/bot/slacksim/snapshot"
)

// alertGroup is an alert group as Alertmanager sees it: the truth that notifications
// tell of.
type alertGroup struct {
	m        *witness
	n        int
	key      string
	severity string
	channel  string
	random   *rand.Rand
	ahead    time.Duration // of the sender's clock
	senders  int           // Prometheus servers whose starts differ
	next     int

	mu       sync.Mutex
	alerts   []*truth
	accepted []occurrence // every alert of every notification answered 202
	answered int          // how many those were
	sent     map[string]bool
	late     sync.WaitGroup // copies under way
}

// truth is what is so of one alert.
type truth struct {
	occurrence
	endsAt time.Time
	told   bool // its resolve was in a notification that was accepted
}

// occurrence is one alert as a notification gave it.
type occurrence struct {
	fingerprint string
	// Two Prometheus servers tell of it, and each has seen it begin at another moment: notifications name now the one, now
	// the other, the earlier first. Neither lies before the end of the occurrence before.
	starts   [2]time.Time
	resolved bool
}

func newGroup(m *witness, n int) *alertGroup {
	g := &alertGroup{m: m, n: n, random: m.w.plan.random(fmt.Sprint("group ", n)), sent: map[string]bool{}}
	g.key = fmt.Sprintf("{}/{team=%q}:{alertname=\"Chaos\", service=\"s%d\"}", fmt.Sprint(n%m.w.plan.channels), n)
	g.severity = []string{"critical", "warning", "info"}[n%3]
	g.channel = channelName(n % m.w.plan.channels)
	g.ahead = within(g.random, -3*time.Minute, 3*time.Minute)
	g.senders = 1 + g.random.IntN(2)
	return g
}

// id is the group's name in the store.
func (g *alertGroup) id() string {
	return alerts.Notification{Source: "default", Receiver: "chaos", GroupKey: g.key}.GroupID()
}

// live lets alerts fire, resolve and fire again, and tells of each change until
// it is accepted, as Alertmanager does: one notification at a time.
func (g *alertGroup) live() {
	w := g.m.w
	pause.For(w.hurting, within(g.random, 0, 3*time.Second))
	for w.hurting.Err() == nil {
		g.change()
		g.flush()
		pause.For(w.hurting, within(g.random, w.plan.every/2, 3*w.plan.every))
	}
	g.late.Wait()
	g.flush()
}

func (g *alertGroup) now() time.Time {
	return time.Now().Add(g.ahead).UTC().Truncate(time.Millisecond)
}

// change is news in the group.
func (g *alertGroup) change() {
	g.mu.Lock()
	defer g.mu.Unlock()
	var firing, resolved []*truth
	for _, a := range g.alerts {
		if a.resolved {
			resolved = append(resolved, a)
		} else {
			firing = append(firing, a)
		}
	}
	end := func(a *truth) { a.resolved, a.endsAt, a.told = true, g.now(), false }
	switch k := g.random.IntN(10); {
	case len(firing) == 0 && len(resolved) > 0 && k < 5, k < 2 && len(resolved) > 0: // fires again
		a := resolved[g.random.IntN(len(resolved))]
		g.begin(a, a.fingerprint)
	case len(firing) == 0 || k < 5 && len(g.alerts) < 12: // a new one
		g.next++
		a := &truth{}
		g.begin(a, fmt.Sprintf("%04x%04x%08x", g.n, g.next, g.m.w.plan.seed))
		g.alerts = append(g.alerts, a)
	case k < 8:
		end(firing[g.random.IntN(len(firing))])
	default:
		for _, a := range firing {
			end(a)
		}
	}
}

// begin is a new occurrence of an alert.
func (g *alertGroup) begin(a *truth, fingerprint string) {
	now := g.now()
	a.occurrence = occurrence{fingerprint: fingerprint, starts: [2]time.Time{now, now}}
	if earlier := now.Add(-within(g.random, 0, 3*time.Second)).Truncate(time.Millisecond); g.senders == 2 && earlier.After(a.endsAt) {
		a.starts[0] = earlier
	}
}

// body is a notification of everything that fires, and of what resolved since the
// last one that was accepted; with all it lists what resolved long ago, too.
func (g *alertGroup) body(all bool) (data []byte, told []occurrence) {
	g.mu.Lock()
	defer g.mu.Unlock()
	list := []map[string]any{}
	status := "resolved"
	for _, a := range g.alerts {
		if a.resolved && a.told && !all {
			continue
		}
		one := map[string]any{"status": "firing", "fingerprint": a.fingerprint, "startsAt": a.starts[g.random.IntN(2)], "endsAt": "0001-01-01T00:00:00Z",
			"labels": map[string]string{"alertname": "Chaos", "team": fmt.Sprint(g.n % g.m.w.plan.channels), "service": fmt.Sprint("s", g.n), "severity": g.severity, "instance": a.fingerprint}}
		if a.resolved {
			one["status"], one["endsAt"] = "resolved", a.endsAt
		} else {
			status = "firing"
		}
		list = append(list, one)
		told = append(told, a.occurrence)
		g.sent[a.fingerprint+a.starts[0].String()] = true
	}
	if len(list) == 0 {
		return nil, nil
	}
	common := map[string]string{"alertname": "Chaos", "team": fmt.Sprint(g.n % g.m.w.plan.channels), "service": fmt.Sprint("s", g.n), "severity": g.severity}
	data, err := json.Marshal(map[string]any{"version": "4", "receiver": "chaos", "status": status, "groupKey": g.key, "truncatedAlerts": 0,
		"groupLabels": map[string]string{"alertname": "Chaos", "service": fmt.Sprint("s", g.n)}, "commonLabels": common,
		"commonAnnotations": map[string]string{"summary": fmt.Sprint("Chaos in service ", g.n)}, "externalURL": "http://alertmanager.example", "alerts": list})
	if err != nil {
		panic(err) // maps of strings and times only
	}
	return data, told
}

// flush tells of the group as it is, again and again until a replica accepts it.
// Sometimes the notification comes twice, or once more a while later.
func (g *alertGroup) flush() { g.tell(false) }

func (g *alertGroup) tell(all bool) {
	w := g.m.w
	data, told := g.body(all)
	if data == nil {
		return
	}
	for !g.send(data, told) {
		if !pause.For(w.over, within(g.random, 100*time.Millisecond, 500*time.Millisecond)) {
			return
		}
	}
	g.mu.Lock()
	for _, a := range g.alerts {
		for _, o := range told {
			a.told = a.told || a.occurrence == o && o.resolved
		}
	}
	g.mu.Unlock()
	if all {
		return
	}
	again := func(kind string, after time.Duration) {
		w.count(kind, "group %d", g.n)
		g.late.Go(func() {
			pause.For(w.hurting, after)
			g.send(data, told)
		})
	}
	switch k := g.random.IntN(10); {
	case k < 3:
		again("webhook-duplicate", 0)
	case k < 5:
		again("webhook-late", within(g.random, 500*time.Millisecond, 5*time.Second))
	}
}

// send posts a notification to some replica; false unless it is answered 202.
func (g *alertGroup) send(data []byte, told []occurrence) bool {
	w := g.m.w
	ctx, cancel := context.WithTimeout(w.over, 5*time.Second)
	defer cancel()
	to := w.replicas[rand.IntN(len(w.replicas))]
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to.url()+"/alertmanager/webhook", bytes.NewReader(data))
	if err != nil {
		return false
	}
	request.Header.Set("Authorization", "Bearer "+webhookToken)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	response.Body.Close()
	if response.StatusCode != http.StatusAccepted {
		if response.StatusCode != http.StatusServiceUnavailable {
			w.problem("a notification was answered %d", response.StatusCode)
		}
		return false
	}
	g.mu.Lock()
	g.accepted = append(g.accepted, told...)
	g.answered++
	g.mu.Unlock()
	return true
}

// act lets a person act: click, type or fill in a form, on what is to be seen at
// the moment. Every act is another person's, so that each leaves its own trace.
func (m *witness) act(n int) {
	w := m.w
	r := w.plan.random(fmt.Sprint("people ", n))
	for pause.For(w.hurting, within(r, 200*time.Millisecond, 2*w.plan.every)) {
		seen := w.sim.Messages(channelName(r.IntN(w.plan.channels)))
		roots := seen[:0]
		for _, message := range seen {
			if message.Bot && message.Thread == "" && !message.Tombstone {
				roots = append(roots, message)
			}
		}
		if len(roots) == 0 {
			continue
		}
		root := roots[r.IntN(len(roots))]
		switch k := r.IntN(10); {
		case k < 5:
			m.click(r, root, k == 0)
		case k < 8:
			m.command(r, root)
		case k < 9:
			m.mention(root)
		default:
			m.skip(r, root)
		}
	}
}

// button is one that can be clicked at the moment.
type button struct {
	message snapshot.Message
	control blockkit.Control
}

func (m *witness) buttons(root snapshot.Message, wanted ...string) []button {
	var all []button
	for _, message := range m.w.sim.Thread(root.Channel, root.TS) {
		for _, control := range message.Buttons() {
			if message.Bot && strings.Contains(strings.Join(wanted, " "), control.ActionID) {
				all = append(all, button{message, control})
			}
		}
	}
	return all
}

// click presses a button; as a pair two people press it at the same moment.
func (m *witness) click(r *rand.Rand, root snapshot.Message, pair bool) {
	all := m.buttons(root, "incident:ack", "step:ack", "step:ack", "step:done", "step:undo", "step:release")
	if len(all) == 0 {
		return
	}
	b := all[r.IntN(len(all))]
	var both sync.WaitGroup
	for range map[bool]int{false: 1, true: 2}[pair] {
		a := m.newAct(b.control.ActionID, b.control.Value)
		both.Go(func() {
			err := m.w.sim.People.Click(m.w.over, people.Click{User: a.user, Channel: root.Channel, TS: b.message.TS, ActionID: b.control.ActionID, Value: b.control.Value, Late: true})
			a.answered(fmt.Sprint(err))
		})
	}
	both.Wait()
}

// command types a slash command.
func (m *witness) command(r *rand.Rand, root snapshot.Message) {
	id, ok := numberOn(root)
	if !ok {
		return
	}
	verb := strings.Fields("note note ack done done skip resolve reopen undo")[r.IntN(9)]
	a := m.newAct("command:"+verb, fmt.Sprint("INC-", id))
	text := fmt.Sprintf("/playbook %s INC-%d", verb, id)
	switch verb {
	case "done", "skip":
		text += fmt.Sprintf(" %d %s", 1+r.IntN(5), a.mark)
	case "undo":
		text += fmt.Sprintf(" %d", 1+r.IntN(5))
	case "note", "resolve":
		text += " " + a.mark
	}
	reply, err := m.w.sim.People.Slash(m.w.over, a.user, root.Channel, text)
	if err != nil {
		a.answered(err.Error())
		return
	}
	a.answered(reply.Message.PlainText())
}

// mention writes a note in the thread.
func (m *witness) mention(root snapshot.Message) {
	id, ok := numberOn(root)
	if !ok {
		return
	}
	a := m.newAct("mention:note", fmt.Sprint("INC-", id))
	if _, err := m.w.sim.People.Say(a.user, root.Channel, root.TS, "@signalbook note "+a.mark); err != nil {
		a.answered(err.Error())
	}
}

// skip fills in a form.
func (m *witness) skip(r *rand.Rand, root snapshot.Message) {
	all := m.buttons(root, "step:skip")
	if len(all) == 0 {
		return
	}
	b := all[r.IntN(len(all))]
	a := m.newAct("step:skip", b.control.Value)
	if m.w.sim.People.Click(m.w.over, people.Click{User: a.user, Channel: root.Channel, TS: b.message.TS, ActionID: "step:skip", Value: b.control.Value, Late: true}) != nil {
		return
	}
	ctx, cancel := context.WithTimeout(m.w.over, 3*time.Second)
	defer cancel()
	opened := func(v *snapshot.View) bool { _, open := v.OpenModal(a.user); return open }
	if m.w.sim.WaitFor(ctx, opened) != nil {
		return // the form could not be opened: nothing was done
	}
	errs, err := m.w.sim.People.SubmitView(m.w.over, a.user, map[string]string{"reason": a.mark})
	a.answered(fmt.Sprint(errs, err))
}
