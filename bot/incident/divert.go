package incident

import "time"

// divert lets an incident, or a storm, begin in another channel than its own. One
// that has begun there stays.
func (r Rules) divert(s Scene, d Diverted, now time.Time) Outcome {
	if s.Fallback == "" || s.Fallback == d.Channel {
		return Outcome{Reason: "there is no other channel"}
	}
	var out Outcome
	if d.Incident < 0 {
		storm := s.Storm(-d.Incident)
		if storm == nil || storm.Channel != d.Channel || storm.Place != "" {
			return Outcome{Reason: "the storm is elsewhere already, or forgotten"}
		}
		moved := out.storm(s, -d.Incident)
		moved.Place, moved.Why = s.Fallback, d.Why
		return out
	}
	if s.Current == nil || s.Current.Channel != d.Channel || s.Current.Belongs != "" {
		return Outcome{Reason: "the incident is elsewhere already, or forgotten"}
	}
	i := s.Current.clone()
	i.Channel, i.Belongs, i.BelongsWhy = s.Fallback, d.Channel, d.Why
	change := Change{Kind: KindDiverted, At: now, Text: "to " + s.Fallback + ", because " + d.Channel + " cannot be written to: " + d.Why}
	out.Results = append(out.Results, Result{Incident: i, Changes: []Change{change}})
	return out
}
