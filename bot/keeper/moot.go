package keeper

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/message"
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
		if err := h.Store.SetSlot(ctx, h.lease.Fence, s.number, slot.Name, ledger.Slot{State: ledger.Superseded}); err != nil {
			return err
		}
	}
	return nil
}

// stillLate returns the incident with the neighbours of its deadline pings as they
// are now. While a ping waits for Slack, what it says of them must stay true; once it
// is posted it is never looked at again.
func (h *hands) stillLate(ctx context.Context, i incident.Incident, has ledger.Ledger) (incident.Incident, error) {
	at := slices.IndexFunc(i.Tiers, func(t incident.Tier) bool { return t.Name == playbooks.Immediate })
	if at < 0 || len(i.Tiers[at].Together) == 0 && len(i.Tiers[at].Earlier) == 0 {
		return i, nil
	}
	waits := func(opening int) bool { return has[fmt.Sprintf("%s:%d", message.DeadlinePing, opening)].TS == "" }
	tier := i.Tiers[at]
	var err error
	if waits(i.Opening) {
		if tier.Together, err = h.stillTogether(ctx, i.Number, tier.Together); err != nil {
			return i, err
		}
	}
	tier.Earlier = nil
	for _, told := range i.Tiers[at].Earlier {
		if !waits(told.Opening) {
			continue
		}
		if told.Together, err = h.stillTogether(ctx, i.Number, told.Together); err != nil {
			return i, err
		}
		if len(told.Together) > 0 {
			tier.Earlier = append(tier.Earlier, told)
		}
	}
	i.Tiers = slices.Clone(i.Tiers)
	i.Tiers[at] = tier
	return i, nil
}

// stillTogether are those of the neighbours whom a ping that waits still concerns.
func (h *hands) stillTogether(ctx context.Context, number int, listed []incident.Neighbour) ([]incident.Neighbour, error) {
	if len(listed) == 0 {
		return nil, nil
	}
	numbers := make([]int, len(listed))
	for k, n := range listed {
		numbers[k] = n.Number
	}
	neighbours, unread, err := h.Store.Incidents(ctx, numbers...)
	if err != nil {
		return nil, err
	}
	h.metAll(unread)
	return incident.StillTogether(number, neighbours), nil
}

// keptOpenings is of how many openings a ledger has the pings, besides those of now.
const keptOpenings = 10

// pastPings are the pings of long past openings, that are posted or never will be:
// nothing asks about them any more, and an incident that begins again for ever has no
// end of them.
func pastPings(s sight) []string {
	if s.incident == nil {
		return nil
	}
	tier, _ := s.incident.Tier(playbooks.Immediate)
	var past []string
	for name, slot := range s.ledger {
		at := strings.LastIndex(name, ":") + 1
		opening, err := strconv.Atoi(name[at:])
		ping := slices.ContainsFunc(message.Pings, func(kind string) bool { return strings.HasPrefix(name, kind+":") })
		if !ping || err != nil || opening > s.incident.Opening-keptOpenings || slot.Sweeps > 0 || slot.State != ledger.Superseded && slot.State != ledger.Sent {
			continue
		}
		// A deadline ping whose slot is gone would be taken for one that waits.
		listed := slices.ContainsFunc(tier.Earlier, func(t incident.Told) bool { return t.Opening == opening })
		if !listed {
			past = append(past, name)
		}
	}
	return past
}

// places says where the messages of slots are, or with which op they were sent.
func (s sight) places(slots []string) string {
	var all []string
	for _, name := range slots {
		slot := s.ledger[name]
		at := slot.Op
		if slot.TS != "" {
			at = slot.Channel + " " + slot.TS
		}
		all = append(all, name+"="+at)
	}
	return strings.Join(all, ", ")
}
