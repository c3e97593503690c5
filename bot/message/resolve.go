package message

import (
	"fmt"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/action"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/playbooks"
)

// ResolveNote is the block of the form in which Resolve… takes a note.
const ResolveNote = "note"

// AsksToResolve reports whether resolving asks back: alerts still fire, or somebody is
// at work on a step.
func AsksToResolve(i incident.Incident) bool {
	return i.Active() && (i.FiringCount() > 0 || len(held(i)) > 0)
}

// held are the steps that somebody has.
func held(i incident.Incident) (all []incident.Step) {
	for _, s := range i.Steps {
		if s.State == incident.StepAcknowledged && !s.Hidden {
			all = append(all, s)
		}
	}
	return all
}

// maxNamed is how many alerts and steps the form names.
const maxNamed = 5

// resolveModal asks back before something is resolved by hand that does not look over.
// Its submission has callback_id "incident:resolve", private_metadata "INC-1", a reason in
// block "reason" and words in block "note".
func resolveModal(i incident.Incident) slack.ModalViewRequest {
	var items []*blockkit.Paragraph
	if n := i.FiringCount(); n > 0 {
		p := (&blockkit.Paragraph{}).Bold(textutil.Count(n, "alert") + " still firing")
		named := 0
		for _, a := range newestFirst(i) {
			if a.Firing && named < maxNamed {
				named++
				p.Text(", ").Code(textutil.CutUnits(alertName(i, a), 100))
			}
		}
		items = append(items, p)
	}
	at := held(i)
	for _, s := range at[:min(len(at), maxNamed)] {
		items = append(items, (&blockkit.Paragraph{}).User(s.Holder.ID, PersonName(s.Holder)).Text(" has ").Bold(stepTitle(s)).Text(" since ").Date(s.At))
	}
	if rest := len(at) - maxNamed; rest > 0 {
		items = append(items, (&blockkit.Paragraph{}).Italic("and "+textutil.Count(rest, "more step")))
	}
	top := (&blockkit.Paragraph{}).Text("⚠️ " + ifDrill(i)).Bold("It does not look over").Text(": " + title(i))
	words := slack.NewPlainTextInputBlockElement(nil, ResolveNote)
	words.Multiline, words.MaxLength = true, MaxReason
	note := slack.NewInputBlock(ResolveNote, blockkit.PlainText("Note"), blockkit.PlainText("Everybody sees it in the thread."), words)
	note.Optional = true
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: action.IncidentResolve.ID, PrivateMetadata: i.ID(),
		Title: blockkit.PlainText(textutil.CutUnits("Resolve "+i.ID(), 24)), Submit: blockkit.PlainText("Resolve anyway"), Close: blockkit.PlainText("Not yet"),
		Blocks: slack.Blocks{BlockSet: []slack.Block{
			blockkit.RichText("why", top.Section(), blockkit.Bullets(items)),
			slack.NewInputBlock(action.IncidentResolve.Form.Block, blockkit.PlainText("What was it?"), nil, resolveReasons(i)), note,
		}},
	}
}

// resolveReasons are what it can have been, each with what becomes of the follow-ups.
func resolveReasons(i incident.Incident) *slack.RadioButtonsBlockElement {
	left := 0
	for _, t := range i.Tiers {
		if t.Name != playbooks.Immediate {
			left += i.Tally(t.Name).Left()
		}
	}
	stay, drop := "Nothing is left to follow up", "Nothing is left to follow up"
	switch {
	case i.Drill:
		stay, drop = "A drill leaves no follow-ups", "A drill leaves no follow-ups"
	case left > 0:
		stay, drop = fmt.Sprintf("%s to follow up stay", textutil.Count(left, "step")), "Drops the follow-ups that nobody has; they can be kept after all"
	}
	var options []*slack.OptionBlockObject
	for _, r := range reasons {
		says := stay
		if incident.Reason(r.value).DropsFollowUps() {
			says = drop
		}
		options = append(options, slack.NewOptionBlockObject(r.value, blockkit.PlainText(r.label), blockkit.PlainText(says)))
	}
	return slack.NewRadioButtonsBlockElement(action.IncidentResolve.Form.Block, options...)
}
