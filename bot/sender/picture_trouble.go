package sender

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/outbox"
	"github.com/signalbook/signalbook/bot/slackapi"
)

func aboutPicture(t thread) string { return "picture " + t.name }

// failed notes that a picture's file did not get there, as far as have says, and
// when to try again. What Slack limits is no failure; what it refuses will not
// be better soon.
func (s *Sender) failed(ctx context.Context, t thread, c outbox.Call, have ledger.Record, err error) error {
	now := s.Store.Now()
	refused, fromSlack := errors.AsType[*slackapi.Error](err)
	have = outbox.PictureFailed(have, err, refused, s.Timing, now)
	if fromSlack {
		s.heard(refused)
	}
	s.Log.Warn("a picture did not reach Slack", "incident", t.name, "slot", c.Slot.Name, "tries", have.Tries, "again_in", have.NextAt.Sub(now).Round(time.Second), "error", err)
	if outbox.WithoutPicture(have, s.Timing, now) {
		s.postWithoutImage(t, c, have.Why)
	}
	return s.keepFile(ctx, t, c, have)
}

// postWithoutImage says that a message has to do without its picture, and why.
func (s *Sender) postWithoutImage(t thread, c outbox.Call, why string) {
	lacks := " is shown without its picture: "
	if c.Slot.Picture.Posted {
		lacks = " has not got its post-mortem into its thread: "
	}
	s.Health.Set(aboutPicture(t), t.name+lacks+cmp.Or(why, "others are being brought before it"))
}

// heard tells the outage of a call about a file. That the host which takes the bytes
// is silent says nothing of Slack.
func (s *Sender) heard(refused *slackapi.Error) {
	switch {
	case errors.Is(refused, context.DeadlineExceeded), errors.Is(refused, context.Canceled):
		// we stopped waiting
	case !silent(refused):
		s.answered()
	case refused.Method != slackapi.UploadMethod:
		s.unanswered(refused)
	}
}

// blame takes the picture out of a message that was refused with it.
func (s *Sender) blame(ctx context.Context, t thread, c outbox.Call, refused *slackapi.Error) error {
	now := s.Store.Now()
	have := outbox.Blamed(t.file(c.Slot.Name), refused, s.Timing, now)
	if outbox.WithoutPicture(have, s.Timing, now) {
		s.postWithoutImage(t, c, have.Why)
	}
	return s.keepFile(ctx, t, c, have)
}
