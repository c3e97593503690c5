package digest

import (
	"fmt"
	"strconv"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/action"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/message"
)

// Snoozes are for how many months a cost step can be put off.
var Snoozes = []int{1, 3, 6}

// ExpectedModal asks why an anomaly is expected. Its submission has
// callback_id "digest:expected", private_metadata "DIG-7/<series>" and the reason
// in block "reason".
func ExpectedModal(v View, a report.Anomaly) slack.ModalViewRequest {
	s := spike{Anomaly: a}
	for _, own := range allSpikes(v.Report) {
		if own.Series == a.Series {
			s.currency, s.place = own.currency, own.place
		}
	}
	return blockkit.Modal(blockkit.Question{
		CallbackID: action.DigestExpected.ID, Metadata: report.ID(v.Number) + "/" + a.Series,
		Title: "Expected cost", Submit: "Save",
		About: s.sentence(),
		Block: action.DigestExpected.Form.Block, Label: "Why is it expected?", Hint: "Everybody sees it beside the figure. Days of up to 25 % above the highest are not told again for six weeks.", Limit: message.MaxReason,
	})
}

// SnoozeModal asks until when a cost step is put off. Its submission has
// callback_id "digest:snooze", private_metadata "DIG-7/C1", how many months in
// block "until" (1, 3, 6) and a note, which may be empty, in block "note".
func SnoozeModal(v View, s report.CostStep) slack.ModalViewRequest {
	view := blockkit.Modal(blockkit.Question{
		CallbackID: action.DigestSnooze.ID, Metadata: report.ID(v.Number) + "/" + s.ID,
		Title: fmt.Sprintf("Snooze %s", textutil.CutUnits(blockkit.Line(s.ID), 10)), Submit: "Snooze",
		About: (&blockkit.Paragraph{}).Bold(textutil.CutUnits(blockkit.Line(s.ID), 10) + " " + textutil.CutUnits(blockkit.Line(s.Title), 100)),
		Block: "note", Label: "Why not now?", Hint: "Everybody sees it beside the step. Undo brings the step back.", Limit: message.MaxReason,
	})
	var options []*slack.OptionBlockObject
	for _, months := range Snoozes {
		options = append(options, slack.NewOptionBlockObject(strconv.Itoa(months), blockkit.PlainText(textutil.Count(months, "month")), nil))
	}
	until := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, blockkit.PlainText("For how long"), action.DigestSnooze.Form.Block, options...)
	until.InitialOption = options[1]
	note := view.Blocks.BlockSet[1].(*slack.InputBlock)
	note.Optional = true
	note.Element.(*slack.PlainTextInputBlockElement).FocusOnLoad = false
	view.Blocks.BlockSet = []slack.Block{
		view.Blocks.BlockSet[0],
		slack.NewInputBlock(action.DigestSnooze.Form.Block, blockkit.PlainText("Bring it back in"), nil, until),
		note,
	}
	return view
}
