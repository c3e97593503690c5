package slackapi

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/slack-go/slack"
)

const (
	// maxQuery bounds what was typed into a menu, in bytes; nobody types more to find something.
	maxQuery = 200
	maxID    = 4 * 255 // Slack: 255 characters of action_id and block_id
	// maxOptions is how many options Slack takes (Slack: block_suggestion payload).
	maxOptions = 100
	// maxOptionsSize keeps the options below the 20 kB that Slack takes with an
	// acknowledgement over Socket Mode, the envelope's id included.
	maxOptionsSize = 19 << 10
)

// question is what a menu says when it asks for its options.
type question struct {
	ActionID string `json:"action_id"`
	BlockID  string `json:"block_id"`
	Value    string `json:"value"`
}

// asked reads what a menu asks.
func (p interactionPayload) asked(payload []byte, at time.Time) (delivery, error) {
	var q question
	if err := json.Unmarshal(payload, &q); err != nil {
		return delivery{}, fmt.Errorf("question of a menu is not in Slack's form: %w", err)
	}
	if p.User.ID == "" || q.ActionID == "" {
		return delivery{}, fmt.Errorf("question of a menu without a user or an action")
	}
	if err := p.check(); err != nil {
		return delivery{}, err
	}
	if len(q.ActionID) > maxID || len(q.BlockID) > maxID {
		return delivery{}, fmt.Errorf("question of a menu with an id of more than %d bytes", maxID)
	}
	query := strings.ToValidUTF8(q.Value[:min(len(q.Value), maxQuery)], "")
	return delivery{kind: kindSuggestion, suggestion: Suggestion{
		ActionID: q.ActionID, BlockID: q.BlockID, Query: query, UserID: p.User.ID, UserName: p.userName(), UserTeam: p.User.TeamID,
		ChannelID: cmp.Or(p.Channel.ID, p.Container.ChannelID), MessageTS: cmp.Or(p.Container.MessageTS, p.Message.TS), At: at,
	}}, nil
}

// suggest runs a menu's question and returns its options in time for Slack; none
// when the handler is late or broke. Nothing is told: whoever types sees that
// there are none, and types on.
func (d *endpoint) suggest(t *ticket, s Suggestion) menuOptions {
	answered := make(chan []*slack.OptionBlockObject, 1)
	var late atomic.Bool
	t.run(func(ctx context.Context) {
		var found []*slack.OptionBlockObject
		broke := d.guard(kindSuggestion, s.ActionID, func() { found = d.handler.Suggest(ctx, s) })
		ended := outcome(broke)
		if late.Load() && !broke {
			ended = "late"
		}
		d.count(kindSuggestion, ended)
		answered <- found
	})
	found, ok := inTime(answered, d.within)
	if !ok {
		late.Store(true)
	}
	return fitting(found)
}

// menuOptions answers a menu. Slack needs the list, be it empty; slack-go's own
// type leaves an empty one out.
type menuOptions struct {
	Options []json.RawMessage `json:"options"`
}

// fitting are as many options as Slack takes, from the first on.
func fitting(found []*slack.OptionBlockObject) menuOptions {
	fit := menuOptions{Options: []json.RawMessage{}}
	size := len(`{"options":[]}`)
	for _, option := range found {
		text, err := json.Marshal(option)
		if err != nil || option == nil || option.Text == nil {
			continue // not an option
		}
		if size += len(text) + len(","); size > maxOptionsSize || len(fit.Options) == maxOptions {
			break
		}
		fit.Options = append(fit.Options, text)
	}
	return fit
}
