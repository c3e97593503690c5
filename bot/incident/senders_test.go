package incident_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/incident"
)

// peer is an Alertmanager as far as one group goes. It merges what its senders post
// as Alertmanager does (provider/mem and types.Alert.Merge of 0.25 to 0.35), and
// notifies of what changed since it last did.
type peer struct {
	known map[string]posted
	told  map[string]bool // by fingerprint: what it last told, true: firing
}

// posted is an alert as a Prometheus server posts it: with an end ahead while it fires.
type posted struct{ start, end time.Time }

func (p *peer) post(name string, a posted, now time.Time) {
	old, ok := p.known[name]
	overlaps := a.end.After(old.start) && a.end.Before(old.end) || a.start.After(old.start) && a.start.Before(old.end)
	if ok && overlaps {
		if old.start.Before(a.start) {
			a.start = old.start
		}
		if resolved := !a.end.After(now); old.end.After(a.end) && (!resolved || !old.end.After(now)) {
			a.end = old.end
		}
	}
	p.known[name] = a
}

// flush is the notification that is due; nil when there is nothing to tell. With
// repeat it tells of what fires anyhow.
func (p *peer) flush(now time.Time, repeat bool) *alerts.Notification {
	var list []alerts.Alert
	due := false
	for name, a := range p.known {
		firing := a.end.After(now)
		was, ever := p.told[name]
		switch {
		case firing:
			list = append(list, alert(name, a.start, alerts.Firing))
			due = due || repeat || !was
		case ever && was:
			list = append(list, span(name, a.start, a.end))
			due = true
		}
	}
	if !due || len(list) == 0 {
		return nil
	}
	slices.SortFunc(list, func(a, b alerts.Alert) int { return cmp.Compare(a.Fingerprint, b.Fingerprint) })
	for _, a := range list {
		p.told[a.Fingerprint] = a.Status == alerts.Firing
	}
	return notice("db", 0, list...)
}

// TestTwoSenders: two Prometheus servers see the same alerts begin and end at
// different times, and forget now and then since when; one or two Alertmanagers tell
// of them, and repeat themselves. Whatever the starts are,
//   - an alert that all of them say to fire keeps its incident open, unless it was
//     resolved by hand and nothing ended or joined since;
//   - once all is over the incident is resolved;
//   - the incident opens no more often than once, and again for each end of it.
func TestTwoSenders(t *testing.T) {
	worlds := 40
	if testing.Short() {
		worlds = 10
	}
	for seed := range worlds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { newSenders(t, uint64(seed)).play() })
	}
}

type senders struct {
	w      *world
	r      *rand.Rand
	names  []string
	starts [2]map[string]time.Time // of each Prometheus: since when it sees what fires
	peers  []*peer

	opened, ends int  // of the incident
	byHand       bool // resolved by hand, and nothing ended or joined since
	heard        map[string]bool
}

func newSenders(t *testing.T, seed uint64) *senders {
	s := &senders{w: newWorld(t, "playbook"), r: rand.New(rand.NewPCG(seed, 11)), heard: map[string]bool{}}
	s.names = []string{"a", "b"}[:1+s.r.IntN(2)]
	s.starts = [2]map[string]time.Time{{}, {}}
	for range 1 + s.r.IntN(2) {
		s.peers = append(s.peers, &peer{known: map[string]posted{}, told: map[string]bool{}})
	}
	return s
}

func (s *senders) play() {
	w := s.w
	for range 60 {
		k, name := s.r.IntN(2), s.names[s.r.IntN(len(s.names))]
		switch _, fires := s.starts[k][name]; s.r.IntN(6) {
		case 0, 1:
			if !fires {
				s.starts[k][name] = w.now.Add(-time.Duration(s.r.IntN(600)) * time.Second) // its network was down until now
			}
		case 2:
			if fires { // it was restarted
				s.starts[k][name] = w.now
			}
		case 3:
			s.end(k, name)
		case 4:
			if i, ok := s.incident(); ok && i.Active() && s.r.IntN(3) == 0 {
				w.do(incident.Event{Act: &incident.Act{Verb: incident.VerbResolve, Incident: i.Number, User: user("anna")}})
				s.byHand, s.ends = i.FiringCount() > 0, s.ends+1
			}
		}
		for range s.r.IntN(3) {
			s.post()
			w.pass(time.Minute)
		}
		s.post()
		w.pass(time.Duration(1+s.r.IntN(20)) * time.Second)
		for _, k := range s.r.Perm(len(s.peers)) {
			s.deliver(s.peers[k].flush(w.now, s.r.IntN(4) == 0))
		}
		s.check()
	}
	for k := range s.starts {
		for _, name := range s.names {
			s.end(k, name)
		}
	}
	w.pass(5 * time.Minute)
	for _, p := range s.peers {
		s.deliver(p.flush(w.now, true))
	}
	if i, ok := s.incident(); ok && (i.Active() || i.ByHand) {
		w.failf("%s is %s, and nothing fires any more: %+v", i.ID(), i.State, i.Alerts)
	}
	if s.opened > 1+s.ends {
		w.failf("the incident opened %d times and ended %d times", s.opened, s.ends)
	}
}

// post sends what fires again, before it times out.
func (s *senders) post() {
	for _, starts := range s.starts {
		for name, start := range starts {
			for _, p := range s.peers {
				p.post(name, posted{start, s.w.now.Add(4 * time.Minute)}, s.w.now)
			}
		}
	}
}

func (s *senders) end(k int, name string) {
	if start, fires := s.starts[k][name]; fires {
		delete(s.starts[k], name)
		for _, p := range s.peers {
			p.post(name, posted{start, s.w.now}, s.w.now)
		}
	}
}

func (s *senders) deliver(n *alerts.Notification) {
	if n == nil {
		return
	}
	for _, a := range n.Alerts {
		s.byHand = s.byHand && s.heard[a.Fingerprint] && a.Status == alerts.Firing
		s.heard[a.Fingerprint] = true
	}
	for range 1 + s.r.IntN(2) { // a retry
		for _, result := range s.w.do(incident.Event{Notification: n}).Results {
			for _, c := range result.Changes {
				switch c.Kind {
				case incident.KindOpened, incident.KindReopened:
					s.opened++
				case incident.KindResolved:
					s.ends++
				}
			}
		}
	}
}

func (s *senders) incident() (incident.Incident, bool) {
	return s.w.newest(notice("db", 0).GroupID())
}

// check is whether what fires without a doubt is open, once no copy is held.
func (s *senders) check() {
	i, ok := s.incident()
	if !ok || slices.ContainsFunc(i.Alerts, func(a incident.Alert) bool { return !a.HeldUntil.IsZero() }) {
		return
	}
	for _, name := range s.names {
		fires := !slices.ContainsFunc(s.peers, func(p *peer) bool { return !p.told[name] })
		if fires && !s.byHand && !i.Active() && !i.ByHand {
			s.w.failf("%s is %s, and every Alertmanager says that %s fires: %+v", i.ID(), i.State, name, i.Alerts)
		}
		if at := slices.IndexFunc(i.Alerts, func(a incident.Alert) bool { return a.Fingerprint == name }); fires && (at < 0 || !i.Alerts[at].Firing) {
			s.w.failf("%s fires, and %s does not know it: %+v", name, i.ID(), i.Alerts)
		}
	}
	if s.byHand && i.Active() {
		s.w.failf("%s was resolved by hand, nothing ended or joined, and it is %s", i.ID(), i.State)
	}
}
