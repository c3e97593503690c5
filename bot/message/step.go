package message

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/action"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/playbooks"
)

// What one step may take, so that any step fits into a message.
const (
	maxDetail      = 2_900 // Slack: section text 3,000
	maxCommand     = 2_900 // one command; a longer one is left out: half a command is dangerous
	maxAllCommands = 4_500 // all commands of a step
	maxReason      = 300   // a note or a reason, as shown in the step
	// The same in bytes of JSON, in which MaxTotal counts.
	maxDetailBytes, maxCommandBytes, maxReasonBytes = 4_200, 4_800, 900
)

// stepView is a step with the texts that its playbook gives it.
type stepView struct {
	incident.Step
	detail   string
	commands []string
	tooLong  []int  // lengths of commands that do not fit into a message
	lost     []Loss // what is not shown whole
}

func newStepView(s incident.Step, detail string, commands []string) stepView {
	whole := silence(blockkit.CleanCode(strings.TrimSpace(detail)))
	c := stepView{Step: s, detail: blockkit.CutMrkdwnJSON(blockkit.CutMrkdwn(whole, maxDetail), maxDetailBytes)}
	if n := textutil.Units(whole); c.detail != whole {
		c.lost = append(c.lost, Loss{Step: s.ID, Part: "detail", Length: n, Limit: min(maxDetail, fitting(whole, maxDetailBytes))})
	}
	left, bytes := maxAllCommands, maxCommandBytes
	for k, command := range commands {
		command = strings.Trim(blockkit.CleanCode(command), "\n")
		switch n, limit := textutil.Units(command), min(left, maxCommand, fitting(command, bytes)); {
		case strings.TrimSpace(command) == "":
		case n > limit:
			c.tooLong = append(c.tooLong, n)
			c.lost = append(c.lost, Loss{Step: s.ID, Part: "commands", Index: k, Length: n, Limit: limit})
		default:
			left, bytes = left-n, bytes-blockkit.JSONLength(command)
			c.commands = append(c.commands, command)
		}
	}
	return c
}

// pinging is markup that would notify somebody at each posting.
var pinging = regexp.MustCompile(`<(@|!(?:channel|here|everyone|subteam))`)

// silence takes the mentions out of an author's text: a step is no ping.
func silence(mrkdwn string) string { return pinging.ReplaceAllString(mrkdwn, "&lt;$1") }

// fitting is how many units of a text fit into so many bytes of JSON, about; all of
// them when the text does.
func fitting(s string, bytes int) int {
	if n := blockkit.JSONLength(s); n > bytes {
		return textutil.Units(s) * max(bytes, 0) / n
	}
	return max(maxDetail, maxCommand, textutil.Units(s))
}

// maxSize is the most that the step may ever take of a message: its size and
// its blocks, whatever becomes of it and in whichever form it is shown.
func (c stepView) maxSize() (size, blocks int) {
	somebody := incident.User{Name: strings.Repeat("界", 40)}
	at := time.Unix(1<<31, 0)
	c.Standing = incident.Standing{} // whatever stands there now
	taken, open, ended := c, c, c
	taken.State, taken.Holder, taken.At, taken.From, taken.Due = incident.StepAcknowledged, somebody, at, 1<<20, at
	open.State, open.From, open.Due = incident.StepOpen, 1<<20, at
	ended.State, ended.Holder, ended.By, ended.At, ended.From, ended.To = incident.StepSkipped, somebody, somebody, at, 1<<20, 0
	ended.Holder.ID, ended.By.ID = "a", "b"
	ended.Note, ended.Before = strings.Repeat("界", maxReason), &incident.Standing{}
	if c.Second {
		open.Second, ended.First = true, incident.User{ID: "c", Name: somebody.Name}
		taken.First, taken.FirstAt, taken.Note = somebody, at, strings.Repeat("界", maxReason)
	}
	if c.Ask != nil {
		taken.Answer, ended.Answer, ended.State = strings.Repeat("界", playbooks.MaxAnswer), strings.Repeat("界", playbooks.MaxAnswer), incident.StepDone
	}
	i := incident.Incident{Number: 1 << 20, Playbook: incident.PlaybookRef{Name: strings.Repeat("界", 80)}}
	for _, one := range [][]slack.Block{taken.wholeBlocks(i, formFolded), append(open.wholeBlocks(i, formWhole), blockkit.Divider("line:"+c.ID)), open.foldedBlocks(i), taken.lineBlocks(i), ended.endedBlocks(i)} {
		size, blocks = max(size, blockkit.Size(one...)), max(blocks, len(one))
	}
	return size, blocks
}

// wholeBlocks show all there is to do the step.
func (c stepView) wholeBlocks(i incident.Incident, shown form) []slack.Block {
	blocks := []slack.Block{blockkit.Lines("step:"+c.ID, c.head(i.Named))}
	if c.detail != "" {
		blocks = append(blocks, blockkit.ExpandedSection("detail:"+c.ID, c.detail))
	}
	if commands := c.commandParts(i.Playbook.Name); len(commands) > 0 {
		blocks = append(blocks, blockkit.RichText("commands:"+c.ID, commands...))
	}
	return append(blocks, slack.NewActionBlock("act:"+c.ID, c.buttons(i, shown)...))
}

// head is number, title and state of a step that is not ended.
func (c stepView) head(people []incident.User) []*blockkit.Paragraph {
	p := (&blockkit.Paragraph{}).Text(stepSign(c.State) + " ").Bold(stepTitle(c.Step)).Text(" · ")
	switch {
	case c.AwaitsSecond():
		p.Text("done, says ").User(c.First.ID, PersonName(c.First)).Text(", ").Date(c.FirstAt).Text(": a second person confirms it")
	case c.State == incident.StepAcknowledged:
		p.User(c.Holder.ID, PersonName(c.Holder)).Text(" has it since ").Date(c.At)
	default:
		p.Text(stepWord(c.State))
	}
	if c.Second && !c.AwaitsSecond() {
		p.Text(" · takes two people")
	}
	all := []*blockkit.Paragraph{p}
	if says := cmp.Or(given(c.Step), question(c.Step)); says != "" {
		all = append(all, (&blockkit.Paragraph{}).Text(says))
	}
	if note := blockkit.Line(c.Note); note != "" && c.AwaitsSecond() {
		said := blockkit.CutJSON(blockkit.CutNamed(note, maxReason), maxReasonBytes)
		all = append(all, addWords((&blockkit.Paragraph{}).Text("“"), said, people).Text("”"))
	}
	if c.From != 0 {
		from := (&blockkit.Paragraph{}).Text("taken over from " + incident.ID(c.From))
		if !c.Due.IsZero() {
			from.Text(", due ").Date(c.Due)
		}
		all = append(all, from)
	}
	return all
}

func (c stepView) commandParts(playbook string) []slack.RichTextElement {
	var parts []slack.RichTextElement
	for _, command := range c.commands {
		parts = append(parts, blockkit.Preformatted(command))
	}
	for _, n := range c.tooLong {
		says := fmt.Sprintf("A command of %s characters is too long for Slack: it is in the playbook %s.", textutil.Thousands(n), textutil.CutUnits(blockkit.Line(playbook), 80))
		parts = append(parts, (&blockkit.Paragraph{}).Italic(says).Section())
		if len(parts) >= 20 {
			break
		}
	}
	return parts
}

// buttons are what can be done to a step that is shown whole. Folded threads have How…
// for its words: Done with a note.
func (c stepView) buttons(i incident.Incident, shown form) []slack.BlockElement {
	value := i.ID() + "/" + c.ID
	done, skip := blockkit.Button(action.StepDone.ID, value, doneLabel(c.Step)), blockkit.Button(action.StepSkip.ID, value, "Skip…")
	if c.State != incident.StepAcknowledged {
		return []slack.BlockElement{blockkit.Button(action.StepAck.ID, value, "Acknowledge"), done, skip}
	}
	done.Style = slack.StylePrimary
	all := []slack.BlockElement{done, skip, blockkit.Button(action.StepRelease.ID, value, "Release")}
	if c.AwaitsSecond() {
		all[2] = blockkit.Button(action.StepUndo.ID, value, "Undo")
	}
	if shown == formFolded {
		all = append(all, blockkit.Button(action.StepHow.ID, value, "How…"))
	}
	return all
}

// ending says how a step ended, in mrkdwn. The holder is named when somebody
// else did it.
func (c stepView) ending() string {
	switch {
	case c.To != 0:
		return "continued in " + incident.ID(c.To)
	case c.State == incident.StepDropped:
		return stepWord(c.State)
	}
	says := fmt.Sprintf("%s by %s, %s", stepWord(c.State), doers(c.Standing), blockkit.Date(c.At))
	if c.Holder.ID != "" && c.Holder.ID != c.By.ID && c.Holder.ID != c.First.ID {
		says += ", held by " + user(c.Holder)
	}
	if c.From != 0 {
		says += ", taken over from " + incident.ID(c.From)
	}
	return says
}

// stepWord is a step's state in words.
func stepWord(s incident.StepState) string {
	if s == incident.StepDropped {
		return "no longer needed"
	}
	return string(s)
}
