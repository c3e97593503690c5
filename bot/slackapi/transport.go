package slackapi

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const formType = "application/x-www-form-urlencoded"

// transport puts the token of form calls into the header too (slack-go sends it
// in the body alone; others that answer like Slack may look at either) and
// watches every answer: it learns Slack's clock, bounds what is read, and takes
// out a Retry-After that is not a number, which slack-go would report as a syntax
// error instead of a limit.
type transport struct {
	inner  http.RoundTripper
	client *core
}

// RoundTrip implements [http.RoundTripper].
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	start := t.client.now()
	resp, err := t.inner.RoundTrip(t.withToken(req))
	if err != nil {
		return nil, err
	}
	if there, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		end := t.client.now()
		skew := there.Sub(start.Add(end.Sub(start) / 2)).Round(time.Second)
		t.client.skew.Store(&skew)
	}
	if _, err := strconv.ParseInt(resp.Header.Get("Retry-After"), 10, 32); err != nil {
		resp.Header.Del("Retry-After")
	}
	most := int64(maxAnswer)
	if req.Context().Value(readsList{}) != nil {
		most = maxList
	}
	resp.Body = boundedBody{Reader: io.LimitReader(resp.Body, most), Closer: resp.Body}
	return resp, nil
}

// withToken returns req with the bot's token in its header when it is a form call
// to the API: never a response_url, never another host.
func (t *transport) withToken(req *http.Request) *http.Request {
	api := t.client.apiURL
	if req.Header.Get("Content-Type") != formType || req.Header.Get("Authorization") != "" ||
		req.URL.Scheme != api.Scheme || req.URL.Host != api.Host || !strings.HasPrefix(req.URL.Path, api.Path) {
		return req
	}
	req = req.Clone(req.Context())
	req.Header.Set("Authorization", "Bearer "+t.client.botToken)
	return req
}

// readsList marks the context of a request whose answer may be as long as maxList.
type readsList struct{}

// boundedBody ends early when the answer is longer than anybody should send; the
// JSON decoder then reports a half answer.
type boundedBody struct {
	io.Reader
	io.Closer
}

// retryAfter reads the header that RoundTrip left in only when it is a number of
// seconds.
func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.ParseInt(h.Get("Retry-After"), 10, 32)
	if err != nil {
		return limitedWait
	}
	return time.Duration(seconds) * time.Second
}
