package message

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/signalbook/signalbook/bot/incident"
)

const (
	maxLinks    = 10
	maxURL      = 2_000 // characters of one link; a longer one is left out, a cut one would lead elsewhere
	maxAllLinks = 4_000 // characters of all links of a message
)

// links are the root's ways out. Their words are ours or the playbook author's;
// what is no plain web address is dropped.
func links(i incident.Incident) []*paragraph {
	all, _ := linksAndLost(i)
	return all
}

func linksAndLost(i incident.Incident) (all []*paragraph, lost []Loss) {
	left := maxAllLinks
	tooLong := 0
	own := -1 // the playbook's own link that is being added
	add := func(label, target string) {
		label = Cut(Line(label), 75)
		switch {
		case !web(target) || label == "":
		case Length(target) > min(maxURL, left) || len(all) == maxLinks:
			tooLong++
			if own >= 0 {
				lost = append(lost, Loss{Part: "links", Index: own, Length: Length(target), Limit: min(maxURL, left), Full: len(all) == maxLinks})
			}
		default:
			left -= Length(target)
			all = append(all, (&paragraph{}).link(target, label))
		}
	}
	source := expressionURL(i)
	add(ruleTitle(i, source), source)
	add(sender(i, source))
	add("Runbook", i.Runbook)
	add("Dashboard", i.Dashboard)
	for own = range i.Links {
		l := i.Links[own]
		add(l.Title, l.URL)
	}
	if tooLong > 0 {
		all = append(all, (&paragraph{}).italic(plural(tooLong, "link")+" too long for Slack left out"))
	}
	return all, lost
}

// grafanaRule finds the page of a Grafana rule, wherever Grafana is served.
var grafanaRule = regexp.MustCompile(`/alerting/([^/?#]+/)?[^/?#]+/(view|edit)([?#]|$)`)

// ruleTitle is what the address of an alert's rule leads to.
func ruleTitle(i incident.Incident, address string) string {
	switch {
	case grafanaRule.MatchString(address):
		return "Grafana rule"
	case strings.Contains(address, "g0.expr="), strings.HasSuffix(address, "/graph"):
		return "Prometheus"
	case i.Grafana:
		return "Grafana rule"
	case strings.Contains(address, "/vmalert/"):
		return "vmalert"
	}
	return "Source"
}

// sender is the page of whoever sent the alerts: Grafana, or Alertmanager narrowed to
// the group.
func sender(i incident.Incident, source string) (title, address string) {
	base := i.ExternalURL
	switch {
	case i.Grafana, base != "" && strings.HasPrefix(source, base) && grafanaRule.MatchString(source): // documents of earlier binaries do not say
		return "Grafana", base
	case base != "":
		base = strings.TrimRight(base, "/") + "/#/alerts" + managerFilter(i.Labels)
	}
	return "Alertmanager", base
}

// expressionURL is the expression behind the alert on top of the list.
func expressionURL(i incident.Incident) string {
	for _, a := range newestFirst(i) {
		if web(a.URL) {
			return a.URL
		}
	}
	return ""
}

// web reports whether a URL is a plain http or https address: no credentials
// in it, nothing invisible.
func web(s string) bool {
	if s == "" || strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || strings.ContainsRune("<>|\"`\\", r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
	}) {
		return false
	}
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil
}

// managerFilter narrows Alertmanager's page to the group, by the labels that
// all its alerts share.
func managerFilter(labels map[string]string) string {
	var matchers []string
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		value := labels[name]
		if len(matchers) == 6 || !plainLabel(name) || len(value) > 100 || Clean(value) != value {
			continue
		}
		matchers = append(matchers, fmt.Sprintf("%s=%q", name, value))
	}
	if len(matchers) == 0 {
		return ""
	}
	// The page behind "#" reads %20, not "+".
	return "?filter=" + strings.ReplaceAll(url.QueryEscape("{"+strings.Join(matchers, ",")+"}"), "+", "%20")
}

// plainLabel reports whether a label's name needs no quotes in a matcher.
func plainLabel(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}) && (name[0] < '0' || name[0] > '9')
}
