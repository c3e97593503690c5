package slacksim

import (
	"net/http"
	"net/url"
	"strings"
)

// permalink is a message's address, as Slack writes it.
func (s *Sim) permalinkOf(c *channel, m *message) string {
	link := s.base + "/archives/" + c.id + "/p" + strings.Replace(m.ts.String(), ".", "", 1)
	if m.parent != nil {
		link += "?" + url.Values{"thread_ts": {m.parent.ts.String()}, "cid": {c.id}}.Encode()
	}
	return link
}

// getPermalink answers chat.getPermalink, which needs no scope.
func (s *Sim) getPermalink(r *request) (answer, *refusal) {
	c := s.channel(r.args.text("channel"))
	if c == nil {
		return nil, refuse("channel_not_found")
	}
	for _, m := range c.messages {
		if m.ts.String() == r.args.text("message_ts") {
			return answer{"channel": c.id, "permalink": s.permalinkOf(c, m)}, nil
		}
	}
	return nil, refuse("message_not_found")
}

// servePermalink opens the thread that an address leads to.
func (s *Sim) servePermalink(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channel(r.PathValue("channel"))
	if c == nil || c.id != r.PathValue("channel") {
		http.NotFound(w, r)
		return
	}
	for _, m := range c.messages {
		if "p"+strings.Replace(m.ts.String(), ".", "", 1) != r.PathValue("message") {
			continue
		}
		root := m
		if m.parent != nil {
			root = m.parent
		}
		http.Redirect(w, r, "/?"+url.Values{"channel": {c.name}, "thread": {root.ts.String()}}.Encode(), http.StatusFound)
		return
	}
	http.NotFound(w, r)
}
