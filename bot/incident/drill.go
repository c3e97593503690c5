package incident

import (
	"time"

	"github.com/signalbook/signalbook/alerts"
)

// DrillLabel marks an exercise when its value is "true": on the alerts of a group,
// or among the labels of a playbook started by hand.
const DrillLabel = "signalbook_drill"

// IsDrill reports whether a notification is about an exercise: every alert that
// it lists carries the mark, and so do those that it only counts. One real alert
// among them makes it real, because a drill calls nobody.
func IsDrill(n alerts.Notification) bool {
	if len(n.Alerts) == 0 || (n.Omitted()+n.Truncated > 0 && !marked(n.CommonLabels)) {
		return false
	}
	for _, a := range n.Alerts {
		if !marked(a.Labels) {
			return false
		}
	}
	return true
}

// Drill reports whether somebody starts an exercise.
func (s Start) Drill() bool { return marked(s.Labels) }

func marked(labels map[string]string) bool { return labels[DrillLabel] == "true" }

// GroupOf names the group whose incident a notification concerns. A drill in a
// group is a group of its own: it can neither end what is real nor take over
// its steps, nor the other way round.
func GroupOf(n alerts.Notification) string {
	if IsDrill(n) {
		return n.GroupID() + "-drill"
	}
	return n.GroupID()
}

// Never stands for a length of time whose end never came.
const Never time.Duration = -1

// Score is how a drill went, beside how it went before. It is kept in the incident,
// so that it reads the same afterwards.
type Score struct {
	Run
	Drills Past `json:"drills"` // of the playbook, before this one
	Real   Past `json:"real"`
}

// score gives the drills of an outcome that are at their end their score: when all
// immediate steps are ended, and once more, for good, when they resolve.
func score(out *Outcome, s StepInput, now time.Time) {
	for k := range out.Results {
		result := &out.Results[k]
		i, was := &result.Incident, result.Incident.Score
		if !i.Drill || i.Quiet || len(result.Changes) == 0 || (was != nil && was.Resolve != Never) {
			continue
		}
		run := i.Run()
		if !i.Over() && (run.Left > 0 || run.InTime+run.Late == 0) {
			continue
		}
		next := Score{Run: run}
		if was != nil {
			next.Drills, next.Real = was.Drills, was.Real
		} else {
			if history := s.history(i.Playbook.Name); history != nil {
				next.Drills, next.Real = past(history.Drills), past(history.Real)
			}
			result.Changes = append(result.Changes, Change{Kind: KindScored, At: now})
		}
		i.Score = &next
	}
}
