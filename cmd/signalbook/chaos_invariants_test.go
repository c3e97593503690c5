package main

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/slackapi"
	"github.com/signalbook/signalbook/bot/slacksim/snapshot"
	"github.com/signalbook/signalbook/playbooks"
)

// checkAccepted: what was answered 202 is known. An alert that was told to fire
// stands in an incident of its group, as that occurrence or a later one; one that
// was told to have ended has ended there, at least once.
func (m *witness) checkAccepted() {
	all := m.records()
	for _, g := range m.groups {
		g.mu.Lock()
		for _, o := range g.accepted {
			if !slices.ContainsFunc(all, func(r record) bool { return r.Group == g.id() && r.knows(o) }) {
				m.w.problem("lost: group %d, alert %s of %s, resolved %v, was answered 202 and is not known", g.n, o.fingerprint, o.starts[0].Format("15:04:05.000"), o.resolved)
			}
		}
		g.mu.Unlock()
	}
}

func (r record) knows(o occurrence) bool {
	for _, a := range r.Alerts {
		if a.Fingerprint != o.fingerprint {
			continue
		}
		if a.StartsAt.After(o.starts[1]) || !a.StartsAt.Before(o.starts[0]) && (!o.resolved || !a.Firing) {
			return true
		}
	}
	return slices.ContainsFunc(r.log, func(c incident.Change) bool {
		return c.Alert == o.fingerprint && (!o.resolved || c.Kind == incident.KindAlertResolved)
	})
}

// check looks at everything once the world is at rest.
func (m *witness) check() {
	all, shown := m.moment()
	for _, g := range m.groups {
		m.checkGroup(g, all)
	}
	m.checkActs(all)
	for _, r := range all {
		m.replay(r)
	}
	m.checkSlack(all, shown)
	m.checkRefusals()
	if dead, err := asked(func() (int64, error) { return m.w.store.Dead.Count(context.Background()) }); err != nil || dead > 0 {
		m.w.problem("%d dead letters, %v", dead, err)
	}
}

// checkGroup: the newest incident of a group stands as the group does, and there
// are no more incidents than things that happened.
func (m *witness) checkGroup(g *alertGroup, all []record) {
	g.mu.Lock()
	defer g.mu.Unlock()
	var newest *record
	count := 0
	for k := range all {
		if all[k].Group == g.id() {
			newest = &all[k]
			count++
		}
	}
	if len(g.accepted) == 0 {
		return
	}
	if newest == nil {
		m.w.problem("lost: group %d has no incident", g.n)
		return
	}
	if count > 1 && (m.w.plan.reopen == "4h" || count > len(g.sent)) {
		m.w.problem("doubled: group %d has %d incidents", g.n, count)
	}
	firing := 0
	for _, a := range g.alerts {
		at := slices.IndexFunc(newest.Alerts, func(known incident.Alert) bool { return known.Fingerprint == a.fingerprint })
		switch {
		case !a.resolved && (at < 0 || !newest.Alerts[at].Firing || !slices.ContainsFunc(a.starts[:], newest.Alerts[at].StartsAt.Equal)):
			m.w.problem("lost: %s does not know that %s fires since %s", newest.ID(), a.fingerprint, a.starts[0].Format("15:04:05.000"))
		case a.resolved && at >= 0 && (newest.Alerts[at].Firing || !newest.Alerts[at].HeldUntil.IsZero()):
			m.w.problem("lost: %s does not know that %s ended at %s", newest.ID(), a.fingerprint, a.endsAt.Format("15:04:05.000"))
		}
		if !a.resolved {
			firing++
		}
	}
	byHand := slices.ContainsFunc(newest.log, func(c incident.Change) bool {
		return c.By.ID != "" && (c.Kind == incident.KindResolved || c.Kind == incident.KindReopened)
	})
	if !byHand && newest.Over() != (firing == 0) && !newest.Quiet {
		m.w.problem("lost: %s is %s while %d alerts fire", newest.ID(), newest.State, firing)
	}
}

// beside are the entries that an act may leave beside its own.
var beside = []incident.Kind{incident.KindAcknowledged, incident.KindLateClick, incident.KindShown}

// checkActs: every act stands in the timeline at most once, and exactly once when
// it was confirmed.
func (m *witness) checkActs(all []record) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, a := range m.acts {
		entries, marks := 0, 0
		for _, r := range all {
			for _, c := range r.log {
				if c.By.ID == a.id && !slices.Contains(beside, c.Kind) {
					entries++
				}
				if strings.Contains(c.Text, a.mark) {
					marks++
				}
			}
		}
		if a.what == "incident:ack" || a.what == "command:ack" {
			continue // it leaves an acknowledgement alone, or nothing
		}
		if entries > 1 || marks > 1 {
			m.w.problem("doubled: %s of %s on %s stands in the timeline %d times", a.what, a.user, a.value, max(entries, marks))
		}
		if a.confirmed() && entries == 0 {
			m.w.problem("lost: %s of %s on %s was confirmed (%.80q) and stands in no timeline", a.what, a.user, a.value, a.answer)
		}
	}
}

// confirmed is whether the person could see that the act counts: it was answered
// so, or Slack showed his name or words.
func (a *act) confirmed() bool {
	for _, word := range []string{"Done: ", "Skipped: ", "Noted in", "Undone: ", "is resolved. What", "is resolved and closed: nothing", "is open again."} {
		if strings.Contains(a.answer, word) {
			return true
		}
	}
	if strings.Contains(a.answer, "Recorded. The result follows.") && a.what == "command:note" {
		return true // nothing refuses a note
	}
	return a.m.seen[a.user] || a.m.seen[a.mark] && a.what != "mention:note"
}

// replay plays an incident's timeline through the table of a step's states and
// compares: the first click won, and the document says what the timeline says.
func (m *witness) replay(r record) {
	type standing struct {
		state  incident.StepState
		holder string
	}
	now, before := map[string]standing{}, map[string]standing{}
	for _, s := range r.Steps {
		now[s.ID] = standing{state: incident.StepOpen}
		if s.From != 0 {
			return // it began elsewhere
		}
	}
	for _, c := range r.log {
		if c.Kind == incident.KindReopened {
			for step, was := range before {
				if was.state == incident.StepDropped {
					before[step] = standing{state: incident.StepOpen} // an undo goes back to no dropped step of an open incident
				}
			}
		}
		if c.Step == "" {
			continue
		}
		was, to := now[c.Step], now[c.Step]
		allowed := []incident.StepState{incident.StepOpen, incident.StepAcknowledged}
		switch c.Kind {
		case incident.KindStepAcknowledged:
			allowed, to = allowed[:1], standing{incident.StepAcknowledged, c.By.ID}
		case incident.KindStepDone:
			allowed, to.state = append(allowed, incident.StepDropped), incident.StepDone
		case incident.KindStepSkipped:
			allowed, to.state = append(allowed, incident.StepDropped), incident.StepSkipped
		case incident.KindStepDropped:
			to.state = incident.StepDropped
		case incident.KindStepReleased:
			allowed, to = allowed[1:], standing{state: incident.StepOpen}
		case incident.KindStepReopened:
			allowed, to = []incident.StepState{incident.StepDropped}, standing{state: incident.StepOpen}
		case incident.KindStepUndone:
			allowed, to = []incident.StepState{incident.StepDone, incident.StepSkipped, incident.StepDropped}, before[c.Step]
		default:
			continue
		}
		if !slices.Contains(allowed, was.state) {
			m.w.problem("doubled: the timeline of %s has %s of %s by %s at %s, when the step was %s", r.ID(), c.Kind, c.Step, c.By.Name, c.At.Format("15:04:05.000"), was.state)
		}
		before[c.Step], now[c.Step] = was, to
	}
	for _, s := range r.Steps {
		if got := now[s.ID]; got.state != s.State || s.State == incident.StepAcknowledged && got.holder != s.Holder.ID {
			m.w.problem("lost: step %s of %s is %s by %s, its timeline says %s by %s", s.ID, r.ID(), s.State, s.Holder.ID, got.state, got.holder)
		}
	}
}

// checkSlack: every message that there should be is there once and shows the
// newest state, and nothing else is there.
func (m *witness) checkSlack(all []record, messages []snapshot.Message) {
	shown := map[string]snapshot.Message{}
	for _, one := range messages {
		shown[one.ChannelID+" "+one.TS] = one
	}
	claimed, ops := map[string]string{}, map[string]string{}
	for _, r := range all {
		for _, slot := range r.slots {
			have := r.ledger[slot.Name]
			name := r.name + " " + slot.Name
			one, there := shown[have.Channel+" "+have.TS]
			if slot.Once && (have.State == ledger.Superseded || have.TS == "" && r.lapsed(slot.Name)) {
				continue // it would have come too late to matter
			}
			if !there {
				m.w.problem("lost: %s is not in Slack (%+v)", name, have)
				continue
			}
			if slot.Thread && one.Thread != r.ledger[ledger.Root].TS {
				m.w.problem("lost: %s stands outside its thread", name)
			}
			if !slot.Once && !shows(one, slot.Message) {
				m.w.problem("lost: %s is out of date (%+v). It reads:\n%s\nand should read:\n%s", name, have, blocksOf(one.Blocks), blocksOf(slot.Message.Blocks))
			}
		}
		for slot, have := range r.ledger {
			name := r.name + " " + slot
			at := have.Channel + " " + have.TS
			if have.TS == "" {
				// A ping about what is over, whose outcome nobody needs to know any more: it may be there once.
				at = have.Op
			}
			if other := claimed[at]; other != "" && at != "" {
				m.w.problem("doubled: one message is %s and %s", other, name)
			}
			claimed[at] = name
		}
	}
	for name, at := range m.forgotten() {
		if other := claimed[at]; other != "" && other != name && at != "" {
			m.w.problem("doubled: one message is %s and %s, which was forgotten", other, name)
		}
		claimed[at] = name
	}
	for at, one := range shown {
		op, _ := one.Metadata.Payload["op_id"].(string)
		if claimed[at] == "" && claimed[op] == "" {
			m.w.problem("doubled: nobody knows of the message %s in %s (thread %s, op %s):\n%s", one.TS, one.Channel, one.Thread, op, one.PlainText())
		}
		if ops[op] != "" {
			m.w.problem("doubled: %s and %s have the same op", ops[op], at)
		}
		ops[op] = at
	}
	m.checkRoots(all, shown, claimed)
}

// forgetting is the log's line about slots that leave a ledger.
var forgetting = regexp.MustCompile(`msg="pings of long past openings are forgotten"(?: fence=\S+)? incident=(\S+) slots="([^"]*)"`)

// forgotten are the messages of slots that coordinators have forgotten since, by incident
// and slot: one for each slot, so that a second is known to nobody.
func (m *witness) forgotten() map[string]string {
	places := map[string]string{}
	for _, r := range m.w.replicas {
		for _, line := range forgetting.FindAllStringSubmatch(mustRead(m.w.t, filepath.Join(m.w.logs, r.name+".log")), -1) {
			for slot := range strings.SplitSeq(line[2], ", ") {
				slot, at, _ := strings.Cut(slot, "=")
				if name := line[1] + " " + slot; places[name] == "" {
					places[name] = at
				}
			}
		}
	}
	return places
}

// lapsed is whether a deadline ping waited for Slack until all that it would have
// listed were done, here and in the incidents beside.
func (r record) lapsed(slot string) bool {
	tier, _ := r.Tier(playbooks.Immediate)
	if !strings.HasPrefix(slot, message.DeadlinePing) {
		return false
	}
	former := slot != fmt.Sprintf("%s:%d", message.DeadlinePing, r.Opening)
	return former || len(tier.Together) > 0 && (!r.Active() || r.Tally(playbooks.Immediate).Left() == 0)
}

// checkRoots: an incident has one root, unless a storm lists it, and each root an
// incident or a storm.
func (m *witness) checkRoots(all []record, shown map[string]snapshot.Message, claimed map[string]string) {
	roots := map[int]int{}
	for at, one := range shown {
		if n, ok := numberOn(one); ok && one.Thread == "" && !strings.HasPrefix(claimed[at], "storm") {
			roots[n]++
		}
	}
	for _, r := range all {
		want := 0
		if len(r.slots) > 0 {
			want = 1
		}
		if r.Number > 0 && roots[r.Number] != want {
			m.w.problem("doubled: %s has %d roots, want %d", r.name, roots[r.Number], want)
		}
		delete(roots, r.Number)
	}
	if len(roots) > 0 {
		m.w.problem("doubled: roots of incidents that never were: %v", roots)
	}
}

// shows is whether a message shows what it should.
func shows(one snapshot.Message, want blockkit.Message) bool {
	return one.Text == want.Text && blocksOf(one.Blocks) == blocksOf(want.Blocks)
}

// blocksOf writes blocks in one form, whoever made them.
func blocksOf(blocks any) string {
	data, err := json.Marshal(blocks)
	var generic any
	if err == nil {
		err = json.Unmarshal(data, &generic)
	}
	if err == nil {
		data, err = json.Marshal(generic)
	}
	if err != nil {
		return err.Error()
	}
	return string(data)
}

// givenUp is a line of a replica's log about a message that it posted and got no answer
// about.
var givenUp = regexp.MustCompile(`(?m)^time=(\S+) .*the outcome of a Slack call is unknown.*error="chat\.postMessage (\S+):`)

// unanswered are the times at which replicas gave up posts, by channel.
func (m *witness) unanswered() map[string][]time.Time {
	all := map[string][]time.Time{}
	for _, r := range m.w.replicas {
		for _, line := range givenUp.FindAllStringSubmatch(mustRead(m.w.t, filepath.Join(m.w.logs, r.name+".log")), -1) {
			if at, err := time.Parse(time.RFC3339Nano, line[1]); err == nil {
				all[line[2]] = append(all[line[2]], at)
			}
		}
	}
	return all
}

// checkRefusals: Slack refused nothing but what the faults made it refuse. Socket
// Mode is the exception: Slack lets an app connect about once a minute, and its
// replicas die more often here. So are posts beside one that its sender gave up: nobody
// can know when that one came, on a machine so busy that Slack answers late.
func (m *witness) checkRefusals() {
	calls, unanswered := m.w.sim.Calls(), m.unanswered()
	for k, call := range calls {
		switch {
		case call.Outcome == "ok", call.Faulty, call.Method == "apps.connections.open":
			continue
		case call.Method == "views.open" && (call.Outcome == "exchanged_trigger_id" || call.Outcome == "expired_trigger_id"):
			continue // Slack delivered the click twice or late
		case call.Method == "chat.delete" && call.Outcome == "message_not_found":
			continue // it was deleted before, and the answer was lost
		}
		var text strings.Builder
		excused := call.Method == "chat.postMessage" && slices.ContainsFunc(unanswered[call.Channel], func(at time.Time) bool {
			return call.At.Sub(at).Abs() < slackapi.Timeout+5*time.Second
		})
		fmt.Fprintf(&text, "refused: %s %s %s at %s", call.Method, call.Channel, call.Outcome, call.At.UTC().Format("15:04:05.000"))
		for _, before := range calls[max(0, k-200):k] {
			if before.Method == call.Method && before.Channel == call.Channel && call.At.Sub(before.At) < 2*time.Second {
				fmt.Fprintf(&text, ", after %s %s before", before.Outcome, call.At.Sub(before.At).Round(time.Millisecond))
				excused = excused || before.Gone // it came later than its sender, who gave it up, could know
			}
		}
		if !excused {
			m.w.problem("%s", text.String())
		}
	}
}
