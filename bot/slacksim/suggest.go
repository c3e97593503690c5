package slacksim

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

const (
	// defaultMinQuery is how much one must type into an external_select before
	// Slack asks the app, when the select does not say.
	defaultMinQuery = 3
	maxOptions      = 100 // also of groups, and in each group
)

// Suggest is what somebody has typed so far into a select that asks the app for
// its options (external_select). Without Channel and TS it is in the modal the
// user has open.
type Suggest struct {
	User, Channel, TS, ActionID string
	Query                       string // empty: the select was only opened
	BlockID                     string // tells selects with the same action id apart; may be empty
}

// offer is what a user can choose from in the select they typed into last.
type offer struct {
	from    string
	options []block
}

// Suggest asks the app what a user can choose from, as Slack does while they type,
// and waits for the answer. It fails when the select is not shown, when too little
// was typed for Slack to ask, when the answer is not what Slack takes, and with a
// [DeliveryError] when the app cannot be reached or does not answer in time. One of
// the options can then be chosen with [Sim.Choose].
func (s *Sim) Suggest(ctx context.Context, q Suggest) ([]Option, error) {
	offered, err := s.suggest(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("suggest for %s %q: %w", q.ActionID, q.Query, err)
	}
	all := []Option{}
	for _, o := range offered {
		all = append(all, Option{Text: textOf(o, "text"), Value: str(o, "value")})
	}
	return all, nil
}

func (s *Sim) suggest(ctx context.Context, q Suggest) ([]block, error) {
	d, mine, err := s.ask(q)
	if err != nil {
		return nil, err
	}
	r, err := s.deliver(ctx, d)
	if err != nil {
		return nil, err
	}
	offered, err := readOptions(r)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if u := s.user(q.User); u != nil {
		s.offers[u.id] = offer{mine, offered}
	}
	return offered, nil
}

// ask makes the question to the app; mine names the select.
func (s *Sim) ask(q Suggest) (d delivery, mine string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	least := 0
	at, err := s.locate(place{q.User, q.Channel, q.TS, q.BlockID, true}, q.ActionID, func(p placed) (block, bool) {
		if kind(p.element) != "external_select" {
			return nil, false
		}
		least, mine = leastQuery(p.element), selectName(q.TS, p)
		return block{}, true
	})
	if err != nil {
		return delivery{}, "", err
	}
	if length(q.Query) < least {
		return delivery{}, "", fmt.Errorf("Slack does not ask before %d characters are typed (min_query_length)", least)
	}
	payload := s.asked("block_suggestion", at.user) // Slack sends neither trigger_id nor response_url with it
	payload["action_id"], payload["block_id"], payload["value"] = q.ActionID, at.action["block_id"], q.Query
	if at.message == nil {
		payload["container"], payload["view"] = answer{"type": "view", "view_id": at.view.id}, s.wireView(at.view)
		return delivery{deliveryInteractivity, payload}, mine, nil
	}
	payload["container"] = containerOf(at.message)
	payload["channel"] = answer{"id": at.message.channel.id, "name": at.message.channel.called()}
	if at.message.onlyFor == nil {
		payload["message"] = s.wire(at.message, true)
	}
	return delivery{deliveryInteractivity, payload}, mine, nil
}

// leastQuery is how much must be typed before Slack asks the app.
func leastQuery(e block) int {
	if e["min_query_length"] == nil {
		return defaultMinQuery
	}
	return int(number(e["min_query_length"]))
}

// selectName tells the selects apart that a user sees.
func selectName(ts string, p placed) string {
	return ts + " " + str(p.block, "block_id") + " " + str(p.element, "action_id")
}

// offered are the options a user was given last, when it was for this select, and
// the one it began with. The caller holds the lock.
func (s *Sim) offered(name, ts string, p placed) []block {
	if kind(p.element) != "external_select" {
		return nil
	}
	var all []block
	if u := s.user(name); u != nil && s.offers[u.id].from == selectName(ts, p) {
		all = append(all, s.offers[u.id].options...)
	}
	if initial, ok := p.element["initial_option"].(map[string]any); ok {
		all = append(all, initial)
	}
	return all
}

// readOptions reads the app's answer as strictly as anything else it sends: at most
// 100 options of 75 characters, or as many groups of them.
func readOptions(r reply) ([]block, error) {
	if r.isText {
		return nil, errors.New("the app's answer is not application/json")
	}
	given, ok := decodeJSON(r.payload)
	if !ok {
		return nil, errors.New("the app acknowledged without options")
	}
	c := &checker{}
	o := c.object("", given, shape{may: map[string]rule{
		"options": list(0, maxOptions, option("plain_text")), "option_groups": list(0, maxOptions, optionGroup)}})
	if o != nil && (o["options"] == nil) == (o["option_groups"] == nil) {
		c.fail("", "must define either `options` or `option_groups`")
	}
	c.consistent("", o)
	if len(c.problems) > 0 {
		return nil, fmt.Errorf("the app's answer is not what Slack takes: %s", strings.Join(c.problems, "; "))
	}
	return options(o), nil
}
