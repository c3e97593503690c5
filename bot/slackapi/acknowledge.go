package slackapi

import (
	"context"
	"sync"
	"sync/atomic"
)

// Slack forgets what it was told it was taken, so it is told only when a kill of
// this process loses nothing any more: after the store has it, and within Slack's
// 3 s.

// acknowledging is the context's key for what tells Slack.
type acknowledging struct{}

// Acknowledge tells Slack, before the handler returns, that what it handles was
// taken. A handler calls it once there is nothing left that a crash could lose, and
// before it does anything slow. More than once is harmless.
func Acknowledge(ctx context.Context) {
	if ack, ok := ctx.Value(acknowledging{}).(func()); ok {
		ack()
	}
}

// clicked runs clicks, one after the other, and returns when Slack may be
// acknowledged: all are stored, or time is up. Slack does not deliver clicks again.
func (d *endpoint) clicked(t *ticket, actions []Action) {
	taken := make(chan struct{})
	ack := sync.OnceFunc(func() { close(taken) })
	var late atomic.Bool
	t.run(func(ctx context.Context) {
		defer ack()
		for i, a := range actions {
			of := ctx
			if i == len(actions)-1 {
				of = context.WithValue(ctx, acknowledging{}, ack)
			}
			word := outcome(d.guard(kindAction, a.Op, func() { d.handler.Action(of, a) }))
			if late.Load() && word == "ok" {
				word = "late"
			}
			d.count(kindAction, word)
		}
	})
	if within(taken, d.within) {
		return
	}
	late.Store(true)
	t.run(func(ctx context.Context) { d.doubt(ctx, actions[0]) })
}

// doubt tells a person that nobody knows yet what became of a click.
func (d *endpoint) doubt(ctx context.Context, a Action) {
	if d.client == nil {
		return
	}
	p := a.Private()
	p.Text = lateClick
	ctx, cancel := context.WithTimeout(ctx, Timeout)
	defer cancel()
	d.client.SendEphemeral(ctx, p)
}

// heard runs a mention and reports whether Slack may be acknowledged: it is stored,
// or there is nothing to store. Else Slack delivers it again.
func (d *endpoint) heard(t *ticket, m Mention) bool {
	return d.taken(t, kindMention, m.Op, func(ctx context.Context) error { return d.handler.Mention(ctx, m) })
}

// taken runs the handling of an event and reports whether Slack may be acknowledged.
func (d *endpoint) taken(t *ticket, k kind, op string, handle func(context.Context) error) bool {
	taken := make(chan bool, 2)
	t.run(func(ctx context.Context) {
		ctx = context.WithValue(ctx, acknowledging{}, sync.OnceFunc(func() { taken <- true }))
		var err error
		word := outcome(d.guard(k, op, func() { err = handle(ctx) }))
		if err != nil {
			word = "unstored"
			d.log.Warn("an event is not taken; Slack delivers it again", "endpoint", d.name, "kind", string(k), "op", op, "err", err)
		}
		d.count(k, word)
		taken <- err == nil
	})
	took, _ := inTime(taken, d.within)
	return took
}
