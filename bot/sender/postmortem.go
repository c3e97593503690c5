package sender

import (
	"context"
	"fmt"
	"time"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/postmortem"
	"github.com/signalbook/signalbook/bot/slackapi"
	"github.com/signalbook/signalbook/bot/store"
)

// timelineDepth is more than a timeline has, once its middle is folded.
const timelineDepth = 2 * incident.MaxActs

// Postmortem reads all that the post-mortem of an incident says; ok is false when there
// is no such incident.
func Postmortem(ctx context.Context, s *store.Store, n int, zone *time.Location) (r postmortem.Report, ok bool, err error) {
	i, ok, err := s.Incident(ctx, n)
	if err != nil || !ok || i.Quiet {
		return r, false, err
	}
	in := postmortem.Input{Incident: i, Now: s.Now(), Zone: zone, Names: map[string]string{}}
	if in.Timeline, err = s.Timeline(ctx, n, timelineDepth); err != nil {
		return r, false, err
	}
	for _, id := range postmortem.Nameless(i, in.Timeline) {
		if person, err := s.Directory.Person(ctx, id); err == nil { // without a name he is somebody
			in.Names[id] = person.Name
		}
	}
	return postmortem.Of(in), true, nil
}

// written is an incident's post-mortem as a file for its own thread.
func (s *Sender) written(ctx context.Context, t thread, p *message.Picture) (slackapi.Upload, error) {
	report, ok, err := Postmortem(ctx, s.Store, t.topic.Number, s.Settings().Zone)
	switch {
	case err != nil:
		return slackapi.Upload{}, fmt.Errorf("reading %s: %w", t.name, err)
	case !ok:
		return slackapi.Upload{}, fmt.Errorf("%s is gone", t.name)
	}
	root := t.root()
	return slackapi.Upload{Name: p.Name, Title: p.Title, Data: report.Markdown(), Channel: root.Channel, Thread: root.TS}, nil
}
