package slackapi

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/slack-go/slack/socketmode"

	"github.com/signalbook/signalbook/bot/foreign"
)

// reread takes an envelope that slack-go could not decode, for example because
// the clicked message holds something it does not know. We need less of it.
func (s *Socket) reread(l *line, raw json.RawMessage) {
	var req socketmode.Request
	if err := json.Unmarshal(raw, &req); err != nil || req.EnvelopeID == "" {
		s.count(kindOther, "bad")
		return
	}
	s.receive(l, req)
}

// receive starts the handling of one envelope. One that finds no place is not
// acknowledged: Slack delivers it again, perhaps to another replica.
func (s *Socket) receive(l *line, req socketmode.Request) {
	t := s.enter()
	if t == nil {
		s.count(kindOther, "overloaded")
		return
	}
	at := s.client.now()
	t.run(func(ctx context.Context) { s.process(ctx, t, l, arrival{req: req, at: at}) })
	t.leave()
}

// arrival is an envelope and when it came.
type arrival struct {
	req socketmode.Request
	at  time.Time
}

// process decodes, acknowledges and handles one envelope. What cannot be read is
// acknowledged too: coming again would not make it better.
func (s *Socket) process(ctx context.Context, t *ticket, l *line, a arrival) {
	d, err := a.decode(s.self())
	if err != nil {
		s.count(kindOther, "bad")
		s.log.Warn("an envelope of Slack's cannot be read", "type", foreign.Text(a.req.Type, 40), "err", err)
		s.ack(ctx, l, a.req, nil)
		return
	}
	if d.kind != kindOther && s.foreign(&d) {
		s.ack(ctx, l, a.req, nil)
		return
	}
	switch d.kind {
	case kindCommand:
		s.answer(ctx, l, a.req, sentAnswer{slash: d.slash, answer: s.command(t, d.slash), at: a.at})
	case kindSubmission:
		var payload any
		if wrong := s.submit(t, d.submission); len(wrong) > 0 {
			payload = modalErrors{Action: "errors", Errors: wrong}
		}
		s.ack(ctx, l, a.req, payload)
	case kindSuggestion:
		options := s.suggest(t, d.suggestion)
		if !a.req.AcceptsResponsePayload {
			s.ack(ctx, l, a.req, nil) // there is no other way to answer a menu
			return
		}
		s.ack(ctx, l, a.req, options)
	case kindAction:
		s.clicked(t, d.actions)
		s.ack(ctx, l, a.req, nil)
	case kindMention:
		if s.heard(t, d.mention) { // else Slack delivers it again
			s.ack(ctx, l, a.req, nil)
		}
	case kindHome:
		if s.entered(t, d.home) {
			s.ack(ctx, l, a.req, nil)
		}
	default:
		s.ack(ctx, l, a.req, nil)
		s.count(kindOther, "ignored")
	}
}

func (a arrival) decode(self string) (delivery, error) {
	fallback := op("envelope", a.req.EnvelopeID)
	switch a.req.Type {
	case socketmode.RequestTypeSlashCommands:
		var p slashPayload
		if err := json.Unmarshal(a.req.Payload, &p); err != nil {
			return delivery{}, errors.New("slash command is not in Slack's form")
		}
		return p.delivery(fallback, a.at)
	case socketmode.RequestTypeInteractive:
		return decodeInteraction(a.req.Payload, fallback, a.at)
	case socketmode.RequestTypeEventsAPI:
		var p eventPayload
		if err := json.Unmarshal(a.req.Payload, &p); err != nil {
			return delivery{}, errors.New("event is not in Slack's form")
		}
		d := p.delivery(fallback, self, a.at)
		d.origin = readOrigin(a.req.Payload)
		d.mention.Repeat = a.req.RetryAttempt > 0
		return d, nil
	}
	return delivery{kind: kindOther}, nil
}

// answer acknowledges a slash command with its answer where that is possible:
// Slack takes one with the acknowledgement, below 20 kB and on a connection that
// stands. Else it goes by response_url.
func (s *Socket) answer(ctx context.Context, l *line, req socketmode.Request, sent sentAnswer) {
	if isEmpty(sent.answer) || !req.AcceptsResponsePayload && sent.slash.ResponseURL != "" {
		s.ack(ctx, l, req, nil)
		s.follow(sent.slash, sent.answer)
		return
	}
	s.remember(req.EnvelopeID, sent)
	if s.ack(ctx, l, req, ephemeral(sent.answer)) {
		return
	}
	s.forget(req.EnvelopeID)
	s.ack(ctx, l, req, nil)
	s.follow(sent.slash, sent.answer)
}

// ack queues an acknowledgement with slack-go; false means that it was not taken.
func (s *Socket) ack(ctx context.Context, l *line, req socketmode.Request, payload any) bool {
	select {
	case <-l.ended:
		return false
	default:
	}
	ctx, cancel := context.WithTimeout(ctx, ackWithin)
	defer cancel()
	if err := l.client.AckCtx(ctx, req.EnvelopeID, payload); err != nil {
		s.log.Debug("an acknowledgement was not taken", "envelope", req.EnvelopeID, "err", err)
		return false
	}
	return true
}

// remember keeps an answer for the time in which its writing may fail.
func (s *Socket) remember(envelope string, sent sentAnswer) {
	s.sentMu.Lock()
	defer s.sentMu.Unlock()
	for id, old := range s.sent {
		if sent.at.Sub(old.at) > handleWithin {
			delete(s.sent, id)
		}
	}
	if len(s.sent) < 2*maxInFlight {
		s.sent[envelope] = sent
	}
}

func (s *Socket) forget(envelope string) (sentAnswer, bool) {
	s.sentMu.Lock()
	defer s.sentMu.Unlock()
	sent, ok := s.sent[envelope]
	delete(s.sent, envelope)
	return sent, ok
}

// resend sends by response_url an answer that slack-go could not write. Other
// acknowledgements need nothing: Slack delivers their envelopes again.
func (s *Socket) resend(envelope string) {
	sent, ok := s.forget(envelope)
	if !ok {
		return
	}
	t := s.enter()
	if t == nil {
		return
	}
	t.run(func(context.Context) { s.follow(sent.slash, sent.answer) })
	t.leave()
}
