package people

import (
	"context"
	"fmt"
	"strings"

	"github.com/signalbook/signalbook/bot/slacksim/blockkit"
	"github.com/signalbook/signalbook/bot/slacksim/delivery"
	"github.com/signalbook/signalbook/bot/slacksim/wire"
	"github.com/signalbook/signalbook/bot/slacksim/workspace"
)

// modal is the modal that a user has open; nil when there is none.
func (ps *People) modal(user string) (*workspace.User, *workspace.View) {
	u := ps.w.User(user)
	if u == nil {
		return nil, nil
	}
	return u, ps.w.Views.Top(u)
}

// SubmitView fills in the modal a user has open and submits it. The keys of values
// are block ids or action ids; the values what is typed, or the value of an option
// (several with commas), or a name. What is not given keeps its initial value.
// It returns what the user sees as errors, by block id: the app's, or Slack's own
// when a required input is empty.
func (ps *People) SubmitView(ctx context.Context, user string, values map[string]string) (map[string]string, error) {
	ps.w.Lock()
	u, v := ps.modal(user)
	if v == nil {
		ps.w.Unlock()
		return nil, fmt.Errorf("submit view: %q has no modal open", user)
	}
	state, problems, err := ps.fillIn(v, values)
	if err != nil {
		ps.w.Unlock()
		return nil, fmt.Errorf("submit view: %w", err)
	}
	if len(problems) > 0 {
		v.Errors = problems
		ps.w.Touch()
		ps.w.Unlock()
		return problems, nil
	}
	payload := ps.interaction("view_submission", u)
	shown := wire.View(ps.w, v)
	shown["state"] = wire.Object{"values": state}
	payload["view"], payload["response_urls"] = shown, []any{}
	ps.w.Unlock()
	r, err := ps.delivery.Deliver(ctx, delivery.Envelope{Kind: delivery.Interactivity, Payload: payload})
	if err != nil {
		return nil, fmt.Errorf("submit view: %w", err)
	}
	return ps.answerView(v, r.Object())
}

// fillIn makes a view's state of what the user gave. The caller holds the lock.
func (ps *People) fillIn(v *workspace.View, values map[string]string) (state wire.Object, problems map[string]string, err error) {
	state, problems = wire.Object{}, map[string]string{}
	used := map[string]bool{}
	for _, p := range blockkit.Elements(v.Blocks()) {
		if blockkit.Kind(p.Block) != "input" {
			continue
		}
		blockID, actionID := blockkit.Field(p.Block, "block_id"), blockkit.Field(p.Element, "action_id")
		value, given := values[blockID]
		used[blockID], used[actionID] = true, true
		if !given {
			value, given = values[actionID]
		}
		if !given {
			value = blockkit.Initial(p.Element)
		}
		filled, problem := ps.fill(p.Element, value, ps.offered(v.User.Name, "", p))
		optional, _ := p.Block["optional"].(bool)
		switch {
		case value == "" && !optional:
			problems[blockID] = "Please complete this required field."
		case problem != "":
			problems[blockID] = problem
		}
		state[blockID] = wire.Object{actionID: filled}
	}
	for key := range values {
		if !used[key] {
			return nil, nil, fmt.Errorf("the modal has no input %q", key)
		}
	}
	return state, problems, nil
}

// fill is the state of one input, and what Slack itself has against it. offered
// is what the app gave to choose from.
func (ps *People) fill(e blockkit.Block, value string, offered []blockkit.Block) (blockkit.Block, string) {
	k := blockkit.Kind(e)
	empty := blockkit.Block{"type": k}
	if strings.HasSuffix(k, "_input") {
		if value == "" {
			return blockkit.Block{"type": k, "value": nil}, ""
		}
		filled := blockkit.Block{"type": k, "value": value}
		if least := int(blockkit.Number(e["min_length"])); blockkit.Length(value) < least {
			return filled, fmt.Sprintf("Must be at least %d characters.", least)
		}
		if most := int(blockkit.Number(e["max_length"])); most > 0 && blockkit.Length(value) > most {
			return filled, fmt.Sprintf("Must be at most %d characters.", most)
		}
		return filled, ""
	}
	if value == "" {
		return empty, ""
	}
	if k == "checkboxes" || strings.HasPrefix(k, "multi_static") {
		var chosen []any
		for one := range strings.SplitSeq(value, ",") {
			state, ok := ps.chosen(e, one, offered)
			if !ok {
				return empty, fmt.Sprintf("There is no option %q.", one)
			}
			list, _ := state["selected_options"].([]any)
			chosen = append(chosen, list...)
		}
		return blockkit.Block{"type": k, "selected_options": chosen}, ""
	}
	state, ok := ps.chosen(e, value, offered)
	if !ok {
		return empty, fmt.Sprintf("There is no option %q.", value)
	}
	return state, ""
}

// trouble is what Slack says when an app answers a submission with nonsense.
const trouble = "We had some trouble connecting. Try again?"

// answerView does what the app answered to a submission.
func (ps *People) answerView(v *workspace.View, ack map[string]any) (map[string]string, error) {
	ps.w.Lock()
	defer ps.w.Unlock()
	defer ps.w.Touch()
	action, _ := ack["response_action"].(string)
	switch action {
	case "":
		ps.w.Views.Close(v)
	case "clear":
		ps.w.Views.CloseAll(v.User)
	case "errors":
		return ps.showErrors(v, ack["errors"])
	case "update", "push":
		body, refused := wire.ReadView(ps.w, ack["view"])
		if refused != nil {
			return nil, fmt.Errorf("submit view: the app's view: %s %v", refused.Code, refused.Details)
		}
		if action == "update" {
			v.Replace(body)
		} else if _, code := ps.w.Views.Push(v.User, body); code != "" {
			return nil, fmt.Errorf("submit view: push: %s", code)
		}
	default:
		return nil, fmt.Errorf("submit view: %s (response_action %q)", trouble, action)
	}
	return nil, nil
}

// showErrors shows the app's errors. Each must name an input block of the view.
func (ps *People) showErrors(v *workspace.View, raw any) (map[string]string, error) {
	object, _ := raw.(map[string]any)
	inputs := map[string]bool{}
	for _, b := range v.Blocks() {
		if blockkit.Kind(b) == "input" {
			inputs[blockkit.Field(b, "block_id")] = true
		}
	}
	errors := map[string]string{}
	for id := range object {
		if !inputs[id] {
			return nil, fmt.Errorf("submit view: %s (errors name %q, which is no input block)", trouble, id)
		}
		errors[id] = blockkit.Field(object, id)
	}
	if len(errors) == 0 {
		return nil, fmt.Errorf("submit view: %s (no errors given)", trouble)
	}
	v.Errors = errors
	return errors, nil
}

// CloseModal closes the modal a user has open, by its close button. The app is told
// when it asked for it (notify_on_close).
func (ps *People) CloseModal(ctx context.Context, user string) error {
	ps.w.Lock()
	u, v := ps.modal(user)
	if v == nil {
		ps.w.Unlock()
		return fmt.Errorf("close modal: %q has none open", user)
	}
	clear, _ := v.Body["clear_on_close"].(bool)
	if clear {
		ps.w.Views.CloseAll(u)
	} else {
		ps.w.Views.Close(v)
	}
	payload := ps.interaction("view_closed", u)
	payload["view"], payload["is_cleared"] = wire.View(ps.w, v), clear
	ps.w.Touch()
	ps.w.Unlock()
	if notify, _ := v.Body["notify_on_close"].(bool); !notify {
		return nil
	}
	if _, err := ps.delivery.Deliver(ctx, delivery.Envelope{Kind: delivery.Interactivity, Payload: payload}); err != nil {
		return fmt.Errorf("close modal: %w", err)
	}
	return nil
}
