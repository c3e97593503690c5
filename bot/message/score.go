package message

import (
	"fmt"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
)

// score tells how a drill went, beside how drills and real incidents of its playbook
// went before. All of it is in the incident, so that it reads the same afterwards;
// only that it is resolved is added when that comes later.
func score(i incident.Incident) blockkit.Message {
	s := *i.Score
	steps := s.InTime + s.Late + s.Left
	lines := []string{
		after("Acknowledged after ", s.Ack, "Nobody acknowledged it") + besides(s, func(p incident.Past) string { return after("", p.Ack, "nobody") }),
		"There were no immediate steps",
		after("Resolved after ", s.Resolve, "Not resolved yet") + besides(s, func(p incident.Past) string { return after("", p.Resolve, "never") }),
	}
	if steps > 0 {
		lines[1] = fmt.Sprintf("Immediate steps: %d in time, %d late, %d never done", s.InTime, s.Late, s.Left)
		lines[1] += besides(s, func(p incident.Past) string {
			if p.InTime < 0 {
				return "none"
			}
			return fmt.Sprintf("%d %% in time", p.InTime)
		})
	}
	items := make([]*blockkit.Paragraph, len(lines))
	for k, l := range lines {
		items[k] = (&blockkit.Paragraph{}).Text(l + ".")
	}
	says := "Medians of what the playbook " + textutil.CutUnits(blockkit.Line(i.Playbook.Name), 80) + " was used for before."
	if s.Drills.Count+s.Real.Count == 0 {
		says = "Nothing of the playbook " + textutil.CutUnits(blockkit.Line(i.Playbook.Name), 80) + " came to an end before: the next drill is compared with this one."
	}
	return blockkit.Message{
		Text:   fmt.Sprintf("Score of %s %s.", said(i), strings.Join(lines, ". ")),
		Blocks: []slack.Block{blockkit.Header("head", "Score"), about(i), blockkit.RichText("score", blockkit.Bullets(items)), blockkit.Context("beside", blockkit.PlainText(says))},
	}
}

// after says how long something took, or that it never came.
func after(says string, took time.Duration, never string) string {
	if took == incident.Never {
		return never
	}
	return says + textutil.Span(took)
}

// besides is the same of former drills and of real incidents.
func besides(s incident.Score, value func(incident.Past) string) string {
	var parts []string
	for _, p := range []struct {
		incident.Past
		what string
	}{{s.Drills, "drill"}, {s.Real, "real incident"}} {
		switch p.Count {
		case 0:
		case 1:
			parts = append(parts, "the last "+p.what+": "+value(p.Past))
		default:
			parts = append(parts, "the last "+textutil.Count(p.Count, p.what)+": "+value(p.Past))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "; " + strings.Join(parts, ", ")
}
