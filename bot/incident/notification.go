package incident

import (
	"slices"
	"time"

	"github.com/signalbook/signalbook/alerts"
)

// keepResolved is how many resolved alerts an incident remembers besides the
// firing ones; the oldest go first.
const keepResolved = 50

// news is what a notification changed in the alerts of a group.
type news struct {
	fired    bool // an alert fires that did not before: new, again, or late
	joined   bool // an alert that this group did not have firing, other than a late copy
	outdated bool // the notification is older than what we know
	resolves bool // the whole group is resolved
}

// applyNotification takes a notification about this incident's group.
func (m *move) applyNotification(n alerts.Notification) {
	i := m.i
	if m.now.After(i.LastHeard) { // what is replayed may be older
		i.LastHeard = m.now
	}
	if i.Stale {
		i.Stale = false
		m.change(Change{Kind: KindHeardAgain})
	}
	if i.Over() && !i.ByHand && m.tooLateToReopen() && m.firesAnew(n) {
		m.superseded = true
		return
	}
	partial := i.Truncated || i.Omitted > 0 // so far we did not know the whole group
	w := m.merge(n)
	if w.joined && i.Over() && m.tooLateToReopen() {
		m.superseded = true
		return
	}
	m.describe(n, w)
	switch {
	case w.resolves && i.Active() && (len(m.changes) > 0 || partial):
		// A mere copy of an old resolve does not end what people reopened by hand.
		m.resolve(User{}, "", "")
	case w.resolves && i.ByHand:
		i.ByHand = false
		m.change(Change{Kind: KindAlertsResolved})
	case w.fired && i.Over() && (!i.ByHand || w.joined):
		m.reopen(User{}, "")
	}
	if m.odd != nil {
		m.change(*m.odd)
	}
	for _, fingerprint := range m.dropped {
		// Told last: it is news for whoever reads that a copy is held, and for nobody else.
		m.change(Change{Kind: KindCopyDropped, Alert: fingerprint})
	}
	m.prune(n)
}

// tooLateToReopen reports whether a firing alert needs another incident than this
// one, that is over. A drill never comes back: each is an exercise of its own.
func (m *move) tooLateToReopen() bool {
	return m.i.Drill || m.now.Sub(m.i.ResolvedAt) > m.rules.ReopenWithin
}

// firesAnew reports whether merging n would make an alert fire.
func (m *move) firesAnew(n alerts.Notification) bool {
	probe := move{rules: m.rules, now: m.now}
	copied := m.i.clone()
	probe.i = &copied
	return probe.merge(n).fired
}

// merge judges every alert that the notification lists by the rules of copies
// (see the package documentation), and what it says about those it does not
// list.
func (m *move) merge(n alerts.Notification) news {
	i := m.i
	var w news
	if m.book != nil {
		m.own = m.book.AlertLinks(n.Alerts)
	}
	listed := map[string]bool{}
	var asOf time.Time // when a resolved notification was true: its newest end
	for k := range i.Alerts {
		if a := &i.Alerts[k]; odd(a.StartsAt, later(m.now, i.LastHeard)) {
			a.StartsAt = time.Time{} // of a document of an earlier binary
		}
	}
	for _, a := range n.Alerts {
		listed[a.Fingerprint] = true
		told := a.StartsAt
		a.StartsAt, a.EndsAt = span(a, m.now)
		if a.Status == alerts.Resolved {
			asOf = later(asOf, a.EndsAt)
		}
		fires := m.mergeAlert(n, a, &w)
		w.fired = w.fired || fires
		if fires && a.StartsAt.IsZero() && m.odd == nil {
			m.odd = &Change{Kind: KindOddStart, Alert: a.Fingerprint, Text: told.Format(time.RFC3339)}
		}
	}
	i.Omitted = n.Omitted() + n.Truncated
	i.Truncated = n.Truncated > 0
	w.resolves = n.AllResolved() && !w.outdated
	for k := range i.Alerts {
		a := &i.Alerts[k]
		switch {
		case listed[a.Fingerprint]:
		case w.resolves && a.Firing && a.StartsAt.After(asOf):
			// It began after this notification was true: the notification is late.
			w.resolves = false
		case w.resolves && (a.Firing || !a.HeldUntil.IsZero()):
			m.resolveAlert(a, asOf)
		case a.Firing && !a.Unreported && n.Truncated == 0 && n.Omitted() == 0 && !w.outdated:
			a.Unreported = true
			m.change(Change{Kind: KindNotReported, Alert: a.Fingerprint})
		}
	}
	if w.resolves && slices.ContainsFunc(i.Alerts, func(a Alert) bool { return a.Firing }) {
		w.resolves = false
	}
	return w
}

// mergeAlert judges one copy of an alert. Copies whose spans overlap are of one
// occurrence, whichever start they name. It reports whether the alert fires and did
// not before.
func (m *move) mergeAlert(n alerts.Notification, a alerts.Alert, w *news) (fires bool) {
	i := m.i
	at := slices.IndexFunc(i.Alerts, func(known Alert) bool { return known.Fingerprint == a.Fingerprint })
	if at < 0 {
		i.Alerts = append(i.Alerts, m.alert(n, a))
		if a.Status == alerts.Firing {
			w.joined = true
			m.change(Change{Kind: KindAlertAdded, Alert: a.Fingerprint})
		}
		return a.Status == alerts.Firing
	}
	known := &i.Alerts[at]
	firing := a.Status == alerts.Firing
	switch {
	case !firing && a.EndsAt.Before(known.StartsAt):
		// An older occurrence: the notification is late when the newer one fires.
		w.outdated = w.outdated || known.Firing
	case !known.Firing && a.StartsAt.After(known.EndsAt):
		if !firing && !known.HeldUntil.IsZero() {
			m.dropped = append(m.dropped, a.Fingerprint)
		}
		*known = m.alert(n, a)
		if firing {
			w.joined = true
			m.change(Change{Kind: KindAlertFiredAgain, Alert: a.Fingerprint})
		}
		return firing
	case !firing:
		m.heardAgain(known, n, a)
		m.resolveAlert(known, a.EndsAt)
		known.StartsAt, known.EndsAt, known.ResolveAt = later(known.StartsAt, a.StartsAt), later(known.EndsAt, a.EndsAt), later(known.ResolveAt, m.now)
	case known.Firing:
		m.heardAgain(known, n, a)
		known.StartsAt = later(known.StartsAt, a.StartsAt)
		if known.Unreported {
			known.Unreported = false
			m.change(Change{Kind: KindReported, Alert: a.Fingerprint})
		}
	case known.ResolveAt.Sub(m.now) > copyWindow:
		// It was received long before the resolve, and is handled only now: a dead letter that was replayed.
		w.outdated = true
	case m.now.Sub(known.ResolveAt) <= copyWindow:
		if known.HeldUntil.IsZero() {
			known.HeldUntil = m.now.Add(holdFor)
			m.change(Change{Kind: KindCopyHeld, Alert: a.Fingerprint})
		}
	case !known.HeldUntil.IsZero():
		// Already held: the timer decides.
	default:
		// The resolve was long ago: the alert never ended.
		startsAt := later(known.StartsAt, a.StartsAt)
		*known = m.alert(n, a)
		known.StartsAt = startsAt
		m.change(Change{Kind: KindAlertFiredAgain, Alert: a.Fingerprint})
		return true
	}
	return false
}

// resolveAlert ends a firing alert, or the hold of one that was resolved.
func (m *move) resolveAlert(a *Alert, endsAt time.Time) {
	if !a.HeldUntil.IsZero() {
		a.HeldUntil = time.Time{}
		m.dropped = append(m.dropped, a.Fingerprint)
	}
	a.Unreported = false
	if !a.Firing {
		return
	}
	a.Firing, a.EndsAt, a.ChangedAt, a.ResolveAt = false, endsAt, m.now, m.now
	m.change(Change{Kind: KindAlertResolved, Alert: a.Fingerprint})
}

func (m *move) alert(n alerts.Notification, a alerts.Alert) Alert {
	kept := Alert{Fingerprint: a.Fingerprint, StartsAt: a.StartsAt, Firing: a.Status == alerts.Firing, ChangedAt: m.now}
	if !kept.Firing {
		kept.EndsAt, kept.ResolveAt = a.EndsAt, m.now
	}
	m.refreshAlert(&kept, n, a)
	return kept
}

// prune forgets the oldest resolved alerts, and firing ones that the group does
// not list any more when there are too many: a group that lives for months does
// not grow, and what is listed is never forgotten.
func (m *move) prune(n alerts.Notification) {
	i := m.i
	var ended []time.Time
	for _, a := range i.Alerts {
		if !a.Firing && a.HeldUntil.IsZero() {
			ended = append(ended, a.ChangedAt)
		}
	}
	if len(ended) > keepResolved {
		slices.SortFunc(ended, time.Time.Compare)
		limit := ended[len(ended)-keepResolved]
		i.Alerts = slices.DeleteFunc(i.Alerts, func(a Alert) bool {
			return !a.Firing && a.HeldUntil.IsZero() && a.ChangedAt.Before(limit)
		})
	}
	over := len(i.Alerts) - alerts.MaxAlerts
	if over <= 0 {
		return
	}
	listed := map[string]bool{}
	for _, a := range n.Alerts {
		listed[a.Fingerprint] = true
	}
	for _, firing := range []bool{false, true} {
		i.Alerts = slices.DeleteFunc(i.Alerts, func(a Alert) bool {
			forget := over > 0 && a.Firing == firing && !listed[a.Fingerprint]
			if forget {
				over--
			}
			return forget
		})
	}
}
