package keeper

import (
	"context"
	"fmt"
	"slices"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/playbooks"
)

// overtaken marks the pings that a root, about to be posted for the first time,
// makes needless: nobody has to be told that something is over, or has begun
// again, of which nobody ever saw anything else.
func (h *hands) overtaken(ctx context.Context, s sight) error {
	for _, slot := range s.slots {
		if _, sent := s.ledger[slot.Name]; sent || !slot.InRoot {
			continue
		}
		if err := h.Store.SetSlot(ctx, h.lease.Fence, s.number, slot.Name, store.Slot{State: store.CallMoot}); err != nil {
			return err
		}
	}
	return nil
}

// stillLate returns the incident with the neighbours of its deadline ping as they
// are now. While the ping waits for Slack, what it says of them must stay true;
// once it is posted it is never looked at again.
func (h *hands) stillLate(ctx context.Context, i incident.Incident, ledger store.Ledger) (incident.Incident, error) {
	at := slices.IndexFunc(i.Tiers, func(t incident.Tier) bool { return t.Name == playbooks.Immediate })
	if at < 0 || len(i.Tiers[at].Together) == 0 || ledger[fmt.Sprintf("%s:%d", message.DeadlinePing, i.Opening)].TS != "" {
		return i, nil
	}
	numbers := make([]int, len(i.Tiers[at].Together))
	for k, n := range i.Tiers[at].Together {
		numbers[k] = n.Number
	}
	neighbours, unread, err := h.Store.Incidents(ctx, numbers...)
	if err != nil {
		return i, err
	}
	h.metAll(unread)
	i.Tiers = slices.Clone(i.Tiers)
	i.Tiers[at].Together = leftTogether(neighbours)
	return i, nil
}

// leftTogether are the neighbours that have immediate steps left.
func leftTogether(neighbours []incident.Incident) []incident.Neighbour {
	var all []incident.Neighbour
	for _, n := range neighbours {
		t, ok := n.Tier(playbooks.Immediate)
		ended, shown := n.Progress(playbooks.Immediate)
		if ok && n.Active() && ended < shown {
			all = append(all, incident.Neighbour{Number: n.Number, Title: n.Title, Due: t.Due, Left: shown - ended})
		}
	}
	return all
}
