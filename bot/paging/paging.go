// Package paging decides how services outside Slack are called: what a webhook is sent of
// an incident, and what its answer means. It is values and templates: it calls nobody and
// reads no clock.
package paging

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"time"

	"github.com/signalbook/signalbook/bot/incident"
)

// Facts are what a webhook can say of an incident. Texts come from alerts: whoever puts
// them into JSON or an address encodes them.
type Facts struct {
	Event     incident.PageEvent // trigger, acknowledge or resolve
	Key       string             // the same for all that is told of one page
	ID        string             // INC-142
	Title     string
	Summary   string
	Severity  string // as the alerts say it
	Critical  bool   // the severity is the first of the configured order
	Level     int    // of the escalation, 1 for the first
	Labels    map[string]string
	Firing    int // alerts
	Since     time.Time
	Link      string // of the thread in Slack; empty: not posted yet
	Alerts    string // Alertmanager's or Grafana's address; may be empty
	By        string // who acknowledged or resolved; empty: nobody, or the alerts ended
	Playbook  string
	Workspace string
}

// FactsOf are those of a page.
func FactsOf(i incident.Incident, p incident.Page, e incident.PageEvent, workspace, link string) Facts {
	f := Facts{
		Event: e, Key: p.Key(workspace, i.Number), ID: i.ID(), Title: i.Title, Summary: i.Summary, Severity: i.Severity, Critical: i.Critical, Level: p.Level,
		Labels: i.Labels, Firing: i.FiringCount(), Since: i.OpeningAt, Link: link, Alerts: i.ExternalURL, Playbook: i.Playbook.Name, Workspace: workspace,
	}
	switch e {
	case incident.PageAcknowledge:
		f.By = i.AckedBy.Name
	case incident.PageResolve:
		f.By = i.ResolvedBy.Name
	}
	return f
}

// Request is one call: a POST with a JSON or plain text body.
type Request struct {
	URL         string
	Body        []byte
	ContentType string
}

// Hook is a webhook of the configuration.
type Hook struct {
	id, name string
	host     string
	request  func(Facts) (Request, error)
}

// ID tells a webhook from others, and says nothing of its secrets. It stays the same as
// long as its address and body do.
func (h *Hook) ID() string { return h.id }

// Name is how people know it: PagerDuty, or its host.
func (h *Hook) Name() string { return h.name }

// Request is what is sent, of at most maxBody bytes.
func (h *Hook) Request(f Facts) (Request, error) { return h.request(f) }

// idOf names what has these parts.
func idOf(parts ...string) string {
	sum := sha256.New()
	for _, part := range parts {
		sum.Write([]byte(part))
		sum.Write([]byte{0})
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}

// hostOf is the host that an address leads to, with its scheme.
func hostOf(address string) (string, bool) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", false
	}
	return u.Scheme + "://" + u.Host, true
}
