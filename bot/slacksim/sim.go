// Package slacksim is a local Slack: an HTTP and WebSocket server that a real
// Slack client talks to, as strict as Slack is, with a page on which people can
// play. It never talks to the real Slack, keeps nothing on disk and knows nothing
// of the bot that uses it.
package slacksim

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
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
	// when no Socket Mode connection is open. See [Sim.SetRequestURL].
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

	Commands []Command // slash commands the page completes
	Extras   []Extra   // buttons of the page's "Try it" panel
	Intro    []string  // the page's "what to try", one plain line each
}

// Command is a slash command as the app's manifest declares it.
type Command struct {
	Name        string // with its slash: "/playbook"
	Description string
	UsageHint   string
	Words       []string // what may follow, completed by the page: "status", "ack"
	// Escape is the manifest's should_escape: @names and #channels of the text
	// arrive as <@U…> and <#C…>.
	Escape bool
}

// Extra is a button of the page's "Try it" panel.
type Extra struct {
	Group string // buttons of one group stand together under this heading
	Label string
	Run   func(ctx context.Context) error
}

// Sim is a local Slack. Create one with [New]; it is an [http.Handler] and safe
// for concurrent use.
type Sim struct {
	View // everything a person can see

	opts     Options
	log      *slog.Logger
	now      func() time.Time
	mux      *http.ServeMux
	methods  map[string]method
	upgrader websocket.Upgrader
	page     *page

	ctx    context.Context // ends when the Sim is closed
	cancel context.CancelFunc
	work   sync.WaitGroup // deliveries and sockets under way

	mu         sync.Mutex
	closed     bool
	changed    chan struct{} // closed and replaced at every change
	version    uint64
	requestURL string
	base       string // scheme and host by which the API was last called
	revoked    bool
	skew       time.Duration   // Slack's clock against ours
	scopes     []string        // of the bot's token
	used       map[string]bool // scopes that were needed so far
	random     *rand.Rand
	serial     int

	users    []*user
	channels []*channel
	groups   []*group
	bot      *user
	stray    install // whom deliveries are wrongly meant for; empty: us

	ephemerals    []*message
	notifications []Notification
	calls         []Call
	windows       map[string][]time.Time // times of calls let through, by rate limit
	faults        []*Fault
	strikes       map[string]int // how often faults struck, by kind
	triggers      map[string]*trigger
	hooks         map[string]*hook
	files         []*file
	stacks        map[string][]*view // open modals by user id, the topmost last
	offers        map[string]offer   // what each user can choose from in the select they typed into last, by user id
	sockets       []*socket
	tickets       map[string]bool
	nextSocket    int
	acks          map[string]chan []byte // waiting deliveries by envelope id
}

// New makes a Slack with a small workspace in it: channels #incidents,
// #db-incidents and #general; users anna, ben and chris; groups sre-oncall,
// db-oncall, ml-oncall, platform-oncall and db-leads.
func New(opts Options) *Sim {
	s := &Sim{
		opts:       withDefaults(opts),
		changed:    make(chan struct{}),
		windows:    map[string][]time.Time{},
		strikes:    map[string]int{},
		used:       map[string]bool{},
		triggers:   map[string]*trigger{},
		hooks:      map[string]*hook{},
		stacks:     map[string][]*view{},
		offers:     map[string]offer{},
		tickets:    map[string]bool{},
		acks:       map[string]chan []byte{},
		random:     rand.New(rand.NewPCG(opts.Seed, 1)),
		requestURL: strings.TrimRight(opts.RequestURL, "/"),
		// Socket Mode clients send Slack's own origin, or none.
		upgrader: websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }},
	}
	s.View = View{sim: s}
	s.log, s.now, s.scopes = s.opts.Logger, s.opts.Now, s.opts.Scopes
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.methods = s.apiMethods()
	s.page = newPage()
	s.mux = s.routes()
	s.furnish()
	return s
}

func withDefaults(o Options) Options {
	for _, d := range []struct {
		field *string
		value string
	}{
		{&o.TeamID, "T0SIM00001"}, {&o.TeamName, "Acme"}, {&o.BotName, "signalbook"},
		{&o.BotToken, "xoxb-sim"}, {&o.AppToken, "xapp-sim"}, {&o.SigningSecret, "sim-signing-secret"},
	} {
		if *d.field == "" {
			*d.field = d.value
		}
	}
	if o.Scopes == nil {
		o.Scopes = DefaultScopes()
	}
	if o.AckTimeout == 0 {
		o.AckTimeout = ackTimeout
	}
	if o.TriggerLife == 0 {
		o.TriggerLife = 3 * time.Second
	}
	if o.EventRetries == nil {
		o.EventRetries = []time.Duration{0, time.Minute, 5 * time.Minute}
	}
	if o.FileProcessing == 0 {
		o.FileProcessing = time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Location == nil {
		o.Location = time.UTC
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

func (s *Sim) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("/api/{method}", s.serveAPI)
	mux.HandleFunc("GET /socket", s.serveSocket)
	mux.HandleFunc("POST /response/{id}", s.serveResponseURL)
	mux.HandleFunc("POST /upload/v1/{key}", s.serveUpload)
	s.servePage(mux)
	return mux
}

// ServeHTTP serves the Web API under /api/, Socket Mode at /socket, response_urls
// under /response/, uploads under /upload/v1/, and the page at /.
func (s *Sim) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Close disconnects every socket and waits for what is under way. A closed Sim
// delivers nothing more.
func (s *Sim) Close() {
	s.mu.Lock()
	s.closed = true
	for _, sock := range s.sockets {
		sock.close()
	}
	s.touch()
	s.mu.Unlock()
	s.cancel()
	s.work.Wait()
}

// begin counts a piece of work that Close waits for; false when closed.
func (s *Sim) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.work.Add(1)
	return true
}

// SetSkew steps Slack's clock: from now on it is ahead of ours by so much, in the
// ts of messages, in the Date of answers and in signatures. To an app that is the
// same as its own clock stepping the other way. Limits, triggers and response_urls
// run on our clock.
func (s *Sim) SetSkew(skew time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.skew = skew
}

// clock is what Slack's clock shows.
func (s *Sim) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now().Add(s.skew)
}

// touch wakes everybody who waits for a change. The caller holds the lock.
func (s *Sim) touch() {
	s.version++
	close(s.changed)
	s.changed = make(chan struct{})
}

// next returns a number never given before. The caller holds the lock.
func (s *Sim) next() int {
	s.serial++
	return s.serial
}
