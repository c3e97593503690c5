package playbooks

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/alerts/textutil"
)

// named is the label or annotation that names a playbook.
const named = "playbook"

// Choice is the playbook for a group of alerts and why it is this one. Reason
// and Note are plain text; they quote labels, cut and cleaned, and must be
// escaped for Slack like any other text.
type Choice struct {
	Playbook *Playbook // never nil
	Reason   string    // a sentence
	Note     string    // for everybody to see: a named playbook does not exist
}

// Select chooses for a group: the playbook that a `playbook` label or
// annotation names; else the first one whose match holds for the earliest
// firing alert that matches any; else triage.
func (s *Set) Select(n alerts.Notification) Choice {
	order := deciding(n)
	if name, where := nameIn(order, n); name != "" {
		if p, ok := s.Find(name); ok {
			return Choice{Playbook: p, Reason: fmt.Sprintf("%s names it.", where)}
		}
		return Choice{
			Playbook: s.triage,
			Reason:   fmt.Sprintf("%s names a playbook that does not exist, so it is triage.", where),
			Note:     fmt.Sprintf("There is no playbook %q%s", quotable(name), cmp.Or(didYouMean(name, s.Names()), ".")),
		}
	}
	for _, a := range order {
		for _, e := range s.ordered {
			if e.playbook.Name == Triage {
				continue
			}
			for _, ms := range e.match {
				if ms.Match(a.Labels) {
					return Choice{Playbook: e.playbook, Reason: ms.because(a)}
				}
			}
		}
	}
	return Choice{Playbook: s.triage, Reason: "No playbook matches, so it is triage."}
}

// nameIn finds the earliest alert that names a playbook, labels before
// annotations, and last the labels and annotations that the sender calls
// common.
func nameIn(order []alerts.Alert, n alerts.Notification) (name, where string) {
	for _, a := range order {
		for _, from := range []struct {
			what   string
			values map[string]string
		}{{"label", a.Labels}, {"annotation", a.Annotations}} {
			if name := strings.TrimSpace(from.values[named]); name != "" {
				return name, fmt.Sprintf("The %s playbook=%q of the %s", from.what, quotable(name), called(a))
			}
		}
	}
	for _, from := range []struct {
		what   string
		values map[string]string
	}{{"label", n.CommonLabels}, {"annotation", n.CommonAnnotations}} {
		if name := strings.TrimSpace(from.values[named]); name != "" {
			return name, fmt.Sprintf("The common %s playbook=%q", from.what, quotable(name))
		}
	}
	return "", ""
}

// maxCalled is how many labels stand for the name of an alert that has none.
const maxCalled = 3

// called names an alert after "the": by its name, else by what labels it has.
func called(a alerts.Alert) string {
	if name := quotable(a.Labels["alertname"]); name != "" {
		return fmt.Sprintf("alert %q", name)
	}
	var pairs []string
	for _, name := range first(alerts.TellingLabels(a.Labels), maxCalled) {
		pairs = append(pairs, fmt.Sprintf("%s=%q", quotable(name), quotable(a.Labels[name])))
	}
	if len(pairs) == 0 {
		return "alert without a name"
	}
	return "alert {" + strings.Join(pairs, ", ") + "}"
}

// quotable makes a text from outside fit for a sentence.
func quotable(s string) string { return textutil.Cut(cleanLine(s), 80) }
