// Package api is Slack's Web API over HTTP, with response_urls and uploads: its tokens,
// scopes, limits and refusals. It never draws anything, and tells the app nothing of its own
// accord.
//
// A method lives in the file of its family; the table at the head of the file says its
// rate limit and its scopes.
package api

import (
	"io"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/signalbook/signalbook/bot/slacksim/delivery"
	"github.com/signalbook/signalbook/bot/slacksim/fault"
	"github.com/signalbook/signalbook/bot/slacksim/wire"
	"github.com/signalbook/signalbook/bot/slacksim/workspace"
)

// Options says whom the Web API answers, and how strictly.
type Options struct {
	BotToken, AppToken string
	Limits             bool // answer 429 at Slack's documented rates
	Logger             *slog.Logger
}

// Server is the Web API of a workspace. Create one with [New].
type Server struct {
	w        *workspace.Workspace
	faults   *fault.Injector
	delivery *delivery.Dispatcher
	opts     Options
	log      *slog.Logger
	methods  map[string]method

	windows map[string][]time.Time // times of calls let through, by rate limit. Guarded by the workspace's lock
}

// New makes the Web API of a workspace. Its calls suffer the faults, and open Socket
// Mode connections of the delivery.
func New(w *workspace.Workspace, faults *fault.Injector, delivery *delivery.Dispatcher, opts Options) *Server {
	s := &Server{w: w, faults: faults, delivery: delivery, opts: opts, log: opts.Logger, windows: map[string][]time.Time{}}
	s.methods = s.apiMethods()
	return s
}

// Register puts the Web API, response_urls and uploads on a mux.
func (s *Server) Register(mux *http.ServeMux) {
	mux.HandleFunc("/api/{method}", s.serveAPI)
	mux.HandleFunc("POST /response/{id}", s.serveResponseURL)
	mux.HandleFunc("POST /upload/v1/{key}", s.serveUpload)
}

// method is one Web API method.
type method struct {
	tier tier
	// app is true for methods that want the app-level token; open for those that want none.
	app, open bool
	needs     needs // nil: no scope
	run       func(*request) (wire.Object, *wire.Refusal)
}

// request is one call of a method, made with the lock held.
type request struct {
	method string
	args   wire.Args
	host   string // of the request, for addresses in answers
	secure bool
	now    time.Time
}

func (s *Server) apiMethods() map[string]method {
	all := map[string]method{}
	for _, family := range []map[string]method{
		s.authMethods(), s.chatMethods(), s.conversationMethods(), s.userMethods(), s.viewMethods(), s.fileMethods(),
	} {
		maps.Copy(all, family)
	}
	return all
}

func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("method")
	given, token, ok := readArgs(w, r)
	if !ok {
		writeRefusal(w, wire.Refuse("invalid_form_data"))
		return
	}
	w.Header().Set("Date", s.w.Clock().UTC().Format(http.TimeFormat)) // clients learn Slack's clock from it
	struck := s.faults.StrikeCall(name, given.Text("channel"))
	if struck != nil {
		if struck.Kind == fault.Late {
			s.doLate(w, r, struck, name, token, given)
			return
		}
		if !s.faults.Pause(r, struck.Delay) {
			return
		}
		if struck.ReplacesWork() {
			s.record(r, name, given, nil, struck.Outcome(), true)
			struck.Tell()
			answerAs(w, struck)
			return
		}
	}
	ans, refused := s.call(r, w.Header(), name, token, given, false)
	struck.Tell()
	if struck != nil && struck.Kind == fault.LostAnswer {
		s.record(r, name, given, ans, fault.LostAnswer, true)
		cut(w)
		return
	}
	if refused != nil {
		s.record(r, name, given, nil, refused.Outcome(), false)
		writeRefusal(w, refused)
		return
	}
	s.record(r, name, given, ans, "ok", false)
	ans["ok"] = true
	wire.WriteJSON(w, http.StatusOK, ans)
}

// doLate cuts the connection at once and does the work later: a request that was
// on its way when its sender gave up.
func (s *Server) doLate(w http.ResponseWriter, r *http.Request, struck *fault.Fault, name, token string, given wire.Args) {
	if !s.w.Life.Begin() {
		return
	}
	defer s.w.Life.Done()
	struck.Tell()
	cut(w)
	timer := time.NewTimer(struck.Delay)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.w.Life.Context().Done():
		return
	}
	ans, _ := s.call(r, http.Header{}, name, token, given, true) // nobody is there to read headers
	s.record(r, name, given, ans, fault.Late, true)
}

// call does the work of a method. Limits are not asked about a late one: its
// sender could not know when it would come.
func (s *Server) call(r *http.Request, header http.Header, name, token string, given wire.Args, late bool) (wire.Object, *wire.Refusal) {
	s.w.Lock()
	defer s.w.Unlock()
	m, known := s.methods[name]
	if !known {
		return nil, wire.Refuse("unknown_method")
	}
	if refused := s.authorise(m, token); refused != nil {
		return nil, refused
	}
	if refused := s.permit(header, m, given); refused != nil {
		return nil, refused
	}
	now := s.w.Now()
	if !late {
		if refused := s.throttle(name, m.tier, given, now); refused != nil {
			return nil, refused
		}
	}
	req := &request{method: name, args: given, host: r.Host, now: now,
		secure: r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https"}
	s.w.Base = req.scheme("http") + "://" + r.Host
	ans, refused := m.run(req)
	s.w.Touch()
	return ans, refused
}

// scheme adds the s of https or wss.
func (r *request) scheme(plain string) string {
	if r.secure {
		return plain + "s"
	}
	return plain
}

func (s *Server) record(r *http.Request, name string, given wire.Args, ans wire.Object, outcome string, faulty bool) {
	c := workspace.Call{Method: name, At: s.w.Now(), Outcome: outcome, Faulty: faulty, Gone: r.Context().Err() != nil, Channel: given.Text("channel"),
		TS: given.Text("ts"), Thread: given.Text("thread_ts"), User: given.Text("user"), Text: given.Text("text")}
	if ts, ok := ans["ts"].(string); ok {
		c.TS = ts
	}
	s.w.Lock()
	s.w.Calls = append(s.w.Calls, c)
	s.w.Touch()
	s.w.Unlock()
	s.log.Debug("slack call", "method", name, "outcome", outcome, "channel", c.Channel, "ts", c.TS)
}

// readArgs reads arguments and token. Slack takes the token from the Authorization
// header or from the body, never from the query.
func readArgs(w http.ResponseWriter, r *http.Request) (given wire.Args, token string, ok bool) {
	given = wire.Args{}
	r.Body = http.MaxBytesReader(w, r.Body, wire.MaxBody)
	for key, values := range r.URL.Query() {
		if key != "token" {
			given[key] = values[0]
		}
	}
	switch kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); strings.TrimSpace(kind) {
	case "application/json":
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, "", false
		}
		if len(body) > 0 && string(body) != "null" {
			decoded, ok := wire.Decode(body)
			object, isObject := decoded.(map[string]any)
			if !ok || !isObject {
				return nil, "", false
			}
			maps.Copy(given, object)
		}
	case "multipart/form-data":
		if r.ParseMultipartForm(wire.MaxBody) != nil {
			return nil, "", false
		}
	default:
		if r.ParseForm() != nil {
			return nil, "", false
		}
	}
	for key, values := range r.PostForm {
		given[key] = values[0]
	}
	token = given.Text("token")
	delete(given, "token")
	if bearer, found := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); found {
		token = strings.TrimSpace(bearer)
	}
	return given, token, true
}
