package sender

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/outbox"
	"github.com/signalbook/signalbook/playbooks"
)

// overtaken marks the pings that a root, about to be posted for the first time,
// makes needless: nobody has to be told that something is over, or has begun
// again, of which nobody ever saw anything else.
func (s *Sender) overtaken(ctx context.Context, t thread) error {
	for _, name := range outbox.Superseded(outbox.Thread{Slots: t.slots, Ledger: t.ledger}) {
		if err := s.Store.SetSlot(ctx, s.Lease.Fence, t.topic, name, ledger.Record{State: ledger.Superseded}); err != nil {
			return err
		}
	}
	return nil
}

// stillLate returns the incident with the neighbours of its deadline pings as they
// are now. While a ping waits for Slack, what it says of them must stay true; once it
// is posted it is never looked at again.
func (s *Sender) stillLate(ctx context.Context, i incident.Incident, has ledger.Ledger) (incident.Incident, error) {
	at := slices.IndexFunc(i.Tiers, func(t incident.Tier) bool { return t.Name == playbooks.Immediate })
	if at < 0 || len(i.Tiers[at].Together) == 0 && len(i.Tiers[at].Earlier) == 0 {
		return i, nil
	}
	waits := func(opening int) bool { return has[fmt.Sprintf("%s:%d", message.DeadlinePing, opening)].TS == "" }
	tier := i.Tiers[at]
	var err error
	if waits(i.Opening) {
		if tier.Together, err = s.stillTogether(ctx, i.Number, tier.Together); err != nil {
			return i, err
		}
	}
	tier.Earlier = nil
	for _, told := range i.Tiers[at].Earlier {
		if !waits(told.Opening) {
			continue
		}
		if told.Together, err = s.stillTogether(ctx, i.Number, told.Together); err != nil {
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
func (s *Sender) stillTogether(ctx context.Context, number int, listed []incident.Neighbour) ([]incident.Neighbour, error) {
	if len(listed) == 0 {
		return nil, nil
	}
	numbers := make([]int, len(listed))
	for k, n := range listed {
		numbers[k] = n.Number
	}
	neighbours, unread, err := s.Store.Incidents(ctx, numbers...)
	if err != nil {
		return nil, err
	}
	s.Documents.Met(unread...)
	return incident.StillTogether(number, neighbours), nil
}

// pastPings are the slots of an incident that nothing asks about any more.
func (t thread) pastPings() []string {
	if t.incident == nil {
		return nil
	}
	tier, _ := t.incident.Tier(playbooks.Immediate)
	var told []int
	for _, t := range tier.Earlier {
		told = append(told, t.Opening)
	}
	return outbox.PastPings(t.ledger, t.incident.Opening, told)
}

// past are the slots that nothing asks about any more.
func (t thread) past() []string {
	past := t.pastPings()
	if t.incident != nil {
		past = append(past, outbox.PastExports(t.ledger, t.incident.Exported.Count)...)
	}
	return past
}

// places says where the messages of slots are, or with which op they were sent.
func (t thread) places(slots []string) string {
	var all []string
	for _, name := range slots {
		slot := t.ledger[name]
		at := slot.Op
		if slot.TS != "" {
			at = slot.Channel + " " + slot.TS
		}
		all = append(all, name+"="+at)
	}
	return strings.Join(all, ", ")
}
