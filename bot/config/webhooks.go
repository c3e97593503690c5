package config

import (
	"slices"
	"strings"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/foreign"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/paging"
)

// FeedHook is a webhook that gets the timelines of all incidents, signed.
type FeedHook struct {
	URL        Secret      `yaml:"url"` // it may be one
	URLFile    string      `yaml:"url_file"`
	Events     []string    `yaml:"events"` // kinds of entries; none: all
	Secret     Secret      `yaml:"secret"`
	SecretFile string      `yaml:"secret_file"`
	HTTPConfig *HTTPConfig `yaml:"http_config"` // never nil once loaded

	feed *paging.Feed
}

// Feed is what is sent there; nil when the file is wrong.
func (w *FeedHook) Feed() *paging.Feed { return w.feed }

func (c *Config) checkWebhooks(p place) {
	seen := map[string]bool{}
	for k := range c.Webhooks {
		w := &c.Webhooks[k]
		w.check(p.at(k))
		if w.feed == nil {
			continue
		}
		if seen[w.feed.ID()] {
			p.at(k).problem("%s has the address of another one: keep one, with the events of both", p.at(k))
		}
		seen[w.feed.ID()] = true
	}
}

func (w *FeedHook) check(p place) {
	w.HTTPConfig = w.HTTPConfig.of(p)
	w.HTTPConfig.FollowRedirects = false // only hosts that stand here are called
	address, signed := p.secret("url", &w.URL, w.URLFile), p.secret("secret", &w.Secret, w.SecretFile)
	if !address {
		p.at("url").missing("where to send it")
	}
	if !signed {
		p.at("secret_file").missing("a file with the secret that signs what is sent, such as `openssl rand -base64 32` makes it")
	}
	var kinds []incident.Kind
	known := incident.Kinds()
	for k, event := range w.Events {
		kind := incident.Kind(event)
		if !slices.Contains(known, kind) {
			p.at("events", k).problem("%q is no event%s", event, nearestKind(event, known))
		}
		kinds = append(kinds, kind)
	}
	if w.URL == "" || w.Secret == "" {
		return
	}
	var err error
	if w.feed, err = paging.NewFeed(string(w.URL), string(w.Secret), kinds); err != nil {
		p.problem("%s cannot be used: %s", p, foreign.Clean(err.Error()))
	}
}

// nearestKind is the advice about an event that there is not.
func nearestKind(event string, known []incident.Kind) string {
	names := make([]string, len(known))
	for k, kind := range known {
		names[k] = string(kind)
	}
	if meant, ok := textutil.Nearest(event, names); ok {
		return ": did you mean \"" + meant + "\"?"
	}
	return ": known are " + strings.Join(names, ", ")
}
