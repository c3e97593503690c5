package config

import (
	"fmt"

	"github.com/signalbook/signalbook/bot/foreign"
	"github.com/signalbook/signalbook/bot/paging"
)

// Escalation is whom to tell when nobody has acknowledged for so long: people, a service
// outside Slack, or both.
type Escalation struct {
	After   Duration  `yaml:"after"`
	Mention []string  `yaml:"mention"`
	Webhook *PageHook `yaml:"webhook"`
}

// PageHook is a service outside Slack that can wake people: PagerDuty, or whatever takes a
// POST.
type PageHook struct {
	PagerDuty *PagerDuty `yaml:"pagerduty"`
	// URL and Body are templates over paging.Facts. The address may be a secret.
	URL        Secret      `yaml:"url"`
	URLFile    string      `yaml:"url_file"`
	Body       string      `yaml:"body"`
	HTTPConfig *HTTPConfig `yaml:"http_config"` // never nil once loaded

	hook *paging.Hook
}

// PagerDuty is an Events API v2 integration of one of its services.
type PagerDuty struct {
	RoutingKey     Secret `yaml:"routing_key"`
	RoutingKeyFile string `yaml:"routing_key_file"`
	URL            string `yaml:"url"` // of another region; empty: paging.PagerDutyURL
}

// Hook is what is sent there; nil when the file is wrong.
func (w *PageHook) Hook() *paging.Hook {
	if w == nil {
		return nil
	}
	return w.hook
}

func (e *Escalation) check(p place) {
	if e.After == 0 {
		p.at("after").missing("how long nobody may have acknowledged, such as 10m")
	}
	if len(e.Mention) == 0 && e.Webhook == nil {
		p.at("mention").missing(fmt.Sprintf("whom to tell, such as [%q], or a webhook", "@leads"))
	}
	p.at("mention").people(e.Mention)
	if e.Webhook != nil {
		e.Webhook.check(p.at("webhook"))
	}
}

func (w *PageHook) check(p place) {
	w.HTTPConfig = w.HTTPConfig.of(p)
	w.HTTPConfig.FollowRedirects = false // only hosts that stand here are called
	given := p.secret("url", &w.URL, w.URLFile)
	if w.PagerDuty != nil {
		if given || w.Body != "" {
			p.problem("%s has both pagerduty and a url or a body: keep one", p)
		}
		w.hook = w.PagerDuty.check(p.at("pagerduty"))
		return
	}
	switch {
	case !given:
		p.at("url").missing("where to send it, or pagerduty with a routing_key_file")
	case w.Body == "":
		p.at("body").missing(`what to send, such as '{"text": {{ json .Title }}}'`)
	case w.URL == "": // its file is wrong, as was told already, or not looked at
	default:
		var err error
		if w.hook, err = paging.Template(string(w.URL), w.Body); err != nil {
			p.problem("%s cannot be used: %s", p, foreign.Clean(err.Error()))
		}
	}
}

func (d *PagerDuty) check(p place) *paging.Hook {
	if !p.secret("routing_key", &d.RoutingKey, d.RoutingKeyFile) {
		p.at("routing_key_file").missing("a file with the integration key of an Events API v2 integration of a PagerDuty service")
	}
	setDefault(&d.URL, paging.PagerDutyURL)
	if !p.at("url").url(d.URL) || d.RoutingKey == "" && !p.file.secretless {
		return nil
	}
	return paging.PagerDuty(string(d.RoutingKey), d.URL)
}

// PageHooks are the webhooks of all routes, by the id that incidents know them by.
func (c *Config) PageHooks() map[string]*PageHook {
	all := map[string]*PageHook{}
	c.Routes.pageHooks(all)
	return all
}

func (r *Route) pageHooks(all map[string]*PageHook) {
	for _, e := range r.Escalate {
		if h := e.Webhook.Hook(); h != nil {
			all[h.ID()] = e.Webhook
		}
	}
	for k := range r.Routes {
		r.Routes[k].pageHooks(all)
	}
}
