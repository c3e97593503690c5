package sender

import (
	"context"

	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/topic"
)

// linked is a private answer with links to the threads that it names. Only those of the
// channel in which it is read are: whoever clicked there may see it.
func (s *Sender) linked(ctx context.Context, channel string, m blockkit.Message) blockkit.Message {
	named := m.Named(topic.Names)
	if len(named) == 0 {
		return m
	}
	roots, err := s.Store.Roots(ctx, named)
	if err != nil {
		s.Log.Debug("an answer gets no links", "error", err)
		return m
	}
	to := blockkit.Permalinks{}
	for k, id := range named {
		if roots[k].Channel == channel {
			to[id] = s.Slack.Permalink(channel, roots[k].TS, "")
		}
	}
	return m.Linked(topic.Names, to)
}
