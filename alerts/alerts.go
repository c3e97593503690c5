// Package alerts says what Prometheus tells us: notifications about groups of
// alerts, read from the webhook bodies of Alertmanager and Grafana and cut to a
// size that can be kept. It never talks to anyone, reads no clock and decides
// nothing about incidents.
package alerts

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"time"
)

// Status is the state of an alert, or of a whole group.
type Status string

// The two states that Alertmanager knows.
const (
	Firing   Status = "firing"
	Resolved Status = "resolved"
)

// Alert is one firing or resolved condition, the same one as long as Fingerprint
// is. One that fires anew has a later StartsAt; behind two Prometheus servers that
// of a firing one moves, too.
type Alert struct {
	Status       Status            `json:"status"`
	Labels       map[string]string `json:"labels,omitempty"`
	Annotations  map[string]string `json:"annotations,omitempty"`
	StartsAt     time.Time         `json:"startsAt,omitzero"`
	EndsAt       time.Time         `json:"endsAt,omitzero"` // zero while the alert fires
	GeneratorURL string            `json:"generatorURL,omitempty"`
	Fingerprint  string            `json:"fingerprint"`

	// Only Grafana sends these. RuleUID names its rule; the label __alert_rule_uid__, which other
	// Alertmanagers pass on, does too.
	RuleUID      string `json:"ruleUID,omitempty"`
	DashboardURL string `json:"dashboardURL,omitempty"`
	PanelURL     string `json:"panelURL,omitempty"`
	SilenceURL   string `json:"silenceURL,omitempty"`
}

// Notification is one webhook delivery about a group of alerts. It may come
// twice, late, out of order or cut short, and says nothing about alerts that it
// does not list. Its JSON form is what the inbox keeps.
type Notification struct {
	Source            string            `json:"source"`            // which Alertmanager or tenant sent it
	Receiver          string            `json:"receiver"`          // regexp-quoted, as Alertmanager sends it; Grafana's Test names none
	Grafana           bool              `json:"grafana,omitempty"` // Grafana sent it: version "1"
	Status            Status            `json:"status"`
	GroupKey          string            `json:"groupKey"`
	ExternalURL       string            `json:"externalURL,omitempty"`
	GroupLabels       map[string]string `json:"groupLabels,omitempty"`
	CommonLabels      map[string]string `json:"commonLabels,omitempty"`
	CommonAnnotations map[string]string `json:"commonAnnotations,omitempty"`

	// Alerts are the first ones that the sender listed, at most MaxAlerts.
	Alerts []Alert `json:"alerts"`
	// Firing and Resolved count what the sender listed, kept or not.
	Firing   int `json:"firing"`
	Resolved int `json:"resolved"`
	// Truncated counts the alerts that the sender itself left out.
	Truncated int `json:"truncated,omitempty"`
}

// Omitted is the number of alerts that the sender listed and Alerts lacks.
func (n Notification) Omitted() int {
	return max(0, n.Firing+n.Resolved-len(n.Alerts))
}

// GroupID names the group: 24 hex digits that depend on source, receiver and
// group key. The group key alone will not do, sibling routes share it; nor will
// the external URL, which differs between the peers of one cluster.
func (n Notification) GroupID() string {
	h := sha256.New()
	for _, part := range []string{n.Source, n.Receiver, n.GroupKey} {
		var size [8]byte
		binary.BigEndian.PutUint64(size[:], uint64(len(part)))
		h.Write(size[:])
		h.Write([]byte(part))
	}
	return hex.EncodeToString(h.Sum(nil))[:24]
}

// RuleURL is where the rule of one of the alerts is shown; empty: nowhere. Grafana
// sends a bare query for a rule that has no page, and always its own address.
func (n Notification) RuleURL(a Alert) string {
	if !n.Grafana || strings.Contains(a.GeneratorURL, "://") {
		return a.GeneratorURL
	}
	if a.RuleUID == "" || n.ExternalURL == "" {
		return ""
	}
	return strings.TrimRight(n.ExternalURL, "/") + "/alerting/grafana/" + a.RuleUID + "/view"
}

// AllResolved reports whether nothing of the group fires any more. The status
// alone does not say so: Alertmanager computes it after it has cut the list, so
// a truncated notification never resolves a group.
func (n Notification) AllResolved() bool {
	return n.Status == Resolved && n.Truncated == 0 && n.Firing == 0
}
