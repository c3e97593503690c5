package page

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/signalbook/signalbook/bot/slacksim/blockkit"
	"github.com/signalbook/signalbook/bot/slacksim/delivery"
	"github.com/signalbook/signalbook/bot/slacksim/people"
	"github.com/signalbook/signalbook/bot/slacksim/wire"
	"github.com/signalbook/signalbook/bot/slacksim/workspace"
)

// state is what the reader sees whom the request's query names.
func (pg *Page) state(r *http.Request) showState {
	query := r.URL.Query()
	pg.w.Lock()
	defer pg.w.Unlock()
	reader, open := pg.w.User(query.Get("user")), pg.w.Channel(query.Get("channel"))
	if reader == nil || reader.Bot {
		reader = pg.w.Users[1]
	}
	if open == nil || !pg.w.Sees(reader, open) {
		open = pg.w.Channels[max(0, slices.IndexFunc(pg.w.Channels, func(c *workspace.Channel) bool { return pg.w.Sees(reader, c) }))]
	}
	state := showState{Version: pg.w.Version, User: reader.Name, Channel: open.Name, Topic: open.Topic, Archived: open.Archived}
	for _, c := range pg.w.Channels {
		if pg.w.Sees(reader, c) {
			state.Channels = append(state.Channels, pg.showChannel(c, reader, c == open))
		}
	}
	if state.AtHome = query.Get("home") == "1"; state.AtHome {
		pg.showHome(&state, reader)
		return state
	}
	root := open.Root(query.Get("thread"))
	if root != nil {
		state.Thread = root.TS.String()
	}
	seen := slices.Clone(open.Messages)
	for _, m := range pg.w.Ephemerals {
		if m.OnlyFor == reader && m.Channel == open {
			seen = append(seen, m)
		}
	}
	slices.SortFunc(seen, func(a, b *workspace.Message) int { return int(a.TS - b.TS) })
	for _, m := range seen {
		if m.Parent == nil || m.Broadcast {
			state.Messages = append(state.Messages, pg.showMessage(m, reader, false))
		}
		if root != nil && (m == root || m.Parent == root) {
			state.Replies = append(state.Replies, pg.showMessage(m, reader, true))
		}
	}
	pg.showTop(&state, reader)
	return state
}

// showTop shows the modal that the reader has open. The caller holds the lock.
func (pg *Page) showTop(state *showState, reader *workspace.User) {
	if v := pg.w.Views.Top(reader); v != nil {
		state.Modal, state.Errors = pg.showModal(v), v.Errors
	}
}

// showHome shows the app's Home in place of a channel. The caller holds the lock.
func (pg *Page) showHome(state *showState, reader *workspace.User) {
	for k := range state.Channels {
		state.Channels[k].Open = false
	}
	if v := pg.w.Views.Home(reader); v != nil {
		state.Home = pg.showModal(v)
	}
	pg.showTop(state, reader)
}

func (pg *Page) showChannel(c *workspace.Channel, reader *workspace.User, open bool) showChannel {
	shown := showChannel{Name: c.Name, Open: open, Archived: c.Archived, Mentions: []string{}}
	for _, m := range slices.Backward(c.Messages) {
		if m.User != reader {
			shown.Latest = m.TS.String()
			break
		}
	}
	for _, n := range pg.w.Notifications {
		if n.Channel == c.Name && slices.Contains(n.Users, reader.Name) {
			shown.Mentions = append(shown.Mentions, n.TS)
		}
	}
	return shown
}

func (pg *Page) pageClick(r *http.Request) error {
	return said(pg.people.Click(r.Context(), people.Click{User: r.FormValue("user"), Home: r.FormValue("home") == "1", Channel: r.FormValue("channel"), TS: r.FormValue("ts"),
		ActionID: r.FormValue("action_id"), Value: r.FormValue("value"), BlockID: r.FormValue("block_id"), Late: true}))
}

func (pg *Page) pageChoose(r *http.Request) error {
	return said(pg.people.Choose(r.Context(), people.Choice{User: r.FormValue("user"), Home: r.FormValue("home") == "1", Channel: r.FormValue("channel"), TS: r.FormValue("ts"),
		ActionID: r.FormValue("action_id"), Value: r.FormValue("value"), BlockID: r.FormValue("block_id")}))
}

// pageSuggest answers what one can choose from in a select that asks the app.
func (pg *Page) pageSuggest(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, wire.MaxBody)
	offered, err := pg.people.Offers(r.Context(), people.Suggest{User: r.FormValue("user"), Channel: r.FormValue("channel"), TS: r.FormValue("ts"),
		ActionID: r.FormValue("action_id"), Query: r.FormValue("query"), BlockID: r.FormValue("block_id")})
	if err != nil {
		http.Error(w, said(err).Error(), http.StatusUnprocessableEntity)
		return
	}
	found := []wire.Object{}
	for _, o := range offered {
		found = append(found, wire.Object{"text": blockkit.TextOf(o, "text"), "value": blockkit.Field(o, "value"), "about": blockkit.TextOf(o, "description")})
	}
	w.Header().Set("Cache-Control", "no-store")
	wire.WriteJSON(w, http.StatusOK, wire.Object{"options": found})
}

// pageSay posts what was typed; in the channel a line that begins with a slash is a
// command.
func (pg *Page) pageSay(r *http.Request) error {
	user, channel, thread, text := r.FormValue("user"), r.FormValue("channel"), r.FormValue("thread"), strings.TrimSpace(r.FormValue("text"))
	if !strings.HasPrefix(text, "/") {
		_, err := pg.people.Say(user, channel, thread, text)
		return err
	}
	if thread != "" {
		return errors.New("slash commands do not work in threads; mention the app instead")
	}
	name, _, _ := strings.Cut(text, " ")
	if !slices.ContainsFunc(pg.opts.Commands, func(c people.Command) bool { return c.Name == name }) {
		return fmt.Errorf("%s is not a valid command", name)
	}
	_, err := pg.people.Slash(r.Context(), user, channel, text)
	var failed *delivery.Error
	if errors.As(err, &failed) {
		return nil // Slack has told the user already
	}
	return err
}

// pageSubmit submits the open modal; its inputs come as fields "input:" + block id.
func (pg *Page) pageSubmit(r *http.Request) error {
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
	_, err := pg.people.SubmitView(r.Context(), r.FormValue("user"), values)
	return said(err)
}

func (pg *Page) pageDismiss(r *http.Request) error {
	pg.w.Lock()
	defer pg.w.Unlock()
	u := pg.w.User(r.FormValue("user"))
	if u == nil {
		return fmt.Errorf("no user %q", r.FormValue("user"))
	}
	if m := pg.w.FindEphemeral(u, r.FormValue("ts")); m != nil {
		pg.w.RemoveEphemeral(m)
		pg.w.Touch()
	}
	return nil
}

func (pg *Page) pageExtra(r *http.Request) error {
	i, err := strconv.Atoi(r.FormValue("i"))
	if err != nil || i < 0 || i >= len(pg.opts.Extras) {
		return fmt.Errorf("no such button %q", r.FormValue("i"))
	}
	return pg.opts.Extras[i].Run(r.Context())
}

// said puts an error into the words Slack has for its users.
func said(err error) error {
	var failed *delivery.Error
	if errors.As(err, &failed) {
		return fmt.Errorf("the app did not answer (%s)", failed.Code)
	}
	return err
}
