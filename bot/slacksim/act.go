package slacksim

import (
	"context"
	"fmt"
	"slices"
)

// Click is a press on a button. Without Channel and TS the button is in the modal
// the user has open.
type Click struct {
	User     string // name or id
	Channel  string // name, #name or id
	TS       string // of the message, be it root, reply or ephemeral
	ActionID string
	Value    string // tells buttons with the same action id apart; may be empty
	BlockID  string // does so too; may be empty
	// Late allows a button that the message showed until its last change, and one in
	// a channel that the user sees no more: Slack delivers what people see on their
	// screens, and a change takes its time there.
	Late bool
}

// Choice picks an option of an overflow menu, select or the like; of a select that
// asks the app, one that [Sim.Suggest] gave the user last.
type Choice struct {
	User, Channel, TS, ActionID string
	Value                       string // of the option; of a select of users: their name
	BlockID                     string // tells menus with the same action id apart; may be empty
}

// Click presses a button and waits until the app has taken it. It fails when the
// button is not on the message as it is shown now (or, Late, a change before), and with a [DeliveryError] when
// the app cannot be reached or does not answer.
func (s *Sim) Click(ctx context.Context, c Click) error {
	d, err := s.prepare(place{c.User, c.Channel, c.TS, c.BlockID, c.Late}, c.ActionID, func(p placed) (block, bool) {
		e := p.element
		if kind(e) != "button" || c.Value != "" && str(e, "value") != c.Value {
			return nil, false
		}
		action := block{"type": "button", "text": e["text"]}
		for _, name := range []string{"value", "style"} {
			if v := str(e, name); v != "" {
				action[name] = v
			}
		}
		return action, true
	})
	if err != nil {
		return fmt.Errorf("click %s %q: %w", c.ActionID, c.Value, err)
	}
	if _, err := s.deliver(ctx, d); err != nil {
		return fmt.Errorf("click %s %q: %w", c.ActionID, c.Value, err)
	}
	return nil
}

// Choose picks an option and waits until the app has taken it; it fails as Click does.
func (s *Sim) Choose(ctx context.Context, c Choice) error {
	d, err := s.prepare(place{c.User, c.Channel, c.TS, c.BlockID, false}, c.ActionID, func(p placed) (block, bool) {
		return s.chosen(p.element, c.Value, s.offered(c.User, c.TS, p))
	})
	if err != nil {
		return fmt.Errorf("choose %s %q: %w", c.ActionID, c.Value, err)
	}
	if _, err := s.deliver(ctx, d); err != nil {
		return fmt.Errorf("choose %s %q: %w", c.ActionID, c.Value, err)
	}
	return nil
}

// chosen is the state of an element when a value has been chosen, among its own
// options or those that the app offered. The caller holds the lock.
func (s *Sim) chosen(e block, value string, offered []block) (block, bool) {
	k := kind(e)
	action := block{"type": k}
	switch k {
	case "users_select":
		u := s.user(value)
		if u == nil {
			return nil, false
		}
		action["selected_user"] = u.id
		return action, true
	case "conversations_select", "channels_select":
		c := s.channel(value)
		if c == nil {
			return nil, false
		}
		action["selected_"+map[string]string{"conversations_select": "conversation", "channels_select": "channel"}[k]] = c.id
		return action, true
	case "datepicker":
		action["selected_date"] = value
		return action, true
	case "timepicker":
		action["selected_time"] = value
		return action, true
	}
	all := append(options(e), offered...)
	i := slices.IndexFunc(all, func(o block) bool { return str(o, "value") == value })
	if i < 0 {
		return nil, false
	}
	if k == "checkboxes" || k == "multi_static_select" {
		action["selected_options"] = []any{all[i]}
	} else {
		action["selected_option"] = all[i]
	}
	return action, true
}

// place is where somebody acts.
type place struct {
	user, channel, ts, blockID string
	late                       bool
}

// spot is an element that somebody acts on: in a message or in a modal.
type spot struct {
	user    *user
	message *message // nil in a modal
	view    *view    // nil in a message
	action  block    // what is done to the element
}

// prepare finds the one element meant and makes the interaction of it. pick gives
// the action, or false when the element is not the one meant.
func (s *Sim) prepare(p place, actionID string, pick func(placed) (block, bool)) (delivery, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, err := s.locate(p, actionID, pick)
	if err != nil {
		return delivery{}, err
	}
	at.action["action_ts"] = stampOf(s.now()).String()
	if at.message != nil {
		return s.messageAction(at.user, at.message, at.action), nil
	}
	return s.viewAction(at.user, at.view, at.action), nil
}

// locate finds the one element meant. The caller holds the lock.
func (s *Sim) locate(p place, actionID string, pick func(placed) (block, bool)) (spot, error) {
	u := s.user(p.user)
	if u == nil {
		return spot{}, fmt.Errorf("no user %q", p.user)
	}
	m, v, err := s.at(u, p)
	if err != nil {
		return spot{}, err
	}
	var shown []block
	if m != nil {
		shown = m.blocks
	} else {
		shown = v.blocks()
	}
	found := picked(p, shown, actionID, pick)
	if len(found) == 0 && m != nil && p.late {
		found = picked(p, m.before, actionID, pick)
	}
	switch {
	case len(found) == 0 && m != nil:
		return spot{}, fmt.Errorf("message %s does not show it; it shows %s", m.ts, describeElements(shown))
	case len(found) == 0:
		return spot{}, fmt.Errorf("the modal does not show it; it shows %s", describeElements(shown))
	case len(found) > 1:
		return spot{}, fmt.Errorf("it is there %d times: name the value", len(found))
	}
	return spot{u, m, v, found[0]}, nil
}

// picked are the interactions of the elements meant.
func picked(p place, shown []block, actionID string, pick func(placed) (block, bool)) []block {
	var found []block
	for _, e := range elementsOf(shown) {
		if str(e.element, "action_id") != actionID || p.blockID != "" && str(e.block, "block_id") != p.blockID {
			continue
		}
		if action, ok := pick(e); ok {
			action["action_id"], action["block_id"] = actionID, e.block["block_id"]
			found = append(found, action)
		}
	}
	return found
}

// at finds the message or modal somebody acts on.
func (s *Sim) at(u *user, p place) (*message, *view, error) {
	if p.channel == "" && p.ts == "" {
		v := s.top(u)
		if v == nil {
			return nil, nil, fmt.Errorf("%s has no modal open", u.name)
		}
		return nil, v, nil
	}
	c := s.channel(p.channel)
	if c == nil {
		return nil, nil, fmt.Errorf("no channel %q", p.channel)
	}
	if !s.sees(u, c) && !p.late {
		return nil, nil, fmt.Errorf("%s does not see #%s", u.name, c.name)
	}
	if m := c.find(p.ts); m != nil {
		return m, nil, nil
	}
	if m := s.findEphemeral(u, p.ts); m != nil {
		return m, nil, nil
	}
	return nil, nil, fmt.Errorf("no message %s in #%s", p.ts, c.name)
}

// describeElements lists what one could have clicked, for errors.
func describeElements(blocks []block) string {
	var all []string
	for _, e := range elementsOf(blocks) {
		all = append(all, fmt.Sprintf("%s=%q", str(e.element, "action_id"), append(optionValues(e.element), str(e.element, "value"))))
	}
	if len(all) == 0 {
		return "nothing to press"
	}
	return fmt.Sprint(all)
}

// interaction is what every interaction payload has, the means to answer with a
// modal included. The caller holds the lock.
func (s *Sim) interaction(kind string, u *user) answer {
	payload := s.asked(kind, u)
	payload["trigger_id"] = s.newTrigger(u)
	return payload
}

// asked is what every payload about what a user does has. The caller holds the lock.
func (s *Sim) asked(kind string, u *user) answer {
	meant := s.installed()
	team := answer{"id": meant.team, "domain": teamDomain(s.opts.TeamName)}
	payload := answer{
		"type": kind, "token": "sim", "api_app_id": meant.app, "team": team, "enterprise": nil, "is_enterprise_install": false,
		"user": answer{"id": u.id, "username": u.name, "name": u.name, "team_id": s.actingTeam(u)},
	}
	if id := s.enterprise(); id != nil {
		team["enterprise_id"], team["enterprise_name"] = id, s.opts.TeamName
		payload["enterprise"] = answer{"id": id, "name": s.opts.TeamName}
	}
	return payload
}

// containerOf says which message something happened in.
func containerOf(m *message) answer {
	container := answer{"type": "message", "message_ts": m.ts.String(), "channel_id": m.channel.id, "is_ephemeral": m.onlyFor != nil}
	if m.parent != nil {
		container["thread_ts"] = m.parent.ts.String()
	}
	return container
}

func (s *Sim) messageAction(u *user, m *message, action block) delivery {
	payload := s.interaction("block_actions", u)
	payload["container"], payload["actions"] = containerOf(m), []any{action}
	payload["channel"] = answer{"id": m.channel.id, "name": m.channel.called()}
	payload["state"] = answer{"values": answer{}}
	payload["response_url"] = s.newHook(&hook{user: u, channel: m.channel, source: m})
	if m.onlyFor == nil { // Slack does not send an ephemeral message back
		payload["message"] = s.wire(m, true)
	}
	return delivery{deliveryInteractivity, payload}
}

func (s *Sim) viewAction(u *user, v *view, action block) delivery {
	payload := s.interaction("block_actions", u)
	payload["container"] = answer{"type": "view", "view_id": v.id}
	payload["view"], payload["actions"] = s.wireView(v), []any{action}
	return delivery{deliveryInteractivity, payload}
}
