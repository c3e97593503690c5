package message

import (
	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
)

// Loss is something that a playbook says and its messages do not show whole,
// because Slack would refuse it.
type Loss struct {
	Step   string // its id; empty: it concerns the root
	Part   string // "title" or "links" of the playbook, "detail" or "commands" of a step
	Index  int    // which link or command, from 0
	Length int    // in UTF-16 units
	Limit  int
	Full   bool // links: as many are shown already as there may be
}

// Losses tells what the messages of an incident cut or leave out of its playbook.
// Whatever it says, Slack takes the messages themselves: Render keeps to its limits.
func Losses(v View) []Loss {
	_, lost := linksAndLost(v.Incident)
	for _, t := range v.Incident.Tiers {
		for _, c := range tierSteps(v, t.Name) {
			lost = append(lost, c.lost...)
		}
	}
	if v.Playbook == nil {
		return lost
	}
	bare := v.Incident
	bare.State, bare.Title = incident.Acknowledged, v.Playbook.Title // the longest of the words for a state
	if n := textutil.Units(headline(bare)); n > blockkit.MaxHeader {
		lost = append(lost, Loss{Part: "title", Length: textutil.Units(blockkit.Line(v.Playbook.Title)), Limit: blockkit.MaxHeader - (n - textutil.Units(blockkit.Line(v.Playbook.Title)))})
	}
	return lost
}
