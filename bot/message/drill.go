package message

import (
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
)

// drillMark begins all that is said of an exercise: a sign, and the word for who
// does not see it.
const drillMark = "🧪 Drill"

// drillWord is the mark for ears.
const drillWord = "Drill"

// asDrill marks every message of an exercise and takes the broadcasts out.
func asDrill(slots []Slot) []Slot {
	for k := range slots {
		slots[k].Message, slots[k].Broadcast = marked(slots[k].Message), false
	}
	return slots
}

// marked is a message about an exercise: its headline, or a line above it, says so.
func marked(m blockkit.Message) blockkit.Message {
	m.Text, m.Blocks = blockkit.CutMrkdwn(drillWord+": "+m.Text, blockkit.MaxText), slices.Clone(m.Blocks)
	switch head := m.Blocks[0].(type) {
	case *slack.HeaderBlock:
		m.Blocks[0] = blockkit.Header(head.BlockID, drillMark+" · "+head.Text.Text)
		return m
	case *slack.RichTextBlock:
		if line, ok := head.Elements[0].(*slack.RichTextSection); ok && head.BlockID == blockkit.HeadBlock {
			says := append(*(&blockkit.Paragraph{}).Bold(drillMark + " · "), line.Elements...)
			m.Blocks[0] = blockkit.Lines(head.BlockID, []*blockkit.Paragraph{&says})
			return m
		}
	}
	m.Blocks = slices.Insert(m.Blocks, 0, blockkit.Context("drill", blockkit.PlainText(drillMark+": an exercise, which calls nobody")))
	return m
}

// uncalled is the view of an exercise, and of what is posted once more: configured
// names and people stand in it as plain text, so that no posting of it can notify
// anybody.
func uncalled(v View) View {
	i := v.Incident
	known := map[string]string{}
	note := func(u *incident.User) {
		if u.Name != "" {
			known[u.ID] = u.Name
		}
	}
	hide := func(u *incident.User) {
		if u.ID == "" {
			return
		}
		if u.Name == "" && known[u.ID] == "" {
			known[u.ID] = PersonName(*u) // somebody who only ever spoke in the thread
		}
		*u = incident.User{ID: "drill:" + u.ID, Name: known[u.ID]}
	}
	i.Steps = slices.Clone(i.Steps)
	for k := range i.Steps {
		if before := i.Steps[k].Before; before != nil {
			copied := *before
			i.Steps[k].Before = &copied
		}
	}
	for _, visit := range []func(*incident.User){note, hide} {
		for _, u := range []*incident.User{&i.AckedBy, &i.Lead, &i.AssignedBy, &i.ResolvedBy, &i.ReasonBy, &i.Note.By} {
			visit(u)
		}
		for k := range i.Steps {
			s := &i.Steps[k]
			visit(&s.Holder)
			visit(&s.By)
			if s.Before != nil {
				visit(&s.Before.Holder)
				visit(&s.Before.By)
			}
		}
	}
	i.Named = nil
	v.Incident, v.Names = i, nil
	return v
}

// ifDrill is the mark before an incident's name, for those that are an exercise.
func ifDrill(i incident.Incident) string {
	if i.Drill {
		return drillMark + " · "
	}
	return ""
}

// withDrills counts incidents, and drills apart: "2 incidents and 1 drill".
func withDrills(all []incident.Incident) string {
	drills := 0
	for _, i := range all {
		if i.Drill {
			drills++
		}
	}
	var parts []string
	if real := len(all) - drills; real > 0 {
		parts = append(parts, textutil.Count(real, "incident"))
	}
	if drills > 0 {
		parts = append(parts, textutil.Count(drills, "drill"))
	}
	return strings.Join(parts, " and ")
}
