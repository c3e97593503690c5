package message

import (
	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/action"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
)

// rootButtons are what an incident's first message offers, by its state.
func rootButtons(i incident.Incident) slack.Block {
	id := i.ID()
	var elements []slack.BlockElement
	if i.State == incident.Open {
		ack := blockkit.Button(action.IncidentAck.ID, id, "Acknowledge")
		ack.Style = slack.StylePrimary
		elements = append(elements, ack)
	}
	if i.Active() {
		label := "Resolve"
		if AsksToResolve(i) {
			label = "Resolve…"
		}
		elements = append(elements, blockkit.Button(action.IncidentResolve.ID, id, label))
	}
	if i.Over() && i.Dropped != "" && i.FollowedBy == 0 {
		elements = append(elements, blockkit.Button(action.IncidentKeep.ID, id, "Keep follow-ups"))
	}
	if i.Over() && !i.Drill {
		elements = append(elements, reasonSelect(i))
	}
	if i.Over() && i.FollowedBy == 0 {
		elements = append(elements, blockkit.Button(action.IncidentReopen.ID, id, "Reopen"))
		if i.Dropped == "" { // beside Keep follow-ups there is no room for it
			elements = append(elements, blockkit.Button(action.IncidentExport.ID, id, "Export"))
		}
	}
	menu := slack.NewOverflowBlockElement(action.IncidentMenu.ID,
		slack.NewOptionBlockObject(action.ChoiceAssign+"/"+id, blockkit.PlainText("Assign lead"), nil),
		slack.NewOptionBlockObject(action.ChoiceNote+"/"+id, blockkit.PlainText("Add note"), nil),
		slack.NewOptionBlockObject(action.ChoiceTimeline+"/"+id, blockkit.PlainText("Timeline"), nil),
		slack.NewOptionBlockObject(action.ChoiceCatchup+"/"+id, blockkit.PlainText("Catch me up"), nil),
		slack.NewOptionBlockObject(action.ChoiceExport+"/"+id, blockkit.PlainText("Export"), nil))
	return slack.NewActionBlock("act", append(elements, menu)...)
}
