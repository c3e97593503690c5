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
	maxAlerts = 5  // alerts that the root lists
	maxWhole  = 10 // alerts that an answer lists
	maxWhere  = 62 // characters of the line above them, about, with the labels that say where
	maxLabels = 8  // common labels that an answer shows
)

// firing says what fires where since when: the group's alerts, newest change first,
// below what all of them share. Nil: no alert belongs to it.
func firing(i incident.Incident) slack.Block {
	if len(i.Alerts)+i.Omitted == 0 {
		return nil
	}
	all := newestFirst(i)
	top := (&blockkit.Paragraph{}).Bold(alertCount(i))
	since := firstStart(i)
	if !since.IsZero() && i.FiringCount() > 0 {
		top.Text(" since ").Date(since)
	}
	if where := where(i); where != "" {
		top.Text(" · " + where)
	}
	parts := []slack.RichTextElement{top.Section()}
	if i.Active() || i.ByHand {
		for _, says := range shared(i) {
			parts = append(parts, (&blockkit.Paragraph{}).Text(says).Section())
		}
	}
	latest := latestChange(i)
	var items []*blockkit.Paragraph
	for _, a := range all[:min(len(all), maxAlerts)] {
		if lone := len(all) == 1 && i.Omitted == 0 && a.Firing && !a.Unreported && a.Summary == "" && a.Description == "" && len(a.Labels) == 0; !lone {
			items = append(items, alertLine(i, a, !latest.IsZero() && a.ChangedAt.Equal(latest), since, false))
		}
	}
	if len(items) > 0 {
		parts = append(parts, blockkit.Bullets(items))
	}
	if rest := len(all) - min(len(all), maxAlerts) + i.Omitted; rest > 0 {
		parts = append(parts, (&blockkit.Paragraph{}).Italic(restOf(rest, i.Omitted)).Section())
	}
	return blockkit.RichText("alerts", parts...)
}

// alertsWhole are the alerts with all their words, for an answer.
func alertsWhole(i incident.Incident) slack.Block {
	all := newestFirst(i)
	var items []*blockkit.Paragraph
	for _, a := range all[:min(len(all), maxWhole)] {
		items = append(items, alertLine(i, a, false, time.Time{}, true))
	}
	if len(items) == 0 {
		return nil
	}
	parts := []slack.RichTextElement{(&blockkit.Paragraph{}).Bold(alertCount(i)).Section(), blockkit.Bullets(items)}
	if rest := len(all) - len(items) + i.Omitted; rest > 0 {
		parts = append(parts, (&blockkit.Paragraph{}).Italic(restOf(rest, i.Omitted)).Section())
	}
	return blockkit.RichText("alerts", parts...)
}

// shared is what the alerts say together, shortened to what reads at a glance. An
// alert's own summary stands in its line.
func shared(i incident.Incident) (says []string) {
	summary, description := blockkit.Line(i.Summary), blockkit.Line(i.Description)
	if summary != "" && !slices.ContainsFunc(i.Alerts, func(a incident.Alert) bool { return blockkit.Line(a.Summary) == summary }) {
		says = append(says, sentences(summary, maxSummary))
	}
	if description != "" {
		says = append(says, sentences(description, maxDescription))
	}
	return says
}

// firstStart is since when the oldest alert that fires does.
func firstStart(i incident.Incident) (first time.Time) {
	for _, a := range i.Alerts {
		if at := cmp.Or(a.StartsAt, a.ChangedAt); a.Firing && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	return first
}

// where are common labels that nothing else on the root says already, at most two.
func where(i incident.Incident) string {
	says := strings.ToLower(i.Title + " " + i.Summary)
	room := maxWhere - textutil.Units(alertCount(i)) - len(" since 23 Nov 03:14 · ")
	var pairs []string
	for _, name := range alerts.TellingLabels(i.Labels) {
		value := blockkit.Line(i.Labels[name])
		pair := textutil.CutUnits(blockkit.Line(name), 30) + "=" + textutil.CutUnits(value, 50)
		if strings.Contains(says, strings.ToLower(value)) || textutil.Units(pair) > room {
			continue
		}
		room -= textutil.Units(pair) + len(", ")
		if pairs = append(pairs, pair); len(pairs) == 2 {
			break
		}
	}
	return strings.Join(pairs, ", ")
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

// tells reports whether words have all the values in them that tell an alert apart.
func tells(says string, labels map[string]string) bool {
	says = strings.ToLower(says)
	for _, value := range labels {
		if !strings.Contains(says, strings.ToLower(blockkit.Line(value))) {
			return false
		}
	}
	return len(labels) > 0
}

// alertLine is an alert; since is what the line above says of all of them. Whole has all
// of its words; else it is about a line.
func alertLine(i incident.Incident, a incident.Alert, newest bool, since time.Time, whole bool) *blockkit.Paragraph {
	p := &blockkit.Paragraph{}
	switch {
	case newest && a.Firing:
		p.Bold("New: ")
	case newest:
		p.Bold("Changed: ")
	}
	held := !a.Firing && !a.HeldUntil.IsZero()
	if !a.Firing && !held {
		p.Text("resolved ").Date(cmp.Or(a.EndsAt, a.ChangedAt)).Text(" · ")
	}
	summary, description := strings.TrimSuffix(blockkit.Line(a.Summary), "."), strings.TrimSuffix(blockkit.Line(a.Description), ".")
	switch says := cmp.Or(summary, description); {
	case whole:
		p.Code(alertName(i, a))
		for _, says := range []string{textutil.CutUnits(summary, 200), textutil.CutUnits(description, 150)} {
			if says != "" {
				p.Text(" · " + says)
			}
		}
	case says == "":
		p.Code(alertName(i, a))
	case tells(says, a.Labels):
		p.Text(textutil.CutUnits(says, 120))
	default:
		p.Code(alertName(i, a)).Text(" " + textutil.CutUnits(says, 120))
	}
	switch {
	case a.Firing:
		if at := cmp.Or(a.StartsAt, a.ChangedAt); !at.Truncate(time.Minute).Equal(since.Truncate(time.Minute)) {
			p.Text(" · since ").Date(at)
		}
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
