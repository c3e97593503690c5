package slacksim

import (
	"fmt"
	"maps"
	"slices"
)

const maxStack = 3 // Slack: views in a stack

// view is a modal that somebody has open.
type view struct {
	id, rootID, previousID string
	user                   *user
	body                   block // as the app sent it, with ids filled in
	revision               int
	errors                 map[string]string // by block id, from the app
}

func (s *Sim) viewMethods() map[string]method {
	return map[string]method{
		"views.open":   {tier: tier4, run: s.openView},
		"views.push":   {tier: tier4, run: s.pushView},
		"views.update": {tier: tier4, run: s.updateView},
	}
}

// readView reads and checks a view.
func (s *Sim) readView(raw any, ok bool) (block, *refusal) {
	body, isObject := raw.(map[string]any)
	if !ok || !isObject {
		return nil, refuse("invalid_arguments", "must provide an object [json-pointer:/view]")
	}
	if problems := s.checkView(body); len(problems) > 0 {
		return nil, refuse("invalid_arguments", problems...)
	}
	list, _ := body["blocks"].([]any)
	identified := s.identify(list)
	body["blocks"] = identified
	return body, nil
}

func (s *Sim) newView(u *user, body block) *view {
	id := fmt.Sprintf("V0SIM%05d", s.next())
	return &view{id: id, rootID: id, user: u, body: body}
}

// taken is whether another open view has this external id.
func (s *Sim) taken(body block, except *view) bool {
	id, _ := body["external_id"].(string)
	if id == "" {
		return false
	}
	for _, stack := range s.stacks {
		for _, v := range stack {
			if v != except && v.body["external_id"] == id {
				return true
			}
		}
	}
	return false
}

func (s *Sim) openView(r *request) (answer, *refusal) {
	body, refused := s.readView(r.args.decoded("view"))
	if refused != nil {
		return nil, refused
	}
	if s.taken(body, nil) {
		return nil, refuse("duplicate_external_id")
	}
	u, refused := s.pull(r.args.text("trigger_id"), r.now)
	if refused != nil {
		return nil, refused
	}
	v := s.newView(u, body)
	s.stacks[u.id] = []*view{v}
	return answer{"view": s.wireView(v)}, nil
}

func (s *Sim) pushView(r *request) (answer, *refusal) {
	body, refused := s.readView(r.args.decoded("view"))
	if refused != nil {
		return nil, refused
	}
	if s.taken(body, nil) {
		return nil, refuse("duplicate_external_id")
	}
	u, refused := s.pull(r.args.text("trigger_id"), r.now)
	if refused != nil {
		return nil, refused
	}
	v, refused := s.push(u, body)
	if refused != nil {
		return nil, refused
	}
	return answer{"view": s.wireView(v)}, nil
}

// push puts a view on top of a user's stack. The caller holds the lock.
func (s *Sim) push(u *user, body block) (*view, *refusal) {
	stack := s.stacks[u.id]
	if len(stack) == 0 {
		return nil, refuse("not_found")
	}
	if len(stack) >= maxStack {
		return nil, refuse("push_limit_reached")
	}
	v := s.newView(u, body)
	v.rootID, v.previousID = stack[0].id, stack[len(stack)-1].id
	s.stacks[u.id] = append(stack, v)
	return v, nil
}

func (s *Sim) updateView(r *request) (answer, *refusal) {
	body, refused := s.readView(r.args.decoded("view"))
	if refused != nil {
		return nil, refused
	}
	v := s.openedView(r.args.text("view_id"), r.args.text("external_id"))
	if v == nil {
		return nil, refuse("not_found")
	}
	if s.taken(body, v) {
		return nil, refuse("duplicate_external_id")
	}
	if hash := r.args.text("hash"); hash != "" && hash != v.hash() {
		return nil, refuse("hash_conflict")
	}
	v.replace(body)
	return answer{"view": s.wireView(v)}, nil
}

func (v *view) replace(body block) {
	v.body, v.errors = body, nil
	v.revision++
}

// openedView finds an open view by either id. The caller holds the lock.
func (s *Sim) openedView(id, externalID string) *view {
	for _, stack := range s.stacks {
		for _, v := range stack {
			if id != "" && v.id == id || externalID != "" && v.body["external_id"] == externalID {
				return v
			}
		}
	}
	return nil
}

// top is the view a user sees; nil when no modal is open. The caller holds the lock.
func (s *Sim) top(u *user) *view {
	stack := s.stacks[u.id]
	if len(stack) == 0 {
		return nil
	}
	return stack[len(stack)-1]
}

// drop closes one view, wherever in the stack it is.
func (s *Sim) drop(v *view) {
	s.stacks[v.user.id] = slices.DeleteFunc(s.stacks[v.user.id], func(other *view) bool { return other == v })
}

func (v *view) hash() string { return fmt.Sprintf("%s.%d", v.id, v.revision) }

func (v *view) text(key string) string {
	text, _ := v.body[key].(string)
	return text
}

func (v *view) blocks() []block { b, _ := v.body["blocks"].([]block); return b }

// wireView is the view as answers and payloads show it.
func (s *Sim) wireView(v *view) answer {
	w := answer{"id": v.id, "team_id": s.opts.TeamID, "app_id": appID, "bot_id": botID, "hash": v.hash(),
		"root_view_id": v.rootID, "previous_view_id": v.previousID, "app_installed_team_id": s.opts.TeamID,
		"state": answer{"values": answer{}}, "private_metadata": "", "callback_id": "", "external_id": "",
		"clear_on_close": false, "notify_on_close": false, "close": nil, "submit": nil}
	maps.Copy(w, v.body)
	return w
}
