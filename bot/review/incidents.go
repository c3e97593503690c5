package review

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/signalbook/signalbook/bot/digest"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/spend"
	"github.com/signalbook/signalbook/bot/store"
)

const (
	// maxIncidents bounds how many incidents are looked at, newest first, and readAtOnce how many one command asks for.
	maxIncidents = 50_000
	readAtOnce   = 500
)

// incidents reads the incidents of a week, and what is overdue now. Cut says that
// there are more than are looked at; unread are those that cannot be read.
func incidents(ctx context.Context, st *store.Store, week spend.Week, now time.Time) (told *digest.Incidents, unread []*store.Unreadable, cut bool, err error) {
	from, to := week.Monday().Time(), week.Add(1).Monday().Time()
	open, err := st.OpenNumbers(ctx, maxIncidents)
	if err != nil {
		return nil, nil, false, err
	}
	closed, err := st.ClosedSince(ctx, from, maxIncidents)
	if err != nil {
		return nil, nil, false, err
	}
	cut = len(open) == maxIncidents || len(closed) == maxIncidents
	var all digest.Incidents
	// One that closes in between is among both.
	numbers := append(open, closed...)
	slices.Sort(numbers)
	numbers = slices.Compact(numbers)
	for len(numbers) > 0 {
		n := min(len(numbers), readAtOnce)
		found, broken, err := st.Incidents(ctx, numbers[:n]...)
		if err != nil {
			return nil, nil, false, err
		}
		numbers, unread = numbers[n:], append(unread, broken...)
		for _, i := range found {
			if i.Quiet {
				continue
			}
			if in(i.OpenedAt, from, to) || in(i.OpeningAt, from, to) {
				all.Opened = append(all.Opened, facts(i, now))
			}
			all.Overdue = append(all.Overdue, overdue(i, now)...)
		}
	}
	return &all, unread, cut, nil
}

func in(t, from, to time.Time) bool { return !t.Before(from) && t.Before(to) }

// facts is an incident as the digest looks at it. Times run from its last opening.
func facts(i incident.Incident, now time.Time) digest.Incident {
	late := 0
	for _, s := range i.Steps {
		if s.Hidden || s.To != 0 {
			continue
		}
		ended := now
		if s.Ended() {
			ended = s.At
		}
		if due := i.Deadline(s); s.State != incident.StepDropped && !due.IsZero() && ended.After(due) {
			late++
		}
	}
	alert := ""
	if i.Group != "" {
		alert = i.Labels["alertname"]
	}
	return digest.Incident{
		ID: i.ID(), Alert: alert, Playbook: i.Playbook.Name, Severity: i.Severity, Drill: i.Drill,
		Reason: string(i.Reason), OpenedAt: i.OpeningAt, AckedAt: i.AckedAt, ResolvedAt: i.ResolvedAt, StepsLate: late,
	}
}

// overdue are the steps of an incident whose deadline has passed with nobody having
// ended them.
func overdue(i incident.Incident, now time.Time) []digest.Overdue {
	var all []digest.Overdue
	for _, s := range i.Steps {
		due := i.Deadline(s)
		if s.Hidden || s.Ended() || s.To != 0 || due.IsZero() || !due.Before(now) || i.Drill {
			continue
		}
		owner := s.Holder.Name
		if owner == "" {
			owner = s.Holder.ID
		}
		if t, ok := i.Tier(s.Tier); ok && owner == "" {
			owner = strings.Join(t.Owners, ", ")
		}
		all = append(all, digest.Overdue{Incident: i.ID(), Step: s.Title, Tier: string(s.Tier), Owner: owner, Due: due})
	}
	return all
}
