package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/alerts/webhook"
	"github.com/signalbook/signalbook/bot/foreign"
	"github.com/signalbook/signalbook/bot/web"
	"github.com/signalbook/signalbook/playbooks"
	"github.com/signalbook/signalbook/playbooks/library"
	"github.com/signalbook/signalbook/playbooks/yamlfile"
)

// firedBot is the running bot that fire talks to.
type firedBot struct {
	webhook *url.URL
	token   string
	client  http.Client
}

// bot reads the credentials for the bot at the command's address.
func (c fireCommand) bot() (*firedBot, error) {
	address, err := c.address()
	if err != nil {
		return nil, err
	}
	b := &firedBot{webhook: address, client: http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	if c.CredentialsFile != "" {
		token, err := os.ReadFile(c.CredentialsFile)
		if err != nil {
			return nil, fmt.Errorf("fire: read the credentials: %w", err)
		}
		foreign.Hide(string(token))
		b.token = strings.TrimSpace(string(token))
	}
	return b, nil
}

// at is the address of another path of the bot; nil when the webhook is not where it
// would be beside it.
func (b *firedBot) at(path string) *url.URL {
	before, ok := strings.CutSuffix(b.webhook.Path, webhook.Path)
	if !ok {
		return nil
	}
	u := *b.webhook
	u.Path, u.RawPath, u.RawQuery = before+path, "", ""
	return &u
}

// maxAnswer bounds what is read of an answer, in bytes: 1,000 playbooks.
const maxAnswer = 1 << 20

// ask sends a request, to the webhook when path is empty, and reads the answer.
func (b *firedBot) ask(ctx context.Context, method, path string, body []byte) (status int, answer []byte, err error) {
	to := b.webhook
	if path != "" {
		to = b.at(path)
	}
	if to == nil {
		return 0, nil, fmt.Errorf("the path of --url is not %s", webhook.Path)
	}
	request, err := http.NewRequestWithContext(ctx, method, to.String(), bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	if b.token != "" {
		request.Header.Set("Authorization", "Bearer "+b.token)
	}
	response, err := b.client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	answer, err = io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return 0, nil, fmt.Errorf("read the answer of %s: %w", to, err)
	}
	return response.StatusCode, answer, nil
}

// knows refuses a playbook that the bot does not have. A bot that does not tell its own
// is taken to have the built-in ones.
func (b *firedBot) knows(ctx context.Context, name string) error {
	status, names, err := b.playbooks(ctx)
	untold := ""
	switch {
	case status == http.StatusUnauthorized:
		return nil // neither does it take the alert, and says what to do
	case err != nil:
		untold = fmt.Sprintf(" Whether the bot has one of its own is not known: %v.", err)
		for _, p := range library.All() {
			names = append(names, p.Name)
		}
	}
	if name == playbooks.Triage || slices.Contains(names, name) {
		return nil
	}
	hint := "There are " + strings.Join(names[:min(len(names), maxNames)], ", ")
	if rest := len(names) - maxNames; rest > 0 {
		hint += fmt.Sprintf(" and %d more", rest)
	}
	hint += "."
	if like := yamlfile.Alike(name, names); len(like) > 0 {
		hint = fmt.Sprintf("Did you mean %s?", strings.Join(like[:min(len(like), maxNames)], " or "))
	}
	return fmt.Errorf("fire: not sent: there is no playbook %q. %s%s", name, hint, untold)
}

// maxNames is how many names a sentence holds.
const maxNames = 20

// playbooks are the names of the bot's.
func (b *firedBot) playbooks(ctx context.Context) (status int, names []string, err error) {
	status, answer, err := b.ask(ctx, http.MethodGet, "/api/v1/playbooks", nil)
	if err != nil {
		return 0, nil, err
	}
	var list struct{ Playbooks []web.Playbook }
	if status != http.StatusOK {
		return status, nil, fmt.Errorf("it answers %d %s", status, http.StatusText(status))
	}
	if err := json.Unmarshal(answer, &list); err != nil {
		return status, nil, fmt.Errorf("its answer cannot be read: %w", err)
	}
	for _, p := range list.Playbooks {
		names = append(names, foreign.Text(p.Name, 100))
	}
	return status, names, nil
}

// refused says why the bot did not take the alert, and what to do.
func (b *firedBot) refused(ctx context.Context, status int, answer []byte) error {
	hint := ""
	switch status {
	case http.StatusUnauthorized:
		hint = " (give the token with --credentials-file)"
	case http.StatusServiceUnavailable:
		var ready web.Readiness
		if _, answer, err := b.ask(ctx, http.MethodGet, "/-/ready", nil); err == nil && json.Unmarshal(answer, &ready) == nil && ready.Reason != "" {
			return fmt.Errorf("fire: not sent, because the bot can store nothing now: %s. Try again once that is fixed", strings.TrimSuffix(foreign.Text(ready.Reason, 1000), "."))
		}
		hint = " (the bot could not store it: its log says why)"
	}
	return fmt.Errorf("fire: not sent: %d %s: %s%s", status, cmp.Or(http.StatusText(status), "of no known kind"), strings.TrimSpace(foreign.Text(string(answer), 1000)), hint)
}
