package message

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/alerts/weblink"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/playbooks"
)

const (
	maxLinks     = 10
	maxSameTitle = 5     // links of one title
	maxURL       = 2_000 // characters of one link; a longer one is left out, a cut one would lead elsewhere
	maxAllLinks  = 4_000 // characters of all links of a message
)

// tooLong is why a link is left out that nothing else is wrong with.
const tooLong weblink.Why = "too long for Slack"

// links are the root's ways out: to who sent the alerts, to where those that fire lead
// (each of them where they differ), to the playbook's pages.
func links(i incident.Incident) []*blockkit.Paragraph {
	all, _ := linksAndLost(i)
	return all
}

func linksAndLost(i incident.Incident) ([]*blockkit.Paragraph, []Loss) {
	w := gather(i)
	w.choose()
	var all []*blockkit.Paragraph
	var rest []string
	for _, t := range w.titles {
		more := 0
		for _, l := range t.links {
			if l.shown {
				all = append(all, (&blockkit.Paragraph{}).Link(l.address, textutil.CutUnits(blockkit.Line(w.label(t, l)), 75)))
			} else if !l.long {
				more++
			}
		}
		if more > 0 {
			rest = append(rest, textutil.Count(more, "more "+textutil.CutUnits(blockkit.Line(t.title), 60)+" link"))
		}
	}
	if len(rest) > 0 {
		all = append(all, (&blockkit.Paragraph{}).Italic(textutil.List(rest)))
	}
	for _, why := range []weblink.Why{weblink.NoAddress, weblink.Hole, tooLong} {
		if left := w.left[why]; len(left) > 0 {
			said := slices.Compact(slices.Clone(left))
			all = append(all, (&blockkit.Paragraph{}).Italic(textutil.Count(len(left), "link")+" left out: "+string(why)+" ("+textutil.CutUnits(strings.Join(said, ", "), 120)+")"))
		}
	}
	return all, w.lost
}

// ways are the links of an incident before some of them are chosen.
type ways struct {
	incident incident.Incident
	alerts   []incident.Alert // whose links they are
	titles   []*waysOfTitle
	to       map[string]*way          // by target
	left     map[weblink.Why][]string // titles of what is no link
	written  map[source][]*way        // the links in what was written
	lost     []Loss
}

// source is what was written as a link, and under which title; the playbook's links
// may take titles of values.
type source struct {
	own            int // which of the playbook's links, from 1; then no title
	title, written string
}

// waysOfTitle are links of one title: of different alerts, or one.
type waysOfTitle struct {
	title string
	own   int // which of the playbook's links, from 1
	links []*way
}

type way struct {
	of          source // who first wrote it
	address     string
	title       string           // its own, where the playbook makes titles of values
	from        []incident.Alert // that lead there
	shown, long bool
}

// gather finds all links. While something fires, what is over leads nowhere.
func gather(i incident.Incident) *ways {
	w := &ways{incident: i, to: map[string]*way{}, left: map[weblink.Why][]string{}, written: map[source][]*way{}}
	w.alerts = newestFirst(i)
	if i.FiringCount() > 0 {
		w.alerts = slices.DeleteFunc(w.alerts, func(a incident.Alert) bool { return !a.Firing })
	}
	source := ""
	for _, a := range w.alerts {
		if a.URL != "" {
			source = cmp.Or(source, a.URL)
			w.add(ruleTitle(i, a.URL), a.URL, 0, a)
		}
	}
	title, address := sender(i, source)
	w.add(title, address, 0)
	known, own := false, false
	for _, rank := range []int{0, 1, 2} {
		for _, a := range w.alerts {
			for _, l := range a.Links {
				known, own = true, own || l.Own > 0
				if r := rankOf(l); r == rank {
					w.add(l.Title, l.URL, l.Own, a)
				}
			}
		}
	}
	if !known { // a document of an earlier binary
		w.add("Runbook", i.Runbook, 0)
		w.add("Dashboard", i.Dashboard, 0)
	}
	for k, l := range i.Links {
		if !own {
			w.add(l.Title, l.URL, cmp.Or(l.Own, k+1))
		}
	}
	return w
}

// rankOf orders kinds of links: runbooks, then the alerts' others, then the playbook's.
func rankOf(l playbooks.Link) int {
	switch {
	case l.Own > 0:
		return 2
	case l.Title == "Runbook":
		return 0
	}
	return 1
}

// add takes in what was written as a link, for an alert that leads there.
func (w *ways) add(title, written string, own int, from ...incident.Alert) {
	if written == "" || blockkit.Line(title) == "" {
		return
	}
	s := source{own, title, written}
	if own > 0 {
		s.title = ""
	}
	links, again := w.written[s]
	if !again {
		links = w.find(s, title)
		w.written[s] = links
	}
	for _, l := range links {
		for _, a := range from {
			if at := len(l.from) - 1; at < 0 || l.from[at].Fingerprint != a.Fingerprint {
				l.from = append(l.from, a)
			}
		}
	}
}

// find makes links of what was written; those that stand under another title already
// stay there.
func (w *ways) find(s source, title string) (links []*way) {
	addresses, why := weblink.Find(s.written)
	if why != "" {
		w.left[why] = append(w.left[why], blockkit.Line(title))
	}
	for _, address := range addresses {
		target := weblink.Key(address)
		l := w.to[target]
		if l == nil {
			l = &way{of: s, address: address, title: title, long: textutil.Units(address) > maxURL}
			w.to[target] = l
			t := w.titled(title, s.own)
			t.links = append(t.links, l)
			if l.long {
				w.tooLong(t, l, maxURL)
			}
		}
		if l.of.own == s.own && l.of.title == s.title {
			links = append(links, l)
		}
	}
	return links
}

// titled returns the links of that title, or of that link of the playbook.
func (w *ways) titled(title string, own int) *waysOfTitle {
	for _, t := range w.titles {
		if t.own == own && (own > 0 || t.title == title) {
			return t
		}
	}
	t := &waysOfTitle{title: title, own: own}
	w.titles = append(w.titles, t)
	return t
}

func (w *ways) tooLong(t *waysOfTitle, l *way, limit int) {
	l.long = true
	w.left[tooLong] = append(w.left[tooLong], blockkit.Line(t.title))
	w.lose(t, l, limit, false)
}

// lose remembers a link of the playbook that is not shown for any alert.
func (w *ways) lose(t *waysOfTitle, l *way, limit int, full bool) {
	if t.own > 0 && l == t.links[0] {
		w.lost = append(w.lost, Loss{Part: "links", Index: t.own - 1, Length: textutil.Units(l.address), Limit: limit, Full: full})
	}
}

// choose picks what is shown: the first link of each title, then the second ones, as
// long as there is room.
func (w *ways) choose() {
	left, shown := maxAllLinks, 0
	for turn := range maxSameTitle {
		for _, t := range w.titles {
			if turn >= len(t.links) || t.links[turn].long {
				continue
			}
			l := t.links[turn]
			switch size := textutil.Units(l.address); {
			case shown == maxLinks:
				w.lose(t, l, left, true)
			case size > left:
				w.tooLong(t, l, left)
			default:
				l.shown = true
				shown++
				left -= size
			}
		}
	}
}

// label is what a link is called: its title, and where there are several of that title
// the value that tells its alerts from the others.
func (w *ways) label(t *waysOfTitle, l *way) string {
	several := 0
	for _, other := range t.links {
		if other.title == l.title {
			several++
		}
	}
	if several < 2 || len(l.from) == 0 {
		return l.title
	}
	return l.title + ": " + w.telling(t, l)
}

// telling is the value of the first label that all alerts of the link share, and no
// other link's have; else what the first alert is called, and how many there are beside it.
func (w *ways) telling(t *waysOfTitle, l *way) string {
	value := func(a incident.Alert, name string) string { return cmp.Or(a.Labels[name], w.incident.Labels[name]) }
	for _, name := range alerts.LabelNames(l.from[0].Labels) {
		own := value(l.from[0], name)
		differs := func(a incident.Alert) bool { return value(a, name) != own }
		if own == "" || slices.ContainsFunc(l.from, differs) {
			continue
		}
		if !slices.ContainsFunc(t.links, func(other *way) bool {
			return other != l && slices.ContainsFunc(other.from, func(a incident.Alert) bool { return !differs(a) })
		}) {
			return own
		}
	}
	name := alertName(w.incident, l.from[0])
	if more := len(l.from) - 1; more > 0 {
		name += fmt.Sprintf(" and %d more", more)
	}
	return name
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

// managerFilter narrows Alertmanager's page to the group, by the labels that
// all its alerts share.
func managerFilter(labels map[string]string) string {
	var matchers []string
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		value := labels[name]
		if len(matchers) == 6 || !plainLabel(name) || len(value) > 100 || strings.TrimSpace(blockkit.Clean(value)) != value || weblink.Redacted(value) {
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
