package slackapi

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/foreign"
)

// Outcome says what an unsuccessful call means for the caller. The set is closed
// and labels the metric signalbook_slack_calls_total.
type Outcome string

const (
	// OutcomeRefused means not done; repeating is useless until something changes.
	OutcomeRefused Outcome = "refused"
	// OutcomeLimited means not done; worth repeating after [Error.RetryAfter].
	OutcomeLimited Outcome = "limited"
	// OutcomeUnknown means that it may have been done: look before repeating.
	OutcomeUnknown Outcome = "unknown"
	// OutcomeGone means that the message or thread does not exist any more, or
	// cannot be changed any more.
	OutcomeGone Outcome = "gone"
	// OutcomeAuth means that Slack does not accept the token, or that the app
	// lacks a permission: nothing of this kind works until somebody acts.
	OutcomeAuth Outcome = "auth"
	// OutcomeChannel means that this channel cannot be used until somebody acts.
	OutcomeChannel Outcome = "channel"
)

// CodeUnreachable is the [Error.Code] of a call that never left this machine: no
// address, no connection, no trust in the certificate. Its outcome is
// [OutcomeLimited], because nothing was done and trying again is right.
const CodeUnreachable = "unreachable"

const (
	limitedWait     = time.Second      // Slack: 429 without Retry-After
	unreachableWait = 5 * time.Second  // nothing listens: do not hammer
	migrationWait   = time.Minute      // Slack: team_added_to_org and the like take a while
	maxRetryAfter   = 15 * time.Minute // a broken header must not stop a workspace for days
)

// Error is why a call to Slack did not succeed. Code is Slack's own error word
// where there is one. Target is the channel or name that the call was about.
type Error struct {
	Method, Target, Code string
	Outcome              Outcome
	Concern              Concern       // what the error is about; empty when Slack gave no word
	RetryAfter           time.Duration // set with OutcomeLimited, at least one second
	Err                  error
}

// Error says what was attempted, what Slack answered and what to do about it. It
// never contains a token or the address of a response_url.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Method)
	if e.Target != "" {
		b.WriteString(" " + e.Target)
	}
	b.WriteString(": ")
	if e.Err != nil {
		b.WriteString(e.Err.Error())
	} else {
		b.WriteString(e.Code)
	}
	if e.Outcome == OutcomeLimited && e.RetryAfter > 0 {
		fmt.Fprintf(&b, ", Slack takes it again in %s", e.RetryAfter)
	}
	if hint := e.Hint(); hint != "" {
		b.WriteString(": " + hint)
	}
	return b.String()
}

// Unwrap returns the cause, free of addresses and tokens.
func (e *Error) Unwrap() error { return e.Err }

// Hint is the sentence that says what to do; empty when nobody can do anything, or
// when it is not known what.
func (e *Error) Hint() string {
	where := e.Target
	if where == "" {
		where = "the channel"
	}
	if e.Code == CodeUnreachable {
		if e.Method == UploadMethod {
			return "let the bot reach " + where + ", where Slack takes files"
		}
		return "check slack.api_url, name resolution and the proxy"
	}
	return strings.ReplaceAll(wordOf(e.Method, e.Code).advice, "{}", where)
}

// classify turns whatever slack-go or the network returned into an *Error.
func (c *Client) classify(method, target string, err error) *Error {
	e := &Error{Method: method, Target: target, Outcome: OutcomeUnknown, Err: err}
	if known, ok := errors.AsType[*Error](err); ok {
		return known
	}
	if answer, ok := errors.AsType[slack.SlackErrorResponse](err); ok {
		e.Code = foreign.Text(answer.Err, 100)
		w := wordOf(method, e.Code)
		e.Outcome, e.Concern, e.RetryAfter = w.outcome, w.concern, w.wait
		e.Err = errors.New(describe(answer))
		return e
	}
	if limit, ok := errors.AsType[*slack.RateLimitedError](err); ok {
		e.Code, e.Outcome = "ratelimited", OutcomeLimited
		e.RetryAfter = min(max(limit.RetryAfter, limitedWait), maxRetryAfter)
		e.Err = errors.New("ratelimited")
		return e
	}
	if status, ok := errors.AsType[slack.StatusCodeError](err); ok {
		e.Code = fmt.Sprintf("http_%d", status.Code)
		e.Outcome, e.RetryAfter = outcomeOfStatus(status.Code)
		switch {
		case status.Code == http.StatusRequestEntityTooLarge:
			e.Concern = ConcernForm
		case e.Outcome == OutcomeAuth:
			e.Concern = ConcernWorkspace
		}
		e.Err = fmt.Errorf("answered HTTP %d", status.Code)
		return e
	}
	if errors.Is(err, slack.ErrParametersMissing) || errors.Is(err, slack.ErrBlockIDNotUnique) {
		e.Code, e.Outcome, e.Concern = "invalid_arguments", OutcomeRefused, ConcernForm
		return e
	}
	if neverSent(err) {
		e.Code, e.Outcome, e.RetryAfter = CodeUnreachable, OutcomeLimited, unreachableWait
	}
	e.Err = clean(err)
	return e
}

// outcomeOfStatus sorts HTTP statuses other than 200. A redirect was not
// followed: the token goes to the configured host alone.
func outcomeOfStatus(code int) (Outcome, time.Duration) {
	switch {
	case code == http.StatusTooManyRequests:
		return OutcomeLimited, limitedWait
	case code == http.StatusUnauthorized, code == http.StatusForbidden, code == http.StatusProxyAuthRequired:
		return OutcomeAuth, 0
	case code == http.StatusRequestTimeout:
		return OutcomeUnknown, 0
	case code >= 300 && code < 500:
		return OutcomeRefused, 0
	}
	return OutcomeUnknown, 0
}

// describe joins Slack's error word with the details that help, for example
// which block broke which limit.
func describe(answer slack.SlackErrorResponse) string {
	text := foreign.Text(answer.Err, 100)
	if answer.Needed != "" {
		text += " (needs " + foreign.Text(answer.Needed, 200) + ")"
	}
	if details := answer.ResponseMetadata.Messages; len(details) > 0 {
		text += " (" + foreign.Text(strings.Join(details, "; "), 500) + ")"
	}
	return text
}

// neverSent reports whether err proves that no byte of the request reached
// Slack.
func neverSent(err error) bool {
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return true
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return true
	}
	if strings.Contains(err.Error(), "TLS handshake timeout") { // net/http exports no name of it
		return true
	}
	op, ok := errors.AsType[*net.OpError](err)
	return ok && (op.Op == "dial" || op.Op == "proxyconnect")
}

// clean drops addresses from err: a response_url and a Socket Mode address are
// secrets. What errors.Is and errors.As need stays.
func clean(err error) error {
	if address, ok := errors.AsType[*url.Error](err); ok {
		err = address.Err
	}
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("stopped while waiting for Slack's answer: %w", context.Canceled)
	}
	return foreign.Error(err)
}
