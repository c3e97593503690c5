package api

import (
	"github.com/signalbook/signalbook/bot/slacksim/blockkit"
	"github.com/signalbook/signalbook/bot/slacksim/wire"
	"github.com/signalbook/signalbook/bot/slacksim/workspace"
)

func (s *Server) viewMethods() map[string]method {
	return map[string]method{
		"views.open":   {tier: tier4, run: s.openView},
		"views.push":   {tier: tier4, run: s.pushView},
		"views.update": {tier: tier4, run: s.updateView},
		// Source: https://docs.slack.dev/reference/methods/views.publish, which names no scope.
		"views.publish": {tier: tier4, run: s.publishHome},
	}
}

// readView reads and checks the view that a call gives.
func (s *Server) readView(r *request) (blockkit.Block, *wire.Refusal) {
	raw, _ := r.args.Decoded("view") // nil, which is no view, when it cannot be decoded
	return wire.ReadView(s.w, raw)
}

// newView reads and checks the view that a call gives, and finds whose trigger it uses.
func (s *Server) newView(r *request) (*workspace.User, blockkit.Block, *wire.Refusal) {
	body, refused := s.readView(r)
	if refused != nil {
		return nil, nil, refused
	}
	if s.w.Views.Taken(body, nil) {
		return nil, nil, wire.Refuse("duplicate_external_id")
	}
	u, code := s.w.Views.PullTrigger(r.args.Text("trigger_id"), r.now)
	if code != "" {
		return nil, nil, wire.Refuse(code)
	}
	return u, body, nil
}

func (s *Server) openView(r *request) (wire.Object, *wire.Refusal) {
	u, body, refused := s.newView(r)
	if refused != nil {
		return nil, refused
	}
	return wire.Object{"view": wire.View(s.w, s.w.Views.Open(u, body))}, nil
}

func (s *Server) pushView(r *request) (wire.Object, *wire.Refusal) {
	u, body, refused := s.newView(r)
	if refused != nil {
		return nil, refused
	}
	v, code := s.w.Views.Push(u, body)
	if code != "" {
		return nil, wire.Refuse(code)
	}
	return wire.Object{"view": wire.View(s.w, v)}, nil
}

func (s *Server) updateView(r *request) (wire.Object, *wire.Refusal) {
	body, refused := s.readView(r)
	if refused != nil {
		return nil, refused
	}
	v := s.w.Views.Find(r.args.Text("view_id"), r.args.Text("external_id"))
	if v == nil {
		return nil, wire.Refuse("not_found")
	}
	if s.w.Views.Taken(body, v) {
		return nil, wire.Refuse("duplicate_external_id")
	}
	if hash := r.args.Text("hash"); hash != "" && hash != v.Hash() {
		return nil, wire.Refuse("hash_conflict")
	}
	v.Replace(body)
	return wire.Object{"view": wire.View(s.w, v)}, nil
}

// publishHome shows a user the app's Home. The hash, when one is given, is that of the
// Home which the app means to replace.
func (s *Server) publishHome(r *request) (wire.Object, *wire.Refusal) {
	raw, _ := r.args.Decoded("view")
	body, refused := wire.ReadHome(s.w, raw)
	if refused != nil {
		return nil, refused
	}
	u := s.w.User(r.args.Text("user_id"))
	if u == nil || u.Bot || u.ID != r.args.Text("user_id") {
		return nil, wire.Refuse("invalid_arguments", "invalid `user_id` [json-pointer:/user_id]")
	}
	shown := s.w.Views.Home(u)
	if s.w.Views.Taken(body, shown) {
		return nil, wire.Refuse("duplicate_external_id")
	}
	if hash := r.args.Text("hash"); hash != "" && (shown == nil || hash != shown.Hash()) {
		return nil, wire.Refuse("hash_conflict")
	}
	return wire.Object{"view": wire.View(s.w, s.w.Views.Publish(u, body))}, nil
}
