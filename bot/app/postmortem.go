package app

import (
	"context"
	"time"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/postmortem"
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
