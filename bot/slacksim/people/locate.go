package people

import (
	"fmt"

	"github.com/signalbook/signalbook/bot/slacksim/blockkit"
	"github.com/signalbook/signalbook/bot/slacksim/delivery"
	"github.com/signalbook/signalbook/bot/slacksim/workspace"
)

// place is where somebody acts.
type place struct {
	user, channel, ts, blockID string
	late, home                 bool
}

// spot is an element that somebody acts on: in a message or in a modal.
type spot struct {
	user    *workspace.User
	message *workspace.Message // nil in a modal
	view    *workspace.View    // a modal or the Home; nil in a message
	action  blockkit.Block     // what is done to the element
}

// prepare finds the one element meant and makes the interaction of it. pick gives
// the action, or false when the element is not the one meant.
func (ps *People) prepare(p place, actionID string, pick func(blockkit.Placed) (blockkit.Block, bool)) (delivery.Envelope, error) {
	ps.w.Lock()
	defer ps.w.Unlock()
	at, err := ps.locate(p, actionID, pick)
	if err != nil {
		return delivery.Envelope{}, err
	}
	at.action["action_ts"] = workspace.StampOf(ps.w.Now()).String()
	if at.message != nil {
		return ps.messageAction(at.user, at.message, at.action), nil
	}
	return ps.viewAction(at.user, at.view, at.action), nil
}

// locate finds the one element meant. The caller holds the lock.
func (ps *People) locate(p place, actionID string, pick func(blockkit.Placed) (blockkit.Block, bool)) (spot, error) {
	u := ps.w.User(p.user)
	if u == nil {
		return spot{}, fmt.Errorf("no user %q", p.user)
	}
	m, v, err := ps.at(u, p)
	if err != nil {
		return spot{}, err
	}
	var shown []blockkit.Block
	if m != nil {
		shown = m.Blocks
	} else {
		shown = v.Blocks()
	}
	found := picked(p, shown, actionID, pick)
	if len(found) == 0 && m != nil && p.late {
		found = picked(p, m.Before, actionID, pick)
	}
	switch {
	case len(found) == 0 && m != nil:
		return spot{}, fmt.Errorf("message %s does not show it; it shows %s", m.TS, describeElements(shown))
	case len(found) == 0:
		return spot{}, fmt.Errorf("the %s does not show it; it shows %s", v.Text("type"), describeElements(shown))
	case len(found) > 1:
		return spot{}, fmt.Errorf("it is there %d times: name the value", len(found))
	}
	return spot{u, m, v, found[0]}, nil
}

// picked are the interactions of the elements meant.
func picked(p place, shown []blockkit.Block, actionID string, pick func(blockkit.Placed) (blockkit.Block, bool)) []blockkit.Block {
	var found []blockkit.Block
	for _, e := range blockkit.Elements(shown) {
		if blockkit.Field(e.Element, "action_id") != actionID || p.blockID != "" && blockkit.Field(e.Block, "block_id") != p.blockID {
			continue
		}
		if action, ok := pick(e); ok {
			action["action_id"], action["block_id"] = actionID, e.Block["block_id"]
			found = append(found, action)
		}
	}
	return found
}

// at finds the message or modal somebody acts on.
func (ps *People) at(u *workspace.User, p place) (*workspace.Message, *workspace.View, error) {
	if p.home {
		v := ps.w.Views.Home(u)
		if v == nil {
			return nil, nil, fmt.Errorf("the app shows %s nothing in its Home", u.Name)
		}
		return nil, v, nil
	}
	if p.channel == "" && p.ts == "" {
		v := ps.w.Views.Top(u)
		if v == nil {
			return nil, nil, fmt.Errorf("%s has no modal open", u.Name)
		}
		return nil, v, nil
	}
	c := ps.w.Channel(p.channel)
	if c == nil {
		return nil, nil, fmt.Errorf("no channel %q", p.channel)
	}
	if !ps.w.Sees(u, c) && !p.late {
		return nil, nil, fmt.Errorf("%s does not see #%s", u.Name, c.Name)
	}
	if m := c.Find(p.ts); m != nil {
		return m, nil, nil
	}
	if m := ps.w.FindEphemeral(u, p.ts); m != nil {
		return m, nil, nil
	}
	return nil, nil, fmt.Errorf("no message %s in #%s", p.ts, c.Name)
}

// describeElements lists what one could have clicked, for errors.
func describeElements(blocks []blockkit.Block) string {
	var all []string
	for _, e := range blockkit.Elements(blocks) {
		all = append(all, fmt.Sprintf("%s=%q", blockkit.Field(e.Element, "action_id"), append(blockkit.OptionValues(e.Element), blockkit.Field(e.Element, "value"))))
	}
	if len(all) == 0 {
		return "nothing to press"
	}
	return fmt.Sprint(all)
}
