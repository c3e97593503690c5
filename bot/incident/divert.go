package incident

import (
	"cmp"
	"time"

	"github.com/signalbook/signalbook/bot/topic"
)

// divert lets an incident, or a storm, begin in another channel than it was to. It
// goes back to its own when the other one does not take it either.
func (r Rules) divert(s StepInput, d Diverted, now time.Time) Outcome {
	if d.To == "" || d.To == d.Channel {
		return Outcome{Reason: "there is no other channel"}
	}
	var out Outcome
	if d.Topic.Kind == topic.OfStorm {
		storm := s.storm(d.Topic.Number)
		if storm == nil || storm.At() != d.Channel {
			return Outcome{Reason: "the storm is elsewhere already, or forgotten"}
		}
		moved := out.storm(s, d.Topic.Number)
		moved.Place, moved.Why = d.To, d.Why
		if d.To == moved.Channel {
			moved.Place, moved.Why = "", ""
		}
		return out
	}
	if s.Current == nil || s.Current.Channel != d.Channel {
		return Outcome{Reason: "the incident is elsewhere already, or forgotten"}
	}
	i := s.Current.clone()
	i.Channel, i.Belongs, i.BelongsWhy = d.To, cmp.Or(i.Belongs, d.Channel), cmp.Or(i.BelongsWhy, d.Why)
	if i.Belongs == i.Channel {
		i.Belongs, i.BelongsWhy = "", ""
	}
	change := Change{Kind: KindDiverted, At: now, Text: "to " + d.To + ", because " + d.Channel + " cannot be written to: " + d.Why}
	out.Results = append(out.Results, Result{Incident: i, Changes: []Change{change}})
	return out
}

// At is the channel in which the storm is posted.
func (s Storm) At() string { return cmp.Or(s.Place, s.Channel) }
