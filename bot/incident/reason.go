package incident

import "strings"

// Reason says why an incident is over, in the words that every surface uses.
type Reason string

// The reasons. The weekly digest counts false alarms and noise by alert.
const (
	ReasonFixed      Reason = "fixed"
	ReasonFalseAlarm Reason = "false_alarm" // nothing was wrong
	ReasonNoise      Reason = "noise"       // true, and not worth waking anybody
	ReasonExpected   Reason = "expected"    // planned work, a test
)

// Known reports whether it is one of the reasons.
func (r Reason) Known() bool {
	switch r {
	case ReasonFixed, ReasonFalseAlarm, ReasonNoise, ReasonExpected:
		return true
	}
	return false
}

// CutReason takes a reason off the beginning of a note, as people write it:
// "false alarm: the probe was wrong" or just "noise". Without one it returns the
// note as it is.
func CutReason(note string) (reason Reason, rest string) {
	words, after, cut := strings.Cut(note, ":")
	if !cut {
		words = note
	}
	written := strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(strings.TrimSpace(words)))
	if r := Reason(written); r.Known() {
		return r, strings.TrimSpace(after)
	}
	return "", note
}

// reason notes why the incident is over. The last word counts: a false alarm may
// turn out to be none.
func (m *move) reason(a Act) {
	if !a.Reason.Known() {
		return
	}
	m.i.Reason, m.i.ReasonBy = a.Reason, a.User
	m.change(Change{Kind: KindReason, By: a.User, Via: a.Via, Text: string(a.Reason)})
	switch {
	case m.i.Drill:
	case a.Reason.DropsFollowUps():
		m.dropFollowUps(string(a.Reason))
	case m.i.Dropped != "" && m.i.Dropped != Untouched:
		m.keepFollowUps(a.User, a.Via)
	}
}
