package message

import (
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/action"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/playbooks"
)

const (
	maxEntries   = 100 // of a timeline in a message
	firstEntries = 5   // of them from its beginning, when it does not all fit
)

// Timeline answers `/playbook timeline ID`: what happened, oldest first; when it
// does not all fit, entries between its beginning and its end are left out and
// counted, and a button shows those before the end. Changes are the newest ones in the
// order in which they happened, total is how many lines there are, and newer how many of
// the newest are left out, because they were read already.
func Timeline(i incident.Incident, changes []incident.Change, total, newer int) blockkit.Message {
	total = max(total, len(changes))
	newer = min(newer, max(total-1, 0))
	changes = changes[:max(len(changes)-newer, 0)]
	left := total - newer - len(changes) // of lines, then of what they stand for
	for _, c := range changes {
		left += c.Stands()
	}
	head := "Timeline of " + i.ID()
	blocks := []slack.Block{blockkit.Header("head", "Timeline"), about(i)}
	text := fmt.Sprintf("%s: %s.", head, entries(left))
	r := roster{left: blockkit.MaxTotal - 1_500 - blockkit.Size(blocks...), limit: maxEntries}
	first := roster{left: r.left / 4, limit: firstEntries}
	if newer == 0 && total == len(changes) && !fits(i, changes, r) {
		for _, c := range changes {
			first.add(entry(i, c))
		}
		r.left, r.limit = r.left-r.left/4, r.limit-len(first.items)
		for _, c := range changes[:len(first.items)] {
			left -= c.Stands()
		}
		changes = changes[len(first.items):]
	}
	for _, c := range slices.Backward(changes) {
		r.add(entry(i, c))
	}
	slices.Reverse(r.items)
	for _, c := range changes[len(changes)-len(r.items):] {
		left -= c.Stands()
	}
	if len(first.items) > 0 {
		blocks = append(blocks, blockkit.RichText("first", blockkit.Bullets(first.items)))
	}
	if left > 0 {
		which := entries(left) + " in between"
		if len(first.items) == 0 {
			which = textutil.Thousands(left) + " earlier " + textutil.Plural(left, "entry", "entries")
		}
		blocks = append(blocks, blockkit.Context("cut", blockkit.PlainText("… "+which+" "+textutil.IsAre(left)+" left out")))
	}
	if len(r.items) == 0 {
		blocks = append(blocks, blockkit.Context("empty", blockkit.PlainText("Nothing has happened yet.")))
	} else {
		blocks = append(blocks, blockkit.RichText("entries", blockkit.Bullets(r.items)))
	}
	if newer > 0 {
		blocks = append(blocks, blockkit.Context("newer", blockkit.PlainText("… and "+textutil.Thousands(newer)+" newer "+textutil.Plural(newer, "entry", "entries"))))
	}
	if shown := newer + len(r.items); len(r.items) > 0 && len(changes) > len(r.items) {
		blocks = append(blocks, slack.NewActionBlock("older", blockkit.Button(action.TimelineOlder.ID, fmt.Sprintf("%d/%s", shown, i.ID()), "Older entries")))
	}
	m := blockkit.Message{Text: text, Blocks: blocks}
	if i.Drill {
		m = marked(m)
	}
	return m
}

// fits reports whether all changes go into a roster.
func fits(i incident.Incident, changes []incident.Change, r roster) bool {
	for _, c := range changes {
		r.add(entry(i, c))
	}
	return r.rest == 0
}

func entries(n int) string {
	if n == 1 {
		return "1 entry"
	}
	return textutil.Thousands(n) + " entries"
}

// entry is one change: when, what, by whom and from where.
func entry(i incident.Incident, c incident.Change) *blockkit.Paragraph {
	p := (&blockkit.Paragraph{}).Date(c.At).Text(" " + happened(i, c))
	if c.By != (incident.User{}) {
		p.Text(" by ").User(c.By.ID, PersonName(c.By))
		if via := blockkit.Line(c.Via); via != "" {
			p.Text(" (" + textutil.CutUnits(via, 40) + ")")
		}
	}
	if words := blockkit.Line(c.Text); words != "" && carriesWords(c.Kind) {
		addWords(p.Text(": "), blockkit.CutNamed(words, 500), i.Named)
	}
	return p
}

// carriesWords reports whether a change's text is said as somebody's words; of
// the other kinds it is part of the sentence.
func carriesWords(k incident.Kind) bool {
	return k != incident.KindSeverity && k != incident.KindDeadline && k != incident.KindPaged && k != incident.KindDeadlineNear && k != incident.KindLateClick && k != incident.KindOddStart
}

// happened says what a change is, in words.
func happened(i incident.Incident, c incident.Change) string {
	if says, ok := stepHappened(i, c); ok {
		return says
	}
	switch c.Kind {
	case incident.KindOpened:
		return "opened"
	case incident.KindReopened:
		return "open again"
	case incident.KindAcknowledged:
		return "acknowledged"
	case incident.KindResolved:
		return "resolved"
	case incident.KindClosed:
		return "closed: nothing is left to do"
	case incident.KindAlertsResolved:
		return "the alerts are resolved, too"
	case incident.KindAlertAdded:
		return "a new alert: " + alertOf(i, c)
	case incident.KindAlertResolved:
		return "alert resolved: " + alertOf(i, c)
	case incident.KindAlertFiredAgain:
		return "fires again: " + alertOf(i, c)
	case incident.KindOddStart:
		return fmt.Sprintf("fires since %s, says its sender; that is far ahead, so the receipt counts: %s", textutil.CutUnits(blockkit.Line(c.Text), 40), alertOf(i, c))
	case incident.KindCopyHeld:
		return "a firing copy right after the resolve, held for a minute: " + alertOf(i, c)
	case incident.KindCopyDropped:
		return "resolved again, so the firing copy was a late one: " + alertOf(i, c)
	case incident.KindNotReported:
		return "no longer reported: " + alertOf(i, c)
	case incident.KindReported:
		return "reported again: " + alertOf(i, c)
	case incident.KindSeverity:
		return "severity is now " + textutil.CutUnits(blockkit.Line(c.Text), 60)
	case incident.KindSummary:
		return "the alert says"
	case incident.KindStale:
		return "nothing heard for long"
	case incident.KindHeardAgain:
		return "heard again"
	case incident.KindEscalated:
		return fmt.Sprintf("nobody acknowledged: level %d told", c.Other)
	case incident.KindPaged:
		return pageHappened(c)
	case incident.KindPageTrouble:
		return fmt.Sprintf("not told of the %s", pageWord(c.Event))
	case incident.KindDeadlineNear:
		return deadlineNear(c)
	case incident.KindDeadline:
		return deadlineHappened(i, c)
	case incident.KindNoted:
		return "noted"
	case incident.KindExported:
		return "post-mortem exported"
	case incident.KindAssigned:
		return "lead given to " + PersonName(c.Whom)
	case incident.KindContinued:
		return "continued in " + incident.ID(c.Other)
	case incident.KindPlaybookNote:
		return "about the playbook"
	case incident.KindRemembered:
		return "remembered"
	case incident.KindScored:
		return "the drill is at its end, and has its score"
	case incident.KindFolded:
		return fmt.Sprintf("%s %s folded here", entries(c.Stands()), textutil.IsAre(c.Stands()))
	case incident.KindUnreadable:
		return "this entry cannot be read here"
	case incident.KindUnchecked:
		return "the act before this was taken on trust"
	case incident.KindDiverted:
		return "goes " + blockkit.EscapeMrkdwn(textutil.CutUnits(blockkit.Line(c.Text), 400))
	case incident.KindShown:
		return "has a thread of its own now"
	}
	return strings.ReplaceAll(string(c.Kind), "_", " ")
}

func deadlineHappened(i incident.Incident, c incident.Change) string {
	says := "deadline passed"
	switch name := playbooks.TierName(c.Text); name {
	case playbooks.Immediate, playbooks.ShortTerm, playbooks.LongTerm:
		says = tierWord(name) + " " + says
	}
	if c.Other != 0 && c.Other != i.Number {
		says += ", told in " + incident.ID(c.Other)
	}
	return says
}

// pageHappened says what a service outside Slack has taken.
func pageHappened(c incident.Change) string {
	to := pageTo(c.Text)
	switch c.Event {
	case incident.PageAcknowledge:
		return to + " told that it is acknowledged"
	case incident.PageResolve:
		return to + " told that it is over"
	}
	return fmt.Sprintf("%s called, level %d", to, c.Other)
}

// pageWord is what a service was to be told.
func pageWord(e incident.PageEvent) string {
	switch e {
	case incident.PageAcknowledge:
		return "acknowledgement"
	case incident.PageResolve:
		return "end"
	}
	return "call"
}

// pageTo is a service as plain text.
func pageTo(name string) string { return textutil.CutUnits(blockkit.Line(name), 80) }

func deadlineNear(c incident.Change) string {
	return tierWord(playbooks.TierName(c.Text)) + " deadline is near"
}

func stepHappened(i incident.Incident, c incident.Change) (string, bool) {
	verb := ""
	switch c.Kind {
	case incident.KindStepAcknowledged:
		verb = "acknowledged"
	case incident.KindStepAnswered:
		verb = "answered"
	case incident.KindStepFirstDone:
		verb = "done (1 of 2)"
	case incident.KindStepShown:
		verb = "shown by the answers"
	case incident.KindStepHidden:
		verb = "hidden by the answers"
	case incident.KindStepDone:
		verb = "done"
	case incident.KindStepSkipped:
		verb = "skipped"
	case incident.KindStepReleased:
		verb = "released"
	case incident.KindStepUndone:
		verb = "undone"
	case incident.KindStepDropped:
		verb = "no longer needed"
		if c.Other != 0 {
			verb = "continued in " + incident.ID(c.Other)
		}
	case incident.KindStepReopened:
		verb = "open again"
	case incident.KindStepTaken:
		verb = "taken over from " + incident.ID(c.Other)
	case incident.KindLateClick:
		verb = "late click on a step no longer needed (" + textutil.CutUnits(blockkit.Line(c.Text), 40) + ")"
	default:
		return "", false
	}
	if s, _, ok := i.FindStep(c.Step); ok {
		return fmt.Sprintf("step %d, %s: %s", s.Number, textutil.CutUnits(blockkit.Line(s.Title), 80), verb), true
	}
	return "step " + textutil.CutUnits(blockkit.Line(c.Step), 60) + ": " + verb, true
}

func alertOf(i incident.Incident, c incident.Change) string {
	for _, a := range i.Alerts {
		if a.Fingerprint == c.Alert {
			return alertName(i, a)
		}
	}
	return "one that is no longer kept" // its fingerprint tells people nothing
}
