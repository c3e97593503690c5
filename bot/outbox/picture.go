package outbox

import (
	"slices"
	"time"

	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/slackapi"
)

// A picture's file is brought to Slack before its message is sent. The ledger has a
// slot for it beside the message's, which says how far that got:
//
//	waiting    it is wanted, and nothing of it is worth looking for
//	sending    File was reserved; whether it was completed is not known
//	uploaded   Slack has taken File, and may still be looking at it
//	sent       messages can show File
//
// Hash is what the picture shows, IntentAt when it was first wanted, Tries how often
// it failed, NextAt when to go on, Old the files that no message shows any more. A
// file is shared with nobody: one that is lost sight of is never seen by anybody.

const (
	// pictureTries is after how many failures a message goes without its picture; it gets it when that works again.
	pictureTries = 3
	// PictureLook is how long to wait from one look at a file to the next: Slack takes about a second to know its type.
	PictureLook = time.Second
	// PictureTurn is how soon to look again when another file is being brought.
	PictureTurn = 500 * time.Millisecond
	// pictureRest is how many times longer than for a message the longest wait after a failure is.
	pictureRest = 20
)

// File is the id of the file that a message can show its picture with; empty when
// there is none.
func File(slot message.Slot, has ledger.Ledger) string {
	have := has[ledger.Picture(slot.Name)]
	if slot.Picture == nil || have.State != ledger.Sent || have.Hash != slot.Picture.Hash {
		return ""
	}
	return have.File
}

// withPicture offers a post or an edit, or what has to be done about its picture
// before.
func (l *look) withPicture(c Call) {
	if c.Slot.Picture == nil || c.Slot.File != "" {
		l.offer(c)
		return
	}
	have := l.Ledger[ledger.Picture(c.Slot.Name)]
	if have.Hash == c.Slot.Picture.Hash && WithoutPicture(have, l.timing, l.now) {
		l.offer(c)
		return
	}
	first, at := bring(c, have)
	if end := have.IntentAt.Add(l.timing.Picture); first.Kind != WantFile && end.Before(at) {
		at = end // then the message goes
	}
	l.file(first, at)
}

// WithoutPicture reports whether a message has waited for its picture long enough, as
// the picture's slot says.
func WithoutPicture(have ledger.Record, timing Timing, now time.Time) bool {
	return have.Tries >= pictureTries || !ahead(have.IntentAt.Add(timing.Picture), now, timing.Picture)
}

// tidyPicture offers what is left to do about the files of a message that Slack shows
// as it should be: old ones to be deleted, or a picture that it went without. One that
// is sent once only never gets a late picture.
func (l *look) tidyPicture(c Call) {
	have, known := l.Ledger[ledger.Picture(c.Slot.Name)]
	c.Class, c.Urgent = ClassEdit, false
	switch {
	case known && len(Unshown(c.Slot, have)) > 0:
		c.Kind = DropFile
		l.file(c, time.Time{})
	case c.Slot.Picture == nil || c.Slot.File != "" || c.Slot.Once:
	default:
		l.file(bring(c, have))
	}
}

// bring is the next step to have a picture's file at Slack, and when to take it.
func bring(c Call, have ledger.Record) (Call, time.Time) {
	switch {
	case have.Hash != c.Slot.Picture.Hash:
		c.Kind = WantFile
		return c, time.Time{}
	case have.File != "":
		c.Kind = Check
	default:
		c.Kind = Upload
	}
	return c, have.NextAt
}

// Unshown are the files that a message which is as it should be does not show.
func Unshown(slot message.Slot, have ledger.Record) []string {
	if slot.Picture == nil && !slot.Once && have.File != "" {
		return append(slices.Clone(have.Old), have.File)
	}
	return have.Old
}

// file offers a call about a file that may be made from a time on, when it is its turn:
// one file is brought at a time, within Slack's limits.
func (l *look) file(c Call, at time.Time) {
	switch wait := l.Files.Wait[c.Kind]; {
	case c.Kind == WantFile:
		l.offer(c)
	case ahead(at, l.now, pictureRest*l.timing.Parked):
		l.later(at)
	case l.Files.Busy:
		l.later(l.now.Add(PictureTurn))
	case wait > 0:
		l.later(l.now.Add(min(wait, PictureLook)))
	default:
		l.offer(c)
	}
}

// Wanted is what the ledger says of a picture that is to be brought: from now on its
// message waits for it so long and no longer.
func Wanted(slot message.Slot, was ledger.Record, now time.Time) ledger.Record {
	have := ledger.Record{State: ledger.Waiting, Hash: slot.Picture.Hash, IntentAt: now, Old: was.Old}
	if was.File != "" {
		have.Old = append(slices.Clone(was.Old), was.File)
	}
	return have
}

// Patience is how long the calls of one try to bring a file may take.
func Patience(have ledger.Record, timing Timing, now time.Time) time.Duration {
	if WithoutPicture(have, timing, now) {
		return timing.Picture
	}
	return have.IntentAt.Add(timing.Picture).Sub(now)
}

// Checked is what the ledger says of a file after a look at it; lost says that it will
// never be there.
func Checked(have ledger.Record, state slackapi.FileState, timing Timing, now time.Time) (slot ledger.Record, lost bool) {
	switch {
	case state == slackapi.FileReady:
		have.State, have.Why, have.NextAt = ledger.Sent, "", time.Time{}
		return have, false
	case state == slackapi.FilePending && !WithoutPicture(have, timing, now):
		have.State, have.NextAt = ledger.Uploaded, now.Add(PictureLook)
		return have, false
	}
	// A request to complete it may still be on its way: it is deleted later.
	lost = have.State == ledger.Uploaded || state == slackapi.FilePending
	have.Old = append(slices.Clone(have.Old), have.File)
	have.State, have.File, have.NextAt = ledger.Waiting, "", time.Time{}
	return have, lost
}

// Dropped is what the ledger says once a file is deleted.
func Dropped(have ledger.Record, gone string) ledger.Record {
	have.Old = slices.DeleteFunc(slices.Clone(have.Old), func(id string) bool { return id == gone })
	if have.File == gone {
		have.File, have.Hash, have.State = "", "", ledger.Waiting
	}
	return have
}

// PictureFailed is what the ledger says of a picture that did not get there: when to try
// again. What Slack limits is no failure; what it refuses will not be better soon.
func PictureFailed(have ledger.Record, why error, refused *slackapi.Error, timing Timing, now time.Time) ledger.Record {
	have.Why = why.Error()
	switch {
	case refused != nil && refused.Outcome == slackapi.OutcomeLimited && refused.Code != slackapi.CodeUnreachable:
		have.NextAt = now.Add(refused.RetryAfter)
		return have
	case refused != nil && refused.Outcome != slackapi.OutcomeUnknown && refused.Outcome != slackapi.OutcomeLimited:
		have.Tries = max(have.Tries+1, pictureTries)
	default:
		have.Tries++
	}
	have.NextAt = now.Add(pictureRests(have.Tries, timing))
	return have
}

// pictureRests is how long to wait after a failure: a moment while a message waits,
// then longer and longer.
func pictureRests(tries int, timing Timing) time.Duration {
	if tries < pictureTries {
		return Retry
	}
	return timing.Parked * time.Duration(min(1<<min(tries-pictureTries, 10), pictureRest))
}

// BlamesPicture reports whether a message was refused with a picture in it: without it,
// it may be taken.
func BlamesPicture(c Call, refused *slackapi.Error) bool {
	return refused.Outcome == slackapi.OutcomeRefused && c.Slot.File != "" && (c.Kind == Post || c.Kind == Edit)
}

// Blamed is what the ledger says of a picture with which a message was refused: it is
// looked at again, and at the third time the message goes without.
func Blamed(have ledger.Record, refused *slackapi.Error, timing Timing, now time.Time) ledger.Record {
	have.State, have.Tries, have.Why = ledger.Uploaded, have.Tries+1, refused.Error()
	have.NextAt = now.Add(pictureRests(have.Tries, timing))
	return have
}
