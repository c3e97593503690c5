package slacksim

import (
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"strings"
	"time"
)

//go:embed page
var pageFiles embed.FS

// page draws what people see.
type page struct {
	templates *template.Template
	assets    http.Handler
}

func newPage() *page {
	files, err := fs.Sub(pageFiles, "page")
	if err != nil {
		panic("slacksim: the page's own files: " + err.Error()) // they are embedded
	}
	return &page{
		templates: template.Must(template.ParseFS(files, "*.html")),
		assets:    http.StripPrefix("/assets/", http.FileServerFS(files)),
	}
}

// showState is all of the page that changes.
type showState struct {
	Version  uint64
	User     string
	Channel  string
	Topic    string
	Archived bool
	Thread   string // ts of the open thread; empty when none is
	Channels []showChannel
	Messages []showMessage
	Replies  []showMessage
	Modal    *showModal
	Errors   map[string]string
}

type showChannel struct {
	Name     string
	Open     bool
	Archived bool
	Latest   string   // ts of the newest message
	Mentions []string // ts of the messages that mention the reader
}

// showShell is the frame around it.
type showShell struct {
	State         showState
	Team, BotName string
	Users         []User
	Extras        []showExtras
	Intro         [][]showParagraph
	Completions   string // JSON
}

type showExtras struct {
	Group   string
	Buttons []showExtra
}

type showExtra struct {
	Index int
	Label string
}

func (s *Sim) servePage(mux *http.ServeMux) {
	sameOrigin := http.NewCrossOriginProtection()
	act := func(path string, do func(*http.Request) error) {
		mux.Handle("POST /sim/"+path, sameOrigin.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.Body = http.MaxBytesReader(w, r.Body, maxBody)
			if err := do(r); err != nil {
				http.Error(w, err.Error(), http.StatusUnprocessableEntity)
				return
			}
			w.WriteHeader(http.StatusNoContent)
		})))
	}
	mux.HandleFunc("GET /{$}", s.serveShell)
	mux.Handle("GET /assets/", s.page.assets)
	mux.HandleFunc("GET /assets/fonts/{font}", serveFont)
	mux.HandleFunc("GET /archives/{channel}/{message}", s.servePermalink)
	mux.HandleFunc("GET /sim/state", s.serveState)
	mux.HandleFunc("GET /sim/events", s.serveChanges)
	mux.HandleFunc("GET /sim/file/{id}", s.serveFile)
	act("click", s.pageClick)
	act("choose", s.pageChoose)
	mux.Handle("POST /sim/suggest", sameOrigin.Handler(http.HandlerFunc(s.pageSuggest)))
	act("say", s.pageSay)
	act("submit", s.pageSubmit)
	act("close", func(r *http.Request) error { return s.CloseModal(r.Context(), r.FormValue("user")) })
	act("dismiss", s.pageDismiss)
	act("extra", s.pageExtra)
}

func (s *Sim) serveShell(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; "+
		"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	w.Header().Set("Referrer-Policy", "no-referrer")
	if err := s.page.templates.ExecuteTemplate(w, "page.html", s.shell(r)); err != nil {
		s.log.Error("draw the page", "err", err)
	}
}

func (s *Sim) shell(r *http.Request) showShell {
	shell := showShell{State: s.state(r), Team: s.opts.TeamName}
	for i, e := range s.opts.Extras {
		if n := len(shell.Extras); n == 0 || shell.Extras[n-1].Group != e.Group {
			shell.Extras = append(shell.Extras, showExtras{Group: e.Group})
		}
		group := &shell.Extras[len(shell.Extras)-1]
		group.Buttons = append(group.Buttons, showExtra{Index: i, Label: e.Label})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	shell.BotName = s.bot.name
	for _, u := range s.users {
		if !u.bot {
			shell.Users = append(shell.Users, u.public())
		}
	}
	for _, line := range s.opts.Intro {
		shell.Intro = append(shell.Intro, s.paragraphs(parseMrkdwn(escape(line)), nil))
	}
	shell.Completions = string(mustJSON(s.completions()))
	return shell
}

// completions is what the composer completes.
func (s *Sim) completions() answer {
	commands, names := []answer{}, []answer{{"name": s.bot.name, "about": s.bot.realName + " (app)"}}
	for _, c := range s.opts.Commands {
		commands = append(commands, answer{"name": c.Name, "about": c.Description, "hint": c.UsageHint, "words": append([]string{}, c.Words...)})
	}
	for _, u := range s.users {
		if !u.bot {
			names = append(names, answer{"name": u.name, "about": u.realName})
		}
	}
	for _, g := range s.groups {
		names = append(names, answer{"name": g.handle, "about": "User group"})
	}
	return answer{"commands": commands, "names": names}
}

func (p *page) draw(name string, data any) (string, error) {
	var b strings.Builder
	if err := p.templates.ExecuteTemplate(&b, name, data); err != nil {
		return "", fmt.Errorf("draw %s: %w", name, err)
	}
	return b.String(), nil
}

// fragment is a piece of the page that is replaced as a whole.
type fragment struct {
	Key  string `json:"key"`
	HTML string `json:"html"`
}

func (s *Sim) serveState(w http.ResponseWriter, r *http.Request) {
	state := s.state(r)
	var failed error
	each := func(messages []showMessage) []fragment {
		out := []fragment{}
		for _, m := range messages {
			html, err := s.page.draw("message", m)
			if err != nil {
				failed = err
			}
			out = append(out, fragment{m.Key, html})
		}
		return out
	}
	body := answer{"version": state.Version, "user": state.User, "channel": state.Channel, "topic": state.Topic, "archived": state.Archived,
		"thread": state.Thread, "messages": each(state.Messages), "replies": each(state.Replies), "modal": nil, "errors": state.Errors}
	channels, err := s.page.draw("channels", state.Channels)
	if err != nil {
		failed = err
	}
	body["channels"] = channels
	if state.Modal != nil {
		html, err := s.page.draw("modal", state.Modal)
		if err != nil {
			failed = err
		}
		body["modal"] = fragment{state.Modal.Key, html}
	}
	if failed != nil {
		http.Error(w, failed.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	writeJSON(w, http.StatusOK, body)
}

// serveChanges tells the page of every change, as server-sent events.
func (s *Sim) serveChanges(w http.ResponseWriter, r *http.Request) {
	if !s.begin() {
		http.Error(w, "closed", http.StatusServiceUnavailable)
		return
	}
	defer s.work.Done()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	out := http.NewResponseController(w)
	beat := time.NewTicker(15 * time.Second)
	defer beat.Stop()
	for {
		s.mu.Lock()
		version, changed := s.version, s.changed
		s.mu.Unlock()
		data, err := json.Marshal(version)
		if err == nil {
			_, err = fmt.Fprintf(w, "data: %s\n\n", data)
		}
		if err != nil || out.Flush() != nil {
			return
		}
		select {
		case <-changed:
		case <-beat.C:
		case <-r.Context().Done():
			return
		case <-s.ctx.Done():
			return
		}
	}
}
