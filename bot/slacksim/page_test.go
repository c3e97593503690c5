package slacksim_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"github.com/signalbook/signalbook/bot/slacksim"
	"github.com/signalbook/signalbook/bot/slacksim/page"
	"github.com/signalbook/signalbook/bot/slacksim/people"
)

type browser struct {
	t   *testing.T
	url string
}

func startPage(t *testing.T, opts slacksim.Options) (*slacksim.Sim, *slack.Client, browser) {
	t.Helper()
	sim := slacksim.New(opts)
	server := httptest.NewServer(sim)
	t.Cleanup(func() {
		sim.Close()
		server.Close()
	})
	return sim, client(server.URL, "xoxb-sim"), browser{t, server.URL}
}

func (b browser) get(path string) (string, http.Header) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(within(b.t), http.MethodGet, b.url+path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		b.t.Fatalf("get %s: %s, %v: %s", path, resp.Status, err, body)
	}
	return string(body), resp.Header
}

// post does what the page's script does; it gives the status and what the user is told.
func (b browser) post(path string, fields map[string]string, header ...string) (int, string) {
	b.t.Helper()
	form := url.Values{}
	for name, value := range fields {
		form.Set(name, value)
	}
	req, err := http.NewRequestWithContext(within(b.t), http.MethodPost, b.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return resp.StatusCode, strings.TrimSpace(string(body))
}

type pageState struct {
	Channel, Thread, Channels string
	Messages, Replies         []struct{ Key, HTML string }
	Modal                     *struct{ Key, HTML string }
	Errors                    map[string]string
}

func (b browser) state(query string) pageState {
	b.t.Helper()
	body, _ := b.get("/sim/state?" + query)
	var s pageState
	if err := json.Unmarshal([]byte(body), &s); err != nil {
		b.t.Fatal(err)
	}
	return s
}

func TestPageShowsMessages(t *testing.T) {
	sim, api, page := startPage(t, slacksim.Options{
		Commands: []people.Command{{Name: "/playbook", Words: []string{"status"}}},
		Extras:   []page.Extra{{Group: "Database", Label: "Fire <it>", Run: func(context.Context) error { return errors.New("not <now>") }}},
		Intro:    []string{"Click `Acknowledge`"},
	})
	group, _ := sim.Group("sre-oncall")
	_, root := mustPost(t, api, "incidents", slack.MsgOptionText("f", false), slack.MsgOptionBlocks(
		slack.NewHeaderBlock(words("Database :fire:")), section("<!subteam^"+group.ID+"> <!date^1790000000^{date_num}|soon>"),
		slack.NewActionBlock("b", button("incident:ack", "INC-1", "Acknowledge").WithStyle(slack.StylePrimary))))
	mustPost(t, api, "incidents", slack.MsgOptionText("reply", false), slack.MsgOptionTS(root))

	shell, header := page.get("/?user=ben&thread=" + root)
	for _, want := range []string{`id="composer"`, `id="user"`, `<option value="ben" selected>Ben</option>`, `data-extra="0">Fire &lt;it&gt;`,
		`data-ts="` + root + `"`, `1 reply`, `<code class="">Acknowledge</code>`, `data-action-id="incident:ack"`, `data-value="INC-1"`, `class="button primary"`} {
		if !strings.Contains(shell, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if got := header.Get("Content-Security-Policy"); !strings.Contains(got, "script-src 'self'") || strings.Contains(got, "unsafe") {
		t.Errorf("got policy %q", got)
	}
	if outside := regexp.MustCompile(`(src|href)="(https?:)?//`).FindString(shell); outside != "" {
		t.Errorf("the page loads something from elsewhere: %s", outside)
	}
	anna := page.state("user=anna&thread=" + root)
	if len(anna.Messages) != 1 || len(anna.Replies) != 2 || anna.Thread != root {
		t.Errorf("got %d messages and %d replies in %q", len(anna.Messages), len(anna.Replies), anna.Thread)
	}
	for _, want := range []string{`class="pill me"`, "@sre-oncall", `data-at="1790000000"`, `title=":fire:"`, "2026-09-21"} {
		if !strings.Contains(anna.Messages[0].HTML, want) {
			t.Errorf("the message lacks %s: %s", want, anna.Messages[0].HTML)
		}
	}
	if ben := page.state("user=ben"); strings.Contains(ben.Messages[0].HTML, "pill me") {
		t.Error("anna's mention is marked as ben's")
	}
	if status, told := page.post("/sim/extra", map[string]string{"i": "0"}); status != 422 || told != "not <now>" {
		t.Errorf("extra: got %d %q", status, told)
	}
	for _, asset := range []string{"/assets/slack.css", "/assets/slack.js", "/assets/composer.js"} {
		page.get(asset)
	}
}

func TestPageIsSafeFromHostileText(t *testing.T) {
	sim, api, page := startPage(t, slacksim.Options{})
	hostile := []string{`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `<javascript:alert(1)|click>`, `<https://e.example/"onmouseover="alert(1)|x>`,
		"`<script>`", "```<script>x</script>```", `<!date^1790000000^{date}^javascript:alert(1)|<b>x>`, `<@"><script>>`, `{{.}} ${alert(1)}`, `<data:text/html,x|y>`}
	for _, text := range hostile {
		mustPost(t, api, "incidents", slack.MsgOptionText(text, false))
		mustPost(t, api, "incidents", slack.MsgOptionText("f", false), slack.MsgOptionBlocks(section(text), slack.NewHeaderBlock(words(text)),
			slack.NewContextBlock("", words(text)), slack.NewActionBlock("b", button(text, text, text[:min(len(text), 70)])),
			slack.NewRichTextBlock("", slack.NewRichTextSection(slack.NewRichTextSectionTextElement(text, nil)))))
		if _, err := sim.People.Say("anna", "incidents", "", text); err != nil {
			t.Fatal(err)
		}
	}
	body, _ := page.get("/")
	for _, m := range page.state("").Messages {
		body += m.HTML
	}
	for name, pattern := range map[string]string{
		"a script": `<script(?: |>)[^>]*>[^<]`, "an event handler": `<[^>]*\son\w+\s*=\s*[^"'>]*[^>]*>`, "a hostile link": `href="(?i:javascript|data):[^,]`, "an image": `<img`,
	} {
		if found := regexp.MustCompile(pattern).FindString(stripQuoted(body)); found != "" {
			t.Errorf("the page holds %s: %s", name, found)
		}
	}
	if strings.Contains(body, "<b>x") || !strings.Contains(body, "&lt;script&gt;alert(1)&lt;/script&gt;") {
		t.Error("hostile text is not shown as text")
	}
}

// stripQuoted empties attribute values, in which escaped text is harmless.
func stripQuoted(html string) string {
	return regexp.MustCompile(`="[^"]*"`).ReplaceAllStringFunc(html, func(v string) string {
		if strings.HasPrefix(strings.ToLower(v), `="javascript:`) || strings.HasPrefix(v, `="data:text`) {
			return v
		}
		return `=""`
	})
}

func TestPageActs(t *testing.T) {
	sim, api, page := startPage(t, slacksim.Options{Commands: []people.Command{{Name: "/playbook"}}})
	opened := make(chan error, 1)
	runBot(t, sim, api, func(c *socketmode.Client, e socketmode.Event) {
		switch data := e.Data.(type) {
		case slack.SlashCommand:
			_ = c.Ack(*e.Request, map[string]any{"text": "got " + data.Text})
		case slack.InteractionCallback:
			_ = c.Ack(*e.Request)
			if data.Type == slack.InteractionTypeBlockActions {
				_, err := api.OpenView(data.TriggerID, skipModal())
				opened <- err
			}
		}
	})
	menu := slack.NewOverflowBlockElement("incident:menu", slack.NewOptionBlockObject("note/1", words("Note"), nil))
	_, ts := mustPost(t, api, "incidents", slack.MsgOptionBlocks(slack.NewActionBlock("b", button("step:skip", "INC-1/a", "Skip…"), menu)))
	on := map[string]string{"user": "anna", "channel": "incidents", "ts": ts, "action_id": "step:skip", "value": "INC-1/a", "block_id": "b"}

	if status, _ := page.post("/sim/click", on, "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"); status != http.StatusForbidden {
		t.Errorf("from another site: got %d, want 403", status)
	}
	if status, told := page.post("/sim/click", on); status != http.StatusNoContent {
		t.Fatalf("click: got %d %s", status, told)
	}
	if err := <-opened; err != nil {
		t.Fatal(err)
	}
	if got := page.state("user=anna"); got.Modal == nil || !strings.Contains(got.Modal.HTML, `name="input:reason"`) {
		t.Fatalf("got modal %+v", got.Modal)
	}
	if got := page.state("user=ben"); got.Modal != nil {
		t.Error("ben sees anna's modal")
	}
	page.post("/sim/submit", map[string]string{"user": "anna", "input:reason": "", "input:kind": ""})
	if got := page.state("user=anna"); got.Errors["reason"] == "" {
		t.Errorf("got errors %v, want one of reason", got.Errors)
	}
	page.post("/sim/submit", map[string]string{"user": "anna", "input:reason": "because", "input:kind": "later"})
	if got := page.state("user=anna"); got.Modal != nil {
		t.Error("the modal is still open")
	}
	if status, told := page.post("/sim/choose", map[string]string{"user": "anna", "channel": "incidents", "ts": ts, "action_id": "incident:menu", "value": "note/1"}); status != http.StatusNoContent {
		t.Errorf("choose: got %d %s", status, told)
	}
	if err := <-opened; err != nil {
		t.Fatal(err)
	}
	page.post("/sim/close", map[string]string{"user": "anna"})
	if got := page.state("user=anna"); got.Modal != nil {
		t.Error("the modal is still open after closing")
	}

	say := func(text, thread string) (int, string) {
		return page.post("/sim/say", map[string]string{"user": "anna", "channel": "incidents", "thread": thread, "text": text})
	}
	if status, told := say("/playbook status", ""); status != http.StatusNoContent {
		t.Errorf("slash: got %d %s", status, told)
	}
	only := sim.Ephemerals("anna")
	if len(only) != 1 || only[0].Text != "got status" {
		t.Fatalf("got %+v, want the answer", only)
	}
	if got := page.state("user=anna").Messages; len(got) != 2 || !strings.Contains(got[1].HTML, "Only visible to you") {
		t.Errorf("got %+v, want the answer, marked", got)
	}
	if got := page.state("user=ben").Messages; len(got) != 1 {
		t.Error("ben sees anna's answer")
	}
	page.post("/sim/dismiss", map[string]string{"user": "anna", "ts": only[0].TS})
	if got := sim.Ephemerals("anna"); len(got) != 0 {
		t.Errorf("got %+v, want it dismissed", got)
	}
	if status, told := say("/nonsense", ""); status != 422 || told != "/nonsense is not a valid command" {
		t.Errorf("got %d %q", status, told)
	}
	if status, _ := say("/playbook status", ts); status != 422 {
		t.Errorf("slash command in a thread: got %d, want 422", status)
	}
	say("hello", ts)
	if got := sim.Thread("incidents", ts); len(got) != 2 || got[1].User != "anna" {
		t.Errorf("got thread %+v", got)
	}
}

func TestPageHearsOfChanges(t *testing.T) {
	sim, _, page := startPage(t, slacksim.Options{})
	req, err := http.NewRequestWithContext(within(t), http.MethodGet, page.url+"/sim/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	next := func() string {
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				return data
			}
		}
		t.Fatalf("the stream ended: %v", lines.Err())
		return ""
	}
	before := next()
	if _, err := sim.People.Say("anna", "general", "", "hello"); err != nil {
		t.Fatal(err)
	}
	if after := next(); after == before {
		t.Errorf("got version %s again", after)
	}
}
