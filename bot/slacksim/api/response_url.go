package api

import (
	"net/http"
	"time"

	"github.com/signalbook/signalbook/bot/slacksim/blockkit"
	"github.com/signalbook/signalbook/bot/slacksim/fault"
	"github.com/signalbook/signalbook/bot/slacksim/wire"
	"github.com/signalbook/signalbook/bot/slacksim/workspace"
)

// serveResponseURL answers by a response_url. Of an unknown or spent one Slack says 404.
func (s *Server) serveResponseURL(w http.ResponseWriter, r *http.Request) {
	given, _, ok := readArgs(w, r)
	if !ok {
		writeRefusal(w, &wire.Refusal{Code: "invalid_payload", Status: http.StatusBadRequest})
		return
	}
	const name = "response_url"
	struck := s.faults.StrikeCall(name, given.Text("channel"))
	if struck != nil {
		if !s.faults.Pause(r, struck.Delay) {
			return
		}
		if struck.ReplacesWork() {
			s.record(r, name, given, nil, struck.Outcome(), true)
			answerAs(w, struck)
			return
		}
	}
	ts, refused := s.respond(r.PathValue("id"), given)
	ans := wire.Object{"ts": ts}
	switch {
	case struck != nil && struck.Kind == fault.LostAnswer:
		s.record(r, name, given, ans, fault.LostAnswer, true)
		cut(w)
	case refused != nil:
		s.record(r, name, given, nil, refused.Outcome(), false)
		writeRefusal(w, refused)
	default:
		s.record(r, name, given, ans, "ok", false)
		wire.WriteJSON(w, http.StatusOK, wire.Object{"ok": true})
	}
}

// respond does what is asked of a response_url and returns the ts of what it made.
func (s *Server) respond(id string, given wire.Args) (string, *wire.Refusal) {
	s.w.Lock()
	defer s.w.Unlock()
	now := s.w.Now()
	h, code := s.w.FindHook(id, now)
	if code != "" {
		return "", &wire.Refusal{Code: code, Status: http.StatusNotFound}
	}
	said, refused := wire.ReadContent(s.w, given)
	if refused != nil {
		return "", refused
	}
	m, refused := s.applyResponse(h, given, said, now)
	if refused != nil {
		return "", refused
	}
	s.w.UseHook(id)
	s.w.Touch()
	return m.TS.String(), nil
}

// applyResponse posts, replaces or deletes. The caller holds the lock.
func (s *Server) applyResponse(h workspace.Hook, given wire.Args, said wire.Content, now time.Time) (*workspace.Message, *wire.Refusal) {
	replace, remove := given.Flag("replace_original"), given.Flag("delete_original")
	if replace || remove {
		if h.Source == nil || !s.w.Present(h.Source) {
			return nil, wire.Refuse("message_not_found") // a slash command has no original
		}
		if !h.Source.ByApp {
			return nil, wire.Refuse("cant_update_message")
		}
	}
	switch {
	case remove && h.Source.OnlyFor != nil:
		s.w.RemoveEphemeral(h.Source)
		return h.Source, nil
	case remove:
		h.Source.Channel.Remove(h.Source)
		return h.Source, nil
	case said.Empty():
		return nil, wire.Refuse("no_text")
	case replace && said.Mismatches(h.Source):
		return nil, wire.Refuse("block_mismatch")
	case replace:
		said.Rewrite(h.Source)
		return h.Source, nil
	}
	// Where Slack shows a private answer by response_url to what happened in a thread
	// is not documented: here it stands in the channel, whatever thread_ts says.
	m := &workspace.Message{Channel: h.Channel, User: s.w.Bot, ByApp: true, Text: blockkit.Truncate(said.Text, maxText),
		Blocks: said.Blocks, Attachments: said.Attachments, Metadata: said.Metadata}
	if given.Text("response_type") == "in_channel" {
		m.Parent = h.Channel.Root(given.Text("thread_ts"))
	} else {
		m.OnlyFor = h.User
	}
	if h.Channel.Archived {
		return nil, wire.Refuse("is_archived")
	}
	s.w.Post(m, now)
	return m, nil
}
