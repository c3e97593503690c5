package slacksim

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxBody bounds one request to the Web API.
const maxBody = 1 << 20

// method is one Web API method.
type method struct {
	tier tier
	// app is true for methods that want the app-level token; open for those that want none.
	app, open bool
	needs     needs // nil: no scope
	run       func(*request) (answer, *refusal)
}

// request is one call of a method, made with the lock held.
type request struct {
	method string
	args   args
	host   string // of the request, for addresses in answers
	secure bool
	now    time.Time
}

// answer is the body of an ok:true response, without the ok.
type answer map[string]any

// refusal is an ok:false response, or a 429.
type refusal struct {
	code       string
	details    []string      // of invalid_blocks and its like
	needed     string        // of missing_scope: the scopes that lack
	provided   string        // of missing_scope: the scopes that are there
	retryAfter time.Duration // with 429
	status     int           // 200 when zero
}

func refuse(code string, details ...string) *refusal {
	return &refusal{code: code, details: details}
}

// args are a call's arguments, of a form or of a JSON body.
type args map[string]any

func (a args) has(key string) bool { _, ok := a[key]; return ok }

func (a args) text(key string) string {
	switch v := a[key].(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

func (a args) flag(key string) bool {
	switch a.text(key) {
	case "true", "1", "TRUE", "True":
		return true
	}
	return false
}

// decoded gives an argument that is JSON: a value of a JSON body, or a string of
// JSON; ok is false when it is neither.
func (a args) decoded(key string) (value any, ok bool) {
	text, isText := a[key].(string)
	if !isText {
		return a[key], true
	}
	return decodeJSON([]byte(text))
}

func decodeJSON(data []byte) (any, bool) {
	dec := json.NewDecoder(strings.NewReader(string(data)))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil {
		return nil, false
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, false
	}
	return v, true
}

// Call is one call of a Web API method, one use of a response_url (Method
// "response_url") or of the address for a file's bytes (Method "upload").
type Call struct {
	Method  string
	At      time.Time
	Outcome string // "ok", Slack's error code, "429", or the kind of the fault that hit it
	Channel string // as the caller named it
	TS      string // of the message made or changed
	Thread  string // thread_ts, when given
	User    string
	Text    string
	Faulty  bool // a fault decided the outcome
	Gone    bool // the caller had gone before it heard of the outcome
}

func (s *Sim) apiMethods() map[string]method {
	all := map[string]method{}
	for _, family := range []map[string]method{
		s.authMethods(), s.chatMethods(), s.conversationMethods(), s.userMethods(), s.viewMethods(), s.fileMethods(),
	} {
		maps.Copy(all, family)
	}
	return all
}

func (s *Sim) serveAPI(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("method")
	given, token, ok := readArgs(w, r)
	if !ok {
		writeRefusal(w, refuse("invalid_form_data"))
		return
	}
	w.Header().Set("Date", s.clock().UTC().Format(http.TimeFormat)) // clients learn Slack's clock from it
	fault := s.strike(name, given.text("channel"))
	if fault != nil {
		if fault.Kind == Late {
			s.doLate(w, r, fault, name, token, given)
			return
		}
		if !s.pause(r, fault.Delay) {
			return
		}
		if fault.replacesWork() {
			s.record(r, name, given, nil, fault.outcome(), true)
			fault.then()
			fault.answer(w)
			return
		}
	}
	ans, refused := s.call(r, w.Header(), name, token, given, false)
	fault.then()
	if fault != nil && fault.Kind == LostAnswer {
		s.record(r, name, given, ans, LostAnswer, true)
		cut(w)
		return
	}
	if refused != nil {
		s.record(r, name, given, nil, refused.outcome(), false)
		writeRefusal(w, refused)
		return
	}
	s.record(r, name, given, ans, "ok", false)
	ans["ok"] = true
	writeJSON(w, http.StatusOK, ans)
}

// doLate cuts the connection at once and does the work later: a request that was
// on its way when its sender gave up.
func (s *Sim) doLate(w http.ResponseWriter, r *http.Request, fault *Fault, name, token string, given args) {
	if !s.begin() {
		return
	}
	defer s.work.Done()
	fault.then()
	cut(w)
	timer := time.NewTimer(fault.Delay)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.ctx.Done():
		return
	}
	ans, _ := s.call(r, http.Header{}, name, token, given, true) // nobody is there to read headers
	s.record(r, name, given, ans, Late, true)
}

// call does the work of a method. Limits are not asked about a late one: its
// sender could not know when it would come.
func (s *Sim) call(r *http.Request, header http.Header, name, token string, given args, late bool) (answer, *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, known := s.methods[name]
	if !known {
		return nil, refuse("unknown_method")
	}
	if refused := s.authorise(m, token); refused != nil {
		return nil, refused
	}
	if refused := s.permit(header, m, given); refused != nil {
		return nil, refused
	}
	now := s.now()
	if !late {
		if refused := s.throttle(name, m.tier, given, now); refused != nil {
			return nil, refused
		}
	}
	req := &request{method: name, args: given, host: r.Host, now: now,
		secure: r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https"}
	s.base = req.scheme("http") + "://" + r.Host
	ans, refused := m.run(req)
	s.touch()
	return ans, refused
}

// scheme adds the s of https or wss.
func (r *request) scheme(plain string) string {
	if r.secure {
		return plain + "s"
	}
	return plain
}

func (s *Sim) record(r *http.Request, name string, given args, ans answer, outcome string, faulty bool) {
	c := Call{Method: name, At: s.now(), Outcome: outcome, Faulty: faulty, Gone: r.Context().Err() != nil, Channel: given.text("channel"),
		TS: given.text("ts"), Thread: given.text("thread_ts"), User: given.text("user"), Text: given.text("text")}
	if ts, ok := ans["ts"].(string); ok {
		c.TS = ts
	}
	s.mu.Lock()
	s.calls = append(s.calls, c)
	s.touch()
	s.mu.Unlock()
	s.log.Debug("slack call", "method", name, "outcome", outcome, "channel", c.Channel, "ts", c.TS)
}

// readArgs reads arguments and token. Slack takes the token from the Authorization
// header or from the body, never from the query.
func readArgs(w http.ResponseWriter, r *http.Request) (given args, token string, ok bool) {
	given = args{}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
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
			decoded, ok := decodeJSON(body)
			object, isObject := decoded.(map[string]any)
			if !ok || !isObject {
				return nil, "", false
			}
			maps.Copy(given, object)
		}
	case "multipart/form-data":
		if r.ParseMultipartForm(maxBody) != nil {
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
	token = given.text("token")
	delete(given, "token")
	if bearer, found := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); found {
		token = strings.TrimSpace(bearer)
	}
	return given, token, true
}

func (r *refusal) outcome() string {
	if r.status == http.StatusTooManyRequests {
		return "429"
	}
	return r.code
}

func writeRefusal(w http.ResponseWriter, r *refusal) {
	if r.status == http.StatusTooManyRequests {
		if r.retryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(seconds(r.retryAfter)))
		}
		writeJSON(w, r.status, answer{"ok": false, "error": "ratelimited"})
		return
	}
	body := answer{"ok": false, "error": r.code}
	if r.needed != "" {
		body["needed"], body["provided"] = r.needed, r.provided
	}
	if len(r.details) > 0 {
		messages := make([]string, len(r.details))
		for i, d := range r.details {
			messages[i] = "[ERROR] " + d
		}
		body["errors"] = r.details
		body["response_metadata"] = answer{"messages": messages}
	}
	status := r.status
	if status == 0 {
		status = http.StatusOK
	}
	writeJSON(w, status, body)
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	data, err := json.Marshal(body)
	if err != nil {
		status, data = http.StatusInternalServerError, []byte(`{"ok":false,"error":"internal_error"}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(data) // the client may have gone
}

// seconds rounds up to whole seconds, at least one, as Retry-After wants it.
func seconds(d time.Duration) int {
	return max(1, int((d+time.Second-1)/time.Second))
}
