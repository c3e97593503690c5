package playbooks

import (
	"maps"
	"slices"

	"github.com/signalbook/signalbook/alerts"
)

// links fills links with what the group has in common. One that only single alerts
// have the values for is left out without a word: AlertLinks has it.
func (f *filler) links(links []Link, all []alerts.Alert) (filled []Link) {
	for k, l := range links {
		said := len(f.notes)
		link, ok := f.link(l)
		if ok {
			link.Own = k + 1
			filled = append(filled, link)
			continue
		}
		if len(f.notes) > said && IsTemplate(l.URL) && slices.ContainsFunc(all[:min(len(all), 10)], func(a alerts.Alert) bool {
			own := filler{view: f.of(a), budget: f.budget}
			_, ok := own.link(l)
			return ok
		}) {
			f.notes = f.notes[:said]
		}
	}
	return filled
}

// of is the view of one alert: what the group shares, and its own labels and annotations.
func (f *filler) of(a alerts.Alert) view {
	v := f.view
	v.Labels, v.Annotations, v.StartsAt = with(v.Labels, a.Labels), with(v.Annotations, a.Annotations), a.StartsAt
	return v
}

func with(shared kv, own map[string]string) kv {
	if len(shared) == 0 {
		return own
	}
	all := maps.Clone(shared)
	maps.Copy(all, own)
	return all
}

func (f *filler) link(l Link) (Link, bool) {
	title := f.text(l.Title, inTitle, "link "+l.Title)
	filled, err := fill(l.URL, inURL, f.view, f.budget)
	if err != nil {
		f.notef("link %q is left out: %v", l.Title, err)
		return Link{}, false
	}
	if unset(filled) {
		return Link{}, false // made of a value that this alert does not have
	}
	target, ok := filledURL(filled)
	if !ok {
		f.notef("link %q is left out: with this alert's values it is no http or https URL", l.Title)
		return Link{}, false
	}
	if !Shows(title) {
		title = target
	}
	return Link{Title: title, URL: target}, true
}

// AlertLinks fills the links of a playbook for one alert at a time, where alerts of a
// group lead to different pages.
type AlertLinks struct {
	links  []Link
	filler filler
}

// AlertLinks are those of the playbook for a group of alerts; nil when its links are
// the same for all alerts.
func (p *Playbook) AlertLinks(group []alerts.Alert) *AlertLinks {
	if !slices.ContainsFunc(p.Links, func(l Link) bool { return IsTemplate(l.URL) }) {
		return nil
	}
	return &AlertLinks{p.Links, filler{view: Data{Alerts: group}.view(), budget: newBudget()}}
}

// Of are the links of one alert of the group. What cannot be filled is left out.
func (l *AlertLinks) Of(a alerts.Alert) (filled []Link) {
	own := filler{view: l.filler.of(a), budget: l.filler.budget}
	for k, link := range l.links {
		if link, ok := own.link(link); ok {
			link.Own = k + 1
			filled = append(filled, link)
		}
	}
	return filled
}
