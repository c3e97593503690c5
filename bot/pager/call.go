package pager

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"sync"

	promconfig "github.com/prometheus/common/config"

	"github.com/signalbook/signalbook/bot/foreign"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/paging"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/bot/topic"
)

// caller makes calls, each webhook with a client of its own.
type caller struct {
	mu      *sync.Mutex
	clients map[string]reached
}

// reached is how a webhook is called, as long as its http_config is that one.
type reached struct {
	http   *promconfig.HTTPClientConfig
	client *http.Client
}

func newCaller() caller { return caller{&sync.Mutex{}, map[string]reached{}} }

// post sends a request to the webhook of that id, and judges the answer.
func (c caller) post(ctx context.Context, id string, how *promconfig.HTTPClientConfig, request paging.Request, sign func(http.Header)) paging.Verdict {
	client, err := c.client(id, how)
	if err != nil {
		return paging.Verdict{Why: "its http_config cannot be used: " + foreign.Text(err.Error(), maxWords)}
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, request.URL, bytes.NewReader(request.Body))
	if err != nil {
		return paging.Verdict{Why: foreign.Text(withoutAddress(err).Error(), maxWords), Forever: true}
	}
	r.Header.Set("Content-Type", request.ContentType)
	r.Header.Set("User-Agent", "Signalbook")
	sign(r.Header)
	answer, err := client.Do(r)
	if err != nil {
		return paging.Verdict{Why: "it does not answer: " + foreign.Text(withoutAddress(err).Error(), maxWords)}
	}
	defer answer.Body.Close()
	foreign.HideSent(answer)
	says, _ := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	return paging.Assess(answer.StatusCode, foreign.Text(string(says), maxWords))
}

// client is the one that a webhook is called with; a reload that brings another
// http_config brings another one.
func (c caller) client(id string, how *promconfig.HTTPClientConfig) (*http.Client, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if known := c.clients[id]; known.http == how && known.client != nil {
		return known.client, nil
	}
	client, err := promconfig.NewClientFromConfig(*how, "webhook")
	if err == nil {
		c.clients[id] = reached{how, client}
	}
	return client, err
}

// withoutAddress is an error of a call that does not repeat the address: it may be a secret.
func withoutAddress(err error) error {
	if failed, ok := errors.AsType[*url.Error](err); ok {
		return failed.Err
	}
	return err
}

// linkOf is the address of the incident's thread; empty: it is not posted yet.
func linkOf(ctx context.Context, s *store.Store, link func(channel, ts string) string, i incident.Incident) string {
	has, err := s.Ledger(ctx, topic.Incident(i.Number))
	if root := has[ledger.Root]; err == nil && root.TS != "" {
		return link(root.Channel, root.TS)
	}
	return ""
}
