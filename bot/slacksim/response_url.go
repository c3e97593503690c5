package slacksim

import (
	"fmt"
	"net/http"
	"time"
)

// Slack: a response_url answers 5 times within 30 minutes.
const (
	hookUses = 5
	hookLife = 30 * time.Minute
)

// hook is what a response_url leads to.
type hook struct {
	user    *user
	channel *channel
	source  *message // the message acted on; nil after a slash command
	born    time.Time
	uses    int
}

// newHook makes a response_url. The caller holds the lock.
func (s *Sim) newHook(h *hook) string {
	id := fmt.Sprintf("hook%d", s.next())
	h.born = s.now()
	s.hooks[id] = h
	base := s.base
	if base == "" {
		base = "http://localhost"
	}
	return base + "/response/" + id
}

func (s *Sim) serveResponseURL(w http.ResponseWriter, r *http.Request) {
	given, _, ok := readArgs(w, r)
	if !ok {
		writeRefusal(w, &refusal{code: "invalid_payload", status: http.StatusBadRequest})
		return
	}
	const name = "response_url"
	fault := s.strike(name, given.text("channel"))
	if fault != nil {
		if !s.pause(r, fault.Delay) {
			return
		}
		if fault.replacesWork() {
			s.record(r, name, given, nil, fault.outcome(), true)
			fault.answer(w)
			return
		}
	}
	ts, refused := s.respond(r.PathValue("id"), given)
	ans := answer{"ts": ts}
	switch {
	case fault != nil && fault.Kind == LostAnswer:
		s.record(r, name, given, ans, LostAnswer, true)
		cut(w)
	case refused != nil:
		s.record(r, name, given, nil, refused.outcome(), false)
		writeRefusal(w, refused)
	default:
		s.record(r, name, given, ans, "ok", false)
		writeJSON(w, http.StatusOK, answer{"ok": true})
	}
}

// respond does what is asked of a response_url and returns the ts of what it made.
func (s *Sim) respond(id string, given args) (string, *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.hooks[id]
	now := s.now()
	switch {
	case h == nil:
		return "", &refusal{code: "invalid_url", status: http.StatusNotFound}
	case h.uses >= hookUses:
		return "", &refusal{code: "used_url", status: http.StatusNotFound}
	case now.Sub(h.born) > hookLife:
		return "", &refusal{code: "expired_url", status: http.StatusNotFound}
	}
	said, refused := s.readContent(given)
	if refused != nil {
		return "", refused
	}
	m, refused := s.applyResponse(h, given, said, now)
	if refused != nil {
		return "", refused
	}
	h.uses++
	s.touch()
	return m.ts.String(), nil
}

// applyResponse posts, replaces or deletes. The caller holds the lock.
func (s *Sim) applyResponse(h *hook, given args, said content, now time.Time) (*message, *refusal) {
	replace, remove := given.flag("replace_original"), given.flag("delete_original")
	if replace || remove {
		if h.source == nil || !s.present(h.source) {
			return nil, refuse("message_not_found") // a slash command has no original
		}
		if !h.source.byApp {
			return nil, refuse("cant_update_message")
		}
	}
	switch {
	case remove && h.source.onlyFor != nil:
		s.removeEphemeral(h.source)
		return h.source, nil
	case remove:
		h.source.channel.remove(h.source)
		return h.source, nil
	case said.text == "" && len(said.blocks) == 0 && len(said.attachments) == 0:
		return nil, refuse("no_text")
	case replace && h.source.mismatches(said):
		return nil, refuse("block_mismatch")
	case replace:
		s.rewrite(h.source, said)
		return h.source, nil
	}
	// Where Slack shows a private answer by response_url to what happened in a thread
	// is not documented: here it stands in the channel, whatever thread_ts says.
	m := &message{channel: h.channel, user: s.bot, byApp: true, text: truncate(said.text, maxText),
		blocks: said.blocks, attachments: said.attachments, metadata: said.metadata}
	if given.text("response_type") == "in_channel" {
		m.parent = h.channel.root(given.text("thread_ts"))
	} else {
		m.onlyFor = h.user
	}
	if h.channel.archived {
		return nil, refuse("is_archived")
	}
	s.post(m, now)
	return m, nil
}

// present is whether a message is still there for somebody.
func (s *Sim) present(m *message) bool {
	if m.onlyFor != nil {
		return s.findEphemeral(m.onlyFor, m.ts.String()) != nil
	}
	return m.channel.find(m.ts.String()) != nil
}
