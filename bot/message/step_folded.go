package message

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/action"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/playbooks"
)

// form is how much a tier shows of the steps that somebody still has to do.
type form int

const (
	formFolded form = iota // what is needed now: a step that somebody has in full, the others in a few lines
	formLine               // a line and a menu each: they are not due this hour
	formWhole              // everything of every step
)

// form is how a tier's steps are shown. While the incident is active only the first
// tier that has steps is at work.
func (v View) form(tier playbooks.TierName) form {
	i := v.Incident
	switch {
	case v.Full || v.Playbook != nil && v.Playbook.Details == playbooks.DetailsFull:
		return formWhole
	case !i.Active():
		return formFolded
	}
	for _, t := range i.Tiers {
		if i.Tally(t.Name).Shown == 0 {
			continue
		}
		if t.Name == tier {
			return formFolded
		}
		break
	}
	return formLine
}

// blocks show the step in its tier's form; once it is ended it is a line in each.
func (c stepView) blocks(i incident.Incident, shown form) []slack.Block {
	switch {
	case c.Ended():
		return c.endedBlocks(i)
	case shown == formWhole, shown == formFolded && c.State == incident.StepAcknowledged:
		return c.wholeBlocks(i, shown)
	case shown == formLine:
		return c.lineBlocks(i)
	}
	return c.foldedBlocks(i)
}

// foldedBlocks are an open step's title, the first thing to look at, and what to press.
func (c stepView) foldedBlocks(i incident.Incident) []slack.Block {
	says := stepSign(c.State) + " *" + blockkit.EscapeMrkdwn(stepTitle(c.Step)) + "*" + c.stands()
	if first := firstLook(c.detail); first != "" {
		says += "\n" + blockkit.EscapeMrkdwn(first)
	}
	value := i.ID() + "/" + c.ID
	return []slack.Block{
		blockkit.Section("step:"+c.ID, says),
		slack.NewActionBlock("act:"+c.ID,
			blockkit.Button(action.StepAck.ID, value, "Acknowledge"),
			blockkit.Button(action.StepDone.ID, value, doneLabel(c.Step)),
			blockkit.Button(action.StepHow.ID, value, "How…")),
	}
}

// lineBlocks are a step's title and a menu.
func (c stepView) lineBlocks(i incident.Incident) []slack.Block {
	line := slack.NewSectionBlock(blockkit.Mrkdwn(stepSign(c.State)+" "+blockkit.EscapeMrkdwn(stepTitle(c.Step))+c.stands()), nil, nil, slack.SectionBlockOptionBlockID("step:"+c.ID))
	line.Accessory = slack.NewAccessory(stepMenu(i, c.Step))
	return []slack.Block{line}
}

// stands is what follows the title of a step that is not ended, in mrkdwn. The blanks
// before a state of one word never break, so that it does not stand alone on a line.
func (c stepView) stands() string {
	says := "\u00a0·\u00a0" + stepWord(c.State)
	switch {
	case c.AwaitsSecond():
		says = fmt.Sprintf(" · done, says %s, %s: a second person confirms it", user(c.First), blockkit.Date(c.FirstAt))
	case c.State == incident.StepAcknowledged:
		says = fmt.Sprintf(" · %s has it since %s", user(c.Holder), blockkit.Date(c.At))
	}
	if c.Second && !c.AwaitsSecond() {
		says += " · takes two people"
	}
	if c.From != 0 {
		says += " · taken over from " + incident.ID(c.From)
		if !c.Due.IsZero() {
			says += ", due " + blockkit.Date(c.Due)
		}
	}
	return says
}

// maxChoice is Slack's bound of an option's value, in characters.
const maxChoice = 75

// stepMenu offers what can be done to a step that is a line: action "step:menu", values
// like "done/INC-142/add-indices", with the step's number where its id would be too long.
func stepMenu(i incident.Incident, s incident.Step) *slack.OverflowBlockElement {
	about := "/" + i.ID() + "/" + s.ID
	if len(about)+len(action.ChoiceSkip) > maxChoice {
		about = fmt.Sprintf("/%s/%d", i.ID(), s.Number)
	}
	option := func(choice, label string) *slack.OptionBlockObject {
		return slack.NewOptionBlockObject(choice+about, blockkit.PlainText(label), nil)
	}
	options := []*slack.OptionBlockObject{option(action.ChoiceDone, doneLabel(s)), option(action.ChoiceSkip, "Skip…"), option(action.ChoiceHow, "How…")}
	if s.State == incident.StepAcknowledged {
		options = append(options, option(action.ChoiceRelease, "Release"))
	} else {
		options = append([]*slack.OptionBlockObject{option(action.ChoiceAck, "Acknowledge")}, options...)
	}
	return slack.NewOverflowBlockElement(action.StepMenu.ID, options...)
}

// maxLook is how long the first thing to look at may be, in UTF-16 units: two lines.
const maxLook = 130

// label begins a paragraph of a detail, as *Why:* does.
var label = regexp.MustCompile(`^\*[^*]{1,30}:\*\s*`)

// firstLook is the first thing to look at, as plain text: whole sentences of the
// detail's paragraph that is called so, else of its first one.
func firstLook(detail string) string {
	text := ""
	for line := range strings.Lines(detail) {
		line = strings.TrimSpace(line)
		if look, ok := strings.CutPrefix(line, "*Look first:*"); ok {
			text = textutil.Capital(strings.TrimSpace(look))
			break
		}
		if text == "" {
			text = textutil.Capital(label.ReplaceAllString(line, ""))
		}
	}
	return sentences(blockkit.Line(blockkit.StripMrkdwn(text)), maxLook)
}

// sentences are the first whole sentences of a text that fit; of a first one that does
// not, its beginning.
func sentences(text string, limit int) string {
	if textutil.Units(text) <= limit {
		return text
	}
	end := 0
	for k := range len(text) - 1 {
		if strings.IndexByte(".!?;", text[k]) >= 0 && text[k+1] == ' ' {
			if textutil.Units(text[:k+1]) > limit {
				break
			}
			end = k + 1
		}
	}
	if end == 0 {
		return textutil.CutUnits(text, limit)
	}
	return strings.TrimSuffix(text[:end], ";")
}

// endedBlocks is a step that nobody has to do any more: what it was, and who ended it
// when and why.
func (c stepView) endedBlocks(i incident.Incident) []slack.Block {
	title := textutil.CutUnits(blockkit.Line(c.Title), 200)
	top := slack.NewSectionBlock(blockkit.Mrkdwn(fmt.Sprintf("%s *%d.* %s · %s", stepSign(c.State), c.Number, blockkit.EscapeMrkdwn(title), c.ending())), nil, nil, slack.SectionBlockOptionBlockID("step:"+c.ID))
	if c.Before != nil && c.To == 0 && !(i.Drill && c.State == incident.StepDropped) {
		top.Accessory = slack.NewAccessory(blockkit.Button(action.StepUndo.ID, i.ID()+"/"+c.ID, "Undo"))
	}
	var says []*slack.TextBlockObject
	if answer := given(c.Step); answer != "" {
		says = append(says, blockkit.PlainText(answer))
	}
	if note := blockkit.Line(c.Note); note != "" {
		says = append(says, quoted(blockkit.CutJSON(blockkit.CutNamed(note, maxReason), maxReasonBytes), i.Named, maxReasonBytes))
	}
	if len(says) == 0 {
		return []slack.Block{top}
	}
	return []slack.Block{top, blockkit.Context("end:"+c.ID, says...)}
}
