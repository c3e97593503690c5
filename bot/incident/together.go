package incident

import (
	"slices"
	"time"

	"github.com/signalbook/signalbook/playbooks"
)

// keepEarlier is how many pings of former openings a tier keeps. Each takes a deadline
// that passes while Slack does not take the ping of the opening before.
const keepEarlier = 3

// Told is a deadline ping of a former opening, and the incidents that it lists.
type Told struct {
	Opening  int         `json:"opening"`
	Together []Neighbour `json:"together"`
}

// collectNeighbours puts the neighbours whose immediate deadline falls due within
// TogetherWithin into the ping of the first result, and marks them as told.
func (r Rules) collectNeighbours(out *Outcome, neighbours []Incident, now time.Time) {
	first := &out.Results[0].Incident
	at := slices.IndexFunc(first.Tiers, func(t Tier) bool { return t.Name == playbooks.Immediate })
	for _, n := range neighbours {
		n = n.clone()
		k := slices.IndexFunc(n.Tiers, func(t Tier) bool { return t.Name == playbooks.Immediate })
		if k < 0 || n.Number == first.Number || n.Drill != first.Drill || !n.Active() || n.Channel != first.Channel {
			continue
		}
		t := &n.Tiers[k]
		if t.ToldIn != 0 || n.left(t.Name) == 0 || t.Due.After(now.Add(TogetherWithin)) || !slices.Equal(t.Owners, first.Tiers[at].Owners) {
			continue
		}
		first.Tiers[at].list(Neighbour{n.Number, n.Title, t.Due, n.left(t.Name)})
		t.ToldIn = first.Number
		out.Results = append(out.Results, Result{n, []Change{{Kind: KindDeadline, At: now, Text: "told with " + first.ID(), Other: first.Number}}})
	}
}

// list puts a neighbour into the tier's ping, and takes it out of those before.
func (t *Tier) list(n Neighbour) {
	t.Together = append(slices.Clone(t.Together), n)
	t.Earlier = slices.Clone(t.Earlier)
	for k := range t.Earlier {
		t.Earlier[k].Together = slices.DeleteFunc(slices.Clone(t.Earlier[k].Together), func(other Neighbour) bool { return other.Number == n.Number })
	}
	t.Earlier = slices.DeleteFunc(t.Earlier, func(told Told) bool { return len(told.Together) == 0 })
}

// keepTelling keeps the ping of an opening that ends, when it lists others: they rely
// on it, and it may still wait for Slack.
func (t *Tier) keepTelling(opening int) {
	if len(t.Together) > 0 {
		t.Earlier = append(slices.Clone(t.Earlier), Told{opening, t.Together})
		t.Earlier = t.Earlier[max(0, len(t.Earlier)-keepEarlier):]
	}
}

// StillTogether returns those of the incidents listed in a deadline ping of incident
// number that have immediate steps left and rely on it, as they are now: one that
// opened again meanwhile has a deadline of its own. It is for a ping that waits for
// Slack.
func StillTogether(number int, listed []Incident) []Neighbour {
	var all []Neighbour
	for _, n := range listed {
		if t, ok := n.Tier(playbooks.Immediate); ok && n.Active() && n.left(t.Name) > 0 && t.ToldIn == number {
			all = append(all, Neighbour{Number: n.Number, Title: n.Title, Due: t.Due, Left: n.left(t.Name)})
		}
	}
	return all
}
