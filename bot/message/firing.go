package message

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
)

const (
	maxAlerts = 10 // alerts that the root lists
	maxLabels = 8  // common labels that it shows
)

// firing says what fires where since when: the group's alerts, newest change
// first, and the labels that all of them share.
func firing(i incident.Incident) []slack.Block {
	var blocks []slack.Block
	if len(i.Alerts)+i.Omitted > 0 {
		all := newestFirst(i)
		latest := latestChange(i)
		items := make([]*blockkit.Paragraph, 0, maxAlerts)
		for _, a := range all[:min(len(all), maxAlerts)] {
			items = append(items, alertLine(i, a, !latest.IsZero() && a.ChangedAt.Equal(latest)))
		}
		parts := []slack.RichTextElement{(&blockkit.Paragraph{}).Bold(alertCount(i)).Section()}
		if len(items) > 0 {
			parts = append(parts, blockkit.Bullets(items))
		}
		if rest := len(all) - len(items) + i.Omitted; rest > 0 {
			parts = append(parts, (&blockkit.Paragraph{}).Italic(restOf(rest, i.Omitted)).Section())
		}
		blocks = append(blocks, blockkit.RichText("alerts", parts...))
	}
	if labels := commonLabels(i); labels != "" {
		blocks = append(blocks, blockkit.Context("labels", blockkit.PlainText(labels)))
	}
	return blocks
}

func restOf(rest, omitted int) string {
	s := "and " + textutil.Thousands(rest) + " more"
	if omitted > 0 && omitted < rest {
		s += ", of which " + textutil.Thousands(omitted) + " are only counted"
	} else if omitted > 0 {
		s += ", only counted"
	}
	return s
}

func alertCount(i incident.Incident) string {
	fires := i.FiringCount()
	s := textutil.Count(fires, "alert") + " firing"
	if ended := len(i.Alerts) - fires; fires == 0 && ended > 0 {
		s = textutil.Count(ended, "alert") + " resolved"
	} else if ended > 0 {
		s += ", " + textutil.Thousands(ended) + " resolved"
	}
	if i.Omitted > 0 {
		s += ", " + textutil.Thousands(i.Omitted) + " more in the group"
	}
	return s
}

// latestChange is when some of the alerts last changed after this opening; zero
// when none has, or all at once.
func latestChange(i incident.Incident) time.Time {
	var latest time.Time
	for _, a := range i.Alerts {
		if a.ChangedAt.After(latest) {
			latest = a.ChangedAt
		}
	}
	all := !slices.ContainsFunc(i.Alerts, func(a incident.Alert) bool { return !a.ChangedAt.Equal(latest) })
	if all || !latest.After(i.OpeningAt) {
		return time.Time{}
	}
	return latest
}

// newestFirst orders alerts for reading: the newest change, then what fires,
// then what is resolved, each newest first.
func newestFirst(i incident.Incident) []incident.Alert {
	latest := latestChange(i)
	rank := func(a incident.Alert) int {
		switch {
		case !latest.IsZero() && a.ChangedAt.Equal(latest):
			return 0
		case a.Firing:
			return 1
		}
		return 2
	}
	firing := func(a incident.Alert) int {
		if a.Firing {
			return 0
		}
		return 1
	}
	return slices.SortedFunc(slices.Values(i.Alerts), func(a, b incident.Alert) int {
		return cmp.Or(
			cmp.Compare(rank(a), rank(b)),
			cmp.Compare(firing(a), firing(b)),
			b.ChangedAt.Compare(a.ChangedAt),
			b.StartsAt.Compare(a.StartsAt),
			cmp.Compare(a.Fingerprint, b.Fingerprint),
		)
	})
}

func alertLine(i incident.Incident, a incident.Alert, newest bool) *blockkit.Paragraph {
	p := &blockkit.Paragraph{}
	switch {
	case newest && a.Firing:
		p.Bold("new").Text(" · ")
	case newest:
		p.Bold("changed").Text(" · ")
	}
	held := !a.Firing && !a.HeldUntil.IsZero()
	if !a.Firing && !held {
		p.Text("resolved ").Date(cmp.Or(a.EndsAt, a.ChangedAt)).Text(" · ")
	}
	p.Code(alertName(i, a))
	if s := strings.TrimSuffix(blockkit.Line(a.Summary), "."); s != "" {
		p.Text(" " + textutil.CutUnits(s, 200))
	}
	if s := strings.TrimSuffix(blockkit.Line(a.Description), "."); s != "" {
		p.Text(" · " + textutil.CutUnits(s, 150))
	}
	switch {
	case a.Firing:
		p.Text(" · since ").Date(cmp.Or(a.StartsAt, a.ChangedAt))
	case held:
		p.Text(" · resolved, but reported as firing right after: waiting until ").Date(a.HeldUntil)
	}
	if a.Unreported {
		p.Text(" · not reported in the last notification")
	}
	return p
}

// alertName is what tells an alert apart from the others of its group.
func alertName(i incident.Incident, a incident.Alert) string {
	if own := labelPairs(a.Labels, alerts.LabelNames(a.Labels), 4); own != "" {
		return own
	}
	if n := blockkit.Line(i.Labels["alertname"]); n != "" {
		if instance := blockkit.Line(i.Labels["instance"]); instance != "" {
			return textutil.CutUnits(n, 80) + " " + textutil.CutUnits(instance, 80)
		}
		return textutil.CutUnits(n, 160)
	}
	if common := labelPairs(i.Labels, alerts.TellingLabels(i.Labels), 4); common != "" {
		return common
	}
	return "an alert without labels"
}

// labelPairs writes those labels of these names that have a value as name=value, at
// most count of them.
func labelPairs(labels map[string]string, names []string, count int) string {
	names = slices.DeleteFunc(names, func(n string) bool { return labels[n] == "" })
	var pairs []string
	for _, n := range names[:min(len(names), count)] {
		pairs = append(pairs, textutil.CutUnits(blockkit.Line(n), 30)+"="+textutil.CutUnits(blockkit.Line(labels[n]), 50))
	}
	s := strings.Join(pairs, ", ")
	if rest := len(names) - len(pairs); rest > 0 {
		s += fmt.Sprintf(" (%d more)", rest)
	}
	return s
}

func commonLabels(i incident.Incident) string {
	names := slices.DeleteFunc(alerts.LabelNames(i.Labels), func(n string) bool {
		return slices.Contains([]string{"playbook", "prometheus", "severity", incident.DrillLabel}, n)
	})
	return labelPairs(i.Labels, names, maxLabels)
}
