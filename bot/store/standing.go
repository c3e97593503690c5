package store

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/signalbook/signalbook/bot/incident"
)

// What lists are read from stands in three indexes: listed orders what is not
// closed by how bad it is, unfinished by its earliest deadline, people by who has
// a part in it. A list so costs what it shows, however much is open.

// drillBit sets the standings of drills beyond those of all real incidents.
const drillBit = 1 << 52

// standing is the incident's score in listed: below zero what is not active any
// more. Of one severity all have the same, so that the newest have the highest
// member.
func standing(i incident.Incident) int64 {
	score := severityScore(i.Severity)
	if i.Drill {
		score += drillBit
	}
	if !i.Active() {
		score = -score
	}
	return score
}

// padded writes a number so that its order as a text is its order.
func padded(n int) string { return fmt.Sprintf("%010d", n) }

// person is the member of people.
func person(user string, n int) string { return user + " " + strconv.Itoa(n) }

// personNumber reads the number of a member of people; 0 when there is none.
func personNumber(member string) int {
	_, text, _ := strings.Cut(member, " ")
	n, _ := strconv.Atoi(text)
	return n
}

// earliest is when the first step is due that nobody has ended, in milliseconds;
// ok is false when all have ended.
func earliest(i incident.Incident) (ms int64, ok bool) {
	ms = math.MaxInt64
	for _, s := range i.Steps {
		if !s.Ended() && !s.Hidden {
			ms, ok = min(ms, i.Deadline(s).UnixMilli()), true
		}
	}
	return ms, ok
}

// concerns reports whether an incident is among those of a person: it is active
// and they lead it, or they hold one of its steps.
func concerns(i incident.Incident, user string) bool { return slices.Contains(involved(i), user) }

// involved are the people of an incident, each perhaps several times; of one that
// is closed there are none.
func involved(i incident.Incident) []string {
	if i.State == incident.Closed || i.Quiet {
		return nil
	}
	var all []string
	if i.Active() && i.Lead.ID != "" {
		all = append(all, i.Lead.ID)
	}
	for _, s := range i.Steps {
		if s.State == incident.StepAcknowledged && s.Holder.ID != "" {
			all = append(all, s.Holder.ID)
		}
	}
	return all
}

// standings are the places in the indexes that lists are read from.
func (s *Store) standings(i incident.Incident) []place {
	open := i.State != incident.Closed && !i.Quiet
	ms, unfinished := earliest(i)
	all := []place{
		stand(open, s.keys.listed(), standing(i), padded(i.Number)),
		stand(open && unfinished, s.keys.unfinished(), ms, strconv.Itoa(i.Number)),
	}
	for _, who := range involved(i) {
		all = append(all, stand(true, s.keys.people(), 0, person(who, i.Number)))
	}
	return all
}
