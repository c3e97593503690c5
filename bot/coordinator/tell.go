package coordinator

import (
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/outbox"
	"github.com/signalbook/signalbook/bot/sender"
	"github.com/signalbook/signalbook/bot/store"
)

// publish passes on what a committed event led to: the sender brings Slack in line,
// and the person who acted gets a private answer when nobody waits for it at a
// endpoint.
func (r *term) publish(ev incident.Event, commit store.Commit) {
	for _, saved := range commit.Saved {
		if !saved.Dirty {
			continue
		}
		next := outbox.ClassPing
		if saved.Was == 0 {
			next = outbox.ClassRoot
		}
		w := sender.Work{Number: saved.Incident.Number, Channel: r.people.Channel(saved.Incident.Channel), Priority: outbox.PriorityOf(sender.Urgent(saved.Incident), next, saved.Incident.OpenedAt)}
		if ev.Act != nil {
			w.Clicked = []string{ledger.Root}
			if s, _, ok := saved.Incident.Step(ev.Act.Step); ok {
				w.Clicked = []string{"tier:" + string(s.Tier)}
			}
		}
		r.sender.Add(w)
		for _, c := range saved.Changes {
			r.log.Info(string(c.Kind), "incident", saved.Incident.ID(), "step", c.Step, "user", c.By.ID, "via", c.Via, "text", c.Text)
		}
	}
	for _, storm := range commit.Storms {
		r.sender.Add(sender.Work{Number: storm.Subject(), Channel: r.people.Channel(storm.At()), Priority: outbox.PriorityOf(true, outbox.ClassStorm, storm.StartedAt)})
		switch {
		case storm.Was == 0:
			r.log.Warn("a storm begins", "channel", storm.Channel, "storm", storm.ID())
		case !storm.EndedAt.IsZero() && storm.EndedAt.Equal(ev.At):
			r.log.Info("a storm is over", "channel", storm.Channel, "storm", storm.ID())
		}
	}
	if d := commit.Review.Digest; d != nil {
		r.sender.Add(r.digestWork(d.Document, ledger.Root, "detail:"))
	}
	for _, d := range commit.Review.Shared {
		r.sender.Add(r.digestWork(d.Document))
	}
	reply, user := ev.Reply()
	if reply == (incident.Reply{}) || commit.Answer.Kind == incident.AnswerNone {
		return
	}
	if commit.Answer.Kind == incident.AnswerApplied && !reply.Always {
		return // the edit of the thread is the answer
	}
	r.sender.Answer(reply, user, commit.Answer)
}
