package message

import (
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/action"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/playbooks"
)

// The fields of the form that starts a playbook.
const (
	StartTitle  = "title"
	StartLabels = "labels"
)

// StartForm asks which playbook is started, and for what. Its submission has callback_id
// "incident:start", the playbook's name in block "playbook", and may have a title and
// labels, as engine=postgres.
func StartForm() slack.ModalViewRequest {
	block := action.IncidentStart.Form.Block
	books := slack.NewOptionsSelectBlockElement(slack.OptTypeExternal, blockkit.PlainText("Type to search"), action.IncidentStart.ID)
	books.MinQueryLength = new(int)
	title := slack.NewPlainTextInputBlockElement(blockkit.PlainText("Checkout is slow, orders-db looks busy"), StartTitle)
	title.MaxLength = 200
	labels := slack.NewPlainTextInputBlockElement(blockkit.PlainText("severity=critical engine=postgres"), StartLabels)
	labels.MaxLength = maxTyped
	what := slack.NewInputBlock(StartTitle, blockkit.PlainText("What is wrong?"), nil, title)
	which := slack.NewInputBlock(StartLabels, blockkit.PlainText("Labels"), blockkit.PlainText("They decide which steps are shown and are filled into commands, as an alert's labels are. A value with blanks is quoted."), labels)
	what.Optional, which.Optional = true, true
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: action.IncidentStart.ID,
		Title: blockkit.PlainText("Start a playbook"), Submit: blockkit.PlainText("Start"), Close: blockkit.PlainText("Cancel"),
		Blocks: slack.Blocks{BlockSet: []slack.Block{slack.NewInputBlock(block, blockkit.PlainText("Playbook"), nil, books), what, which}},
	}
}

// maxSuggested is how many playbooks are suggested at once (Slack: options of a menu).
const maxSuggested = 100

// SuggestPlaybooks are those whose name or title has all the words of a query.
func SuggestPlaybooks(all []*playbooks.Playbook, query string) []*slack.OptionBlockObject {
	words := strings.Fields(strings.ToLower(query))
	var found []*slack.OptionBlockObject
	for _, p := range all {
		name, says := blockkit.Line(p.Name), blockkit.Line(p.Title)
		text := strings.ToLower(name + " " + says)
		fits := textutil.Units(p.Name) <= maxChoice && len(found) < maxSuggested
		for _, word := range words {
			fits = fits && strings.Contains(text, word)
		}
		if fits {
			label := textutil.CutUnits(fmt.Sprintf("%s (%s)", textutil.CutUnits(says, max(maxChoice-textutil.Units(name)-3, 20)), name), maxChoice)
			found = append(found, slack.NewOptionBlockObject(p.Name, blockkit.PlainText(label), nil))
		}
	}
	return found
}
