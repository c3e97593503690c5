package message

import (
	"slices"
	"time"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
)

// maxCaughtUp is how many entries catching up shows: with what is around them, ten lines.
const maxCaughtUp = 7

// Catchup answers `/playbook catchup ID`, from the timeline alone: what happened since a
// person last acted or, with within, in so long a time; of all of it when he never did.
// Changes are in the order in which they happened.
func Catchup(i incident.Incident, changes []incident.Change, who string, within time.Duration, now time.Time, command string) blockkit.Message {
	since, says := i.OpenedAt, ", its beginning"
	if k := lastOf(changes, who); within > 0 {
		since, says = now.Add(-within), ""
	} else if k >= 0 {
		since, says = changes[k].At, ", when you last acted"
		changes = changes[k+1:]
	}
	changes = slices.DeleteFunc(slices.Clone(changes), func(c incident.Change) bool {
		return c.At.Before(since) || who != "" && c.By.ID == who || c.Kind == incident.KindStepDropped || c.Kind == incident.KindStepReopened
	})
	rest := max(len(changes)-maxCaughtUp, 0)
	top := (&blockkit.Paragraph{}).Bold(ifDrill(i) + i.ID() + " since ").Date(since).Bold(says)
	parts := []slack.RichTextElement{top.Section()}
	if rest > 0 {
		parts = append(parts, (&blockkit.Paragraph{}).Italic(textutil.Thousands(rest)+" earlier "+textutil.Plural(rest, "change is", "changes are")+" left out").Section())
	}
	var items []*blockkit.Paragraph
	for _, c := range changes[rest:] {
		items = append(items, entry(i, c))
	}
	if len(items) > 0 {
		parts = append(parts, blockkit.Bullets(items))
	} else {
		parts = append(parts, (&blockkit.Paragraph{}).Text("Nothing happened since.").Section())
	}
	blocks := []slack.Block{blockkit.RichText("catchup", parts...), blockkit.Lines("work", []*blockkit.Paragraph{caughtUp(i)})}
	way := blockkit.Context("way", blockkit.Mrkdwn("Only you see this. `"+command+" catchup "+i.ID()+" 30m` is of the last 30 minutes, `"+command+" timeline "+i.ID()+"` of all."))
	return blockkit.Message{
		Text:   i.ID() + ": " + textutil.Count(len(changes), "change") + " since " + blockkit.Date(since) + says + ". " + StateLabel(i.State) + ", " + progress(i) + ".",
		Blocks: append(blocks, way),
	}
}

// lastOf is where in a timeline somebody last acted; -1: nowhere.
func lastOf(changes []incident.Change, who string) int {
	for k, c := range slices.Backward(changes) {
		if who != "" && c.By.ID == who {
			return k
		}
	}
	return -1
}

// caughtUp is where it stands now, in a line.
func caughtUp(i incident.Incident) *blockkit.Paragraph {
	p := (&blockkit.Paragraph{}).Bold("Now: ").Text(StateLabel(i.State))
	if i.Lead != (incident.User{}) {
		p.Text(", led by ").User(i.Lead.ID, PersonName(i.Lead))
	}
	if done := progress(i); done != "" {
		p.Text(" · " + done)
	}
	if d, ok := next(deadlines(i)); ok {
		p.Text(" · next due ").Date(d.At)
	}
	return p
}
