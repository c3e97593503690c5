package event

import (
	"time"

	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/incident"
)

// DigestAct is what a person did to a digest, or asked of one. It concerns no
// incident: the state machine of incidents has no part in it.
type DigestAct struct {
	Verb    report.Verb   `json:"verb"`
	Digest  int           `json:"digest,omitempty"`
	Subject string        `json:"subject,omitempty"` // a part of the digest
	Name    string        `json:"name,omitempty"`    // post: which of the configured digests
	Again   bool          `json:"again,omitempty"`   // post: beside those that the week has; Digest is the newest of them that is known, 0: any
	User    incident.User `json:"user"`
	Text    string        `json:"text,omitempty"`
	Until   time.Time     `json:"until,omitzero"`
	Alarm   *report.Alarm `json:"alarm,omitempty"` // alarm: the spike
}

// DigestAnswerKind is what a person who acted on a digest is told.
type DigestAnswerKind string

// The answers about digests.
const (
	DigestNone      DigestAnswerKind = ""
	DigestApplied   DigestAnswerKind = "applied"   // it is so now
	DigestTaken     DigestAnswerKind = "taken"     // somebody was first
	DigestAlready   DigestAnswerKind = "already"   // it was so before, by yourself
	DigestNoReason  DigestAnswerKind = "no_reason" // expected needs words, snooze a date
	DigestNothing   DigestAnswerKind = "nothing"   // there is nothing to take back
	DigestGone      DigestAnswerKind = "no_digest" // no such digest, or no such part of it
	DigestOlder     DigestAnswerKind = "older"     // the message that was clicked is in no ledger
	DigestForbidden DigestAnswerKind = "forbidden"
	DigestAsked     DigestAnswerKind = "asked"  // it is on its way
	DigestSecond    DigestAnswerKind = "second" // the week has one already: State names it, or it is being made
	DigestFailed    DigestAnswerKind = "failed"
)

// DigestAnswer is what the person who acted on a digest is told privately: Who and When
// tell who was first and when.
type DigestAnswer struct {
	Kind  DigestAnswerKind `json:"kind,omitempty"`
	Verb  report.Verb      `json:"verb,omitempty"`
	Title string           `json:"title,omitempty"` // of its part; of a post the configured name, or all of them
	State string           `json:"state,omitempty"` // what was done to the part before; of a post the digest that there is
	Who   incident.User    `json:"who,omitzero"`
	When  time.Time        `json:"when,omitzero"`
	Text  string           `json:"text,omitempty"`
}
