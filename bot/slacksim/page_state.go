package slacksim

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// state is what the reader sees whom the request's query names.
func (s *Sim) state(r *http.Request) showState {
	query := r.URL.Query()
	s.mu.Lock()
	defer s.mu.Unlock()
	reader, open := s.user(query.Get("user")), s.channel(query.Get("channel"))
	if reader == nil || reader.bot {
		reader = s.users[1]
	}
	if open == nil || !s.sees(reader, open) {
		open = s.channels[max(0, slices.IndexFunc(s.channels, func(c *channel) bool { return s.sees(reader, c) }))]
	}
	state := showState{Version: s.version, User: reader.name, Channel: open.name, Topic: open.topic, Archived: open.archived}
	for _, c := range s.channels {
		if s.sees(reader, c) {
			state.Channels = append(state.Channels, s.showChannel(c, reader, c == open))
		}
	}
	root := open.root(query.Get("thread"))
	if root != nil {
		state.Thread = root.ts.String()
	}
	seen := slices.Clone(open.messages)
	for _, m := range s.ephemerals {
		if m.onlyFor == reader && m.channel == open {
			seen = append(seen, m)
		}
	}
	slices.SortFunc(seen, func(a, b *message) int { return int(a.ts - b.ts) })
	for _, m := range seen {
		if m.parent == nil || m.broadcast {
			state.Messages = append(state.Messages, s.showMessage(m, reader, false))
		}
		if root != nil && (m == root || m.parent == root) {
			state.Replies = append(state.Replies, s.showMessage(m, reader, true))
		}
	}
	if v := s.top(reader); v != nil {
		state.Modal, state.Errors = s.showModal(v), v.errors
	}
	return state
}

func (s *Sim) showChannel(c *channel, reader *user, open bool) showChannel {
	shown := showChannel{Name: c.name, Open: open, Archived: c.archived, Mentions: []string{}}
	for _, m := range slices.Backward(c.messages) {
		if m.user != reader {
			shown.Latest = m.ts.String()
			break
		}
	}
	for _, n := range s.notifications {
		if n.Channel == c.name && slices.Contains(n.Users, reader.name) {
			shown.Mentions = append(shown.Mentions, n.TS)
		}
	}
	return shown
}

func (s *Sim) pageClick(r *http.Request) error {
	return said(s.Click(r.Context(), Click{User: r.FormValue("user"), Channel: r.FormValue("channel"), TS: r.FormValue("ts"),
		ActionID: r.FormValue("action_id"), Value: r.FormValue("value"), BlockID: r.FormValue("block_id"), Late: true}))
}

func (s *Sim) pageChoose(r *http.Request) error {
	return said(s.Choose(r.Context(), Choice{User: r.FormValue("user"), Channel: r.FormValue("channel"), TS: r.FormValue("ts"),
		ActionID: r.FormValue("action_id"), Value: r.FormValue("value"), BlockID: r.FormValue("block_id")}))
}

// pageSuggest answers what one can choose from in a select that asks the app.
func (s *Sim) pageSuggest(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	offered, err := s.suggest(r.Context(), Suggest{User: r.FormValue("user"), Channel: r.FormValue("channel"), TS: r.FormValue("ts"),
		ActionID: r.FormValue("action_id"), Query: r.FormValue("query"), BlockID: r.FormValue("block_id")})
	if err != nil {
		http.Error(w, said(err).Error(), http.StatusUnprocessableEntity)
		return
	}
	found := []answer{}
	for _, o := range offered {
		found = append(found, answer{"text": textOf(o, "text"), "value": str(o, "value"), "about": textOf(o, "description")})
	}
	w.Header().Set("Cache-Control", "no-store")
	writeJSON(w, http.StatusOK, answer{"options": found})
}

// pageSay posts what was typed; in the channel a line that begins with a slash is a
// command.
func (s *Sim) pageSay(r *http.Request) error {
	user, channel, thread, text := r.FormValue("user"), r.FormValue("channel"), r.FormValue("thread"), strings.TrimSpace(r.FormValue("text"))
	if !strings.HasPrefix(text, "/") {
		_, err := s.Say(user, channel, thread, text)
		return err
	}
	if thread != "" {
		return errors.New("slash commands do not work in threads; mention the app instead")
	}
	name, _, _ := strings.Cut(text, " ")
	if !slices.ContainsFunc(s.opts.Commands, func(c Command) bool { return c.Name == name }) {
		return fmt.Errorf("%s is not a valid command", name)
	}
	_, err := s.Slash(r.Context(), user, channel, text)
	var failed *DeliveryError
	if errors.As(err, &failed) {
		return nil // Slack has told the user already
	}
	return err
}

// pageSubmit submits the open modal; its inputs come as fields "input:" + block id.
func (s *Sim) pageSubmit(r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return fmt.Errorf("read the form: %w", err)
	}
	values := map[string]string{}
	for name, given := range r.PostForm {
		if id, ok := strings.CutPrefix(name, "input:"); ok {
			given = slices.DeleteFunc(given, func(v string) bool { return v == "" })
			values[id] = strings.Join(given, ",")
		}
	}
	_, err := s.SubmitView(r.Context(), r.FormValue("user"), values)
	return said(err)
}

func (s *Sim) pageDismiss(r *http.Request) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.user(r.FormValue("user"))
	if u == nil {
		return fmt.Errorf("no user %q", r.FormValue("user"))
	}
	if m := s.findEphemeral(u, r.FormValue("ts")); m != nil {
		s.removeEphemeral(m)
		s.touch()
	}
	return nil
}

func (s *Sim) pageExtra(r *http.Request) error {
	i, err := strconv.Atoi(r.FormValue("i"))
	if err != nil || i < 0 || i >= len(s.opts.Extras) {
		return fmt.Errorf("no such button %q", r.FormValue("i"))
	}
	return s.opts.Extras[i].Run(r.Context())
}

// said puts an error into the words Slack has for its users.
func said(err error) error {
	var failed *DeliveryError
	if errors.As(err, &failed) {
		return fmt.Errorf("the app did not answer (%s)", failed.Code)
	}
	return err
}
