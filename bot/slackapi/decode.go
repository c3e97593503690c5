package slackapi

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
)

// delivery is one thing that Slack delivered, whichever endpoint it came through.
// Only the fields that the bot uses are decoded: a block of a new shape in the
// clicked message must not cost the click.
type delivery struct {
	kind       kind
	slash      Slash
	actions    []Action
	submission Submission
	mention    Mention
	suggestion Suggestion
	home       HomeOpened
	origin     origin
}

// kind labels a metric; the set is closed.
type kind string

const (
	kindCommand    kind = "command"
	kindAction     kind = "action"
	kindSubmission kind = "submission"
	kindMention    kind = "mention"
	kindSuggestion kind = "suggestion"
	kindHome       kind = "home"
	kindOther      kind = "other"
)

// maxOp bounds an op; a longer one is hashed.
const maxOp = 200

// op makes the name of a delivery out of Slack's own ids.
func op(kind string, ids ...string) string {
	id := strings.Join(ids, ":")
	if len(id) > maxOp {
		id = fingerprint(id)
	}
	return kind + ":" + id
}

func fingerprint(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:12])
}

// slashPayload is a slash command in Socket Mode's JSON.
type slashPayload struct {
	UserID      string `json:"user_id"`
	UserName    string `json:"user_name"`
	ChannelID   string `json:"channel_id"`
	Text        string `json:"text"`
	ResponseURL string `json:"response_url"`
	TriggerID   string `json:"trigger_id"`
	TeamID      string `json:"team_id"`
	Enterprise  string `json:"enterprise_id"`
	AppID       string `json:"api_app_id"`
}

// slashForm reads the same from HTTP's form.
func slashForm(form url.Values) slashPayload {
	return slashPayload{
		UserID: form.Get("user_id"), UserName: form.Get("user_name"), ChannelID: form.Get("channel_id"),
		Text: form.Get("text"), ResponseURL: form.Get("response_url"), TriggerID: form.Get("trigger_id"),
		TeamID: form.Get("team_id"), Enterprise: form.Get("enterprise_id"), AppID: form.Get("api_app_id"),
	}
}

// delivery names the command; fallback is the endpoint's own id for it.
func (p slashPayload) delivery(fallback string, at time.Time) (delivery, error) {
	if p.UserID == "" {
		return delivery{}, fmt.Errorf("slash command without user_id")
	}
	if !isUser(p.UserID) || !isWhole(isChannel, p.ChannelID) {
		return delivery{}, fmt.Errorf("slash command whose user_id or channel_id is none")
	}
	s := Slash{Op: fallback, UserID: p.UserID, UserName: p.UserName, ChannelID: p.ChannelID,
		Text: p.Text, ResponseURL: p.ResponseURL, TriggerID: p.TriggerID, UserTeam: p.TeamID, At: at}
	if p.TriggerID != "" {
		s.Op = op("trigger", p.TriggerID)
	}
	meant := originPayload{TeamID: p.TeamID, EnterpriseID: p.Enterprise, AppID: p.AppID}
	return delivery{kind: kindCommand, slash: s, origin: meant.origin()}, nil
}

// interactionPayload is what the bot uses of a click or a modal.
type interactionPayload struct {
	Type        string `json:"type"`
	TriggerID   string `json:"trigger_id"`
	ResponseURL string `json:"response_url"`
	User        struct {
		ID       string `json:"id"`
		Username string `json:"username"`
		Name     string `json:"name"`
		TeamID   string `json:"team_id"`
	} `json:"user"`
	Channel struct {
		ID string `json:"id"`
	} `json:"channel"`
	Container struct {
		MessageTS string `json:"message_ts"`
		ThreadTS  string `json:"thread_ts"`
		ChannelID string `json:"channel_id"`
	} `json:"container"`
	Message   message `json:"message"`
	MessageTS string  `json:"message_ts"` // of a shortcut
	Callback  string  `json:"callback_id"`
	Actions   []struct {
		ActionID string `json:"action_id"`
		BlockID  string `json:"block_id"`
		chosen
	} `json:"actions"`
	View struct {
		ID              string `json:"id"`
		Type            string `json:"type"`
		Hash            string `json:"hash"`
		CallbackID      string `json:"callback_id"`
		PrivateMetadata string `json:"private_metadata"`
		ExternalID      string `json:"external_id"`
		State           struct {
			Values map[string]map[string]chosen `json:"values"`
		} `json:"state"`
	} `json:"view"`
}

// chosen is the value of a button, a menu or an input.
type chosen struct {
	Value  string `json:"value"`
	Option *struct {
		Value string `json:"value"`
	} `json:"selected_option"`
	User         string `json:"selected_user"`
	Conversation string `json:"selected_conversation"`
	Channel      string `json:"selected_channel"`
}

func (c chosen) text() string {
	if c.Option != nil {
		return c.Option.Value
	}
	switch {
	case c.Value != "":
		return c.Value
	case isUser(c.User):
		return c.User
	case isChannel(c.Conversation):
		return c.Conversation
	case isChannel(c.Channel):
		return c.Channel
	}
	return ""
}

// decodeInteraction reads a click, a modal or a question of a menu; what the bot has no use for comes
// back as kindOther.
func decodeInteraction(payload []byte, fallback string, at time.Time) (delivery, error) {
	var p interactionPayload
	if err := json.Unmarshal(payload, &p); err != nil {
		return delivery{}, fmt.Errorf("interaction is not in Slack's form: %w", err)
	}
	d := delivery{kind: kindOther}
	var err error
	switch p.Type {
	case "block_actions":
		d, err = p.clicks(fallback, at)
	case "message_action":
		d, err = p.shortcut(fallback, at)
	case "view_submission":
		d, err = p.submitted(at)
	case "block_suggestion":
		d, err = p.asked(payload, at)
	case "":
		err = fmt.Errorf("interaction without a type")
	}
	d.origin = readOrigin(payload)
	return d, err
}

// check refuses ids and timestamps that are none; those that are absent pass.
func (p interactionPayload) check() error {
	switch {
	case !isWhole(isUser, p.User.ID):
		return fmt.Errorf("interaction whose user is no user id")
	case !isWhole(isChannel, p.Channel.ID, p.Container.ChannelID):
		return fmt.Errorf("interaction whose channel is no channel id")
	case !isWhole(isTS, p.Container.MessageTS, p.Container.ThreadTS, p.Message.TS, p.Message.ThreadTS):
		return fmt.Errorf("interaction whose message has a ts that is none")
	}
	return nil
}

func (p interactionPayload) userName() string {
	if p.User.Username != "" {
		return p.User.Username
	}
	return p.User.Name
}

func (p interactionPayload) clicks(fallback string, at time.Time) (delivery, error) {
	if p.User.ID == "" || len(p.Actions) == 0 {
		return delivery{}, fmt.Errorf("click without a user or an action")
	}
	if err := p.check(); err != nil {
		return delivery{}, err
	}
	base := Action{
		Op: fallback, UserID: p.User.ID, UserName: p.userName(), UserTeam: p.User.TeamID,
		ChannelID: cmp.Or(p.Channel.ID, p.Container.ChannelID),
		MessageTS: cmp.Or(p.Container.MessageTS, p.Message.TS),
		TriggerID: p.TriggerID, ResponseURL: p.ResponseURL, At: at,
	}
	base.ThreadTS = cmp.Or(p.Container.ThreadTS, p.Message.ThreadTS, base.MessageTS)
	if p.View.Type == "modal" {
		base.ViewID = p.View.ID
	}
	base.Home = p.View.Type == "home"
	if p.TriggerID != "" {
		base.Op = op("trigger", p.TriggerID)
	}
	d := delivery{kind: kindAction}
	const most = 25 // Slack: elements of one actions block
	for i, clicked := range p.Actions[:min(len(p.Actions), most)] {
		a := base
		a.ActionID, a.BlockID, a.Value = clicked.ActionID, clicked.BlockID, clicked.text()
		if i > 0 {
			a.Op = fmt.Sprintf("%s:%d", base.Op, i)
		}
		d.actions = append(d.actions, a)
	}
	return d, nil
}

// submitted names a submission by view, hash and what was entered: a modal that
// came back with an error and is sent again corrected has the same view and hash.
func (p interactionPayload) submitted(at time.Time) (delivery, error) {
	if p.User.ID == "" || p.View.ID == "" {
		return delivery{}, fmt.Errorf("modal without a user or a view")
	}
	if err := p.check(); err != nil {
		return delivery{}, err
	}
	values := map[string]string{}
	var entered strings.Builder
	for _, block := range slices.Sorted(maps.Keys(p.View.State.Values)) {
		inputs := p.View.State.Values[block]
		for _, action := range slices.Sorted(maps.Keys(inputs)) {
			if text := inputs[action].text(); values[block] == "" {
				values[block] = text
			}
		}
		fmt.Fprintf(&entered, "%q=%q;", block, values[block])
	}
	again := ""
	if p.TriggerID != "" {
		again = op("trigger", p.TriggerID)
	}
	return delivery{kind: kindSubmission, submission: Submission{
		Op: op("view", p.View.ID, p.View.Hash, fingerprint(entered.String())), Again: again,
		CallbackID: p.View.CallbackID, PrivateMetadata: p.View.PrivateMetadata, ExternalID: p.View.ExternalID,
		UserID: p.User.ID, UserName: p.userName(), UserTeam: p.User.TeamID, Values: values, At: at,
	}}, nil
}

// eventPayload is what the bot uses of the Events API.
type eventPayload struct {
	Type           string `json:"type"`
	Challenge      string `json:"challenge"`
	EventID        string `json:"event_id"`
	Authorizations []struct {
		UserID string `json:"user_id"`
	} `json:"authorizations"`
	Event struct {
		Type     string `json:"type"`
		User     string `json:"user"`
		BotID    string `json:"bot_id"`
		Text     string `json:"text"`
		TS       string `json:"ts"`
		ThreadTS string `json:"thread_ts"`
		Channel  string `json:"channel"`
		Tab      string `json:"tab"` // of the app's Home
		// The workspace of whoever wrote it; in shared channels user_team says so.
		UserTeam   string `json:"user_team"`
		SourceTeam string `json:"source_team"`
		Team       string `json:"team"`
	} `json:"event"`
}

// delivery is the mention of the bot by a person, or that somebody opened its Home, else
// kindOther. Self is the
// bot's user id where it is known.
func (p eventPayload) delivery(fallback, self string, at time.Time) delivery {
	e := p.Event
	if p.Type == "event_callback" && e.Type == "app_home_opened" {
		return p.homeOpened(fallback, at)
	}
	if p.Type != "event_callback" || e.Type != "app_mention" || e.BotID != "" || e.User == self ||
		!isUser(e.User) || !isChannel(e.Channel) || !isTS(e.TS) || !isWhole(isTS, e.ThreadTS) {
		return delivery{kind: kindOther}
	}
	if self == "" && len(p.Authorizations) > 0 {
		self = p.Authorizations[0].UserID
	}
	m := Mention{Op: fallback, UserID: e.User, ChannelID: e.Channel, ThreadTS: e.ThreadTS, TS: e.TS,
		UserTeam: cmp.Or(e.UserTeam, e.SourceTeam, e.Team), Text: withoutMention(e.Text, self), At: at}
	if p.EventID != "" {
		m.Op = op("event", p.EventID)
	}
	return delivery{kind: kindMention, mention: m}
}

// withoutMention takes the first mention of self out of text; with self unknown,
// the first mention of anybody.
func withoutMention(text, self string) string {
	for start := 0; start < len(text); {
		from := strings.Index(text[start:], "<@")
		if from < 0 {
			break
		}
		from += start
		to := strings.IndexByte(text[from:], '>')
		if to < 0 {
			break
		}
		to += from
		id, _, _ := strings.Cut(text[from+2:to], "|")
		if self == "" || id == self {
			return strings.TrimSpace(strings.TrimSpace(text[:from]) + " " + strings.TrimSpace(text[to+1:]))
		}
		start = to
	}
	return strings.TrimSpace(text)
}
