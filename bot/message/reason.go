package message

import (
	"strings"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/action"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
)

// reasons are what an incident can turn out to have been, as people choose it once
// it is resolved; the weekly digest counts them.
var reasons = []struct{ value, label string }{
	{"fixed", "Fixed"},
	{"false_alarm", "False alarm"},
	{"noise", "Noise"},
	{"expected", "Expected"},
}

// reasonWord is a reason inside a sentence: "false alarm"; empty for none that is
// known here.
func reasonWord(reason string) string {
	for _, r := range reasons {
		if r.value == reason {
			return strings.ToLower(r.label)
		}
	}
	return ""
}

// reasonSelect asks what an incident was: action "incident:reason", values like
// "false_alarm/INC-142".
func reasonSelect(i incident.Incident) *slack.SelectBlockElement {
	var options []*slack.OptionBlockObject
	var chosen *slack.OptionBlockObject
	for _, r := range reasons {
		option := slack.NewOptionBlockObject(r.value+"/"+i.ID(), blockkit.PlainText(r.label), nil)
		if r.value == string(i.Reason) {
			chosen = option
		}
		options = append(options, option)
	}
	menu := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, blockkit.PlainText("What was it?"), action.IncidentReason.ID, options...)
	menu.InitialOption = chosen
	return menu
}
