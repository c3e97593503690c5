// Package message decides how things look in Slack: it turns an incident, a
// list or an answer into Slack blocks within Slack's limits. It never talks to
// Slack, reads no clock and keeps nothing.
//
// Text that comes from alerts, playbook values or people is put into plain_text
// and rich_text elements only, where Slack interprets nothing; where mrkdwn
// cannot be avoided (fallback texts, private answers) it goes through [blockkit.EscapeMrkdwn].
// Times are Slack's date elements, shown in each reader's own time zone, and
// never computed: a message depends on the incident alone, so that an incident
// that did not change renders to the same hash.
package message

import (
	"fmt"

	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/playbooks"
)

// View is all that rendering an incident depends on.
type View struct {
	Incident incident.Incident
	// Playbook is the one that the incident began with; nil leaves out the details of steps.
	Playbook *playbooks.Playbook
	Names    Names
	Command  string // the slash command: "/playbook"
	// Full shows every step whole, whatever is needed now.
	Full bool
	// Uncalled names people and groups in words, so that posting notifies nobody.
	Uncalled bool
}

// Slot is one message that there should be.
type Slot struct {
	Name      string // "root", "tier:immediate", "tier:immediate:2", "resolved:1", "score:1", ...
	Thread    bool   // a reply in the root's thread
	Once      bool   // a ping: posted once, never edited
	Broadcast bool   // shown in the channel too
	InRoot    bool   // a ping that a root which nobody saw before makes needless: it says the same
	Message   blockkit.Message
	// Picture is shown in the message; nil: none. A slot that is posted once only never gets one that is late.
	Picture *Picture
	// Form is what is sent of the message, and Whole the hash of the whole one, when Slack refused that.
	Form  blockkit.Form
	Whole string
	// File is Slack's id of the picture's file, filled in by whoever brought it there. Without it the message is
	// shown without the picture.
	File string
}

// Render returns the messages that there should be of an incident: the root,
// the tiers in order, the pings. A quiet incident has none, and one that is only
// listed by its storm; a critical one of a storm has but its immediate tier. A
// drill's are all marked as such, and notify nobody.
// Which step stands in which message never changes during an incident.
func Render(v View) []Slot {
	i := v.Incident
	if i.Quiet || i.Show == incident.ShowListed {
		return nil
	}
	if i.Drill || v.Uncalled {
		v = uncalled(v)
	}
	slots := []Slot{{Name: "root", Message: root(v)}}
	for _, t := range i.Tiers {
		if i.Show == incident.ShowAll || t.Name == playbooks.Immediate {
			slots = append(slots, tierSlots(v, t)...)
		}
	}
	slots = append(slots, pings(v)...)
	if i.Score != nil {
		slots = append(slots, Slot{Name: fmt.Sprintf("score:%d", i.Opening), Thread: true, Message: score(i)})
	}
	if i.Exported.Count > 0 {
		slots = append(slots, exported(i))
	}
	if i.Drill {
		slots = asDrill(slots)
	}
	return slots
}
