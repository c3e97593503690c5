package people

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/signalbook/signalbook/bot/slacksim/blockkit"
	"github.com/signalbook/signalbook/bot/slacksim/delivery"
	"github.com/signalbook/signalbook/bot/slacksim/wire"
)

// Suggest is what somebody has typed so far into a select that asks the app for
// its options (external_select). Without Channel and TS it is in the modal the
// user has open.
type Suggest struct {
	User, Channel, TS, ActionID string
	Query                       string // empty: the select was only opened
	BlockID                     string // tells selects with the same action id apart; may be empty
}

// Suggest asks the app what a user can choose from, as Slack does while they type,
// and waits for the answer. It fails when the select is not shown, when too little
// was typed for Slack to ask, when the answer is not what Slack takes, and with a
// [delivery.Error] when the app cannot be reached or does not answer in time. One of
// the options can then be chosen with [People.Choose].
func (ps *People) Suggest(ctx context.Context, q Suggest) ([]blockkit.Option, error) {
	offered, err := ps.Offers(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("suggest for %s %q: %w", q.ActionID, q.Query, err)
	}
	all := []blockkit.Option{}
	for _, o := range offered {
		all = append(all, blockkit.Option{Text: blockkit.TextOf(o, "text"), Value: blockkit.Field(o, "value")})
	}
	return all, nil
}

// Offers is [People.Suggest] with all that the app said of each option.
func (ps *People) Offers(ctx context.Context, q Suggest) ([]blockkit.Block, error) {
	d, mine, err := ps.ask(q)
	if err != nil {
		return nil, err
	}
	r, err := ps.delivery.Deliver(ctx, d)
	if err != nil {
		return nil, err
	}
	offered, err := readOptions(r)
	if err != nil {
		return nil, err
	}
	ps.w.Lock()
	defer ps.w.Unlock()
	if u := ps.w.User(q.User); u != nil {
		ps.w.Views.Offer(u, mine, offered)
	}
	return offered, nil
}

// ask makes the question to the app; mine names the select.
func (ps *People) ask(q Suggest) (d delivery.Envelope, mine string, err error) {
	ps.w.Lock()
	defer ps.w.Unlock()
	least := 0
	at, err := ps.locate(place{q.User, q.Channel, q.TS, q.BlockID, true, false}, q.ActionID, func(p blockkit.Placed) (blockkit.Block, bool) {
		if blockkit.Kind(p.Element) != "external_select" {
			return nil, false
		}
		least, mine = blockkit.LeastQuery(p.Element), selectName(q.TS, p)
		return blockkit.Block{}, true
	})
	if err != nil {
		return delivery.Envelope{}, "", err
	}
	if blockkit.Length(q.Query) < least {
		return delivery.Envelope{}, "", fmt.Errorf("Slack does not ask before %d characters are typed (min_query_length)", least)
	}
	payload := ps.asked("block_suggestion", at.user) // Slack sends neither trigger_id nor response_url with it
	payload["action_id"], payload["block_id"], payload["value"] = q.ActionID, at.action["block_id"], q.Query
	if at.message == nil {
		payload["container"], payload["view"] = wire.Object{"type": "view", "view_id": at.view.ID}, wire.View(ps.w, at.view)
		return delivery.Envelope{Kind: delivery.Interactivity, Payload: payload}, mine, nil
	}
	payload["container"] = containerOf(at.message)
	payload["channel"] = wire.Object{"id": at.message.Channel.ID, "name": at.message.Channel.NameForApp()}
	if at.message.OnlyFor == nil {
		payload["message"] = wire.Message(ps.w, at.message, true)
	}
	return delivery.Envelope{Kind: delivery.Interactivity, Payload: payload}, mine, nil
}

// selectName tells the selects apart that a user sees.
func selectName(ts string, p blockkit.Placed) string {
	return ts + " " + blockkit.Field(p.Block, "block_id") + " " + blockkit.Field(p.Element, "action_id")
}

// offered are the options a user was given last, when it was for this select, and
// the one it began with. The caller holds the lock.
func (ps *People) offered(name, ts string, p blockkit.Placed) []blockkit.Block {
	if blockkit.Kind(p.Element) != "external_select" {
		return nil
	}
	var all []blockkit.Block
	if u := ps.w.User(name); u != nil {
		all = append(all, ps.w.Views.Offered(u, selectName(ts, p))...)
	}
	if initial, ok := p.Element["initial_option"].(map[string]any); ok {
		all = append(all, initial)
	}
	return all
}

// readOptions reads the app's answer as strictly as anything else it sends: at most
// 100 options of 75 characters, or as many groups of them.
func readOptions(r delivery.Reply) ([]blockkit.Block, error) {
	if r.IsText {
		return nil, errors.New("the app's answer is not application/json")
	}
	given, ok := wire.Decode(r.Payload)
	if !ok {
		return nil, errors.New("the app acknowledged without options")
	}
	problems := blockkit.CheckOptions(given)
	if len(problems) > 0 {
		return nil, fmt.Errorf("the app's answer is not what Slack takes: %s", strings.Join(problems, "; "))
	}
	o, _ := given.(map[string]any)
	return blockkit.Options(o), nil
}
