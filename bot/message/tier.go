package message

import (
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/playbooks"
)

// What one message of a tier holds of steps; the rest is for its heading.
const (
	tierWeight = blockkit.MaxTotal - 1_350
	tierBlocks = blockkit.MaxBlocks - 5
)

// tierSlots are the replies of one tier: one, or several when its steps do not
// fit into a message. A tier of which no step can ever apply has none.
func tierSlots(v View, t incident.Tier) []Slot {
	steps := tierSteps(v, t.Name)
	if len(steps) == 0 {
		return nil
	}
	groups := pack(steps)
	slots := make([]Slot, len(groups))
	for k, group := range groups {
		name := "tier:" + string(t.Name)
		if k > 0 {
			name += fmt.Sprintf(":%d", k+1)
		}
		slots[k] = Slot{Name: name, Thread: true, Message: tierMessage(v, t, group, part{k + 1, len(groups)})}
	}
	return slots
}

// tierSteps are the steps of a tier that apply here, or may once something is answered.
func tierSteps(v View, tier playbooks.TierName) []stepView {
	own := v.steps()
	var steps []stepView
	for _, s := range v.Incident.Steps {
		if s.Tier != tier || s.Hidden && len(s.When) == 0 {
			continue
		}
		detail, commands := s.Shown(own[s.ID])
		steps = append(steps, newStepView(s, detail, commands))
	}
	return steps
}

// viewOf is one step with its playbook's texts.
func viewOf(v View, s incident.Step) stepView {
	detail, commands := s.Shown(v.steps()[s.ID])
	return newStepView(s, detail, commands)
}

// steps are the playbook's, by their ids.
func (v View) steps() map[string]*playbooks.Step {
	own := map[string]*playbooks.Step{}
	if v.Playbook != nil {
		for _, n := range v.Playbook.Steps() {
			own[n.Step.ID] = n.Step
		}
	}
	return own
}

// pack puts steps into messages. It looks only at what never changes during an
// incident, so that a step stays in the message in which it was first posted.
func pack(steps []stepView) [][]stepView {
	var groups [][]stepView
	weight, blocks := 0, 0
	for _, c := range steps {
		w, b := c.maxSize()
		if len(groups) == 0 || weight+w > tierWeight || blocks+b > tierBlocks {
			groups = append(groups, nil)
			weight, blocks = 0, 0
		}
		groups[len(groups)-1] = append(groups[len(groups)-1], c)
		weight, blocks = weight+w, blocks+b
	}
	return groups
}

// part says which of several messages of a tier this is.
type part struct{ number, of int }

func tierMessage(v View, t incident.Tier, steps []stepView, p part) blockkit.Message {
	i := v.Incident
	steps, hidden := parted(steps)
	head := tierHead(i, t)
	if p.of > 1 {
		head += fmt.Sprintf(" · part %d of %d", p.number, p.of)
	}
	blocks := []slack.Block{blockkit.Lines(blockkit.HeadBlock, []*blockkit.Paragraph{tierFirstLine(i, t, head, p)})}
	if len(t.Owners) > 0 && p.number == 1 && !slices.Equal(t.Owners, Owners(i)) {
		// As plain names: the root has notified those whom it names already.
		blocks = append(blocks, blockkit.Context("facts", blockkit.PlainText("owners: "+PlainNames(t.Owners))))
	}
	shown := v.form(t.Name)
	for k, c := range steps {
		if k > 0 && shown == formWhole && !c.Ended() {
			blocks = append(blocks, blockkit.Divider("line:"+c.ID))
		}
		blocks = append(blocks, c.blocks(i, shown)...)
	}
	if says := hiddenSteps(i, t.Name, hidden, p); says != "" {
		blocks = append(blocks, blockkit.Context("hidden", blockkit.PlainText(says)))
	}
	return blockkit.Message{Text: tierText(i, t, head, steps), Blocks: blocks}
}

// tierHead is a tier's name and what is done of it.
func tierHead(i incident.Incident, t incident.Tier) string {
	tally := i.Tally(t.Name)
	if tally.Shown == 0 {
		return t.Name.Title()
	}
	return fmt.Sprintf("%s · %d/%d%s", t.Name.Title(), tally.Done, tally.Shown, notDone(tally))
}

// tierFirstLine is a tier's first line: its name and how far it is, and its deadline.
func tierFirstLine(i incident.Incident, t incident.Tier, head string, p part) *blockkit.Paragraph {
	line := (&blockkit.Paragraph{}).Bold(head)
	if i.Tally(t.Name).Shown == 0 {
		return (&blockkit.Paragraph{}).Bold(head + " · nothing to do so far")
	}
	if i.Tally(t.Name).Left() == 0 {
		return line.Text(" · complete")
	}
	if p.number > 1 {
		return line
	}
	all := deadlinesOf(i, t)
	if k := slices.IndexFunc(all, func(d due) bool { return d.Overdue }); k >= 0 {
		return line.Text(" · ⏰ ").Bold("overdue").Text(" since ").Date(all[k].At)
	}
	if d, ok := next(all); ok {
		line.Text(" · due ").Date(d.At)
	}
	return line
}

// parted takes the steps apart that are not shown before something is answered.
func parted(steps []stepView) (shown []stepView, waits []incident.Step) {
	for _, c := range steps {
		if c.Hidden {
			waits = append(waits, c.Step)
		} else {
			shown = append(shown, c)
		}
	}
	return shown, waits
}

// hiddenSteps names what is not shown: what waits for an answer in the message in which it
// will stand, the rest in the last one.
func hiddenSteps(i incident.Incident, tier playbooks.TierName, hidden []incident.Step, p part) string {
	waits := i.Waits()
	says := waiting(hidden, waits)
	var numbers []int
	for _, s := range i.Steps {
		if s.Tier == tier && s.Hidden && p.number == p.of && len(waits[s.Number]) == 0 {
			numbers = append(numbers, s.Number)
		}
	}
	if len(numbers) > 0 {
		says = strings.TrimSpace(fmt.Sprintf("%s %s %s not apply here.", says, textutil.Capital(stepNumbers(numbers)), textutil.Plural(len(numbers), "does", "do")))
	}
	return textutil.CutUnits(says, 500)
}

// tierText is a tier for ears: the steps with their states.
func tierText(i incident.Incident, t incident.Tier, head string, steps []stepView) string {
	first := strings.ReplaceAll(head, " · ", ", ")
	switch {
	case i.Tally(t.Name).Shown == 0:
		first += ", nothing to do so far"
	case i.Tally(t.Name).Left() == 0:
		first += ", complete"
	case t.Overdue:
		first += ", overdue"
	}
	parts := []string{first + ", " + i.ID()}
	for _, c := range steps {
		parts = append(parts, fmt.Sprintf("%d %s: %s", c.Number, blockkit.EscapeMrkdwn(textutil.CutUnits(blockkit.Line(c.Title), 80)), spokenState(c.Standing)))
	}
	return blockkit.CutMrkdwn(strings.Join(parts, ". ")+".", blockkit.MaxText)
}
