package message

import (
	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
)

// Address is one of an incident's ways out: what it is called, and where it leads.
type Address struct{ Title, URL string }

// Addresses are the links that the root shows.
func Addresses(i incident.Incident) []Address {
	w := gather(i)
	w.choose()
	var all []Address
	for _, t := range w.titles {
		for _, l := range t.links {
			if l.shown {
				all = append(all, Address{textutil.CutUnits(blockkit.Line(w.label(t, l)), 75), l.address})
			}
		}
	}
	return all
}

// Happened says what an entry of the timeline tells, and which words somebody said with
// it, as plain text of a line each.
func Happened(i incident.Incident, c incident.Change) (says, words string) {
	says = happened(i, c)
	if c.Kind == incident.KindDiverted { // escaped for mrkdwn there
		says = "goes " + blockkit.Line(c.Text)
	}
	if carriesWords(c.Kind) && c.Kind != incident.KindDiverted {
		words = blockkit.CutNamed(blockkit.Line(c.Text), 500)
	}
	return says, words
}

// AlertName is what tells an alert apart from the others of its group.
func AlertName(i incident.Incident, a incident.Alert) string { return alertName(i, a) }

// Title is an incident's title as plain text.
func Title(i incident.Incident) string { return title(i) }
