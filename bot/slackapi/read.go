package slackapi

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/slack-go/slack"
)

// read calls a method that changes nothing and decodes only what into names.
// slack-go would decode every message whole, and one block of a new shape in
// somebody else's message would then blind the bot to its own.
func (c *Client) read(ctx context.Context, method, target string, values url.Values, into any) error {
	if err := c.await(ctx, method, target); err != nil {
		return err
	}
	return c.readPaid(ctx, method, target, values, into)
}

// readPaid is read for a call that is counted already.
func (c *Client) readPaid(ctx context.Context, method, target string, values url.Values, into any) error {
	form := url.Values{"token": {c.botToken}}
	maps.Copy(form, values)
	return c.callPaid(ctx, method, target, func() error {
		req, err := http.NewRequestWithContext(context.WithValue(ctx, readsList{}, true), http.MethodPost, c.apiURL.String()+method, strings.NewReader(form.Encode()))
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", formType)
		resp, err := c.http.Do(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		return decodeAnswer(resp, into)
	})
}

// values is about how many values a JSON text holds: its commas and brackets, which
// is known before it is decoded.
func values(text []byte) (n int) {
	quoted := false
	for k := 0; k < len(text); k++ {
		switch c := text[k]; {
		case quoted && c == '\\':
			k++
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ',' || c == '[' || c == '{'):
			n++
		}
	}
	return n
}

// decodeAnswer reads Slack's envelope first and then what the caller wants.
func decodeAnswer(resp *http.Response, into any) error {
	if resp.StatusCode == http.StatusTooManyRequests && resp.Header.Get("Retry-After") != "" {
		return &slack.RateLimitedError{RetryAfter: retryAfter(resp.Header)}
	}
	if resp.StatusCode != http.StatusOK {
		return slack.StatusCodeError{Code: resp.StatusCode, Status: resp.Status}
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if values(body) > maxValues {
		return errors.New("the answer holds more than any of Slack's does: check slack.api_url")
	}
	var envelope struct {
		OK       bool   `json:"ok"`
		Error    string `json:"error"`
		Needed   string `json:"needed"`
		Metadata struct {
			Messages []string `json:"messages"`
		} `json:"response_metadata"`
	}
	if err := json.Unmarshal(body, &envelope); err != nil {
		return errors.New("the answer is not Slack's JSON")
	}
	if !envelope.OK {
		return slack.SlackErrorResponse{Err: envelope.Error, Needed: envelope.Needed,
			ResponseMetadata: slack.ResponseMetadata{Messages: envelope.Metadata.Messages}}
	}
	if err := json.Unmarshal(body, into); err != nil {
		return errors.New("the answer is not in Slack's form")
	}
	return nil
}
