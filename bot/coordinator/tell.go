package coordinator

import (
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/outbox"
	"github.com/signalbook/signalbook/bot/sender"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/bot/topic"
)

// publish passes on what a committed event led to: the sender brings Slack in line,
// and the person who acted gets a private answer when nobody waits for it at a
// endpoint.
func (t *term) publish(ev event.Event, commit store.Commit) {
	for _, saved := range commit.Saved {
		if !saved.Dirty {
			continue
		}
		next := outbox.ClassPing
		if saved.Was == 0 {
			next = outbox.ClassRoot
		}
		w := sender.Item{Topic: topic.Incident(saved.Incident.Number), Channel: t.people.Channel(saved.Incident.Channel), Priority: outbox.PriorityOf(sender.Urgent(saved.Incident), next, saved.Incident.OpenedAt)}
		if ev.Act != nil {
			w.Clicked = []string{ledger.Root}
			if s, _, ok := saved.Incident.FindStep(ev.Act.Step); ok {
				w.Clicked = []string{"tier:" + string(s.Tier)}
			}
		}
		t.sender.Add(w)
		for _, c := range saved.Changes {
			t.log.Info(string(c.Kind), "incident", saved.Incident.ID(), "step", c.Step, "user", c.By.ID, "via", c.Via, "text", c.Text)
		}
	}
	for _, storm := range commit.Storms {
		t.sender.Add(sender.Item{Topic: storm.Topic(), Channel: t.people.Channel(storm.At()), Priority: outbox.PriorityOf(true, outbox.ClassStorm, storm.StartedAt)})
		switch {
		case storm.Was == 0:
			t.log.Warn("a storm begins", "channel", storm.Channel, "storm", storm.ID())
		case !storm.EndedAt.IsZero() && storm.EndedAt.Equal(ev.At):
			t.log.Info("a storm is over", "channel", storm.Channel, "storm", storm.ID())
		}
	}
	if d := commit.Review.Digest; d != nil {
		t.sender.Add(t.digestWork(d.Document, ledger.Root, "detail:"))
	}
	for _, d := range commit.Review.Shared {
		t.sender.Add(t.digestWork(d.Document))
	}
	if ev.Reply == (event.Reply{}) || commit.Answer.None() {
		return
	}
	if commit.Answer.Applied() && !ev.Reply.Always {
		return // the edit of the thread is the answer
	}
	t.sender.Answer(ev.Reply, ev.User(), commit.Answer)
}
