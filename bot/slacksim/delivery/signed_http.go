package delivery

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/signalbook/signalbook/bot/slacksim/fault"
	"github.com/signalbook/signalbook/bot/slacksim/wire"
)

// sendHTTP sends a signed request to the app (Slack: v0 signatures, 2xx within 3 s).
func (d *Dispatcher) sendHTTP(ctx context.Context, e Envelope, base string, retry http.Header) (Reply, error) {
	ctx, cancel := context.WithTimeout(ctx, d.waits(e))
	defer cancel()
	path, contentType, body := encode(e)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimRight(base, "/")+path, bytes.NewReader(body))
	if err != nil {
		return Reply{}, &Error{Code: "dispatch_failed", Err: err}
	}
	stamp := strconv.FormatInt(d.w.Clock().Unix(), 10)
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)")
	req.Header.Set("X-Slack-Request-Timestamp", stamp)
	req.Header.Set("X-Slack-Signature", d.sign(stamp, body))
	maps.Copy(req.Header, retry)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		if errors.Is(err, context.DeadlineExceeded) {
			return Reply{}, &Error{Code: "operation_timeout", Err: err}
		}
		return Reply{}, &Error{Code: "dispatch_failed", Err: err}
	}
	defer resp.Body.Close()
	answered, err := io.ReadAll(io.LimitReader(resp.Body, wire.MaxBody))
	if err != nil {
		return Reply{}, &Error{Code: "operation_timeout", Err: err}
	}
	if resp.StatusCode/100 != 2 {
		return Reply{}, &httpFailure{retry: resp.Header.Get("X-Slack-No-Retry") != "1", status: resp.Status,
			cause: &Error{Code: "http_service_error", Err: fmt.Errorf("%s: %.200s", resp.Status, answered)}}
	}
	isJSON := strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json")
	return Reply{Payload: answered, IsText: !isJSON}, nil
}

// httpFailure is an answer other than 2xx.
type httpFailure struct {
	retry  bool
	status string
	cause  *Error
}

func (e *httpFailure) Error() string { return e.cause.Error() }

func (e *httpFailure) Unwrap() error { return e.cause }

// sign makes Slack's v0 signature.
func (d *Dispatcher) sign(stamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(d.opts.SigningSecret))
	mac.Write([]byte("v0:" + stamp + ":")) // never fails
	mac.Write(body)
	return "v0=" + hex.EncodeToString(mac.Sum(nil))
}

// encode gives path, content type and body of a delivery over HTTP.
func encode(e Envelope) (path, contentType string, body []byte) {
	const form = "application/x-www-form-urlencoded"
	switch e.Kind {
	case Events:
		return "/slack/events", "application/json", wire.Encode(e.Payload)
	case Interactivity:
		return "/slack/interactions", form, []byte(url.Values{"payload": {string(wire.Encode(e.Payload))}}.Encode())
	}
	values := url.Values{}
	for name, v := range e.Payload {
		values.Set(name, fmt.Sprint(v))
	}
	return "/slack/commands", form, []byte(values.Encode())
}

// VerifyRequestURL sends the url_verification that Slack sends when the address is
// set, and fails unless the app answers with the challenge.
func (d *Dispatcher) VerifyRequestURL(ctx context.Context) error {
	base := d.address()
	const challenge = "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"
	r, err := d.sendHTTP(ctx, Envelope{Events, wire.Object{"type": "url_verification", "token": "sim", "challenge": challenge}}, base, nil)
	if err != nil {
		return fmt.Errorf("verify request url %s: %w", base, err)
	}
	if !bytes.Contains(r.Payload, []byte(challenge)) {
		return fmt.Errorf("verify request url %s: the answer is not the challenge: %.100q", base, r.Payload)
	}
	return nil
}

// CheckSSL sends what Slack sends now and then to see whether the address of a slash
// command is there: unsigned, and fails unless the app answers 2xx.
func (d *Dispatcher) CheckSSL(ctx context.Context) error {
	address := strings.TrimRight(d.address(), "/") + "/slack/commands"
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader("ssl_check=1&token=sim"))
	if err != nil {
		return fmt.Errorf("ssl_check of %s: %w", address, err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("ssl_check of %s: %w", address, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("ssl_check of %s: answered %s", address, resp.Status)
	}
	return nil
}

// SendEvent tells the app of an event: over Socket Mode, else over HTTP with
// Slack's three retries.
func (d *Dispatcher) SendEvent(e Envelope) {
	d.w.Lock()
	sockets, base := d.Connections(), d.requestURL
	d.w.Unlock()
	if sockets > 0 || base == "" {
		if _, err := d.Deliver(d.w.Life.Context(), e); err != nil {
			d.log.Warn("event was not taken", "err", err)
		}
		return
	}
	d.sendEventHTTP(e)
}

// address is where the app takes Slack over HTTP now.
func (d *Dispatcher) address() string {
	d.w.Lock()
	defer d.w.Unlock()
	return d.requestURL
}

func (d *Dispatcher) sendEventHTTP(e Envelope) {
	struck := d.faults.StrikeDelivery(e.Kind)
	_, err := d.sendHTTP(d.w.Life.Context(), e, d.address(), nil)
	if struck != nil && struck.Kind == fault.Duplicate {
		_, err = d.sendHTTP(d.w.Life.Context(), e, d.address(), nil)
	}
	if struck != nil && struck.Kind == fault.LostAck {
		err = &Error{Code: "operation_timeout"}
	}
	for n, wait := range d.opts.EventRetries {
		var failure *httpFailure
		if err == nil || errors.As(err, &failure) && !failure.retry {
			return
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-d.w.Life.Context().Done():
			timer.Stop()
			return
		}
		header := http.Header{}
		header.Set("X-Slack-Retry-Num", strconv.Itoa(n+1))
		header.Set("X-Slack-Retry-Reason", retryReason(err))
		_, err = d.sendHTTP(d.w.Life.Context(), e, d.address(), header)
	}
	if err != nil {
		d.log.Warn("event was not taken", "err", err)
	}
}

func retryReason(err error) string {
	var failed *Error
	if !errors.As(err, &failed) {
		return "unknown_error"
	}
	switch failed.Code {
	case "operation_timeout":
		return "http_timeout"
	case "http_service_error":
		return "http_error"
	}
	return "connection_failed"
}
