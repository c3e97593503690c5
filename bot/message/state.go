package message

import (
	"fmt"
	"strings"
	"time"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/playbooks"
)

// StateLabel is an incident's state: always a word beside the colour.
func StateLabel(s incident.State) string {
	switch s {
	case incident.Open:
		return "🔴 Open"
	case incident.Acknowledged:
		return "🟡 Acknowledged"
	case incident.Resolved:
		return "🟢 Resolved"
	case incident.Closed:
		return "⚪ Closed"
	}
	return string(s)
}

// stateWord is the state without its colour, for texts that are read aloud.
func stateWord(s incident.State) string {
	return textutil.Capital(string(s))
}

// severity is the incident's severity in a few characters.
func severity(i incident.Incident) string { return textutil.CutUnits(blockkit.Line(i.Severity), 30) }

// title is the incident's title as plain text; the playbook's name when an old one
// shows nothing.
func title(i incident.Incident) string {
	if !playbooks.Shows(i.Title) {
		return i.Playbook.Name
	}
	return textutil.CutUnits(blockkit.Line(i.Title), 200)
}

// stepSign is the sign before a step's title; a word about its state always
// stands beside it.
func stepSign(s incident.StepState) string {
	switch s {
	case incident.StepAcknowledged:
		return "🔵"
	case incident.StepDone:
		return "✅"
	case incident.StepSkipped:
		return "⏭"
	case incident.StepDropped:
		return "⚪"
	}
	return "☐"
}

// stepTitle is a step's number and title as plain text.
func stepTitle(s incident.Step) string {
	return fmt.Sprintf("%d. %s", s.Number, textutil.CutUnits(blockkit.Line(s.Title), 200))
}

// tierWord is a tier's name inside a sentence: "short-term".
func tierWord(name playbooks.TierName) string { return strings.ToLower(name.Title()) }

// progress counts what is done in each tier that has steps to show:
// "immediate 1/3, 1 skipped · short-term 0/3 · long-term 0/3".
func progress(i incident.Incident) string {
	var parts []string
	for _, t := range i.Tiers {
		if tally := i.Tally(t.Name); tally.Shown > 0 {
			parts = append(parts, fmt.Sprintf("%s %d/%d%s", tierWord(t.Name), tally.Done, tally.Shown, notDone(tally)))
		}
	}
	return strings.Join(parts, " · ")
}

// notDone tells apart what ended without being done: ", 1 skipped, 2 no longer needed".
func notDone(t incident.Tally) string {
	var says string
	if t.Skipped > 0 {
		says += fmt.Sprintf(", %d skipped", t.Skipped)
	}
	if t.Dropped > 0 {
		says += fmt.Sprintf(", %d no longer needed", t.Dropped)
	}
	return says
}

// due is a deadline with what must be done by then.
type due struct {
	Tier    playbooks.TierName
	At      time.Time
	Left    int // steps not ended that share it
	Overdue bool
}

// deadlines returns the deadlines of the steps that somebody still has to do,
// in the order of the tiers. A step that was taken over keeps its own deadline.
func deadlines(i incident.Incident) []due {
	var all []due
	for _, t := range i.Tiers {
		all = append(all, deadlinesOf(i, t)...)
	}
	return all
}

// deadlinesOf are those of one tier.
func deadlinesOf(i incident.Incident, t incident.Tier) []due {
	var all []due
	at := map[int64]int{}
	for _, s := range i.Left(t.Name) {
		d := i.Deadline(s)
		k, known := at[d.Unix()]
		if !known {
			k = len(all)
			at[d.Unix()] = k
			all = append(all, due{Tier: t.Name, At: d, Overdue: t.Overdue && !d.After(t.Due)})
		}
		all[k].Left++
	}
	return all
}

// next returns the nearest deadline that has not passed.
func next(all []due) (due, bool) {
	var nearest due
	found := false
	for _, d := range all {
		if !d.Overdue && (!found || d.At.Before(nearest.At)) {
			nearest, found = d, true
		}
	}
	return nearest, found
}
