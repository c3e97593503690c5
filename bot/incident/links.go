package incident

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/alerts/weblink"
	"github.com/signalbook/signalbook/playbooks"
)

// Bounds of what is kept of an alert's links: of a longer one it is enough to know
// that it is too long for Slack.
const (
	maxAlertLinks = 8
	maxLink       = 2_100 // bytes
)

// Titles of the usual links, in their order.
const (
	runbook   = "Runbook"
	dashboard = "Dashboard"
	panel     = "Panel"
)

// linksOf are the links that an alert brings: annotations named as links or that are
// addresses, labels named so, and what Grafana adds. They are as they were written,
// but for blanks and line breaks around; which of them lead anywhere is seen when they are shown.
func linksOf(n alerts.Notification, a alerts.Alert) []playbooks.Link {
	type written struct {
		playbooks.Link
		leads bool // somewhere
	}
	var all []written
	leads := map[string]bool{} // titles that lead somewhere
	add := func(title, text string, named bool) {
		text = strings.TrimSpace(text)
		found, _ := weblink.Find(text)
		if text == "" || len(found) == 0 && !named || !named && strings.ContainsFunc(text, unicode.IsSpace) {
			return
		}
		leads[title] = leads[title] || len(found) > 0
		if len(text) > maxLink {
			text = strings.ToValidUTF8(text[:maxLink], "")
		}
		all = append(all, written{playbooks.Link{Title: title, URL: text}, len(found) > 0})
	}
	annotations := maps.Clone(n.CommonAnnotations)
	if annotations == nil {
		annotations = map[string]string{}
	}
	maps.Copy(annotations, a.Annotations)
	for _, name := range slices.Backward(slices.Sorted(maps.Keys(annotations))) { // runbook_url before runbook
		if title, named := linkTitle(name); title != "" {
			add(title, annotations[name], named)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(a.Labels)) {
		if title, named := linkTitle(name); named && strings.Contains(a.Labels[name], "://") {
			add(title, a.Labels[name], named)
		}
	}
	add(dashboard, a.DashboardURL, false)
	add(panel, a.PanelURL, false)
	slices.SortStableFunc(all, func(a, b written) int {
		return cmp.Or(cmp.Compare(linkRank(a.Title), linkRank(b.Title)), cmp.Compare(a.Title, b.Title))
	})
	var kept []playbooks.Link
	for _, l := range all {
		if !l.leads && leads[l.Title] || slices.Contains(kept, l.Link) {
			continue // words beside a link of that name, or the same again
		}
		kept = append(kept, l.Link)
	}
	return slices.Clip(kept[:min(len(kept), maxAlertLinks)])
}

func linkRank(title string) int {
	if at := slices.Index([]string{runbook, dashboard, panel}, title); at >= 0 {
		return at
	}
	return 3
}

// linkTitle is what a link is called after the name of its annotation: runbook_url,
// runbookURL and runbook are a Runbook, kibana_logs_link is Kibana logs; named says
// that such a name promises a link. Empty: there is never one in it.
func linkTitle(name string) (title string, named bool) {
	if strings.HasPrefix(name, "__") || slices.Contains(summaries, name) || name == "title" || name == "playbook" {
		return "", false
	}
	words := nameWords(name)
	if last := len(words) - 1; last >= 0 && slices.Contains([]string{"url", "urls", "uri", "link", "links", "href"}, words[last]) {
		words, named = words[:last], true
	}
	switch joined := strings.Join(words, ""); {
	case joined == "runbook", joined == "runbooks", joined == "playbook" && named:
		return runbook, true
	case joined == "dashboard", joined == "dashboards", joined == "grafanadashboard":
		return dashboard, true
	case joined == "grafana":
		return dashboard, named
	case joined == "panel", joined == "grafanapanel":
		return panel, named
	case joined == "":
		return "Link", named
	}
	title = strings.Join(words, " ")
	return textutil.Capital(title), named
}

// nameWords splits a name at its signs and where a capital follows a small letter.
func nameWords(name string) []string {
	var spaced strings.Builder
	small := false
	for _, r := range name {
		if unicode.IsUpper(r) && small {
			spaced.WriteByte(' ')
		}
		small = unicode.IsLower(r) || unicode.IsDigit(r)
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			r = ' '
		}
		spaced.WriteRune(unicode.ToLower(r))
	}
	return strings.Fields(spaced.String())
}

// firstLink is the first link of that title among the firing alerts.
func (i *Incident) firstLink(title string) string {
	for _, a := range i.Alerts {
		for _, l := range a.Links {
			if a.Firing && l.Own == 0 && l.Title == title {
				return l.URL
			}
		}
	}
	return ""
}

// Moved reports whether an alert started or ended at another time than was known
// before, or leads elsewhere. A copy may say so while nothing happens that is told;
// messages show it.
func (i *Incident) Moved(before *Incident) bool {
	for k, a := range i.Alerts {
		at := k // alerts keep their places but when some are forgotten
		if k >= len(before.Alerts) || before.Alerts[k].Fingerprint != a.Fingerprint {
			at = slices.IndexFunc(before.Alerts, func(b Alert) bool { return b.Fingerprint == a.Fingerprint })
		}
		if at < 0 {
			continue
		}
		was := before.Alerts[at]
		if !was.StartsAt.Equal(a.StartsAt) || !was.EndsAt.Equal(a.EndsAt) || was.URL != a.URL || !slices.Equal(was.Links, a.Links) {
			return true
		}
	}
	return false
}
