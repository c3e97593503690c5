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
	tierWeight = blockkit.MaxTotal - 1_500
	tierBlocks = blockkit.MaxBlocks - 5
)

// tierSlots are the replies of one tier: one, or several when its steps do not
// fit into a message. A tier of which no step applies has none.
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

// tierSteps are the steps of a tier that apply here.
func tierSteps(v View, tier playbooks.TierName) []stepView {
	own := map[string]*playbooks.Step{}
	if v.Playbook != nil {
		for _, n := range v.Playbook.Steps() {
			own[n.Step.ID] = n.Step
		}
	}
	var steps []stepView
	for _, s := range v.Incident.Steps {
		if s.Tier != tier || s.Hidden {
			continue
		}
		detail, commands := s.Shown(own[s.ID])
		steps = append(steps, newStepView(s, detail, commands))
	}
	return steps
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
	head := tierHead(i, t)
	if p.of > 1 {
		head += fmt.Sprintf(" · part %d of %d", p.number, p.of)
	}
	blocks := []slack.Block{blockkit.Header("head", head)}
	if facts := tierFacts(t, i); p.number == 1 && len(facts) > 0 {
		blocks = append(blocks, blockkit.Context("facts", facts...))
	}
	for k, c := range steps {
		if k > 0 && !c.Ended() {
			blocks = append(blocks, blockkit.Divider("line:"+c.ID))
		}
		blocks = append(blocks, c.blocks(i)...)
	}
	if hidden := hiddenSteps(i, t.Name); p.number == p.of && hidden != "" {
		blocks = append(blocks, blockkit.Context("hidden", blockkit.PlainText(hidden)))
	}
	return blockkit.Message{Text: tierText(i, head, steps), Blocks: blockkit.KeepRichText(blocks, "Nothing is left to do here.")}
}

// tierHead is a tier's name, progress and what is special about it.
func tierHead(i incident.Incident, t incident.Tier) string {
	ended, shown := i.Progress(t.Name)
	head := fmt.Sprintf("%s · %d/%d", t.Name.Title(), ended, shown)
	switch {
	case ended == shown:
		head += " · complete"
	case t.Overdue:
		head += " · overdue"
	}
	return head
}

// tierFacts are a tier's deadline and owners. Owners stand there as plain
// names: the root has notified them already.
func tierFacts(t incident.Tier, i incident.Incident) []*slack.TextBlockObject {
	var facts []*slack.TextBlockObject
	all := slices.DeleteFunc(deadlines(i), func(d due) bool { return d.Tier != t.Name })
	for _, d := range all {
		if d.Overdue {
			facts = append(facts, blockkit.Mrkdwn("⏰ *overdue* since "+blockkit.Date(d.At)))
			break
		}
	}
	if d, ok := next(all); ok && len(facts) == 0 {
		facts = append(facts, blockkit.Mrkdwn("due "+blockkit.Date(d.At)))
	}
	if len(t.Owners) > 0 {
		facts = append(facts, blockkit.PlainText("owners: "+PlainNames(t.Owners)))
	}
	return facts
}

func hiddenSteps(i incident.Incident, tier playbooks.TierName) string {
	var numbers []string
	for _, s := range i.Steps {
		if s.Tier == tier && s.Hidden {
			numbers = append(numbers, fmt.Sprint(s.Number))
		}
	}
	switch len(numbers) {
	case 0:
		return ""
	case 1:
		return "Step " + numbers[0] + " does not apply here."
	}
	return textutil.CutUnits("Steps "+textutil.List(numbers)+" do not apply here.", 500)
}

// tierText is a tier for ears: the steps with their states.
func tierText(i incident.Incident, head string, steps []stepView) string {
	parts := []string{strings.ReplaceAll(head, " · ", ", ") + ", " + i.ID()}
	for _, c := range steps {
		parts = append(parts, fmt.Sprintf("%d %s: %s", c.Number, blockkit.EscapeMrkdwn(textutil.CutUnits(blockkit.Line(c.Title), 80)), stepWord(c.State)))
	}
	return blockkit.CutMrkdwn(strings.Join(parts, ". ")+".", blockkit.MaxText)
}
