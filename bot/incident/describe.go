package incident

import (
	"cmp"
	"maps"
	"slices"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/playbooks"
)

// maxDescription is how many characters of an alert's own description are kept: more
// of it stands in no line.
const maxDescription = 300

// The annotations that say what an alert is about, the first one that there is.
var (
	summaries    = []string{"summary", "message", "description"}
	descriptions = []string{"description", "message"}
)

// refreshAlert keeps what describes an alert: the labels and words that the others do not
// share, and where it leads.
func (m *move) refreshAlert(kept *Alert, n alerts.Notification, a alerts.Alert) {
	kept.Labels = nil
	for name, value := range a.Labels {
		if n.CommonLabels[name] != value {
			if kept.Labels == nil {
				kept.Labels = map[string]string{}
			}
			kept.Labels[name] = value
		}
	}
	kept.Summary, kept.Description = first(a.Annotations, summaries...), ""
	if own := besides(a.Annotations, kept.Summary); own != "" && own != description(n) && own != summaryOf(n) {
		kept.Description = textutil.Cut(own, maxDescription)
	}
	if kept.Summary == first(n.CommonAnnotations, summaries...) {
		kept.Summary = "" // the incident's own summary says it
	}
	kept.URL, kept.RuleUID = n.RuleURL(a), a.RuleUID
	own := slices.DeleteFunc(slices.Clone(kept.Links), func(l playbooks.Link) bool { return l.Own == 0 })
	if m.book != nil && a.Status == alerts.Firing {
		own = nil
		if m.own != nil {
			own = m.own.Of(a)
		}
	}
	kept.Links = append(linksOf(n, a), own...)
}

// heardAgain is refreshAlert for another copy of an occurrence: what it said first, and
// what it says at its end, are kept where nothing else has them.
func (m *move) heardAgain(kept *Alert, n alerts.Notification, a alerts.Alert) {
	said, says := cmp.Or(kept.Summary, m.i.Summary), first(a.Annotations, summaries...)
	m.refreshAlert(kept, n, a)
	if kept.AtFiring == "" && says != said {
		kept.AtFiring = textutil.Cut(said, maxDescription)
	}
	if a.Status == alerts.Resolved && says != cmp.Or(kept.Summary, m.i.Summary) {
		kept.AtResolving = textutil.Cut(says, maxDescription)
	}
}

// describe brings what the root says about the group up to date.
func (m *move) describe(n alerts.Notification, w news) {
	i := m.i
	if w.outdated {
		return
	}
	if n.ExternalURL != "" {
		i.ExternalURL, i.Grafana = n.ExternalURL, n.Grafana
	}
	if labels := n.CommonLabels; n.Firing > 0 && len(labels) > 0 && !maps.Equal(i.Labels, labels) {
		i.Labels = labels
	}
	var sets []map[string]string
	for _, a := range n.Alerts {
		if a.Status == alerts.Firing {
			sets = append(sets, a.Labels)
		}
	}
	if severity, critical := m.rules.severity(sets); severity != "" && severity != i.Severity {
		i.Severity, i.Critical = severity, critical
		m.change(Change{Kind: KindSeverity, Text: severity})
		if critical && i.Show == ShowListed {
			i.Show = ShowUrgent
		}
	}
	if summary := summaryOf(n); n.Firing > 0 && summary != i.Summary {
		// A number in the summary moves at every evaluation; it is news only together with other news.
		i.Summary = summary
		if len(m.changes) > 0 {
			m.change(Change{Kind: KindSummary, Text: summary})
		}
	}
	if n.Firing > 0 {
		i.Description = description(n)
		i.Runbook, i.Dashboard = i.firstLink(runbook), i.firstLink(dashboard)
	}
}

// summaryOf returns the group's own words: its common summary, else the first
// firing alert's.
func summaryOf(n alerts.Notification) string {
	if s := first(n.CommonAnnotations, summaries...); s != "" {
		return s
	}
	for _, a := range n.Alerts {
		if a.Status == alerts.Firing {
			if s := first(a.Annotations, summaries...); s != "" {
				return s
			}
		}
	}
	return ""
}

func first(annotations map[string]string, names ...string) string {
	for _, name := range names {
		if s := annotations[name]; s != "" {
			return s
		}
	}
	return ""
}

// description is what the whole group says beside its summary: what all of its alerts
// share, or what the only one says.
func description(n alerts.Notification) string {
	summary := summaryOf(n)
	if s := besides(n.CommonAnnotations, summary); s != "" || len(n.Alerts) != 1 {
		return s
	}
	return besides(n.Alerts[0].Annotations, summary)
}

// besides is the description that is not the summary.
func besides(annotations map[string]string, summary string) string {
	for _, name := range descriptions {
		if s := annotations[name]; s != "" && s != summary {
			return s
		}
	}
	return ""
}
