package slackapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/pause"
)

// Private is an answer that one person sees. Text is mrkdwn, already escaped;
// Blocks may be empty. ThreadTS is the root of the thread it belongs into. Channel
// and User are required unless a ResponseURL says where and for whom it is.
type Private struct {
	Channel, ThreadTS, User, Text string
	Blocks                        []slack.Block
	ResponseURL                   string
	// TriggerID is of a click on a message that stands in the channel itself, as the first of a thread does: it opens one
	// modal in place of a long answer, which would be far from what was clicked.
	TriggerID string
	// ViewID is the modal that was clicked: the answer takes its place.
	ViewID string
}

// Private is where a private answer to the click goes: beside the message that was
// clicked, which is in a thread unless it is the root.
func (a Action) Private() Private {
	p := Private{Channel: a.ChannelID, User: a.UserID, ResponseURL: a.ResponseURL, ViewID: a.ViewID}
	if a.ThreadTS == a.MessageTS {
		p.TriggerID = a.TriggerID
	} else {
		p.ThreadTS = a.ThreadTS
	}
	return p
}

// ephemeralWait is how long a private answer waits, once, for a budget that is spent.
const ephemeralWait = 10 * time.Second

// SendEphemeral sends a private answer, and is the only way to send one: into a thread by
// chat.postEphemeral, which alone is documented to show there, else by response_url,
// which works where the bot is no member. When one fails it tries the other, and when
// there is no room for it, be it in Slack's limits or in the budget that all replicas
// share, it waits once. Slack promises neither delivery nor keeping, so nothing may
// depend on it: what failed is told to the log, and reached is false.
func (c *Client) SendEphemeral(ctx context.Context, p Private) (reached bool) {
	err := onceAgain(ctx, func() error { return c.ephemeral(ctx, p) })
	if err != nil && !errors.Is(ctx.Err(), context.Canceled) {
		c.log.Warn("a private answer did not reach its reader", "user", p.User, "error", err)
	}
	return err == nil
}

// onceAgain sends, and once more when Slack, or the budget, has room again soon enough. A
// Slack that cannot be reached is not waited for: the answer would come when nobody
// remembers the question.
func onceAgain(ctx context.Context, send func() error) error {
	err := send()
	wait, limited := roomIn(err)
	if !limited || wait > ephemeralWait {
		return err
	}
	if ends, bounded := ctx.Deadline(); bounded && time.Until(ends) <= wait || !pause.For(ctx, wait) {
		return err
	}
	return send()
}

// roomIn says when a call that was one too many may be made.
func roomIn(err error) (wait time.Duration, limited bool) {
	failed, ok := errors.AsType[*Error](err)
	if !ok || failed.Outcome != OutcomeLimited || failed.Code == CodeUnreachable {
		return 0, false
	}
	return failed.RetryAfter, true
}

// ephemeral sends a private answer. Blocks that Slack does not take are left out: the
// text says the same in short.
func (c *Client) ephemeral(ctx context.Context, p Private) error {
	fitted := blockkit.Fit(blockkit.Message{Text: p.Text, Blocks: p.Blocks})
	p.Text, p.Blocks = fitted.Text, fitted.Blocks
	err := c.private(ctx, p)
	failed, ok := errors.AsType[*Error](err)
	if !ok || len(p.Blocks) == 0 || failed.Concern != ConcernForm {
		return err
	}
	p.Text, p.Blocks = fitted.Short(blockkit.FormText, "", failed.Code).Text, nil
	return c.private(ctx, p)
}

// private sends a private answer as it is.
func (c *Client) private(ctx context.Context, p Private) error {
	byURL := p.ResponseURL != "" && c.mayAnswerAt(p.ResponseURL)
	byMethod := p.Channel != "" && p.User != ""
	switch {
	case !byURL && !byMethod:
		return &Error{Method: "chat.postEphemeral", Code: "invalid_arguments", Outcome: OutcomeRefused,
			Err: errors.New("no response_url of Slack's, and no channel and user to answer in")}
	case !byURL:
		return c.postEphemeral(ctx, p)
	case !byMethod:
		return c.answerURL(ctx, p)
	}
	first, second := c.answerURL, c.postEphemeral
	if p.ThreadTS != "" {
		first, second = second, first
	}
	err := first(ctx, p)
	if err == nil || ctx.Err() != nil {
		return err
	}
	c.log.Debug("a private answer goes the other way", "channel", p.Channel, "error", err)
	other := second(ctx, p)
	if _, limited := roomIn(err); limited && other != nil {
		return err // there is room later; what the other way lacks does not come back
	}
	return other
}

// answerURL answers by the response_url.
func (c *Client) answerURL(ctx context.Context, p Private) error {
	return c.callPaid(ctx, "response_url", p.Channel, func() error { return c.respond(ctx, p) })
}

// postEphemeral answers by the Web API, within the budget that all replicas share.
func (c *Client) postEphemeral(ctx context.Context, p Private) error {
	const method = "chat.postEphemeral"
	options := []slack.MsgOption{slack.MsgOptionText(p.Text, false)}
	if len(p.Blocks) > 0 {
		options = append(options, slack.MsgOptionBlocks(p.Blocks...))
	}
	if p.ThreadTS != "" {
		options = append(options, slack.MsgOptionTS(p.ThreadTS))
	}
	if err := c.spend(ctx, method, p.Channel); err != nil {
		return err
	}
	return c.callPaid(ctx, method, p.Channel, func() error {
		_, err := c.api.PostEphemeralContext(ctx, p.Channel, p.User, options...)
		return err
	})
}

// respond posts to the response_url. The address itself is a secret.
func (c *Client) respond(ctx context.Context, p Private) error {
	body, err := json.Marshal(answerPayload{Type: "ephemeral", Text: p.Text, Blocks: p.Blocks})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.ResponseURL, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 4096))
	if err != nil {
		return err
	}
	if resp.StatusCode == http.StatusTooManyRequests && resp.Header.Get("Retry-After") != "" {
		return &slack.RateLimitedError{RetryAfter: retryAfter(resp.Header)}
	}
	// Slack: "ok", or {"ok":true}, or {"ok":false,"error":"used_url"}.
	var told struct {
		OK    *bool  `json:"ok"`
		Error string `json:"error"`
	}
	if json.Unmarshal(answer, &told) == nil && told.OK != nil && !*told.OK {
		return slack.SlackErrorResponse{Err: told.Error}
	}
	if resp.StatusCode != http.StatusOK {
		if word := strings.TrimSpace(string(answer)); word == "used_url" || word == "expired_url" {
			return slack.SlackErrorResponse{Err: word}
		}
		return slack.StatusCodeError{Code: resp.StatusCode, Status: resp.Status}
	}
	return nil
}

// answerPayload is a private answer as slash commands and response_url take it.
type answerPayload struct {
	Type   string        `json:"response_type"`
	Text   string        `json:"text,omitempty"`
	Blocks []slack.Block `json:"blocks,omitempty"`
	// Replace is always false: a private answer never overwrites the message.
	Replace bool `json:"replace_original"`
}

// mayAnswerAt reports whether the address is one that Slack gives out, or stands
// where the API stands: a forged one must not make the bot call other hosts.
func (c *Client) mayAnswerAt(address string) bool {
	u, err := url.Parse(address)
	return err == nil && c.trusted(u)
}

// trusted reports whether an address is Slack's own, or stands where the API stands.
func (c *Client) trusted(u *url.URL) bool {
	if u.User != nil || u.Opaque != "" {
		return false
	}
	if u.Scheme == c.apiURL.Scheme && strings.EqualFold(u.Host, c.apiURL.Host) {
		return true
	}
	host := strings.ToLower(u.Hostname())
	for _, domain := range []string{"slack.com", "slack-gov.com"} {
		if u.Scheme == "https" && (u.Port() == "" || u.Port() == "443") &&
			(host == domain || strings.HasSuffix(host, "."+domain)) {
			return true
		}
	}
	return false
}

// OpenView opens a modal (views.open) within the 3 s that Slack allows after the
// click; a trigger works once. One that Slack does not take as it is written opens with
// its fields alone: what Slack refused for its form has not used the trigger up.
func (c *Client) OpenView(ctx context.Context, triggerID string, view slack.ModalViewRequest) error {
	err := c.openView(ctx, triggerID, view)
	failed, ok := errors.AsType[*Error](err)
	if !ok || view.Submit == nil || failed.Concern != ConcernForm && failed.Concern != ConcernUnknown || failed.Code == "duplicate_external_id" {
		return err // nothing can be entered into the short form of what has no fields
	}
	c.log.Warn("Slack refuses a form as it is; a short one follows", "form", view.CallbackID, "error", err)
	return c.openView(ctx, triggerID, blockkit.ShortModal(view, failed.Code))
}

func (c *Client) openView(ctx context.Context, triggerID string, view slack.ModalViewRequest) error {
	if err := c.spend(ctx, "views.open", view.CallbackID); err != nil {
		return err
	}
	return c.callPaid(ctx, "views.open", view.CallbackID, func() error {
		_, err := c.api.OpenViewContext(ctx, triggerID, view)
		return err
	})
}

// UpdateView shows another view in a modal that is open (views.update).
func (c *Client) UpdateView(ctx context.Context, viewID string, view slack.ModalViewRequest) error {
	if err := c.spend(ctx, "views.update", view.CallbackID); err != nil {
		return err
	}
	return c.callPaid(ctx, "views.update", view.CallbackID, func() error {
		_, err := c.api.UpdateViewContext(ctx, view, "", "", viewID)
		return err
	})
}
