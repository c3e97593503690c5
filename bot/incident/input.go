package incident

import (
	"errors"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/playbooks"
)

// StepInput is what is known around one event.
type StepInput struct {
	// Current is the incident that the event concerns: the newest of the alert group, or the one an act or timer names.
	Current *Incident
	// Next is the number that a new incident takes.
	Next int
	// StartPlan is the plan of a playbook started by hand; nil when there is no such playbook.
	StartPlan *Plan
	// Neighbours are other incidents in the same channel, with the same owners, whose immediate deadline is near.
	Neighbours []Incident
	// Refusal is why the person may not act; empty when he may. Hidden: he is told what is told of an incident that does
	// not exist. Note is what could not be checked; the timeline tells it.
	Refusal string
	Hidden  bool
	Note    string
	// Loaded is what was read so far of what only some events need.
	Loaded Loaded

	needs *Needs
}

// Loaded is what only some events need to know, by name or number. A nil value is of
// what is gone, or cannot be read; what is not there is asked for with [Needs].
type Loaded struct {
	Plan      *Plan                          // what the configuration makes of a notification that opens an incident
	Books     map[string]*playbooks.Playbook // by hash: those that incidents began with
	Channels  map[string]*Channel            // an empty value with its name when nothing is remembered
	Storms    map[int]*Storm
	Incidents map[int]*Incident
	Histories map[string]*History // by the name of a playbook: how its former incidents went
}

// Needs is what has to be read before an event can be decided about.
type Needs struct {
	Plan      *alerts.Notification // a plan for this one
	Books     []string
	Channels  []string
	Storms    []int
	Incidents []int
	Histories []string
}

// None reports whether nothing is asked for.
func (n Needs) None() bool {
	return n.Plan == nil && len(n.Books)+len(n.Channels)+len(n.Storms)+len(n.Incidents)+len(n.Histories) == 0
}

// Settle handles an event: what it asks for, load reads into what is loaded, until it
// asks for nothing more. What load leaves out is taken for gone. An error of load's ends
// it, and no other is returned but for a plan that is left out.
func (r Rules) Settle(in StepInput, ev Event, load func(Needs, *Loaded) error) (Outcome, error) {
	for {
		out := r.Handle(in, ev)
		if out.Needs.None() {
			return out, nil
		}
		if err := load(out.Needs, &in.Loaded); err != nil {
			return Outcome{}, err
		}
		if in.Loaded.Plan == nil && out.Needs.Plan != nil {
			return Outcome{}, errors.New("a notification opens an incident, and nothing is planned for it")
		}
		missing(&in.Loaded.Books, out.Needs.Books)
		missing(&in.Loaded.Channels, out.Needs.Channels)
		missing(&in.Loaded.Storms, out.Needs.Storms)
		missing(&in.Loaded.Incidents, out.Needs.Incidents)
		missing(&in.Loaded.Histories, out.Needs.Histories)
	}
}

// missing notes what was not found as gone.
func missing[K comparable, V any](all *map[K]*V, asked []K) {
	for _, key := range asked {
		if _, found := (*all)[key]; !found {
			Keep(all, key, nil)
		}
	}
}

// Keep notes what was read; nil: it is gone, or cannot be read.
func Keep[K comparable, V any](all *map[K]*V, key K, value *V) {
	if *all == nil {
		*all = map[K]*V{}
	}
	(*all)[key] = value
}

// known is what was read of something; when nothing was read yet, it is asked for.
func known[K comparable, V any](all map[K]*V, key K, asked *[]K) *V {
	value, ok := all[key]
	if !ok {
		*asked = append(*asked, key)
	}
	return value
}

func (in StepInput) plan(n alerts.Notification) *Plan {
	if in.Loaded.Plan == nil {
		in.needs.Plan = &n
	}
	return in.Loaded.Plan
}

func (in StepInput) book(hash string) *playbooks.Playbook {
	return known(in.Loaded.Books, hash, &in.needs.Books)
}

func (in StepInput) channel(name string) *Channel {
	return known(in.Loaded.Channels, name, &in.needs.Channels)
}

func (in StepInput) storm(number int) *Storm {
	return known(in.Loaded.Storms, number, &in.needs.Storms)
}

func (in StepInput) incident(number int) *Incident {
	return known(in.Loaded.Incidents, number, &in.needs.Incidents)
}

func (in StepInput) history(playbook string) *History {
	return known(in.Loaded.Histories, playbook, &in.needs.Histories)
}
