package ingest

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/store"
)

const (
	// maxIncidents bounds how many incidents are looked at, newest first, and readAtOnce how many one command asks for.
	maxIncidents = 50_000
	readAtOnce   = 500
)

// incidents reads the incidents of a week, and what is overdue now, and says what is
// missing. Those of channels that the digest may not tell of are left out.
func incidents(ctx context.Context, st *store.Store, a About) (told *report.Incidents, missing []string, err error) {
	from, to := a.Week.Monday().Time(), a.Week.Add(1).Monday().Time()
	open, err := st.OpenNumbers(ctx, maxIncidents)
	if err != nil {
		return nil, nil, err
	}
	closed, err := st.ClosedSince(ctx, from, maxIncidents)
	if err != nil {
		return nil, nil, err
	}
	var all report.Incidents
	var unread []*store.Unreadable
	tells, silent := map[string]bool{}, false // by place
	// One that closes in between is among both.
	numbers := slices.Concat(open, closed)
	slices.Sort(numbers)
	numbers = slices.Compact(numbers)
	for len(numbers) > 0 {
		n := min(len(numbers), readAtOnce)
		found, broken, err := st.Incidents(ctx, numbers[:n]...)
		if err != nil {
			return nil, nil, err
		}
		numbers, unread = numbers[n:], append(unread, broken...)
		places, err := st.Places(ctx, found)
		if err != nil {
			return nil, nil, err
		}
		a.ask(ctx, places, tells)
		for k, i := range found {
			if i.Quiet {
				continue
			}
			if !tells[places[k]] {
				silent = true
				continue
			}
			if in(i.OpenedAt, from, to) || in(i.OpeningAt, from, to) {
				all.Opened = append(all.Opened, facts(i, a.Now))
			}
			all.Overdue = append(all.Overdue, overdue(i, a.Now)...)
		}
	}
	if len(unread) > 0 {
		missing = append(missing, fmt.Sprintf("Not counted, because what is stored cannot be read: %s.", store.Named(unread)))
	}
	if len(open) == maxIncidents || len(closed) == maxIncidents {
		missing = append(missing, fmt.Sprintf("There are more incidents than the %d newest open and closed ones that are counted here.", maxIncidents))
	}
	if silent {
		missing = append(missing, "Incidents of other channels that are private, or of which Slack does not say that they are public, are not counted here.")
	}
	return &all, missing, nil
}

// ask finds out of which of the channels the digest may tell; tells keeps it.
func (a About) ask(ctx context.Context, places []string, tells map[string]bool) {
	var news []string
	for _, place := range places {
		if _, asked := tells[place]; !asked {
			tells[place] = a.Tells == nil
			news = append(news, place)
		}
	}
	if a.Tells != nil && len(news) > 0 {
		maps.Copy(tells, a.Tells(ctx, a.Channel, news))
	}
}

func in(t, from, to time.Time) bool { return !t.Before(from) && t.Before(to) }

// facts is an incident as the digest looks at it. Times run from its last opening.
func facts(i incident.Incident, now time.Time) report.Incident {
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
	return report.Incident{
		ID: i.ID(), Alert: alert, Playbook: i.Playbook.Name, Severity: i.Severity, Drill: i.Drill,
		Reason: string(i.Reason), OpenedAt: i.OpeningAt, AckedAt: i.AckedAt, ResolvedAt: i.ResolvedAt, StepsLate: late,
	}
}

// overdue are the steps of an incident whose deadline has passed with nobody having
// ended them.
func overdue(i incident.Incident, now time.Time) []report.Overdue {
	var all []report.Overdue
	for _, s := range i.Steps {
		due := i.Deadline(s)
		if s.Hidden || s.Ended() || s.To != 0 || due.IsZero() || !due.Before(now) || i.Drill {
			continue
		}
		owner := ""
		if s.Holder != (incident.User{}) {
			owner = cmp.Or(s.Holder.Name, "somebody")
		} else if t, ok := i.Tier(s.Tier); ok {
			names := make([]string, len(t.Owners))
			for k, name := range t.Owners {
				names[k] = incident.Readable(name)
			}
			owner = strings.Join(names, ", ")
		}
		all = append(all, report.Overdue{Incident: i.ID(), Step: s.Title, Tier: string(s.Tier), Owner: owner, Due: due})
	}
	return all
}
