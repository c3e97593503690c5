package playbooktest

import (
	"maps"
	"slices"
	"time"

	"github.com/prometheus/common/model"

	"github.com/signalbook/signalbook/alerts"
)

// repeatInterval is how often a firing group is told again (Alertmanager:
// repeat_interval, by default 4h).
const repeatInterval = 4 * time.Hour

// group is one alert group over time, as a test tells of it.
type group struct {
	alerts []TestAlert
	by     []string // the labels that Alertmanager groups by
	start  time.Time
	stale  time.Duration // after so long without a word the group counts as stale
}

// deliveries are the moments up to the end at which Alertmanager sends: whenever
// alerts start or resolve (its group_wait and group_interval are none), and
// repeats while something fires. All that a repeat changes is when the group was
// last heard of, so where staleness is far off there are fewer.
func (g group) deliveries(end time.Time) []time.Time {
	var moments []time.Time
	for _, a := range g.alerts {
		moments = append(moments, g.start.Add(time.Duration(a.Starts)))
		if a.ResolvedAt != nil {
			moments = append(moments, g.start.Add(time.Duration(*a.ResolvedAt)))
		}
	}
	slices.SortFunc(moments, time.Time.Compare)
	moments = slices.CompactFunc(moments, time.Time.Equal)
	repeat := max(repeatInterval, g.stale/2)
	var all []time.Time
	for k, at := range moments {
		if at.After(end) {
			break
		}
		all = append(all, at)
		until := end
		if k+1 < len(moments) && moments[k+1].Before(end) {
			until = moments[k+1]
		}
		for again := at.Add(repeat); again.Before(until) && g.fires(at); again = again.Add(repeat) {
			all = append(all, again)
		}
	}
	return all
}

// fires reports whether any alert fires at a moment.
func (g group) fires(at time.Time) bool {
	return slices.ContainsFunc(g.alerts, func(a TestAlert) bool {
		return !g.start.Add(time.Duration(a.Starts)).After(at) && (a.ResolvedAt == nil || g.start.Add(time.Duration(*a.ResolvedAt)).After(at))
	})
}

// notification is what Alertmanager says of the group at a moment. A resolved alert
// is told once.
func (g group) notification(at time.Time) alerts.Notification {
	n := alerts.Notification{Source: "test", Receiver: "signalbook", GroupKey: "{}:{}", Status: alerts.Resolved}
	known := map[string]int{}
	for _, a := range g.alerts {
		starts := g.start.Add(time.Duration(a.Starts))
		if starts.After(at) {
			continue
		}
		told := alerts.Alert{
			Status: alerts.Firing, Labels: a.Labels, Annotations: a.Annotations, StartsAt: starts,
			GeneratorURL: a.GeneratorURL, Fingerprint: Fingerprint(a.Labels),
		}
		if a.ResolvedAt != nil {
			if ends := g.start.Add(time.Duration(*a.ResolvedAt)); !ends.After(at) {
				told.Status, told.EndsAt = alerts.Resolved, ends
			}
		}
		if k, twice := known[told.Fingerprint]; twice {
			if !told.StartsAt.Before(n.Alerts[k].StartsAt) {
				n.Alerts[k] = told // it fires anew
			}
			continue
		}
		known[told.Fingerprint] = len(n.Alerts)
		n.Alerts = append(n.Alerts, told)
	}
	n.Alerts = slices.DeleteFunc(n.Alerts, func(a alerts.Alert) bool { return a.Status == alerts.Resolved && !a.EndsAt.Equal(at) })
	return Gather(n, g.by)
}

// Gather fills in what a notification says of its alerts together: status, counts,
// common and group labels.
func Gather(n alerts.Notification, by []string) alerts.Notification {
	n.Firing, n.Resolved, n.Status = 0, 0, alerts.Resolved
	n.GroupLabels = map[string]string{}
	for k, a := range n.Alerts {
		if a.Status == alerts.Firing {
			n.Firing++
			n.Status = alerts.Firing
		} else {
			n.Resolved++
		}
		if k == 0 {
			n.CommonLabels, n.CommonAnnotations = maps.Clone(a.Labels), maps.Clone(a.Annotations)
			continue
		}
		keepCommon(n.CommonLabels, a.Labels)
		keepCommon(n.CommonAnnotations, a.Annotations)
	}
	for _, name := range by {
		if value := n.CommonLabels[name]; value != "" {
			n.GroupLabels[name] = value
		}
	}
	return n
}

func keepCommon(common, other map[string]string) {
	maps.DeleteFunc(common, func(name, value string) bool { return other[name] != value })
}

// Fingerprint is an alert's identity, as Prometheus computes it.
func Fingerprint(labels map[string]string) string {
	set := model.LabelSet{}
	for name, value := range labels {
		set[model.LabelName(name)] = model.LabelValue(value)
	}
	return set.Fingerprint().String()
}
