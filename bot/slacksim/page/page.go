// Package page is the workspace in a browser: what a person sees, drawn by templates, and
// forms for what they do. It never decides anything, and loads nothing from elsewhere.
package page

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/signalbook/signalbook/bot/slacksim/mrkdwn"
	"github.com/signalbook/signalbook/bot/slacksim/people"
	"github.com/signalbook/signalbook/bot/slacksim/wire"
	"github.com/signalbook/signalbook/bot/slacksim/workspace"
)

//go:embed *.html *.css *.js
var files embed.FS

// Extra is a button of the page's "Try it" panel.
type Extra struct {
	Group string // buttons of one group stand together under this heading
	Label string
	Run   func(ctx context.Context) error
}

// Options says what the page offers beside the workspace itself.
type Options struct {
	Commands []people.Command // slash commands to complete
	Extras   []Extra          // buttons of the "Try it" panel
	Intro    []string         // "what to try", one plain line each
	Logger   *slog.Logger
}

// Page draws what people see, and lets them act. Create one with [New].
type Page struct {
	w         *workspace.Workspace
	people    *people.People
	opts      Options
	log       *slog.Logger
	templates *template.Template
	assets    http.Handler
}

// New makes the page of a workspace, on which its people act.
func New(w *workspace.Workspace, people *people.People, opts Options) *Page {
	return &Page{
		w: w, people: people, opts: opts, log: opts.Logger,
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
	AtHome   bool       // the app's Home is open in place of a channel
	Home     *showModal // what the app shows there; nil: nothing
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
	Users         []*workspace.User
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

// Register puts the page on a mux.
func (pg *Page) Register(mux *http.ServeMux) {
	sameOrigin := http.NewCrossOriginProtection()
	act := func(path string, do func(*http.Request) error) {
		mux.Handle("POST /sim/"+path, sameOrigin.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.Body = http.MaxBytesReader(w, r.Body, wire.MaxBody)
			if err := do(r); err != nil {
				http.Error(w, err.Error(), http.StatusUnprocessableEntity)
				return
			}
			w.WriteHeader(http.StatusNoContent)
		})))
	}
	mux.HandleFunc("GET /{$}", pg.serveShell)
	mux.Handle("GET /assets/", pg.assets)
	mux.HandleFunc("GET /assets/fonts/{font}", serveFont)
	mux.HandleFunc("GET /archives/{channel}/{message}", pg.servePermalink)
	mux.HandleFunc("GET /sim/state", pg.serveState)
	mux.HandleFunc("GET /sim/events", pg.serveChanges)
	mux.HandleFunc("GET /sim/file/{id}", pg.serveFile)
	act("home", func(r *http.Request) error { return pg.people.OpenHome(r.FormValue("user")) })
	act("click", pg.pageClick)
	act("choose", pg.pageChoose)
	mux.Handle("POST /sim/suggest", sameOrigin.Handler(http.HandlerFunc(pg.pageSuggest)))
	act("say", pg.pageSay)
	act("submit", pg.pageSubmit)
	act("close", func(r *http.Request) error { return pg.people.CloseModal(r.Context(), r.FormValue("user")) })
	act("dismiss", pg.pageDismiss)
	act("extra", pg.pageExtra)
}

func (pg *Page) serveShell(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; "+
		"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	w.Header().Set("Referrer-Policy", "no-referrer")
	if err := pg.templates.ExecuteTemplate(w, "page.html", pg.shell(r)); err != nil {
		pg.log.Error("draw the page", "err", err)
	}
}

func (pg *Page) shell(r *http.Request) showShell {
	shell := showShell{State: pg.state(r), Team: pg.w.Opts.TeamName}
	for i, e := range pg.opts.Extras {
		if n := len(shell.Extras); n == 0 || shell.Extras[n-1].Group != e.Group {
			shell.Extras = append(shell.Extras, showExtras{Group: e.Group})
		}
		group := &shell.Extras[len(shell.Extras)-1]
		group.Buttons = append(group.Buttons, showExtra{Index: i, Label: e.Label})
	}
	pg.w.Lock()
	defer pg.w.Unlock()
	shell.BotName = pg.w.Bot.Name
	for _, u := range pg.w.Users {
		if !u.Bot {
			shell.Users = append(shell.Users, u)
		}
	}
	for _, line := range pg.opts.Intro {
		shell.Intro = append(shell.Intro, pg.paragraphs(mrkdwn.Parse(mrkdwn.Escape(line)), nil))
	}
	shell.Completions = string(wire.Encode(pg.completions()))
	return shell
}

// completions is what the composer completes.
func (pg *Page) completions() wire.Object {
	commands, names := []wire.Object{}, []wire.Object{{"name": pg.w.Bot.Name, "about": pg.w.Bot.RealName + " (app)"}}
	for _, c := range pg.opts.Commands {
		commands = append(commands, wire.Object{"name": c.Name, "about": c.Description, "hint": c.UsageHint, "words": append([]string{}, c.Words...)})
	}
	for _, u := range pg.w.Users {
		if !u.Bot {
			names = append(names, wire.Object{"name": u.Name, "about": u.RealName})
		}
	}
	for _, g := range pg.w.Groups {
		names = append(names, wire.Object{"name": g.Handle, "about": "User group"})
	}
	return wire.Object{"commands": commands, "names": names}
}

func (pg *Page) draw(name string, data any) (string, error) {
	var b strings.Builder
	if err := pg.templates.ExecuteTemplate(&b, name, data); err != nil {
		return "", fmt.Errorf("draw %s: %w", name, err)
	}
	return b.String(), nil
}

// fragment is a piece of the page that is replaced as a whole.
type fragment struct {
	Key  string `json:"key"`
	HTML string `json:"html"`
}

func (pg *Page) serveState(w http.ResponseWriter, r *http.Request) {
	state := pg.state(r)
	var failed error
	each := func(messages []showMessage) []fragment {
		out := []fragment{}
		for _, m := range messages {
			html, err := pg.draw("message", m)
			if err != nil {
				failed = err
			}
			out = append(out, fragment{m.Key, html})
		}
		return out
	}
	body := wire.Object{"version": state.Version, "user": state.User, "channel": state.Channel, "topic": state.Topic, "archived": state.Archived,
		"thread": state.Thread, "messages": each(state.Messages), "replies": each(state.Replies), "modal": nil, "at_home": state.AtHome, "errors": state.Errors}
	channels, err := pg.draw("channels", state.Channels)
	if err != nil {
		failed = err
	}
	body["channels"] = channels
	if body["home"], err = pg.draw("home", state.Home); err != nil {
		failed = err
	}
	if state.Modal != nil {
		html, err := pg.draw("modal", state.Modal)
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
	wire.WriteJSON(w, http.StatusOK, body)
}

// serveChanges tells the page of every change, as server-sent events.
func (pg *Page) serveChanges(w http.ResponseWriter, r *http.Request) {
	if !pg.w.Life.Begin() {
		http.Error(w, "closed", http.StatusServiceUnavailable)
		return
	}
	defer pg.w.Life.Done()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	out := http.NewResponseController(w)
	beat := time.NewTicker(15 * time.Second)
	defer beat.Stop()
	for {
		version, changed := pg.w.Watch()
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
		case <-pg.w.Life.Context().Done():
			return
		}
	}
}
