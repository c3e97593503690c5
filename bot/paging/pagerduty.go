package paging

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/alerts/weblink"
	"github.com/signalbook/signalbook/bot/incident"
)

// PagerDutyURL is where events go when the configuration says nothing else.
const PagerDutyURL = "https://events.pagerduty.com/v2/enqueue"

// Limits of PagerDuty's Events API v2: a summary has 1,024 characters at most, and an
// event 512 kB; we send far less.
const (
	maxSummary = 1_024
	maxDetails = 50 // labels
	maxDetail  = 1_000
)

// pagerDutyEvent is an event of PagerDuty's Events API v2.
type pagerDutyEvent struct {
	RoutingKey string            `json:"routing_key"`
	Action     string            `json:"event_action"`
	DedupKey   string            `json:"dedup_key"`
	Client     string            `json:"client,omitempty"`
	ClientURL  string            `json:"client_url,omitempty"`
	Payload    *pagerDutyPayload `json:"payload,omitempty"`
	Links      []pagerDutyLink   `json:"links,omitempty"`
}

type pagerDutyPayload struct {
	Summary   string            `json:"summary"`
	Source    string            `json:"source"`
	Severity  string            `json:"severity"`
	Timestamp string            `json:"timestamp"`
	Class     string            `json:"class,omitempty"`
	Details   map[string]string `json:"custom_details,omitempty"`
}

type pagerDutyLink struct {
	Href string `json:"href"`
	Text string `json:"text"`
}

// PagerDuty is an integration of a PagerDuty service, by its routing key. Address is
// PagerDutyURL, or that of another region.
func PagerDuty(routingKey, address string) *Hook {
	host, _ := hostOf(address)
	return &Hook{id: idOf("pagerduty", routingKey, address), name: "PagerDuty", host: host, request: func(f Facts) (Request, error) {
		e := pagerDutyEvent{RoutingKey: routingKey, Action: string(f.Event), DedupKey: f.Key}
		if f.Event == incident.PageTrigger {
			e.trigger(f)
		}
		body, err := json.Marshal(e)
		return Request{URL: address, Body: body, ContentType: "application/json"}, err
	}}
}

// trigger fills in what only the first event has.
func (e *pagerDutyEvent) trigger(f Facts) {
	e.Client, e.ClientURL = "Signalbook", f.Link
	says := fmt.Sprintf("%s: %s", f.ID, f.Title)
	if f.Summary != "" {
		says += ". " + f.Summary
	}
	e.Payload = &pagerDutyPayload{
		Summary: textutil.CutUnits(strings.Join(strings.Fields(says), " "), maxSummary), Source: "signalbook " + f.Workspace, Severity: pagerDutySeverity(f),
		Timestamp: f.Since.UTC().Format(time.RFC3339), Class: f.Playbook, Details: map[string]string{},
	}
	names := make([]string, 0, len(f.Labels))
	for name := range f.Labels {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names[:min(len(names), maxDetails)] {
		e.Payload.Details[name] = textutil.CutUnits(f.Labels[name], maxDetail)
	}
	if f.Link != "" {
		e.Links = append(e.Links, pagerDutyLink{f.Link, "Thread in Slack"})
	}
	if address, why := weblink.Clean(f.Alerts); why == "" && address != "" {
		e.Links = append(e.Links, pagerDutyLink{address, "Alerts"})
	}
}

// pagerDutySeverity is one of the four that PagerDuty knows. What the configuration calls
// the worst is critical there, too.
func pagerDutySeverity(f Facts) string {
	switch word := strings.ToLower(strings.TrimSpace(f.Severity)); word {
	case "critical", "error", "warning", "info":
		return word
	}
	if f.Critical {
		return "critical"
	}
	return "error"
}
