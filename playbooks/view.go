package playbooks

import (
	"maps"
	"slices"
	"time"

	"github.com/signalbook/signalbook/alerts"
)

// Data is what a playbook is filled with.
type Data struct {
	Labels      map[string]string // common to the firing alerts
	Annotations map[string]string // common to the firing alerts
	Alerts      []alerts.Alert    // all that are known, firing or not
	StartsAt    time.Time         // of the earliest firing alert
}

// DataFor gathers what the firing alerts have in common; when none fires,
// what all of them have.
func DataFor(n alerts.Notification) Data {
	d := Data{Labels: map[string]string{}, Annotations: map[string]string{}, Alerts: n.Alerts}
	for i, a := range deciding(n) {
		if i == 0 {
			d.Labels, d.Annotations, d.StartsAt = maps.Clone(a.Labels), maps.Clone(a.Annotations), a.StartsAt
			continue
		}
		keepCommon(d.Labels, a.Labels)
		keepCommon(d.Annotations, a.Annotations)
	}
	return d
}

// deciding returns the firing alerts, or all when none fires, earliest first.
func deciding(n alerts.Notification) []alerts.Alert {
	var out []alerts.Alert
	for _, a := range n.Alerts {
		if a.Status == alerts.Firing {
			out = append(out, a)
		}
	}
	if len(out) == 0 {
		out = slices.Clone(n.Alerts)
	}
	slices.SortStableFunc(out, func(a, b alerts.Alert) int { return a.StartsAt.Compare(b.StartsAt) })
	return out
}

func keepCommon(common, other map[string]string) {
	maps.DeleteFunc(common, func(k, v string) bool {
		o, ok := other[k]
		return !ok || o != v
	})
}

// view is Data as templates see it: with the methods that Alertmanager's own
// templates have.
type view struct {
	Labels, Annotations kv
	Alerts              alertList
	StartsAt            time.Time
}

type alertView struct {
	Status              string
	Labels, Annotations kv
	StartsAt, EndsAt    time.Time
	GeneratorURL        string
	Fingerprint         string
}

func (d Data) view() view {
	v := view{Labels: d.Labels, Annotations: d.Annotations, StartsAt: d.StartsAt}
	for _, a := range d.Alerts {
		v.Alerts = append(v.Alerts, &alertView{
			Status: string(a.Status), Labels: a.Labels, Annotations: a.Annotations,
			StartsAt: a.StartsAt, EndsAt: a.EndsAt, GeneratorURL: a.GeneratorURL, Fingerprint: a.Fingerprint,
		})
	}
	return v
}

type alertList []*alertView

// Firing returns the alerts that fire.
func (as alertList) Firing() alertList { return as.with(alerts.Firing) }

// Resolved returns the alerts that are resolved.
func (as alertList) Resolved() alertList { return as.with(alerts.Resolved) }

func (as alertList) with(s alerts.Status) alertList {
	out := make(alertList, 0, len(as))
	for _, a := range as {
		if a.Status == string(s) {
			out = append(out, a)
		}
	}
	return out
}

type kv map[string]string

// kvPair is one label or annotation.
type kvPair struct{ Name, Value string }

// SortedPairs returns the pairs by name, alertname first.
func (m kv) SortedPairs() []kvPair {
	var out []kvPair
	for _, name := range m.Names() {
		out = append(out, kvPair{name, m[name]})
	}
	return out
}

// Names returns the names in order, alertname first.
func (m kv) Names() []string {
	names := slices.Sorted(maps.Keys(m))
	if i := slices.Index(names, "alertname"); i > 0 {
		names = slices.Insert(slices.Delete(names, i, i+1), 0, "alertname")
	}
	return names
}

// Values returns the values in the order of Names.
func (m kv) Values() []string {
	var out []string
	for _, name := range m.Names() {
		out = append(out, m[name])
	}
	return out
}

// Remove returns the pairs whose names are not given.
func (m kv) Remove(names []string) kv {
	out := maps.Clone(m)
	for _, n := range names {
		delete(out, n)
	}
	return out
}
