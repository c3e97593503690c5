package report

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// week counts how the week's incidents went.
func (in *Incidents) week(now time.Time) *WeekOfAlerts {
	w := &WeekOfAlerts{}
	playbooks, severities, falses := map[string]int{}, map[string]int{}, map[string]int{}
	var acked, resolved []time.Duration
	unacked, unresolved := 0, 0
	for _, i := range in.Opened {
		if i.Drill {
			w.Drills++
			continue
		}
		w.Count++
		w.StepsLate += max(0, i.StepsLate)
		playbooks[orUnnamed(i.Playbook, "no playbook")]++
		severities[orUnnamed(i.Severity, "no severity")]++
		if i.Reason == "false_alarm" || i.Reason == "noise" {
			falses[orUnnamed(i.Alert, "started by hand")]++
		}
		switch {
		case !i.AckedAt.IsZero():
			acked = append(acked, max(0, i.AckedAt.Sub(i.OpenedAt)))
		case i.ResolvedAt.IsZero():
			unacked++ // one that ended unseen will never be acknowledged
		}
		if i.ResolvedAt.IsZero() {
			unresolved++
		} else {
			resolved = append(resolved, max(0, i.ResolvedAt.Sub(i.OpenedAt)))
		}
	}
	w.ByPlaybook, w.BySeverity, w.False = counts(playbooks), counts(severities), counts(falses)
	w.Ack, w.Resolve = times(acked, unacked), times(resolved, unresolved)
	w.Overdue = overdue(in.Overdue, now)
	return w
}

// counts puts the most frequent first.
func counts(of map[string]int) (all []Count) {
	for _, name := range slices.Sorted(maps.Keys(of)) {
		all = append(all, Count{name, of[name]})
	}
	slices.SortStableFunc(all, func(x, y Count) int { return cmp.Compare(y.Count, x.Count) })
	return all
}

func times(of []time.Duration, open int) *Times {
	if len(of) == 0 && open == 0 {
		return nil
	}
	t := &Times{Of: len(of), Open: open}
	if n := len(of); n > 0 {
		slices.Sort(of)
		t.Median, t.Worst = of[n/2], of[n-1]
		if n%2 == 0 {
			t.Median = of[n/2-1]/2 + of[n/2]/2
		}
	}
	return t
}

// overdue groups late steps by who has them, the latest first.
func overdue(steps []Overdue, now time.Time) (all []OwnerLate) {
	byOwner := map[string][]LateStep{}
	for _, s := range steps {
		if !s.Due.Before(now) {
			continue
		}
		owner := orUnnamed(s.Owner, "nobody")
		byOwner[owner] = append(byOwner[owner], LateStep{
			Incident: clean(s.Incident), Step: clean(s.Step), Tier: clean(s.Tier), Days: int(now.Sub(s.Due) / (24 * time.Hour)),
		})
	}
	for _, owner := range slices.Sorted(maps.Keys(byOwner)) {
		late := byOwner[owner]
		slices.SortFunc(late, func(x, y LateStep) int {
			return cmp.Or(cmp.Compare(y.Days, x.Days), cmp.Compare(x.Incident, y.Incident), cmp.Compare(x.Step, y.Step), cmp.Compare(x.Tier, y.Tier))
		})
		all = append(all, OwnerLate{owner, late})
	}
	slices.SortStableFunc(all, func(x, y OwnerLate) int { return cmp.Compare(y.Steps[0].Days, x.Steps[0].Days) })
	return all
}
