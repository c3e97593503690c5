package message

import (
	"fmt"

	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
)

// Export begins the names of the slots of post-mortems, each with a number.
const Export = "export"

// exported is the slot of the post-mortem that somebody last asked for: a file in the
// thread. Its message says that the file could not be brought there.
func exported(i incident.Incident) Slot {
	e := i.Exported
	says := fmt.Sprintf("The post-mortem that %s asked for could not be brought here. Operators print it: `signalbook export %s`", blockkit.EscapeMrkdwn(PersonName(e.By)), i.ID())
	return Slot{
		Name: fmt.Sprintf("%s:%d", Export, e.Count), Thread: true, Once: true, Message: blockkit.TextMessage(says),
		Picture: &Picture{
			Name: i.ID() + ".md", Title: "Post-mortem of " + i.ID(), Alt: "Post-mortem of " + i.ID(), Hash: fmt.Sprintf("%s:%d", Export, e.Count), Posted: true,
		},
	}
}
