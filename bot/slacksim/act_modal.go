package slacksim

import (
	"context"
	"fmt"
	"strings"
)

// SubmitView fills in the modal a user has open and submits it. The keys of values
// are block ids or action ids; the values what is typed, or the value of an option
// (several with commas), or a name. What is not given keeps its initial value.
// It returns what the user sees as errors, by block id: the app's, or Slack's own
// when a required input is empty.
func (s *Sim) SubmitView(ctx context.Context, user string, values map[string]string) (map[string]string, error) {
	s.mu.Lock()
	u := s.user(user)
	var v *view
	if u != nil {
		v = s.top(u)
	}
	if v == nil {
		s.mu.Unlock()
		return nil, fmt.Errorf("submit view: %q has no modal open", user)
	}
	state, problems, err := s.fillIn(v, values)
	if err != nil {
		s.mu.Unlock()
		return nil, fmt.Errorf("submit view: %w", err)
	}
	if len(problems) > 0 {
		v.errors = problems
		s.touch()
		s.mu.Unlock()
		return problems, nil
	}
	payload := s.interaction("view_submission", u)
	wire := s.wireView(v)
	wire["state"] = answer{"values": state}
	payload["view"], payload["response_urls"] = wire, []any{}
	s.mu.Unlock()
	r, err := s.deliver(ctx, delivery{deliveryInteractivity, payload})
	if err != nil {
		return nil, fmt.Errorf("submit view: %w", err)
	}
	return s.answerView(v, r.object())
}

// fillIn makes a view's state of what the user gave. The caller holds the lock.
func (s *Sim) fillIn(v *view, values map[string]string) (state answer, problems map[string]string, err error) {
	state, problems = answer{}, map[string]string{}
	used := map[string]bool{}
	for _, p := range elementsOf(v.blocks()) {
		if kind(p.block) != "input" {
			continue
		}
		blockID, actionID := str(p.block, "block_id"), str(p.element, "action_id")
		value, given := values[blockID]
		used[blockID], used[actionID] = true, true
		if !given {
			value, given = values[actionID]
		}
		if !given {
			value = initial(p.element)
		}
		filled, problem := s.fill(p.element, value, s.offered(v.user.name, "", p))
		optional, _ := p.block["optional"].(bool)
		switch {
		case value == "" && !optional:
			problems[blockID] = "Please complete this required field."
		case problem != "":
			problems[blockID] = problem
		}
		state[blockID] = answer{actionID: filled}
	}
	for key := range values {
		if !used[key] {
			return nil, nil, fmt.Errorf("the modal has no input %q", key)
		}
	}
	return state, problems, nil
}

// initial is what an input holds before anybody touches it.
func initial(e block) string {
	if o, ok := e["initial_option"].(map[string]any); ok {
		return str(o, "value")
	}
	if list := items(e["initial_options"]); len(list) > 0 {
		var values []string
		for _, o := range list {
			values = append(values, str(o, "value"))
		}
		return strings.Join(values, ",")
	}
	for _, key := range []string{"initial_value", "initial_user", "initial_conversation", "initial_channel", "initial_date", "initial_time"} {
		if text := str(e, key); text != "" {
			return text
		}
	}
	return ""
}

// fill is the state of one input, and what Slack itself has against it. offered
// is what the app gave to choose from.
func (s *Sim) fill(e block, value string, offered []block) (block, string) {
	k := kind(e)
	empty := block{"type": k}
	if strings.HasSuffix(k, "_input") {
		if value == "" {
			return block{"type": k, "value": nil}, ""
		}
		filled := block{"type": k, "value": value}
		if least := int(number(e["min_length"])); length(value) < least {
			return filled, fmt.Sprintf("Must be at least %d characters.", least)
		}
		if most := int(number(e["max_length"])); most > 0 && length(value) > most {
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
			state, ok := s.chosen(e, one, offered)
			if !ok {
				return empty, fmt.Sprintf("There is no option %q.", one)
			}
			list, _ := state["selected_options"].([]any)
			chosen = append(chosen, list...)
		}
		return block{"type": k, "selected_options": chosen}, ""
	}
	state, ok := s.chosen(e, value, offered)
	if !ok {
		return empty, fmt.Sprintf("There is no option %q.", value)
	}
	return state, ""
}

// trouble is what Slack says when an app answers a submission with nonsense.
const trouble = "We had some trouble connecting. Try again?"

// answerView does what the app answered to a submission.
func (s *Sim) answerView(v *view, ack map[string]any) (map[string]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.touch()
	action, _ := ack["response_action"].(string)
	switch action {
	case "":
		s.drop(v)
	case "clear":
		delete(s.stacks, v.user.id)
	case "errors":
		return s.showErrors(v, ack["errors"])
	case "update", "push":
		body, refused := s.readView(ack["view"], true)
		if refused != nil {
			return nil, fmt.Errorf("submit view: the app's view: %s %v", refused.code, refused.details)
		}
		if action == "update" {
			v.replace(body)
		} else if _, refused = s.push(v.user, body); refused != nil {
			return nil, fmt.Errorf("submit view: push: %s", refused.code)
		}
	default:
		return nil, fmt.Errorf("submit view: %s (response_action %q)", trouble, action)
	}
	return nil, nil
}

// showErrors shows the app's errors. Each must name an input block of the view.
func (s *Sim) showErrors(v *view, raw any) (map[string]string, error) {
	object, _ := raw.(map[string]any)
	inputs := map[string]bool{}
	for _, b := range v.blocks() {
		if kind(b) == "input" {
			inputs[str(b, "block_id")] = true
		}
	}
	errors := map[string]string{}
	for id := range object {
		if !inputs[id] {
			return nil, fmt.Errorf("submit view: %s (errors name %q, which is no input block)", trouble, id)
		}
		errors[id] = str(object, id)
	}
	if len(errors) == 0 {
		return nil, fmt.Errorf("submit view: %s (no errors given)", trouble)
	}
	v.errors = errors
	return errors, nil
}

// CloseModal closes the modal a user has open, by its close button. The app is told
// when it asked for it (notify_on_close).
func (s *Sim) CloseModal(ctx context.Context, user string) error {
	s.mu.Lock()
	u := s.user(user)
	var v *view
	if u != nil {
		v = s.top(u)
	}
	if v == nil {
		s.mu.Unlock()
		return fmt.Errorf("close modal: %q has none open", user)
	}
	clear, _ := v.body["clear_on_close"].(bool)
	if clear {
		delete(s.stacks, u.id)
	} else {
		s.drop(v)
	}
	payload := s.interaction("view_closed", u)
	payload["view"], payload["is_cleared"] = s.wireView(v), clear
	s.touch()
	s.mu.Unlock()
	if notify, _ := v.body["notify_on_close"].(bool); !notify {
		return nil
	}
	if _, err := s.deliver(ctx, delivery{deliveryInteractivity, payload}); err != nil {
		return fmt.Errorf("close modal: %w", err)
	}
	return nil
}
