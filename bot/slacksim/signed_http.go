package slacksim

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
)

// sendHTTP sends a signed request to the app (Slack: v0 signatures, 2xx within 3 s).
func (s *Sim) sendHTTP(ctx context.Context, d delivery, base string, retry http.Header) (reply, error) {
	ctx, cancel := context.WithTimeout(ctx, s.waits(d))
	defer cancel()
	path, contentType, body := encode(d)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimRight(base, "/")+path, bytes.NewReader(body))
	if err != nil {
		return reply{}, &DeliveryError{Code: "dispatch_failed", Err: err}
	}
	stamp := strconv.FormatInt(s.clock().Unix(), 10)
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)")
	req.Header.Set("X-Slack-Request-Timestamp", stamp)
	req.Header.Set("X-Slack-Signature", s.sign(stamp, body))
	maps.Copy(req.Header, retry)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		if errors.Is(err, context.DeadlineExceeded) {
			return reply{}, &DeliveryError{Code: "operation_timeout", Err: err}
		}
		return reply{}, &DeliveryError{Code: "dispatch_failed", Err: err}
	}
	defer resp.Body.Close()
	answered, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	if err != nil {
		return reply{}, &DeliveryError{Code: "operation_timeout", Err: err}
	}
	if resp.StatusCode/100 != 2 {
		return reply{}, &httpFailure{retry: resp.Header.Get("X-Slack-No-Retry") != "1", status: resp.Status,
			cause: &DeliveryError{Code: "http_service_error", Err: fmt.Errorf("%s: %.200s", resp.Status, answered)}}
	}
	isJSON := strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json")
	return reply{payload: answered, isText: !isJSON}, nil
}

// httpFailure is an answer other than 2xx.
type httpFailure struct {
	retry  bool
	status string
	cause  *DeliveryError
}

func (e *httpFailure) Error() string { return e.cause.Error() }

func (e *httpFailure) Unwrap() error { return e.cause }

// sign makes Slack's v0 signature.
func (s *Sim) sign(stamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(s.opts.SigningSecret))
	mac.Write([]byte("v0:" + stamp + ":")) // never fails
	mac.Write(body)
	return "v0=" + hex.EncodeToString(mac.Sum(nil))
}

// encode gives path, content type and body of a delivery over HTTP.
func encode(d delivery) (path, contentType string, body []byte) {
	const form = "application/x-www-form-urlencoded"
	switch d.kind {
	case deliveryEvents:
		return "/slack/events", "application/json", mustJSON(d.payload)
	case deliveryInteractivity:
		return "/slack/interactions", form, []byte(url.Values{"payload": {string(mustJSON(d.payload))}}.Encode())
	}
	values := url.Values{}
	for name, v := range d.payload {
		values.Set(name, fmt.Sprint(v))
	}
	return "/slack/commands", form, []byte(values.Encode())
}

// VerifyRequestURL sends the url_verification that Slack sends when the address is
// set, and fails unless the app answers with the challenge.
func (s *Sim) VerifyRequestURL(ctx context.Context) error {
	base := s.address()
	const challenge = "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"
	r, err := s.sendHTTP(ctx, delivery{deliveryEvents, answer{"type": "url_verification", "token": "sim", "challenge": challenge}}, base, nil)
	if err != nil {
		return fmt.Errorf("verify request url %s: %w", base, err)
	}
	if !bytes.Contains(r.payload, []byte(challenge)) {
		return fmt.Errorf("verify request url %s: the answer is not the challenge: %.100q", base, r.payload)
	}
	return nil
}

// CheckSSL sends what Slack sends now and then to see whether the address of a slash
// command is there: unsigned, and fails unless the app answers 2xx.
func (s *Sim) CheckSSL(ctx context.Context) error {
	address := strings.TrimRight(s.address(), "/") + "/slack/commands"
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

// sendEvent tells the app of an event: over Socket Mode, else over HTTP with
// Slack's three retries.
func (s *Sim) sendEvent(d delivery) {
	s.mu.Lock()
	sockets, base := s.open(), s.requestURL
	s.mu.Unlock()
	if sockets > 0 || base == "" {
		if _, err := s.deliver(s.ctx, d); err != nil {
			s.log.Warn("event was not taken", "err", err)
		}
		return
	}
	s.sendEventHTTP(d)
}

// address is where the app takes Slack over HTTP now.
func (s *Sim) address() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requestURL
}

func (s *Sim) sendEventHTTP(d delivery) {
	fault := s.strike(d.kind, "")
	_, err := s.sendHTTP(s.ctx, d, s.address(), nil)
	if fault != nil && fault.Kind == Duplicate {
		_, err = s.sendHTTP(s.ctx, d, s.address(), nil)
	}
	if fault != nil && fault.Kind == LostAck {
		err = &DeliveryError{Code: "operation_timeout"}
	}
	for n, wait := range s.opts.EventRetries {
		var failure *httpFailure
		if err == nil || errors.As(err, &failure) && !failure.retry {
			return
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-s.ctx.Done():
			timer.Stop()
			return
		}
		header := http.Header{}
		header.Set("X-Slack-Retry-Num", strconv.Itoa(n+1))
		header.Set("X-Slack-Retry-Reason", retryReason(err))
		_, err = s.sendHTTP(s.ctx, d, s.address(), header)
	}
	if err != nil {
		s.log.Warn("event was not taken", "err", err)
	}
}

func retryReason(err error) string {
	var failed *DeliveryError
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
