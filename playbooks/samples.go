package playbooks

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/signalbook/signalbook/alerts"
)

// maxEntrySamples is for how many entries of match a sample is made.
const maxEntrySamples = 5

// Sample is a group of alerts that is made up to try a playbook on.
type Sample struct {
	Name         string // what it is, for the middle of a sentence
	Notification alerts.Notification
	// Typical: an alert of the kind that the playbook is for, with all usual
	// labels. The others are extremes: many alerts, none.
	Typical bool
}

// Samples makes up alerts for a playbook: one for each of its first entries of
// match, with the labels that the entry, the steps' applies and the templates
// ask for beside the usual ones; the same many times over, where a template goes
// through the alerts; and a start by hand, without any.
func (p *Playbook) Samples() []Sample {
	texts := p.templates()
	usual := maps.Clone(usualLabels)
	annotations := maps.Clone(usualAnnotations)
	for _, t := range texts {
		for _, m := range namedValue.FindAllStringSubmatch(t, -1) {
			kind, name := cmp.Or(m[1], m[3]), cmp.Or(m[2], m[4])
			values := map[string]map[string]string{"Labels": usual, "Annotations": annotations}[kind]
			values[name] = cmp.Or(values[name], "some-"+strings.ToLower(name))
		}
	}
	var out []Sample
	for _, entry := range first(p.Match, min(len(p.Match), maxEntrySamples)) {
		if ms, err := ParseMatchers(entry); err == nil {
			labels := p.labelled(usual, ms)
			out = append(out, Sample{Name: "an alert that matches " + quoteCut(entry), Typical: true, Notification: made(1, labels, annotations)})
		}
	}
	if len(out) == 0 {
		out = append(out, Sample{Name: "a usual alert", Typical: true, Notification: made(1, p.labelled(usual, nil), annotations)})
	}
	if slices.ContainsFunc(texts, func(t string) bool { return strings.Contains(t, ".Alerts") }) {
		a := out[0].Notification.Alerts[0]
		out = append(out, Sample{Name: fmt.Sprintf("a group of %d alerts", alerts.MaxAlerts), Notification: made(alerts.MaxAlerts, a.Labels, annotations)})
	}
	return append(out, Sample{Name: "a start by hand, without alerts"})
}

// Samples are the samples of the playbook, made up once.
func (s *Source) Samples() []Sample {
	if s.samples == nil {
		s.samples = s.Playbook.Samples()
	}
	return s.samples
}

// labelled are the labels of an alert that holds the matchers, and those of the
// steps' applies as far as they go with them.
func (p *Playbook) labelled(usual map[string]string, match Matchers) map[string]string {
	set := maps.Clone(usual)
	for _, m := range match {
		satisfy(m, set, usual[m.Name])
	}
	for _, n := range p.Steps() {
		for _, entry := range n.Step.Applies {
			ms, err := ParseMatchers(entry)
			if err != nil {
				continue
			}
			try := maps.Clone(set)
			for _, m := range ms {
				satisfy(m, try, usual[m.Name])
			}
			if match.Match(try) {
				set = try
			}
		}
	}
	return set
}

// namedValue finds the labels and annotations that templates name.
var namedValue = regexp.MustCompile(`\.(Labels|Annotations)\.([A-Za-z_][A-Za-z0-9_]*)|index \$?\.(Labels|Annotations) "([^"]{1,100})"`)

// templates are all texts of the playbook that are filled.
func (p *Playbook) templates() []string {
	var all []string
	add := func(texts ...string) {
		for _, t := range texts {
			if IsTemplate(t) {
				all = append(all, t)
			}
		}
	}
	for _, l := range p.Links {
		add(l.Title, l.URL)
	}
	for _, n := range p.Steps() {
		add(n.Step.Title, n.Step.Detail)
		add(n.Step.Commands...)
		if n.Step.Verify != nil {
			add(n.Step.Verify.Expr)
		}
		if n.Step.Run != nil && n.Step.Run.HTTP != nil {
			add(n.Step.Run.HTTP.URL, n.Step.Run.HTTP.Body)
		}
	}
	return all
}

// Usual labels and annotations, as the rules of the Prometheus family give them.
var (
	usualLabels = map[string]string{
		"alertname": "SampleAlert", "severity": "critical", "instance": "orders-db-0.example:9100", "job": "node", "cluster": "prod-eu-1",
		"namespace": "shop", "pod": "orders-7d9f6c5b8-x2x4z", "container": "orders", "service": "orders", "region": "eu-central-1",
		"env": "production", "team": "shop", "tier": "backend", "device": "/dev/nvme0n1", "mountpoint": "/var/lib/data",
	}
	usualAnnotations = map[string]string{
		"summary":       "orders-db-0 is at 94 % of its CPU & rising",
		"description":   strings.Repeat("The last five minutes were above 90 %. ", 8),
		"runbook_url":   "https://runbooks.example/orders/overload?from=alert",
		"dashboard_url": "https://grafana.example/d/orders/overview?var-instance=orders-db-0",
	}
)

// made is a notification of so many alerts that differ in their instance, the
// last of several resolved.
func made(n int, labels, annotations map[string]string) alerts.Notification {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	out := alerts.Notification{
		Status: alerts.Firing, GroupKey: "{}:{alertname=\"sample\"}", ExternalURL: "http://alertmanager.example:9093",
		GroupLabels: map[string]string{"alertname": labels["alertname"]}, CommonLabels: labels, CommonAnnotations: annotations,
	}
	for k := range n {
		a := alerts.Alert{
			Status: alerts.Firing, Labels: labels, Annotations: annotations, StartsAt: start.Add(time.Duration(k) * time.Second),
			GeneratorURL: "http://prometheus.example:9090/graph?g0.expr=instance%3Acpu%3Aratio+%3E+0.9&g0.tab=1", Fingerprint: fmt.Sprintf("%016x", k+1),
		}
		if k > 0 {
			a.Labels = maps.Clone(labels)
			a.Labels["instance"] = fmt.Sprintf("orders-db-%d.example:9100", k)
			if k == n-1 {
				a.Status, a.EndsAt = alerts.Resolved, a.StartsAt.Add(time.Minute)
			}
		}
		out.Alerts = append(out.Alerts, a)
	}
	return out
}
