// Package slacksim is a local Slack: an HTTP and WebSocket server that a real
// Slack client talks to, as strict as Slack is, with a page on which people can
// play. It never talks to the real Slack, keeps nothing on disk and knows nothing
// of the bot that uses it.
//
// Here its parts are put together. The state is in workspace; the app's side of it in api
// and delivery, with wire for what passes between and fault for what goes wrong; the
// people's side in people and page; what tests ask in snapshot; blocks and text, as values,
// in blockkit and mrkdwn. Most tests are here too, because they speak to the whole, as an
// app does.
package slacksim

import (
	"cmp"
	"log/slog"
	"net/http"
	"time"

	"github.com/signalbook/signalbook/bot/slacksim/api"
	"github.com/signalbook/signalbook/bot/slacksim/delivery"
	"github.com/signalbook/signalbook/bot/slacksim/fault"
	"github.com/signalbook/signalbook/bot/slacksim/page"
	"github.com/signalbook/signalbook/bot/slacksim/people"
	"github.com/signalbook/signalbook/bot/slacksim/snapshot"
	"github.com/signalbook/signalbook/bot/slacksim/workspace"
)

// Options configures a Sim. The zero value is a working Slack.
type Options struct {
	TeamID   string // T0SIM00001 when empty
	TeamName string // "Acme" when empty
	// EnterpriseID is the Enterprise organisation that the workspace belongs to, as
	// "E0SIM00001"; empty when it belongs to none.
	EnterpriseID string
	BotName      string // the bot user's name; "signalbook" when empty

	BotToken      string // "xoxb-sim" when empty
	AppToken      string // "xapp-sim" when empty
	SigningSecret string // "sim-signing-secret" when empty

	Scopes []string // of the bot's token; [DefaultScopes] when nil

	// RequestURL is the base address of an app that takes Slack over HTTP;
	// /slack/commands, /slack/interactions and /slack/events are added. It is used
	// when no Socket Mode connection is open. See [delivery.Dispatcher.SetRequestURL].
	RequestURL string

	// Limits answers 429 at Slack's documented rates.
	Limits bool
	// AckTimeout is how long Slack waits for an answer; 3 s (as Slack) when zero. An
	// event is sent again after 3 s at most.
	AckTimeout time.Duration
	// TriggerLife is how long a trigger_id opens a view; 3 s (as Slack) when zero.
	TriggerLife time.Duration
	// EventRetries are the waits before the retries of an event over HTTP: at once, 1 min and 5 min (as Slack) when nil.
	// Over Socket Mode there are as many.
	EventRetries []time.Duration
	// FileProcessing is how long Slack looks at a completed file before an image
	// block may name it, on the sim's clock; 1 s when zero.
	FileProcessing time.Duration

	Now      func() time.Time // time.Now when nil
	Location *time.Location   // the time zone of dates in PlainText; UTC when nil
	Logger   *slog.Logger     // nothing is logged when nil
	Seed     uint64           // for faults that happen with a probability

	Commands []people.Command // slash commands the page completes
	Extras   []page.Extra     // buttons of the page's "Try it" panel
	Intro    []string         // the page's "what to try", one plain line each
}

// Sim is a local Slack. Create one with [New]; it is an [http.Handler] and safe
// for concurrent use.
type Sim struct {
	*snapshot.View // everything that is to be seen

	Admin    *Admin               // what an administrator of the workspace does
	People   *people.People       // what its people do
	Faults   *fault.Injector      // what goes wrong
	Delivery *delivery.Dispatcher // how the app is told

	w   *workspace.Workspace
	mux *http.ServeMux
}

// New makes a Slack with a small workspace in it: channels #incidents,
// #db-incidents and #general; users anna, ben and chris; groups sre-oncall,
// db-oncall, ml-oncall, platform-oncall and db-leads.
func New(opts Options) *Sim {
	opts = withDefaults(opts)
	w := workspace.New(workspace.Options{
		TeamID: opts.TeamID, TeamName: opts.TeamName, EnterpriseID: opts.EnterpriseID, BotName: opts.BotName, Scopes: opts.Scopes,
		TriggerLife: opts.TriggerLife, FileProcessing: opts.FileProcessing, Now: opts.Now, Location: opts.Location, Seed: opts.Seed,
	})
	faults := fault.New(w)
	delivery := delivery.New(w, faults, delivery.Options{SigningSecret: opts.SigningSecret, RequestURL: opts.RequestURL,
		AckTimeout: opts.AckTimeout, EventRetries: opts.EventRetries, Logger: opts.Logger})
	s := &Sim{w: w, mux: http.NewServeMux(), Admin: newAdmin(w), Faults: faults, Delivery: delivery,
		View: snapshot.New(w, delivery), People: people.New(w, delivery, opts.Commands)}
	api.New(w, faults, delivery, api.Options{BotToken: opts.BotToken, AppToken: opts.AppToken, Limits: opts.Limits, Logger: opts.Logger}).Register(s.mux)
	page.New(w, s.People, page.Options{Commands: opts.Commands, Extras: opts.Extras, Intro: opts.Intro, Logger: opts.Logger}).Register(s.mux)
	s.mux.HandleFunc("GET /socket", delivery.ServeSocket)
	s.furnish()
	return s
}

func withDefaults(o Options) Options {
	o.TeamID, o.TeamName, o.BotName = cmp.Or(o.TeamID, "T0SIM00001"), cmp.Or(o.TeamName, "Acme"), cmp.Or(o.BotName, "signalbook")
	o.BotToken, o.AppToken, o.SigningSecret = cmp.Or(o.BotToken, "xoxb-sim"), cmp.Or(o.AppToken, "xapp-sim"), cmp.Or(o.SigningSecret, "sim-signing-secret")
	o.AckTimeout = cmp.Or(o.AckTimeout, delivery.AckTimeout)
	o.TriggerLife = cmp.Or(o.TriggerLife, 3*time.Second)
	o.FileProcessing = cmp.Or(o.FileProcessing, time.Second)
	o.Location = cmp.Or(o.Location, time.UTC)
	o.Logger = cmp.Or(o.Logger, slog.New(slog.DiscardHandler))
	if o.Scopes == nil {
		o.Scopes = DefaultScopes()
	}
	if o.EventRetries == nil {
		o.EventRetries = []time.Duration{0, time.Minute, 5 * time.Minute}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// ServeHTTP serves the Web API under /api/, Socket Mode at /socket, response_urls
// under /response/, uploads under /upload/v1/, and the page at /.
func (s *Sim) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Close disconnects every socket and waits for what is under way. A closed Sim
// delivers nothing more.
func (s *Sim) Close() {
	s.w.Life.End()
	s.Delivery.CloseSockets()
	s.w.Life.Wait()
}

// ResetCalls forgets the calls and notifications so far.
func (s *Sim) ResetCalls() {
	s.w.Lock()
	defer s.w.Unlock()
	s.w.Calls, s.w.Notifications = nil, nil
}

// furnish fills the workspace with the people and channels of the demo.
func (s *Sim) furnish() {
	for _, name := range []string{"anna", "ben", "chris"} {
		s.Admin.AddUser(name, name+"@example.com")
	}
	for _, c := range []struct{ name, topic string }{
		{"incidents", "What is burning, and who has it"},
		{"db-incidents", "Incidents of the database team"},
		{"cost-review", "What it cost, every Monday"},
		{"general", "Company-wide announcements and work-based matters"},
	} {
		s.Admin.AddChannel(c.name)
		s.w.Channels[len(s.w.Channels)-1].Topic = c.topic
	}
	s.Admin.AddGroup("sre-oncall", "anna")
	s.Admin.AddGroup("db-oncall", "ben")
	s.Admin.AddGroup("ml-oncall", "chris")
	s.Admin.AddGroup("platform-oncall", "anna", "chris")
	s.Admin.AddGroup("db-leads", "chris")
}

// DefaultScopes are the scopes that the bot's token has when [Options.Scopes] does
// not say: those of the app's own manifest.
func DefaultScopes() []string {
	return []string{"commands", "chat:write", "app_mentions:read", "channels:read", "groups:read", "channels:history", "groups:history",
		"files:write", "files:read", "usergroups:read", "users:read", "users:read.email"}
}
