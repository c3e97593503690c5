package incident

import (
	"slices"
	"time"

	"github.com/signalbook/signalbook/playbooks"
)

// Kind says what changed, in the word that the timeline keeps.
type Kind string

// The kinds of change.
const (
	KindOpened           Kind = "opened"
	KindReopened         Kind = "reopened"
	KindAcknowledged     Kind = "acknowledged"
	KindResolved         Kind = "resolved"
	KindClosed           Kind = "closed"
	KindAlertsResolved   Kind = "alerts_resolved" // of an incident that was resolved by hand before
	KindAlertAdded       Kind = "alert_added"
	KindAlertResolved    Kind = "alert_resolved"
	KindAlertFiredAgain  Kind = "alert_fired_again"
	KindOddStart         Kind = "odd_start" // it says to fire since a time far ahead: its receipt counts
	KindCopyHeld         Kind = "copy_held"
	KindCopyDropped      Kind = "copy_dropped" // resolved again while a firing copy was held
	KindNotReported      Kind = "not_reported"
	KindReported         Kind = "reported_again"
	KindSeverity         Kind = "severity_changed"
	KindSummary          Kind = "summary_changed"
	KindStale            Kind = "stale"
	KindHeardAgain       Kind = "heard_again"
	KindEscalated        Kind = "escalated"
	KindDeadline         Kind = "deadline_passed"
	KindDeadlineNear     Kind = "deadline_near"
	KindNoted            Kind = "noted"
	KindStepAcknowledged Kind = "step_acknowledged"
	KindStepDone         Kind = "step_done"
	KindStepSkipped      Kind = "step_skipped"
	KindStepReleased     Kind = "step_released"
	KindStepUndone       Kind = "step_undone"
	KindStepDropped      Kind = "step_dropped"
	KindStepReopened     Kind = "step_reopened"
	KindStepTaken        Kind = "step_taken_over"
	KindStepAnswered     Kind = "step_answered"
	KindStepFirstDone    Kind = "step_done_by_first" // a second person has to say so, too
	KindStepShown        Kind = "step_shown"         // the answers so far show it
	KindStepHidden       Kind = "step_hidden"
	KindAssigned         Kind = "assigned"
	KindExported         Kind = "exported"
	KindPaged            Kind = "paged"        // a service outside Slack has taken what it was told
	KindPageTrouble      Kind = "page_trouble" // it has not
	KindLateClick        Kind = "late_click"
	KindContinued        Kind = "continued_in"
	KindPlaybookNote     Kind = "playbook_note"
	KindRemembered       Kind = "remembered" // a quiet group
	KindShown            Kind = "shown"      // an incident of a storm got its thread
	KindReason           Kind = "reason"     // somebody said why it is over
	KindScored           Kind = "scored"     // a drill is at its end
	KindUnchecked        Kind = "unchecked"  // somebody acted of whom not all could be checked
	KindDiverted         Kind = "diverted"   // its channel cannot be written to
	KindFolded           Kind = "folded"     // in place of so many entries as Other says
	KindUnreadable       Kind = "unreadable" // an entry that this binary cannot read; its text is the entry as it is
)

// Kinds are all of them, in this order.
func Kinds() []Kind {
	return []Kind{
		KindOpened, KindReopened, KindAcknowledged, KindResolved, KindClosed, KindAlertsResolved, KindAlertAdded,
		KindAlertResolved, KindAlertFiredAgain, KindOddStart, KindCopyHeld, KindCopyDropped, KindNotReported,
		KindReported, KindSeverity, KindSummary, KindStale, KindHeardAgain, KindEscalated, KindDeadline,
		KindDeadlineNear, KindNoted, KindStepAcknowledged, KindStepDone, KindStepSkipped, KindStepReleased,
		KindStepUndone, KindStepDropped, KindStepReopened, KindStepTaken, KindStepAnswered, KindStepFirstDone,
		KindStepShown, KindStepHidden, KindAssigned, KindExported, KindPaged, KindPageTrouble, KindLateClick, KindContinued,
		KindPlaybookNote, KindRemembered, KindShown, KindReason, KindScored, KindUnchecked, KindDiverted, KindFolded,
		KindUnreadable,
	}
}

// Change is one entry of the timeline: what changed, when, by whom and from
// where.
type Change struct {
	Kind  Kind      `json:"kind"`
	At    time.Time `json:"at"`
	By    User      `json:"by,omitzero"`
	Whom  User      `json:"whom,omitzero"` // who leads from now on
	Via   string    `json:"via,omitempty"`
	Step  string    `json:"step,omitempty"`
	Alert string    `json:"alert,omitempty"` // fingerprint
	Event PageEvent `json:"event,omitempty"` // of KindPaged and KindPageTrouble
	Other int       `json:"other,omitempty"` // another incident's number, or how many entries this one folds
	Text  string    `json:"text,omitempty"`
}

// AnswerKind is what a person is told privately.
type AnswerKind string

// The answers.
const (
	AnswerNone       AnswerKind = ""
	AnswerApplied    AnswerKind = "applied"     // it is so now
	AnswerTaken      AnswerKind = "taken"       // somebody was first
	AnswerAlready    AnswerKind = "already"     // it was so before, by yourself
	AnswerOver       AnswerKind = "over"        // the incident is resolved or closed
	AnswerActive     AnswerKind = "active"      // the incident is not over
	AnswerEnded      AnswerKind = "ended"       // the step is ended
	AnswerNotEnded   AnswerKind = "not_ended"   // there is nothing to undo
	AnswerNotTaken   AnswerKind = "not_taken"   // there is nothing to release
	AnswerNotYours   AnswerKind = "not_yours"   // only holder or lead release
	AnswerNoStep     AnswerKind = "no_step"     // no such step
	AnswerHidden     AnswerKind = "hidden"      // the step does not apply here
	AnswerNoReason   AnswerKind = "no_reason"   // skip and note need words
	AnswerAsks       AnswerKind = "asks"        // the step asks something, and Text is no answer to it
	AnswerGone       AnswerKind = "gone"        // no such incident
	AnswerOlder      AnswerKind = "older"       // the message that was clicked is in no ledger
	AnswerContinued  AnswerKind = "continued"   // another incident took over
	AnswerForbidden  AnswerKind = "forbidden"   // not a responder
	AnswerNoPlaybook AnswerKind = "no_playbook" // no such playbook
	AnswerStarted    AnswerKind = "started"
	AnswerLate       AnswerKind = "late"  // recorded, changes nothing
	AnswerKept       AnswerKind = "kept"  // no follow-up is dropped
	AnswerShown      AnswerKind = "shown" // it has its thread already
	AnswerFailed     AnswerKind = "failed"
)

// Answer is what the person who acted is told privately: Who and When tell who
// was first and when.
type Answer struct {
	Kind     AnswerKind `json:"kind,omitempty"`
	Verb     Verb       `json:"verb,omitempty"`
	Incident int        `json:"incident,omitempty"`
	Step     int        `json:"step,omitempty"`
	Title    string     `json:"title,omitempty"` // of the step or the incident
	State    string     `json:"state,omitempty"` // what it is now
	Who      User       `json:"who,omitzero"`
	When     time.Time  `json:"when,omitzero"`
	Text     string     `json:"text,omitempty"`
	Drill    bool       `json:"drill,omitempty"`  // the incident is an exercise
	Firing   int        `json:"firing,omitempty"` // alerts that fire though it is resolved now
	More     []Answer   `json:"more,omitempty"`   // of the further steps of one act, in order
	// Asks is what the step asks, with AnswerAsks, and WaitsFor the steps whose answers show it, with AnswerHidden.
	Asks     *playbooks.Ask `json:"asks,omitempty"`
	WaitsFor []int          `json:"waits_for,omitempty"`
}

// Each is the answer, and those of the further steps, one by one.
func (a Answer) Each() []Answer {
	first := a
	first.More = nil
	return append([]Answer{first}, a.More...)
}

// Applied reports whether all that was asked for is so now.
func (a Answer) Applied() bool {
	return !slices.ContainsFunc(a.Each(), func(a Answer) bool { return a.Kind != AnswerApplied })
}

// Result is one incident after an event. Without changes the document may still
// differ (a repeat was heard), but nobody has to look at it.
type Result struct {
	Incident Incident
	Changes  []Change
}

// Outcome is all that an event led to. Reason says why nothing changed.
type Outcome struct {
	// Needs is what has to be loaded first; then nothing else is said.
	Needs   Needs
	Results []Result
	Storms  []Storm  // whose incidents changed, or that began or ended
	Channel *Channel // in which an incident opened or a storm ended
	Answer  Answer
	Reason  string
}
